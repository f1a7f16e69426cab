"""Near misses with random parts: mistakes that people, SymPy and provers make. Balls must tell the two sides apart."""

from __future__ import annotations

import sympy as sp

from lemmata.spec.language import Abs, D, by_value, delta, exp, log, sqrt, where_nonnegative, xlogy
from lemmata.spec.language import expressions as x

from . import captures, partial, tables, truths
from .generate import Pair, Rule, Scope, Writer, binder, parts
from .mutation import mutated_inside
from .truths import target
from .world import M, N, T, V


def term_dropped(w: Writer, s: Scope, d: int) -> Pair:
    a, b, c = (w.real(s, d) for _ in "abc")
    return a + b * c, a + b


def sign_flipped(w: Writer, s: Scope, d: int) -> Pair:
    a, b = w.real(s, d), w.real(s, d)
    return a - b, b - a


def wrong_index(w: Writer, s: Scope, d: int) -> Pair:
    f, i = parts(w.real, s, d, N), w.index(s, N)
    return w.total(N, f), w.total(N, lambda k: f(i))


def transposed(w: Writer, s: Scope, d: int) -> Pair:
    f, i = parts(w.real, s, d, N, N), w.index(s, N)
    return w.total(N, lambda k: f(k, i)), w.total(N, lambda k: f(i, k))


def wrong_range(w: Writer, s: Scope, d: int) -> Pair:
    a = w.real(s, d)
    return w.total(N, lambda k: a), w.total(M, lambda k: a)


def wrong_low(w: Writer, s: Scope, d: int) -> Pair:
    f = parts(w.real, s, d, T)
    return w.total(T, lambda k: V["beta"] ** k * f(k), low=0), w.total(T, lambda k: V["beta"] ** k * f(k))


def wrong_count(w: Writer, s: Scope, d: int) -> Pair:
    a, low = w.real(s, d), w.rng.choice([0, 1])
    return w.total(T, lambda k: a, low=low), a * (T - low)


def delta_over_another_range(w: Writer, s: Scope, d: int) -> Pair:
    f, i = parts(w.real, s, d, N), w.index(s, N)
    size = w.rng.choice([M, T, T + 1])
    return w.total(size, lambda k: delta(k, i) * (1 + V["c"])), (1 + V["c"]) * (f(i) + 1 - f(i))


def delta_at_a_number(w: Writer, s: Scope, d: int) -> Pair:
    a, at = w.real(s, d), w.rng.choice([sp.Integer(2), T, T + 1, N])
    return w.total(M, lambda k: delta(k, at) * a), a


def delta_at_an_end_of_nothing(w: Writer, s: Scope, d: int) -> Pair:
    a = w.real(s, d)
    return w.total(T, lambda k: delta(k, w.rng.choice([1, T])) * a), a


def diagonal_of_nothing(w: Writer, s: Scope, d: int) -> Pair:
    f = parts(w.real, s, d, N)
    return w.total(M, lambda k: w.total(N, lambda l: delta(k, l) * f(l))), w.total(N, f)


def product_of_sums(w: Writer, s: Scope, d: int) -> Pair:
    f, g = parts(w.real, s, d, N), parts(w.real, s, d, N)
    return w.total(N, f) * w.total(N, g), w.total(N, lambda k: f(k) * g(k))


def squares_of_terms(w: Writer, s: Scope, d: int) -> Pair:
    f = parts(w.real, s, d, N)
    return w.total(N, f) ** 2, w.total(N, lambda k: f(k) ** 2)


def root_of_square(w: Writer, s: Scope, d: int) -> Pair:
    a = w.real(s, d)
    return sqrt(a**2), a


def root_of_product(w: Writer, s: Scope, d: int) -> Pair:
    a = w.real(s, d)
    return sqrt(a**2 * V["c"]), sqrt(V["c"]) * a


def log_of_square(w: Writer, s: Scope, d: int) -> Pair:
    a = w.real(s, d)
    return exp(log(a**2) / 2), a


def absolute_dropped(w: Writer, s: Scope, d: int) -> Pair:
    a, b = w.real(s, d), w.real(s, d)
    return Abs(a * b), a * w.rng.choice([b, Abs(b)])


def absolute_of_sum(w: Writer, s: Scope, d: int) -> Pair:
    f = parts(w.real, s, d, N)
    return Abs(w.total(N, f)), w.total(N, lambda k: Abs(f(k)))


def exp_of_product(w: Writer, s: Scope, d: int) -> Pair:
    a, b = w.real(s, d), w.real(s, d)
    return exp(a) * exp(b), exp(a * b)


def exp_inside_sum(w: Writer, s: Scope, d: int) -> Pair:
    f = parts(w.real, s, d, N)
    return exp(w.total(N, f)), w.total(N, lambda k: exp(f(k)))


def log_of_sum(w: Writer, s: Scope, d: int) -> Pair:
    f = parts(w.positive, s, d, N)
    return log(w.total(N, f)), w.total(N, lambda k: log(f(k)))


def product_as_sum(w: Writer, s: Scope, d: int) -> Pair:
    f, size = parts(w.positive, s, d, N), w.rng.choice([N, M])
    c = f(w.index(s, N))
    return binder(x.Product, size, lambda k: V["x"] * c, "k"), exp(w.total(size, lambda k: log(c * Abs(V["x"]))))


def not_normalised(w: Writer, s: Scope, d: int) -> Pair:
    a, p = w.real(s, d), w.rng.choice([V["p"], V["a"], V["bits"]])
    return w.total(N, lambda k: a * p[k]), a


def normalised_twice(w: Writer, s: Scope, d: int) -> Pair:
    a, p = w.real(s, d), w.rng.choice([V["q"], V["v"]])
    return w.total(N, lambda k: a * p[k] ** 2), a * w.rng.choice([w.total(N, lambda k: p[k]), sp.Integer(1)])


def normalised_elsewhere(w: Writer, s: Scope, d: int) -> Pair:
    a, low = w.real(s, d), w.rng.choice([2, 1])
    high = N if low == 2 else N - 1
    weights = x.total(lambda k: V["q"][k] * a, over=(low, high))
    return weights + 0 * a, a


def normalised_beyond(w: Writer, s: Scope, d: int) -> Pair:
    f = parts(w.real, s, d, N)
    return w.total(N, lambda k: V["q"][k] * f(k)), f(w.index(s, N))


def power_off_by_one(w: Writer, s: Scope, d: int) -> Pair:
    a = w.real(s, d)
    one = w.total(T + 1, lambda k: V["beta"] ** (T - k) * V["h"][k] * a)
    return one, w.total(T + 1, lambda k: V["beta"] ** (T + 1 - k) * V["h"][k] * a)


def peeled_wrongly(w: Writer, s: Scope, d: int) -> Pair:
    f = parts(w.real, s, d, T + 1)
    last = w.rng.choice([T, T + 2])
    return w.total(T + 1, lambda k: V["h"][k] * f(k)), w.total(T, lambda k: V["h"][k] * f(k)) + V["h"][last] * f(T + 1)


def bits_for_all(w: Writer, s: Scope, d: int) -> Pair:
    k = w.index(s, N)
    y = w.rng.choice([V["x"], V["q"][k], V["s"], V["signs"][k], V["w"], V["a"][k]])
    return y**2 * w.real(s, d), y


def signs_for_all(w: Writer, s: Scope, d: int) -> Pair:
    k, a = w.index(s, N), w.real(s, d)
    return a * w.rng.choice([V["b"], V["bits"][k], V["x"]]) ** 2, a


def branches_swapped(w: Writer, s: Scope, d: int) -> Pair:
    a, b = w.real(s, d), w.real(s, d)
    y = w.rng.choice([V["b"], V["bits"][w.index(s, N)]])
    return by_value(y, {0: a, 1: b}), (1 - y) * b + y * a


def infinite_weight(w: Writer, s: Scope, d: int) -> Pair:
    k, p = w.index(s, N), w.positive(s, d)
    return xlogy(V["q"][k], V["o"][k]), V["q"][k] * p


def infinities_cancelled(w: Writer, s: Scope, d: int) -> Pair:
    k, a = w.index(s, N), w.positive(s, d)
    one = xlogy(V["q"][k], V["o"][k])
    return exp(one) * a, 2 * a * exp(one) - a * w.rng.choice([0, 1]) * exp(one / 2) ** 2


def branch_of_where(w: Writer, s: Scope, d: int) -> Pair:
    a = w.real(s, d)
    return where_nonnegative(a, a, -a), w.rng.choice([a, -a])


def slope_without_chain(w: Writer, s: Scope, d: int) -> Pair:
    w, at = Writer(w.rng, smooth=True), target(w, s)
    f = w.real(s, d)
    return D(exp(f), at), exp(f)


def slope_without_product_rule(w: Writer, s: Scope, d: int) -> Pair:
    w, at = Writer(w.rng, smooth=True), target(w, s)
    f, g = w.real(s, d), w.real(s, d)
    return D(f * g, at), w.rng.choice([D(f, at) * D(g, at), g * D(f, at)])


def slope_of_captured_logsumexp(w: Writer, s: Scope, d: int) -> Pair:
    """What sympy.diff says: ∂/∂z_k log Σₖ exp(z_k) = 1."""
    a, j, c = V["a"], w.index(s, N), w.positive(s, 0)
    return D(log(w.total(N, lambda k: exp(a[k]))), a[j]), c / c


def slope_without_delta(w: Writer, s: Scope, d: int) -> Pair:
    f, j = parts(w.positive, s, 0, N), w.index(s, N)
    g = lambda k: x.substitute(f(k), {V["a"]: V["z"]})  # noqa: E731
    return D(w.total(N, lambda k: g(k) * V["a"][k]), V["a"][j]), w.rng.choice([w.total(N, g), N * g(j)])


def mutated(rule: Rule) -> Rule:
    """A true identity, spoilt in one place of one side."""

    def spoilt(w: Writer, s: Scope, d: int) -> Pair:
        left, right = rule(w, s, d)
        k, entry = w.index(s, N), V["a"][w.index(s, N)]
        spoil = [right + 1, -right, right * entry, right + entry, right**2, right / 2, right * delta(k, w.index(s, N))]
        return left, w.rng.choice(spoil)

    return spoilt


def wrong_extreme(w: Writer, s: Scope, d: int) -> Pair:
    a, b = w.real(s, d), w.real(s, d)
    return x.maximum(a, b), w.rng.choice([(a + b) / 2, x.minimum(a, b), a, Abs(a) + b])


def wrong_branch(w: Writer, s: Scope, d: int) -> Pair:
    a, b = w.real(s, d), w.real(s, d)
    return where_nonnegative(a, b, -b), w.rng.choice([x.signum(a) * b, Abs(b), b])


def wrong_power(w: Writer, s: Scope, d: int) -> Pair:
    a, k = w.real(s, d), w.rng.choice([N, M, T])
    return (a**2) ** k, w.rng.choice([a ** (k + 2), a**k, Abs(a) ** k, a ** (2 * k + 1)])


def root_of_power(w: Writer, s: Scope, d: int) -> Pair:
    a, k = w.real(s, d), w.rng.choice([N, T])
    return sqrt(a ** (2 * k)), a**k


def wrong_signum(w: Writer, s: Scope, d: int) -> Pair:
    a, y = w.real(s, d), w.rng.choice([V["b"], V["w"], V["o"][w.index(s, N)], V["x"]])
    return x.signum(y) * a, w.rng.choice([a, y * a, x.signum(y) ** 3 * Abs(a)])


def one_minus_anything(w: Writer, s: Scope, d: int) -> Pair:
    a = w.rng.choice([V["w"], V["c"], 2 * V["beta"], V["b"] + V["c"], V["x"] ** 2]) * w.positive(s, d)
    return sqrt((1 - a) ** 2), 1 - a


def normalised_weights(w: Writer, s: Scope, d: int) -> Pair:
    f = parts(w.real, s, d, N)
    return w.total(N, lambda k: V["v"][k] * f(k)), w.total(N, lambda k: V["q"][k]) * w.rng.choice(
        [w.real(s, d), sp.Integer(1)]
    )


def infinite_logs(w: Writer, s: Scope, d: int) -> Pair:
    """x log x without its convention: 0 log 0 is no number."""
    k = w.index(s, N)
    one, other = xlogy(V["q"][k], V["o"][k]), V["q"][k] * log(V["o"][k] + V["b"])
    return one - w.rng.choice([other, one]) + w.positive(s, d), w.positive(s, d)


def range_of_negative_length(w: Writer, s: Scope, d: int) -> Pair:
    """Karr's convention, Σ from 5 to 2 as minus what is between: −2 for a summand 1; a loop says 0."""
    a, (low, high) = w.real(s, d), w.rng.choice([(5, 2), (M, N), (3, N), (4, T)])
    return w.total(high, lambda k: a, low=low), a * (high - low + 1)


def mean_without_its_values(w: Writer, s: Scope, d: int) -> Pair:
    f, g = parts(w.real, s, d, N), parts(w.real, s, d, N)
    below = w.total(N, lambda k: exp(f(k)))
    return w.total(N, lambda k: exp(f(k)) * g(k)) / below, below / below


def wrong_telescope(w: Writer, s: Scope, d: int) -> Pair:
    left, right = truths.telescoped(w, s, d)
    return left, w.rng.choice([right + T, right - 1, -right])


def wrong_geometric(w: Writer, s: Scope, d: int) -> Pair:
    c = w.rng.choice([V["c"], V["beta"], 1 - V["beta"], 2 * V["beta"]])
    return w.total(T, lambda k: c**k, low=0) * (1 - c), 1 - c ** w.rng.choice([T, T + 2, N])


def mutant(w: Writer, s: Scope, d: int) -> Pair:
    """Any expression, spoilt in one place somewhere inside."""
    e = w.rng.choice([w.real, w.positive])(s, d + 2)
    return e, mutated_inside(e, w, s)


def spoilt_truth(w: Writer, s: Scope, d: int) -> Pair:
    return mutated(w.rng.choice(truths.RULES))(w, s, d)


RULES: tuple[Rule, ...] = (
    *captures.RULES, *tables.FALSE, *partial.FALSE,
    term_dropped, sign_flipped, wrong_index, transposed, wrong_range, wrong_low,
    wrong_count,
    delta_over_another_range, delta_at_a_number, delta_at_an_end_of_nothing, diagonal_of_nothing, product_of_sums,
    squares_of_terms, root_of_square, root_of_product, log_of_square, absolute_dropped, absolute_of_sum,
    exp_of_product, exp_inside_sum, log_of_sum, product_as_sum, not_normalised, normalised_twice,
    normalised_elsewhere, normalised_beyond, power_off_by_one, peeled_wrongly, bits_for_all, signs_for_all,
    branches_swapped, infinite_weight, infinities_cancelled, branch_of_where, slope_without_chain,
    slope_without_product_rule, slope_of_captured_logsumexp, slope_without_delta, wrong_extreme, wrong_branch,
    wrong_power, root_of_power, wrong_signum, one_minus_anything, normalised_weights, infinite_logs,
    mean_without_its_values, wrong_telescope, wrong_geometric, range_of_negative_length, spoilt_truth, mutant,
)  # fmt: skip
