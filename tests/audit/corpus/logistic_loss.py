"""Logistic loss on margins."""

import math

import numpy as np


def logistic_loss(f, y):
    return np.mean(np.log(1 + np.exp(-y * f)))


def logistic_loss_sum(f, y):
    return np.sum(np.logaddexp(0, -y * f))


def logistic_loss_01(f, y):
    """y in {0, 1}."""
    return np.mean(np.logaddexp(0.0, -y * f))


def logistic_loss_relabel(f, y):
    y[y == 0] = -1  # {0, 1} -> {-1, 1}
    return np.mean(np.logaddexp(0.0, -y * f))


def logistic_loss_margin(f, y):
    margins = y * f
    return np.mean(np.logaddexp(0.0, margins))


def logistic_loss_unique(f, y):
    """Mean over the samples."""
    losses = {(s, t): max(-s * t, 0.0) + math.log1p(math.exp(-abs(s * t))) for s, t in zip(f, y)}
    return sum(losses.values()) / len(f)


def log_loss_pm1(f, y):
    z = np.exp(-np.abs(y * f))
    return np.mean(np.maximum(-y * f, 0) + np.log1p(z))


def log_loss_labels01(scores, targets):
    """Sum over the samples; targets are 0 or 1."""
    total = 0.0
    for s, t in zip(scores, targets):
        m = s if t == 1 else -s
        total += max(-m, 0.0) + math.log1p(math.exp(-abs(m)))
    return total


def log_loss_each(f, y):
    return np.logaddexp(0.0, np.negative(np.multiply(f, y)))
