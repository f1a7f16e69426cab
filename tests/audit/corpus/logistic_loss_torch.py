"""Logistic loss on margins in PyTorch."""

import torch


def soft_margin_loss(f, y):
    return torch.logaddexp(torch.zeros_like(f), -y * f).mean()


def logistic_loss_clipped(f, y):
    """Margins are clipped for safety before exp."""
    m = torch.clamp(y * f, -15, 15)
    return torch.log1p(torch.exp(-m)).mean()
