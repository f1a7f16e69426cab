"""Hinge loss in PyTorch."""

import torch
import torch.nn.functional as F


class HingeLoss(torch.autograd.Function):
    @staticmethod
    def forward(ctx, s, y):
        ctx.save_for_backward(s, y)
        return torch.clamp(1 - y * s, min=0).mean()

    @staticmethod
    def backward(ctx, grad_output):
        s, y = ctx.saved_tensors
        active = (1 - s > 0).to(s.dtype)
        return -grad_output * active * y / len(s), None


def hinge_fn(s, y):
    return HingeLoss.apply(s, y)


def hinge_torch(s, y):
    return F.relu(1 - y * s).mean()
