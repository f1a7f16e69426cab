"""The worker's part with torch.nn.functional over arrays of Decimals: from Python 3.8 on."""

from __future__ import annotations

import sys
from decimal import Decimal
from importlib import import_module
from typing import Any

np: Any = import_module("numpy")

arrays: Any = sys.modules.get("_lemmata_worker_deep") or import_module(".worker_deep", __package__)
modules: Any = sys.modules.get("_lemmata_worker_deep_modules") or import_module(".worker_deep_modules", __package__)
tensors: Any = sys.modules.get("_lemmata_worker_deep_torch_functions") or import_module(
    ".worker_deep_torch_functions", __package__
)
NoWider, FUNCTIONS, lift, real, wrap = arrays.NoWider, arrays.FUNCTIONS, arrays.lift, arrays.real, arrays.wrap
sums, torch_, TORCH, NN = tensors.sums, tensors.torch_, tensors.TORCH, tensors.NN
CLAMP = Decimal(-100)  # of the logarithms in binary_cross_entropy, as is documented
EPS = Decimal(1e-5)  # noqa: RUF032  # as torch has it, a float


def loss(values, reduction):
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"{reduction} is not a valid value for reduction")
    return values if reduction == "none" else FUNCTIONS[reduction](values)


for _name in ("sigmoid", "tanh"):
    NN[_name] = TORCH[_name]


@torch_("relu", to=NN)
@torch_("relu")
def relu(x, inplace=False):
    if inplace:
        raise NoWider("relu in place")
    return FUNCTIONS["maximum"](x, 0)


@torch_("softplus", to=NN)
def softplus(x, beta=1, threshold=20):
    """Without the threshold, which is a matter of rounding."""
    return modules.softplus(x * beta) / beta


@torch_("logsigmoid", to=NN)
def logsigmoid(x):
    return FUNCTIONS["log_expit"](x)


@torch_("pad", to=NN)
def pad(x, pad, mode="constant", value=None):
    if mode != "constant":
        raise NoWider(f"pad with mode {mode}")
    widths = [(int(pad[i]), int(pad[i + 1])) for i in range(0, len(pad), 2)][::-1]
    if any(n < 0 for pair in widths for n in pair):
        raise NoWider("pad by less than nothing")
    widths = [(0, 0)] * (x.ndim - len(widths)) + widths
    return FUNCTIONS["pad"](x, widths, constant_values=0 if value is None else value)


@torch_("one_hot", to=NN)
def one_hot(index, num_classes=-1):
    at = lift(index)
    return wrap(np.eye(num_classes if num_classes >= 0 else int(at.max()) + 1, dtype=np.int64)[at])


@torch_("mse_loss", to=NN)
def mse_loss(a, b, reduction="mean", **_):
    return loss((a - b) * (a - b), reduction)


@torch_("l1_loss", to=NN)
def l1_loss(a, b, reduction="mean", **_):
    return loss(FUNCTIONS["abs"](a - b), reduction)


@torch_("binary_cross_entropy", to=NN)
def binary_cross_entropy(p, y, weight=None, reduction="mean", **_):
    one, zero = (FUNCTIONS["maximum"](FUNCTIONS[f](v), CLAMP) for f, v in (("log", p), ("log1p", -p)))
    values = -(y * one + (1 - y) * zero)
    return loss(values if weight is None else values * weight, reduction)


@torch_("binary_cross_entropy_with_logits", to=NN)
def binary_cross_entropy_with_logits(z, y, weight=None, reduction="mean", pos_weight=None, **_):
    if pos_weight is not None:
        raise NoWider("binary_cross_entropy_with_logits with pos_weight")
    values = y * modules.softplus(-z) + (1 - y) * modules.softplus(z)
    return loss(values if weight is None else values * weight, reduction)


@torch_("nll_loss", to=NN)
def nll_loss(logs, y, weight=None, ignore_index=-100, reduction="mean", **_):
    if weight is not None or logs.ndim not in (1, 2) or (lift(y) == ignore_index).any():
        raise NoWider("nll_loss with weights or ignored classes")
    base, at = real(logs), lift(y)
    if base.ndim == 1:
        return wrap(arrays.boxed(-base[at]))
    return loss(wrap(-base[np.arange(len(at)), at]), reduction)


@torch_("cross_entropy", to=NN)
def cross_entropy(logits, y, weight=None, ignore_index=-100, reduction="mean", label_smoothing=0, **_):
    if label_smoothing != 0 or weight is not None:
        raise NoWider("cross_entropy with weights or smoothing")
    logs = modules.log_softmax(logits, 1 if logits.ndim > 1 else 0)
    if lift(y).dtype.kind in "iu":
        return nll_loss(logs, y, None, ignore_index, reduction)
    rows = -sums(y * logs, 1 if logits.ndim > 1 else 0)
    return loss(rows, reduction)


@torch_("kl_div", to=NN)
def kl_div(log_q, p, reduction="mean", log_target=False, **_):
    values = FUNCTIONS["exp"](p) * (p - log_q) if log_target else FUNCTIONS["xlogy"](p, p) - p * log_q
    return sums(values) / log_q.shape[0] if reduction == "batchmean" else loss(values, reduction)


@torch_("layer_norm", to=NN)
def layer_norm(x, normalized_shape, weight=None, bias=None, eps=EPS):
    over = tuple(range(-len(normalized_shape), 0))
    return normalised(x, over, weight, bias, eps)


def normalised(x, over, weight, bias, eps):
    off = x - FUNCTIONS["mean"](x, over, keepdims=True)
    out = off / FUNCTIONS["sqrt"](FUNCTIONS["var"](x, over, keepdims=True) + eps)
    out = out if weight is None else out * weight
    return out if bias is None else out + bias


@torch_("batch_norm", to=NN)
def batch_norm(x, running_mean, running_var, weight=None, bias=None, training=False, momentum=0, eps=EPS):
    if not training or x.ndim != 2 or running_mean is not None:
        raise NoWider("batch_norm with statistics")
    return normalised(x, (0,), weight, bias, eps)


@torch_("scaled_dot_product_attention", to=NN)
def scaled_dot_product_attention(q, k, v, attn_mask=None, dropout_p=0, is_causal=False, scale=None, **_):
    if dropout_p != 0 or is_causal:
        raise NoWider("attention with dropout or causal")
    scores = q @ k.swapaxes(-1, -2) * (1 / FUNCTIONS["sqrt"](q.shape[-1]) if scale is None else scale)
    if attn_mask is not None:
        mask = lift(attn_mask)
        scores = FUNCTIONS["where"](mask, scores, -arrays.INF) if mask.dtype.kind == "b" else scores + attn_mask
    return modules.softmax(scores, -1) @ v


@torch_("linear", to=NN)
def linear(x, weight, bias=None):
    out = x @ weight.swapaxes(-1, -2)
    return out if bias is None else out + bias


@torch_("conv2d", to=NN)
def conv2d(x, weight, bias=None, stride=1, padding=0, dilation=1, groups=1):
    if dilation not in (1, (1, 1)) or groups != 1 or isinstance(padding, str):
        raise NoWider("conv2d with dilation or groups")
    steps = stride if isinstance(stride, (tuple, list)) else (stride, stride)
    edges = padding if isinstance(padding, (tuple, list)) else (padding, padding)
    base, k = real(x), real(weight)
    lead = base.ndim == 4
    base = base if lead else base[None]
    base = np.pad(base, [(0, 0), (0, 0), *((int(n), int(n)) for n in edges)])
    windows = np.lib.stride_tricks.sliding_window_view(base, k.shape[2:], axis=(2, 3))[:, :, :: steps[0], :: steps[1]]
    out = wrap(arrays.objects(np.einsum("nchwij,ocij->nohw", windows, k)))
    out = out if bias is None else out + bias[:, None, None]
    return out if lead else out[0]
