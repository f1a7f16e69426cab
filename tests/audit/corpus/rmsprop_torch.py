"""RMSProp in PyTorch."""

import torch


def _stepped(optimiser, p, g, **state):
    p.grad = g.clone()
    optimiser.state[p].update(state)
    optimiser.step()
    return p.detach()


def rmsprop_torch(w, g, r, lr, gamma, eps):
    p, average = w.detach().clone().requires_grad_(), r.clone()
    opt = torch.optim.RMSprop([p], lr=lr, alpha=gamma, eps=eps)
    return _stepped(opt, p, g, step=torch.tensor(0.0), square_avg=average), average


def rmsprop_pow(w, g, r, lr, gamma, eps):
    r = gamma * r + (1 - gamma) * g.pow_(2)
    return w - lr * g / torch.sqrt(r + eps), r
