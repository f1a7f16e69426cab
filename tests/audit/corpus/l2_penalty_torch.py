"""Squared penalty on weights in PyTorch."""

import torch


def l2_norm_squared(w, lam):
    return 0.5 * lam * torch.sqrt((w * w).sum()) ** 2


def l2_torch(w, lam):
    return 0.5 * lam * w.pow(2).sum()


def l2_view(w, lam):
    flat = w.view(-1)
    return 0.5 * lam * flat.dot(flat)
