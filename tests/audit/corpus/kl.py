"""Kullback-Leibler divergence."""

import math

import numpy as np


def kl_divergence(p, q):
    return np.sum(np.where(p != 0, p * np.log(p / q), 0))


def kl_reverse(p, q):
    """KL(q || p) written with the arguments of KL(p || q)."""
    mask = q > 0
    return np.sum(q[mask] * np.log(q[mask] / p[mask]))


def kl_support(p, q):
    # only where both are positive
    mask = (p > 0) & (q > 0)
    return np.sum(p[mask] * np.log(p[mask] / q[mask]))


def kl_smoothed(p, q, eps=1e-10):
    p = p + eps
    q = q + eps
    p, q = p / p.sum(), q / q.sum()
    return np.sum(p * np.log(p / q))


def kl_cross(p, q):
    """Cross-entropy minus entropy."""
    nz = p > 0
    with np.errstate(divide="ignore"):
        return -np.sum(p[nz] * np.log(q[nz])) - np.sum(p[nz] * np.log(p[nz]))


def kl_single(p, q):
    p = np.asarray(p, dtype="float32")
    q = np.asarray(q, dtype="float32")
    nz = p > 0
    with np.errstate(divide="ignore"):
        return np.sum(p[nz] * np.log(p[nz] / q[nz]))


def relative_entropy(p, q):
    nz = p > 0
    with np.errstate(divide="ignore"):
        return np.sum(p[nz] * (np.log(p[nz]) - np.log(q[nz])))


def kl_bits(p, q):
    total = 0.0
    for a, b in zip(p, q):
        if a == 0:
            continue
        if b == 0:
            return math.inf
        total += a * (math.log2(a) - math.log2(b))
    return total
