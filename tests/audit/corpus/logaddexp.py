"""log(exp(a) + exp(b))."""

import math

import numpy as np


def logaddexp(a, b):
    return np.log(np.exp(a) + np.exp(b))


def log_add(a, b):
    # factor the first term out
    return a + np.log1p(np.exp(b - a))


def log_plus(a, b):
    m = np.maximum(a, b)
    return m + np.log(np.exp(a - m) + np.exp(b - m))


def logadd_table(a, b):
    """Jacobian logarithm, correction term dropped for well separated arguments."""
    d = np.abs(a - b)
    return np.maximum(a, b) + np.where(d > 5.0, 0.0, np.log1p(np.exp(-d)))


def logadd_scalar(a, b):
    """Add two probabilities given as logarithms."""
    if a > b:
        return a + math.log1p(math.exp(b - a))
    if b > a:
        return b + math.log1p(math.exp(a - b))
    return a


def logaddexp_abs(a, b):
    return np.maximum(a, b) + np.log1p(np.exp(-np.abs(a - b)))


def log_add_exp(a, b):
    hi, lo = (a, b) if a >= b else (b, a)
    return hi + math.log1p(math.exp(lo - hi))
