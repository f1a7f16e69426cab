"""Gradient descent with weight decay."""

import numpy as np


def sgd(w, g, lr, wd):
    w -= lr * (g + wd * w)
    return w


def sgd_plus(w, g, lr, wd):
    return w - lr * g + lr * wd * w


def sgd_unscaled_decay(w, g, lr, wd):
    return (1 - wd) * w - lr * g


def sgd_decay_after(w, g, lr, wd):
    new = w - lr * g
    return new - lr * wd * new


def sgd_l2(w, g, lr, wd):
    # d/dw of wd * w^2
    return w - lr * (g + 2 * wd * w)


def sgd_step(w, g, lr, wd):
    return w - lr * (g + wd * w)


class SGD:
    def __init__(self, lr=0.01, weight_decay=0.0):
        self.lr, self.weight_decay = lr, weight_decay

    def step(self, params, grads):
        return [p - self.lr * (d + self.weight_decay * p) for p, d in zip(params, grads)]


def sgd_shrink(w, g, lr, wd):
    return np.multiply(1 - lr * wd, w) - np.multiply(lr, g)
