"""The values that a routine should return: screened many points at once, and exact at one.

Screening is in balls of arrays (`batched`), whose midpoints are accurate to a fraction of the error budget. Whatever is
reported has been settled at its point: the value in Arb's balls, the budget in format balls.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import arb, fmpq

from ...spec.language.routines import Output, Variant
from ..arithmetic import Undecided, Undefined, Unsupported
from ..ball_arithmetic import Balls, Dual, ball, precision
from ..batched import Ball, Batched, Exact, wide
from ..duals import Duals, slope_of
from ..evaluate import Evaluation
from ..format_balls import EXACT_BITS, SMALLER, WORKING_BITS, Components, Format, FormatBalls, Reference
from .inputs import Batch

Index = tuple[int, ...]


@dataclass(frozen=True)
class Screen:
    """Values and budgets of one result at all points of a batch: arrays (N, *shape). No value is NaN."""

    mid: np.ndarray
    rad: np.ndarray


def shapes(variant: Variant, batch: Batch) -> list[tuple[int, ...]]:
    """The shape of each result at one point."""
    at = Evaluation({**batch.dims, **batch.integers}, Balls())
    return [tuple(max(0, at.integer(size)) for size in output.sizes) for output in variant.outputs]


def _many(batch: Batch) -> dict[str, Any]:
    """The environment of all points; labels and masks are exact."""
    env = batch.env()
    for name in batch.exact_names():
        v = env[name]
        env[name] = {at: Exact(e) for at, e in v.items()} if isinstance(v, Mapping) else Exact(v)
    return env


def screen(variant: Variant, batch: Batch, fmt: Format) -> list[Screen]:
    """All results at all points. A point that has no value at all is NaN throughout."""
    at = Evaluation(_many(batch), Batched(fmt), stable=True)
    made = []
    for output, shape in zip(variant.outputs, shapes(variant, batch), strict=True):
        mid = np.empty((batch.count, *shape), wide(fmt))
        rad = np.empty((batch.count, *shape))
        for index in np.ndindex(shape):
            _put(mid, rad, index, _value(at, output, index))
        made.append(Screen(mid, rad))
    return made


def screen_slopes(variant: Variant, batch: Batch, fmt: Format, wrt: str, cotangents: np.ndarray) -> Screen:
    """∂⟨cotangent, result⟩/∂wrt at all points, for a routine with one result; cotangents are (N, *shape).

    The budget is the larger of two: with the slope of a maximum by which the formula shifts, and without it.
    """
    full, without = (_screen_slopes(variant, batch, fmt, wrt, cotangents, detached) for detached in (False, True))
    with np.errstate(all="ignore"):
        apart = np.abs(full.mid - without.mid).astype(np.float64)
        rad = np.where(apart <= full.rad + without.rad, np.maximum(full.rad, without.rad), full.rad)
    return Screen(full.mid, rad)


def _screen_slopes(
    variant: Variant, batch: Batch, fmt: Format, wrt: str, cotangents: np.ndarray, detached: bool
) -> Screen:
    (output,), (shape,) = variant.outputs, shapes(variant, batch)
    env, base = _many(batch), Batched(fmt)
    numbers = Duals(base, detached)
    entries: Mapping[Any, Any] = env[wrt] if isinstance(env[wrt], Mapping) else {(): env[wrt]}
    inner = max(entries) if () not in entries else ()
    mid, rad = np.empty((batch.count, *inner), wide(fmt)), np.empty((batch.count, *inner))
    for key, value in entries.items():
        seeded = numbers.seed(value)
        moved = {**env, wrt: seeded if key == () else {**entries, key: seeded}}
        at = Evaluation(moved, numbers, stable=True)
        terms: list[Any] = [0]
        for index in np.ndindex(shape):
            slope = slope_of(_value(at, output, index))
            if not isinstance(slope, int) or slope:
                terms.append(base.mul(base.exact_array(cotangents[(slice(None), *index)]), slope))
        _put(mid, rad, tuple(i - 1 for i in key), base.add(terms))
    return Screen(mid, rad)


def _value(at: Evaluation, output: Output, index: Index) -> Any:
    try:
        return at.value(output.stable, dict(zip(output.indices, (i + 1 for i in index), strict=True)))
    except (Undefined, Undecided):  # at all points: by the sizes and integers alone
        return Ball(np.nan, np.inf)


def _put(mid: np.ndarray, rad: np.ndarray, index: Index, value: Any) -> None:
    made = value if isinstance(value, Ball) else Ball(value, 0.0)
    with np.errstate(all="ignore"):
        mid[(slice(None), *index)] = made.mid
        rad[(slice(None), *index)] = made.rad


# ---------------------------------------------------------------------- one point
def _exactly(env: Mapping[str, Any]) -> dict[str, Any]:
    """Infinities as balls; all else is exact already."""

    def number(v: Any) -> Any:
        return arb(str(v)) if isinstance(v, float) else v

    return {k: {i: number(v) for i, v in e.items()} if isinstance(e, Mapping) else number(e) for k, e in env.items()}


@dataclass(frozen=True)
class Truth:
    """One entry of a result: its value (None where there is none), as a ball, and the budget (infinite: unbounded).

    low and high are the ends of what is right: the value, or at a kink the two slopes.
    """

    low: Any
    high: Any
    budget: float
    note: str = ""

    @property
    def known(self) -> bool:
        return self.low is not None

    @property
    def infinite(self) -> bool:
        return self.known and not self.low.is_finite()

    @property
    def value(self) -> float:
        """The nearest double of the value, or of the middle between two slopes."""
        return float((self.low + self.high) / 2) if self.low is not self.high else float(self.low)

    def error(self, got: Any) -> float:
        """The distance of a finite result from what is right. got: a float, or a pair of floats that sum to it."""
        high, low = got if isinstance(got, tuple) else (got, 0.0)
        if not math.isfinite(high):
            return math.inf
        with precision(EXACT_BITS[-1]):
            at = arb(high) + arb(low)
            below, above = self.low - at, at - self.high
            return max(
                0.0, float(below.abs_upper()) if below > 0 else 0.0, float(above.abs_upper()) if above > 0 else 0.0
            )


UNKNOWN = Truth(None, None, math.inf, "no value here")


class Point:
    """A routine at one point: exact values and budgets of the entries of its results.

    env: sizes and integer arguments as ints, numbers as Fractions, arrays as {(i, …): Fraction}, from `Batch.point`.
    """

    def __init__(self, variant: Variant, env: Mapping[str, Any], fmt: Format) -> None:
        self.env, self.format = _exactly(env), fmt
        self.outputs = variant.outputs
        self._references = [
            Reference(Components(o.stable, o.literal, o.indices, ()), self.env, fmt) for o in variant.outputs
        ]

    def truth(self, output: int, index: Index) -> Truth:
        """The entry at an index from 0."""
        reference, place = self._references[output], tuple(i + 1 for i in index)
        budget = _budget(lambda: reference.ball(place))
        value = reference.exact(place, budget[0])
        if value is None:
            return UNKNOWN
        return Truth(value, value, _reaching(budget, value, value))

    def slope(self, wrt: str, key: Index, cotangent: np.ndarray) -> Truth:
        """∂⟨cotangent, result⟩/∂wrt[key], for a routine with one result; at a kink what lies between the two sides."""
        place = tuple(i + 1 for i in key)
        with_shift, without = (_budget(lambda d=d: self._slope_ball(wrt, place, cotangent, d)) for d in (False, True))
        close = with_shift[1] is not None and without[1] is not None and with_shift[1].overlaps(without[1])
        budget = without if close and without[0] > with_shift[0] else with_shift
        for bits in EXACT_BITS:
            with precision(bits):
                try:
                    sides = [self._one_sided(wrt, place, cotangent, d) for d in (-1, 1)]
                except Undecided:
                    continue
                except (Undefined, Unsupported):
                    return UNKNOWN
                low, high = sorted(sides, key=lambda s: s.mid())
            if all(s.is_finite() and s.rad() <= budget[0] * SMALLER for s in sides):
                return Truth(low, high, _reaching(budget, low, high))
        return UNKNOWN

    def _moved(self, wrt: str, place: Index, value: Any) -> dict[str, Any]:
        return {**self.env, wrt: {**self.env[wrt], place: value} if place else value}

    def _terms(self, at: Evaluation, cotangent: np.ndarray, stable: bool) -> list[tuple[Any, Any]]:
        """(cotangent, slope's number) of every entry of the result."""
        output = self.outputs[0]
        body = output.stable if stable else output.literal
        return [
            (arb(float(c)), at.value(body, dict(zip(output.indices, (i + 1 for i in index), strict=True))))
            for index, c in np.ndenumerate(cotangent)
        ]

    def _slope_ball(self, wrt: str, place: Index, cotangent: np.ndarray, detached: bool) -> Any:
        base = FormatBalls(self.format)
        numbers = Duals(base, detached)
        seeded = numbers.seed(self.env[wrt][place] if place else self.env[wrt])
        at = Evaluation(self._moved(wrt, place, seeded), numbers, stable=True)
        slopes = [(c, slope_of(v)) for c, v in self._terms(at, cotangent, stable=True)]
        return base.add([0, *[base.mul(c, s) for c, s in slopes if not (isinstance(s, int) and s == 0)]])

    def _one_sided(self, wrt: str, place: Index, cotangent: np.ndarray, direction: int) -> Any:
        balls, tag = Balls(), -1
        balls.directions[tag] = direction
        seeded = Dual(tag, self.env[wrt][place] if place else self.env[wrt], fmpq(1))
        at = Evaluation(self._moved(wrt, place, seeded), balls)
        total = arb(0)
        for c, v in self._terms(at, cotangent, stable=False):
            if not ball(v.value if isinstance(v, Dual) else v).is_finite():
                raise Undefined("a slope at infinity")
            total += c * ball(v.slope if isinstance(v, Dual) else 0)
        return total


def _budget(made: Any) -> tuple[float, Any]:
    """(radius, ball) in format balls; infinite where unbounded."""
    with precision(WORKING_BITS):
        try:
            allowed = ball(made())
        except (Undefined, Unsupported, Undecided):
            return math.inf, None
    return (float(allowed.rad()), allowed) if allowed.is_finite() else (math.inf, None)


def _reaching(budget: tuple[float, Any], low: Any, high: Any) -> float:
    """The budget, unbounded where its ball does not reach the value: a branch went the other way."""
    radius, allowed = budget
    if allowed is None or not low.is_finite():
        return radius
    return radius if allowed.overlaps(low) or allowed.overlaps(high) else math.inf
