"""Values known beforehand: zeros, overflow on the way, scales that are none, and the priors behind the penalties."""

from __future__ import annotations

import numpy as np
import pytest
from numpy import inf, nan

from lemmata.impl.regularization import (
    gaussian_nll,
    l1_penalty,
    l1_penalty_grad,
    l2_penalty,
    l2_penalty_grad,
    laplace_nll,
)

assert_same = np.testing.assert_array_equal


@pytest.mark.parametrize(
    "w, lam, l2, l1",
    [
        ([3, -4], 2, 25, 14),
        ([0, 0], 2, 0, 0),
        ([1e300, 1e300], 0, 0, 0),  # Σw² overflows
        ([2.0**600, 0], 2.0**-1000, 2.0**199, 2.0**-400),
        ([2.0**-600, 0], 2.0**1000, 2.0**-201, 2.0**400),  # Σw² underflows
        ([1e308, 1e308, 1e308], 1e-3, inf, 3e305),
        ([inf, 1], 1, inf, inf),
        ([nan, 1], 1, nan, nan),
    ],
)
def test_penalties(w, lam, l2, l1):
    np.testing.assert_allclose([l2_penalty(w, lam), l1_penalty(w, lam)], [l2, l1], rtol=3e-16)


def test_gradients():
    w = [-2.0, -0.0, 0.0, 5e-324, inf]
    assert_same(l2_penalty_grad(w, 0.5), [-1, 0, 0, 0, inf])
    assert_same(l1_penalty_grad(w, 0.5), [-0.5, 0, 0, 0.5, 0.5])


@pytest.mark.parametrize("scale", [0, -1, -inf, nan])
def test_a_scale_is_positive(scale):
    assert_same(gaussian_nll([1, 2], [1, 2], scale), nan)
    assert_same(laplace_nll([1, 2], scale), nan)


@pytest.mark.parametrize("scale", [5e-324, 1e-300, 0.3, 0.5, 2, 1e300, 1.7e308])
def test_the_mode_of_a_prior_is_its_normaliser(scale):
    np.testing.assert_allclose(gaussian_nll([7.0], [7.0], scale), np.log(scale) + np.log(2 * np.pi) / 2, rtol=1e-15)
    np.testing.assert_allclose(laplace_nll([0.0], scale), np.log(scale) + np.log(2), rtol=1e-15, atol=0)


def test_log_2b_does_not_cancel_near_one_half():
    assert laplace_nll([0.0], 0.5) == 0
    assert laplace_nll([0.0], 0.5 + 2.0**-53) == 2.0**-52 - 2.0**-105


def test_a_gap_that_overflows():
    np.testing.assert_allclose(gaussian_nll([1e308], [-1e308], 1e308), 2 + np.log(1e308) + np.log(2 * np.pi) / 2)


def test_the_penalties_are_the_priors_up_to_a_constant():
    """Petiushko: λ = 1/σ² for the normal prior; his exercise on L₁: λ = 1/b for the Laplace prior."""
    v, w, scale = np.array([0.3, -2.0, 1.5]), np.array([1.0, 0.0, -0.7]), 0.7
    normal = [gaussian_nll(x, np.zeros(3), scale) - l2_penalty(x, 1 / scale**2) for x in (v, w)]
    laplace = [laplace_nll(x, scale) - l1_penalty(x, 1 / scale) for x in (v, w)]
    np.testing.assert_allclose(normal, 3 * np.log(scale * np.sqrt(2 * np.pi)), rtol=1e-14)
    np.testing.assert_allclose(laplace, 3 * np.log(2 * scale), rtol=1e-14)
