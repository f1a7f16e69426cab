"""Batch normalisation."""

import numpy as np


def batchnorm(X, gamma, beta, eps):
    mu = X.mean(axis=0)
    var = X.var(axis=0, ddof=1)
    return gamma * (X - mu) / np.sqrt(var + eps) + beta


def batchnorm_std(X, gamma, beta, eps):
    return gamma * (X - X.mean(axis=0)) / (X.std(axis=0) + eps) + beta


def batchnorm_moments(X, gamma, beta, eps):
    # single pass: E[x^2] - E[x]^2
    mean = np.mean(X, axis=0)
    var = np.mean(X * X, axis=0) - mean * mean
    return gamma * (X - mean) / np.sqrt(var + eps) + beta


def batchnorm_global(X, gamma, beta, eps):
    return gamma * (X - X.mean()) / np.sqrt(X.var() + eps) + beta


class BatchNorm:
    """Keeps running statistics for evaluation."""

    def __init__(self, momentum=0.9):
        self.momentum, self.mean, self.var = momentum, None, None

    def __call__(self, X, gamma, beta, eps):
        mean, var = X.mean(axis=0), X.var(axis=0)
        if self.mean is None or self.mean.shape != mean.shape:
            self.mean, self.var = mean, var
        else:
            self.mean = self.momentum * self.mean + (1 - self.momentum) * mean
            self.var = self.momentum * self.var + (1 - self.momentum) * var
        return gamma * (X - self.mean) / np.sqrt(self.var + eps) + beta


batchnorm_layer = BatchNorm()


def batch_normalise(X, gamma, beta, eps):
    centred = X - X.mean(axis=0)
    return gamma * centred / np.sqrt(np.mean(centred**2, axis=0) + eps) + beta
