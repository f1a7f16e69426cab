"""Where something fails: simple conditions on the arguments that all failing calls meet, and none that is right.

A condition is chosen by one half of the calls and must hold for the other half, too.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from .input_batches import arguments, coding_of, is_integer
from .sampled import SYMPTOMS, Sample

ENOUGH = 5  # calls of either kind
APART = 3  # failing calls that are no neighbours of the input that is known to fail
RARE = 0.1  # of the calls in general position
TINY = 1e-20  # thresholds below are told by the sign
Mask = Any  # an array of bool, one for each call


def where(samples: Sequence[Sample]) -> str:
    """Where it fails, as a sentence: in any way, or else in one of several ways; "" where no simple condition tells."""
    alone = [s for s in samples if s.form.rows == 1]
    if any((s.status == 1).any() for s in alone):
        samples = alone  # one point a call says most
    if not samples:
        return ""
    columns: dict[str, list[Mask]] = {}
    for sample in samples:
        for words, mask in _conditions(sample):
            columns.setdefault(words, []).append(mask)
    masks = {w: np.concatenate(m) for w, m in columns.items() if len(m) == len(samples)}
    status = np.concatenate([s.status for s in samples])
    symptoms = np.concatenate([s.symptoms for s in samples])
    found = _place(samples, masks, status == 1, status == -1)
    if found:
        return f"It fails only {found}"
    general = np.concatenate([s.general for s in samples])
    if (general & (status == -1)).sum() < RARE * (general & (status != 0)).sum():
        return ""  # it fails nearly everywhere, so nothing tells where it fails in this way
    kinds = np.bincount(symptoms, minlength=len(SYMPTOMS))
    kinds[0] = 0
    for kind in np.argsort(-kinds, kind="stable")[:2]:
        if kind > 1 and kinds[kind] < (symptoms > 0).sum():
            found = _place(samples, masks, symptoms == kind, status == -1)
            if found:
                return f"It {SYMPTOMS[kind]} only {found}"
    return ""


def _place(samples: Sequence[Sample], masks: Mapping[str, Mask], bad: Mask, good: Mask) -> str:
    """The condition in words that tells these calls from those that are right."""
    if bad.sum() < ENOUGH or good.sum() < ENOUGH:
        return ""
    general = np.concatenate([s.general for s in samples])
    near = np.concatenate([np.full(s.calls, s.batch.stratum == "near") for s in samples])
    if (bad & ~near).sum() < APART:  # neighbours have much in common by their making
        masks = {}
    plain = good & general  # what is degenerate may be right for other reasons
    usual = plain.sum() < RARE * ((bad | good) & general).sum()
    if usual:  # it fails nearly everywhere: what is right is so by chance, but for certain sizes
        masks = {w: m for w, m in masks.items() if w.startswith(("for ", "at "))}
    for right in (good, plain):
        for words, mask in masks.items():
            if _tells(mask, bad, right):
                return words
    threshold = "" if usual else _threshold(samples, bad, good)
    if threshold:
        return threshold
    needed = {w: m for w, m in masks.items() if not (bad & ~m).any() and (good & ~m).sum() >= ENOUGH}
    for (a, one), (b, other) in itertools.combinations(needed.items(), 2):
        if _tells(one & other, bad, good):
            return f"{a} and {b.removeprefix(a.partition(' ')[0] + ' ')}"
    return ""


def _tells(mask: Mask, bad: Mask, good: Mask) -> bool:
    """Exactly the failing calls, in either half of them."""
    halves = np.arange(len(bad)) % 2 == 0
    return all(
        bool((bad & h).any() and (good & h).any()) and not (bad & h & ~mask).any() and not (good & h & mask).any()
        for h in (halves, ~halves)
    )


def _conditions(sample: Sample) -> Iterator[tuple[str, Mask]]:
    """Conditions in words, with the calls that meet them, the plainest first."""
    calls = sample.calls
    batch = sample.batch

    def always(value: bool) -> Mask:
        return np.full(calls, value)

    yield "where several points come in one call", always(sample.form.rows > 1)
    if sample.form.style != "numbers" and batch.variant.maps:
        axes = len(sample.form.lead) + (batch.variant.maps == "rows")
        for n in (1, 2, 3):
            yield f"for arrays with {n} ax{'is' if n == 1 else 'es'}", always(axes == n)
            yield f"for arrays with more than {n} ax{'is' if n == 1 else 'es'}", always(axes > n)
    yield f"for {sample.form.layout or 'such'} arrays", always(bool(sample.form.layout))
    yield "for integer arrays", always(bool(sample.form.integers))
    numbers = {**batch.dims, **batch.integers}
    for name, v in batch.dims.items():
        for n in (1, 2):
            yield f"for {name} = {n}", always(v == n)
            yield f"for {name} > {n}", always(v > n)
        yield f"for odd {name}", always(v % 2 == 1)
        yield f"for even {name}", always(v % 2 == 0)
    for name, v in batch.integers.items():
        for n in (0, 1):
            yield f"at {name} = {n}", always(v == n)
            yield f"at {name} > {n}", always(v > n)
    for (a, v), (b, w) in itertools.permutations(numbers.items(), 2):
        if (a in batch.dims) == (b in batch.dims):
            yield f"where {a} < {b}", always(v < w)
            yield f"where {a} ≤ {b}", always(v <= w)
            if a < b:
                yield f"where {a} = {b}", always(v == w)
                yield f"where {a} ≠ {b}", always(v != w)
    for a, b in itertools.combinations(batch.integers.items(), 2):
        yield f"where {a[0]} or {b[0]} is 0", always(a[1] == 0 or b[1] == 0)
    for p in arguments(batch.variant):
        if p.name in batch.values and not is_integer(p):
            yield from _of_argument(sample, p)
    yield from _of_two(sample)


def _by_call(sample: Sample, mask: Mask) -> Mask:
    """A condition on points, which one point of a call has to meet."""
    return mask.reshape(sample.calls, -1).any(axis=1)


def _of_argument(sample: Sample, p: Any) -> Iterator[tuple[str, Mask]]:
    v, name = sample.batch.values[p.name], p.name
    flat = v.reshape(len(v), -1)
    number = v.ndim == 1
    entry = name if number else f"an entry of {name}"

    def on(words: str, mask: Mask) -> tuple[str, Mask]:
        return words, _by_call(sample, mask)

    described = p.sort.description()
    if coding_of(p) == "TRUTH":
        yield on(f"where {name} leaves a row empty", (v == 0).all(axis=-1).reshape(len(v), -1).any(axis=1))
        yield on(f"where {name} leaves something out", (flat == 0).any(axis=1))
        return
    if described["values"]:
        for value in described["values"]:
            shown = f"{value:g}".replace("-", "−")
            yield on(f"where {entry} is {shown}", (flat == value).any(axis=1))
            yield on(f"where all of {name} is {shown}", (flat == value).all(axis=1))
        yield on(f"where all of {name} is alike", (flat == flat[:, :1]).all(axis=1))
        if v.ndim == 3:
            yield on(f"where a class of {name} is missing", (v.sum(axis=1) == 0).any(axis=1))
        return
    yield on(f"where {entry} is exactly 0", (flat == 0).any(axis=1))
    yield on(f"where {entry} is exactly 1", (flat == 1).any(axis=1))
    yield on(f"where {entry} is 0 or 1", ((flat == 0) | (flat == 1)).any(axis=1))
    if number:
        yield on(f"where {name} is not 0", (flat != 0).any(axis=1))
    else:
        yield on(f"where {name} is 0 throughout", (flat == 0).all(axis=1))
        yield on(f"where {name} is not 0 throughout", (flat != 0).any(axis=1))
    yield on(f"where {entry} is negative", (flat < 0).any(axis=1))
    yield on(f"where {entry} is positive", (flat > 0).any(axis=1))
    yield on(f"where {entry} is −∞", np.isneginf(flat).any(axis=1))
    if number:
        return
    yield on(f"where all entries of {name} are negative", (flat < 0).all(axis=1))
    yield on(f"where all entries of {name} are −∞", np.isneginf(flat).all(axis=1))
    yield on(f"where no entry of {name} is positive", (flat <= 0).all(axis=1))
    ordered = np.sort(v, axis=-1)
    ties = (ordered[..., 1:] == ordered[..., :-1]).reshape(len(v), -1)
    top = (ordered[..., -1:] == ordered[..., -2:-1]).reshape(len(v), -1)
    yield on(f"where entries of {name} are equal", ties.any(axis=1))
    yield on(f"where the largest entry of {name} comes twice", top.any(axis=1))
    yield on(f"where all entries of {name} are equal", (flat == flat[:, :1]).all(axis=1))
    if v.ndim == 3:
        yield on(f"where a column of {name} is constant", (v == v[:, :1]).all(axis=1).any(axis=1))
        yield on(f"where a row of {name} is constant", (v == v[..., :1]).all(axis=2).any(axis=1))
        yield on(
            f"where a row or a column of {name} is 0",
            ((v == 0).all(axis=1).any(axis=1) | (v == 0).all(axis=2).any(axis=1)),
        )


def _of_two(sample: Sample) -> Iterator[tuple[str, Mask]]:
    values = sample.batch.values
    names = [p.name for p in arguments(sample.batch.variant) if p.name in values]
    for a, b in itertools.combinations(names, 2):
        v, w = values[a], values[b]
        if v.shape == w.shape:
            same, nil = (v == w).reshape(len(v), -1), ((v == 0) & (w == 0)).reshape(len(v), -1)
            yield (
                f"where {a} and {b} are both 0{' at an entry' if v.ndim > 1 else ''}",
                _by_call(sample, nil.any(axis=1)),
            )
            yield f"where {a} = {b}", _by_call(sample, same.all(axis=1))
            for c, d, one, other in ((a, b, v, w), (b, a, w, v)):
                gone = ((one == 0) & (other != 0)).reshape(len(v), -1).any(axis=1)
                yield f"where {c} is 0 and {d} is not", _by_call(sample, gone)


# ---------------------------------------------------------------------- magnitudes
def _measures(sample: Sample) -> Iterator[tuple[str, str, Mask]]:
    """(what goes above, what goes below, a number for each call)."""
    for name, v in sample.batch.values.items():
        flat = v.reshape(sample.calls, -1).astype(np.float64)
        finite = np.where(np.isfinite(flat), flat, 0.0)
        if name in sample.batch.exact_names():
            continue
        entry = f"an entry of {name}" if v.ndim > 1 else name
        yield (
            f"{entry} is above",
            f"no entry of {name} is above" if v.ndim > 1 else f"{name} is at most",
            finite.max(axis=1),
        )
        yield (
            f"no entry of {name} is below" if v.ndim > 1 else f"{name} is at least",
            f"{entry} is below",
            finite.min(axis=1),
        )
        size = np.abs(finite)
        yield f"{entry} is larger in size than", f"no entry of {name} is larger in size than", size.max(axis=1)
        if v.ndim > 1:
            yield (
                f"entries of {name} differ by more than",
                f"no entries of {name} differ by more than",
                np.ptp(finite, axis=1),
            )
    for name, n in {**sample.batch.dims, **sample.batch.integers}.items():
        yield f"{name} is above", f"{name} is at most", np.full(sample.calls, float(n))


def _threshold(samples: Sequence[Sample], bad: Mask, good: Mask) -> str:
    """A number that separates, with room for few others in between."""
    described = [p.sort.description() for p in arguments(samples[0].batch.variant)]
    ends_of = {float(d[end]) for d in described for end in ("low", "high") if d[end]}  # of domains: no surprise there
    ends_of |= {1.0 for d in described if d["sums"]}
    columns: dict[tuple[str, str], list[Mask]] = {}
    for sample in samples:
        for above, below, values in _measures(sample):
            columns.setdefault((above, below), []).append(values)
    for (above, below), made in columns.items():
        if len(made) < len(samples):
            continue
        values = np.concatenate(made)
        for words, sign in ((above, 1.0), (below, -1.0)):
            low, high = (sign * values[good]).max(), (sign * values[bad]).min()
            if low < high and sign * low not in ends_of and bad.sum() >= 2 * ENOUGH:
                ends = sorted((sign * low, sign * high))
                if ends[0] < 0 < ends[1]:
                    return f"where {words} 0"
                if max(map(abs, ends)) > TINY:
                    return f"where {words} {_between(*ends)}"
    return _band(samples, bad, good)


def _band(samples: Sequence[Sample], bad: Mask, good: Mask) -> str:
    """Two numbers between which a number lies."""
    for name, v in samples[0].batch.values.items():
        if v.ndim > 1 or any(s.form.rows > 1 for s in samples) or bad.sum() < 2 * ENOUGH:
            continue
        values = np.concatenate([s.batch.values[name].astype(np.float64) for s in samples])
        first, last = values[bad].min(), values[bad].max()
        below, above = values[good & (values < first)], values[good & (values > last)]
        inside = good & (values >= first) & (values <= last)
        if not inside.any() and len(below) and len(above) and max(abs(first), abs(last)) > TINY:
            return f"where {name} is between {_between(below.max(), first)} and {_between(last, above.min())}"
    return ""


def _between(low: float, high: float) -> str:
    """A short number between the two."""
    for digits in range(1, 17):
        for v in (low, (low + high) / 2, high):
            shown = float(f"{v:.{digits}g}")
            if low <= shown < high:
                return f"{shown:g}".replace("-", "−") if digits > 1 or low else f"{shown:g}"
    return f"{low:g}"
