"""The worker's part with NumPy's reductions and choices over Decimals: from Python 3.8 on."""

from __future__ import annotations

import sys
from decimal import Decimal
from importlib import import_module
from typing import Any

np: Any = import_module("numpy")

arrays: Any = sys.modules.get("_lemmata_worker_deep") or import_module(".worker_deep", __package__)
basis: Any = sys.modules.get("_lemmata_worker_deep_numpy") or import_module(".worker_deep_numpy", __package__)
Deep, Number, NoWider = arrays.Deep, arrays.Number, arrays.NoWider
lift, real, wrap, REAL = arrays.lift, arrays.real, arrays.wrap, arrays.REAL
FUNCTIONS, UFUNCS, objects, boxed = arrays.FUNCTIONS, arrays.UFUNCS, arrays.objects, arrays.boxed
NO, stands, filled, Deep_of = basis.NO, basis.stands, basis.filled, basis.Deep_of

# Reductions


def reduction(name, start=None):
    def reduce(a, axis=None, dtype=None, out=None, keepdims=False, initial=NO, where=True, **_):
        keepdims = False if keepdims is NO else keepdims
        if dtype is not None and arrays.meaning(dtype) != REAL and arrays.meaning(dtype).kind == "f":
            raise NoWider(f"a sum in {dtype}")
        made = arrays.METHODS["reduce"](
            name, None, a, axis, dtype, None, keepdims, None if initial is NO else initial, where
        )
        return arrays.put(out, made)

    return reduce


FOLDS = """sum=add prod=multiply product=multiply max=maximum amax=maximum min=minimum amin=minimum any=logical_or
all=logical_and alltrue=logical_and sometrue=logical_or nanmax=fmax nanmin=fmin"""
for _name in FOLDS.split():
    FUNCTIONS[_name.partition("=")[0]] = reduction(_name.rpartition("=")[2])
sums = FUNCTIONS["sum"]


def counted(base, axis, where=True):
    if where is not True:
        return real(sums(np.broadcast_to(lift(where), base.shape).astype(int), axis, keepdims=True))
    axes = range(base.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    return Decimal(int(np.prod([base.shape[a] for a in axes], dtype=int)))


@stands()
def mean(a, axis=None, dtype=None, out=None, keepdims=False, *, where=True):
    base = real(a)
    where = True if where is NO else where
    made = real(sums(base, axis, keepdims=True, where=where)) / counted(base, axis, where)
    return arrays.put(out, shrunk(made, base, axis, keepdims))


def shrunk(made, base, axis, keepdims):
    """Without the axes that were reduced, unless they are kept."""
    made = made if isinstance(made, np.ndarray) else boxed(made)
    if keepdims and keepdims is not NO:
        return objects(made)
    axes = tuple(range(base.ndim)) if axis is None else axis
    return objects(made.squeeze(axes) if base.ndim else made)


@stands()
def var(a, axis=None, dtype=None, out=None, ddof=0, keepdims=False, *, where=True, correction=None, **_):
    if dtype is not None and arrays.meaning(dtype) != REAL:
        raise NoWider(f"var in {dtype}")
    base, where = real(a), True if where is NO else where
    count = counted(base, axis, where)
    off = base - real(sums(base, axis, keepdims=True, where=where)) / count
    ddof = correction if correction is not None and correction is not NO else ddof
    made = real(sums(off * off, axis, keepdims=True, where=where)) / (count - real(ddof)[()])
    return arrays.put(out, shrunk(made, base, axis, keepdims))


@stands()
def std(*given, out=None, **more):
    return arrays.put(out, UFUNCS["sqrt"](var(*given, **more)))


def without_nan(name, instead):
    def compute(a, *given, **more):
        base = real(a)
        return FUNCTIONS[name](np.where(UFUNCS["isnan"](base), Decimal(instead), base), *given, **more)

    return compute


FUNCTIONS["nansum"], FUNCTIONS["nanprod"] = without_nan("sum", 0), without_nan("prod", 1)


@stands()
def nanmean(a, axis=None, **more):
    return mean(a, axis, where=~UFUNCS["isnan"](real(a)), **more)


@stands()
def average(a, axis=None, weights=None, returned=False, *, keepdims=False):
    if weights is None:
        return mean(a, axis, keepdims=keepdims)
    base, w = real(a), real(weights)
    if w.ndim != base.ndim:
        w = np.moveaxis(np.broadcast_to(w, (*np.delete(base.shape, axis), w.size)), -1, axis)
    return sums(base * w, axis, keepdims=keepdims) / sums(w, axis, keepdims=keepdims)


@stands()
def ptp(a, axis=None, **more):
    return FUNCTIONS["max"](a, axis, **more) - FUNCTIONS["min"](a, axis, **more)


@stands()
def trace(a, offset=0, **_):
    return sums(np.diagonal(lift(a), offset), -1)


def accumulating(name):
    def accumulate(a, axis=None, dtype=None, out=None):
        base = lift(a)
        base = base.reshape(-1) if axis is None else base
        return arrays.put(out, arrays.METHODS["accumulate"](name, None, base, 0 if axis is None else axis))

    return accumulate


FUNCTIONS["cumsum"], FUNCTIONS["cumprod"] = accumulating("add"), accumulating("multiply")


@stands("diff")
def diff(a, n=1, axis=-1, **_):
    made = real(a)
    for _ in range(n):
        made = np.diff(made, axis=axis)
    return wrap(objects(made))


@stands("median")
def median(a, axis=None, **more):
    base = real(a)
    base = np.sort(base.reshape(-1) if axis is None else np.moveaxis(base, axis, -1), axis=-1)
    half = base.shape[-1]
    return mean(base[..., (half - 1) // 2 : half // 2 + 1], -1)


@stands("linalg.norm")
def norm(x, ord=None, axis=None, keepdims=False):
    base = UFUNCS["absolute"](real(x))
    rows = base.ndim == 1 or isinstance(axis, int)
    if ord is None or (ord == "fro" and base.ndim == 2) or (rows and ord == 2):
        return FUNCTIONS["sqrt"](sums(base * base, axis, keepdims=keepdims))
    if rows and ord == 1:
        return sums(base, axis, keepdims=keepdims)
    if rows and ord == arrays.INF:
        return FUNCTIONS["max"](base, axis, keepdims=keepdims)
    raise NoWider(f"linalg.norm of order {ord}")


# The rest


@stands()
def where(condition, *choices):
    base = lift(condition)
    base = base != 0 if base.dtype.kind != "b" else base
    if not choices:
        return tuple(map(wrap, np.nonzero(base)))
    made = [lift(c) for c in choices]
    if any(m.dtype.kind == "O" for m in made):
        made = [real(m) for m in made]
    result = np.where(base, *made)
    return wrap(objects(result) if result.dtype.kind == "O" else result)


@stands()
def clip(a, a_min=None, a_max=None, out=None, *, min=NO, max=NO, **_):
    low, high = (a_min if min in (NO, None) else min), (a_max if max in (NO, None) else max)
    base = lift(a)
    for name, bound in (("maximum", low), ("minimum", high)):
        base = base if bound is None or bound is NO else lift(FUNCTIONS[name](base, bound))
    return arrays.put(out, base)


@stands("round", "around", "round_")
def round_(a, decimals=0, out=None):
    scale = Decimal(10) ** int(decimals)
    return arrays.put(out, UFUNCS["rint"](real(a) * scale) / scale)


FUNCTIONS["fix"] = FUNCTIONS["trunc"]


@stands()
def isclose(a, b, rtol=1e-05, atol=1e-08, equal_nan=False):
    a, b = real(a), real(b)
    rtol, atol = real(rtol), real(atol)
    same = np.asarray(a == b, bool)
    finite = UFUNCS["isfinite"](a) & UFUNCS["isfinite"](b)
    near = np.asarray(UFUNCS["absolute"](a - b) <= atol + rtol * UFUNCS["absolute"](b), bool)
    return wrap(same | (finite & near))


@stands()
def allclose(a, b, **more):
    return bool(np.all(lift(isclose(a, b, **more))))


@stands()
def isneginf(x):
    return wrap(np.asarray(real(x) == -arrays.INF, bool))


@stands()
def isposinf(x):
    return wrap(np.asarray(real(x) == arrays.INF, bool))


LARGEST = Decimal(sys.float_info.max)


@stands()
def nan_to_num(x, copy=True, nan=0, posinf=None, neginf=None):
    base = real(x)
    ends = [-LARGEST if neginf is None else real(neginf)[()], LARGEST if posinf is None else real(posinf)[()]]
    made = np.where(UFUNCS["isnan"](base), real(nan)[()], base)
    for infinite, end in zip((-arrays.INF, arrays.INF), ends):
        made = np.where(np.asarray(made == infinite, bool), end, made)
    return arrays.put(None if copy else x, objects(made))


@stands()
def select(conditions, choices, default=0):
    made = default
    for condition, choice in list(zip(conditions, choices))[::-1]:
        made = where(condition, choice, made)
    return made


@stands()
def piecewise(x, conditions, functions, *more):
    x, functions = Deep_of(x), list(functions)
    conditions = [lift(c) for c in conditions]
    default = functions.pop() if len(functions) > len(conditions) else 0
    made = filled(x.shape, 0, None)
    rest = np.ones(x.shape, bool)
    for condition in conditions:
        rest = rest & ~condition
    for condition, function in zip([*conditions, rest], [*functions, default]):
        made[condition] = function(x[condition], *more) if callable(function) else function
    return made


@stands()
def apply_along_axis(function, axis, a, *given, **more):
    base = np.moveaxis(lift(a), axis, -1)
    made = np.stack([lift(function(Deep_of(base[i]), *given, **more)) for i in np.ndindex(base.shape[:-1])])
    shaped = made.reshape(base.shape[:-1] + made.shape[1:])
    return wrap(np.moveaxis(shaped, -1, axis) if made.ndim > 1 else shaped)


class vectorize:
    def __init__(self, pyfunc=None, otypes=None, signature=None, **more):
        if signature or pyfunc is None:
            raise NoWider("vectorize with a signature")
        self.function, self.otypes = pyfunc, otypes

    def __call__(self, *given):
        broad = np.broadcast_arrays(*map(lift, given))
        made = [
            self.function(*[wrap(b[i]) if isinstance(b[i], np.generic) else Number(b[i]) for b in broad])
            for i in np.ndindex(broad[0].shape)
        ]
        if made and isinstance(made[0], tuple):
            raise NoWider("vectorize with several results")
        return wrap(lift(made).reshape(broad[0].shape))


@stands("outer")
def outer(a, b, out=None):
    a, b = lift(a).ravel(), lift(b).ravel()
    kinds = any(v.dtype.kind == "O" for v in (a, b))
    return arrays.put(out, objects(np.multiply.outer(real(a), real(b))) if kinds else np.multiply.outer(a, b))


class finfo:
    """Of float64, whatever is asked; of float32 where that is asked."""

    def __init__(self, dtype=float):
        wanted = arrays.meaning(getattr(dtype, "dtype", dtype) if isinstance(dtype, Deep) else dtype)
        own = np.finfo(np.float64 if wanted == REAL else wanted)
        self.bits, self.dtype, self.nmant, self.precision = own.bits, own.dtype, own.nmant, own.precision
        for name in "eps tiny max min smallest_normal smallest_subnormal resolution epsneg".split():
            setattr(self, name, Number(float(getattr(own, name, 0.0))))
