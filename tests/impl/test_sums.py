"""The sums that the others rest on, against exact arithmetic."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lemmata.impl._sums import dot, mean, scaled_total, total, two_sum, weighted

numbers = st.floats(-1e150, 1e150)


@given(numbers, numbers)
def test_two_sum_is_exact(a, b):
    s, delta = two_sum(np.array(a), np.array(b))
    assert Fraction(float(s)) + Fraction(float(delta)) == Fraction(a) + Fraction(b)


def off_by(got: float, x: np.ndarray) -> float:
    """The error in units of u|Σx| + n²u²Σ|x|: what a sum in twice the precision may lose."""
    u, exact = Fraction(1, 2**53), sum(map(Fraction, x.tolist()))
    unit = u * abs(exact) + (x.size * u) ** 2 * sum(abs(Fraction(v)) for v in x.tolist()) + Fraction(5e-324)
    return float(abs(Fraction(float(got)) - exact) / unit)


@given(st.lists(numbers, max_size=40))
def test_total_is_a_sum_in_twice_the_precision(x):
    assert off_by(float(total(np.array(x))), np.array(x)) <= 1


def test_a_plain_sum_is_not():
    x = np.array([1.0, 1e17, 1.0, -1e17])
    assert off_by(float(total(x)), x) == 0
    assert off_by(float(np.sum(x)), x) > 1


@pytest.mark.parametrize("n", [0, 1, 2, 3, 1000, 4097])
def test_total_of_any_length(n):
    x = np.random.default_rng(n).normal(size=(2, n))
    np.testing.assert_allclose(total(x), [math.fsum(row) for row in x], rtol=3e-16)


def test_total_keeps_infinities_and_nan():
    rows = [[np.inf, 1, 2], [np.inf, -np.inf, 0], [1, np.nan, 2], [1, 2, 3]]
    with np.errstate(invalid="ignore"):
        np.testing.assert_array_equal(total(np.array(rows, dtype=float)), [np.inf, np.nan, np.nan, 6])


def test_scaled_total_neither_overflows_nor_drops_small_terms_beside_zeros():
    m, e = np.frexp([1e300, 1e300, 0.0])
    s, top = scaled_total(m * m, 2 * e)
    assert math.ldexp(s, int(top) - 2000) == pytest.approx(math.ldexp(2, 0) * float(Fraction(10) ** 600 / 2**2000))
    m, e = np.frexp([1e-200, 0.0])
    s, top = scaled_total(m * m, 2 * e)
    assert math.ldexp(s, int(top) + 1000) == pytest.approx(float(Fraction(2**1000, 10**400)))


def test_mean_does_not_overflow():
    with np.errstate(all="ignore"):
        assert mean(np.full(3, 1.5e308)) == 1.5e308
        assert mean(np.full(3, 5e-324)) == 5e-324  # nor does it divide first where it need not
        assert mean(np.array([np.inf, 1])) == np.inf


def test_weighted_by_zero():
    p, x = np.array([0, 0, 0, 2]), np.array([np.inf, -np.inf, np.nan, np.inf])
    with np.errstate(invalid="ignore"):
        np.testing.assert_array_equal(weighted(p, x), [0, 0, np.nan, np.inf])


def test_dot_survives_an_overflow_on_the_way():
    A, x = np.array([[1e200, 1e200], [1e200, 1e-200], [1.0, 2.0]]), np.array([1e200, -1e200])
    with np.errstate(all="ignore"):
        np.testing.assert_array_equal(dot(A, x), [0, np.inf, -1e200])
        assert np.isnan(A[0] @ x)
