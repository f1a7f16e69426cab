"""Strata of numbers: the kinds of arrays at which code is apt to trip, drawn for many calls at once.

A stratum makes real numbers; `Entries.fit` folds them into the domain and the format. Every call of a batch has its own
stratum, magnitude and signs, and nothing loops over calls.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

Rng = np.random.Generator
Array = np.ndarray


@dataclass(frozen=True)
class Entries:
    """What one entry may be: a described domain in a format."""

    low: float | None
    high: float | None
    open_low: bool
    open_high: bool
    integer: bool
    values: tuple[float, ...]
    infinite: bool  # −∞ is admitted
    dtype: np.dtype

    @classmethod
    def of(cls, described: Mapping[str, Any], dtype: Any) -> Entries:
        """From the plain description of a sort.

        >>> from ...spec.language import Unit
        >>> Entries.of(Unit.description(), "float32").inside(np.array([0.5, 1.0, 1.5]))
        array([ True,  True, False])
        """
        d = described
        low, high = (None if d[end] is None else float(d[end]) for end in ("low", "high"))
        values = tuple(float(v) for v in sorted(d["values"]))
        infinite = bool(d.get("minus_infinity", False))
        return cls(low, high, d["open_low"], d["open_high"], d["integer"], values, infinite, np.dtype(dtype))

    @property
    def real(self) -> bool:
        return self.low is None and self.high is None

    def inside(self, x: Array) -> Array:
        """Which entries belong to the domain."""
        if self.values:
            return np.isin(x, self.values)
        inside = np.isfinite(x)
        if self.low is not None:
            inside &= x > self.low if self.open_low else x >= self.low
        if self.high is not None:
            inside &= x < self.high if self.open_high else x <= self.high
        if self.integer:
            inside &= np.rint(x) == x
        return inside | (x == -np.inf) if self.infinite else inside

    def fit(self, x: Array, rng: Rng) -> Array:
        """Real numbers folded into the domain: |x| on a half-line, 1 − 1/|x| beyond 1 on [0, 1]; zeros stay zeros."""
        if self.values:
            return np.asarray(self.values)[np.floor(np.abs(x)).astype(np.int64) % len(self.values)].astype(self.dtype)
        info = np.finfo(self.dtype)
        with np.errstate(all="ignore"):
            x = np.nan_to_num(x, nan=0.0, posinf=info.max, neginf=info.min)
            if self.integer:  # beyond 2ᵖ they would only be even
                x = np.rint(np.clip(x, -(2.0 ** (info.nmant + 1)), 2.0 ** (info.nmant + 1)))
            if self.low is not None and self.high is not None:
                x = self._folded(x)
            elif self.low is not None:
                x = self.low + np.abs(x)
            elif self.high is not None:
                x = self.high - np.abs(x)
            x = np.clip(x, float(info.min), float(info.max)).astype(self.dtype)
        return self._off_the_ends(x, rng)

    def _folded(self, x: Array) -> Array:
        assert self.low is not None and self.high is not None
        size = np.abs(x)
        part = np.where(size <= 1, size, 1 - 1 / np.maximum(size, 1))
        if self.low == -self.high:
            return self.high * np.copysign(part, x)
        return self.low + (self.high - self.low) * (np.rint(part) if self.integer else part)

    def _off_the_ends(self, x: Array, rng: Rng) -> Array:
        info = np.finfo(self.dtype)
        for end, is_open, inward in ((self.low, self.open_low, 1), (self.high, self.open_high, -1)):
            if end is None or not is_open or not (x == end).any():
                continue
            least = info.epsneg if end else info.tiny
            away = rng.choice([1.0 if self.integer else least, 1.0 if self.integer else 0.5], size=x.shape[:1])
            if self.low is None or self.high is None:
                away = np.where(rng.random(x.shape[0]) < 0.5, 1.0, away)
            x = np.where(x == end, spread(end + inward * away, x.shape), x).astype(self.dtype)
        return x


def spread(per_call: Any, shape: Sequence[int]) -> Array:
    """One number for each call, as an array that combines with entries of the shape."""
    return np.asarray(per_call).reshape(-1, *[1] * (len(shape) - 1))


@cache
def special(dtype: np.dtype) -> Array:
    """Numbers at which code or format changes its ways; 0 and those near 1 come first."""
    info = np.finfo(dtype)
    bits = info.nmant + 1
    plain = [0, 1, 0.5, 2, 3, 0.1, 1e-3, 1e-5, 1e-7, 1e-8, 1e-10, 1e-12, 1e-15, 4, 5, 6, 8, 10, 15, 18, 20, 22, 25, 30]
    plain += [33, 34, 35, 36, 37, 40, 45, 50, 60, 64, 80, 87, 88, 88.7, 89, 90, 100, 103, 104, 200, 500, 600, 700, 708]
    plain += [709, 710, 745, 746, 750, 1e3, 1e4, 1e5, 1e6, 1e8, 1e9, 1e10, 1e12, 1e15, 1e20, 1e30, 1e38, 1e154, 1e300]
    big, small, least = float(info.max), float(info.tiny), float(info.smallest_subnormal)
    made = [math.log(big), -math.log(small), -math.log(least), bits * math.log(2), bits * math.log(2) / 2]
    made += [math.sqrt(big), math.sqrt(small), float(info.eps), float(info.epsneg), math.sqrt(float(info.eps))]
    made += [1 - float(info.epsneg), 1 + float(info.eps), big, small, least, 2.0**bits]
    return np.array([v for v in plain + made if v <= big])


@dataclass(frozen=True)
class Draws:
    """Random numbers for `count` calls; `scale` is a magnitude for each of them, shared by its arguments."""

    rng: Rng
    dtype: np.dtype
    scale: Array

    def normal(self, shape: Sequence[int]) -> Array:
        return self.rng.standard_normal(shape)

    def signs(self, shape: Sequence[int]) -> Array:
        return self.rng.choice([-1.0, 1.0], size=shape)

    def one_of(self, values: Any, shape: Sequence[int]) -> Array:
        return np.asarray(values, dtype=float)[self.rng.integers(len(values), size=tuple(shape))]

    def each(self, values: Any, shape: Sequence[int]) -> Array:
        """One of the values for each call."""
        return spread(self.one_of(values, (shape[0],)), shape)

    def power(self, low: float, high: float, shape: Sequence[int], base: float = 2.0) -> Array:
        return base ** self.rng.uniform(low, high, size=tuple(shape))

    def position(self, shape: Sequence[int]) -> Array:
        """True at one entry of each call."""
        size = math.prod(shape[1:])
        return (np.arange(size) == self.rng.integers(size, size=(shape[0], 1))).reshape(shape)

    def at(self, chance: Any, shape: Sequence[int]) -> Array:
        return self.rng.random(tuple(shape)) < chance


def _scaled(d: Draws, shape: Sequence[int]) -> Array:
    return d.normal(shape) * spread(d.scale, shape)


def _normal(d: Draws, shape: Sequence[int]) -> Array:
    return d.normal(shape)


def _whole(d: Draws, shape: Sequence[int]) -> Array:
    return np.rint(d.normal(shape) * d.each([1, 2, 4, 30], shape))


def _special(d: Draws, shape: Sequence[int]) -> Array:
    values = d.one_of(special(d.dtype), shape) * d.signs(shape)
    eps = float(np.finfo(d.dtype).eps)
    nudged = values * (1 + eps * d.rng.integers(-2, 3, size=shape))
    shifted = values + d.one_of([-1, -0.5, -0.1, 0.1, 0.5, 1], shape)
    kind = spread(d.rng.random(shape[0]), shape)
    return np.where(kind < 0.5, values, np.where(kind < 0.75, nudged, shifted))


def _moderate(d: Draws, shape: Sequence[int]) -> Array:
    return d.signs(shape) * d.power(-20, 12, shape)


def _any_float(d: Draws, shape: Sequence[int]) -> Array:
    info = np.finfo(d.dtype)
    return d.signs(shape) * d.power(info.minexp - info.nmant, info.maxexp, shape)


def _constant(d: Draws, shape: Sequence[int]) -> Array:
    row = np.where(d.at(0.3, shape[:1]), _special(d, shape[:1]), d.normal(shape[:1]) * d.scale)
    row = np.where(d.at(0.3, shape[:1]), np.rint(row), row)
    return np.broadcast_to(spread(row, shape), shape)


def _one_apart(d: Draws, shape: Sequence[int]) -> Array:
    """All entries alike but one, above or below the others by a threshold."""
    gap = d.each([0.5, 1, 10, 17, 20, 30, 37, 40, 60, 88, 89, 103, 104, 200, 709, 710, 745, 746, 1e4, 1e5], shape)
    rest = np.where(spread(d.at(0.5, shape[:1]), shape), d.normal(shape), _constant(d, shape) * 0)
    return np.where(d.position(shape), rest + gap * d.each([-1, 1], shape), rest)


def _offset(d: Draws, shape: Sequence[int]) -> Array:
    """Small differences on a common large number."""
    near = d.normal(shape) * d.each([1, 1, 0.01], shape)
    near = np.where(spread(d.at(0.5, shape[:1]), shape), np.rint(near * 3), near)
    return near + d.each([-1, 1], shape) * d.each([20, 100, 800, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e12], shape)


def _slices(d: Draws, shape: Sequence[int], axis: int, gaps: Sequence[float]) -> Array:
    along = [shape[0], *[1] * (len(shape) - 1)]
    along[axis] = shape[axis]
    return d.normal(shape) * d.one_of([0, 1, 1, 5], along) + d.signs(along) * d.one_of(gaps, along)


def _rows_apart(d: Draws, shape: Sequence[int]) -> Array:
    """Each row with a level and a spread of its own, perhaps 0."""
    return _slices(d, shape, min(1, len(shape) - 1), [0, 0, 1, 100, 800, 2e4, 1e5, 1e9])


def _columns_apart(d: Draws, shape: Sequence[int]) -> Array:
    return _slices(d, shape, len(shape) - 1, [0, 0, 1, 100, 1e4, 1e8])


def _sparse(d: Draws, shape: Sequence[int]) -> Array:
    return _scaled(d, shape) * d.at(d.each([0.1, 0.3, 0.6], shape), shape)


def _zeros(d: Draws, shape: Sequence[int]) -> Array:
    return np.zeros(shape)


def _near(d: Draws, shape: Sequence[int]) -> Array:
    """Entries that differ by a relative 2⁻¹ … 2⁻⁵²."""
    bits = np.finfo(d.dtype).nmant
    step = spread(2.0 ** -d.rng.integers(1, bits + 1, size=shape[0]), shape)
    return _constant(d, shape) * (1 + step * d.rng.integers(-2, 3, size=shape))


def _tied(d: Draws, shape: Sequence[int]) -> Array:
    """Only two different numbers."""
    pair = [np.where(d.at(0.5, shape[:1]), np.rint(v), v) for v in (d.normal(shape[:1]) * d.scale, d.normal(shape[:1]))]
    return np.where(d.at(0.5, shape), spread(pair[0], shape), spread(pair[1], shape))


def _sequence(d: Draws, shape: Sequence[int]) -> Array:
    steps = np.arange(math.prod(shape[1:]), dtype=float).reshape(1, *shape[1:])
    return (steps + d.each([0, 1, -1], shape)) * d.each([1, -1, 0.5, 0.1, 10, 100, 1000], shape)


def _identity(d: Draws, shape: Sequence[int]) -> Array:
    """1 (or another number) where all indices agree, or at one entry."""
    places = np.indices(tuple(shape[1:]))
    same = np.all(places == places[:1], axis=0)[None]
    chosen = np.where(spread(d.at(0.5 if len(shape) > 2 else 0.0, shape[:1]), shape), same, d.position(shape))
    return chosen * d.each([1, 1, -1, 2, 0.5, 100, 1e4], shape)


def _small(d: Draws, shape: Sequence[int]) -> Array:
    info = np.finfo(d.dtype)
    return d.signs(shape) * d.power(info.minexp - info.nmant, info.minexp / 2, shape) * d.at(0.8, shape)


def _large(d: Draws, shape: Sequence[int]) -> Array:
    info = np.finfo(d.dtype)
    return d.signs(shape) * d.power(info.maxexp / 3, info.maxexp, shape)


def _log_weights(d: Draws, shape: Sequence[int]) -> Array:
    """The logarithms of a distribution along the last axis."""
    weights = d.rng.gamma(np.broadcast_to(d.each([0.05, 1, 50], shape), shape)) + 1e-300
    return np.log(weights / weights.sum(axis=-1, keepdims=True))


Stratum = Callable[[Draws, Sequence[int]], Array]
# (stratum, its share in corner batches, its share in random ones)
STRATA: tuple[tuple[Stratum, int, int], ...] = (
    (_normal, 4, 2), (_scaled, 1, 6), (_whole, 6, 3), (_special, 5, 4), (_moderate, 0, 4), (_any_float, 0, 2),
    (_constant, 3, 3), (_one_apart, 5, 4), (_offset, 2, 3), (_rows_apart, 3, 3), (_columns_apart, 1, 2),
    (_sparse, 1, 3), (_zeros, 2, 1), (_near, 2, 4), (_tied, 2, 2),
    (_sequence, 3, 2), (_identity, 3, 2), (_small, 1, 2), (_large, 1, 1),
)  # fmt: skip
SCALES = (1e-6, 1e-3, 0.1, 1, 1, 1, 3, 10, 10, 30, 60, 100, 300, 1000, 1e4, 1e6)


def choose(rng: Rng, count: int, corner: bool) -> Array:
    """A stratum for each call."""
    shares = np.array([s[1 if corner else 2] for s in STRATA], dtype=float)
    return rng.choice(len(STRATA), p=shares / shares.sum(), size=count)


def scales(rng: Rng, count: int) -> Array:
    return np.asarray(SCALES, dtype=float)[rng.integers(len(SCALES), size=count)]


def fill(entries: Entries, rng: Rng, shape: Sequence[int], which: Array, scale: Array) -> Array:
    """An array for each call, by its own stratum: shape (calls, …)."""
    shape = tuple(shape)
    if entries.values:
        return _finitely_many(entries, rng, shape)
    out = np.empty(shape)
    with np.errstate(all="ignore"):
        for number in np.unique(which):
            rows = np.flatnonzero(which == number)
            out[rows] = STRATA[number][0](Draws(rng, entries.dtype, scale[rows]), (len(rows), *shape[1:]))
        if entries.low is None and entries.high is not None and len(shape) > 1:
            draws = Draws(rng, entries.dtype, scale)
            out = np.where(spread(draws.at(0.3, shape[:1]), shape), _log_weights(draws, shape), out)
    values = entries.fit(out, rng)
    if entries.real:
        negative = spread(rng.random(len(values)) < 0.3, shape) & (rng.random(shape) < 0.5)
        values = np.where((values == 0) & negative, -values, values)
    return _with_infinities(rng, values) if entries.infinite else values


def _finitely_many(entries: Entries, rng: Rng, shape: Sequence[int]) -> Array:
    """Labels: mixed, all alike, or all alike but one."""
    draws = Draws(rng, entries.dtype, np.ones(shape[0]))
    mixed = draws.one_of(entries.values, shape)
    alike = np.broadcast_to(draws.each(entries.values, shape), shape)
    other = np.broadcast_to(draws.each(entries.values, shape), shape)
    kind = spread(rng.random(shape[0]), shape)
    mostly = np.where(draws.at(0.85, shape), alike, mixed)
    but_one = np.where(draws.position(shape), other, alike)
    chosen = np.where(kind < 0.5, mixed, np.where(kind < 0.65, alike, np.where(kind < 0.85, but_one, mostly)))
    return chosen.astype(entries.dtype)


def _with_infinities(rng: Rng, values: Array) -> Array:
    """−∞ here and there in a third of the calls; in a few, everywhere."""
    chance = rng.choice([0.0, 0.0, 0.0, 0.0, 0.2, 0.5, 1.0], p=[0.2, 0.2, 0.15, 0.1, 0.17, 0.1, 0.08], size=len(values))
    return np.where(rng.random(values.shape) < spread(chance, values.shape), -np.inf, values).astype(values.dtype)
