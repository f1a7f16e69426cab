"""Functions as they are written every day: what the audits of the measurements are pointed at. All are right."""

import math

import numpy as np


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def log_softmax(x):
    shifted = x - x.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def logsumexp(x):
    m = x.max(axis=-1, keepdims=True)
    m = np.where(np.isfinite(m), m, 0)
    return np.log(np.exp(x - m).sum(axis=-1)) + m[..., 0]


def sigmoid(x):
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1 / (1 + e), e / (1 + e))


def softplus(x):
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def tanh(x):
    return np.tanh(x)


def relu(x):
    return np.maximum(x, 0)


def kl(p, q):
    there = p > 0
    with np.errstate(divide="ignore"):
        return np.sum(p[there] * (np.log(p[there]) - np.log(q[there])))


def cross_entropy(logits, y):
    m = logits.max(axis=1, keepdims=True)
    lse = np.log(np.exp(logits - m).sum(axis=1)) + m[:, 0]
    return np.mean(lse - logits[np.arange(len(y)), y])


def adam(w, g, m, v, t, lr, b1, b2, eps):
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g * g
    m_hat, v_hat = m / (1 - b1**t), v / (1 - b2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


def attention(Q, K, V):
    scores = Q @ K.T / np.sqrt(Q.shape[1])
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True) @ V


def layernorm(X, gamma, beta, eps):
    mean = X.mean(axis=1, keepdims=True)
    centred = X - mean
    return gamma * centred / np.sqrt((centred**2).mean(axis=1, keepdims=True) + eps) + beta


def corr2d(X, K, padding, stride):
    X = np.pad(X, padding)
    h, w = K.shape
    rows, columns = (X.shape[0] - h) // stride + 1, (X.shape[1] - w) // stride + 1
    out = np.empty((rows, columns), X.dtype)
    for i in range(rows):
        for j in range(columns):
            out[i, j] = np.sum(X[i * stride : i * stride + h, j * stride : j * stride + w] * K)
    return out


def plain_attention(Q, K, V):
    """The same in loops over lists."""
    rows = []
    for q in Q:
        scores = [math.fsum(a * b for a, b in zip(q, k, strict=True)) / math.sqrt(len(q)) for k in K]
        top = max(scores)
        e = [math.exp(s - top) for s in scores]
        total = math.fsum(e)
        rows.append([math.fsum(w / total * v[j] for w, v in zip(e, V, strict=True)) for j in range(len(V[0]))])
    return rows
