"""What is true of floors and shapes, a slip for each, and an evaluator that shares nothing with the method."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from fractions import Fraction
from functools import reduce
from operator import mul
from random import Random
from typing import Any

import sympy as sp

from lemmata.spec.language import (
    Abs,
    AtLeast,
    AtMost,
    Bit,
    Equals,
    Identical,
    Index,
    Less,
    Natural,
    Nonnegative,
    OpenUnit,
    Positive,
    Real,
    Sign,
    Size,
    by_value,
    ceiling,
    floor,
    maximum,
    minimum,
    where_nonnegative,
)

HALF, THIRD = Fraction(1, 2), Fraction(1, 3)


def windows(n, k, s, p=0, d=1):
    """How often a kernel of k entries, d apart, fits into n entries and p more on either side, in steps of s."""
    return floor((n + 2 * p - d * (k - 1) - 1) / s) + 1


def same_padding(n, k, s):
    """All the zeros that keep ⌈n/s⌉ windows."""
    return maximum((ceiling(n / s) - 1) * s + k - n, 0)


# What is true, and a slip that people make in it.
PAIRS = {
    "the two forms of the output shape": (
        lambda n=Size, p=Natural, k=Size, s=Size: Equals(windows(n, k, s, p), floor((n + 2 * p - k + s) / s)),
        lambda n=Size, p=Natural, k=Size, s=Size: Equals(windows(n, k, s, p), floor((n + 2 * p - k) / s)),
    ),
    "padding on both sides": (
        lambda n=Size, p=Natural, k=Size, s=Size: Equals(windows(n, k, s, p), windows(n + 2 * p, k, s)),
        lambda n=Size, p=Natural, k=Size, s=Size: Equals(windows(n, k, s, p), windows(n + p, k, s)),
    ),
    "an odd kernel keeps the length": (
        lambda n=Size, p=Natural: Equals(windows(n, 2 * p + 1, 1, p), n),
        lambda n=Size, p=Natural: Equals(windows(n, 2 * p + 2, 1, p), n),
    ),
    "an odd kernel with a stride": (
        lambda n=Size, p=Natural, s=Size: Equals(windows(n, 2 * p + 1, s, p), ceiling(n / s)),
        lambda n=Size, p=Natural, s=Size: Equals(windows(n, 2 * p + 1, s, p), floor(n / s)),
    ),
    "halves": (
        lambda n=Natural: Equals(floor((n + 1) / 2), ceiling(n / 2)),
        lambda n=Natural: Equals(floor(n / 2), ceiling(n / 2)),
    ),
    "nested floors": (
        lambda n=Natural, a=Size, b=Size: Equals(floor(floor(n / a) / b), floor(n / (a * b))),
        lambda n=Natural, a=Size, b=Size: Equals(floor(floor(n / a) / b), floor(n / (a + b))),
    ),
    "nested ceilings": (
        lambda n=Natural, a=Size, b=Size: Equals(ceiling(ceiling(n / a) / b), ceiling(n / (a * b))),
        lambda n=Natural, a=Size, b=Size: Equals(ceiling(floor(n / a) / b), ceiling(n / (a * b))),
    ),
    "a floor of a real, and then another": (
        lambda x=Real, a=Size: Equals(floor(floor(x) / a), floor(x / a)),
        lambda x=Real, a=Size: Equals(floor(ceiling(x) / a), floor(x / a)),
    ),
    "a ceiling as a floor": (
        lambda n=Natural, s=Size: Equals(ceiling(n / s), floor((n + s - 1) / s)),
        lambda n=Natural, s=Size: Equals(ceiling(n / s), floor((n + s) / s)),
    ),
    "a shift by an integer": (
        lambda x=Real, m=Natural: Equals(floor(x + m), floor(x) + m),
        lambda x=Real, m=Real: Equals(floor(x + m), floor(x) + m),
    ),
    "a multiple of an integer": (
        lambda n=Natural, m=Natural: Equals(floor(n * m), floor(n) * m),
        lambda x=Real, m=Natural: Equals(floor(x * m), floor(x) * m),
    ),
    "the other sign": (
        lambda n=Natural, s=Size: Equals(floor(n / -s), -ceiling(n / s)),
        lambda n=Natural, s=Size: Equals(floor(n / -s), -floor(n / s)),
    ),
    "pooling without overlap": (
        lambda n=Size, k=Size: Equals(windows(n, k, k), floor(n / k)),
        lambda n=Size, k=Size: Equals(windows(n, k, k), ceiling(n / k)),
    ),
    "pooling in ceiling mode": (
        lambda n=Size, k=Size, s=Size: Equals(ceiling((n - k) / s) + 1, windows(n + s - 1, k, s)),
        lambda n=Size, k=Size, s=Size: Equals(ceiling((n - k) / s) + 1, windows(n, k, s)),
    ),
    "a transposed convolution undone": (
        lambda m=Size, p=Natural, k=Size, s=Size: Equals(windows((m - 1) * s - 2 * p + k, k, s, p), m),
        lambda m=Size, p=Natural, k=Size, s=Size: Equals(windows(m * s - 2 * p + k, k, s, p), m),
    ),
    "output padding below the stride": (
        lambda m=Size, k=Size, o=Natural, t=Size: Equals(windows((m - 1) * (o + t) + k + o, k, o + t), m),
        lambda m=Size, k=Size, o=Natural, t=Size: Equals(windows((m - 1) * (o + t) + k + o, k, t), m),
    ),
    "a convolution undone, with what the stride left": (
        lambda n=Size, k=Size, s=Size: Equals(
            (windows(n, k, s) - 1) * s + k + (n - k - s * floor((n - k) / s)), n
        ),
        lambda n=Size, k=Size, s=Size: Equals((windows(n, k, s) - 1) * s + k, n),
    ),
    "dilation as a larger kernel": (
        lambda n=Size, p=Natural, k=Size, s=Size, d=Size: Equals(
            windows(n, k, s, p, d), floor((n + 2 * p - (d * (k - 1) + 1) + s) / s)
        ),
        lambda n=Size, p=Natural, k=Size, s=Size, d=Size: Equals(
            windows(n, k, s, p, d), floor((n + 2 * p - d * k + s) / s)
        ),
    ),
    "two layers as one": (
        lambda n=Size, k=Size, l=Size, a=Size, b=Size: Equals(
            windows(windows(n, k, a), l, b), windows(n, k + (l - 1) * a, a * b)
        ),
        lambda n=Size, k=Size, l=Size, a=Size, b=Size: Equals(
            windows(windows(n, k, a), l, b), windows(n, k + l - 1, a * b)
        ),
    ),
    "four layers as one": (
        lambda n=Size, k=Size, a=Size, b=Size, c=Size, d=Size: Equals(
            windows(windows(windows(windows(n, k, a), k, b), k, c), k, d),
            windows(n, k + (k - 1) * a + (k - 1) * a * b + (k - 1) * a * b * c, a * b * c * d),
        ),
        lambda n=Size, k=Size, a=Size, b=Size, c=Size, d=Size: Equals(
            windows(windows(windows(windows(n, k, a), k, b), k, c), k, d),
            windows(n, k + (k - 1) * a + (k - 1) * b + (k - 1) * c, a * b * c * d),
        ),
    ),
    "five halvings": (
        lambda n=Size: Equals(reduce(lambda m, _: windows(m, 3, 2, 1), range(5), n), ceiling(n / 32)),
        lambda n=Size: Equals(reduce(lambda m, _: windows(m, 3, 2, 0), range(2), n), ceiling(n / 4)),
    ),
    "the same padding, split in two": (
        lambda n=Size, k=Size, s=Size: Equals(
            floor((n + floor(same_padding(n, k, s) / 2) + ceiling(same_padding(n, k, s) / 2) - k) / s) + 1,
            ceiling(n / s),
        ),
        lambda n=Size, k=Size, s=Size: Equals(
            floor((n + 2 * floor(same_padding(n, k, s) / 2) - k) / s) + 1, ceiling(n / s)
        ),
    ),
    "the area of two lengths": (
        lambda n=Size, m=Size, s=Size: Equals(windows(n, 1, s) * windows(m, 1, s), ceiling(n / s) * ceiling(m / s)),
        lambda n=Size, m=Size, s=Size: Equals(windows(n, 1, s) * windows(m, 1, s), ceiling(n * m / s**2)),
    ),
    "batches": (
        lambda n=Natural, b=Size: Less(b * ceiling(n / b), n + b),
        lambda n=Natural, b=Size: Less(b * ceiling(n / b), n + b - 1),
    ),
    "the last batch is not empty": (
        lambda n=Size, b=Size: AtLeast(n - b * (ceiling(n / b) - 1), 1),
        lambda n=Size, b=Size: AtLeast(n - b * floor(n / b), 1),
    ),
    "the last window fits": (
        lambda n=Size, p=Natural, k=Size, s=Size: AtMost((windows(n, k, s, p) - 1) * s + k, n + 2 * p),
        lambda n=Size, p=Natural, k=Size, s=Size: AtMost(windows(n, k, s, p) * s + k, n + 2 * p),
    ),
    "a longer stride": (
        lambda n=Natural, s=Size, t=Natural: AtMost(floor(n / (s + t)), floor(n / s)),
        lambda n=Natural, s=Size, t=Size: Less(floor(n / (s + t)), floor(n / s)),
    ),
    "batches counted from an index": (
        lambda n=Size, i=Index["n"], b=Size: AtMost(floor((i - 1) / b) + 1, ceiling(n / b)),
        lambda n=Size, i=Index["n"], b=Size: AtMost(floor(i / b) + 1, ceiling(n / b)),
    ),
    "both modes by a bit": (
        lambda n=Natural, s=Size, c=Bit: Equals(
            by_value(c, {0: floor(n / s), 1: ceiling(n / s)}), floor((n + c * (s - 1)) / s)
        ),
        lambda n=Natural, s=Size, c=Bit: Equals(
            by_value(c, {0: floor(n / s), 1: ceiling(n / s)}), floor((n + c * s) / s)
        ),
    ),
    "by a sign": (
        lambda n=Natural, c=Sign: Equals(floor(c * n / 2) + ceiling(-c * n / 2), 0),
        lambda n=Natural, c=Sign: Equals(floor(c * n / 2), c * floor(n / 2)),
    ),
    "the floor of the smaller": (
        lambda x=Real, y=Real: Equals(floor(minimum(x, y)), minimum(floor(x), floor(y))),
        lambda x=Real, y=Real: Equals(floor(minimum(x, y)), maximum(floor(x), floor(y))),
    ),
    "two forms by a sign": (
        lambda x=Real: Equals(where_nonnegative(x, floor(x), -floor(-x)), where_nonnegative(x, floor(x), ceiling(x))),
        lambda x=Real: Equals(where_nonnegative(x, floor(x), ceiling(x)), floor(x)),
    ),
    "rounding": (
        lambda x=Real: AtMost(Abs(x - floor(x + HALF)), HALF),
        lambda x=Real: Less(Abs(x - floor(x + HALF)), HALF),
    ),
    "a floor is below, and when it is not": (
        lambda x=Real: AtMost(floor(x), x, equality=Equals(ceiling(x), floor(x))),
        lambda x=Real: AtMost(floor(x), x, equality=Equals(x, 0)),
    ),
    "a floor from above, and when": (
        lambda n=Natural, s=Size: AtLeast(n / s, floor(n / s), equality=Identical(n, s * floor(n / s))),
        lambda n=Natural, s=Size: AtLeast(n / s, floor(n / s), equality=Equals(0, 0)),
    ),
    "nothing between an integer and the next": (
        lambda n=Natural, u=OpenUnit: Equals(floor(n + u), n),
        lambda n=Natural, u=OpenUnit: Equals(ceiling(n + u), n),
    ),
    "no rounding of reals away": (
        lambda x=Real: Less(x - 1, floor(x)),
        lambda x=Real: AtMost(x, floor(x)),
    ),
    "quantised": (
        lambda x=Real, h=Positive: AtMost((x - h * floor(x / h + HALF)) ** 2, h**2 / 4),
        lambda x=Real, h=Positive: AtMost((x - h * floor(x / h)) ** 2, h**2 / 4),
    ),
    "a real divisor": (
        lambda x=Real, y=Positive: Equals(floor((x + y) / y), floor(x / y) + 1),
        lambda x=Real, y=Positive: Equals(floor((x + 1) / y), floor(x / y) + 1),
    ),
    "a common factor": (
        lambda x=Real, y=Positive: Equals(floor(2 * x / (2 * y)), floor(x / y)),
        lambda x=Real, y=Positive: Equals(floor(2 * x / y), 2 * floor(x / y)),
    ),
    "Hermite's identity": (
        lambda x=Real: Equals(floor(x) + floor(x + THIRD) + floor(x + 2 * THIRD), floor(3 * x)),
        lambda x=Real: Equals(floor(x) + floor(x + HALF) + floor(x + 2 * THIRD), floor(3 * x)),
    ),
    "products of floors": (
        lambda x=Nonnegative, y=Nonnegative: AtMost(floor(x) * floor(y), floor(x * y)),
        lambda x=Real, y=Real: AtMost(floor(x) * floor(y), floor(x * y)),
    ),
    "a quarter of a square": (
        lambda n=Natural: Equals(floor(n / 2) * ceiling(n / 2), floor(n**2 / 4)),
        lambda n=Natural: Equals(floor(n / 2) * ceiling(n / 2), ceiling(n**2 / 4)),
    ),
    "six divides the squares' sum": (
        lambda n=Natural: Equals(6 * floor(n * (n + 1) * (2 * n + 1) / 6), n * (n + 1) * (2 * n + 1)),
        lambda n=Natural: Equals(6 * floor(n * (n + 1) * (n + 3) / 6), n * (n + 1) * (n + 3)),
    ),
    "whole numbers only": (
        lambda n=Natural: AtMost(n, n**2),
        lambda n=Natural: AtMost(2 * n, n**2),
    ),
}  # fmt: skip


def exact(e: Any, at: Mapping[str, Fraction]) -> Any:
    """The value of an expression, in Python's own rationals.

    >>> exact(floor(sp.Symbol("n") / 2), {"n": Fraction(5)})
    Fraction(2, 1)
    """
    v = [exact(a, at) for a in e.args] if not isinstance(e, (sp.Symbol, sp.Rational)) else []
    match type(e).__name__:
        case "Symbol":
            return at[e.name]
        case "Add":
            return sum(v)
        case "Mul":
            return reduce(mul, v)
        case "Pow":
            return v[0] ** int(e.exp)
        case "floor":
            return Fraction(math.floor(v[0]))
        case "ceiling":
            return Fraction(math.ceil(v[0]))
        case "maximum" | "minimum" | "Abs":
            return {"maximum": max, "minimum": min, "Abs": lambda a: abs(a)}[type(e).__name__](*v)
        case "ByValue":
            return dict(zip(v[1::2], v[2::2], strict=True))[v[0]]
        case "WhereNonnegative":
            return v[1] if v[0] >= 0 else v[2]
    return Fraction(int(e.p), int(e.q))


def holds(s: Any, at: Mapping[str, Fraction]) -> bool:
    """Whether a statement holds at a point, its equality case too."""
    left, right = exact(s.left, at), exact(s.right, at)
    alike = s.equality and exact(s.equality.left, at) == exact(s.equality.right, at) if hasattr(s, "equality") else None
    kept = {Equals: left == right, AtMost: left <= right, AtLeast: left >= right, Less: left < right}[type(s)]
    return kept and (alike is None or alike == (left == right))


SMALL = [Fraction(n, d) for d in (1, 2, 3) for n in range(-5, 6) if math.gcd(n, d) == 1]


def points(variables: Mapping[str, Any], rng: Random, most: int = 400) -> Iterator[dict[str, Fraction]]:
    """Some of the small points of the sorts."""
    pools = [[q for q in SMALL if q in v.sort.domain] for v in variables.values()]
    every = math.prod(map(len, pools)) <= most
    chosen = itertools.product(*pools) if every else ([rng.choice(p) for p in pools] for _ in range(most))
    for values in chosen:
        at = dict(zip(variables, values, strict=True))
        if all(v.sort.kind != "index" or at[n] <= at[v.sort.dims[0]] for n, v in variables.items()):
            yield at
