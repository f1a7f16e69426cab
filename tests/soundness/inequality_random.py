"""Random inequalities that the rules of the certificate search are tempted by: blocks, some of them true, added up."""

from __future__ import annotations

import random
from collections.abc import Callable

import sympy as sp

from lemmata.spec.language import Abs, exp, log, signum, where_nonnegative, xlogy
from lemmata.spec.language import expressions as x
from lemmata.spec.language.expressions import Expr

from . import inequality_truths as truths
from .generate import FREE, Writer, binder
from .inequality_slips import slipped
from .world import M, N, T, V


def blocks(rng: random.Random) -> Expr:
    """A few blocks with coefficients; nobody says that the sum is nonnegative."""
    s, out = truths.Small(rng), sp.Integer(0)
    for _ in range(rng.choice([1, 1, 2, 2, 3])):
        out = out + rng.choice([1, 1, 1, 2, sp.Rational(1, 2), s.positive(), s.nonnegative()]) * block(s)
    return out


def block(s: truths.Small) -> Expr:
    rng = s.rng
    pick = rng.random()
    if pick < 0.4:
        low, high, _ = rng.choice(truths.RULES)(s)
        return slipped(high - low, rng) if rng.random() < 0.5 else high - low
    return rng.choice(ODD)(s)


def pole(s: truths.Small) -> Expr:
    a = s.pick(V["c"], V["w"], V["x"])
    return s.pick(1 / (1 - a) - 1, a / (2 - a), exp(a / (1 - a)) - 1, 1 / (1 - a) ** 3 - 1, 1 / (a - s.scalar()) ** 2)


def two_ranges(s: truths.Small) -> Expr:
    """Sums that share an upper limit but not the lower one, so that an index is negative in one of them."""
    c, low = s.positive(), s.pick(-2, -1, 0)
    f, g = s.positives(), s.pick(lambda k: 1 + c * k**2, lambda k: 1 + exp(V["x"] * k), lambda k: c + k**2)
    gap = s.pick(lambda a: log(a) - 1 + 1 / a, lambda a: a - 1 - log(a))
    return s.total(N, lambda k: k ** s.pick(1, 1, 2) * gap(g(k)), low) + s.pick(1, -1) * s.total(N, lambda k: gap(f(k)))


def formal(s: truths.Small) -> Expr:
    """x log y at zeros, weighted and alone."""
    w = s.pick(V["w"], V["o"][V["i"]], V["q"][V["j"]], V["w"] * V["c"], V["w"] + V["o"][V["i"]], V["b"])
    a = s.pick(w, w, V["w"], V["o"][V["j"]], w + s.positive(), s.positive(), 2 * w)
    return s.pick(-1, 1) * xlogy(w, a) + s.pick(1, -1) * s.pick(w, a, 1, w * a) + s.pick(0, 1, 2, -1)


def kinks(s: truths.Small) -> Expr:
    a, b = s.real(), s.real()
    c = s.pick(a, b, a - b)
    return s.pick(
        Abs(a) * s.pick(1, 2) - c, where_nonnegative(a, b, -b) * c, signum(a) * c + s.pick(0, 1, Abs(b)),
        Abs(Abs(a) - Abs(b)) - c, x.maximum(a, b) - c, where_nonnegative(a, a**2, log(s.positive())) + s.pick(0, 1),
    )  # fmt: skip


def pairs(s: truths.Small) -> Expr:
    f, g, w = s.reals(), s.reals(), s.weights()
    size = s.pick(N, N, N, T)
    return s.pick(
        s.total(N, lambda k: s.total(N, lambda l: w(k) * w(l) * (f(k) - g(l)) ** 2)),
        s.total(N, lambda k: w(k) * f(k) ** 2) * s.total(N, w) - s.total(N, lambda k: w(k) * f(k)) ** 2,
        s.total(N, lambda k: w(k) * f(k) ** 2) - s.total(N, lambda k: w(k) * f(k)) ** 2,
        size * s.total(size, lambda k: V["h" if size == T else "a"][k] ** 2)
        - s.total(size, lambda k: V["h" if size == T else "a"][k]) ** 2,
        s.total(N, lambda k: f(k) ** 2) - s.total(N, f) ** 2 / s.pick(N, M, N + 1),
    )


def members(s: truths.Small) -> Expr:
    f, w = s.reals(), s.pick(sp.Integer(1), s.nonnegative(), s.real())
    size, entries = s.pick((N, "o"), (T, "h"), (N, "a"))
    one = V[entries][V["i"] if size == N else 1]
    return w * s.total(size, lambda k: s.pick(V[entries][k] ** 2, exp(V[entries][k]))) - w * s.pick(
        one**2, exp(one), f(V["i"])
    )


def fractions(s: truths.Small) -> Expr:
    a, b, p = s.real(), s.real(), s.positive()
    return s.pick(
        (a - b) / p, (a**2 - b**2) / (a - b), a**2 / b, p / a + a / p - 2, (a * b) ** 2 / (p * a), p / (1 - a)
    )


def quadratic(s: truths.Small) -> Expr:
    a, b, c = (s.real() for _ in "abc")
    lead = s.pick(s.positive(), s.nonnegative(), c)
    return lead * a**2 + b * a * s.pick(1, 2) + s.pick(b**2 / (4 * lead), b**2, c, s.nonnegative())


def convex(s: truths.Small) -> Expr:
    t = s.pick(V["q"][V["i"]], V["beta"], V["r"][V["u"]], V["b"])
    a, b = s.pick(s.real, s.positive, s.nonnegative)(), s.pick(s.real, s.positive, s.nonnegative)()
    return s.pick(t * a + (1 - t) * b, a - t * b, t * log(s.positive()) + (1 - t) * a, a * (1 - t) - b * t * (1 - t))


def maybe_empty(s: truths.Small) -> Expr:
    """Sums over 1, …, t, which have no terms at all where t = 0."""
    h, c = V["h"], s.pick(s.positive(), s.nonnegative())
    body = s.pick(
        lambda k: exp(h[k]), lambda k: h[k] ** 2 + 1, lambda k: 1 - V["beta"] * c, lambda k: log(1 + exp(h[k])),
        lambda k: h[k] ** 2 + 2 - 2 * h[k], lambda k: c + Abs(h[k]),
    )  # fmt: skip
    return s.pick(1, c) * s.total(T, body) + s.pick(0, 0, -1, s.nonnegative())


def largest(s: truths.Small) -> Expr:
    """The largest entry, also over a part of the vector."""
    a = s.pick(V["a"], V["z"])
    most = lambda size: binder(x.Largest, size, lambda k: a[k], "k")  # noqa: E731
    size = s.pick(N, N, sp.Integer(1))
    return most(N) - s.pick(a[V["i"]], most(size), s.total(N, lambda k: a[k]) / N, log(s.total(N, lambda k: exp(a[k]))))


def closed(s: truths.Small) -> Expr:
    """Numbers that may be at the end of their interval."""
    q, r = V["q"][V["i"]], V["r"][V["u"]]
    t, w = s.pick(q, r, V["beta"], V["b"]), s.nonnegative()
    return s.pick(1 - t, w * (1 - t), w - t * w, 1 - t**2, -log(t), 2 - t - q, w * (2 - t) - w, 1 - t * r, -t * log(r))


def anything(s: truths.Small) -> Expr:
    w = Writer(s.rng)
    return s.pick(w.real, w.positive)(FREE, 2)


ODD: tuple[Callable[[truths.Small], Expr], ...] = (
    pole, two_ranges, formal, kinks, pairs, members, fractions, quadratic, convex, maybe_empty, largest,
    closed, anything,
)  # fmt: skip
