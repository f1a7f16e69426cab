"""Points made from other points: their sizes, whole numbers instead of real ones, neighbours in the last place."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

import numpy as np

from ...spec.language.routines import Variant
from . import distributions
from .inputs import Batch
from .strata import Entries

LARGEST_INTEGER = 1e6  # whose square is exact, too


def sizes(batch: Batch) -> np.ndarray:
    """The largest |entry| of each point's arrays, infinities apart."""
    out = np.zeros(batch.count)
    for values in batch.values.values():
        flat = np.abs(values.reshape(batch.count, -1).astype(np.float64))
        out = np.maximum(out, np.where(np.isfinite(flat), flat, 0).max(axis=1, initial=0))
    return out


def integral(batch: Batch, names: Collection[str]) -> Batch | None:
    """The points with whole numbers in some of their arrays, those that stay in the domain; None if none do."""
    values, keep = dict(batch.values), np.ones(batch.count, bool)
    for p in batch.variant.parameters:
        if p.name not in names:
            continue
        described = p.sort.description()
        entries, sums = Entries.of(described, batch.dtype), tuple(described["sums"])
        flat = values[p.name]
        with np.errstate(over="ignore"):  # no float16 is so large
            small = np.isfinite(flat) & (np.abs(flat) < LARGEST_INTEGER)
        whole = np.where(small, np.rint(flat), np.nan).astype(flat.dtype)
        if sums:
            size = whole[0].size
            whole = whole.reshape(batch.count, size)
        inside = entries.inside(np.nan_to_num(whole)) & np.isfinite(whole)
        keep &= inside.reshape(batch.count, -1).all(axis=1)
        whole = np.nan_to_num(whole).reshape(flat.shape)
        if sums:
            keep &= distributions.sums_to_one(entries, sums, whole)
        values[p.name] = whole
    if not keep.any():
        return None
    return replace(batch, values=values).take(np.flatnonzero(keep))


def whole_numbers(batch: Batch, names: Collection[str]) -> np.ndarray:
    """A mask over the points: whether all entries of these arrays are whole numbers."""
    mask = np.ones(batch.count, bool)
    for name in names:
        values = batch.values[name].reshape(batch.count, -1)
        mask &= (np.rint(values) == values).all(axis=1) & (np.abs(values) < LARGEST_INTEGER).all(axis=1)
    return mask


def neighbours(points: Batch, count: int) -> Batch:
    """Copies of the points, every real entry moved by up to four units in the last place."""
    rng = np.random.default_rng(0)
    many = points.take(np.tile(np.arange(points.count), count))
    moved = dict(many.values)
    for name, values in many.values.items():
        if name not in many.exact_names():
            step = np.finfo(values.dtype).eps * rng.integers(-4, 5, size=values.shape)
            moved[name] = (values * (1 + step)).astype(values.dtype)
    return replace(many, values=moved)


def one_at_a_time(batch: Batch, few: int = 6) -> Batch | None:
    """The first point with one argument of another point at a time: what a cache that forgets an argument mixes up."""
    names = list(batch.values)
    if len(names) < 2 or batch.count < 3:
        return None
    others = np.unique(np.linspace(1, batch.count - 1, few).astype(int))
    rows = {name: [0] for name in names}
    for name in names:
        for other in others:
            for each in names:
                rows[each].append(int(other) if each == name else 0)
    values = {k: v[rows[k]] for k, v in batch.values.items()}
    codes = {k: v[np.zeros(len(rows[names[0]]), int)] for k, v in batch.codes.items()}
    return replace(batch, values=values, codes=codes, count=len(rows[names[0]]))


def normal(batch: Batch) -> Batch:
    """The points without subnormal entries, on which libraries' derivatives are no better than their logarithms."""
    keep = np.ones(batch.count, bool)
    for name, values in batch.values.items():
        if name not in batch.exact_names() and values.dtype.kind == "f":
            size = np.abs(values.reshape(batch.count, -1))
            keep &= ((size == 0) | (size >= np.finfo(values.dtype).tiny)).all(axis=1)
    return batch.take(np.flatnonzero(keep))


def every_number(variant: Variant, block: int) -> Iterator[Batch] | None:
    """All numbers of float16, then of float32, in the domain of a function of one number; None for any other."""
    if variant.maps != "elements" or len(variant.parameters) != 1:
        return None
    return _every_number(variant, block)


def _every_number(variant: Variant, block: int) -> Iterator[Batch]:
    (parameter,) = variant.parameters
    for dtype, unsigned, bits in (("float16", np.uint16, 16), ("float32", np.uint32, 32)):
        entries = Entries.of(parameter.sort.description(), dtype)
        for start in range(0, 1 << bits, block):
            values = np.arange(start, min(start + block, 1 << bits)).astype(unsigned).view(dtype)
            values = values[np.isfinite(values)]
            values = values[entries.inside(values)]
            if values.size:
                yield Batch(variant, dtype, {}, {}, {parameter.name: values}, values.size, "every")
