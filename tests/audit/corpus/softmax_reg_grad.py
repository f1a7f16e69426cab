"""Gradient of softmax regression."""

import numpy as np


def _softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def _sigmoid(z):
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, e) / (1 + e)


def softmax_reg_grad(W, X, Y):
    scores = X @ W
    e = np.exp(scores - scores.max())
    P = e / e.sum(axis=1, keepdims=True)
    return X.T @ (P - Y) / len(X)


def softmax_reg_axis(W, X, Y):
    e = np.exp(X @ W - np.max(X @ W, axis=0))
    P = e / e.sum(axis=0)
    return X.T @ (P - Y) / len(X)


def softmax_reg_sum(W, X, Y):
    return X.T @ (_softmax(X @ W) - Y)


def softmax_reg_size(W, X, Y):
    residual = _softmax(X @ W) - Y
    return X.T @ residual / residual.size


def softmax_reg_binary(W, X, Y):
    return X.T @ (_sigmoid(X @ W) - Y) / len(X)


def softmax_regression_gradient(W, X, Y):
    return X.T @ (_softmax(X @ W) - Y) / X.shape[0]


def softmax_regression_outer(W, X, Y):
    """Mean over samples of x (p - y)^T."""
    residuals = _softmax(X @ W) - Y
    return np.mean([np.outer(x, r) for x, r in zip(X, residuals)], axis=0)
