"""Logarithm of the logistic function."""

import math

import numpy as np


def log_sigmoid(x):
    return np.log(1 / (1 + np.exp(-x)))


def log_sigmoid_clamped(x):
    s = 1 / (1 + np.exp(-x))
    return np.log(np.clip(s, 1e-7, 1 - 1e-7))


def log_sigmoid_flip(x):
    return -np.logaddexp(0.0, x)


def log_sigmoid_branches(x):
    return np.where(x > 0, -np.log(1 + np.exp(-np.abs(x))), x - np.log1p(np.exp(-np.abs(x))))


def log_expit(x):
    return np.minimum(x, 0) - np.log1p(np.exp(-np.abs(x)))


def log_logistic(x):
    """log(1/(1+exp(-x))) for one number."""
    return -math.log1p(math.exp(-x)) if x >= 0 else x - math.log1p(math.exp(x))
