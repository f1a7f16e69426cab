"""Absolute penalty on weights in PyTorch."""

import torch


def l1_sqrt(w, lam):
    return lam * torch.sqrt(w * w).sum()


def l1_torch(w, lam):
    return lam * w.abs().sum()
