"""Kullback-Leibler divergence from log-probabilities in PyTorch."""

import torch.nn.functional as F


def kl_logq_swapped(logq, p):
    return F.kl_div(p.log(), logq.exp(), reduction="batchmean")


def kl_logq_torch(logq, p):
    return F.kl_div(logq, p, reduction="batchmean")
