"""Gradient descent with weight decay in PyTorch."""

import torch


def _stepped(optimiser, p, g, **state):
    p.grad = g.clone()
    optimiser.state[p].update(state)
    optimiser.step()
    return p.detach()


def sgd_torch(w, g, lr, wd):
    p = w.detach().clone().requires_grad_()
    return _stepped(torch.optim.SGD([p], lr=lr, weight_decay=wd), p, g)
