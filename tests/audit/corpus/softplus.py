"""Softplus."""

import math

import numpy as np


def softplus(x):
    return np.log(1 + np.exp(x))


def softplus_log1p(x):
    return np.log1p(np.exp(x))


def softplus_threshold(x, threshold=10.0):
    """Reverts to the identity above the threshold."""
    return np.where(x > threshold, x, np.log1p(np.exp(np.minimum(x, threshold))))


def softplus_abs(x):
    return np.maximum(x, 0) + np.log(1 + np.exp(-np.abs(x)))


def softplus_base2(x):
    return np.maximum(x, 0) + np.log1p(np.exp2(-np.abs(x)))


def softplus_700(x):
    # exp overflows above 709
    return np.where(x > 700, x, np.log1p(np.exp(np.minimum(x, 700))))


def soft_plus(x):
    return np.logaddexp(x, 0.0)


def softplus_scalar(x):
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))
