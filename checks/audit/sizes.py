"""Dimensions and integer arguments: tiny and square and long, each integer at, beside and beyond the others."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from ..ball_arithmetic import Balls
from ..evaluate import Evaluation
from .input_batches import arguments, is_integer, shape, size_names

Rng = np.random.Generator
Sizes = tuple[dict[str, int], dict[str, int]]  # dimensions, integer arguments
ENTRIES = 64  # of one array, normally
MOST = {0: 1, 1: 8, 2: 6}  # the longest axis, by how many there are; 4 where there are more
TRIES = 200
LONGEST = 24  # axis of a result, where integers tell its length


class Room:
    """The dimensions and integer arguments that a variant admits."""

    def __init__(self, variant: Any) -> None:
        self.variant = variant
        self.names = size_names(variant)
        self.least = {
            p.name: p.sort.domain.low if p.sort.domain.low is not None else -8
            for p in arguments(variant)
            if is_integer(p) and p.name not in self.names
        }
        self.most = {p.name: p.sort.domain.high for p in arguments(variant) if p.name in self.least}
        self.shaping = _shaping(variant) & set(self.least)  # such as a padding: results grow with it
        self.repeated = max((len(o.indices) for o in variant.outputs), default=0) > max(
            (len(p.sort.dims) for p in arguments(variant)), default=0
        )

    def admits(self, dims: Mapping[str, int], integers: Mapping[str, int]) -> bool:
        inside = all(self.least[n] <= v and (self.most[n] is None or v <= self.most[n]) for n, v in integers.items())
        if not inside or min(dims.values(), default=1) < 1 or not self.variant.admits({**dims, **integers}):
            return False
        return not self.shaping or all(1 <= size <= LONGEST for size in self._lengths({**dims, **integers}))

    def _lengths(self, env: Mapping[str, int]) -> Iterator[int]:
        at = Evaluation(env, Balls())
        yield from (at.integer(size) for o in self.variant.outputs for size in o.sizes)

    def entries(self, dims: Mapping[str, int]) -> int:
        """The entries of the largest array."""
        return max((math.prod(shape(p, dims)) for p in arguments(self.variant)), default=1)

    def corners(self, rng: Rng) -> Iterator[Sizes]:
        """A dozen or so tiny ones, more where integers are arguments: first the plainest, then each extreme."""
        patterns = list(self._patterns())
        tuples = list(self._tuples(rng))
        length = max(len(patterns), min(len(tuples), 48), 12)
        wanted = [(patterns[i % len(patterns)], tuples[(i + i // len(patterns)) % len(tuples)]) for i in range(length)]
        if self.shaping:
            wanted.insert(0, (self._any_dims(), dict(self.least)))
        for dims, integers in wanted:
            if self.admits(dims, integers):
                yield dims, integers
            elif found := next((p for p in reversed(patterns) if self.admits(p, integers)), None):
                yield found, integers

    def _patterns(self) -> Iterator[dict[str, int]]:
        n = len(self.names)
        rising = list(range(2, n + 2))
        made = [[2] * n, rising, [1] * n, rising[::-1], [3] * n]
        made += [[1 if i == k else 2 + (i > k) for i in range(n)] for k in range(n)]
        made += [[3 if i == k else 1 for i in range(n)] for k in range(n)]
        made += [[1 + i for i in range(n)], [4] * n, [5] * n] if n < 3 else []
        seen: set[tuple[int, ...]] = set()
        for lengths in made:
            if tuple(lengths) not in seen:
                seen.add(tuple(lengths))
                yield dict(zip(self.names, lengths, strict=True))

    def _tuples(self, rng: Rng) -> Iterator[dict[str, int]]:
        """Small integers, those near their least values in every combination, shuffled; large ones in between."""
        if not self.least:
            yield {}
            return
        reach = 5 if len(self.least) > 1 else 3
        every = list(itertools.product(*[range(low, low + reach) for low in self.least.values()]))
        every = [every[i] for i in rng.permutation(len(every))]
        first = {n: low + (not low) for n, low in self.least.items()}
        yield from [first] if self.variant.admits({**self._any_dims(), **first}) else []
        for k, values in enumerate(every):
            integers = dict(zip(self.least, values, strict=True))
            if self.admits(self._any_dims(), integers):
                yield integers
            if (k % 4 == 3 or len(self.least) == 1) and not self.shaping:
                yield self._integers(rng, self._any_dims())

    def _any_dims(self) -> dict[str, int]:
        return dict(zip(self.names, range(len(self.names) + 1, 1, -1), strict=True))

    def random(self, rng: Rng, long: bool = False) -> Sizes:
        """Of any kind; long: one axis of hundreds."""
        for _ in range(TRIES):
            dims = self._long(rng) if long else self._dims(rng)
            if self.entries(dims) <= (1000 if long else ENTRIES):
                integers = self._integers(rng, dims)
                if self.admits(dims, integers):
                    return dims, integers
        return next(self.corners(rng))

    def _dims(self, rng: Rng) -> dict[str, int]:
        n = len(self.names)
        most = MOST.get(n, 4)
        kind = rng.choice(["any", "small", "square", "one"], p=[0.55, 0.2, 0.15, 0.1])
        lengths = rng.integers(1, (3 if kind == "small" else most) + 1, size=n)
        if kind == "square":
            lengths[:] = rng.integers(1, most + 1)
        elif kind == "one" and n:
            lengths[rng.integers(n)] = 1
        return {name: int(v) for name, v in zip(self.names, lengths, strict=True)}

    def _long(self, rng: Rng) -> dict[str, int]:
        lengths = rng.integers(1, 4, size=len(self.names))
        most = 40 if self.repeated else 1000
        lengths[rng.integers(len(self.names))] = round(math.exp(rng.uniform(math.log(most / 10), math.log(most))))
        return {name: int(v) for name, v in zip(self.names, lengths, strict=True)}

    def _integers(self, rng: Rng, dims: Mapping[str, int]) -> dict[str, int]:
        """Small or large ones, or near another: at it, one beside it, twice it, far beyond."""
        made: dict[str, int] = {}
        for _ in range(TRIES):
            made = {}
            for name in rng.permutation(list(self.least)):
                others = list(made.values())
                made[str(name)] = self._integer(rng, str(name), others)
            made = {name: made[name] for name in self.least}
            if self.admits(dims, made):
                return made
        return made

    def _integer(self, rng: Rng, name: str, others: list[int]) -> int:
        low = self.least[name]
        if name in self.shaping:
            return low + int(rng.choice([0, 0, 1, 1, 2, 3]))
        if others and rng.random() < 0.6:
            other = others[rng.integers(len(others))]
            near = [other - 1, other, other + 1, 2 * other, other // 2, 3 * other + 1, 100 * other]
            return max(low, near[rng.integers(len(near))])
        if rng.random() < 0.5:
            return low + int(rng.integers(0, 8))
        return low + round(math.exp(rng.uniform(0, math.log(1e6 if rng.random() < 0.2 else 2000))))


def _shaping(variant: Any) -> set[str]:
    """The names that the lengths of the results depend on."""
    return {str(s) for o in variant.outputs for size in o.sizes for s in getattr(size, "free_symbols", ())}
