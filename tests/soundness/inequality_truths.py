"""True inequalities with random parts: (low, high, when they are equal), for every dimension and point of the sorts."""

from __future__ import annotations

import sympy as sp

from lemmata.spec.language import Abs, Equals, Identical, exp, log, signum, sqrt, tanh, vector, where_nonnegative, xlogy
from lemmata.spec.language import expressions as x
from lemmata.spec.language.expressions import Expr

from . import inequality_bounds as bounds
from .generate import binder
from .inequality_parts import Parts, Rule, Small
from .world import M, N, V


# ---------------------------------------------------------------------- squares
def square(s: Small) -> Parts:
    a, b = s.real(), s.real()
    return 2 * a * b, a**2 + b**2, Equals(a, b)


def weighted_square(s: Small) -> Parts:
    a, b, w = s.real(), s.real(), s.nonnegative()
    return 2 * w * a * b, w * (a**2 + b**2), Equals(w * (a - b), 0)


def square_and_more(s: Small) -> Parts:
    a, b, w = s.real(), s.real(), s.pick(s.positive(), s.nonnegative(), (1 - V["beta"]) * (2 - V["beta"]))
    return 2 * a * b - w, a**2 + b**2, None


def squares_summed(s: Small) -> Parts:
    f, w = s.pick("a", "z", "o"), s.pick(sp.Integer(1), s.positive(), s.nonnegative())
    zero = vector(lambda k: sp.Integer(0), over=V["a"])
    return sp.Integer(0), w * s.total(N, lambda k: V[f][k] ** 2), Identical(V[f], zero)


def distance(s: Small) -> Parts:
    f, g = s.reals(), s.reals()
    low = 2 * s.total(N, lambda k: f(k) * g(k))
    entries = [vector(h, over=V["a"]) for h in (f, g)]
    return low, s.total(N, lambda k: f(k) ** 2) + s.total(N, lambda k: g(k) ** 2), Identical(*entries)


def cauchy(s: Small) -> Parts:
    f, g = s.reals(), s.reals()
    return (
        s.total(N, lambda k: f(k) * g(k)) ** 2,
        s.total(N, lambda k: f(k) ** 2) * s.total(N, lambda k: g(k) ** 2),
        None,
    )


def variance(s: Small) -> Parts:
    f, p = s.reals(), s.distribution()
    return s.total(N, lambda k: p(k) * f(k)) ** 2, s.total(N, lambda k: p(k) * f(k) ** 2), None


def mean_of_squares(s: Small) -> Parts:
    f = s.reals()
    return s.total(N, f) ** 2 / N, s.total(N, lambda k: f(k) ** 2), None


def lagrange(s: Small) -> Parts:
    f = s.positives()
    return sp.sympify(N**2), s.total(N, f) * s.total(N, lambda k: 1 / f(k)), None


# ---------------------------------------------------------------------- logarithms
def log_gap(s: Small) -> Parts:
    p, w = s.positive(), s.pick(sp.Integer(1), s.nonnegative())
    low, high = s.pick((w * log(p), w * (p - 1)), (w * (1 - 1 / p), w * log(p)))
    return low, high, Equals(w * (p - 1), 0)


def gibbs(s: Small) -> Parts:
    """For weights that sum to one and others that need not."""
    p, other = s.distribution(), V["o"]
    mass = s.total(N, lambda k: other[k])
    return s.total(N, lambda k: xlogy(p(k), other[k])), s.total(N, lambda k: xlogy(p(k), p(k))) + mass - 1, None


def conditioning(s: Small) -> Parts:
    """H(X, Y) ≤ H(X) + H(Y), for a joint distribution with zeros or without."""
    table, size = s.pick((V["J"], N), (V["O"], M))
    row = lambda k: s.total(size, lambda l: table[k, l])  # noqa: E731
    column = lambda l: s.total(N, lambda k: table[k, l])  # noqa: E731
    apart = s.total(N, lambda k: xlogy(row(k), row(k))) + s.total(size, lambda l: xlogy(column(l), column(l)))
    return apart, s.total(N, lambda k: s.total(size, lambda l: xlogy(table[k, l], table[k, l]))), None


def noise(s: Small) -> Parts:
    """The entropy of what comes out of a channel is at least the mean entropy of its rows."""
    out = lambda u: s.total(N, lambda k: V["q"][k] * V["K"][k, u])  # noqa: E731
    mean = s.total(N, lambda k: s.total(M, lambda u: V["q"][k] * V["K"][k, u] * log(V["K"][k, u])))
    return s.total(M, lambda u: out(u) * log(out(u))), mean, None


def entropy(s: Small) -> Parts:
    return -s.total(M, lambda k: V["r"][k] * log(V["r"][k])), log(sp.sympify(M)), None


def log_sum(s: Small) -> Parts:
    w, f, g = s.weights(), s.positives(), s.positives()
    return s.total(N, lambda k: w(k) * (f(k) - g(k))), s.total(N, lambda k: w(k) * f(k) * (log(f(k)) - log(g(k)))), None


def jensen(s: Small) -> Parts:
    f, p = s.positives(), s.distribution()
    return s.total(N, lambda k: p(k) * log(f(k))), log(s.total(N, lambda k: p(k) * f(k))), None


def jensen_exp(s: Small) -> Parts:
    f, p = s.reals(), s.distribution()
    return exp(s.total(N, lambda k: p(k) * f(k))), s.total(N, lambda k: p(k) * exp(f(k))), None


def logsumexp_member(s: Small) -> Parts:
    a, j = s.pick(V["a"], V["z"]), s.pick(V["i"], V["j"])
    return a[j], log(s.total(N, lambda k: exp(a[k]))), None


def logsumexp_mean(s: Small) -> Parts:
    a = s.pick(V["a"], V["z"])
    return s.total(N, lambda k: a[k]) / N + log(sp.sympify(N)), log(s.total(N, lambda k: exp(a[k]))), None


def softplus(s: Small) -> Parts:
    a = s.real()
    low, high = s.pick((x.maximum(a, 0), log(1 + exp(a))), (a / 2, log(1 + exp(a)) - log(sp.Integer(2))))
    return low, high, None


# ---------------------------------------------------------------------- exponentials, means, members
def exp_gap(s: Small) -> Parts:
    a, w = s.real(), s.pick(sp.Integer(1), s.positive())
    return w * (1 + a), w * exp(a), Equals(a, 0)


def exp_gap_summed(s: Small) -> Parts:
    f, w = s.reals(), s.weights()
    return s.total(N, lambda k: w(k) * (1 + f(k))), s.total(N, lambda k: w(k) * exp(f(k))), None


def two_means(s: Small) -> Parts:
    a, b = s.positive(), s.positive()
    return 2 * sqrt(a) * sqrt(b), a + b, Equals(a, b)


def member(s: Small) -> Parts:
    f, w = s.weights(), s.pick(sp.Integer(1), s.positive())
    return w * f(V["i"]), w * s.total(N, f), None


def square_of_member(s: Small) -> Parts:
    f = s.reals()
    return f(V["j"]) ** 2, s.total(N, lambda k: f(k) ** 2), None


# ---------------------------------------------------------------------- kinks and growth
def triangle(s: Small) -> Parts:
    a, b = s.real(), s.real()
    return Abs(a + b), Abs(a) + Abs(b), None


def triangle_of_sums(s: Small) -> Parts:
    f, g = s.reals(), s.reals()
    return s.total(N, lambda k: Abs(f(k) + g(k))), s.total(N, lambda k: Abs(f(k)) + Abs(g(k))), None


def sign_times(s: Small) -> Parts:
    a, b = s.real(), s.positive()
    return -b * Abs(a), s.pick(b * a, a * signum(a) * b, where_nonnegative(a, b, -b) * a), None


def larger(s: Small) -> Parts:
    a, b = s.real(), s.real()
    return s.pick(a, b, (a + b) / 2), x.maximum(a, b), None


def growth(s: Small) -> Parts:
    c = s.pick(V["c"], V["w"], V["e"])
    low, high = s.pick(
        (log(1 + c), c), (c - c**2 / 2, log(1 + c)), (1 + c + c**2 / 2, exp(c)), (tanh(c), c),
        (c / (1 + c), log(1 + c)), (2 * c / (2 + c), log(1 + c)), (1 - c, exp(-c)), (exp(-c), 1 - c + c**2 / 2),
    )  # fmt: skip
    return low, high, None


def touching(s: Small) -> Parts:
    a = V["x"]
    low, high = s.pick((a, exp(a) - 1), (1 - a**2 / 2, (exp(a) + exp(-a)) / 2), (2 * a - 1, a**2))
    return low, high, None


# ---------------------------------------------------------------------- convexity, means, order
def _softplus(a: Expr) -> Expr:
    return log(1 + exp(a))


def tangent_of_convex(s: Small) -> Parts:
    a, b = V["x"], s.pick(V["y"], V["y"] - V["c"], V["a"][V["i"]])
    low, high = s.pick(
        (_softplus(a) + (b - a) / (1 + exp(-a)), _softplus(b)),
        (exp(a) * (1 + b - a), exp(b)),
        (_softplus(b), _softplus(a) + (b - a) / (1 + exp(-a)) + (b - a) ** 2 / 8),
        (a**4 + 4 * a**3 * (b - a), b**4),
    )
    return low, high, Equals(a, b)


def along_a_segment(s: Small) -> Parts:
    t, a, b = s.pick(V["beta"], V["q"][V["i"]], V["r"][V["u"]]), s.scalar(), s.scalar()
    f = s.pick(_softplus, exp, Abs, lambda x: x**2)
    return f(t * a + (1 - t) * b), t * f(a) + (1 - t) * f(b), None


def mean_value(s: Small) -> Parts:
    a, b = s.real(), s.pick(V["x"], V["y"])
    f = s.pick(lambda x: 4 / (1 + exp(-x)), tanh, _softplus, lambda b: b / 2)
    return Abs(f(a) - f(b)), Abs(a - b), None


def jensen_anything(s: Small) -> Parts:
    a = s.pick(V["a"], V["z"])
    f = s.pick(_softplus, exp, lambda x: x**4, lambda x: x**2)
    if s.pick(True, False):
        return f(s.total(N, lambda k: V["q"][k] * a[k])), s.total(N, lambda k: V["q"][k] * f(a[k])), None
    return f(s.total(N, lambda k: a[k]) / N), s.total(N, lambda k: f(a[k])) / N, None


def deviation(s: Small) -> Parts:
    a = s.pick(V["a"], V["z"], V["o"])
    mean = s.total(N, lambda k: a[k]) / N
    spread = s.total(N, lambda k: (a[k] - mean) ** 2)
    apart = (a[V["i"]] - mean) ** 2
    low, high = s.pick((apart, spread), (N * apart, (N - 1) * spread), (apart / (spread + V["c"]), sp.Integer(1)))
    return low, high, None


def below_the_largest(s: Small) -> Parts:
    a = s.pick(V["a"], V["z"], V["o"])
    top = binder(x.Largest, N, lambda k: a[k], "k")
    loudest = binder(x.Largest, N, lambda k: Abs(a[k]), "k")
    squares = s.total(N, lambda k: a[k] ** 2)
    low, high = s.pick(
        (s.total(N, lambda k: V["q"][k] * a[k]), top), (squares, N * loudest**2),
        (squares, loudest * s.total(N, lambda k: Abs(a[k]))), (loudest, sqrt(squares)),
    )  # fmt: skip
    return low, high, None


def in_any_order(s: Small) -> Parts:
    a, b, c = V["c"], s.pick(V["e"], V["w"], V["o"][V["i"]]), s.pick(V["w"], V["q"][V["j"]], V["p"][V["i"]])
    low, high = s.pick(
        (3 * a * b * c, a**3 + b**3 + c**3), (3 * (a * a * V["e"]) ** sp.Rational(1, 3), a + a + V["e"]),
        (a * b + b * c + c * a, a**2 + b**2 + c**2), (sqrt(a + b), sqrt(a) + sqrt(b)),
        (a * b * (a + b), a**3 + b**3),
    )  # fmt: skip
    return low, high, None


def bounded_variance(s: Small) -> Parts:
    g = s.pick(V["q"], V["bits"])
    mean = s.total(N, lambda k: V["q"][k] * g[k])
    second = s.total(N, lambda k: V["q"][k] * g[k] ** 2)
    low, high = s.pick((second - mean**2, sp.Rational(1, 4)), (second, mean), (mean, sp.Integer(1)))
    return low, high, None


RULES: tuple[Rule, ...] = (
    square, weighted_square, square_and_more, squares_summed, distance, cauchy, variance, mean_of_squares, lagrange,
    conditioning, noise, log_gap, gibbs, entropy, log_sum, jensen, jensen_exp, logsumexp_member, logsumexp_mean,
    softplus, exp_gap, exp_gap_summed, two_means, member, square_of_member, triangle, triangle_of_sums, sign_times,
    larger, growth, touching, tangent_of_convex, along_a_segment, mean_value, jensen_anything, deviation,
    below_the_largest, in_any_order, bounded_variance, *bounds.RULES,
)  # fmt: skip
