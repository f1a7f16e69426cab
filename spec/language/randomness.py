"""Random arrays made concrete: finite distributions with rational values and probabilities, as the sorts allow them.

A law of an array knows its own moments. Joint distributions are made where expectations are evaluated: stationary
sequences share one outcome ω, so they may depend on each other; the entries of independent arrays are all independent.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

Chances = tuple[tuple[Fraction, Fraction], ...]  # (value, probability), the probabilities positive with sum 1
FEW = 4  # with more entries than this each takes only two values


@dataclass(frozen=True)
class Outcomes:
    """A stationary sequence made concrete: K equally likely outcomes ω, and gᵢ(ω) = values[(ω + stride·i) mod K].

    Every gᵢ has the same distribution, and different gᵢ are dependent, as the sort allows.
    """

    values: tuple[Fraction, ...]
    stride: int

    def at(self, outcome: int, i: int) -> Fraction:
        return self.values[(outcome + self.stride * i) % len(self.values)]

    def moment(self, order: int) -> Fraction:
        return sum((v**order for v in self.values), Fraction(0)) / len(self.values)

    @staticmethod
    def sample(rng: random.Random, draw: Callable[[], Fraction]) -> Outcomes:
        size = rng.randint(2, 3)
        return Outcomes(tuple(draw() for _ in range(size)), rng.randint(0, size - 1))


@dataclass(frozen=True)
class Draws:
    """An array of independent entries made concrete: the values of each entry, with their probabilities."""

    entries: Mapping[tuple[int, ...], Chances]

    def moment(self, order: int) -> Fraction:
        """The moment that all entries share."""
        return mean(next(iter(self.entries.values())), order)


def mean(chances: Chances, order: int = 1) -> Fraction:
    """E[xʳ] of one entry.

    >>> mean(standard(Fraction(2))), mean(standard(Fraction(2)), 2)
    (Fraction(0, 1), Fraction(1, 1))
    """
    return sum((p * v**order for v, p in chances), Fraction(0))


def standard(t: Fraction) -> Chances:
    """Mean 0 and variance 1, for every t > 0: t with probability 1/(1 + t²), else −1/t."""
    p = 1 / (1 + t * t)
    return (t, p), (-1 / t, 1 - p)


def standardised(rng: random.Random, keys: Iterable[tuple[int, ...]]) -> Draws:
    """Mean 0 and variance 1, each entry with a distribution of its own."""
    keys = list(keys)
    return Draws({k: _standard(rng, len(keys)) for k in keys})


def independent(rng: random.Random, keys: Iterable[tuple[int, ...]]) -> Draws:
    """One mean and one variance, now and then 0; beyond that each entry has a distribution of its own."""
    keys = list(keys)
    centre, spread = _centre(rng), _spread(rng)
    return Draws({k: _moved(_standard(rng, len(keys)), centre, spread) for k in keys})


def alike(rng: random.Random, keys: Iterable[tuple[int, ...]], draw: Callable[[], Fraction] | None = None) -> Draws:
    """One distribution for all entries: of any real values, or of values drawn from a domain."""
    keys = list(keys)
    chances = _chances(rng, draw) if draw else _moved(_standard(rng, len(keys)), _centre(rng), _spread(rng))
    return Draws(dict.fromkeys(keys, chances))


def _chances(rng: random.Random, draw: Callable[[], Fraction]) -> Chances:
    """Two or three values with whole-numbered odds; a value drawn twice keeps both its odds."""
    odds: dict[Fraction, int] = {}
    for _ in range(rng.randint(2, 3)):
        value = draw()
        odds[value] = odds.get(value, 0) + rng.randint(1, 4)
    return tuple((v, Fraction(w, sum(odds.values()))) for v, w in odds.items())


def _standard(rng: random.Random, entries: int) -> Chances:
    """Two values; where there are few entries also three, since two values tie the fourth moment to the third."""
    chances = standard(Fraction(rng.choice((1, 2, 3, Fraction(1, 2), Fraction(1, 3), Fraction(3, 2)))))
    if entries > FEW or rng.random() < 0.6:
        return chances
    return (*((2 * v, p / 4) for v, p in chances), (Fraction(0), Fraction(3, 4)))


def _moved(chances: Chances, centre: Fraction, spread: Fraction) -> Chances:
    return tuple((centre + spread * v, p) for v, p in chances) if spread else ((centre, Fraction(1)),)


def _centre(rng: random.Random) -> Fraction:
    return Fraction(rng.randint(-6, 6), 2)


def _spread(rng: random.Random) -> Fraction:
    return Fraction(0) if rng.random() < 0.1 else Fraction(rng.randint(1, 6), 2)
