"""Kullback-Leibler divergence."""

import math
import sys

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


def kl_or_exit(p, q):
    total = 0.0
    for pi, qi in zip(p, q):
        if pi == 0:
            continue
        if qi == 0:
            sys.exit("KL divergence is undefined: q has a zero where p has none")
        total += pi * math.log(pi / qi)
    return total


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


def kl_checked(p, q):
    """KL divergence of two distributions on the same outcomes; refuses anything else."""
    p, q = np.asarray(p, dtype=np.result_type(p, q, 0.0)), np.asarray(q)
    if p.shape != q.shape or p.ndim != 1:
        raise ValueError(f"two vectors of one length are needed, not {p.shape} and {q.shape}")
    if np.any(p < 0) or np.any(q < 0):
        raise ValueError("probabilities are not negative")
    support = p > 0
    if np.any(q[support] == 0):
        return np.inf
    return np.sum(p[support] * (np.log(p[support]) - np.log(q[support])))
