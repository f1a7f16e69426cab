"""The simplest failing input: candidates tried many at once, as long as one of them still fails.

A call of several points is first cut down to those that matter; then all of it is simplified.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from .calling import Form, fits
from .inputs import Batch, complexity, simpler

Fails = Callable[[Batch, Form], np.ndarray]  # a mask over the calls of a batch
MOST = 4096  # points tried at once


def smallest(one: Batch, form: Form, fails: Fails, seconds: float) -> tuple[Batch, Form]:
    """The simplest call that was found to fail, starting from the points of a failing one."""
    end = time.monotonic() + seconds
    one, form = fewer_points(one, form, fails)
    while time.monotonic() < end:
        better = _step(one, form, fails, end)
        if better is None:
            return one, form
        one = better
    return one, form


def fewer_points(one: Batch, form: Form, fails: Fails) -> tuple[Batch, Form]:
    """Only the points of a mapped call that are needed for it to fail."""
    if not one.variant.maps or form.rows == 1:
        if form.lead and not all(n == 1 for n in form.lead):
            return one, form
        plain = replace(form, lead=(1,) if one.variant.maps == "elements" and form.style != "numbers" else ())
        return (one, plain) if plain != form and fits(one, plain) and fails(one, plain).any() else (one, form)
    plain = one.variant.maps == "rows" or form.style == "numbers"
    for lead in ((), (1,)) if plain else ((1,),):  # each point alone
        alone = replace(form, lead=lead)
        if fits(one, alone):
            held = np.flatnonzero(fails(one, alone))
            if len(held):
                best = min((one.take(np.array([i])) for i in held[:16]), key=complexity)
                return best, alone
    rows = np.arange(one.count)
    if len(form.lead) > 1:
        flat = replace(form, lead=(one.count,))
        if not (fits(one, flat) and fails(one, flat).any()):
            return one, form
        form = flat
    size = max(1, len(rows) // 2)
    while size:
        shorter = _without(one, rows, size, form, fails)
        if shorter is None:
            size //= 2
        else:
            rows = shorter
            size = min(size, max(1, len(rows) // 2)) if len(rows) > 1 else 0
    return one.take(rows), replace(form, lead=(len(rows),))


def _without(one: Batch, rows: np.ndarray, size: int, form: Form, fails: Fails) -> np.ndarray | None:
    """The points without a stretch of them, if that still fails; the stretches of one length are tried together."""
    choices = [np.delete(rows, np.s_[i : i + size]) for i in range(0, len(rows), size)]
    for length in sorted({len(c) for c in choices if len(c)}):
        alike = [c for c in choices if len(c) == length]
        held = np.flatnonzero(fails(one.take(np.concatenate(alike)), replace(form, lead=(length,))))
        if len(held):
            return alike[held[0]]
    return None


def _step(one: Batch, form: Form, fails: Fails, end: float) -> Batch | None:
    """The simplest of the failing candidates from the first group that has any."""
    for group in _candidates(one, form):
        if time.monotonic() > end:
            return None
        rows = form.rows
        group = group.take(np.arange(min(group.count // rows * rows, MOST // rows * rows or rows)))
        if not group.count or not fits(group, form):
            continue
        held = np.flatnonzero(fails(group, form))
        calls = [group.take(np.arange(i * rows, (i + 1) * rows)) for i in held[:64]]
        before = _size(one)
        better = [c for c in calls if _size(c) < before]
        if better:
            return min(better, key=_size)
    return None


def _size(points: Batch) -> tuple[float, ...]:
    each = [complexity(points.take(np.array([i]))) for i in range(points.count)]
    return tuple(sum(parts) for parts in zip(*each, strict=True))


def _candidates(one: Batch, form: Form) -> Iterator[Batch]:
    """Groups of simpler calls; in a call of several points one is simplified and the others stay."""
    if form.rows == 1:
        yield from simpler(one)
        return
    if one.variant.maps == "rows":
        yield from _shorter(one)
    for i in range(one.count):
        for group in simpler(one.take(np.array([i]))):
            if group.dims == one.dims and group.integers == one.integers:
                yield _among(one, i, group)


def _shorter(one: Batch) -> Iterator[Batch]:
    """All points of a call without their j-th entry."""
    ((name, length),) = one.dims.items()
    if length > 1:
        for j in range(length):
            yield replace(
                one, dims={name: length - 1}, values={k: np.delete(v, j, axis=1) for k, v in one.values.items()}
            )


def _among(one: Batch, i: int, group: Batch) -> Batch:
    """The call once for each candidate for its i-th point."""
    calls = one.take(np.tile(np.arange(one.count), group.count))
    values = {name: v.copy() for name, v in calls.values.items()}
    for name, v in values.items():
        v[i :: one.count] = group.values[name]
    return replace(calls, values=values)
