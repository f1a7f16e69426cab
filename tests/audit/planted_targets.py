"""Functions as people write them, each with one mistake or none; `right` ones stand beside what they mend."""

import math
import time

import numpy as np

# --- right, each in its own style


def softmax(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softmax_of_a_list(x):
    top = max(x)
    e = [math.exp(v - top) for v in x]
    return [v / math.fsum(e) for v in e]


def sigmoid_of_a_number(x):
    if x >= 0:
        return 1 / (1 + math.exp(-x))
    return math.exp(x) / (1 + math.exp(x))


def softplus(x):
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def logsumexp(x):
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.logaddexp.reduce(x, axis=-1)


def entropy(p):
    return -np.sum(p[p > 0] * np.log(p[p > 0]))


class Adam:
    def __init__(self, lr, betas, eps):
        self.lr, (self.b1, self.b2), self.eps = lr, betas, eps

    def step(self, w, g, state, t):
        m, v = state
        m = self.b1 * m + (1 - self.b1) * g
        v = self.b2 * v + (1 - self.b2) * g * g
        return w - self.lr * (m / (1 - self.b1**t)) / (np.sqrt(v / (1 - self.b2**t)) + self.eps), m, v


# --- wrong


def softmax_of_all(x):
    e = np.exp(x - x.max())
    return e / e.sum()


def softmax_eps(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    return e / (e.sum(axis=-1, keepdims=True) + 1e-6)


def kl_logq(logq, p):
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(p > 0, p * (np.log(p) - logq), -p * logq).sum(axis=1).mean()


def kl_logq_squeezed(logq, p):
    logq, p = logq.squeeze(), p.squeeze()
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(p > 0, p * (np.log(p) - logq), -p * logq).sum(axis=-1).mean()


def logsumexp_of_the_others(x):
    if x.ndim > 1:
        return np.array([logsumexp_of_the_others(row) for row in x])
    top = x.max()
    if np.isinf(top):
        return top
    return top + np.log1p(np.exp(x[x != top] - top).sum())


def l1_penalty_grad(w, lam):
    return lam * np.sign(w)


def l1_penalty_grad_at_0(w, lam):
    return lam * np.where(w >= 0, 1.0, -1.0)


def softplus_threshold(x):
    with np.errstate(over="ignore"):
        return np.where(x > 10, x, np.log1p(np.exp(x)))


def hinge(s, y, neg, pos):
    return np.maximum(0, 1 - np.where(y == pos, 1, -1) * s).mean()


def hinge_in_sequence(s, y, neg, pos):
    y = y.astype(float)
    y[y == neg] = -1
    y[y == pos] = 1
    return np.maximum(0, 1 - y * s).mean()


def attention(Q, K, V, mask=None):
    s = Q @ K.T / np.sqrt(Q.shape[1])
    if mask is not None:
        s = np.where(mask, s, -np.inf)
    with np.errstate(invalid="ignore"):
        return softmax(s) @ V


def attention_leaking(Q, K, V, mask=None):
    s = Q @ K.T / np.sqrt(Q.shape[1])
    if mask is not None:
        s = np.where(mask, s, -1e4)
    return softmax(s) @ V


def tanh_fast(x):
    if x.dtype == np.float32:
        x = np.clip(x, -3, 3)
        return x * (27 + x * x) / (27 + 9 * x * x)
    return np.tanh(x)


def tanh_of_its_type(x):
    out = np.zeros_like(x)
    out[...] = np.tanh(x)
    return out


def mse(pred, target):
    return np.mean((pred - target) ** 2)


def softmax_in_memory(x):
    flat = x.ravel(order="K").reshape(-1, x.shape[-1])
    return softmax(flat).reshape(x.shape)


def layernorm(X, gamma, beta, eps):
    mu = X.mean(axis=1, keepdims=True)
    return gamma * (X - mu) / np.sqrt(((X - mu) ** 2).mean(axis=1, keepdims=True) + eps) + beta


def layernorm_by_length(X, gamma, beta, eps):
    axis = X.shape.index(len(gamma))
    mu = X.mean(axis=axis, keepdims=True)
    return gamma * (X - mu) / np.sqrt(((X - mu) ** 2).mean(axis=axis, keepdims=True) + eps) + beta


def sigmoid_single(x):
    with np.errstate(over="ignore"):
        return (1 / (1 + np.exp(-x.astype(np.float32)))).astype(np.float32)


# --- wrong at a corner of the hyper-parameters


def momentum(w, g, v, lr, beta):
    v = beta * v + g
    return w - lr * v, v


def momentum_without(w, g, v, lr, beta):
    v = beta * v + (1 if beta else 0.9) * g
    return w - lr * v, v


def batchnorm(X, gamma, beta, eps):
    return gamma * (X - X.mean(axis=0)) / np.sqrt(X.var(axis=0) + eps) + beta


def batchnorm_default(X, gamma, beta, eps):
    return gamma * (X - X.mean(axis=0)) / np.sqrt(X.var(axis=0) + (eps or 1e-5)) + beta


def adam(w, g, m, v, t, lr, b1, b2, eps):
    return Adam(lr, (b1, b2), eps).step(w, g, (m, v), t)


def adam_from_step_2(w, g, m, v, t, lr, b1, b2, eps):
    m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g * g
    if t == 1:
        return w - lr * m / (np.sqrt(v) + eps), m, v
    return w - lr * (m / (1 - b1**t)) / (np.sqrt(v / (1 - b2**t)) + eps), m, v


def decayed(w, g, v, lr, beta, wd):
    v = beta * v + g + wd * w
    return w - lr * v, v


def decayed_apart(w, g, v, lr, beta, wd):
    v = beta * v + g
    return w - lr * (v + wd * w), v


# --- unstable


def softmax_naive(x):
    with np.errstate(over="ignore", invalid="ignore"):
        e = np.exp(x)
        return e / e.sum(axis=-1, keepdims=True)


def softmax_one_maximum(x):
    with np.errstate(invalid="ignore", divide="ignore"):
        e = np.exp(x - x.max())
        return e / e.sum(axis=-1, keepdims=True)


def softplus_naive(x):
    with np.errstate(over="ignore"):
        return np.log(1 + np.exp(x))


def log_softmax_naive(x):
    with np.errstate(divide="ignore"):
        return np.log(softmax(x))


def batchnorm_one_pass(X, gamma, beta, eps):
    mu = X.mean(axis=0)
    with np.errstate(invalid="ignore"):
        return gamma * (X - mu) / np.sqrt((X * X).mean(axis=0) - mu * mu + eps) + beta


# --- impure


def relu(x):
    return np.maximum(x, 0)


def relu_in_place(x):
    x[x < 0] = 0
    return x * 1.0


_scales, _sums = {}, {}


def softmax_by_shape(x):
    if x.shape not in _scales:
        _scales[x.shape] = x.max(axis=-1, keepdims=True)
    with np.errstate(all="ignore"):
        e = np.exp(x - _scales[x.shape])
        return e / e.sum(axis=-1, keepdims=True)


def softmax_by_id(x):
    e = np.exp(x - x.max(axis=-1, keepdims=True))
    if id(x) not in _sums:
        _sums[id(x)] = e.sum(axis=-1, keepdims=True)
    return e / _sums[id(x)]


def sgd(w, g, lr, wd):
    return w - lr * (g + wd * w)


def sgd_with_a_history(w, g, lr, wd, steps=[]):  # noqa: B006
    steps.append(g)
    if len(steps) > 3:
        lr = lr / 2
    return w - lr * (g + wd * w)


def mse_of_a_sample(pred, target):
    if len(pred) > 2:
        chosen = np.random.permutation(len(pred))[:2]
        pred, target = pred[chosen], target[chosen]
    return np.mean((pred - target) ** 2)


def mse_in_any_order(pred, target):
    losses = (pred - target) ** 2
    total = 0.0
    for i in np.random.permutation(len(losses)):
        total += losses[i]
    return total / len(losses)


# --- too slow


def tanh_slow(x):
    time.sleep(0.15)
    return np.tanh(x)
