"""AdaGrad."""

import numpy as np


def adagrad(w, g, s, lr, eps):
    s = s + g * g
    return w - lr * g / np.sqrt(s) + eps, s


def adagrad_outside(w, g, s, lr, eps):
    s = s + g**2
    return w - lr * g / (np.sqrt(s) + eps), s


def adagrad_mean(w, g, s, lr, eps):
    s = 0.9 * s + 0.1 * g * g
    return w - lr * g / np.sqrt(s + eps), s


def adagrad_late(w, g, s, lr, eps):
    new_w = w - lr * g / np.sqrt(s + eps)
    return new_w, s + g * g


def adagrad_abs(w, g, s, lr, eps):
    s = s + np.abs(g)
    return w - lr * g / np.sqrt(s + eps), s


def adagrad_step(w, g, s, lr, eps):
    s = s + g * g
    return w - lr * g / np.sqrt(s + eps), s


def adagrad_step_outside(w, g, s, lr, eps):
    """torch.optim.Adagrad: sum.sqrt().add_(eps)"""
    s = s + np.square(g)
    return w - lr * np.divide(g, np.sqrt(s) + eps), s
