"""Log-sum-exp."""

import math

import numpy as np


def logsumexp(x):
    return np.log(np.sum(np.exp(x), axis=-1))


def logsumexp_max(x):
    m = np.max(x, axis=-1, keepdims=True)
    return np.squeeze(m, axis=-1) + np.log(np.sum(np.exp(x - m), axis=-1))


def logsumexp_mean(x):
    m = np.max(x, axis=-1, keepdims=True)
    m = np.where(np.isfinite(m), m, 0.0)
    return m[..., 0] + np.log(np.mean(np.exp(x - m), axis=-1))


def logsumexp_keepdims(x):
    m = x.max(axis=-1, keepdims=True)
    m = np.where(np.isfinite(m), m, 0.0)
    return m + np.log(np.exp(x - m).sum(axis=-1, keepdims=True))


def logsumexp_finite(x):
    """log(sum(exp(x))), ignoring log-zeros."""
    x = np.where(np.isneginf(x), 0.0, x)
    m = np.max(x, axis=-1, keepdims=True)
    return m[..., 0] + np.log(np.exp(x - m).sum(axis=-1))


def logsumexp_restored(x):
    m = x.max(axis=-1, keepdims=True)
    m[~np.isfinite(m)] = 0.0
    x -= m  # no copy: the batch is large
    out = np.log(np.exp(x).sum(axis=-1)) + m[..., 0]
    x += m
    return out


def log_sum_exp(x):
    m = np.max(x, axis=-1, keepdims=True)
    shift = np.where(np.isneginf(m), 0.0, m)
    return shift[..., 0] + np.log(np.sum(np.exp(x - shift), axis=-1))


def log_sum_exp_all(x):
    """Over all entries."""
    return np.logaddexp.reduce(np.asarray(x, dtype=float), axis=None)


def log_sum_exp_streaming(row):
    """One pass: running maximum and rescaled running sum."""
    if isinstance(row[0], list):
        return [log_sum_exp_streaming(r) for r in row]
    top, acc = -math.inf, 0.0
    for v in row:
        if v == -math.inf:
            continue
        if v > top:
            acc = acc * math.exp(top - v) + 1.0
            top = v
        else:
            acc += math.exp(v - top)
    return top + math.log(acc) if acc else -math.inf
