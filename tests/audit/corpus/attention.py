"""Scaled dot-product attention."""

import math

import numpy as np


def _softmax(s):
    e = np.exp(s - s.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def attention(Q, K, V, mask=None):
    scores = Q @ K.T
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    return _softmax(scores) @ V


def attention_scaled(Q, K, V, mask=None):
    scores = Q @ K.T / Q.shape[1]
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    return _softmax(scores) @ V


def attention_key_scale(Q, K, V, mask=None):
    scores = Q @ K.T / np.sqrt(len(K))
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    return _softmax(scores) @ V


def attention_additive_mask(Q, K, V, mask=None):
    scores = Q @ K.T / np.sqrt(Q.shape[-1])
    if mask is not None:
        scores = scores + (1.0 - mask) * -10000.0
    return _softmax(scores) @ V


def attention_mask_after(Q, K, V, mask=None):
    weights = _softmax(Q @ K.T / np.sqrt(Q.shape[-1]))
    if mask is not None:
        weights = weights * mask
    return weights @ V


def attention_key_padding(Q, K, V, mask=None):
    """mask: True where the key is padding."""
    scores = Q @ K.T / np.sqrt(Q.shape[-1])
    if mask is not None:
        scores = np.where(mask, -1e30, scores)
    return _softmax(scores) @ V


def attention_over_queries(Q, K, V, mask=None):
    scores = Q @ K.T / np.sqrt(Q.shape[-1])
    if mask is not None:
        scores = np.where(mask, scores, -1e30)
    e = np.exp(scores - scores.max(axis=0))
    return (e / e.sum(axis=0)) @ V


def attention_large_negative(Q, K, V, mask):
    """Rows without an admissible key give 0."""
    scores = np.where(mask, Q @ K.T / np.sqrt(Q.shape[-1]), -1e9)
    return _softmax(scores) @ V


_bias = {}


def attention_cached_bias(Q, K, V, mask=None):
    scores = Q @ K.T / np.sqrt(Q.shape[-1])
    if mask is not None:
        # building the bias is slow for long sequences
        if mask.shape not in _bias:
            _bias[mask.shape] = np.where(mask, 0.0, -np.inf)
        scores = scores + _bias[mask.shape]
    return _softmax(scores) @ V


def attention_zero_scores(Q, K, V, mask=None):
    scores = Q @ K.T / np.sqrt(Q.shape[-1])
    if mask is not None:
        scores = scores * mask
    return _softmax(scores) @ V


def dot_product_attention(Q, K, V, mask=None):
    scores = np.einsum("nd,md->nm", Q, K) / math.sqrt(Q.shape[-1])
    if mask is not None:
        scores = np.where(mask, scores, -np.inf)
    return np.einsum("nm,me->ne", _softmax(scores), V)


def attention_empty_zero(Q, K, V, mask=None):
    """Rows of the mask without any key give zeros."""
    scores = Q @ K.T / math.sqrt(Q.shape[-1])
    if mask is None:
        return _softmax(scores) @ V
    top = np.max(scores, axis=1, keepdims=True, where=mask, initial=-np.inf)
    e = np.exp(scores - np.where(np.isfinite(top), top, 0), where=mask, out=np.zeros_like(scores))
    total = e.sum(axis=1, keepdims=True)
    return (e / np.where(total == 0, 1, total)) @ V


def attention_loops(Q, K, V, mask=None):
    out = []
    for i, q in enumerate(Q):
        keys = [j for j in range(len(K)) if mask is None or mask[i][j]]
        scores = [sum(a * b for a, b in zip(q, K[j])) / math.sqrt(len(q)) for j in keys]
        top = max(scores)
        e = [math.exp(s - top) for s in scores]
        out.append([sum(w * V[j][c] for w, j in zip(e, keys)) / sum(e) for c in range(len(V[0]))])
    return out
