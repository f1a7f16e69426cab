"""Cross-entropy of several classes."""

import math

import numpy as np


def cross_entropy(logits, y):
    """logits: (n, k), y: (n,) class indices"""
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return -np.log(p[np.arange(len(y)), y]).mean()


def cross_entropy_eps(logits, y):
    e = np.exp(logits - logits.max(axis=1, keepdims=True))
    p = e / e.sum(axis=1, keepdims=True)
    return -np.mean(np.log(p[np.arange(len(y)), y] + 1e-9))


def _log_softmax(z):
    z = z - z.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def cross_entropy_take(logits, y):
    return -_log_softmax(logits)[:, y].mean()


def cross_entropy_onehot_mean(logits, Y):
    return -np.mean(Y * _log_softmax(logits))


def cross_entropy_eye(logits, y):
    onehot = np.eye(y.max() + 1)[y]
    return -(onehot * _log_softmax(logits)).sum(axis=1).mean()


def cross_entropy_smoothed(logits, y, smoothing=0.1):
    logp = _log_softmax(logits)
    nll = -logp[np.arange(len(y)), y]
    return ((1 - smoothing) * nll - smoothing * logp.mean(axis=1)).mean()


def cross_entropy_shift(logits, y):
    logits -= logits.max(axis=1, keepdims=True)
    lse = np.log(np.exp(logits).sum(axis=1))
    return np.mean(lse - logits[np.arange(len(y)), y])


def nll_of_logits(logits, y):
    return -_log_softmax(logits)[np.arange(len(y)), y].mean()


def nll_onehot(logits, Y):
    """Y: (n, k) one-hot rows; one loss per row."""
    z = logits - logits.max(axis=1, keepdims=True)
    return np.log(np.exp(z).sum(axis=1)) - (Y * z).sum(axis=1)


def nll_loop(logits, y):
    total = 0.0
    for row, label in zip(logits, y):
        m = max(row)
        total += (m - row[label]) + math.log(math.fsum(math.exp(v - m) for v in row))
    return total
