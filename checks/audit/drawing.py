"""Inputs of a variant, drawn from the descriptions of its sorts: first corners, then random strata without end.

Nothing here knows a routine by name. What is known is what sorts say: which arrays share axes, which arguments are of
one sort and so may be equal or nearly so, which integers may stand beside each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from . import distributions, strata
from .input_batches import Batch, arguments, coding_of, is_array, is_integer, shape
from .sizes import Room
from .strata import Array, Entries, Rng, spread

PAIRS = [(1, 2), (0, 1), (1, 0), (2, 1), (-1, 1), (1, -1), (5, 7), (0, 2), (2, 0), (-1, 0), (0, -1), (3, -2), (-2, -1)]
# Numbers that people give as rates, momenta, powers and guards against 0; those that a domain lacks are left out.
NUMBERS = [
    0.0,
    1.0,
    0.5,
    0.9,
    0.1,
    2.0,
    0.999,
    1e-3,
    1e-8,
    0.01,
    -1.0,
    3.0,
    0.25,
    1e-5,
    10.0,
    0.99,
    100.0,
    1 - 1e-8,
]
SMALLEST_SHARE = 2.0**-7
LONG_EVERY = 12  # of the random batches, one in so many has an axis of hundreds
GROWS_EVERY = 8  # random batches: once sizes and forms have been varied, many points together are the cheapest
GROWN = 16  # times the first batches, at most


def batches(variant: Any, dtype: str, rng: Rng) -> Iterator[Batch]:
    """Endless: a dozen or so small batches of corner cases, more where integers are arguments; then random strata,
    in batches that grow, except where they differ in integers that are arguments.

    Equal generators give equal batches.
    """
    room = Room(variant)
    plan = [_Argument(variant, p, dtype) for p in arguments(variant) if not is_integer(p)]
    if variant.maps == "elements":
        yield _batch(variant, dtype, plan, {}, {}, 512, rng, "specials")
        corners: list[Any] = [({}, {})] * 3
    else:
        corners = list(room.corners(rng))
    few = 24 if not any(a.array for a in plan) else 64
    for dims, integers in corners:
        yield _batch(variant, dtype, plan, dims, integers, 256 if variant.maps == "elements" else few, rng, "corner")
    number = 0
    while True:
        number += 1
        grown = min(GROWN // 2 if room.least else GROWN, 1 << min(number // GROWS_EVERY, 10))
        if variant.maps == "elements":
            yield _batch(variant, dtype, plan, {}, {}, 512 * grown, rng, _kind(number))
            continue
        long = number % LONG_EVERY == 0 and 1 <= len(room.names) <= 2
        dims, integers = room.random(rng, long)
        count = int(np.clip(4096 * grown // room.entries(dims), 4, few * 4 * grown if few > 24 else few * grown))
        yield _batch(variant, dtype, plan, dims, integers, count, rng, "long" if long else _kind(number))


def _kind(number: int) -> str:
    return "together" if number % 3 == 0 else "mixed"


class _Argument:
    """A parameter, and what its entries may be in the format that code takes them in."""

    def __init__(self, variant: Any, parameter: Any, dtype: str) -> None:
        self.name = parameter.name
        self.parameter = parameter
        self.array = is_array(variant, parameter)
        self.described: Mapping[str, Any] = parameter.sort.description()
        self.sums: Sequence[int] = tuple(self.described["sums"])
        self.entries = Entries.of(self.described, dtype if self.array else "float64")
        self.mask = self.array and coding_of(parameter) == "TRUTH"
        self.two_valued = coding_of(parameter) == "TWO_VALUES"

    def akin(self, other: _Argument) -> bool:
        """Whether the two range over the same numbers."""
        return self.entries == other.entries and self.sums == other.sums and self.array == other.array


def _batch(
    variant: Any,
    dtype: str,
    plan: Sequence[_Argument],
    dims: Mapping[str, int],
    integers: Mapping[str, int],
    count: int,
    rng: Rng,
    stratum: str,
) -> Batch:
    corner = stratum in ("corner", "specials")
    together = strata.choose(rng, count, corner)
    shared = rng.random(count) < (1.0 if stratum == "together" else 0.15)
    scale = strata.scales(rng, count)
    at_rest = rng.random(count) < 0.1  # several arguments are 0, as a state is before the first step
    values: dict[str, Array] = {}
    numbers = [a for a in plan if not a.array]
    columns = _numbers(numbers, rng, count, corner)
    for argument in plan:
        if not argument.array:
            values[argument.name] = columns[argument.name]
            continue
        whole = (count, *shape(argument.parameter, dims)) if argument.parameter.sort.kind == "array" else (count,)
        which = np.where(shared, together, strata.choose(rng, count, corner))
        scales = np.where(shared, scale, strata.scales(rng, count))
        made = _array(argument, rng, whole, which, scales)
        if stratum == "specials":
            made = _specials(argument, rng, made)
        for other in plan[: plan.index(argument)]:
            if argument.akin(other) and values[other.name].shape == whole:
                made = _beside(argument, rng, made, values[other.name])
        if len(plan) > 1 and not argument.sums and argument.entries.inside(np.zeros(1))[0]:
            blank = at_rest & (rng.random(count) < 0.6)
            made = np.where(spread(blank, made.shape), made.dtype.type(0), made)
        values[argument.name] = made
    codes = {a.name: _pairs(rng, count) for a in plan if a.two_valued}
    return Batch(variant, dtype, dict(dims), dict(integers), values, count, stratum, codes)


def _array(argument: _Argument, rng: Rng, whole: tuple[int, ...], which: Array, scale: Array) -> Array:
    if argument.sums:
        return distributions.fill(argument.entries, argument.sums, rng, whole)
    made = strata.fill(argument.entries, rng, whole, which, scale)
    if argument.mask:
        return _seldom_empty(rng, made)
    return symmetric(made) if argument.described["symmetric"] else made


def symmetric(x: Array) -> Array:
    """The lower triangle of each square array, mirrored."""
    return np.tril(x) + np.swapaxes(np.tril(x, -1), -1, -2)


def _seldom_empty(rng: Rng, mask: Array) -> Array:
    """A mask that leaves something of every row, in most of the calls."""
    one = np.arange(mask.shape[-1]) == rng.integers(mask.shape[-1], size=(*mask.shape[:-1], 1))
    empty = ~mask.any(axis=-1, keepdims=True) & spread(rng.random(len(mask)) < 0.85, mask.shape)
    return np.where(empty & one, mask.dtype.type(1), mask)


def _specials(argument: _Argument, rng: Rng, made: Array) -> Array:
    """Every special number, its negative and its neighbours, in an order of its own, before anything random."""
    if argument.entries.values:
        return made
    special = strata.special(argument.entries.dtype)
    eps = float(np.finfo(argument.entries.dtype).eps)
    with np.errstate(all="ignore"):
        beside = [special * (1 + eps), special * (1 - eps)]
    every = np.concatenate([special, -special, *beside, *(-v for v in beside)])
    fitted = argument.entries.fit(every, rng)[: len(made)]
    fitted = fitted[argument.entries.inside(fitted)]
    out = made.copy()
    out[: len(fitted)] = rng.permutation(fitted)
    return out


def _beside(argument: _Argument, rng: Rng, made: Array, other: Array) -> Array:
    """In some of the calls, an array of the same sort follows the other: equal, near, negated, reversed."""
    if argument.sums:
        follows = distributions.near(argument.entries, argument.sums, other, rng)
        return np.where(spread(rng.random(len(made)) < 0.4, made.shape), follows, made)
    entries, draws = argument.entries, strata.Draws(rng, argument.entries.dtype, np.ones(len(made)))
    bits = np.finfo(entries.dtype).nmant
    step = spread(2.0 ** -rng.integers(1, bits + 1, size=len(made)), made.shape)
    with np.errstate(all="ignore"):
        wide = np.where(np.isfinite(other), other, 0).astype(np.float64)
        ways = [
            other,
            wide * (1 + step * draws.signs(made.shape)),
            wide + step * draws.signs(made.shape),
            -other,
            np.flip(other, axis=-1) if made.ndim > 1 else other,
            np.where(draws.position(made.shape), made, other),
            1 - wide,
        ]
        way = spread(
            rng.choice(len(ways) + 1, p=[0.08, 0.1, 0.05, 0.04, 0.03, 0.06, 0.02, 0.62], size=len(made)), made.shape
        )
        follows = np.select([way == k for k in range(len(ways))], ways, made)
        follows = np.clip(follows, float(np.finfo(entries.dtype).min), None) if not entries.infinite else follows
        follows = follows.astype(entries.dtype)
    follows = np.where(entries.inside(follows), follows, made)
    return symmetric(follows) if argument.described["symmetric"] else follows


def _numbers(plan: Sequence[_Argument], rng: Rng, count: int, corner: bool) -> dict[str, Array]:
    """A column for each number beside arrays. In corner batches likely numbers are crossed, as far as there is room."""
    likely = [np.array([v for v in NUMBERS if a.entries.inside(np.array([v]))[0]] or [1.0]) for a in plan]
    made: dict[str, Array] = {}
    few = max(2, int(count ** (1 / max(len(plan), 1))))
    order = rng.permutation(count)
    for a, numbers in zip(plan, likely, strict=True):
        numbers = np.array(a.entries.values) if a.entries.values else numbers
        chosen = numbers[rng.integers(len(numbers), size=count)]
        if corner:  # crossed: the first few of each list, in mixed radix
            radix = min(few, len(numbers))
            crossed = numbers[(order % radix) if radix > 1 else 0 * order]
            order = order // radix
            made[a.name] = _felt(a, np.where(rng.random(count) < 0.5, crossed, chosen))
            continue
        sign = rng.choice([-1.0, 1.0], size=count)
        ways = [chosen, 10.0 ** rng.uniform(-9, 2, size=count), rng.integers(1, 100, size=count) / 100]
        ways += [rng.integers(0, 33, size=count) / 8, 1 - 10.0 ** rng.uniform(-9, 0, size=count)]
        way = rng.choice(len(ways), p=[0.4, 0.25, 0.15, 0.1, 0.1], size=count)
        drawn = np.select([way == k for k in range(len(ways))], ways)
        fitted = chosen if a.entries.values else a.entries.fit(drawn * sign, rng)
        for other in plan[: plan.index(a)]:
            if a.akin(other):
                close = made[other.name] * (1 + rng.choice([0, 0, 2.0**-40, -(2.0**-20)], size=count))
                close = np.where(a.entries.inside(close), close, made[other.name])
                fitted = np.where(rng.random(count) < 0.1, close, fitted)
        made[a.name] = _felt(a, np.where(way == 0, chosen, fitted))
    return made


def _felt(argument: _Argument, numbers: Array) -> Array:
    """Shares of 1, such as β, are 0 or not lost in 1 − β: code may be given either."""
    if argument.described["high"] != 1:
        return numbers
    return np.where((numbers > 0) & (numbers < SMALLEST_SHARE), SMALLEST_SHARE, numbers)


def _pairs(rng: Rng, count: int) -> Array:
    """The two values that labels have, for each call; Python floats in one half of the batches, ints in the other."""
    made = np.array(PAIRS)[(np.arange(count) + rng.integers(len(PAIRS))) % len(PAIRS)]
    return made.astype(np.float64) if rng.random() < 0.5 else made.astype(np.int64)
