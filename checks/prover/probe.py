"""A quick look at a polynomial in floating point, to drop subgoals that are plainly false.

Nothing is ever proved or refuted by it: a search merely does not waste its budget where a sample is clearly negative.
"""

from __future__ import annotations

import math
import random
from itertools import product
from typing import Any

from ...spec.language.weights import groups
from .engine import Engine
from .terms import Atom, Mono, Poly, Unordered

SAMPLES = 8
SLACK = 1e-7


def plausible(engine: Engine, p: Poly) -> bool:
    """False when some sample of admissible values makes the polynomial clearly negative."""
    for seed in range(SAMPLES):
        try:
            sample = _Sample(engine, random.Random(seed), (1, 2, 3, 2)[seed % 4], (1.0, 0.3, 3.0)[seed % 3])
            value, size = sample.poly(p)
        except (ArithmeticError, ValueError, LookupError, _Unknown):
            continue
        if value < -SLACK * (1 + size):
            return False
    return True


class _Unknown(Exception):
    pass


class _Sample:
    """Values drawn when they are first asked for, in the domains that the context knows."""

    def __init__(self, engine: Engine, rng: random.Random, size: int, scale: float) -> None:
        self.engine, self.rng, self.size, self.scale = engine, rng, size, scale
        self.values: dict[Any, float] = {}
        self.bound: dict[str, int] = {}

    def draw(self, name: str) -> float:
        d = self.engine.signs.local.get(name) or self.engine.ctx.domain(name)
        if d.values:
            return float(self.rng.choice(d.values))
        if d.integer:
            return float(self.rng.randint(max(d.low or 0, 0), self.size))
        if d.low is not None and d.high is not None:
            return self.rng.uniform(d.low + 0.01, d.high - 0.01)
        x = abs(self.rng.gauss(0, self.scale)) + 0.01
        return d.low + x if d.low is not None else self.rng.choice((-1, 1)) * x

    def poly(self, p: Poly) -> tuple[float, float]:
        terms = [float(c.p) / float(c.q) * self.mono(m) for m, c in p.terms]
        return sum(terms), sum(map(abs, terms))

    def mono(self, m: Mono) -> float:
        out = 1.0
        for a, e in m.powers:
            value = self.atom(a)
            out *= value ** (float(e.p) / float(e.q)) if e.q != 1 else value ** int(e.p)
            if isinstance(out, complex):
                raise _Unknown
        return out

    def index(self, p: Poly) -> int:
        return round(self.poly(p)[0])

    def atom(self, a: Atom) -> float:
        match a.kind:
            case "var":
                name = a.args[0]
                if name in self.bound:
                    return float(self.bound[name])
                if name not in self.values:
                    in_range = name in self.engine.ctx.ranges
                    fixed = self.engine.ctx.domain(name).integer and not in_range
                    self.values[name] = float(self.size) if fixed else 1.0 if in_range else self.draw(name)
                return self.values[name]
            case "entry":
                return self.entry(a)
            case "delta":
                return float(self.index(a.args[0]) == self.index(a.args[1]))
            case "exp":
                return math.exp(self.mono(a.args[0]))
            case "e":
                return math.e
            case "pi":
                return math.pi
            case "prime":
                return float(a.args[0])
            case "log":
                return math.log(self.poly(a.args[0])[0])
            case "base":
                return self.poly(a.args[0])[0]
            case "sum":
                return self.sum(list(a.args[0]), a.args[1])
            case "call":
                return self.call(a)
        raise _Unknown

    def entry(self, a: Atom) -> float:
        name, key = a.args[0], tuple(self.index(i) for i in a.args[1:])
        if isinstance(name, Unordered):
            key = tuple(sorted(key))
        if (name, key) not in self.values:
            if name in self.engine.ctx.sums:
                self.draw_weights(name, len(key))
            else:
                self.values[name, key] = self.draw(name)
        return self.values[name, key]

    def draw_weights(self, name: str, rank: int) -> None:
        """All entries of an array whose entries, or those of each row, sum to 1."""
        summed = tuple(axis for axis, _ in self.engine.ctx.sums[name])
        for group in groups(product(range(1, self.size + 1), repeat=rank), summed):
            weights = [abs(self.rng.gauss(0, 1)) + 0.05 for _ in group]
            if self.engine.ctx.one_hot(name):
                weights = [0.0] * len(group)
                weights[self.rng.randrange(len(group))] = 1.0
            self.values |= {(name, key): w / sum(weights) for key, w in zip(group, weights, strict=True)}

    def sum(self, bounds: list[Any], m: Mono) -> float:
        if not bounds:
            return self.mono(m)
        ready = next(b for b in bounds if not {x[0] for x in bounds} & (b[1].free | b[2].free))
        rest = [b for b in bounds if b is not ready]
        total, before = 0.0, self.bound.get(ready[0])
        for i in range(self.index(ready[1]), self.index(ready[2]) + 1):
            self.bound[ready[0]] = i
            total += self.sum(rest, m)
        if before is not None:
            self.bound[ready[0]] = before
        return total

    def call(self, a: Atom) -> float:
        values = (
            [self.poly(p)[0] for p in a.args[1:]] if a.args[0] in ("abs", "signum", "where", "xlogy", "pow") else []
        )
        match a.args[0]:
            case "abs":
                return abs(values[0])
            case "signum":
                return float((values[0] > 0) - (values[0] < 0))
            case "where":
                return values[1] if values[0] >= 0 else values[2]
            case "xlogy":
                return values[0] * math.log(values[1]) if values[0] else 0.0
            case "pow":
                return values[0] ** round(values[1])
        raise _Unknown
