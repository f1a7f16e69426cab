"""Jacobian of softmax."""

import math

import numpy as np


def _softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_jacobian(x):
    s = _softmax(x).reshape(-1, 1)
    return np.diagflat(s) - np.dot(s.T, s)


def softmax_jacobian_diag(x):
    s = _softmax(x)
    return np.diag(s * (1 - s))


def softmax_jacobian_loop(x):
    s = _softmax(x)
    n = len(s)
    J = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            J[i, j] = s[i] * (1 - s[i]) if i == j else -s[i] * s[i]
    return J


def softmax_jacobian_raw(x):
    e = np.exp(x)
    s = e / e.sum()
    return np.diag(s) - np.outer(s, s)


def softmax_jacobian_plus(x):
    s = _softmax(x)
    return np.diag(s) + np.outer(s, s)


def jacobian_of_softmax(x):
    s = _softmax(x)
    return np.diag(s) - np.outer(s, s)


def jacobian_rows(x):
    m = max(x)
    e = [math.exp(v - m) for v in x]
    t = math.fsum(e)
    s = [v / t for v in e]
    return [[a * ((i == j) - b) for j, b in enumerate(s)] for i, a in enumerate(s)]


def jacobian_einsum(x):
    s = _softmax(x)
    return np.einsum("i,ij->ij", s, np.eye(len(s), dtype=s.dtype)) - np.einsum("i,j->ij", s, s)
