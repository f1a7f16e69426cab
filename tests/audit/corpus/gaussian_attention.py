"""Attention pooling with a Gaussian kernel."""

import math

import numpy as np


def _softmax(s):
    e = np.exp(s - s.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def gaussian_pool(x_query, x_key, y_key):
    k = np.exp(-((x_query[:, None] - x_key) ** 2) / 2)
    return k @ y_key / k.sum(axis=1)


def gaussian_pool_width(x_query, x_key, y_key):
    return _softmax(-((x_query[:, None] - x_key) ** 2)) @ y_key


def gaussian_pool_laplace(x_query, x_key, y_key):
    return _softmax(-np.abs(x_query[:, None] - x_key) / 2) @ y_key


def gaussian_pool_density(x_query, x_key, y_key):
    density = np.exp(-((x_query[:, None] - x_key) ** 2) / 2) / np.sqrt(2 * np.pi)
    return density @ y_key


def gaussian_pool_transposed(x_query, x_key, y_key):
    scores = -((x_query[:, None] - x_key) ** 2) / 2
    e = np.exp(scores - scores.max(axis=0))
    return (e / e.sum(axis=0)) @ y_key


def gaussian_pool_expanded(x_query, x_key, y_key):
    # |a - b|^2 = a^2 - 2ab + b^2
    d2 = x_query[:, None] ** 2 - 2 * np.outer(x_query, x_key) + x_key**2
    return _softmax(-d2 / 2) @ y_key


def nadaraya_watson(x_query, x_key, y_key):
    return _softmax(-((x_query[:, None] - x_key[None, :]) ** 2) / 2) @ y_key


def nadaraya_watson_lists(x_query, x_key, y_key):
    out = []
    for x in x_query:
        s = [-((x - k) ** 2) / 2 for k in x_key]
        top = max(s)
        e = [math.exp(v - top) for v in s]
        out.append(math.fsum(w * y for w, y in zip(e, y_key)) / math.fsum(e))
    return out
