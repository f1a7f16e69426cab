"""Logarithm of the logistic function in PyTorch."""

import torch


def log_sigmoid(x):
    return torch.log(torch.sigmoid(x))


def log_sigmoid_clamp(x):
    return torch.clamp(x, max=0) - torch.log1p(torch.exp(-x.abs()))


def log_sigmoid_torch(x):
    return -torch.logaddexp(torch.zeros_like(x), -x)
