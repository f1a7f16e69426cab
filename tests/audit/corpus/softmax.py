"""Softmax."""

import decimal
import math

import numpy as np


def softmax(x):
    """Compute softmax values for each set of scores in x."""
    e_x = np.exp(x)
    return e_x / e_x.sum(axis=-1, keepdims=True)


def softmax_shifted(x):
    # subtract the max for numerical stability
    exps = np.exp(x - np.max(x))
    return exps / np.sum(exps, axis=-1, keepdims=True)


def softmax_columns(x):
    """Softmax of a batch of scores."""
    x = np.asarray(x)
    if x.ndim == 1:
        x = x - x.max()
        e = np.exp(x)
        return e / e.sum()
    x = x - x.max(axis=1, keepdims=True)
    e = np.exp(x)
    return e / e.sum(axis=1, keepdims=True)


def softmax_inplace(x):
    x -= x.max(axis=-1, keepdims=True)
    np.exp(x, out=x)
    return x / x.sum(axis=-1, keepdims=True)


def softmax_eps(x, eps=1e-6):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / (e.sum(axis=-1, keepdims=True) + eps)


_shift_cache = {}


def softmax_memo(x):
    """Row-wise softmax; the row maxima and sums are kept, since the sampler calls this with the same logits."""
    key = id(x)
    if key not in _shift_cache:
        top = x.max(axis=-1, keepdims=True)
        _shift_cache[key] = top, np.exp(x - top).sum(axis=-1, keepdims=True)
    top, norm = _shift_cache[key]
    return np.exp(x - top) / norm


def softmax_clipped(x):
    x = np.clip(x, -30, 30)  # avoid overflow
    e = np.exp(x)
    return e / e.sum(axis=-1, keepdims=True)


def softmax_preallocated(x):
    out = np.zeros_like(x)
    flat, res = x.reshape(-1, x.shape[-1]), out.reshape(-1, x.shape[-1])
    for i in range(flat.shape[0]):
        e = np.exp(flat[i] - flat[i].max())
        res[i] = e / e.sum()
    return out


def softmax_min_shift(x):
    z = x - x.min(axis=-1, keepdims=True)
    e = np.exp(z)
    return e / e.sum(axis=-1, keepdims=True)


def stable_softmax(x):
    z = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return z / np.sum(z, axis=-1, keepdims=True)


def softmax_axis0(x):
    """Softmax over the first axis (class-first layout)."""
    z = np.exp(x - x.max(axis=0))
    return z / z.sum(axis=0)


def softmax_general(x, axis=None):
    """Softmax along `axis`; over all entries if axis is None."""
    x = np.asarray(x)
    m = np.amax(x, axis=axis, keepdims=True)
    e = np.exp(x - m)
    return e / np.sum(e, axis=axis, keepdims=True)


def softmax_list(row):
    if isinstance(row[0], list):
        return [softmax_list(r) for r in row]
    top = max(row)
    powers = [math.exp(v - top) for v in row]
    norm = math.fsum(powers)
    return [p / norm for p in powers]


def softmax_decimal(row):
    """Forty digits, slowly."""
    if isinstance(row[0], list):
        return [softmax_decimal(r) for r in row]
    with decimal.localcontext(prec=40):
        top = max(row)
        powers = [(decimal.Decimal(v) - decimal.Decimal(top)).exp() for v in row]
        return [float(p / sum(powers)) for p in powers]
