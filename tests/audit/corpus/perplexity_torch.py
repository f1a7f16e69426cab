"""Perplexity of a sequence in PyTorch."""

import torch


def perplexity_torch(log_probs):
    return torch.exp(-log_probs.mean())
