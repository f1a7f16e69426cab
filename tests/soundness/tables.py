"""Identities and near misses about joint distributions, channels, one-hot labels and symmetric matrices.

In the world of the tests all but O and K are square, so that rows and columns can be mistaken for each other.
"""

from __future__ import annotations

from typing import Any

from lemmata.spec.language import delta, exp, log, signum, xlogy
from lemmata.spec.language.expressions import Expr

from .generate import Pair, Rule, Scope, Writer, parts
from .world import M, N, V


def rows_of(w: Writer) -> tuple[Any, Any]:
    """A matrix whose rows sum to one, and the length of the rows."""
    return w.rng.choice([(V["W"], N), (V["K"], M), (V["labels"], N)])


# ---------------------------------------------------------------------- true
def one_hot_products(w: Writer, s: Scope, d: int) -> Pair:
    f, y = parts(w.real, s, d, N, N), V["hot"]
    both = w.total(N, lambda k: w.total(N, lambda l: y[k] * y[l] * f(k, l)))
    return both, w.total(N, lambda k: y[k] * f(k, k))


def one_hot_pairs(w: Writer, s: Scope, d: int) -> Pair:
    f, y, i, j = w.real(s, d), V["hot"], w.index(s), w.index(s)
    return y[i] ** 2 * y[j] * f, delta(i, j) * y[j] ** 3 * f


def one_hot_selects(w: Writer, s: Scope, d: int) -> Pair:
    f, y = parts(w.real, s, d, N), V["hot"]
    return w.total(N, lambda k: y[k] * f(k)) ** 2, w.total(N, lambda k: y[k] * f(k) ** 2)


def labels_multiplied(w: Writer, s: Scope, d: int) -> Pair:
    f, g, y, i = parts(w.real, s, d, N), parts(w.real, s, d, N), V["labels"], w.index(s)
    chosen = lambda h: w.total(N, lambda c: y[i, c] * h(c))  # noqa: E731
    return chosen(f) * chosen(g), chosen(lambda c: f(c) * g(c))


def row_weights_inserted(w: Writer, s: Scope, d: int) -> Pair:
    f, (matrix, size) = parts(w.real, s, d, N), rows_of(w)
    return w.total(N, f), w.total(N, lambda k: w.total(size, lambda l: matrix[k, l] * f(k)))


def rows_multiplied(w: Writer, s: Scope, d: int) -> Pair:
    f, (one, size), i = w.real(s, d), rows_of(w), w.index(s)
    return w.total(N, lambda k: w.total(size, lambda l: V["W"][i, k] * one[k, l] * f)), f


def distribution_passed_on(w: Writer, s: Scope, d: int) -> Pair:
    f, (matrix, size), p = w.real(s, d), rows_of(w), w.rng.choice([V["q"], V["v"], V["hot"]])
    return w.total(size, lambda l: w.total(N, lambda k: p[k] * matrix[k, l]) * f), f


def table_weights_inserted(w: Writer, s: Scope, d: int) -> Pair:
    f, (table, size) = w.real(s, d), w.rng.choice([(V["J"], N), (V["O"], M)])
    return f, w.total(size, lambda l: w.total(N, lambda k: table[k, l] * f))


def marginals_of_a_table(w: Writer, s: Scope, d: int) -> Pair:
    f, g = parts(w.real, s, d, N), w.real(s, d)
    row = lambda k: w.total(N, lambda l: V["J"][k, l])  # noqa: E731
    return w.total(N, lambda k: row(k) * (f(k) - g)), w.total(
        N, lambda l: w.total(N, lambda k: V["J"][k, l] * f(k))
    ) - g


def symmetric_entries(w: Writer, s: Scope, d: int) -> Pair:
    f, g, i = parts(w.real, s, d, N), parts(w.real, s, d, N), w.index(s)
    form = lambda at: w.total(N, lambda k: w.total(N, lambda l: at(k, l) * f(k) * g(l)))  # noqa: E731
    one = w.total(N, lambda k: V["A"][i, k] * f(k))
    return form(lambda k, l: V["A"][k, l]) + one, form(lambda k, l: V["A"][l, k]) + w.total(
        N, lambda k: V["A"][k, i] * f(k)
    )


def symmetric_square(w: Writer, s: Scope, d: int) -> Pair:
    f, i, j = parts(w.real, s, d, N), w.index(s), w.index(s)
    path = lambda a, b: w.total(N, lambda k: V["A"][a, k] * V["A"][k, b] * f(k))  # noqa: E731
    return path(i, j), path(j, i)


def weights_of_a_logarithm(w: Writer, s: Scope, d: int) -> Pair:
    """(Σ x) log y = Σ x log y for weights x ≥ 0, also where y = 0."""
    i, j, y = w.index(s), w.index(s), w.rng.choice([V["o"], V["q"], V["p"], V["hot"]])
    weight = w.rng.choice([V["J"], V["W"], V["labels"]])
    return xlogy(w.total(N, lambda k: weight[i, k]), y[j]), w.total(N, lambda k: xlogy(weight[i, k], y[j]))


def positive_mean(w: Writer, s: Scope, d: int) -> Pair:
    f, i, (matrix, size) = parts(w.positive, s, d, N), w.index(s), rows_of(w)
    mean = w.rng.choice(
        [
            lambda: w.total(N, lambda k: V["q"][k] * f(k)),
            lambda: w.total(N, lambda k: V["W"][i, k] * f(k)),
            lambda: w.total(N, lambda k: w.total(N, lambda l: V["q"][k] * V["W"][k, l] * f(l))),
            lambda: w.total(N, lambda k: w.total(N, lambda l: V["J"][k, l] * f(l))),
            lambda: w.total(N, lambda k: w.total(size, lambda l: V["hot"][k] * matrix[k, l] * f(k))),
        ]
    )()
    return exp(log(mean) / 2) ** 2, signum(mean) * mean


TRUE: tuple[Rule, ...] = (
    one_hot_products, one_hot_pairs, one_hot_selects, labels_multiplied, row_weights_inserted, rows_multiplied,
    distribution_passed_on, table_weights_inserted, marginals_of_a_table, symmetric_entries, symmetric_square,
    weights_of_a_logarithm, positive_mean,
)  # fmt: skip


# ---------------------------------------------------------------------- false
def one_hot_without_delta(w: Writer, s: Scope, d: int) -> Pair:
    y, f = V["hot"], parts(w.positive, s, d, N, N)
    i, j = w.rng.sample([k for k, size in s if size == N], 2)
    both = w.total(N, lambda k: w.total(N, lambda l: y[k] * y[l] * f(k, l)))
    return w.rng.choice(
        [
            (y[i] * y[j] * f(i, j), y[i] * f(i, j)),
            (both, w.total(N, lambda k: w.total(N, lambda l: y[k] * f(k, l)))),
            (both, w.total(N, lambda k: f(k, k))),
        ]
    )


def bits_as_one_hot(w: Writer, s: Scope, d: int) -> Pair:
    f, i, j = w.real(s, d), w.index(s), w.index(s)
    y = w.rng.choice([V["bits"], V["q"], V["o"]])
    k, l = w.rng.sample([k for k, size in s if size == N], 2)
    return w.rng.choice([(y[k] * y[l] * f, delta(k, l) * y[k] * f), (y[i] * y[j] * y[k], delta(i, j) * y[k] * f)])


def labels_of_two_examples(w: Writer, s: Scope, d: int) -> Pair:
    y, f = V["labels"], parts(w.positive, s, d, N)
    i, j = w.rng.sample([k for k, size in s if size == N], 2)
    together = w.total(N, lambda k: y[i, k] * y[j, k] * f(k))
    return w.rng.choice(
        [
            (together, w.total(N, lambda k: y[i, k] * f(k))),
            (together, w.total(N, lambda k: y[j, k] * f(k))),
            (y[i, i] * y[j, i] * f(i), y[i, i] * f(i)),
            (w.total(N, lambda k: y[k, i] * y[k, j] * f(k)), w.total(N, lambda k: y[k, i] * f(k))),
        ]
    )


def columns_for_rows(w: Writer, s: Scope, d: int) -> Pair:
    matrix, f, i = w.rng.choice([V["W"], V["K"], V["labels"]]), w.real(s, d), w.index(s)
    column = w.index(s, M) if matrix is V["K"] else i
    return w.total(N, lambda k: matrix[k, column] * f), f


def shorter_rows(w: Writer, s: Scope, d: int) -> Pair:
    (matrix, size), f, i = rows_of(w), w.real(s, d), w.index(s)
    low, high = w.rng.choice([(2, size), (1, size - 1)])
    short = w.total(high, lambda k: matrix[i, k] * f, low=low)
    return w.rng.choice([(short, f), (w.total(N, lambda l: w.total(high, lambda k: matrix[l, k] * f, low)), N * f)])


def one_index_of_a_table(w: Writer, s: Scope, d: int) -> Pair:
    f, i, u = w.real(s, d), w.index(s), w.index(s, M)
    return w.rng.choice(
        [
            lambda: w.total(N, lambda k: V["J"][k, i] * f),
            lambda: w.total(N, lambda k: V["J"][i, k] * f),
            lambda: w.total(N, lambda k: V["O"][k, u] * f),
            lambda: w.total(N, lambda k: w.total(N - 1, lambda l: V["J"][k, l] * f)),
        ]
    )(), f


def diagonal_of_weights(w: Writer, s: Scope, d: int) -> Pair:
    f, matrix = w.real(s, d), w.rng.choice([V["W"], V["J"], V["labels"]])
    return w.total(N, lambda k: matrix[k, k] * f), f


def weights_beyond_a_row(w: Writer, s: Scope, d: int) -> Pair:
    """A sum of weights times something that depends on the index of the sum."""
    f, i = parts(w.real, s, d, N), w.index(s)
    return w.rng.choice(
        [
            lambda: (w.total(N, lambda k: V["W"][i, k] * f(k)), f(i)),
            lambda: (w.total(N, lambda k: w.total(N, lambda l: V["W"][k, l] * f(l))), w.total(N, f)),
            lambda: (w.total(N, lambda k: w.total(N, lambda l: V["J"][k, l] * f(l))), w.total(N, f) / N),
            lambda: (w.total(N, lambda k: V["hot"][k] * f(k)), f(i)),
            lambda: (w.total(N, lambda k: w.total(k, lambda l: V["W"][k, l] * f(k))), w.total(N, f)),
        ]
    )()


def squares_of_weights(w: Writer, s: Scope, d: int) -> Pair:
    f, i, p = w.real(s, d), w.index(s), w.rng.choice([V["W"], V["J"]])
    return w.total(N, lambda k: p[i, k] ** 2 * f), w.total(N, lambda k: p[i, k] * f)


def transposed_at_will(w: Writer, s: Scope, d: int) -> Pair:
    f, matrix = parts(w.real, s, d, N, N), w.rng.choice([V["S"], V["W"], V["J"], V["labels"]])
    i, j = w.rng.sample([k for k, size in s if size == N], 2)
    form = lambda at: w.total(N, lambda k: w.total(N, lambda l: at(k, l) * f(k, l)))  # noqa: E731
    return w.rng.choice(
        [
            (matrix[i, j] * f(i, j), matrix[j, i] * f(i, j)),
            (form(lambda k, l: matrix[k, l]), form(lambda k, l: matrix[l, k])),
        ]
    )


def symmetric_diagonal(w: Writer, s: Scope, d: int) -> Pair:
    f, a = parts(w.real, s, d, N), V["A"]
    i, j = w.rng.sample([k for k, size in s if size == N], 2)
    return w.rng.choice(
        [
            (a[i, j] * f(i), a[i, i] * f(i)),
            (a[i, j] * f(i), a[j, i] * f(j)),
            (w.total(N, lambda k: a[i, k] * f(k)), w.total(N, lambda k: a[k, k] * f(k))),
        ]
    )


def sign_of_a_mean(w: Writer, s: Scope, d: int) -> Pair:
    """Weights that may all be zero: a column of a channel, a row of a table, a vector of bits; or negative ones."""
    f, i, p = parts(w.positive, s, 0, N), w.index(s), V["p"]
    mean: Expr = w.rng.choice(
        [
            lambda: w.total(N, lambda k: V["W"][k, i] * f(k)),
            lambda: w.total(N, lambda k: V["labels"][k, i] * f(k)),
            lambda: w.total(N, lambda k: V["J"][i, k] * f(k)),
            lambda: w.total(N, lambda k: V["J"][k, k] * f(k)),
            lambda: w.total(N, lambda k: V["hot"][k] * V["q"][k] * f(k)),
            lambda: w.total(N, lambda k: w.total(N, lambda l: V["q"][k] * V["W"][l, k] * f(l) * p[k])),
            lambda: w.total(N, lambda k: V["v"][k] * f(k)),
            lambda: w.total(N - 1, lambda k: V["q"][k] * f(k)),
        ]
    )()
    return signum(mean), f(i) / f(i)


FALSE: tuple[Rule, ...] = (
    one_hot_without_delta, bits_as_one_hot, labels_of_two_examples, columns_for_rows, shorter_rows,
    one_index_of_a_table, diagonal_of_weights, weights_beyond_a_row, squares_of_weights, transposed_at_will,
    symmetric_diagonal, sign_of_a_mean,
)  # fmt: skip
