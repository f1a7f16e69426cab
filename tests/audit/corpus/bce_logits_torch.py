"""Binary cross-entropy on logits in PyTorch."""

import torch
import torch.nn.functional as F


class BCEWithLogits(torch.autograd.Function):
    @staticmethod
    def forward(ctx, z, y):
        ctx.save_for_backward(z, y)
        return (torch.clamp(z, min=0) - z * y + torch.log1p(torch.exp(-z.abs()))).mean()

    @staticmethod
    def backward(ctx, grad_output):
        z, y = ctx.saved_tensors
        return grad_output * (torch.sigmoid(z) - y), None


def bce_with_logits_fn(z, y):
    return BCEWithLogits.apply(z, y)


def bce_with_logits(z, y):
    zero = torch.zeros_like(z)
    return (y * torch.logaddexp(zero, -z) + (1 - y) * torch.logaddexp(zero, z)).mean()


def bce_logits_of_probs(z, y):
    return F.binary_cross_entropy(torch.sigmoid(z), y)
