"""Binary cross-entropy on logits."""

import numpy as np


def bce_with_logits(z, y):
    p = 1 / (1 + np.exp(-z))
    return -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))


def bce_logits_stable(z, y):
    # max(z, 0) - z y + log(1 + exp(-z))
    return np.mean(np.maximum(z, 0) - z * y + np.log1p(np.exp(-z)))


def bce_logits_log(z, y):
    return np.mean(np.maximum(z, 0) - z * y + np.log(1 + np.exp(-np.abs(z))))


def bce_logits_squashed(z, y):
    """z: output of the network's last (sigmoid) layer."""
    s = 1 / (1 + np.exp(-z))
    return np.mean(np.logaddexp(0, s) - s * y)


def bce_logits_softplus(z, y):
    return np.mean(y * np.logaddexp(0, -z) + (1 - y) * np.logaddexp(0, z))


def bce_logits_sum(z, y):
    return np.sum(np.maximum(z, 0) - z * y + np.log1p(np.exp(-np.abs(z))))
