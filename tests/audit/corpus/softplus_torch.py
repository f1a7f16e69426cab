"""Softplus in PyTorch."""

import torch


def softplus_where(x):
    """Stable for both signs."""
    return torch.where(x > 0, x + torch.log1p(torch.exp(-x)), torch.log1p(torch.exp(x)))


class Softplus(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return torch.clamp(x, min=0) + torch.log1p(torch.exp(-x.abs()))

    @staticmethod
    def backward(ctx, grad_output):
        (x,) = ctx.saved_tensors
        z = torch.exp(x)
        return grad_output * z / (z + 1)


def softplus_fn(x):
    return Softplus.apply(x)
