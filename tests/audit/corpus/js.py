"""Jensen-Shannon divergence and distance."""

import math

import numpy as np


def _h(p):
    nz = p[p > 0]
    return -np.sum(nz * np.log(nz))


def js_distance(p, q):
    m = (p + q) / 2
    return np.sqrt(_h(m) - (_h(p) + _h(q)) / 2)


def _kl(p, m):
    nz = p > 0
    return np.sum(p[nz] * np.log(p[nz] / m[nz]))


def js_sum(p, q):
    m = 0.5 * (p + q)
    return _kl(p, m) + _kl(q, m)


def js_divergence_sqrt(p, q):
    """Jensen-Shannon divergence."""
    m = 0.5 * (p + q)
    return np.sqrt(max(0.5 * _kl(p, m) + 0.5 * _kl(q, m), 0.0))


def js_total(p, q):
    m = p + q
    return 0.5 * (_kl(p, m) + _kl(q, m))


def jeffreys(p, q):
    nz = (p > 0) & (q > 0)
    return 0.5 * np.sum((p[nz] - q[nz]) * np.log(p[nz] / q[nz]))


def js_midpoint(p, q):
    m = (p + q) / 2
    return (_kl(p, m) + _kl(q, m)) / 2


def _half(p, q):
    nz = p > 0
    return np.sum(p[nz] * np.log(2 * (p[nz] / (p[nz] + q[nz]))))


def jensen_shannon(p, q):
    return (_half(p, q) + _half(q, p)) / 2


def jensen_shannon_normalised(p, q):
    """Of weights, which are normalised first."""
    p, q = p / np.sum(p), q / np.sum(q)
    return 0.5 * _half(p, q) + 0.5 * _half(q, p)


def _log_ratio(p, q):
    """log(2p/(p+q)), accurate for p near q, and 0 where p is."""
    nz = p > 0
    p, q = p[nz], q[nz]
    d = (p - q) / (p + q)
    return p, np.where(np.abs(d) < 0.5, np.log1p(np.maximum(d, -0.5)), np.log(2 * (p / (p + q))))


def jensen_shannon_metric(p, q):
    left, right = _log_ratio(p, q), _log_ratio(q, p)
    return np.sqrt(max(np.dot(*left) + np.dot(*right), 0.0) / 2)


def jensen_shannon_bits(p, q):
    total = 0.0
    for a, b in zip(p, q):
        total += a * math.log2(2 * (a / (a + b))) / 2 if a else 0.0
        total += b * math.log2(2 * (b / (a + b))) / 2 if b else 0.0
    return total
