"""Distributions in a format: entries that sum to 1 up to rounding, drawn for many calls at once.

Each entry is wₖ/Σw, rounded to the format, so that the sum is within n·u of 1.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from .strata import Array, Draws, Entries, Rng, spread


def fill(entries: Entries, sums: Sequence[int], rng: Rng, shape: Sequence[int]) -> Array:
    """An array for each call, shape (calls, …); over the axes in `sums`, the calls not counted, entries sum to 1."""
    shape, axes = tuple(shape), tuple(s + 1 for s in sums)
    outer = math.prod(shape[a] for a in range(1, len(shape)) if a not in axes)
    inner = math.prod(shape[a] for a in axes)
    assert axes == tuple(range(len(shape) - len(axes), len(shape))), "distributions lie along the last axes"
    if entries.values:
        return _classes(rng, shape[0], outer, inner).reshape(shape).astype(entries.dtype)
    if entries.low is None:
        return _signed(entries, rng, (shape[0], outer, inner)).reshape(shape)
    weights = _weights(rng, entries.dtype, (shape[0], outer, inner))
    if len(axes) == 2:
        weights = _table(rng, weights.reshape(shape)).reshape(weights.shape)
    elif outer > 1:  # all rows alike, now and then
        weights = np.where(spread(rng.random(shape[0]) < 0.1, weights.shape), weights[:, :1], weights)
    return normalised(entries, weights).reshape(shape)


def normalised(entries: Entries, weights: Array) -> Array:
    """Weights over the last axis divided by their sum; where all are 0, the first gets everything."""
    least = float(np.finfo(entries.dtype).tiny)
    with np.errstate(all="ignore"):
        weights = weights / np.maximum(weights.max(axis=-1, keepdims=True), 1e-300)  # no sum underflows
        weights[..., 0] = np.where(weights.sum(axis=-1) > 0.5, weights[..., 0], 1.0)
        made = (weights / weights.sum(axis=-1, keepdims=True)).astype(entries.dtype)
    return np.maximum(made, entries.dtype.type(least)) if entries.open_low else made


def near(entries: Entries, sums: Sequence[int], other: Array, rng: Rng) -> Array:
    """A distribution beside each given one: equal, near, reversed, mixed with the uniform one, or with a zero."""
    shape, axes = other.shape, tuple(s + 1 for s in sums)
    inner = math.prod(shape[a] for a in axes)
    flat = other.reshape(shape[0], -1, inner).astype(np.float64)
    if entries.low is None:
        return other.copy()
    draws = Draws(rng, entries.dtype, np.ones(shape[0]))
    if entries.values:
        turned = np.roll(flat, 1, axis=-1)
        return np.where(spread(draws.at(0.5, shape[:1]), flat.shape), flat, turned).reshape(shape).astype(entries.dtype)
    bits = np.finfo(entries.dtype).nmant + 1
    step = spread(2.0 ** -rng.integers(1, bits + 1, size=shape[0]), flat.shape)
    one = draws.position(flat.shape)
    made = [
        flat * (1 + step * draws.signs(flat.shape)),
        flat * (1 + step * np.where(np.arange(inner) % 2, -1.0, 1.0)),
        flat * (1 + step * one),
        np.flip(flat, axis=-1),
        flat + 1.0 / inner,
        np.where(one, 0.0, flat),
        np.where(one, flat + 1e-3, flat),
    ]
    kind = spread(rng.choice(len(made), p=[0.3, 0.15, 0.15, 0.1, 0.1, 0.15, 0.05], size=shape[0]), flat.shape)
    near_by = normalised(entries, np.select([kind == k for k in range(len(made))], made))
    equal = spread(draws.at(0.2, shape[:1]), flat.shape)
    return np.where(equal, flat, near_by).astype(entries.dtype).reshape(shape)


def repaired(entries: Entries, sums: Sequence[int], values: Array) -> Array:
    """The nearest admissible array in spirit: nonnegative and divided by its sum, or one-hot at its largest entry."""
    axes = tuple(s + 1 for s in sums)
    flat = values.reshape(len(values), -1, math.prod(values.shape[a] for a in axes)).astype(np.float64)
    if entries.values:
        made = np.eye(flat.shape[-1])[flat.argmax(axis=-1)]
    elif entries.low is None:
        made = flat.copy()
        made[..., -1] = 1 - flat[..., :-1].sum(axis=-1)
    else:
        flat = np.maximum(flat, 0.0)
        off = np.abs(flat.sum(axis=-1, keepdims=True) - 1) > flat.shape[-1] * np.finfo(entries.dtype).eps
        made = np.where(off, normalised(entries, flat.copy()), flat)
    return made.astype(entries.dtype).reshape(values.shape)


def sums_to_one(entries: Entries, sums: Sequence[int], values: Array) -> Array:
    """Which of the calls have, over the axes in `sums`, entries whose sum is within n·u of 1."""
    axes = tuple(s + 1 for s in sums)
    totals = values.astype(np.float64).sum(axis=axes).reshape(len(values), -1)
    wide = np.abs(values.astype(np.float64)).sum(axis=axes).reshape(len(values), -1)
    room = math.prod(values.shape[a] for a in axes) * float(np.finfo(entries.dtype).eps)
    return np.all(np.abs(totals - 1) <= room * np.maximum(wide, 1), axis=-1)


def _classes(rng: Rng, count: int, rows: int, classes: int) -> Array:
    """One-hot rows: mixed classes, all of one class, in turn, or none of the last class."""
    mixed = rng.integers(classes, size=(count, rows))
    alike = np.broadcast_to(rng.integers(classes, size=(count, 1)), mixed.shape)
    turns = np.broadcast_to(np.arange(rows) % classes, mixed.shape)
    fewer = mixed % max(classes - 1, 1)
    kind = rng.choice(4, p=[0.55, 0.2, 0.1, 0.15], size=(count, 1))
    return np.eye(classes)[np.select([kind == 0, kind == 1, kind == 2], [mixed, alike, turns], fewer)]


def _signed(entries: Entries, rng: Rng, shape: tuple[int, int, int]) -> Array:
    draws = Draws(rng, entries.dtype, np.ones(shape[0]))
    values = draws.normal(shape) * draws.each([0.1, 1, 3], shape)
    values = np.where(spread(draws.at(0.4, shape[:1]), shape), np.rint(values * 4) / 4, values)
    values[..., -1] = 1 - values[..., :-1].sum(axis=-1)
    return values.astype(entries.dtype)


def _weights(rng: Rng, dtype: np.dtype, shape: tuple[int, int, int]) -> Array:
    """Nonnegative weights, some of them all 0; every call has a kind of its own."""
    info = np.finfo(dtype)
    d = Draws(rng, dtype, np.ones(shape[0]))
    hot = np.arange(shape[-1]) == rng.integers(shape[-1], size=shape[:2])[..., None]
    soft = rng.gamma(np.broadcast_to(d.each([0.05, 0.3, 1, 1, 50], shape), shape)) + 1e-300
    step = d.each(2.0 ** -np.arange(1.0, 2 * info.nmant), shape)
    lowest = info.minexp - info.nmant
    made = [
        soft,
        np.ones(shape),
        hot * 1.0,
        np.where(hot, 1.0, step * soft),  # nearly one-hot
        np.where(hot, step * soft, soft),  # one that is nearly impossible
        d.rng.integers(0, 4, size=shape) * 1.0,
        np.broadcast_to(2.0 ** -np.arange(float(shape[-1])), shape),
        soft * d.at(d.each([0.3, 0.6, 0.8], shape), shape),  # zeros
        np.where(d.at(0.5, shape), d.power(lowest, info.minexp + 4, shape), soft),  # subnormal entries
        1 + step * d.signs(shape),  # nearly uniform
        d.power(-40, 0, shape),
    ]
    kind = spread(rng.choice(len(made), p=np.array([5, 1, 2, 2, 2, 3, 1, 3, 2, 2, 2]) / 25, size=shape[0]), shape)
    return np.select([kind == k for k in range(len(made))], made)


def _table(rng: Rng, weights: Array) -> Array:
    """Joint weights: as they are, independent, nearly so, only on the diagonal, or with an empty row or column."""
    count, rows, columns = weights.shape
    product = weights.sum(axis=2, keepdims=True) * weights.sum(axis=1, keepdims=True)
    product = product / np.maximum(product.max(axis=(1, 2), keepdims=True), 1e-300)
    step = spread(2.0 ** -rng.integers(1, 50, size=count), weights.shape)
    kind = spread(rng.choice(6, p=[0.5, 0.15, 0.1, 0.1, 0.08, 0.07], size=count), weights.shape)
    made = [
        weights,
        product,
        product * (1 + step * rng.choice([-1.0, 1.0], size=weights.shape)),
        weights * (np.arange(rows)[:, None] % columns == np.arange(columns) % rows),
        weights * (np.arange(rows)[:, None] != rng.integers(rows, size=(count, 1, 1))),
        weights * (np.arange(columns) != rng.integers(columns, size=(count, 1, 1))),
    ]
    return np.select([kind == k for k in range(len(made))], made)
