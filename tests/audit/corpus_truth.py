"""The definitions of the audit once more, in numbers of 60 digits, written for the eye and not for speed.

Arguments are arrays of mpmath's numbers (labels and masks stay integers and booleans); conventions are keywords whose
defaults are the definition's own. Nothing here rests on lemmata's language or on its implementations.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from mpmath import mp, mpf

mp.dps = 60

Values = Any  # an array of numbers, or a tuple of them where a definition gives several
Reference = Callable[..., Values]

exp = np.frompyfunc(mp.exp, 1, 1)
log = np.frompyfunc(mp.log, 1, 1)
log1p = np.frompyfunc(lambda x: mp.log1p(x) if x > -1 else -mp.inf, 1, 1)
root = np.frompyfunc(mp.sqrt, 1, 1)
hyperbolic_tangent = np.frompyfunc(mp.tanh, 1, 1)
sign = np.frompyfunc(mp.sign, 1, 1)
absolute = np.frompyfunc(abs, 1, 1)
larger = np.frompyfunc(max, 2, 1)
xlogy = np.frompyfunc(lambda x, y: mpf(0) if x == 0 else x * mp.log(y), 2, 1)
xlog1py = np.frompyfunc(lambda x, y: mpf(0) if x == 0 else x * log1p(y), 2, 1)
plogp_over = np.frompyfunc(lambda p, q: mpf(0) if p == 0 else mp.inf if q == 0 else p * mp.log(p / q), 2, 1)


# Activations


def softmax(x: Values, axis: int = -1) -> Values:
    powers = exp(x - x.max(axis=axis, keepdims=True))
    return powers / powers.sum(axis=axis, keepdims=True)


def log_softmax(x: Values, axis: int = -1) -> Values:
    return np.apply_along_axis(lambda row: np.array([row[i] - _logsumexp(row) for i in range(len(row))]), axis, x)


def logsumexp(x: Values, axis: int | str = -1) -> Values:
    return _logsumexp(x.ravel()) if axis == "none" else np.apply_along_axis(_logsumexp, int(axis), x)


def _logsumexp(row: Values) -> Any:
    """Where one term dwarfs the others, 60 digits would not see them: precision follows the gap."""
    top = max(row)
    if mp.isinf(top):
        return top
    rest = sorted((x - top for x in row), reverse=True)[1:]
    return top + log1p(sum((mp.exp(x) for x in rest), mpf(0)))


def logaddexp(a: Values, b: Values) -> Values:
    top, low = larger(a, b), -larger(-a, -b)
    return top + softplus(low - top)


def sigmoid(x: Values) -> Values:
    return 1 / (1 + exp(-x))


def softplus(x: Values) -> Values:
    return log1p(exp(x))


def log_sigmoid(x: Values) -> Values:
    return -softplus(-x)


def tanh(x: Values) -> Values:
    return hyperbolic_tangent(x)


def relu(x: Values) -> Values:
    return larger(x, mpf(0))


def relu_grad(x: Values, dout: Values) -> Values:
    return np.where(x > 0, dout, mpf(0))


def softmax_jacobian(x: Values) -> Values:
    s = softmax(x)
    return np.array([[s[i] * ((i == j) - s[j]) for j in range(len(s))] for i in range(len(s))], dtype=object)


# Losses


def _reduced(losses: Values, reduction: str) -> Values:
    return {"mean": lambda: losses.sum() / losses.size, "sum": losses.sum, "none": lambda: losses}[reduction]()


def logistic_loss(f: Values, y: Values, labels: str = "pm1", reduction: str = "mean") -> Values:
    return _reduced(softplus(-_signed(y, labels) * f), reduction)


def _signed(y: Values, labels: str) -> Values:
    return 2 * y - 1 if labels == "01" else y


def bce_probs(p: Values, y: Values, reduction: str = "mean") -> Values:
    return _reduced(-xlogy(y, p) - xlog1py(1 - y, -p), reduction)


def bce_logits(z: Values, y: Values, reduction: str = "mean") -> Values:
    return _reduced(y * softplus(-z) + (1 - y) * softplus(z), reduction)


def _onehot(y: Values, classes: int, labels: str) -> Values:
    return y if labels == "onehot" else np.array([[mpf(int(k == c)) for k in range(classes)] for c in y], dtype=object)


def cross_entropy(logits: Values, y: Values, labels: str = "index", reduction: str = "mean") -> Values:
    hot = _onehot(y, logits.shape[1], labels)
    return _reduced(-(hot * log_softmax(logits)).sum(axis=1), reduction)


def ce_grad(logits: Values, y: Values, labels: str = "index", reduction: str = "mean") -> Values:
    residue = softmax(logits) - _onehot(y, logits.shape[1], labels)
    return residue / len(logits) if reduction == "mean" else residue


def mse(pred: Values, target: Values, reduction: str = "mean") -> Values:
    return _reduced((pred - target) ** 2, reduction)


def hinge(
    s: Values, y: Values, neg: Any = None, pos: Any = None, labels: str = "pm1", reduction: str = "mean"
) -> Values:
    side = np.where(y == pos, mpf(1), mpf(-1)) if labels == "args" else _signed(y, labels)
    return _reduced(larger(mpf(0), 1 - side * s), reduction)


# Information


def entropy(p: Values, base: Any = "e") -> Values:
    return -xlogy(p, p).sum() / _unit(base)


def _unit(base: Any) -> Any:
    return mpf(1) if base == "e" else mp.log(base)


def kl(p: Values, q: Values, base: Any = "e") -> Values:
    return plogp_over(p, q).sum() / _unit(base)


def kl_logq(logq: Values, p: Values) -> Values:
    terms = np.frompyfunc(lambda p, logq: mpf(0) if p == 0 else p * (mp.log(p) - logq), 2, 1)(p, logq)
    return terms.sum() / len(p)


def js(p: Values, q: Values, output: str = "divergence", base: Any = "e", normalise: bool = False) -> Values:
    if normalise:
        p, q = p / p.sum(), q / q.sum()
    middle = (p + q) / 2
    divergence = (kl(p, middle) + kl(q, middle)) / 2 / _unit(base)
    return mp.sqrt(divergence) if output == "distance" else divergence


def mutual_information(P: Values, base: Any = "e") -> Values:
    return plogp_over(P, P.sum(axis=1, keepdims=True) * P.sum(axis=0, keepdims=True)).sum() / _unit(base)


def perplexity(sequence: Values, input: str = "probs") -> Values:
    surprise = {"probs": lambda: -log(sequence), "log_probs": lambda: -sequence, "nll": lambda: sequence}[input]()
    return mp.exp(surprise.sum() / len(surprise))


def laplace_smoothing(counts: Values, alpha: Any) -> Values:
    return (counts + alpha) / (counts.sum() + alpha * len(counts))


# Penalties and gradients of linear models


def l2_penalty(w: Values, lam: Any, factor: Any = 0.5) -> Values:
    return mpf(factor) * lam * (w * w).sum()


def l2_penalty_grad(w: Values, lam: Any, factor: Any = 0.5) -> Values:
    return 2 * mpf(factor) * lam * w


def l1_penalty(w: Values, lam: Any) -> Values:
    return lam * absolute(w).sum()


def l1_penalty_grad(w: Values, lam: Any) -> Values:
    return lam * sign(w)


def logreg_grad(w: Values, X: Values, y: Values, labels: str = "01") -> Values:
    target = (y + 1) / 2 if labels == "pm1" else y
    return X.T @ (sigmoid(X @ w) - target) / len(X)


def softmax_reg_grad(W: Values, X: Values, Y: Values) -> Values:
    return X.T @ (softmax(X @ W) - Y) / len(X)


# Layers


def _normalised(X: Values, axis: int, eps: Any) -> Values:
    centred = X - X.sum(axis=axis, keepdims=True) / X.shape[axis]
    variance = (centred * centred).sum(axis=axis, keepdims=True) / X.shape[axis]
    return centred / root(variance + eps)


def batchnorm(X: Values, gamma: Values, beta: Values, eps: Any) -> Values:
    return gamma * _normalised(X, 0, eps) + beta


def layernorm(X: Values, gamma: Values, beta: Values, eps: Any) -> Values:
    return gamma * _normalised(X, 1, eps) + beta


def attention(Q: Values, K: Values, V: Values, mask: Values = None, empty_rows: str = "excluded") -> Values:
    scores = Q @ K.T / mp.sqrt(Q.shape[1])
    admitted = np.ones(scores.shape, dtype=bool) if mask is None else mask.astype(bool)
    rows = []
    for row, keys in zip(scores, admitted, strict=True):
        if keys.any():
            rows.append(softmax(row[keys]) @ V[keys])
        else:
            assert empty_rows == "zero", "a row without an admissible key"
            rows.append([mpf(0)] * V.shape[1])
    return np.array(rows, dtype=object)


def gaussian_attention(x_query: Values, x_key: Values, y_key: Values) -> Values:
    return softmax(-((x_query[:, None] - x_key[None, :]) ** 2) / 2) @ y_key


def corr2d(X: Values, K: Values, padding: Any, stride: Any) -> Values:
    padding, stride, (h, w) = int(padding), int(stride), K.shape
    board = np.full([side + 2 * padding for side in X.shape], mpf(0), dtype=object)
    board[padding : padding + X.shape[0], padding : padding + X.shape[1]] = X
    rows, columns = (range(0, b - k + 1, stride) for b, k in zip(board.shape, K.shape, strict=True))
    return np.array([[(board[i : i + h, j : j + w] * K).sum() for j in columns] for i in rows], dtype=object)


# Optimisers


def sgd(w: Values, g: Values, lr: Any, wd: Any) -> Values:
    return w - lr * (g + wd * w)


def momentum(w: Values, g: Values, v: Values, lr: Any, beta: Any, form: str = "torch") -> Values:
    if form == "lecture":
        v = beta * v - lr * g
        return w + v, v
    v = beta * v + g
    return w - lr * v, v


def nesterov(w: Values, g: Values, v: Values, lr: Any, beta: Any) -> Values:
    v = beta * v + g
    return w - lr * (g + beta * v), v


def sgd_momentum_wd(w: Values, g: Values, v: Values, lr: Any, beta: Any, wd: Any) -> Values:
    return momentum(w, g + wd * w, v, lr, beta)


def _step(first: Values, second: Values, eps: Any, placement: str) -> Values:
    return first / (root(second) + eps) if placement == "outside" else first / root(second + eps)


def adagrad(w: Values, g: Values, s: Values, lr: Any, eps: Any, eps_placement: str = "inside") -> Values:
    s = s + g * g
    return w - lr * _step(g, s, eps, eps_placement), s


def rmsprop(w: Values, g: Values, r: Values, lr: Any, gamma: Any, eps: Any, eps_placement: str = "inside") -> Values:
    r = gamma * r + (1 - gamma) * g * g
    return w - lr * _step(g, r, eps, eps_placement), r


def adam(
    w: Values,
    g: Values,
    m: Values,
    v: Values,
    t: Any,
    lr: Any,
    b1: Any,
    b2: Any,
    eps: Any,
    wd: Any = 0,
    eps_placement: str = "inside",
    weight_decay: str = "none",
) -> Values:
    m, v = b1 * m + (1 - b1) * g, b2 * v + (1 - b2) * g * g
    step = _step(m / (1 - b1**t), v / (1 - b2**t), eps, eps_placement)
    return w - lr * (step + (wd * w if weight_decay == "decoupled" else 0)), m, v


def cosine_lr(step: Any, total: Any, lr_max: Any, lr_min: Any) -> Values:
    if step >= total:
        return lr_min
    return lr_min + (lr_max - lr_min) * (1 + mp.cospi(mpf(step) / total)) / 2


def warmup_cosine_lr(step: Any, base_lr: Any, warmup: Any, total: Any, min_lr: Any) -> Values:
    if step < warmup:
        return base_lr * (step + 1) / warmup
    return cosine_lr(step - warmup, total - warmup, base_lr, min_lr)


_ALL = """softmax log_softmax logsumexp logaddexp sigmoid log_sigmoid softplus tanh relu relu_grad logistic_loss
bce_probs bce_logits cross_entropy ce_grad entropy kl kl_logq js mutual_information mse hinge l2_penalty
l2_penalty_grad l1_penalty l1_penalty_grad softmax_jacobian logreg_grad softmax_reg_grad batchnorm layernorm attention
gaussian_attention corr2d sgd momentum nesterov sgd_momentum_wd adagrad rmsprop adam cosine_lr warmup_cosine_lr
perplexity laplace_smoothing"""
DEFINITIONS: Mapping[str, Reference] = {name: globals()[name] for name in _ALL.split()}
