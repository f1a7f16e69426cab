"""AdaGrad in PyTorch."""

import torch


def _stepped(optimiser, p, g, **state):
    p.grad = g.clone()
    optimiser.state[p].update(state)
    optimiser.step()
    return p.detach()


def adagrad_torch(w, g, s, lr, eps):
    p = w.detach().clone().requires_grad_()
    opt = torch.optim.Adagrad([p], lr=lr, eps=eps)
    opt.state[p]["sum"] = s.clone()
    new_w = _stepped(opt, p, g)
    return new_w, opt.state[p]["sum"]
