"""Weights that sum to 1, over all entries of an array or over each of its rows: exact members of such sorts."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from fractions import Fraction

Key = tuple[int, ...]
Weights = dict[Key, Fraction]
Draw = Callable[[random.Random, list[Key]], Weights]


def groups(keys: Iterable[Key], sums: tuple[int, ...]) -> list[list[Key]]:
    """The indices of the entries that sum to 1 together, when the axes in `sums` are summed over.

    >>> groups([(1, 1), (1, 2), (2, 1), (2, 2)], (1,))
    [[(1, 1), (1, 2)], [(2, 1), (2, 2)]]
    """
    out: dict[Key, list[Key]] = {}
    for key in keys:
        out.setdefault(tuple(i for axis, i in enumerate(key) if axis not in sums), []).append(key)
    return list(out.values())


def sample(rng: random.Random, keys: list[Key], sums: tuple[int, ...], draw: Draw) -> Weights:
    """Each group drawn on its own; now and then all rows alike, or a table that is the product of its marginals.

    That is where independent variables, and channels that say nothing, are met: many inequalities are equalities there.
    """
    found = groups(keys, sums)
    special = len(keys[0]) > 1 and rng.random() < 0.2 if keys else False
    if special and len(sums) > 1:
        rows, columns = (draw(rng, sorted({(key[axis],) for key in keys})) for axis in sums)
        return {(i, j): rows[i,] * columns[j,] for i, j in keys}
    if special:
        first = list(draw(rng, found[0]).values())
        return {key: w for group in found for key, w in zip(group, first, strict=True)}
    return {key: w for group in found for key, w in draw(rng, group).items()}


def distribution(rng: random.Random, keys: list[Key], positive: bool) -> Weights:
    """Whole-numbered odds, divided by their sum."""
    floor = 1 if positive or rng.random() < 0.5 else 0
    odds = {k: rng.randint(floor, 6) for k in keys}
    if not any(odds.values()):
        odds[rng.choice(keys)] = 1
    scale = sum(odds.values())
    return {k: Fraction(w, scale) for k, w in odds.items()}


def signed(keys: list[Key], draw: Callable[[], Fraction]) -> Weights:
    """Any entries, the last one moved so that the sum is 1."""
    entries = {k: draw() for k in keys}
    entries[keys[-1]] += 1 - sum(entries.values())
    return entries


def one_hot(rng: random.Random, keys: list[Key]) -> Weights:
    """One entry is 1, the others are 0."""
    chosen = rng.choice(keys)
    return {k: Fraction(int(k == chosen)) for k in keys}
