"""Sums over parts of a range: true rewritings with random summands, and near misses that are off by one or turned."""

from __future__ import annotations

import sympy as sp

from lemmata.spec.language import delta, where_nonnegative

from .generate import Pair, Rule, Scope, Writer, parts
from .world import M, N

ONE = sp.Integer(1)


def telescoped_entries(w: Writer, s: Scope, d: int) -> Pair:
    f = parts(w.real, s, d, N)
    return w.total(N - 1, lambda k: f(k) - f(k + 1)), f(ONE) - f(N)


def summed_by_parts(w: Writer, s: Scope, d: int) -> Pair:
    f, g = parts(w.real, s, d, N), parts(w.real, s, 0, N)
    rest = w.total(N - 1, lambda k: g(k + 1) * (f(k + 1) - f(k)))
    return w.total(N - 1, lambda k: f(k) * (g(k + 1) - g(k))), f(N) * g(N) - f(ONE) * g(ONE) - rest


def split_at(w: Writer, s: Scope, d: int) -> Pair:
    f, i = parts(w.real, s, d, N), w.index(s)
    return w.rng.choice(
        [
            (w.total(i, f) + w.total(N, f, low=i + 1), w.total(N, f)),
            (w.total(i, f), w.total(i - 1, f) + f(i)),
            (w.total(i - 1, f) + w.total(N, f, low=i), w.total(N, f)),
        ]
    )


def shifted_part(w: Writer, s: Scope, d: int) -> Pair:
    f, g = parts(w.real, s, d, N), parts(w.real, s, 0, N)
    return w.rng.choice(
        [
            (w.total(N - 1, lambda k: f(k + 1) * g(k)), w.total(N, lambda k: f(k) * g(k - 1), low=2)),
            (w.total(N - 1, lambda k: f(k + 1)), w.total(N, f) - f(ONE)),
        ]
    )


def masked(w: Writer, s: Scope, d: int) -> Pair:
    f, g, i = parts(w.real, s, d, N), parts(w.real, s, 0, N), w.index(s)
    return w.rng.choice(
        [
            (w.total(N, lambda k: where_nonnegative(i - k, f(k), g(k))), w.total(i, f) + w.total(N, g, low=i + 1)),
            (w.total(N, lambda k: where_nonnegative(k - i, f(k), g(k))), w.total(i - 1, g) + w.total(N, f, low=i)),
        ]
    )


def picked_part(w: Writer, s: Scope, d: int) -> Pair:
    """Deltas over a part: sifted where the index surely lies in the range, else an indicator."""
    f, i, j = parts(w.real, s, d, N), w.index(s), w.index(s)
    return w.rng.choice(
        [
            (w.total(i, lambda l: w.total(N, lambda k: delta(k, l) * f(k))), w.total(i, f)),
            (w.total(i, lambda k: delta(k, j) * f(k)), where_nonnegative(i - j, 1, 0) * f(j)),
        ]
    )


def reversed_convolution(w: Writer, s: Scope, d: int) -> Pair:
    f, g = parts(w.real, s, d, N), parts(w.real, s, 0, N)
    return w.total(N, lambda k: f(N + 1 - k) * g(k)), w.total(N, lambda k: f(k) * g(N + 1 - k))


def two_triangles(w: Writer, s: Scope, d: int) -> Pair:
    f = parts(w.real, s, d, N, N)
    below = w.total(N, lambda k: w.total(k - 1, lambda l: f(k, l)))
    above = w.total(N, lambda k: w.total(N, lambda l: f(k, l), low=k + 1))
    square = w.total(N, lambda k: w.total(N, lambda l: f(k, l)))
    return below + above, square - w.total(N, lambda k: f(k, k))


TRUE: tuple[Rule, ...] = (
    telescoped_entries, summed_by_parts, split_at, shifted_part, masked, picked_part, reversed_convolution,
    two_triangles,
)  # fmt: skip


# ---------------------------------------------------------------------- near misses
def telescoped_wrongly(w: Writer, s: Scope, d: int) -> Pair:
    f = parts(w.real, s, d, N)
    return w.total(N - 1, lambda k: f(k) - f(k + 1)), w.rng.choice([f(N) - f(ONE), f(ONE) + f(N), f(ONE)])


def wrong_parts(w: Writer, s: Scope, d: int) -> Pair:
    left, right = summed_by_parts(w, s, d)
    f, g = parts(w.real, s, d, N), parts(w.real, s, 0, N)
    wrong = w.total(N - 1, lambda k: g(k) * (f(k + 1) - f(k)))
    return w.rng.choice(
        [
            (left, -right),
            (w.total(N - 1, lambda k: f(k) * (g(k + 1) - g(k))), f(N) * g(N) - f(ONE) * g(ONE) - wrong),
        ]
    )


def split_off_by_one(w: Writer, s: Scope, d: int) -> Pair:
    f, i = parts(w.real, s, d, N), w.index(s)
    return w.rng.choice(
        [
            (w.total(i, f) + w.total(N, f, low=i), w.total(N, f)),
            (w.total(i - 1, f) + w.total(N, f, low=i + 1), w.total(N, f)),
            (w.total(i, f), w.total(i - 1, f) + f(ONE)),
            (w.total(i, f), w.total(N, f, low=i)),
        ]
    )


def shifted_off_by_one(w: Writer, s: Scope, d: int) -> Pair:
    f, g = parts(w.real, s, d, N), parts(w.real, s, 0, N)
    return w.rng.choice(
        [
            (w.total(N - 1, lambda k: f(k + 1) * g(k)), w.total(N - 1, lambda k: f(k) * g(k + 1))),
            (w.total(N - 1, lambda k: f(k + 1)), w.total(N - 1, f)),
            (w.total(N, f, low=2), w.total(N - 1, f)),
        ]
    )


def mask_off_by_one(w: Writer, s: Scope, d: int) -> Pair:
    f, g, i = parts(w.real, s, d, N), parts(w.real, s, 0, N), w.index(s)
    return w.rng.choice(
        [
            (w.total(N, lambda k: where_nonnegative(i - k, f(k), g(k))), w.total(i - 1, f) + w.total(N, g, low=i)),
            (w.total(N, lambda k: where_nonnegative(k - i, f(k), g(k))), w.total(i, g) + w.total(N, f, low=i + 1)),
            (w.total(N, lambda k: where_nonnegative(k - i, f(k), g(k))), w.total(i, f) + w.total(N, g, low=i + 1)),
        ]
    )


def mask_over_another_range(w: Writer, s: Scope, d: int) -> Pair:
    """The mask ends at an index that need not lie in the range of the sum."""
    c, i = w.real(s, d), w.index(s)
    return w.rng.choice(
        [
            (w.total(M, lambda k: where_nonnegative(i - k, c, 0)), i * c),
            (w.total(N, lambda k: where_nonnegative(i + 1 - k, c, 0)), (i + 1) * c),
            (w.total(N, lambda k: w.total(M, lambda l: where_nonnegative(k - l, c, 0))), c * N * (N + 1) / 2),
        ]
    )


def delta_beyond_a_part(w: Writer, s: Scope, d: int) -> Pair:
    f, c = parts(w.real, s, d, N), w.real(s, d)
    i, j = w.rng.sample([k for k, size in s if size == N], 2)
    one = w.total(i, lambda k: delta(k, j) * f(k))
    return w.rng.choice(
        [
            (one, f(j)),
            (one, where_nonnegative(i - j - 1, 1, 0) * f(j)),
            (one, where_nonnegative(j - i, 1, 0) * f(j)),
            (w.total(i, lambda l: w.total(M, lambda k: delta(k, l) * c)), i * c),
            (w.total(N, lambda l: w.total(i, lambda k: delta(k, l) * c)), N * c),
        ]
    )


def convolution_turned(w: Writer, s: Scope, d: int) -> Pair:
    f, g = parts(w.real, s, d, N), parts(w.real, s, 0, N)
    one = w.total(N, lambda k: f(N + 1 - k) * g(k))
    return one, w.rng.choice([w.total(N, lambda k: f(k) * g(k)), w.total(N - 1, lambda k: f(k) * g(N - k))])


def triangle_for_triangle(w: Writer, s: Scope, d: int) -> Pair:
    f = parts(w.real, s, d, N, N)
    below = w.total(N, lambda k: w.total(k - 1, lambda l: f(k, l)))
    above = w.total(N, lambda k: w.total(N, lambda l: f(k, l), low=k + 1))
    square = w.total(N, lambda k: w.total(N, lambda l: f(k, l)))
    return w.rng.choice([(below, above), (below + above, square), (2 * below, square - w.total(N, lambda k: f(k, k)))])


FALSE: tuple[Rule, ...] = (
    telescoped_wrongly, wrong_parts, split_off_by_one, shifted_off_by_one, mask_off_by_one, mask_over_another_range,
    delta_beyond_a_part, convolution_turned, triangle_for_triangle,
)  # fmt: skip
