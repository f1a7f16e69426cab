"""Binary cross-entropy on probabilities."""

import math

import numpy as np


def binary_cross_entropy(p, y):
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def bce_clipped(p, y, eps=1e-7):
    p = np.clip(p, eps, 1 - eps)
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def bce_floor(p, y):
    """Log terms are bounded below by -100."""
    log_p = np.maximum(np.log(p), -100.0)
    log_q = np.maximum(np.log1p(-p), -100.0)
    return -np.mean(y * log_p + (1 - y) * log_q)


def bce_first_term(p, y):
    with np.errstate(divide="ignore", invalid="ignore"):
        pos = np.where(y > 0, y * np.log(p), 0.0)
        neg = np.where(y < 1, (1 - y) * np.log1p(-p), 0.0)
    return np.mean(-pos + neg)


def bce_float32(p, y):
    p = np.asarray(p, dtype=np.float32)  # as the framework does
    p = np.clip(p, 1e-15, 1 - 1e-15)
    return -np.mean(np.where(y == 1, np.log(p), np.log(1 - p)))


def xlogy(x, y):
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(x == 0, 0.0, x * np.log(y))


def bce_xlogy(p, y):
    with np.errstate(divide="ignore", invalid="ignore"):
        log_q = np.log1p(-p)
        return np.mean(-xlogy(y, p) - np.where(y == 1, 0.0, (1 - y) * log_q))


def bce_terms(p, y):
    """One loss per sample."""
    out = []
    for pi, yi in zip(p, y):
        loss = 0.0
        if yi:
            loss -= yi * math.log(pi) if pi > 0 else -math.inf
        if yi < 1:
            loss -= (1 - yi) * math.log1p(-pi) if pi < 1 else -math.inf
        out.append(loss)
    return out
