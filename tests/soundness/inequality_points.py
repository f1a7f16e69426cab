"""Exact points that inequalities find hard: ties, zeros, one-hot distributions, very small and very large numbers."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from typing import Any

from lemmata.spec.language.sorts import RANDOM, Domain

from .world import VARIABLES, Point, sample

SIZES = ((1, 2, 0), (2, 1, 1), (3, 2, 2), (5, 3, 1), (2, 5, 3))
MODES = ("plain", "ties", "zeros", "huge", "tiny", "mixed")
MILLION = Fraction(10**6)


def points(rng: random.Random, rounds: int = 2) -> Iterator[Point]:
    """One point of every mode at every size, and that so many times."""
    for _ in range(rounds):
        for sizes in SIZES:
            for mode in MODES:
                yield point(rng, sizes, mode)


def point(rng: random.Random, sizes: tuple[int, int, int], mode: str) -> Point:
    out = sample(rng, *sizes)
    if mode == "plain":
        return out
    shared = Fraction(rng.choice([-2, -1, 1, 2]))
    for name, v in VARIABLES.items():
        if v.sort.kind in ("size", "index", *RANDOM) or v.sort.domain.integer:
            continue
        if v.sort.symmetric:
            half = {k: _moved(rng, e, v.sort.domain, mode, shared) for k, e in out[name].items() if k[0] <= k[1]}
            out[name] = {k: half[min(k), max(k)] for k in out[name]}
        elif v.sort.sums:
            if not v.sort.one_hot:
                groups = v.sort.groups(out[name])
                out[name] = {k: w for g in groups for k, w in _distribution(rng, g, v.sort.domain, mode).items()}
        elif isinstance(out[name], dict):
            out[name] = {k: _moved(rng, e, v.sort.domain, mode, shared) for k, e in out[name].items()}
        else:
            out[name] = _moved(rng, out[name], v.sort.domain, mode, shared)
    return out


def _moved(rng: random.Random, value: Fraction, d: Domain, mode: str, shared: Fraction) -> Fraction:
    if d.values:
        return value
    if mode == "mixed":
        mode = rng.choice(["plain", "ties", "zeros", "huge", "tiny"])
    wanted = {
        "plain": value,
        "ties": shared if rng.random() < 0.7 else Fraction(rng.choice([0, 1])),
        "zeros": Fraction(0) if rng.random() < 0.8 else value,
        "huge": value * rng.choice([Fraction(1), Fraction(10), MILLION]),
        "tiny": value / rng.choice([Fraction(1), Fraction(100), MILLION]),
    }[mode]
    for candidate in (wanted, abs(wanted), 1 - abs(wanted), 1 - abs(value) / MILLION, abs(value)):
        if candidate in d:
            return candidate
    return value


def _distribution(rng: random.Random, keys: list[Any], d: Domain, mode: str) -> dict[Any, Fraction]:
    if mode == "mixed":
        mode = rng.choice(["ties", "zeros", "tiny"])
    if mode == "zeros" and not d.open_low:  # one entry is 1, or two are
        chosen = rng.sample(keys, min(len(keys), rng.choice([1, 1, 2])))
        return {k: Fraction(k in chosen, len(chosen)) for k in keys}
    if mode == "ties":
        return {k: Fraction(1, len(keys)) for k in keys}
    weights = {k: rng.choice([Fraction(1), Fraction(3), 1 / MILLION, Fraction(1, 50)]) for k in keys}
    if d.low is None and len(keys) > 1 and mode == "huge":
        weights[keys[0]] = -MILLION
    scale = sum(weights.values())
    return {k: w / scale for k, w in weights.items()}
