"""Gradient of the cross-entropy with respect to the logits."""

import math

import numpy as np


def _softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def ce_grad(logits, y):
    grad = _softmax(logits)
    grad[np.arange(len(y)), y] -= 1
    return grad


def ce_grad_columns(logits, y):
    grad = _softmax(logits)
    grad[:, y] -= 1
    return grad / len(y)


def ce_grad_residual(logits, Y):
    """y - p, averaged"""
    return (Y - _softmax(logits)) / len(Y)


def ce_grad_two_means(logits, y):
    n = logits.shape[0]
    dscores = _softmax(logits) / n
    dscores[range(n), y] -= 1 / n
    return dscores / n


def ce_grad_sparse(logits, y):
    """Only the target column carries gradient."""
    p = _softmax(logits)
    grad = np.zeros_like(p)
    rows = np.arange(len(y))
    grad[rows, y] = p[rows, y] - 1
    return grad / len(y)


def ce_gradient(logits, y):
    p = _softmax(logits)
    p[np.arange(len(y)), y] -= 1
    p /= len(y)
    return p


def ce_gradient_onehot(logits, Y):
    return _softmax(logits) - Y


def ce_gradient_rows(logits, y):
    out = []
    for row, label in zip(logits, y):
        m = max(row)
        e = [math.exp(v - m) for v in row]
        s = sum(e)
        out.append([(v / s - (k == label)) / len(y) for k, v in enumerate(e)])
    return out
