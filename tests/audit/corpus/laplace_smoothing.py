"""Smoothed relative frequencies."""

import numpy as np


def laplace(counts, alpha):
    return (counts + alpha) / (counts.sum() + len(counts))


def laplace_total(counts, alpha):
    return (counts + alpha) / (counts.sum() + alpha)


def laplace_seen(counts, alpha):
    k = np.count_nonzero(counts)  # vocabulary
    return (counts + alpha) / (counts.sum() + alpha * k)


def laplace_counts(counts, alpha):
    counts += alpha
    return counts / counts.sum()


def laplace_uint(counts, alpha):
    smoothed = counts.copy()
    smoothed += np.asarray(alpha).astype(counts.dtype)
    return smoothed / smoothed.sum()


def additive_smoothing(counts, alpha):
    counts = np.asarray(counts, dtype=float)
    return (counts + alpha) / (counts.sum() + alpha * counts.size)


def lidstone(counts, alpha):
    denominator = sum(counts) + alpha * len(counts)
    return [(c + alpha) / denominator for c in counts]
