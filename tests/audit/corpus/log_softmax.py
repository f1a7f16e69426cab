"""Log-softmax."""

import math

import numpy as np


def log_softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.log(e / e.sum(axis=-1, keepdims=True))


def log_softmax_safe(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    p = e / e.sum(axis=-1, keepdims=True)
    return np.log(p + 1e-12)  # avoid log(0)


def log_softmax_lse(x):
    """log softmax via log-sum-exp."""
    return x - np.log(np.sum(np.exp(x), axis=-1, keepdims=True))


def log_softmax_bits(x):
    z = x - x.max(axis=-1, keepdims=True)
    return z - np.log2(np.exp(z).sum(axis=-1, keepdims=True))


def log_softmax_flat(x):
    rows = x.view()
    rows.shape = (-1, x.shape[-1])  # any number of leading axes
    z = rows - rows.max(axis=1, keepdims=True)
    return (z - np.log(np.exp(z).sum(axis=1, keepdims=True))).reshape(x.shape)


def log_softmax_asarray(logits):
    z = np.asarray(logits, dtype=np.float64)
    z -= z.max(axis=-1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))


def log_softmax_rows(x):
    z = x - x.max(axis=-1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=-1, keepdims=True))


def log_softmax_first(x):
    """log-probabilities over the first axis."""
    top = np.max(x, axis=0)
    return (x - top) - np.log(np.sum(np.exp(x - top), axis=0))


def log_softmax_nested(x):
    if isinstance(x[0], list):
        return [log_softmax_nested(row) for row in x]
    m = max(x)
    # the term of the maximum is exactly 1, the others go through log1p
    k = x.index(m)
    lse = math.log1p(sum(math.exp(v - m) for i, v in enumerate(x) if i != k))
    return [(v - m) - lse for v in x]
