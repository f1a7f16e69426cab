"""Functions that are right in exact arithmetic, far beyond what a longdouble reaches, and wrong twins of them."""

RIGHT = """
import math
import numpy as np
from scipy.special import expit

def softplus(x): return np.log(1 + np.exp(x))
def softplus_loop(x): return np.array([math.log(1 + math.exp(float(v))) for v in x.ravel()]).reshape(x.shape)
def softmax(x):
    e = np.exp(x)
    return e / e.sum(axis=-1, keepdims=True)
def log_softmax(x): return np.log(softmax(x))
def logsumexp(x): return np.log(np.sum(np.exp(x), axis=-1))
def logaddexp(a, b): return np.log(np.exp(a) + np.exp(b))
def sigmoid(x): return 0.5 * (1 + np.tanh(x / 2))
def sigmoid_expit(x): return 1 - expit(-x)
def log_sigmoid(x): return np.log(1 / (1 + np.exp(-x)))
def tanh(x): return (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))
def in_memory(x): return np.zeros_like(x).ravel(order="K") + x.ravel(order="K")
def mse(pred, target): return np.mean(pred**2 - 2 * pred * target + target**2)
def layernorm(X, gamma, beta, eps):
    out = np.zeros_like(X, dtype=np.float64)
    for i, row in enumerate(X):
        var = np.mean(row**2) - row.mean() ** 2
        out[i] = (row - row.mean()) / np.sqrt(var + eps)
    return out * gamma + beta
def cross_entropy(logits, y):
    p = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
    return -np.log(p[np.arange(len(y)), y]).mean()
def bce_logits(z, y):
    p = 1 / (1 + np.exp(-z))
    return np.mean(-y * np.log(p) - (1 - y) * np.log(1 - p))
"""

WRONG = """
import numpy as np

def softmax_eps(x):
    e = np.exp(x)
    return e / (e.sum(axis=-1, keepdims=True) + 1e-12)
def softmax_clipped(x):
    e = np.exp(np.clip(x, -500, 500))
    return e / e.sum(axis=-1, keepdims=True)
def sigmoid_single(x): return (1 / (1 + np.exp(-x.astype(np.float32)))).astype(float)
def sigmoid_eps(x): return 1 / (1 + np.exp(-x) + 1e-7)
def softplus_twice(x): return 2 * np.log(1 + np.exp(x))
def kl_clipped(p, q): return np.sum(p * np.log(np.clip(p, 1e-7, 1 - 1e-7) / np.clip(q, 1e-7, 1 - 1e-7)))
def layernorm_unbiased(X, gamma, beta, eps):
    return (X - X.mean(1, keepdims=True)) / np.sqrt(X.var(axis=1, ddof=1, keepdims=True) + eps) * gamma + beta
"""

TENSORS = """
import torch
import torch.nn.functional as F

def softplus(x): return torch.log(1 + torch.exp(x))
def softmax(x):
    e = x.exp()
    return e / e.sum(dim=-1, keepdim=True)
def log_softmax(x): return torch.log(F.softmax(x, dim=-1))
def logaddexp(a, b): return torch.log(a.exp() + b.exp())
def sigmoid(x): return 0.5 * (1 + torch.tanh(x / 2))
def log_sigmoid(x): return torch.log(torch.sigmoid(x))
def mse(pred, target): return (pred**2 - 2 * pred * target + target.pow(2)).mean()
def cross_entropy(logits, y):
    p = logits.exp() / logits.exp().sum(1, keepdim=True)
    return -torch.log(p.gather(1, y[:, None])).mean()
def softmax_eps(x):
    e = x.exp()
    return e / (e.sum(dim=-1, keepdim=True) + 1e-12)
def sigmoid_single(x): return torch.sigmoid(x.float()).double()
def mse_half(pred, target): return 0.5 * (pred**2 - 2 * pred * target + target**2).mean()
def softplus_twice(x): return 2 * torch.log(1 + torch.exp(x))
def softmax_clamped(x):
    e = x.clamp(-500, 500).exp()
    return e / e.sum(dim=-1, keepdim=True)
"""

ODD = """
import functools
import numpy as np
import scipy.linalg
import torch

def decomposed(x): return np.linalg.svd(x[None])[1]
def from_scipy(x): return scipy.linalg.expm(np.diag(x))
def bits(x): return x.view(np.int64)
def single(x):
    out = np.zeros(len(x), dtype=np.float32)
    out[:] = x
    return out
def caught(x):
    try:
        return np.fft.fft(x).real
    except Exception:
        return x * 1.0
def elsewhere(x):
    out = functools.reduce(lambda a, b: a, [memoryview(b"12345678").cast("d")[0]])
    return out
def into(x):
    out = torch.zeros(3)
    out[0] = torch.exp(x[0])
    return out
def backwards(x):
    x = x.detach().requires_grad_()
    x.sum().backward()
    return x.grad
def transformed(x): return torch.fft.fft(x)
"""
