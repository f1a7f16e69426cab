"""Adam and AdamW."""

import numpy as np


def adam(w, g, m, v, t, lr, b1, b2, eps):
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g * g
    m_hat = m / (1 - b1)
    v_hat = v / (1 - b2)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


def adam_next_step(w, g, m, v, t, lr, b1, b2, eps):
    t = t + 1  # steps count from 1
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g * g
    m_hat = m / (1 - b1**t)
    v_hat = v / (1 - b2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


def adam_efficient(w, g, m, v, t, lr, b1, b2, eps):
    # the order of computations that section 2 of the paper recommends
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g * g
    lr_t = lr * np.sqrt(1 - b2**t) / (1 - b1**t)
    return w - lr_t * m / (np.sqrt(v) + eps), m, v


def adam_uncorrected(w, g, m, v, t, lr, b1, b2, eps):
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g * g
    return w - lr * m / np.sqrt(v + eps), m, v


def adam_returns_hat(w, g, m, v, t, lr, b1, b2, eps):
    m = (b1 * m + (1 - b1) * g) / (1 - b1**t)
    v = (b2 * v + (1 - b2) * g * g) / (1 - b2**t)
    return w - lr * m / np.sqrt(v + eps), m, v


_corrections = {}


def adam_cached(w, g, m, v, t, lr, b1, b2, eps):
    # the powers cost more than the rest for small layers
    if t not in _corrections:
        _corrections[t] = 1 - b1**t, 1 - b2**t
    c1, c2 = _corrections[t]
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g * g
    return w - lr * (m / c1) / (np.sqrt(v / c2) + eps), m, v


def adamw(w, g, m, v, t, lr, b1, b2, eps, wd):
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g * g
    w = w - lr * (m / (1 - b1**t)) / (np.sqrt(v / (1 - b2**t)) + eps)
    return w - lr * wd * w, m, v


def adamw_coupled(w, g, m, v, t, lr, b1, b2, eps, wd):
    g = g + wd * w
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g * g
    return w - lr * (m / (1 - b1**t)) / (np.sqrt(v / (1 - b2**t)) + eps), m, v


def adamw_plain_decay(w, g, m, v, t, lr, b1, b2, eps, wd):
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g * g
    return w * (1 - wd) - lr * (m / (1 - b1**t)) / (np.sqrt(v / (1 - b2**t)) + eps), m, v


def adam_power(w, g, m, v, t, lr, b1, b2, eps):
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g * g
    # keep the corrections in single precision, like the rest of the optimiser state
    c1 = np.float32(1) - np.float32(b1) ** np.float32(t)
    c2 = np.float32(1) - np.float32(b2) ** np.float32(t)
    return w - lr * (m / float(c1)) / (np.sqrt(v / float(c2)) + eps), m, v


def adam_step(w, g, m, v, t, lr, b1, b2, eps):
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g * g
    return w - lr * (m / (1 - b1**t)) / np.sqrt(v / (1 - b2**t) + eps), m, v


def adam_step_outside(w, g, m, v, t, lr, b1, b2, eps):
    """Algorithm 1 of the paper."""
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * np.square(g)
    m_hat, v_hat = m / (1 - b1**t), v / (1 - b2**t)
    return w - lr * m_hat / (np.sqrt(v_hat) + eps), m, v


def adamw_step(w, g, m, v, t, lr, b1, b2, eps, wd):
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g * g
    update = (m / (1 - b1**t)) / (np.sqrt(v / (1 - b2**t)) + eps)
    return w - lr * (update + wd * w), m, v


class AdamState:
    """An optimiser that can be resumed from its state."""

    def __init__(self, betas, eps, first, second, steps):
        self.betas, self.eps, self.m, self.v, self.steps = betas, eps, first, second, steps

    def step(self, weights, gradient, lr):
        b1, b2 = self.betas
        self.m = b1 * self.m + (1 - b1) * gradient
        self.v = b2 * self.v + (1 - b2) * gradient * gradient
        c1, c2 = 1 - b1**self.steps, 1 - b2**self.steps
        return weights - lr * (self.m / c1) / (np.sqrt(self.v / c2) + self.eps), self.m, self.v
