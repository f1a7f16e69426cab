"""Near misses about indices: captured, bounded by another, or taken as one for all; and values nobody asks for."""

from __future__ import annotations

import sympy as sp

from lemmata.spec.language import by_value, delta, exp, xlogy
from lemmata.spec.language import expressions as x

from .generate import Pair, Rule, Scope, Writer, binder, parts
from .world import M, N, T, V


def captured(w: Writer, s: Scope, d: int) -> Pair:
    f, g = parts(w.real, s, d, N), parts(w.real, s, d, N, N)
    return w.total(N, lambda k: f(k) * w.total(N, lambda l: g(k, l))), w.total(
        N, lambda k: f(k) * w.total(N, lambda l: g(l, l))
    )


def captured_by_substitution(w: Writer, s: Scope, d: int) -> Pair:
    g = parts(w.real, s, d, N, N)
    inner = w.total(N, lambda l: g(V["i"], l))
    moved = lambda k: x.substitute(inner, {V["i"]: k})  # noqa: E731
    return w.total(N, moved), w.total(N, lambda k: w.total(N, lambda l: g(l, l)))


def captured_by_largest(w: Writer, s: Scope, d: int) -> Pair:
    f = parts(w.real, s, d, N, N)
    inner = lambda g: binder(x.Largest, N, lambda k: binder(x.Largest, N, lambda l: g(k, l), "l"), "k")  # noqa: E731
    return inner(f), inner(lambda k, l: f(l, l))


def captured_by_recurrence(w: Writer, s: Scope, d: int) -> Pair:
    a, upto = w.leaf(s), w.rng.choice([T, M, N])
    nest = lambda pick: x.recurrence(a, lambda m, k: x.recurrence(1, lambda q, r: pick(m, q), upto), upto)  # noqa: E731
    return nest(lambda m, q: m + q), nest(lambda m, q: q + q)


def captured_step(w: Writer, s: Scope, d: int) -> Pair:
    upto = w.rng.choice([T, M, N])
    nest = lambda pick: x.recurrence(1, lambda m, k: m + x.recurrence(1, lambda q, r: q + pick(k, r), upto), upto)  # noqa: E731
    return nest(lambda k, r: k * r), nest(lambda k, r: r * r)


def branch_with_a_hole(w: Writer, s: Scope, d: int) -> Pair:
    a, y = w.real(s, d), V["b"]
    return by_value(y, {0: a, 1: a / y}), a * (1 - y) + a


def weight_of_a_hole(w: Writer, s: Scope, d: int) -> Pair:
    a, y = w.positive(s, d), w.rng.choice([V["b"], V["q"][w.index(s, N)], V["w"]])
    return xlogy(y, exp(a / y)), a


def empty_sum_of_holes(w: Writer, s: Scope, d: int) -> Pair:
    a, y = w.positive(s, d), w.rng.choice([V["b"], V["w"], V["x"]])
    return w.total(T, lambda k: y / y * a), a * (T + 1)


def captured_by_product(w: Writer, s: Scope, d: int) -> Pair:
    """Largest and Product inside each other: the outer index must not become the inner one."""
    f, g = parts(w.real, s, d, N), parts(w.real, s, d, N)
    outer, inner = w.rng.choices([x.Largest, x.Product], k=2)
    nest = lambda h: binder(outer, N, lambda k: binder(inner, N, lambda l: h(k, l), "l"), "k")  # noqa: E731
    two = sp.Integer(2)
    return nest(lambda k, l: f(k) + two * g(l)), nest(
        w.rng.choice([lambda k, l: f(l) + two * g(l), lambda k, l: f(l) + two * g(k)])
    )


def one_sign_for_all(w: Writer, s: Scope, d: int) -> Pair:
    """A case for each sign of a_k, as if all entries had the same one."""
    f = parts(w.real, s, d, N)
    kind = w.rng.choice([x.Largest, x.Product])
    over = lambda g: binder(kind, N, g, "k")  # noqa: E731
    y = w.rng.choice([lambda k: V["signs"][k], lambda k: 2 * V["bits"][k] - 1, lambda k: x.signum(V["a"][k])])
    mixed = over(lambda k: y(k) * (1 + f(k) ** 2) + f(k))
    same = [over(lambda k, v=v: v * (1 + f(k) ** 2) + f(k)) for v in (sp.Integer(1), sp.Integer(-1), sp.Integer(0))]
    return mixed**3, mixed**3 - sp.Mul(*[mixed - each for each in same])


def wrong_triangle(w: Writer, s: Scope, d: int) -> Pair:
    f = parts(w.real, s, d, N, N)
    below = w.total(N, lambda k: w.total(k, lambda l: f(k, l)))
    other = [
        lambda: w.total(N, lambda k: w.total(k, lambda l: f(l, k))),
        lambda: w.total(N, lambda k: w.total(N, lambda l: f(k, l), low=k)),
    ]
    return below, w.rng.choice(other)()


def wrong_count_of_triangle(w: Writer, s: Scope, d: int) -> Pair:
    f = parts(w.real, s, d, N)
    return w.total(N, lambda k: w.total(k, f)), w.total(N, lambda l: w.rng.choice([N - l, l, (N + 1) / 2]) * f(l))


def wrong_delta_in_triangle(w: Writer, s: Scope, d: int) -> Pair:
    """Sifting an index that bounds another, or over a range that does not reach."""
    f, i = parts(w.real, s, d, N, N), w.index(s, N)
    left = w.total(N, lambda k: w.total(k, lambda l: delta(l, i) * f(k, l)))
    return left, w.total(N, lambda k: f(k, i))


def normalised_triangle(w: Writer, s: Scope, d: int) -> Pair:
    f = parts(w.real, s, d, N)
    return w.total(N, lambda k: f(k) * w.total(k, lambda l: V["q"][l])), w.total(N, f)


def halved_without_symmetry(w: Writer, s: Scope, d: int) -> Pair:
    f, g = parts(w.real, s, d, N), parts(w.real, s, d, N)
    inner = w.total(N, lambda k: w.total(k, lambda l: f(k) * g(l)))
    return 2 * inner, w.total(N, f) * w.total(N, g) + w.total(N, lambda k: f(k) * g(k))


def strict_as_weak(w: Writer, s: Scope, d: int) -> Pair:
    f = parts(w.real, s, d, N, N)
    high = w.rng.choice([lambda k: k - 1, lambda k: k + 1])
    return w.total(N, lambda k: w.total(k, lambda l: f(k, k))), w.total(
        N, lambda k: w.total(high(k), lambda l: f(k, k))
    )


def other_sequence(w: Writer, s: Scope, d: int) -> Pair:
    a, b, upto = w.leaf(s), w.leaf(s), w.rng.choice([T, T + 1, N])
    nest = lambda step: x.recurrence(a, step, upto)  # noqa: E731
    return nest(lambda m, k: V["beta"] * m + b * k), nest(lambda m, k: V["beta"] * m + b * upto)


def two_means_of_partial_sums(w: Writer, s: Scope, d: int) -> Pair:
    """Σₖ fₖ Aₖ / Σ f is not Σₖ gₖ Aₖ / Σ g, where A is a partial sum up to k."""
    f, g, h = parts(w.positive, s, d, N), parts(w.positive, s, d, N), parts(w.real, s, d, N)
    mean = lambda k, weight: weight(k) * w.total(k, h) / w.total(N, weight)  # noqa: E731
    return w.total(N, lambda k: mean(k, f) - mean(k, g)), 0 * w.real(s, d)


RULES: tuple[Rule, ...] = (
    two_means_of_partial_sums,
    captured, captured_by_substitution, captured_by_largest, captured_by_recurrence, captured_step,
    captured_by_product, one_sign_for_all, wrong_triangle, wrong_count_of_triangle, wrong_delta_in_triangle,
    normalised_triangle, halved_without_symmetry, strict_as_weak, other_sequence, branch_with_a_hole,
    weight_of_a_hole, empty_sum_of_holes,
)  # fmt: skip
