"""Plain relations between what came back and what is expected: a factor, an offset, an exchange, another shape.

Constants are found from the failing answers; as every explanation, the relation then has to hold for all.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from .explaining import ENOUGH, Explanation, Prediction, Predictor
from .sampled import Sample


def resemblances(samples: Sequence[Sample]) -> Iterator[Explanation]:
    """Relations between what came back and what is expected."""
    if not all(s.fits for s in samples):
        yield from _shapes(samples)
        return
    yield from _factors(samples)
    yield from _offsets(samples)
    yield from _functions(samples)
    yield from _exchanges(samples)


def _failing(samples: Sequence[Sample]) -> frozenset[int]:
    """The results that fail."""
    return frozenset(o for s in samples for o, bad in enumerate(s.bad) if bad.any())


def _which(samples: Sequence[Sample]) -> str:
    """How to call the results that fail."""
    count, failing = len(samples[0].wants), sorted(_failing(samples))
    if samples[0].wrt:
        return f"The gradient by {samples[0].wrt}"
    if count == 1 or len(failing) == count:
        return "The result" if count == 1 else "Every result"
    return "Result " + " and ".join(str(o + 1) for o in failing)


def _mapped(samples: Sequence[Sample], f: Callable[[Sample, np.ndarray, np.ndarray], Any]) -> Predictor:
    """Predictions from what is expected of the failing results, the others left."""
    failing = _failing(samples)

    def predict(sample: Sample) -> Prediction:
        with np.errstate(all="ignore"):
            return [f(sample, *e) if o in failing else e for o, e in enumerate(sample.expected)]

    return predict


def _scales(sample: Sample) -> dict[str, Any]:
    """What a factor may depend on: the sizes, and numbers beside arrays, each one number for a call or for all."""
    made: dict[str, Any] = {"": 1.0}
    dims = {k: float(v) for k, v in sample.batch.dims.items()}
    if sample.form.lead:
        dims["points"] = float(sample.form.rows)
    for name, v in dims.items():
        made[name] = v
        made[f"1/{name}"] = 1 / v
        made[f"√{name}"] = math.sqrt(v)
        made[f"1/√{name}"] = 1 / math.sqrt(v)
        made[f"({name} − 1)/{name}"] = (v - 1) / v
        made[f"{name}/({name} − 1)"] = v / (v - 1) if v > 1 else math.inf
    for (a, v), (b, w) in itertools.combinations(dims.items(), 2):
        made[f"{a}·{b}"] = v * w
        made[f"1/({a}·{b})"] = 1 / (v * w)
        made[f"{a}/{b}"] = v / w
        made[f"{b}/{a}"] = w / v
    for name, v in sample.batch.integers.items():
        made[name] = float(v)
        made[f"1/{name}"] = 1 / v if v else math.inf
    for name, v in sample.batch.values.items():
        if v.ndim == 1 and not sample.batch.variant.maps:
            v = v.astype(np.float64)
            with np.errstate(all="ignore"):
                made[name], made[f"1/{name}"], made[f"(1 − {name})"] = v, 1 / v, 1 - v
    return made


KNOWN = {2.0: "twice", 0.5: "half", -1.0: "minus", 0.25: "a quarter of", 1 / 3: "a third of", 0.0: "0 in place of"}
LOGS = {
    1 / math.log(2): " (bits for nats: a logarithm to base 2)",
    math.log(2): " (nats for bits: a natural logarithm)",
    1 / math.log(10): " (a logarithm to base 10)",
    math.log(10): " (log 10)",
}


def _number(c: float) -> str:
    for v, words in (
        (math.log(2), "log 2"),
        (1 / math.log(2), "1/log 2"),
        (math.log(10), "log 10"),
        (math.log(2) ** 2, "(log 2)²"),
        (math.pi, "π"),
    ):
        if abs(c - v) < 1e-9:
            return words
    for base in (c, 1 / c if c else c):
        if abs(base - round(base)) < 1e-9 * abs(base):
            return f"{round(base)}" if base == c else f"1/{round(base)}"
    return f"{c:.6g}"


def _pairs(sample: Sample, failing: frozenset[int]) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """(got, expected, number of the call) of the failing entries."""
    for o in failing:
        g, (mid, _), bad = (sample.got or [])[o], sample.expected[o], sample.bad[o]
        where = bad & np.isfinite(g)
        number = np.broadcast_to(np.arange(sample.calls).reshape(-1, *[1] * (g.ndim - 1)), g.shape)
        yield g[where].astype(np.float64), mid[where].astype(np.float64), number[where]


def _constant(samples: Sequence[Sample], name: str, of: Callable[[Any, Any], Any], tolerance: float) -> float | None:
    """What got and expected, put together and divided by a scale, always give; None if not one number."""
    failing, found = _failing(samples), []
    for sample in samples:
        scale = _scales(sample).get(name)
        if scale is None:
            return None
        for got, mid, call in _pairs(sample, failing):
            with np.errstate(all="ignore"):
                ratios = of(got, mid) / (scale[call] if np.ndim(scale) else scale)
            found += ratios[np.isfinite(ratios)].tolist()
    if len(found) < ENOUGH:
        return None
    middle = float(np.median(found))
    if np.mean(np.abs(np.array(found) - middle) <= tolerance * max(abs(middle), 1e-300)) < 0.7:
        return None
    return _rounded(middle, tolerance)


def _rounded(c: float, tolerance: float) -> float:
    """The plain number that is meant."""
    plain = [
        *KNOWN,
        *LOGS,
        *[-v for v in LOGS],
        *range(1, 65),
        *[1 / v for v in range(2, 65)],
        *[10.0**-k for k in range(3, 17)],
    ]
    return next((float(p) for p in plain if abs(abs(c) - abs(p)) <= tolerance * abs(p) and c * p >= 0), c)


def _across(scale: Any, like: np.ndarray) -> Any:
    return scale.reshape(-1, *[1] * (like.ndim - 1)) if np.ndim(scale) else scale


def _factors(samples: Sequence[Sample]) -> Iterator[Explanation]:
    tolerance = 2.0 ** (-0.35 * samples[0].format.bits)
    names = _scales(samples[0])
    for name in names:
        c = _constant(samples, name, lambda g, e: np.where(e != 0, g / np.where(e == 0, 1, e), np.nan), tolerance)
        if c is None or (c == 1 and not name):
            continue

        def scaled(sample: Sample, mid: Any, rad: Any, c: float = c, name: str = name) -> Any:
            r = c * _across(_scales(sample).get(name, math.nan), mid)
            return mid * r, rad * np.abs(r)

        what = _which(samples)
        beside = LOGS.get(abs(c), "")
        if not name:
            shown = KNOWN.get(c) or (f"minus {KNOWN[-c]}" if -c in KNOWN else f"{_number(c)} times")
            words = f"{what} is {shown} the expected value{beside}"
        else:
            lead = "" if c == 1 else "minus " if c == -1 else f"{_number(c)}·"
            words = f"{what} is {lead}{name} times the expected value{beside}"
        if c == 0:
            words = f"{what} is always 0"
        yield Explanation(words, _mapped(samples, scaled))


def _offsets(samples: Sequence[Sample]) -> Iterator[Explanation]:
    tolerance = 2.0 ** (-0.2 * samples[0].format.bits)
    logs: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
        f"log {n}": lambda s, n=n: np.log(s[n]) for n in samples[0].batch.dims
    }
    for name in [n for n in _scales(samples[0]) if "1/" not in n and "√" not in n]:
        c = _constant(samples, name, lambda g, e: g - e, tolerance)
        if c:
            yield _offset(
                samples, f"{_number(abs(c))}{'·' + name if name else ''}" if abs(c) != 1 or not name else name, c, name
            )
    for name, of in logs.items():
        for sign in (1.0, -1.0):

            def moved(sample: Sample, mid: Any, rad: Any, sign: float = sign, of: Any = of) -> Any:
                d = sign * of(_scales(sample))
                return mid + d, rad + sample.format.u * abs(d)

            way = "more" if sign > 0 else "less"
            yield Explanation(f"{_which(samples)} is {name} {way} than expected", _mapped(samples, moved))


def _offset(samples: Sequence[Sample], shown: str, c: float, name: str) -> Explanation:
    def moved(sample: Sample, mid: Any, rad: Any) -> Any:
        d = c * _across(_scales(sample).get(name, math.nan), mid)
        return mid + d, rad + sample.format.u * np.abs(d)

    return Explanation(
        f"{_which(samples)} is {shown} {'more' if c > 0 else 'less'} than expected", _mapped(samples, moved)
    )


FUNCTIONS: Mapping[str, tuple[Callable[..., Any], Callable[..., Any]]] = {
    "the square of what is expected": (np.square, lambda v: 2 * np.abs(v)),
    "the square root of what is expected": (np.sqrt, lambda v: 0.5 / np.sqrt(v)),
    "the exponential of what is expected": (np.exp, np.exp),
    "the logarithm of what is expected": (np.log, lambda v: 1 / np.abs(v)),
    "the logarithm to base 2 of what is expected": (np.log2, lambda v: 2 / np.abs(v)),
    "the reciprocal of what is expected": (lambda v: 1 / v, lambda v: 1 / v**2),
    "the absolute value of what is expected": (np.abs, lambda v: np.ones_like(v)),
    "1 minus what is expected": (lambda v: 1 - v, lambda v: np.ones_like(v)),
    "1 minus its square, of what is expected": (lambda v: 1 - v * v, lambda v: 2 * np.abs(v) + 1),
    "the expected value, but 0 where that is negative": (lambda v: np.maximum(v, 0), lambda v: np.ones_like(v)),
    "the expected value, cut off at 1": (lambda v: np.minimum(v, 1), lambda v: np.ones_like(v)),
    "the sign of what is expected": (np.sign, lambda v: np.zeros_like(v)),
    "the expected value rounded to a whole number": (np.rint, lambda v: np.zeros_like(v)),
    "the expected value cut to a whole number": (np.trunc, lambda v: np.zeros_like(v)),
}


def _functions(samples: Sequence[Sample]) -> Iterator[Explanation]:
    for words, (f, slope) in FUNCTIONS.items():

        def of(sample: Sample, mid: Any, rad: Any, f: Any = f, slope: Any = slope) -> Any:
            value = f(mid)
            return value, (rad * slope(mid) + sample.format.u * np.abs(value) + sample.format.eta).astype(np.float64)

        yield Explanation(f"{_which(samples)} is {words}", _mapped(samples, of))


def _exchanges(samples: Sequence[Sample]) -> Iterator[Explanation]:
    """Entries in other places."""
    axes = max(max(e.ndim for e, _ in s.expected) for s in samples) - 1
    if len(samples[0].expected) > 1:
        for order in itertools.permutations(range(len(samples[0].expected))):
            if order != tuple(range(len(order))):
                names = ", ".join(str(o + 1) for o in order)
                yield Explanation(
                    f"The results come in another order: {names}",
                    lambda s, order=order: [s.expected[o] for o in order],
                )
    if axes >= 2 and not any(s.form.lead for s in samples):
        yield Explanation("Rows and columns of the result are exchanged", _moved(lambda v: np.swapaxes(v, -1, -2)))
    if axes >= 1:
        yield Explanation("The entries come in reversed order", _moved(lambda v: np.flip(v, -1)))
        for by, way in ((1, "later"), (-1, "earlier")):
            rolled = _moved(lambda v, by=by: np.roll(v, by, -1) if v.ndim > 1 else v)
            yield Explanation(f"Every entry comes one place {way}", rolled)


def _moved(f: Callable[[np.ndarray], np.ndarray]) -> Predictor:
    return lambda s: [(f(mid), f(rad)) for mid, rad in s.expected]


# ---------------------------------------------------------------------- shapes
def _shapes(samples: Sequence[Sample]) -> Iterator[Explanation]:
    """Results of another number or shape, made of what is expected."""

    def single(f: Callable[[np.ndarray, tuple[int, ...]], np.ndarray]) -> Predictor:
        def predict(sample: Sample) -> Prediction | None:
            got = sample.got
            if got is None or len(got) != len(sample.expected):
                return None
            try:
                return [
                    (np.asarray(f(mid, g.shape)), np.asarray(f(rad, g.shape)))
                    for g, (mid, rad) in zip(got, sample.expected, strict=True)
                ]
            except (ValueError, IndexError, np.exceptions.AxisError):
                return None

        return predict

    ways: dict[str, Callable[[np.ndarray, tuple[int, ...]], np.ndarray]] = {
        "The numbers are right, but the result has axes of length 1 too many": lambda v, s: _reshaped(v, s, more=True),
        "The numbers are right, but axes of length 1 are lost": lambda v, s: _reshaped(v, s, more=False),
        "Rows and columns of the result are exchanged": lambda v, s: np.swapaxes(v, -1, -2),
        "The numbers are right, but in one flat array": lambda v, s: v.reshape(len(v), -1),
        "The result is repeated along another axis: shapes such as (n, 1) and (n,) were broadcast": _repeated,
        "It returns the sum of what should be returned entry by entry": lambda v, s: _over(v, s, np.sum),
        "It returns the mean of what should be returned entry by entry": lambda v, s: _over(v, s, np.mean),
        "It returns the largest of what should be returned entry by entry": lambda v, s: _over(v, s, np.max),
        "It returns the first entry only": lambda v, s: v.reshape(len(v), -1)[:, 0].reshape(s),
        "It returns the last entry only": lambda v, s: v.reshape(len(v), -1)[:, -1].reshape(s),
        "It returns the diagonal only": lambda v, s: np.diagonal(v, axis1=-2, axis2=-1),
    }
    for words, f in ways.items():
        yield Explanation(words, single(f))
    count = len(samples[0].expected)
    for kept in range(1, count):
        for some in itertools.combinations(range(count), kept):
            names = " and ".join(str(o + 1) for o in some)
            yield Explanation(
                f"It returns only result {names} of {count}", lambda s, some=some: [s.expected[o] for o in some]
            )


def _reshaped(v: np.ndarray, shape: tuple[int, ...], more: bool) -> np.ndarray:
    alike = [n for n in v.shape[1:] if n != 1] == [n for n in shape[1:] if n != 1]
    if not alike or (len(shape) > v.ndim) is not more or len(shape) == v.ndim:
        raise ValueError
    return v.reshape(shape)


def _repeated(v: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    return np.broadcast_to(v.reshape(*v.shape, *[1] * (len(shape) - v.ndim)), shape)


def _over(v: np.ndarray, shape: tuple[int, ...], f: Callable[..., Any]) -> np.ndarray:
    for axes in ((-1,), (-2,), tuple(range(1, v.ndim))):
        if -min(axes) < v.ndim or axes[0] > 0:
            made = f(v, axis=axes)
            if made.shape == shape:
                return made
    raise ValueError
