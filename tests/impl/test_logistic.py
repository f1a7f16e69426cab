"""Values known beforehand: infinities, labels, the lectures' figures, and losses that must be one another's."""

from __future__ import annotations

import numpy as np
import pytest
from numpy import inf, nan

from lemmata.impl.logistic import (
    bce_logits,
    log_sigmoid,
    logistic_loss,
    logreg_grad,
    logreg_loss,
    sigmoid,
    sigmoid_derivative,
    softplus,
)

assert_same = np.testing.assert_array_equal


@pytest.mark.parametrize("x, printed", [(0, 0.5), (100, 1.0), (-100, 3.7200759760208356e-44)])
def test_printed_by_ngo(x, printed):
    assert sigmoid(x) == pytest.approx(printed, rel=2e-16)


@pytest.mark.parametrize(
    "x, value, derivative, log, plus",
    [
        (inf, 1, 0, 0, inf),
        (-inf, 0, 0, -inf, 0),
        (1.7e308, 1, 0, 0, 1.7e308),
        (-1.7e308, 0, 0, -1.7e308, 0),
        (0, 0.5, 0.25, -np.log(2), np.log(2)),
        (-0.0, 0.5, 0.25, -np.log(2), np.log(2)),
        (nan, nan, nan, nan, nan),
    ],
)
def test_at_the_edges(x, value, derivative, log, plus):
    assert_same([f(x) for f in (sigmoid, sigmoid_derivative, log_sigmoid, softplus)], [value, derivative, log, plus])


@pytest.mark.parametrize(
    "z, y, loss",
    [
        ([inf, -inf], [1, 0], 0),
        ([inf], [0], inf),
        ([-inf], [1], inf),
        ([inf], [0.5], inf),
        ([0], [0.3], np.log(2)),
        ([1e308, 1e308, 1e308], [0, 0, 0], 1e308),  # the sum overflows, the mean does not
        ([nan], [0], nan),
        ([0], [nan], nan),
    ],
)
def test_bce_at_the_edges(z, y, loss):
    assert_same(bce_logits(z, y), loss)


def test_the_two_losses_are_one():
    """Petiushko, exercise 9: labels ±1 in the logistic loss, 0 and 1 in the binary cross-entropy."""
    rng = np.random.default_rng(5)
    f, y = 30 * rng.normal(size=(6, 7)), rng.integers(0, 2, (6, 7))
    np.testing.assert_allclose(logistic_loss(f, 2 * y - 1), bce_logits(f, y), rtol=1e-15)


@pytest.mark.parametrize("y", [[1, 0, 1, 1], [0.2, 0.9, 0, 1]])
def test_the_gradient_is_that_of_the_loss(y):
    rng = np.random.default_rng(6)
    w, X, h = rng.normal(size=3), rng.normal(size=(4, 3)), 1e-6
    steps = [(logreg_loss(w + h * e, X, y) - logreg_loss(w - h * e, X, y)) / (2 * h) for e in np.eye(3)]
    np.testing.assert_allclose(logreg_grad(w, X, y), steps, atol=1e-9)


def test_scores_that_overflow_on_the_way():
    w, X = [1e200, -1e200], [[1e200, 1e200]]  # Xw = ∞ − ∞, in truth 0
    assert_same(logreg_loss(w, X, [1]), np.log(2))
    assert_same(logreg_grad(w, X, [1]), [-5e199, -5e199])
    assert_same(logreg_grad([0], np.full((4, 1), 1e308), [0] * 4), [5e307])  # the sum overflows, the mean does not


def test_no_features():
    assert_same(logreg_loss(np.empty(0), np.empty((2, 0)), [0, 1]), np.log(2))
    assert_same(logreg_grad(np.empty(0), np.empty((2, 0)), [0, 1]), [])
