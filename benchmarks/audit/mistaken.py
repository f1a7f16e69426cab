"""Mistakes that are made every day: what the audits of the measurements have to find."""

import numpy as np


def softmax_over_columns(x):
    e = np.exp(x - x.max(axis=0, keepdims=True))
    return e / e.sum(axis=0, keepdims=True)


def softmax_unshifted(x):
    e = np.exp(x)
    return e / e.sum(axis=-1, keepdims=True)


def softmax_in_place(x):
    x -= x.max(axis=-1, keepdims=True)
    np.exp(x, out=x)
    x /= x.sum(axis=-1, keepdims=True)
    return x


def softplus_as_written(x):
    return np.log(1 + np.exp(x))


def kl_with_epsilon(p, q):
    return np.sum(p * np.log((p + 1e-8) / (q + 1e-8)))


def cross_entropy_summed(logits, y):
    m = logits.max(axis=1, keepdims=True)
    lse = np.log(np.exp(logits - m).sum(axis=1)) + m[:, 0]
    return np.sum(lse - logits[np.arange(len(y)), y])


def adam_uncorrected(w, g, m, v, t, lr, b1, b2, eps):
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g * g
    return w - lr * (m / (1 - b1)) / (np.sqrt(v / (1 - b2)) + eps), m, v


def attention_unscaled(Q, K, V):
    scores = Q @ K.T
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True) @ V


def layernorm_unbiased(X, gamma, beta, eps):
    centred = X - X.mean(axis=1, keepdims=True)
    variance = (centred**2).sum(axis=1, keepdims=True) / max(X.shape[1] - 1, 1)
    return gamma * centred / np.sqrt(variance + eps) + beta


def corr2d_flipped(X, K, padding, stride):
    X, K = np.pad(X, padding), K[::-1, ::-1]
    h, w = K.shape
    rows, columns = (X.shape[0] - h) // stride + 1, (X.shape[1] - w) // stride + 1
    windows = np.lib.stride_tricks.sliding_window_view(X, (h, w))[::stride, ::stride]
    return np.einsum("ijkl,kl->ij", windows[:rows, :columns], K)
