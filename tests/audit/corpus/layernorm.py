"""Layer normalisation."""

import numpy as np


def layernorm(X, gamma, beta, eps):
    mean = X.mean(axis=-1, keepdims=True)
    std = X.std(axis=-1, keepdims=True)
    return gamma * (X - mean) / (std + eps) + beta


def layernorm_nokeep(X, gamma, beta, eps):
    mean, var = X.mean(axis=1), X.var(axis=1)
    if X.shape[0] != X.shape[1]:
        mean, var = mean[:, None], var[:, None]
    return gamma * (X - mean) / np.sqrt(var + eps) + beta


def layernorm_power(X, gamma, beta, eps):
    mean = X.mean(axis=1, keepdims=True)
    var = X.var(axis=1, keepdims=True)
    std = (var + eps) ** 2
    return gamma * (X - mean) / std + beta


def layernorm_shift_first(X, gamma, beta, eps):
    mean = X.mean(axis=1, keepdims=True)
    var = X.var(axis=1, keepdims=True)
    return gamma * ((X - mean) / np.sqrt(var + eps) + beta)


def layernorm_rms(X, gamma, beta, eps):
    return gamma * X / np.sqrt(np.mean(X * X, axis=1, keepdims=True) + eps) + beta


def layernorm_one_pass(X, gamma, beta, eps):
    n = X.shape[1]
    s1 = X.sum(axis=1, keepdims=True)
    s2 = (X * X).sum(axis=1, keepdims=True)
    var = np.maximum(s2 / n - (s1 / n) ** 2, 0)
    return gamma * (X - s1 / n) / np.sqrt(var + eps) + beta


def layer_normalise(X, gamma, beta, eps):
    mean = X.mean(axis=1, keepdims=True)
    return (X - mean) * (gamma / np.sqrt(X.var(axis=1, keepdims=True) + eps)) + beta


def layer_normalise_rows(X, gamma, beta, eps):
    out = []
    for row in X:
        mean = sum(row) / len(row)
        var = sum((v - mean) ** 2 for v in row) / len(row)
        scale = (var + eps) ** -0.5
        out.append([g * (v - mean) * scale + b for v, g, b in zip(row, gamma, beta)])
    return out
