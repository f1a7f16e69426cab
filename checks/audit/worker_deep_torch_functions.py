"""The worker's part with torch's functions over arrays of Decimals, with dim and keepdim: from Python 3.8 on.

Each has its textbook meaning, right to the last digit; they take and give arrays of worker_deep, which
worker_deep_torch wraps into tensors.
"""

from __future__ import annotations

import sys
from collections import namedtuple
from decimal import Decimal
from typing import Any

np: Any = sys.modules.get("numpy")
arrays: Any = sys.modules["_lemmata_worker_deep"]
made: Any = sys.modules["_lemmata_worker_deep_numpy"]
modules: Any = sys.modules["_lemmata_worker_deep_modules"]
Deep, NoWider, FUNCTIONS, UFUNCS = arrays.Deep, arrays.NoWider, arrays.FUNCTIONS, arrays.UFUNCS
lift, real, wrap, sums = arrays.lift, arrays.real, arrays.wrap, made.sums
TORCH: dict[str, Any] = {}  # functions and methods
NN: dict[str, Any] = {}  # torch.nn.functional
Extremes = namedtuple("Extremes", "values indices")
CLAMP = Decimal(-100)  # of the logarithms in binary_cross_entropy, as is documented


def torch_(*names, to=TORCH):
    def register(function):
        for name in names or (function.__name__.rstrip("_"),):
            to[name] = function
        return function

    return register


def plain(name):
    return lambda *given, **more: FUNCTIONS[name](*given, **more)


SAME = """exp log log1p expm1 log2 log10 exp2 sqrt tanh sinh cosh sin cos sign square reciprocal floor ceil trunc isnan isinf
isfinite abs maximum minimum fmax fmin logaddexp logaddexp2 xlogy heaviside hypot copysign eq ne lt le gt ge logical_and
logical_or logical_not logical_xor matmul einsum outer where isneginf isposinf signbit remainder fmod floor_divide power
negative allclose isclose""".split()
OTHERS = dict(
    absolute="abs", neg="negative", sigmoid="expit", special_expit="expit", eq="equal", ne="not_equal", lt="less", le="less_equal",
    gt="greater", ge="greater_equal", greater="greater", less="less", greater_equal="greater_equal", less_equal="less_equal",
    not_equal="not_equal", pow="power", true_divide="divide", mm="matmul", mv="matmul", bmm="matmul", ger="outer",
    logit="logit", xlog1py="xlog1py", special_xlog1py="xlog1py", round="round", entr="entr", multiply="multiply", divide="divide",
    float_power="power", vdot="dot", bitwise_and="bitwise_and", bitwise_or="bitwise_or", inner="inner", kron="kron",
)  # fmt: skip
for _name in SAME:
    TORCH[_name] = plain(OTHERS.get(_name, _name))
for _name, _its in OTHERS.items():
    TORCH[_name] = plain(_its)
for _name in (
    "flip",
    "roll",
    "tile",
    "diag",
    "diagonal",
    "triu",
    "tril",
    "argsort",
    "swapaxes",
    "moveaxis",
    "broadcast_to",
):
    TORCH[_name] = lambda x, *given, _does=FUNCTIONS[_name], **more: _does(x, *given, **axes(more))


@torch_("dot")
def dot(a, b):
    return sums(a * b)


def axes(more):
    """torch's names for what NumPy calls axis and keepdims."""
    names = {"dim": "axis", "keepdim": "keepdims", "dims": "axis", "shifts": "shift", "diagonal": "k"}
    more = {names.get(k, k): v for k, v in more.items()}
    if isinstance(more.get("axis"), list):
        more["axis"] = tuple(more["axis"])
    return more


def reduction(name):
    def reduce(x, dim=None, keepdim=False, *, dtype=None, axis=None):
        dim = dim if axis is None else axis
        dim = tuple(dim) if isinstance(dim, (tuple, list)) else dim
        return FUNCTIONS[name](x, axis=dim if dim != () else None, keepdims=keepdim)

    return reduce


for _name, _its in dict(
    sum="sum",
    mean="mean",
    prod="prod",
    amax="max",
    amin="min",
    any="any",
    all="all",
    nansum="nansum",
    nanmean="nanmean",
).items():
    TORCH[_name] = reduction(_its)


def extreme(name, places):
    def find(x, dim=None, keepdim=False, *, other=None):
        if isinstance(dim, Deep) or other is not None:
            return FUNCTIONS[name + "imum"](x, dim if other is None else other)
        if dim is None:
            return FUNCTIONS[name](x)
        at = FUNCTIONS[places](x, axis=dim)
        return Extremes(
            FUNCTIONS[name](x, axis=dim, keepdims=keepdim), FUNCTIONS["expand_dims"](at, dim) if keepdim else at
        )

    return find


TORCH["max"], TORCH["min"] = extreme("max", "argmax"), extreme("min", "argmin")


@torch_("argmax")
def argmax(x, dim=None, keepdim=False):
    at = FUNCTIONS["argmax"](x, axis=dim)
    return FUNCTIONS["expand_dims"](at, dim) if keepdim and dim is not None else at


@torch_()
def var(x, dim=None, unbiased=None, keepdim=False, *, correction=1):
    if isinstance(dim, bool):
        dim, unbiased = None, dim
    off = correction if unbiased is None else int(unbiased)
    return FUNCTIONS["var"](x, tuple(dim) if isinstance(dim, list) else dim, ddof=off, keepdims=keepdim)


@torch_()
def std(*given, **more):
    return FUNCTIONS["sqrt"](var(*given, **more))


@torch_()
def var_mean(x, dim=None, **more):
    return var(x, dim, **more), TORCH["mean"](x, dim, more.get("keepdim", False))


@torch_("norm", "linalg_norm", "vector_norm")
def norm(x, p=2, dim=None, keepdim=False, **more):
    p = more.get("ord", p)
    if dim is None:
        x = x.reshape(-1)
    return FUNCTIONS["linalg.norm"](x, None if p in ("fro", 2) else p, dim, keepdim)


@torch_()
def logsumexp(x, dim, keepdim=False):
    return modules.logsumexp(x, tuple(dim) if isinstance(dim, list) else dim, keepdims=keepdim)


def of_logits(function):
    def compute(x, dim=None, _stacklevel=3, dtype=None):
        if dim is None:
            raise NoWider("softmax without dim")
        return function(x, dim)

    return compute


for _table in (TORCH, NN):
    _table["softmax"], _table["log_softmax"] = of_logits(modules.softmax), of_logits(modules.log_softmax)
    _table["softmin"] = of_logits(lambda x, dim: modules.softmax(-x, dim))


@torch_("cumsum")
def cumsum(x, dim, **_):
    return FUNCTIONS["cumsum"](x, axis=dim)


@torch_("rsqrt")
def rsqrt(x):
    return 1 / FUNCTIONS["sqrt"](x)


@torch_("add")
def add(a, b, *, alpha=1):
    return a + b * alpha if not (type(alpha) is int and alpha == 1) else FUNCTIONS["add"](a, b)


@torch_("sub", "subtract")
def sub(a, b, *, alpha=1):
    return a - b * alpha if not (type(alpha) is int and alpha == 1) else FUNCTIONS["subtract"](a, b)


TORCH["mul"] = plain("multiply")
TORCH["rsub"] = lambda a, b: FUNCTIONS["subtract"](b, a)


@torch_("div", "divide", "true_divide")
def div(a, b, *, rounding_mode=None):
    if rounding_mode is not None:
        raise NoWider("div with a rounding mode")
    return FUNCTIONS["divide"](a, b)


@torch_()
def addcmul(x, a, b, *, value=1):
    return x + value * a * b


@torch_()
def addcdiv(x, a, b, *, value=1):
    return x + value * a / b


@torch_()
def lerp(x, end, weight):
    return x + weight * (end - x)


@torch_("clamp", "clip")
def clamp(x, min=None, max=None):
    return FUNCTIONS["clip"](x, min, max)


@torch_("clamp_min")
def clamp_min(x, bound):
    return clamp(x, min=bound)


@torch_("clamp_max")
def clamp_max(x, bound):
    return clamp(x, max=bound)


@torch_()
def nan_to_num(x, nan=0, posinf=None, neginf=None):
    return FUNCTIONS["nan_to_num"](x, nan=nan, posinf=posinf, neginf=neginf)


# Shapes


def sizes(given):
    given = given[0] if len(given) == 1 and isinstance(given[0], (tuple, list)) else given
    return tuple(int(n) for n in given)


@torch_("reshape", "view")
def reshape(x, *shape):
    return x.reshape(sizes(shape))


@torch_()
def flatten(x, start_dim=0, end_dim=-1):
    if not x.ndim:
        return x.reshape(1)
    end = end_dim % x.ndim
    return x.reshape(x.shape[:start_dim] + (-1,) + x.shape[end + 1 :])


TORCH["ravel"] = lambda x: x.reshape(-1)


@torch_()
def squeeze(x, dim=None):
    if dim is None:
        return FUNCTIONS["squeeze"](x)
    return FUNCTIONS["squeeze"](x, axis=dim) if x.shape[dim] == 1 else x


@torch_()
def unsqueeze(x, dim):
    return FUNCTIONS["expand_dims"](x, dim)


@torch_("transpose", "swapdims")
def transpose(x, a, b):
    return FUNCTIONS["swapaxes"](x, a, b)


@torch_("t")
def t(x):
    return FUNCTIONS["transpose"](x)


@torch_()
def permute(x, *order):
    return FUNCTIONS["transpose"](x, sizes(order))


@torch_()
def expand(x, *shape):
    shape = sizes(shape)
    own = (1,) * (len(shape) - x.ndim) + x.shape
    return FUNCTIONS["broadcast_to"](x, tuple(m if n == -1 else n for m, n in zip(own, shape)))


TORCH["expand_as"] = lambda x, y: FUNCTIONS["broadcast_to"](x, y.shape)
TORCH["view_as"] = TORCH["reshape_as"] = lambda x, y: x.reshape(y.shape)
TORCH["repeat"] = lambda x, *times: FUNCTIONS["tile"](x, sizes(times))


@torch_("cat", "concat", "concatenate")
def cat(parts, dim=0, axis=None):
    return FUNCTIONS["concatenate"](list(parts), axis=dim if axis is None else axis)


@torch_()
def stack(parts, dim=0):
    return FUNCTIONS["stack"](list(parts), axis=dim)


@torch_()
def unbind(x, dim=0):
    return tuple(FUNCTIONS["moveaxis"](x, dim, 0))


@torch_()
def gather(x, dim, index):
    base, at = lift(x), lift(index)
    places = list(np.indices(at.shape))
    places[dim] = at
    return wrap(base[tuple(places)])


@torch_()
def scatter(x, dim, index, src=None, *, value=None):
    base, at = np.array(lift(x)), lift(index)
    places = list(np.indices(at.shape))
    places[dim] = at
    filling = lift(src if value is None else value)
    filling = arrays.real(filling) if base.dtype.kind == "O" else filling
    base[tuple(places)] = filling[tuple(map(slice, at.shape))] if filling.ndim else filling[()]
    return wrap(base)


@torch_()
def index_select(x, dim, index):
    return FUNCTIONS["take"](x, index, axis=dim)


@torch_()
def masked_fill(x, mask, value):
    return FUNCTIONS["where"](mask, value, x)


@torch_()
def nonzero(x, as_tuple=False):
    found = np.nonzero(lift(x))
    return tuple(map(wrap, found)) if as_tuple else wrap(np.stack(found, -1))


@torch_()
def sort(x, dim=-1, descending=False):
    at = np.argsort(lift(-x if descending else x), axis=dim, kind="stable")
    return Extremes(wrap(np.take_along_axis(lift(x), at, dim)), wrap(at))


@torch_("diag_embed")
def diag_embed(x):
    return FUNCTIONS["expand_dims"](x, -1) * wrap(np.eye(x.shape[-1], dtype=int))


@torch_()
def square_(x):
    return x * x


# torch.nn.functional


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
    if log_target:
        values = FUNCTIONS["exp"](p) * (p - log_q)
    else:
        values = FUNCTIONS["xlogy"](p, p) - p * log_q
    return sums(values) / log_q.shape[0] if reduction == "batchmean" else loss(values, reduction)


@torch_("layer_norm", to=NN)
def layer_norm(x, normalized_shape, weight=None, bias=None, eps=Decimal(1e-5)):
    over = tuple(range(-len(normalized_shape), 0))
    return normalised(x, over, weight, bias, eps)


def normalised(x, over, weight, bias, eps):
    off = x - FUNCTIONS["mean"](x, over, keepdims=True)
    out = off / FUNCTIONS["sqrt"](FUNCTIONS["var"](x, over, keepdims=True) + eps)
    out = out if weight is None else out * weight
    return out if bias is None else out + bias


@torch_("batch_norm", to=NN)
def batch_norm(x, running_mean, running_var, weight=None, bias=None, training=False, momentum=0, eps=Decimal(1e-5)):
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
