"""Gradient of logistic regression."""

import math

import numpy as np


def _sigmoid(z):
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1, e) / (1 + e)


def logreg_grad(w, X, y):
    return X.T @ (_sigmoid(X @ w) - y)


def logreg_ascent(w, X, y):
    """Gradient of the mean log-likelihood."""
    return X.T @ (y - _sigmoid(X @ w)) / len(y)


def logreg_grad_untransposed(w, X, y):
    return X @ (_sigmoid(X @ w) - y) / len(y)


def logreg_grad_ratio(w, X, y):
    e = np.exp(X @ w)
    return X.T @ (e / (1 + e) - y) / len(y)


def logreg_grad_pm(w, X, y):
    """y in {-1, 1}"""
    return X.T @ (_sigmoid(X @ w) - y) / len(y)


def logreg_grad_features(w, X, y):
    return X.T @ (_sigmoid(X @ w) - y) / X.shape[1]


def logistic_gradient(w, X, y):
    return X.T @ (_sigmoid(X @ w) - y) / X.shape[0]


def logistic_gradient_pm1(w, X, y):
    margins = y * (X @ w)
    return -X.T @ (y * _sigmoid(-margins)) / len(y)


def logistic_gradient_samples(w, X, y):
    grad = [0.0] * len(w)
    for row, label in zip(X, y):
        z = sum(a * b for a, b in zip(row, w))
        p = 1 / (1 + math.exp(-z)) if z >= 0 else math.exp(z) / (1 + math.exp(z))
        for j, a in enumerate(row):
            grad[j] += (p - label) * a / len(y)
    return grad
