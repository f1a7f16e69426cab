"""Momentum with weight decay in PyTorch."""

import torch


def sgd_momentum_sparse(w, g, v, lr, beta, wd):
    """Only coordinates that have a gradient are touched."""
    active = g != 0
    v = torch.where(active, beta * v + g + wd * w, v)
    return torch.where(active, w - lr * v, w), v
