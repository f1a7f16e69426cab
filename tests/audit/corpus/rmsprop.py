"""RMSProp."""

import math

import numpy as np


def rmsprop(w, g, r, lr, gamma, eps):
    r = gamma * r + (1 - gamma) * g**2
    return w - lr * g / (np.sqrt(r) + eps), r


def rmsprop_swapped(w, g, r, lr, gamma, eps):
    r = (1 - gamma) * r + gamma * g * g
    return w - lr * g / np.sqrt(r + eps), r


def rmsprop_inplace(w, g, r, lr, gamma, eps):
    r *= gamma
    r += (1 - gamma) * g * g
    return w - lr * g / np.sqrt(r + eps), r


def rmsprop_no_root(w, g, r, lr, gamma, eps):
    r = gamma * r + (1 - gamma) * g * g
    return w - lr * g / (r + eps), r


def rmsprop_sum(w, g, r, lr, gamma, eps):
    r = gamma * r + g * g
    return w - lr * g / np.sqrt(r + eps), r


def rmsprop_step(w, g, r, lr, gamma, eps):
    r = gamma * r + (1 - gamma) * g * g
    return w - lr * g / np.sqrt(r + eps), r


def rmsprop_scalars(w, g, r, lr, gamma, eps):
    """Epsilon outside the root."""
    r = [gamma * c + (1 - gamma) * b * b for b, c in zip(g, r)]
    return [a - lr * b / (math.sqrt(c) + eps) for a, b, c in zip(w, g, r)], r
