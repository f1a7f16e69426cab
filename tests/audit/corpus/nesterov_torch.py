"""Gradient descent with Nesterov's momentum in PyTorch."""

import torch


def _stepped(optimiser, p, g, **state):
    p.grad = g.clone()
    optimiser.state[p].update(state)
    optimiser.step()
    return p.detach()


def nesterov_torch(w, g, v, lr, beta):
    """torch.optim.SGD with nesterov=True, resumed from a velocity."""
    if beta == 0:
        return w - lr * g, g.clone()
    p, buffer = w.detach().clone().requires_grad_(), v.clone()
    opt = torch.optim.SGD([p], lr=lr, momentum=beta, nesterov=True)
    return _stepped(opt, p, g, momentum_buffer=buffer), buffer
