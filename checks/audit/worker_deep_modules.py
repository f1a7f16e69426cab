"""The worker's part with the modules that a target sees in the place of numpy, scipy and math: from Python 3.8 on."""

from __future__ import annotations

import importlib
import operator
import sys
import types
from importlib import import_module
from typing import Any

np: Any = import_module("numpy")

arrays: Any = sys.modules.get("_lemmata_worker_deep") or import_module(".worker_deep", __package__)
entries: Any = sys.modules.get("_lemmata_worker_deep_entries") or import_module(".worker_deep_entries", __package__)
made: Any = sys.modules.get("_lemmata_worker_deep_numpy") or import_module(".worker_deep_numpy", __package__)
folded: Any = sys.modules.get("_lemmata_worker_deep_sums") or import_module(".worker_deep_sums", __package__)
Deep, Number, NoWider, FUNCTIONS = arrays.Deep, arrays.Number, arrays.NoWider, arrays.FUNCTIONS
sums, real, lift, wrap = folded.sums, arrays.real, arrays.lift, arrays.wrap

METHODS = """sum prod mean var std max min any all ptp cumsum cumprod argmax argmin argsort dot clip round trace nonzero
searchsorted""".split()
for _name in METHODS:
    setattr(Deep, _name, lambda self, *given, _does=FUNCTIONS[_name], **more: _does(self, *given, **more))


class _Real(type):
    """Of NumPy's own types of floats: those of arrays here count as float64."""

    own: Any
    dtype: Any

    def __instancecheck__(cls, value):
        return isinstance(value, Number) and value.dtype == cls.dtype

    def __subclasscheck__(cls, other):
        return issubclass(cls.own, other) or type.__subclasscheck__(cls, other)

    def __eq__(cls, other):
        return other is cls or other is cls.own or other == cls.dtype

    def __hash__(cls):
        return hash(cls.own)


def scalar(own):
    """NumPy's type of numbers as the target calls it."""
    dtype = np.dtype(own)

    def new(cls, value=0):
        return wrap(arrays.cast(lift(value if not isinstance(value, str) else Number(value)), dtype))

    return _Real(own.__name__, (own,), {"own": own, "dtype": dtype, "__new__": new})


def stand_in(name, names, real_module):
    """A module with these names; what the other has beside them is refused when it is called."""
    module = types.ModuleType(name)
    module.__dict__.update(names)

    def missing(attribute):
        found = getattr(real_module, attribute)
        if isinstance(found, type) and issubclass(found, BaseException):
            return found
        if isinstance(found, types.ModuleType):
            return stand_in(f"{name}.{attribute}", {}, found)
        if callable(found):
            return made.unknown(f"{name}.{attribute}")
        raise NoWider(f"{name}.{attribute} is not known")

    module.__dict__["__getattr__"] = missing
    module.__dict__["__path__"] = []
    module.__dict__["__all__"] = [n for n in names if not n.startswith("_")]
    return module


def numpy_modules():
    names = {k: v for k, v in FUNCTIONS.items() if "." not in k}
    names.update({k: getattr(np, k) for k in made.PLAIN if hasattr(np, k)})
    names.update({k: scalar(getattr(np, k)) for k in ("float64", "float32", "float16", "longdouble")})
    names.update(double=names["float64"], float_=names["float64"], single=names["float32"], half=names["float16"])
    names.update(vectorize=folded.vectorize, finfo=folded.finfo, e=Number(entries.C.exp(entries.ONE)))
    names.update(pi=Number(entries.C.plus(entries.numbers.PI)), inf=Number(arrays.INF), nan=Number(arrays.NAN))
    names.update(Inf=names["inf"], infty=names["inf"], NaN=names["nan"], NINF=Number(-arrays.INF), PINF=names["inf"])
    linalg = {k.partition(".")[2]: v for k, v in FUNCTIONS.items() if k.startswith("linalg.")}
    strides = {k: FUNCTIONS[k] for k in ("sliding_window_view", "as_strided") if k in FUNCTIONS}
    modules = {
        "numpy.linalg": stand_in("numpy.linalg", linalg, np.linalg),
        "numpy.lib.stride_tricks": stand_in("numpy.lib.stride_tricks", strides, np.lib.stride_tricks),
    }
    names.update(linalg=modules["numpy.linalg"])
    names["lib"] = stand_in("numpy.lib", {"stride_tricks": modules["numpy.lib.stride_tricks"]}, np.lib)
    return {**modules, "numpy.lib": names["lib"], "numpy": stand_in("numpy", names, np)}


# SciPy


def logsumexp(a, axis=None, b=None, keepdims=False, return_sign=False):
    """Right to the last digit, also where one entry outweighs all others."""
    if return_sign:
        raise NoWider("logsumexp with signs")
    base = real(a)
    top = real(FUNCTIONS["max"](base, axis, keepdims=True))
    top = np.where(arrays.UFUNCS["isfinite"](top), top, entries.ZERO)
    weights = arrays.UFUNCS["exp"](base - top)
    if b is not None:
        weights = weights * real(b)
    whole = real(sums(weights, axis, keepdims=True))
    out = arrays.UFUNCS["log"](whole) + top
    return wrap(real(folded.shrunk(out, base, axis, keepdims)) if base.ndim else arrays.boxed(out))


def log_softmax(x, axis=None):
    """The others' sum goes through log1p, so that a dominant entry keeps its digits."""
    base = real(x)
    axis = tuple(range(base.ndim)) if axis is None else (axis,) if not isinstance(axis, tuple) else axis
    top = real(FUNCTIONS["max"](base, axis, keepdims=True))
    off = base - np.where(arrays.UFUNCS["isfinite"](top), top, entries.ZERO)
    moved = np.moveaxis(off, axis, tuple(range(-len(axis), 0)))
    rows = moved.reshape(*moved.shape[: moved.ndim - len(axis)], -1)
    weights = np.sort(arrays.UFUNCS["exp"](rows), axis=-1)
    rest = real(sums(weights[..., :-1], -1, keepdims=True))
    down = rows - (arrays.UFUNCS["log1p"](rest) if len(rows) else rest)
    return wrap(np.moveaxis(arrays.objects(down).reshape(moved.shape), tuple(range(-len(axis), 0)), axis))


def softmax(x, axis=None):
    return FUNCTIONS["exp"](log_softmax(x, axis))


def entropy(pk, qk=None, base=None, axis=0, **_):
    p = real(pk) / real(sums(pk, axis, keepdims=True))
    if qk is None:
        out = arrays.UFUNCS["entr"](p)
    else:
        out = arrays.UFUNCS["rel_entr"](p, real(qk) / real(sums(qk, axis, keepdims=True)))
    found = sums(out, axis)
    return found if base is None else found / FUNCTIONS["log"](base)


def jensenshannon(p, q, base=None, *, axis=0, keepdims=False):
    p, q = (real(v) / real(sums(v, axis, keepdims=True)) for v in (p, q))
    halves = [arrays.UFUNCS["rel_entr"](v, (p + q) / 2) for v in (p, q)]
    found = sums(halves[0] + halves[1], axis, keepdims=keepdims) / 2
    return FUNCTIONS["sqrt"](found if base is None else found / FUNCTIONS["log"](base))


def softplus(x, **_):
    return wrap(arrays.UFUNCS["softplus"](real(x)))


def correlate2d(in1, in2, mode="full", boundary="fill", fillvalue=0):
    if boundary != "fill" or fillvalue != 0 or mode not in ("valid", "full"):
        raise NoWider(f"correlate2d with mode {mode}")
    a, k = real(in1), real(in2)
    if mode == "full":
        a = arrays.objects(np.pad(a, [(n - 1, n - 1) for n in k.shape]))
    if any(m < n for m, n in zip(a.shape, k.shape)):
        raise NoWider("correlate2d of a larger kernel")
    windows = np.lib.stride_tricks.sliding_window_view(a, k.shape)
    return sums(windows * k, (-2, -1))


def convolve2d(in1, in2, *given, **more):
    return correlate2d(in1, lift(in2)[::-1, ::-1], *given, **more)


def scipy_modules():
    special = {name: FUNCTIONS[name] for name in entries.SPECIAL}
    special.update(logsumexp=logsumexp, softmax=softmax, log_softmax=log_softmax, softplus=softplus)
    known = {
        "scipy.special": special,
        "scipy.stats": {"entropy": entropy},
        "scipy.spatial.distance": {"jensenshannon": jensenshannon},
        "scipy.signal": {"correlate2d": correlate2d, "convolve2d": convolve2d},
    }
    found: dict[str, Any] = {}
    for name, names in known.items():
        found[name] = stand_in(name, names, Late(name))
    found["scipy.spatial"] = stand_in(
        "scipy.spatial", {"distance": found["scipy.spatial.distance"]}, Late("scipy.spatial")
    )
    own = {name.partition(".")[2]: module for name, module in found.items() if name.count(".") == 1}
    return {**found, "scipy": stand_in("scipy", own, Late("scipy"))}


class Late:
    """A module that is imported when it is asked for something."""

    def __init__(self, name):
        self.__name = name

    def __getattr__(self, attribute):
        return getattr(importlib.import_module(self.__name), attribute)


# math, and what the source itself computes


def math_module(shim):
    """The `math` of wide numbers, whose floats become numbers here."""

    def inward(value):
        if isinstance(value, (Deep, np.integer)):
            if isinstance(value, Deep) and value.view(np.ndarray).dtype.kind != "O":
                return int(value)
            return arrays.numbers.Wide(arrays.exact(value if value.size != 1 else value.reshape(())))
        if (
            isinstance(value, (list, tuple))
            or hasattr(value, "__next__")
            or (isinstance(value, np.ndarray) and value.ndim)
        ):
            return [inward(v) for v in value]
        return value

    def outward(function):
        def compute(*given, **more):
            value = function(
                *[list(map(inward, g)) if isinstance(g, Deep) and g.size != 1 else inward(g) for g in given], **more
            )
            if isinstance(value, arrays.numbers.Wide):
                return Number(value.dec)
            if isinstance(value, float):
                raise NoWider(f"math.{getattr(function, '__name__', '')}")
            return value

        return compute

    names = {
        k: Number(arrays.exact(v)) if isinstance(v, float) else outward(v) if callable(v) else v
        for k, v in vars(shim).items()
        if not k.startswith("__")
    }
    return stand_in("math", names, shim)


def operation(symbol, in_place):
    """/ and ** of two integers of Python, which would come out as a float."""
    own = {"/": (operator.truediv, operator.itruediv), "**": (operator.pow, operator.ipow)}[symbol][in_place]

    def compute(a, b):
        if isinstance(a, int) and isinstance(b, int) and (symbol == "/" or b < 0):
            if not (b if symbol == "/" else a):
                raise ZeroDivisionError("division by zero")
            return Number(real(a)[()] / real(b)[()] if symbol == "/" else entries.power(real(a)[()], real(b)[()]))
        return own(a, b)

    return compute


def namesakes(modules):
    """By the identity of NumPy's and SciPy's functions, what stands for them."""
    found = {}
    for name, module in modules.items():
        own = sys.modules.get(name)
        for key, value in list(vars(module).items()):
            if own is not None and not key.startswith("_") and callable(getattr(own, key, None)):
                found[id(getattr(own, key))] = value
    return found
