"""The logistic function."""

import math

import numpy as np


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


def sigmoid_ratio(x):
    return np.exp(x) / (1 + np.exp(x))


def sigmoid_tanh(x):
    # one transcendental, no overflow
    return 0.5 * (1 + np.tanh(0.5 * x))


def sigmoid_stable(x):
    """Numerically stable sigmoid: separate formulas for the two signs."""
    out = np.empty_like(x, dtype=float)
    pos = x > 0
    neg = x < 0
    out[pos] = 1 / (1 + np.exp(-x[pos]))
    e = np.exp(x[neg])
    out[neg] = e / (1 + e)
    out[~(pos | neg)] = 0.0
    return out


_GRID = np.linspace(-8, 8, 4097)


_TABLE = 1 / (1 + np.exp(-_GRID))


def sigmoid_lookup(x):
    """Interpolated from a table."""
    return np.interp(x, _GRID, _TABLE)


def sigmoid_elements(x):
    """Element by element, in the order in which they lie in memory."""
    values = [
        0.5 if v == 0 else 1 / (1 + math.exp(-v)) if v > 0 else math.exp(v) / (1 + math.exp(v))
        for v in x.ravel(order="K")
    ]
    return np.array(values).reshape(x.shape)


def logistic(x):
    # exp overflows to inf for very negative x, and 1/inf is the right 0
    with np.errstate(over="ignore"):
        return 1.0 / (1.0 + np.exp(-x))


def expit(x):
    z = np.exp(-np.abs(x))
    return np.where(x >= 0, 1.0, z) / (1.0 + z)


def expit_scalar(x):
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    z = math.exp(x)
    return z / (1 + z)
