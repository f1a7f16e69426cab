"""Values known beforehand: zeros, infinities, nearly equal distributions, and what the inequalities say."""

from __future__ import annotations

import numpy as np
import pytest
from numpy import inf, nan

from lemmata.impl.information import cross_entropy, entropy, kl


@pytest.mark.parametrize(
    "p, value",
    [
        ([1], 0),
        ([1, 0, 0], 0),
        ([0.25] * 4, np.log(4)),
        ([0, 0], 0),
        ([5e-324], 744 * 5e-324),
        ([nan, 1], nan),
        ([-0.5, 1.5], nan),  # a negative number has no logarithm
        ([inf], -inf),
    ],
)
def test_entropy(p, value):
    np.testing.assert_allclose(entropy(p), value, rtol=1e-15)


@pytest.mark.parametrize(
    "p, q, h, d",
    [
        ([1, 0], [0.5, 0.5], np.log(2), np.log(2)),
        ([0.5, 0.5], [1, 0], inf, inf),
        ([1, 0], [1, 0], 0, 0),
        ([0, 0], [0, 0], 0, 0),
        ([1, 0], [1, inf], 0, 0),
        ([1, 0], [1, nan], nan, nan),
        ([1, nan], [1, 0], nan, nan),
        ([1, 0], [1, -1], nan, nan),
        ([-1, 1], [-1, 1], nan, nan),
        ([-1, 1], [0.5, 0.5], 0, nan),
        ([1e-300], [3e-300], -1e-300 * np.log(3e-300), -1e-300 * np.log(3)),
        ([1.0], [5e-324], 1074 * np.log(2), 1074 * np.log(2)),  # p/q overflows
        ([1e-310, 1], [1.5, 1], -1e-310 * np.log(1.5), -1e-310 * (310 * np.log(10) + np.log(1.5))),
    ],
)
def test_of_two(p, q, h, d):
    np.testing.assert_allclose([cross_entropy(p, q), kl(p, q)], [h, d], rtol=1e-13)


def test_zero_has_no_sign():
    for value in (entropy([1.0]), cross_entropy([1.0], [1.0]), kl([1.0], [1.0]), kl([0.0, 1.0], [0.5, 1.0])):
        assert value == 0 and not np.signbit(value)


@pytest.mark.parametrize("k", range(2, 27))
def test_nearly_equal_distributions(k):
    """D(½, ½ ‖ ½ + ε, ½ − ε) = −½ log(1 − 4ε²)."""
    e = 2.0**-k
    expected = -np.log1p(-4 * e * e) / 2
    np.testing.assert_allclose(kl([0.5, 0.5], [0.5 + e, 0.5 - e]), expected, rtol=4e-16)


def test_the_series_meets_the_logarithm_where_p_is_half_or_twice_q():
    for q in (0.5, 2.0):
        sides = kl(np.ones((3, 1)), [[np.nextafter(q, 0)], [q], [np.nextafter(q, 3)]])
        np.testing.assert_allclose(sides, -np.log(q), rtol=1e-15)


def test_the_inequality_of_gibbs():
    rng = np.random.default_rng(8)
    p, q = rng.dirichlet(np.ones(5), 200), rng.dirichlet(np.ones(5), 200)
    assert (entropy(p) <= np.log(5)).all() and (entropy(p) < cross_entropy(p, q)).all()
    np.testing.assert_allclose(cross_entropy(p, q) - entropy(p), kl(p, q), atol=1e-14)
