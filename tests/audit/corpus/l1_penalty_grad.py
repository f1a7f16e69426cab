"""Subgradient of the absolute penalty."""

import numpy as np


def l1_grad(w, lam):
    return lam * np.where(w >= 0, 1.0, -1.0)


def l1_grad_ratio(w, lam):
    return lam * w / np.abs(w)


def l1_grad_unscaled(w, lam):
    return np.sign(w)


def l1_grad_soft(w, lam):
    """Smooth sign, so that the optimiser does not chatter."""
    return lam * np.tanh(1e3 * w)


def l1_grad_integer(w, lam):
    return (np.sign(w) * lam).astype(w.dtype)


def lasso_subgradient(w, lam):
    return lam * np.sign(w)


def lasso_subgradient_masks(w, lam):
    return lam * ((w > 0).astype(w.dtype) - (w < 0).astype(w.dtype))
