"""Values known beforehand: infinities, masks, ties, axes, and the lectures' own figures."""

from __future__ import annotations

import numpy as np
import pytest
from numpy import inf, nan

from lemmata.impl.softmax import (
    cross_entropy,
    cross_entropy_gradient,
    log_softmax,
    logsumexp,
    softmax,
    softmax_jacobian,
)

assert_same = np.testing.assert_array_equal


@pytest.mark.parametrize(
    "a, printed",
    [([1, 2, 3], [0.09003057, 0.24472847, 0.66524096]), ([2, 2, 3], [0.21194156, 0.21194156, 0.57611688])],
)
def test_printed_by_ngo(a, printed):
    assert_same(np.round(softmax(a), 8), printed)


@pytest.mark.parametrize(
    "a, weights, logs, log_of_sum",
    [
        ([0.0], [1], [0], 0),
        ([1e308], [1], [0], 1e308),
        ([-inf], [1], [0], -inf),
        ([inf], [1], [0], inf),
        ([0, -inf], [1, 0], [0, -inf], 0),
        ([inf, 0], [1, 0], [0, -inf], inf),  # the limit
        ([-inf, 0, inf], [0, 0, 1], [-inf, -inf, 0], inf),
        ([inf, inf], [nan, nan], [nan, nan], inf),  # no limit
        ([-inf, -inf], [nan, nan], [nan, nan], -inf),
        ([nan], [nan], [nan], nan),
        ([nan, inf], [nan, nan], [nan, nan], nan),
        ([nan, -inf], [nan, nan], [nan, nan], nan),
        ([1e308, -1e308], [1, 0], [0, -inf], 1e308),
        ([-1e308, -1e308], [0.5, 0.5], [-np.log(2)] * 2, -1e308),
    ],
)
def test_at_the_edges(a, weights, logs, log_of_sum):
    assert_same(softmax(a), weights)
    assert_same(log_softmax(a), logs)
    assert_same(logsumexp(a), log_of_sum)


def test_zero_has_no_sign():
    assert not np.signbit(log_softmax([5.0])[0])
    assert not np.signbit(cross_entropy([5.0], [1.0]))


@pytest.mark.parametrize("axis", [0, 1, 2, -1, -3])
@pytest.mark.parametrize("function", [softmax, log_softmax])
def test_along_another_axis(function, axis):
    a = np.random.default_rng(1).normal(size=(2, 3, 4))
    rows = np.moveaxis(function(np.moveaxis(a, axis, -1)), -1, axis)
    assert_same(function(a, axis=axis), rows)
    np.testing.assert_allclose(softmax(a, axis=axis).sum(axis=axis), 1, rtol=1e-15)


def test_logsumexp_along_other_axes_and_all():
    a = np.random.default_rng(1).normal(size=(2, 3))
    assert_same(logsumexp(a, axis=0), logsumexp(a.T))
    assert_same(logsumexp(a, axis=None), logsumexp(a.reshape(-1)))
    assert_same(logsumexp(3.0, axis=None), 3.0)
    assert_same(logsumexp(np.empty((0, 2)), axis=None), -inf)


@pytest.mark.parametrize(
    "o, y, loss, gradient",
    [
        ([0, 0], [1, 0], np.log(2), [-0.5, 0.5]),
        ([0, 0], [0.5, 0.5], np.log(2), [0, 0]),
        ([0, -inf], [1, 0], 0, [0, 0]),  # a masked class with no weight adds nothing
        ([0, -inf], [0, 1], inf, [1, -1]),
        ([1e308, -1e308], [1, 0], 0, [0, 0]),
        ([0, nan], [1, 0], nan, [nan, nan]),
        ([0, 0], [1, nan], nan, [-0.5, nan]),
    ],
)
def test_cross_entropy_at_the_edges(o, y, loss, gradient):
    assert_same(cross_entropy(o, y), loss)
    assert_same(cross_entropy_gradient(o, y), gradient)


def test_the_jacobian_is_its_definition_and_its_rows_sum_to_zero():
    a = np.random.default_rng(3).normal(size=(5, 4))
    S, J = softmax(a), softmax_jacobian(a)
    np.testing.assert_allclose(J, S[:, :, None] * (np.eye(4) - S[:, None, :]), rtol=1e-14)
    np.testing.assert_allclose(J.sum(axis=-1), 0, atol=1e-16)


def test_the_gradient_is_that_of_the_loss():
    rng = np.random.default_rng(4)
    o, y, h = rng.normal(size=5), rng.dirichlet(np.ones(5)), 1e-6
    steps = [(cross_entropy(o + h * e, y) - cross_entropy(o - h * e, y)) / (2 * h) for e in np.eye(5)]
    np.testing.assert_allclose(cross_entropy_gradient(o, y), steps, atol=1e-9)
