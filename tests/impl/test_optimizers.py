"""Values known beforehand: the ends of β, constant gradients, and the recurrence against its closed form."""

from __future__ import annotations

import numpy as np
import pytest
from numpy import inf, nan

from lemmata.impl.optimizers import moment, moment_closed_form, moment_corrected

assert_same = np.testing.assert_array_equal

BETAS = [0, 1e-300, 0.1, 0.5, 0.9, 0.999, 1 - 1e-12, 1 - 2.0**-53]


@pytest.mark.parametrize("function", [moment, moment_closed_form, moment_corrected])
def test_without_memory_only_the_last_gradient_counts(function):
    assert function(0, [3.0, -7.0, 0.1]) == 0.1


@pytest.mark.parametrize("beta", BETAS)
@pytest.mark.parametrize("t", [1, 2, 7, 1000])
def test_a_constant_gradient_is_its_own_corrected_average(beta, t):
    np.testing.assert_allclose(moment_corrected(beta, np.full(t, 0.1)), 0.1, rtol=1e-15)


@pytest.mark.parametrize("beta", BETAS)
@pytest.mark.parametrize("t", [0, 1, 2, 7, 1000])
def test_the_recurrence_unrolled(beta, t):
    g = np.random.default_rng(t).uniform(1, 2, (3, t))
    np.testing.assert_allclose(moment(beta, g), moment_closed_form(beta, g), rtol=1e-16 * max(t, 10))


def test_the_first_step_is_corrected_to_the_gradient():
    for beta in BETAS:
        np.testing.assert_allclose(moment_corrected(beta, [1e-310]), 1e-310, rtol=1e-13)


def test_at_the_ends():
    assert moment(1, [1.0, 2.0]) == 0
    assert_same(moment_corrected(1, [1.0, 2.0]), nan)
    assert moment_corrected(-1, [1.0, 2.0, 4.0]) == 3  # weights 1, −1, 1: outside the domain, still the formula
    assert_same(moment([0.5, 0.9], [[1, inf], [nan, 1]]), [inf, nan])


def test_large_gradients_do_not_overflow():
    for function in (moment, moment_closed_form, moment_corrected):
        assert np.isfinite(function(0.9, np.full(50, 1.7e308)))
