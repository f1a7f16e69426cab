"""True identities with random parts: (left, right) that agree for every dimension and every point of the sorts."""

from __future__ import annotations

from typing import Any

import sympy as sp

from lemmata.spec.language import Abs, D, by_value, delta, exp, expm1, log, log1p, sqrt, where_nonnegative, xlogy
from lemmata.spec.language import expressions as x

from . import partial, tables
from .generate import Pair, Rule, Scope, Writer, binder, parts
from .world import M, N, T, V

HALF = sp.Rational(1, 2)


def reordered(w: Writer, s: Scope, d: int) -> Pair:
    a, b, c = (w.real(s, d) for _ in "abc")
    return a + b * c, c * b + a


def renamed(w: Writer, s: Scope, d: int) -> Pair:
    f = parts(w.real, s, d, N, M)
    outer, inner = w.rng.sample("klrsuv", 2)
    nest = lambda h, g: binder(x.Total, N, lambda k: binder(x.Total, M, lambda l: f(k, l), g), h)  # noqa: E731
    return nest(outer, inner), nest(inner, outer)


def split(w: Writer, s: Scope, d: int) -> Pair:
    f, g = parts(w.real, s, d, N), parts(w.real, s, d, N)
    return w.total(N, lambda k: f(k) + g(k)), w.total(N, f) + w.total(N, g)


def factored_out(w: Writer, s: Scope, d: int) -> Pair:
    c, f, size = w.real(s, d), parts(w.real, s, d, N), N
    return w.total(size, lambda k: c * f(k)), c * w.total(size, f)


def double_sum(w: Writer, s: Scope, d: int) -> Pair:
    f, g = parts(w.real, s, d, N), parts(w.real, s, d, M)
    return w.total(N, f) * w.total(M, g), w.total(M, lambda l: w.total(N, lambda k: f(k) * g(l)))


def swapped(w: Writer, s: Scope, d: int) -> Pair:
    f = parts(w.real, s, d, N, M)
    return w.total(N, lambda k: w.total(M, lambda l: f(k, l))), w.total(M, lambda l: w.total(N, lambda k: f(k, l)))


def symmetrised(w: Writer, s: Scope, d: int) -> Pair:
    f = parts(w.real, s, d, N, N)
    return w.total(N, lambda k: w.total(N, lambda l: f(k, l))), w.total(N, lambda k: w.total(N, lambda l: f(l, k)))


def sifted(w: Writer, s: Scope, d: int) -> Pair:
    f, i = parts(w.real, s, d, N), w.index(s, N)
    return w.total(N, lambda k: delta(k, i) * f(k)), f(i)


def sifted_twice(w: Writer, s: Scope, d: int) -> Pair:
    f = parts(w.real, s, d, N, N)
    return w.total(N, lambda k: w.total(N, lambda l: delta(k, l) * f(k, l))), w.total(N, lambda k: f(k, k))


def exp_of_sum(w: Writer, s: Scope, d: int) -> Pair:
    a, b = w.real(s, d), w.real(s, d)
    return exp(a - b), exp(a) / exp(b)


def exp_doubled(w: Writer, s: Scope, d: int) -> Pair:
    a = w.real(s, d)
    return exp(3 * a) * sqrt(exp(-2 * a)), exp(a) ** 2


def log_of_exp(w: Writer, s: Scope, d: int) -> Pair:
    a = w.real(s, d)
    return log(exp(a)), a


def exp_of_log(w: Writer, s: Scope, d: int) -> Pair:
    a, p = w.real(s, d), w.positive(s, d)
    return exp(a + log(p)), p * exp(a)


def log_of_product(w: Writer, s: Scope, d: int) -> Pair:
    p, q = w.positive(s, d), w.positive(s, d)
    return log(p * q), log(p) + log(q)


def log_of_power(w: Writer, s: Scope, d: int) -> Pair:
    p, q = w.positive(s, d), w.positive(s, d)
    return log(p**2 / sqrt(q)), 2 * log(p) - log(q) / 2


def log_of_long_product(w: Writer, s: Scope, d: int) -> Pair:
    f = parts(w.positive, s, d, N)
    return log(binder(x.Product, N, f, "k")), w.total(N, lambda k: log(f(k)))


def product_of_exps(w: Writer, s: Scope, d: int) -> Pair:
    f, g = parts(w.real, s, d, N), parts(w.positive, s, d, N)
    left = binder(x.Product, N, lambda k: exp(f(k)) * g(k), "k")
    return left, exp(w.total(N, f)) * binder(x.Product, N, g, "r")


def times_and_divided(w: Writer, s: Scope, d: int) -> Pair:
    a, p = w.real(s, d), w.positive(s, d)
    return a, a * p / p


def common_denominator(w: Writer, s: Scope, d: int) -> Pair:
    a, b, p, q = w.real(s, d), w.real(s, d), w.positive(s, d), w.positive(s, d)
    return a / p + b / q, (a * q + b * p) / (p * q)


def added_and_subtracted(w: Writer, s: Scope, d: int) -> Pair:
    a, b = w.real(s, d), w.real(s, d)
    return a, a + b - b


def square(w: Writer, s: Scope, d: int) -> Pair:
    a, b = w.real(s, d), w.real(s, d)
    return (a - b) ** 2 + 4 * a * b, (a + b) ** 2


def square_of_sum(w: Writer, s: Scope, d: int) -> Pair:
    f = parts(w.real, s, d, N)
    return w.total(N, f) ** 2, w.total(N, lambda k: w.total(N, lambda l: f(k) * f(l)))


def weights_inserted(w: Writer, s: Scope, d: int) -> Pair:
    f, p = parts(w.real, s, d, N), w.rng.choice([V["q"], V["v"]])
    return w.total(N, f), w.total(N, lambda k: w.total(N, lambda l: p[l] * f(k)))


def expectation_of_constant(w: Writer, s: Scope, d: int) -> Pair:
    a = w.real(s, d)
    return w.total(M, lambda l: V["r"][l] * (a - V["d"][l])), a - w.total(M, lambda l: V["r"][l] * V["d"][l])


def bits_squared(w: Writer, s: Scope, d: int) -> Pair:
    f, k = w.real(s, d), w.index(s, N)
    y, v = w.rng.choice([V["b"], V["bits"][k]]), w.rng.choice([V["s"], V["signs"][k]])
    return f * y**3 * v**2, f * y


def bits_summed(w: Writer, s: Scope, d: int) -> Pair:
    f = parts(w.real, s, d, N)
    return w.total(N, lambda k: f(k) * (1 - V["bits"][k]) ** 2), w.total(N, lambda k: f(k) * (1 - V["bits"][k]))


def roots(w: Writer, s: Scope, d: int) -> Pair:
    p, o = w.positive(s, d), w.nonnegative(s, d)
    return sqrt(p**2 * o), p * sqrt(o)


def absolute(w: Writer, s: Scope, d: int) -> Pair:
    p, a = w.positive(s, d), w.real(s, d)
    return Abs(-p * a * V["s"]), p * Abs(a * V["s"])


def by_bit(w: Writer, s: Scope, d: int) -> Pair:
    a, b, y = w.real(s, d), w.real(s, d), w.rng.choice([V["b"], V["bits"][w.index(s, N)]])
    return by_value(y, {0: a, 1: b}), (1 - y) * a + y * b


def by_sign(w: Writer, s: Scope, d: int) -> Pair:
    f, y = w.positive(s, d), w.rng.choice([V["s"], V["signs"][w.index(s, N)]])
    return log(by_value(y, {-1: 1 / f, 1: f})), y * log(f)


def special_functions(w: Writer, s: Scope, d: int) -> Pair:
    a, p = w.real(s, d), w.positive(s, d)
    return (expm1(a) + 1) * sp.tanh(a), exp(a) * (exp(2 * a) - 1) / (exp(2 * a) + 1) + log1p(p) - log(p + 1)


def weighted_log(w: Writer, s: Scope, d: int) -> Pair:
    q, p, r = V["q"][w.index(s, N)], w.positive(s, d), w.positive(s, d)
    return xlogy(q, p / r), q * log(p) - q * log(r)


def two_branches(w: Writer, s: Scope, d: int) -> Pair:
    a = w.real(s, d)
    return where_nonnegative(a, 1 / (1 + exp(-a)), exp(a) / (1 + exp(a))), 1 / (1 + exp(-a))


def peeled(w: Writer, s: Scope, d: int) -> Pair:
    f = parts(w.real, s, d, T + 1)
    return w.total(T + 1, lambda k: V["h"][k] * f(k)), w.total(T, lambda k: V["h"][k] * f(k)) + V["h"][T + 1] * f(T + 1)


def discounted(w: Writer, s: Scope, d: int) -> Pair:
    beta, h = V["beta"], V["h"]
    g = w.real(s, d)
    older = w.total(T, lambda k: beta ** (T - k) * (h[k] * g))
    return w.total(T + 1, lambda k: beta ** (T + 1 - k) * (h[k] * g)), beta * older + h[T + 1] * g


def sum_of_constant(w: Writer, s: Scope, d: int) -> Pair:
    a, (size, low) = w.real(s, d), w.rng.choice([(N, 1), (M, 1), (T + 1, 1), (N, 0), (T, 0)])
    return w.total(size, lambda _: a, low=low), a * (size - low + 1)


def written_out(w: Writer, s: Scope, d: int) -> Pair:
    f = parts(w.real, s, d, 3)
    return w.total(3, lambda k: k * V["h"][k] * f(k)), sum(k * V["h"][k] * f(sp.Integer(k)) for k in (3, 1, 2))


def quotient(w: Writer, s: Scope, d: int) -> Pair:
    f, c = parts(w.positive, s, d, N), w.positive(s, d)
    return w.total(N, lambda k: f(k) / (f(k) + c)), N - w.total(N, lambda k: c / (f(k) + c))


def normalised(w: Writer, s: Scope, d: int) -> Pair:
    f, g = parts(w.real, s, d, N), w.real(s, d)
    below = w.total(N, lambda l: exp(f(l)))
    return w.total(N, lambda k: g * exp(f(k)) / below), g


def shifted(w: Writer, s: Scope, d: int) -> Pair:
    f, c = parts(w.real, s, d, N), w.real(s, d)
    return log(w.total(N, lambda k: exp(f(k) - c))), log(w.total(N, lambda k: exp(f(k)))) - c


def largest_renamed(w: Writer, s: Scope, d: int) -> Pair:
    f = parts(w.real, s, d, N, M)
    nest = lambda h: binder(x.Largest, N, lambda k: binder(x.Largest, M, lambda l: f(k, l), h[1]), h[0])  # noqa: E731
    return nest("kl"), nest("rs")


def triangle(w: Writer, s: Scope, d: int) -> Pair:
    f = parts(w.real, s, d, N, N)
    below = w.total(N, lambda k: w.total(k, lambda l: f(k, l)))
    return below, w.total(N, lambda l: w.total(N, lambda k: f(k, l), low=l))


def counted_triangle(w: Writer, s: Scope, d: int) -> Pair:
    f, c = parts(w.real, s, d, N), w.real(s, d)
    return w.total(N, lambda k: c * w.total(k, f)), c * w.total(N, lambda l: (N - l + 1) * f(l))


def folded_triangle(w: Writer, s: Scope, d: int) -> Pair:
    """A quotient of sums next to a sum whose range depends on the index."""
    f, g = parts(w.positive, s, d, N), parts(w.real, s, d, N)
    inner = lambda k: f(k) * w.total(k, g)  # noqa: E731
    return w.total(N, inner) / w.total(N, f), w.total(N, lambda k: inner(k) / w.total(N, f))


def strict_triangle(w: Writer, s: Scope, d: int) -> Pair:
    f = parts(w.real, s, d, N, N)
    below = w.total(N, lambda k: w.total(k - 1, lambda l: f(k, l)))
    above = w.total(N, lambda l: w.total(N, lambda k: f(k, l), low=l + 1))
    return w.rng.choice([below, above]), w.total(N, lambda k: w.total(k, lambda l: f(k, l))) - w.total(
        N, lambda k: f(k, k)
    )


def halved_square(w: Writer, s: Scope, d: int) -> Pair:
    f = parts(w.real, s, d, N)
    inner = w.total(N, lambda k: w.total(k, lambda l: f(k) * f(l)))
    return 2 * inner, w.total(N, f) ** 2 + w.total(N, lambda k: f(k) ** 2)


def telescoped(w: Writer, s: Scope, d: int) -> Pair:
    a, p, (low, high) = w.real(s, d), w.rng.choice([2, 3, 4, 5]), w.rng.choice([(1, N), (0, T), (1, T + 1), (2, M)])
    return w.total(high, lambda k: a * ((k + 1) ** p - k**p), low=low), a * ((high + 1) ** p - low**p)


def geometric(w: Writer, s: Scope, d: int) -> Pair:
    a, (low, high) = w.real(s, d), w.rng.choice([(0, T), (1, T), (1, N), (2, M), (0, N)])
    ratio = w.rng.choice([V["beta"], V["beta"] * V["beta"], V["beta"] / 2, sp.Rational(1, 2), 1 / V["beta"]])
    return w.total(high, lambda k: a * ratio**k, low=low) * (1 - ratio), a * (ratio**low - ratio ** (high + 1))


def extremes(w: Writer, s: Scope, d: int) -> Pair:
    a, b = w.real(s, d), w.real(s, d)
    return x.maximum(a, b) + x.minimum(a, b), a + b + Abs(a) - x.signum(a) * a


def branches(w: Writer, s: Scope, d: int) -> Pair:
    a, b = w.real(s, d), w.real(s, d)
    return where_nonnegative(a, a * b, -a * b), Abs(a) * b


def integer_powers(w: Writer, s: Scope, d: int) -> Pair:
    a, k = w.real(s, d), w.rng.choice([N, M, T])
    return a ** (k + 2), binder(x.Product, k, lambda _: a, "k") * a**2


def products_multiplied(w: Writer, s: Scope, d: int) -> Pair:
    f, g = parts(w.real, s, d, N), parts(w.real, s, d, N)
    pi = lambda h: binder(x.Product, N, h, w.hint())  # noqa: E731
    return pi(lambda k: f(k) * g(k)), pi(f) * pi(g)


# ---------------------------------------------------------------------- derivatives
def target(w: Writer, s: Scope) -> Any:
    """A variable to differentiate by: entries of constrained arrays too, varied freely."""
    k, l = w.index(s, N), w.index(s, N)
    return w.rng.choice([V["x"], V["a"][k], V["p"][k], V["a"][k], V["q"][k], V["hot"][k], V["W"][k, l], V["J"][k, l]])


def slope_of_product(w: Writer, s: Scope, d: int) -> Pair:
    w, at = Writer(w.rng, smooth=True), target(w, s)
    f, g = w.real(s, d), w.real(s, d)
    return D(f * g + f, at), g * D(f, at) + f * D(g, at) + D(f, at)


def slope_of_quotient(w: Writer, s: Scope, d: int) -> Pair:
    w, at = Writer(w.rng, smooth=True), target(w, s)
    f, p = w.real(s, d), w.positive(s, d)
    return D(f / p, at), (D(f, at) * p - f * D(p, at)) / p**2


def slope_of_chain(w: Writer, s: Scope, d: int) -> Pair:
    w, at = Writer(w.rng, smooth=True), target(w, s)
    f, p = w.real(s, d), w.positive(s, d)
    return D(exp(f) + log(p) + sqrt(p), at), exp(f) * D(f, at) + D(p, at) / p + D(p, at) / (2 * sqrt(p))


def slope_of_sum(w: Writer, s: Scope, d: int) -> Pair:
    w, at = Writer(w.rng, smooth=True), target(w, s)
    f = parts(w.real, s, d, N)
    return D(w.total(N, f), at), w.total(N, lambda k: D(f(k), at))


def slope_of_logsumexp(w: Writer, s: Scope, d: int) -> Pair:
    a, j = V["a"], w.index(s, N)
    g = parts(w.positive, tuple((k, size) for k, size in s if not isinstance(k, sp.Dummy)), 0, N)
    fixed = x.substitute(g(V["i"]), {a: V["z"], V["p"]: V["o"]})
    weight = lambda k: x.substitute(fixed, {V["i"]: k}) + 1  # noqa: E731
    below = w.total(N, lambda k: weight(k) * exp(a[k]))
    return D(log(below), a[j]), weight(j) * exp(a[j]) / below


RULES: tuple[Rule, ...] = (
    reordered, renamed, split, factored_out, double_sum, swapped, symmetrised, sifted, sifted_twice, exp_of_sum,
    exp_doubled, log_of_exp, exp_of_log, log_of_product, log_of_power, log_of_long_product, product_of_exps,
    times_and_divided, common_denominator, added_and_subtracted, square, square_of_sum, weights_inserted,
    expectation_of_constant, bits_squared, bits_summed, roots, absolute, by_bit, by_sign, special_functions,
    weighted_log, two_branches, peeled, discounted, sum_of_constant, written_out, quotient, normalised, shifted,
    largest_renamed, triangle, counted_triangle, folded_triangle, strict_triangle, halved_square,
    telescoped, geometric, extremes, branches, integer_powers,
    products_multiplied, slope_of_product, slope_of_quotient, slope_of_chain, slope_of_sum, slope_of_logsumexp,
    *tables.TRUE,
    *partial.TRUE,
)  # fmt: skip
