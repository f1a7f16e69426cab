"""Gradient descent with momentum in PyTorch."""


def momentum_torch(w, g, v, lr, beta):
    v = v.clone().mul_(beta).add_(g)
    return w - lr * v, v
