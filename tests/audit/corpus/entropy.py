"""Entropy of a discrete distribution."""

import math

import numpy as np


def entropy(p):
    return -np.sum(p * np.log(p))


def entropy_bits(p):
    """Shannon entropy."""
    p = p[p > 0]
    return -np.sum(p * np.log2(p))


def entropy_eps(p, eps=1e-7):
    return -np.sum(p * np.log(p + eps))


def entropy_base(p, base=2):
    nz = p[p > 0]
    return -np.sum(nz * np.log(nz)) * np.log(base)


def entropy_normalised(p):
    p = p[p > 0]
    h = -np.sum(p * np.log(p))
    return h / np.log(len(p)) if len(p) > 1 else 0.0


def entropy_buffer(p):
    terms = np.zeros(len(p), dtype=np.float)
    for i, v in enumerate(p):
        terms[i] = -v * np.log(v) if v > 0 else 0.0
    return terms.sum()


def shannon_entropy(p):
    nz = p[p > 0]
    return np.sum(nz * -np.log(nz))


def shannon_bits(p):
    """In bits, summed without rounding in between."""
    return -math.fsum(v * math.log2(v) for v in p if v > 0)


def entropy_masked(p):
    logs = np.ma.log(np.ma.masked_equal(p, 0.0))
    return float(-np.ma.sum(p * logs)) if np.any(p) else 0.0
