"""Hyperbolic tangent."""

import math

import numpy as np


def tanh(x):
    return (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))


def tanh_from_sigmoid(x):
    return 2 / (1 + np.exp(-2 * x)) - 1


def tanh_from_sigmoid_half(x):
    return 2 / (1 + np.exp(-x)) - 1


def tanh_pade(x):
    """Rational approximation, clipped to the asymptotes; common in audio and embedded code."""
    y = x * (27 + x * x) / (27 + 9 * x * x)
    return np.clip(y, -1.0, 1.0)


def tanh_expm1(x):
    e = np.expm1(-2 * np.abs(x))
    return np.copysign(-e / (e + 2), x)


def tanh_scalar(x):
    if abs(x) > 20:
        return math.copysign(1.0, x)
    e = math.expm1(2 * x)
    return e / (e + 2)
