"""What the rules for means, tails, distributions, pairs, nested kinks and inflections prove, and what is near to it."""

from __future__ import annotations

import sympy as sp

from lemmata.spec.language import (
    Abs,
    AtLeast,
    AtMost,
    E,
    Equals,
    Identical,
    Index,
    Nonnegative,
    OpenSimplex,
    OpenUnit,
    Positive,
    Real,
    Sample,
    Simplex,
    Size,
    Vector,
    exp,
    largest,
    log,
    maximum,
    minimum,
    sqrt,
    total,
    vector,
    where_nonnegative,
    xlogy,
)

HALF = sp.Rational(1, 2)


def dot(x, y):
    return total(lambda k: x[k] * y[k], over=x)


def beyond(a, t):
    return where_nonnegative(a - t, 1, 0)


def kl(p, q):
    return total(lambda k: p[k] * log(p[k] / q[k]), over=p)


def distance(p, q):
    return total(lambda k: Abs(p[k] - q[k]), over=p)


def chi_square(p, q):
    return total(lambda k: (p[k] - q[k]) ** 2 / q[k], over=p)


def affinity(p, q):
    return total(lambda k: sqrt(p[k] * q[k]), over=p)


def coin(p):
    return -p * log(p) - (1 - p) * log(1 - p)


def entropy(p):
    return -total(lambda k: xlogy(p[k], p[k]), over=p)


def mixture(u, p, q):
    return vector(lambda k: u * p[k] + (1 - u) * q[k], over=p)


def clip(a, c):
    return maximum(-c, minimum(c, a))


def tail(p, x, t):
    return total(lambda k: p[k] * beyond(Abs(x[k] - dot(p, x)), t), over=p)


def spread(p, x):
    return total(lambda k: p[k] * (x[k] - dot(p, x)) ** 2, over=p)


def soft(a):
    return total(lambda k: a[k] * exp(a[k]), over=a) / total(lambda k: exp(a[k]), over=a)


RULES = {
    "nonnegative for every outcome": (
        lambda g=Sample["n"], i=Index["n"], t=Positive: AtMost(t * E(beyond(Abs(g[i]), t)), E(Abs(g[i]))),
        lambda g=Sample["n"], i=Index["n"], t=Positive: AtMost(t * E(beyond(Abs(g[i]), t)), E(Abs(g[i])) / 2),
    ),
    "a mean as a number of its own": (
        lambda g=Sample["n"], i=Index["n"]: AtMost(E(Abs(g[i])) ** 2, E(g[i] ** 2)),
        lambda g=Sample["n"], i=Index["n"]: AtMost(E(g[i] ** 3) ** 2, E(g[i] ** 4)),
    ),
    "Jensen under an expectation": (
        lambda g=Sample["n"], i=Index["n"]: AtMost(exp(E(g[i])), E(exp(g[i]))),
        lambda g=Sample["n"], i=Index["n"]: AtMost(E(g[i]) ** 3, E(g[i] ** 3)),
    ),
    "Chebyshev under an expectation": (
        lambda g=Sample["n"], i=Index["n"], t=Positive: AtMost(
            t**2 * E(beyond(Abs(g[i] - E(g[i])), t)), E(g[i] ** 2) - E(g[i]) ** 2
        ),
        lambda g=Sample["n"], i=Index["n"], t=Positive: AtMost(
            t**2 * E(beyond(Abs(g[i]), t)), E(g[i] ** 2) - E(g[i]) ** 2
        ),
    ),
    "Jensen with a kink at the mean": (
        lambda p=Simplex["n"], x=Vector["n"], t=Positive: AtMost(t**2 * tail(p, x, t), spread(p, x)),
        lambda p=Simplex["n"], x=Vector["n"], t=Positive: AtMost(2 * t**2 * tail(p, x, t), spread(p, x)),
    ),
    "Cauchy–Schwarz with weights": (
        lambda p=OpenSimplex["n"], q=OpenSimplex["n"]: AtMost(distance(p, q) ** 2, chi_square(p, q)),
        lambda p=OpenSimplex["n"], q=OpenSimplex["n"]: AtMost(distance(p, q) ** 2, 3 * chi_square(p, q) / 4),
    ),
    "Cauchy–Schwarz with sums and differences of roots": (
        lambda p=OpenSimplex["n"], q=OpenSimplex["n"]: AtMost(distance(p, q) ** 2 / 4, 1 - affinity(p, q) ** 2),
        lambda p=OpenSimplex["n"], q=OpenSimplex["n"]: AtMost(distance(p, q) / 2, 1 - affinity(p, q) ** 2),
    ),
    "the tangent where two distributions agree": (
        lambda p=OpenSimplex["n"], q=OpenSimplex["n"]: AtMost(distance(p, q) ** 2 / 2, kl(p, q)),
        lambda p=OpenSimplex["n"], q=OpenSimplex["n"]: AtMost(distance(p, q) ** 2, kl(p, q)),
    ),
    "two functions that grow together": (
        lambda n=Size, a=Vector["n"]: AtLeast(soft(a), total(lambda k: a[k], over=a) / n),
        lambda n=Size, a=Vector["n"]: AtLeast(soft(a), 1 + total(lambda k: a[k], over=a) / n),
    ),
    "kinks inside kinks": (
        lambda g=Real, h=Real, c=Positive: AtMost(Abs(clip(g, c) - clip(h, c)), Abs(g - h)),
        lambda g=Real, h=Real, c=Positive: AtMost(Abs(clip(g, c) - clip(h, c)), Abs(Abs(g) - Abs(h))),
    ),
    "the logarithm of a part": (
        lambda u=OpenUnit, p=OpenSimplex["n"], q=OpenSimplex["n"]: AtMost(
            entropy(mixture(u, p, q)), coin(u) + u * entropy(p) + (1 - u) * entropy(q)
        ),
        lambda u=OpenUnit, p=OpenSimplex["n"], q=OpenSimplex["n"]: AtMost(
            entropy(mixture(u, p, q)), coin(u) / 4 + u * entropy(p) + (1 - u) * entropy(q)
        ),
    ),
    "convex, then concave": (
        lambda p=OpenUnit: AtLeast(coin(p), 4 * p * (1 - p) * log(2)),
        lambda p=OpenUnit: AtLeast(coin(p), 4 * p * (1 - p) * log(2) + (2 * p - 1) ** 2 / 8),
    ),
    "a distribution that is certain": (
        lambda p=Simplex["n"]: AtLeast(entropy(p), 0, Equals(largest(lambda k: p[k], over=p), 1)),
        lambda p=Simplex["n"]: AtLeast(entropy(p), 0, Equals(largest(lambda k: p[k], over=p), HALF)),
    ),
    "pairs that agree, weighed by a distribution": (
        lambda p=OpenSimplex["n"], x=Vector["n", Positive]: AtLeast(
            total(lambda k: p[k] / x[k], over=p), 1 / dot(p, x), Identical(x, vector(lambda k: dot(p, x), over=x))
        ),
        lambda p=OpenSimplex["n"], x=Vector["n", Positive]: AtLeast(
            total(lambda k: p[k] / x[k], over=p), 1 / dot(p, x), Identical(x, vector(lambda k: 1, over=x))
        ),
    ),
    "a power of one sign": (
        lambda x=Nonnegative, y=Nonnegative: AtLeast((x - y) * (exp(x) - exp(y)), 0),
        lambda x=Nonnegative, y=Nonnegative: AtLeast((x - y) * (exp(x) - exp(2 * y)), 0),
    ),
}
