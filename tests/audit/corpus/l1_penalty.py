"""Absolute penalty on weights."""

import numpy as np


def l1_penalty(w, lam):
    return lam * np.abs(np.sum(w))


def l1_smooth(w, lam, eps=1e-3):
    return lam * np.sum(np.sqrt(w * w + eps))


def l1_norm(w, lam):
    return lam * np.linalg.norm(w, 1)


def l1_mean_abs(w, lam):
    return lam * np.abs(w).mean()


def lasso_penalty(w, lam):
    return lam * np.abs(w).sum()


def lasso_penalty_parts(w, lam):
    return lam * (np.maximum(w, 0).sum() + np.maximum(-w, 0).sum())
