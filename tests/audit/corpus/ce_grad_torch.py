"""Gradient of the cross-entropy with respect to the logits in PyTorch."""

import torch
import torch.nn.functional as F


def ce_grad_autograd(logits, y):
    z = logits.detach().clone().requires_grad_()
    return torch.autograd.grad(F.cross_entropy(z, y), z)[0]


def ce_grad_accumulated(logits, y):
    """Uses .backward(), so the gradient stays on the leaf."""
    if not hasattr(ce_grad_accumulated, "leaf") or ce_grad_accumulated.leaf.shape != logits.shape:
        ce_grad_accumulated.leaf = torch.zeros_like(logits).requires_grad_()
    leaf = ce_grad_accumulated.leaf
    with torch.no_grad():
        leaf.copy_(logits)
    F.cross_entropy(leaf, y).backward()
    return leaf.grad.clone()
