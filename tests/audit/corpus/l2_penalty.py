"""Squared penalty on weights."""

import numpy as np


def l2_penalty(w, lam):
    return lam * np.sum(w**2)


def l2_norm_penalty(w, lam):
    return 0.5 * lam * np.linalg.norm(w)


def l2_mean(w, lam):
    return 0.5 * lam * np.mean(w * w)


def l2_without_intercept(w, lam):
    # the intercept is not regularised
    return 0.5 * lam * np.sum(w[1:] ** 2)


def ridge_penalty(w, lam):
    return 0.5 * lam * np.vdot(w, w)


def ridge_no_half(w, lam):
    """lam * ||w||^2, no one half."""
    flat = np.ravel(w)
    return lam * (flat @ flat)
