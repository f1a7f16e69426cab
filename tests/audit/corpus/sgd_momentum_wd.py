"""Momentum with weight decay."""


def sgd_momentum_wd(w, g, v, lr, beta, wd):
    v = beta * v + g
    return w - lr * v - lr * wd * w, v


def sgd_momentum_grad_changed(w, g, v, lr, beta, wd):
    if wd:
        g += wd * w
    v = beta * v + g
    return w - lr * v, v


def sgd_momentum_damped(w, g, v, lr, beta, wd):
    d = g + wd * w
    v = beta * v + (1 - beta) * d
    return w - lr * v, v


def sgd_momentum_decay_velocity(w, g, v, lr, beta, wd):
    v = beta * v + g + wd * v
    return w - lr * v, v


def sgd_momentum_if(w, g, v, lr, beta, wd):
    v = beta * v + g
    # weight decay only with momentum
    if beta > 0:
        v = v + wd * w
    return w - lr * v, v


def sgd_momentum_decay(w, g, v, lr, beta, wd):
    v = beta * v + (g + wd * w)
    return w - lr * v, v


def sgd_momentum_lists(w, g, v, lr, beta, wd):
    v = [beta * c + b + wd * a for a, b, c in zip(w, g, v)]
    return [a - lr * c for a, c in zip(w, v)], v
