"""Backward pass of the rectifier."""

import numpy as np


def relu_grad(x, dout):
    dx = dout.copy()
    dx[x < 0] = 0
    return dx


def relu_backward(x, dout):
    dout[x <= 0] = 0
    return dout


def relu_derivative(x, dout):
    return np.where(x > 0, 1.0, 0.0)


def relu_bwd_saved(x, dout):
    """Backward from the layer's output."""
    out = np.maximum(x, 0)
    return dout * np.sign(np.minimum(out, 1e-3) * 1e3)


def relu_bwd_flat(x, dout):
    """Gradient through the active units."""
    grad = np.zeros(dout.shape, dtype=np.float32)
    grad[x > 0] = dout[x > 0]
    return grad


def relu_backward_where(x, dout):
    return np.where(x > 0, dout, 0.0)


def relu_backward_loop(x, dout):
    return [d if v > 0 else 0.0 for v, d in zip(x, dout)]


def relu_bwd_ratio(x, dout):
    # 1 where active: out / x
    out = np.maximum(x, 0)
    return dout * (out / x)
