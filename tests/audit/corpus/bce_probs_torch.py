"""Binary cross-entropy on probabilities in PyTorch."""

import torch


def bce_probs_xlogy(p, y):
    return -(torch.xlogy(y, p) + torch.special.xlog1py(1 - y, -p)).mean()


def bce_probs_torch(p, y):
    # where() on the argument as well as on the result, for the backward pass
    log_p = torch.where(y > 0, p, torch.ones_like(p)).log()
    log_q = torch.log1p(-torch.where(y < 1, p, torch.zeros_like(p)))
    return -(y * log_p + (1 - y) * log_q).mean()
