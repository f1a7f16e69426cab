"""Adam and AdamW in PyTorch."""

import torch


def _stepped(optimiser, p, g, **state):
    p.grad = g.clone()
    optimiser.state[p].update(state)
    optimiser.step()
    return p.detach()


def adam_torch(w, g, m, v, t, lr, b1, b2, eps):
    p, first, second = w.detach().clone().requires_grad_(), m.clone(), v.clone()
    opt = torch.optim.Adam([p], lr=lr, betas=(b1, b2), eps=eps)
    done = torch.tensor(float(t - 1))
    return _stepped(opt, p, g, step=done, exp_avg=first, exp_avg_sq=second), first, second
