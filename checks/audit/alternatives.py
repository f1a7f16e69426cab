"""Explanations by the definition itself: under another convention, of other arguments, in a narrower format."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np

from ...spec.language.routines import Variant
from ..format_balls import CORRECT
from .explaining import Explanation, Prediction, by_definition
from .formats import FORMATS
from .input_batches import arguments, coding_of, is_integer
from .inputs import Batch
from .sampled import Sample
from .strata import Entries

ALSO = {Fraction: [Fraction(1), Fraction(2), Fraction(1, 4)], int: [0, 1, -2]}  # of conventions that admit any number
GUARDS = [10.0**-k for k in range(3, 17)]


def alternatives(samples: Sequence[Sample]) -> Iterator[Explanation]:
    variant = samples[0].batch.variant
    yield from narrower(samples)
    if not samples[0].wrt:
        yield from _conventions(variant)
        yield from _axes(variant)
    yield from _exchanged(samples)


# ---------------------------------------------------------------------- conventions
def _conventions(variant: Variant) -> Iterator[Explanation]:
    changes = [
        (name, value)
        for name, options in variant.routine.choices.items()
        for value in [*options.values, *ALSO.get(options.other or str, [])]  # type: ignore[call-overload]
        if value != variant.conventions[name]
    ]
    pairs = [p for p in itertools.combinations(changes, 2) if p[0][0] != p[1][0]]
    for change in [*[(c,) for c in changes], *pairs]:
        other = variant.routine.made({**variant.conventions, **dict(change)}, variant.included)
        shown = ", ".join(f"{n}={_shown(v)}" for n, v in change)
        options = " ".join(f"--set {n}={_shown(v)}" for n, v in change)
        words = f"This is {shown}; if meant, {options}"
        if "axis" in dict(change):
            yield Explanation(words, lambda s, axis=dict(change)["axis"]: along(s, axis))
        else:
            yield by_definition(words, lambda s, other=other: under(s, other))


def with_conventions(variant: Variant) -> Iterator[tuple[str, Variant]]:
    """The variants with another value of one convention, in words."""
    for name, options in variant.routine.choices.items():
        for value in options.values:
            if value != variant.conventions[name] and name != "axis":
                words = f"{name}={_shown(value)} (if meant, --set {name}={_shown(value)})"
                yield words, variant.routine.made({**variant.conventions, name: value}, variant.included)


def _shown(value: Any) -> str:
    return str(float(value)) if isinstance(value, Fraction) else str(value)


def under(sample: Sample, other: Variant) -> tuple[Variant, Batch] | None:
    batch = reread(sample.batch, other)
    return None if batch is None else (other, batch)


def reread(batch: Batch, other: Variant) -> Batch | None:
    """The same arguments, as code with other conventions understands them; None where it takes others."""
    mine = {p.name: p for p in arguments(batch.variant)}
    values, integers = dict(batch.values), dict(batch.integers)
    for p in arguments(other):
        if p.name not in mine:
            return None
        was, now = coding_of(mine[p.name]), coding_of(p)
        if was == now or p.name not in values:
            continue
        if {was, now} & {"POSITIONS", "TRUTH", "TWO_VALUES"}:
            return None
        coded = values[p.name]
        coded = (coded + 1) / 2 if was == "BITS" else 2 * coded - 1 if was == "SIGNS" else coded
        values[p.name] = 2 * coded - 1 if now == "BITS" else (coded + 1) / 2 if now == "SIGNS" else coded
    kept = {p.name for p in arguments(other)}
    return replace(batch, variant=other, values={k: v for k, v in values.items() if k in kept}, integers=integers)


# ---------------------------------------------------------------------- axes of mapped routines
def _axes(variant: Variant) -> Iterator[Explanation]:
    """A routine along the last axis, along another one instead, or over all entries at once."""
    if variant.maps == "rows":
        for axis, words in ((0, "the first axis"), (1, "the second axis"), ("none", "all entries of the array")):
            yield Explanation(f"It goes over {words} instead", lambda s, axis=axis: along(s, axis))


def along(sample: Sample, axis: Any) -> Prediction | None:
    """What the routine gives along this axis of the arrays that the calls had. One argument, or arguments alike."""
    batch, form = sample.batch, sample.form
    mine = batch.variant.conventions.get("axis", -1)
    if mine not in (-1, len(form.lead)):
        return None
    shaped = {n: v.reshape(-1, *form.lead, v.shape[-1]) for n, v in batch.values.items()}
    ndim = len(form.lead) + 1
    if axis == "none":
        moved = {n: v.reshape(len(v), -1) for n, v in shaped.items()}
    elif -ndim <= axis < ndim:
        at = axis + 1 if axis >= 0 else axis
        moved = {n: np.moveaxis(v, at, -1) for n, v in shaped.items()}
    else:
        return sample.expected  # there is no such axis, so it raises
    length = next(iter(moved.values())).shape[-1]
    lead = next(iter(moved.values())).shape[:-1]
    rows = {n: v.reshape(-1, length) for n, v in moved.items()}
    (size,) = batch.dims
    other = replace(batch, values=rows, dims={size: length}, count=len(next(iter(rows.values()))))
    made = []
    for s in sample.screened(batch.variant, other):
        pair = []
        for v in (s.mid, s.rad):
            v = v.reshape(*lead, *v.shape[1:])
            if s.mid.ndim > 1:
                if axis == "none":
                    v = v.reshape(-1, *form.lead, *[batch.dims[size]])
                else:
                    v = np.moveaxis(v, -1, axis + 1 if axis >= 0 else axis)
            pair.append(v)
        made.append((pair[0], pair[1]))
    return made


# ---------------------------------------------------------------------- arguments
def _with(words: str, change: Callable[[Batch], Batch | None]) -> Explanation:
    """The definition of other arguments, in the place of those that the call had."""

    def defined(sample: Sample) -> tuple[Variant, Batch] | None:
        batch = change(sample.batch)
        return None if batch is None else (batch.variant, batch)

    return by_definition(words, defined)


def _exchanged(samples: Sequence[Sample]) -> Iterator[Explanation]:
    batch = samples[0].batch
    plain = [p for p in arguments(batch.variant) if p.name in batch.values and coding_of(p) == "AS_IS"]
    for a, b in itertools.combinations(plain, 2):
        if a.sort.kind == b.sort.kind and _dims(a) == _dims(b):
            yield _with(f"{a.name} and {b.name} are exchanged", _swapping(a.name, b.name))


def changed(samples: Sequence[Sample], likely: bool) -> Iterator[Explanation]:
    """The definition of arguments that were changed before: first what is likely, then the rest."""
    batch = samples[0].batch
    plain = [p for p in arguments(batch.variant) if p.name in batch.values and coding_of(p) == "AS_IS"]
    reals = [p for p in plain if not p.sort.description()["values"]]
    for p in arguments(batch.variant) if likely else ():
        described = p.sort.description()
        other = {(0, 1): 1.0, (-1, 1): 0.0}.get(tuple(sorted(described["values"])))
        if other is not None and not described["sums"] and p.name in batch.values and coding_of(p) != "POSITIONS":
            yield _with(
                f"{p.name} is taken the other way round", _changing(p, lambda v, other=other: v.dtype.type(other) - v)
            )
    for p in () if likely else arguments(batch.variant):
        if is_integer(p) and p.name in batch.integers:
            for n in (0, 1):
                yield _with(f"{p.name} is ignored, as if it were {n}", _fixing(p.name, n))
    for p in reals:
        for words, f in (_likely if likely else _changes)(p, p.sort.kind == "array"):
            yield _with(words, _changing(p, f))
    for p in arguments(batch.variant) if likely else ():
        if is_integer(p) and p.name in batch.integers:
            for step, words in ((1, f"{p.name} + 1 for {p.name}"), (-1, f"{p.name} − 1 for {p.name}")):
                yield _with(f"It is the definition with {words}", _counting(p.name, step))


def _dims(p: Any) -> tuple[str, ...]:
    return tuple(map(str, p.sort.dims))


def _swapping(a: str, b: str) -> Callable[[Batch], Batch]:
    return lambda batch: replace(batch, values={**batch.values, a: batch.values[b], b: batch.values[a]})


def _counting(name: str, step: int) -> Callable[[Batch], Batch]:
    return lambda batch: replace(batch, integers={**batch.integers, name: batch.integers[name] + step})


def _fixing(name: str, n: int) -> Callable[[Batch], Batch]:
    return lambda batch: replace(batch, integers={**batch.integers, name: n})


def _changing(p: Any, f: Callable[[np.ndarray], np.ndarray]) -> Callable[[Batch], Batch | None]:
    def change(batch: Batch) -> Batch | None:
        with np.errstate(all="ignore"):
            made = np.asarray(f(batch.values[p.name]))
        if made.shape != batch.values[p.name].shape:
            return None
        return replace(batch, values={**batch.values, p.name: made})

    return change


Change = tuple[str, Callable[[np.ndarray], np.ndarray]]


def _likely(p: Any, array: bool) -> Iterator[Change]:
    """What code may do to an argument before it uses it."""
    name = p.name
    yield f"{name} is taken with the opposite sign", lambda v: -v
    yield f"{name} is ignored, as if it were 0", np.zeros_like
    yield f"{name} is ignored, as if it were 1", np.ones_like
    if array:
        yield f"{name} is reversed", lambda v: np.flip(v, -1) if v.ndim > 1 else v
        if len(p.sort.dims) == 2:
            yield f"{name} is flipped along both axes", lambda v: np.flip(v, (-1, -2))
            yield f"Rows and columns of {name} are exchanged", lambda v: np.swapaxes(v, -1, -2)
    if Entries.of(p.sort.description(), "float64").low is None:
        yield f"The absolute value of {name} is taken", np.abs
        yield f"{name} is cut off below 0", lambda v: np.maximum(v, 0)


def _changes(p: Any, array: bool) -> Iterator[Change]:
    """What else it may do: cut off, round, guard against 0."""
    name = p.name
    entries = Entries.of(p.sort.description(), "float64")
    if array:
        yield (
            f"Only the first entry of {name} is used",
            lambda v: np.broadcast_to(v[:, :1], v.shape) if v.ndim == 2 else v,
        )
    yield f"Twice {name} stands for {name}", lambda v: 2 * v
    yield f"Half of {name} stands for {name}", lambda v: v / 2
    yield f"The square of {name} stands for {name}", np.square
    yield f"{name} is rounded to whole numbers", np.rint
    yield f"{name} is cut to whole numbers", np.trunc
    yield f"{name} is rounded to float32", lambda v: v.astype(np.float32).astype(v.dtype)
    yield f"{name} is rounded to float16", lambda v: v.astype(np.float16).astype(v.dtype)
    if entries.low == 0:
        yield f"The square root of {name} stands for {name}", np.sqrt
        for c in GUARDS if array or entries.high is not None else ():
            yield f"{name} is cut off at {c:g}", lambda v, c=c: np.maximum(v, c)
            if entries.high == 1:
                yield f"{name} is cut off at {c:g} and 1 − {c:g}", lambda v, c=c: np.clip(v, c, 1 - c)
            yield f"{c:g} is added to {name}", lambda v, c=c: v + c
    elif entries.real and array:
        for c in (1, 2, 5, 10, 15, 16, 20, 30, 50, 100, 500, 700):
            yield f"{name} is cut off at ±{c}", lambda v, c=c: np.clip(v, -c, c)


# ---------------------------------------------------------------------- formats
def narrower(samples: Sequence[Sample]) -> Iterator[Narrow]:
    """Right to the accuracy of a narrower format, and no more."""
    for name in ("float32", "float16"):
        if FORMATS[name].bits >= samples[0].format.bits:
            continue

        def predict(sample: Sample, name: str = name) -> Prediction:
            made = []
            for mid, _ in [sample.shaped(s) for s in sample.wants]:
                made.append((mid, np.zeros(mid.shape)))
            for i, s in enumerate(sample.screened(sample.batch.variant, fmt=FORMATS[name])):
                made[i] = (made[i][0], sample.shaped(s)[1])
            return made

        yield Narrow(f"The result is as accurate as {name} is: somewhere it computes in {name}", predict)


class Narrow(Explanation):
    """Agreement within a narrower format's budget, where the errors look like rounding."""

    def agrees(self, samples: Sequence[Sample]) -> bool:
        """Whether errors stay within a few budgets, and are spread as rounding errors are."""
        ratios: list[float] = []
        for sample in samples:
            if not sample.fits:
                return False
            made = self.predict(sample)
            for g, bad, (mid, rad) in zip(sample.got or [], sample.bad, made or (), strict=True):
                with np.errstate(all="ignore"):
                    u = ((g - mid) / rad).astype(np.float64)[bad & np.isfinite(g) & np.isfinite(rad)]
                ratios += u[np.isfinite(u)].tolist()
        both = np.array(ratios)
        if len(both) < 20 or np.abs(both).max() > CORRECT:
            return False
        return bool((both > 0).mean() > 0.2 and (both < 0).mean() > 0.2 and np.median(np.abs(both)) > 1e-4)
