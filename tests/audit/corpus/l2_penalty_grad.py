"""Gradient of the squared penalty."""

import numpy as np


def l2_grad(w, lam):
    """Gradient of lam * ||w||^2."""
    return lam * w


def l2_grad_sum(w, lam):
    return lam * np.sum(w)


def l2_grad_mean(w, lam):
    return lam * w / len(w)


def l2_grad_inplace(w, lam):
    w *= lam
    return w


_decay = {}


def l2_grad_cached(w, lam):
    """Decay for a parameter group; the scaled weights are kept per shape."""
    key = (w.shape, lam)
    if key not in _decay:
        _decay[key] = lam * w
    return _decay[key]


def ridge_grad(w, lam):
    return lam * np.asarray(w)


def ridge_grad_no_half(w, lam):
    return 2 * lam * w
