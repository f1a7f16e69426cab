"""The worker's part with torch's functions over arrays of Decimals, with dim and keepdim: from Python 3.8 on.

Each has its textbook meaning, right to the last digit; they take and give arrays of worker_deep, which
worker_deep_torch wraps into tensors.
"""

from __future__ import annotations

import sys
from collections import namedtuple
from importlib import import_module
from typing import Any

np: Any = import_module("numpy")

arrays: Any = sys.modules.get("_lemmata_worker_deep") or import_module(".worker_deep", __package__)
folded: Any = sys.modules.get("_lemmata_worker_deep_sums") or import_module(".worker_deep_sums", __package__)
modules: Any = sys.modules.get("_lemmata_worker_deep_modules") or import_module(".worker_deep_modules", __package__)
Deep, NoWider, FUNCTIONS, UFUNCS = arrays.Deep, arrays.NoWider, arrays.FUNCTIONS, arrays.UFUNCS
lift, real, wrap, sums = arrays.lift, arrays.real, arrays.wrap, folded.sums
TORCH: dict[str, Any] = {}  # functions and methods
NN: dict[str, Any] = {}  # torch.nn.functional
Extremes = namedtuple("Extremes", "values indices")


def torch_(*names, to=TORCH):
    def register(function):
        for name in names or (function.__name__.rstrip("_"),):
            to[name] = function
        return function

    return register


def plain(name):
    return lambda *given, **more: FUNCTIONS[name](*given, **more)


SAME = """exp log log1p expm1 log2 log10 exp2 sqrt tanh sinh cosh sin cos sign square reciprocal floor ceil trunc isnan
isinf isfinite abs maximum minimum fmax fmin logaddexp logaddexp2 xlogy heaviside hypot copysign logical_and
logical_or logical_not logical_xor matmul einsum outer where isneginf isposinf signbit remainder fmod floor_divide power
negative allclose isclose""".split()
OTHERS = """absolute=abs neg=negative sigmoid=expit special_expit=expit eq=equal ne=not_equal lt=less le=less_equal
gt=greater ge=greater_equal pow=power true_divide=divide mm=matmul mv=matmul bmm=matmul ger=outer
special_xlog1py=xlog1py float_power=power vdot=dot
greater less greater_equal less_equal not_equal logit xlog1py round entr multiply divide bitwise_and
bitwise_or inner kron"""
for _name in [*SAME, *OTHERS.split()]:
    TORCH[_name.partition("=")[0]] = plain(_name.rpartition("=")[2])
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


for _name in "sum mean prod amax=max amin=min any all nansum nanmean".split():
    TORCH[_name.partition("=")[0]] = reduction(_name.rpartition("=")[2])


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
    return x.reshape((*x.shape[:start_dim], -1, *x.shape[end + 1 :]))


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
