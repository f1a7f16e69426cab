"""The worker's part with what stands for the modules numpy and scipy over arrays of Decimals: from Python 3.8 on."""

from __future__ import annotations

import sys
from decimal import Decimal
from typing import Any

np: Any = sys.modules.get("numpy")
arrays: Any = sys.modules["_lemmata_worker_deep"]
entries: Any = sys.modules["_lemmata_worker_deep_entries"]
Deep, Number, Float, NoWider = arrays.Deep, arrays.Number, arrays.Float, arrays.NoWider
lift, real, wrap, REAL = arrays.lift, arrays.real, arrays.wrap, arrays.REAL
FUNCTIONS, UFUNCS, objects, boxed = arrays.FUNCTIONS, arrays.UFUNCS, arrays.objects, arrays.boxed
NO = getattr(np, "_NoValue", None)

# What only moves entries about: NumPy's own, on base arrays
MOVES = """concatenate stack vstack hstack dstack column_stack reshape transpose squeeze expand_dims repeat tile
broadcast_to broadcast_arrays swapaxes moveaxis rollaxis roll flip fliplr flipud rot90 ravel diag diagflat diagonal pad take
take_along_axis split array_split vsplit hsplit atleast_1d atleast_2d atleast_3d triu tril copy delete insert append
nonzero argwhere flatnonzero ix_ meshgrid compress extract choose resize permute_dims matrix_transpose unstack concat
row_stack argsort sort partition argmax argmin unique searchsorted count_nonzero size ndim shape tri indices
diag_indices tril_indices triu_indices unravel_index ravel_multi_index digitize bincount isin in1d array_equal
may_share_memory shares_memory sliding_window_view as_strided iscomplexobj isrealobj dot matmul tensordot inner vdot
einsum einsum_path kron""".split()
PLAIN = """errstate seterr geterr newaxis ndarray generic number integer floating inexact bool_ bool int8 int16 int32
int64 intp int_ uint8 uint16 uint32 uint64 uint issubdtype dtype iinfo can_cast ndenumerate ndindex s_ index_exp
set_printoptions printoptions isscalar broadcast_shapes AxisError signedinteger unsignedinteger character VisibleDeprecationWarning
RankWarning ComplexWarning complexfloating complex128 complex64 __version__ __name__ object_ str_ exceptions typing""".split()
KEPT = (
    "dtype",
    "mode",
    "axis",
    "axes",
    "order",
    "kind",
    "stable",
    "optimize",
    "assume_unique",
    "copy",
    "subok",
    "writeable",
)


def lifted(value):
    """Arguments of NumPy's own functions: arrays become base arrays, also in lists and tuples."""
    if isinstance(value, np.ndarray) or type(value) in (float, Decimal):
        made = lift(value)
        return made if made.ndim or made.dtype.kind == "O" else made[()]
    if isinstance(value, (list, tuple)) and any(isinstance(v, (np.ndarray, float, list, tuple)) for v in value):
        return type(value)(map(lifted, value)) if type(value) in (list, tuple) else value
    return value


def wrapped(value):
    if isinstance(value, np.ndarray):
        return wrap(objects(value) if value.dtype.kind == "O" else value)
    if isinstance(value, (list, tuple)) and any(isinstance(v, np.ndarray) for v in value):
        return type(value)(map(wrapped, value)) if type(value) in (list, tuple) else tuple(map(wrapped, value))
    if isinstance(value, (Decimal, float)) or value is None:
        return Number(value) if value is not None else None
    return wrap(np.asarray(value)) if isinstance(value, np.generic) else value


def moving(function):
    def move(*given, out=None, **more):
        if out is not None or (more.get("dtype") is not None and arrays.meaning(more.pop("dtype")) != REAL):
            raise NoWider(f"{function.__name__} with out or dtype")
        given = [lifted(list(g) if hasattr(g, "__next__") else g) for g in given]
        more = {k: v if k in KEPT else lifted(v) for k, v in more.items()}
        made = wrapped(function(*given, **more))
        return made

    move.__name__ = function.__name__
    return move


def stands(*names):
    def register(function):
        for name in names or (function.__name__.rstrip("_"),):
            FUNCTIONS[name] = function
        return function

    return register


for _name in MOVES:
    _found = getattr(np, _name, None) or getattr(np.lib.stride_tricks, _name, None)
    if _found is not None:
        FUNCTIONS[_name] = moving(_found)


# Universal functions, called by name


def called(name):
    """NumPy's function of that name, which first makes sure that it sees an array of ours."""
    ufunc = getattr(np, name, None)

    class Called:
        nin = getattr(ufunc, "nin", 1)
        __name__ = name

        def __call__(self, *given, out=None, **more):
            inputs, into = given, out
            if ufunc is not None and len(given) > ufunc.nin:
                inputs, into = given[: ufunc.nin], given[ufunc.nin]
            return arrays.put(into, arrays.apply(name, ufunc, *inputs, **more))

        def __getattr__(self, method):
            if method not in arrays.METHODS:
                return getattr(ufunc, method)
            return lambda *given, out=None, **more: (
                None
                if method == "at" and not isinstance(given[0], Deep)
                else arrays.put(out, arrays.METHODS[method](name, ufunc, *given, **more))
                if method != "at"
                else arrays.METHODS[method](name, ufunc, *given, **more)
            )

    return Called()


for _name in [*UFUNCS, *arrays.NATIVE]:
    if _name != "clip":
        FUNCTIONS[_name] = called(_name)
for _alias, _name in dict(abs="absolute", mod="remainder", pow="power", conj="conjugate", bitwise_not="invert").items():
    FUNCTIONS[_alias] = FUNCTIONS[_name]


# Making arrays


def made_of(value, dtype, copy=True):
    base = lift(value)
    if dtype is not None:
        base = arrays.cast(base, dtype)
    made = np.array(base) if copy or not isinstance(value, Deep) else base
    return made.view(Deep)  # also without axes: an array, not a number


@stands("array", "asarray", "asanyarray", "ascontiguousarray", "asfarray", "asfortranarray", "require")
def array(value, dtype=None, *_, copy=None, ndmin=0, **more):
    if copy is None:
        copy = not isinstance(value, Deep) or type(value) is Number
    made = made_of(value, dtype, copy)
    return made.reshape((1,) * (ndmin - made.ndim) + made.shape) if made.ndim < ndmin else made


def asarray(value, dtype=None, *_, **more):
    if isinstance(value, Deep) and type(value) is Deep and dtype is None:
        return value
    if isinstance(value, Deep) and type(value) is Deep and arrays.meaning(dtype) in (REAL, value.dtype):
        if value.view(np.ndarray).dtype.kind == "O" or arrays.meaning(dtype) != REAL:
            return value
    return made_of(value, dtype)


for _name in ("asarray", "asanyarray", "ascontiguousarray", "asfarray", "asfortranarray", "require"):
    FUNCTIONS[_name] = asarray


def filled(shape, value, dtype):
    """zeros in float32 would round whatever is put there: they are not known."""
    wanted = arrays.meaning(dtype)
    if wanted != REAL and wanted.kind == "f":
        raise NoWider(f"an array of {wanted.name}")
    shape = (
        tuple(int(n) for n in shape)
        if isinstance(shape, (tuple, list, np.ndarray)) and np.ndim(shape)
        else (int(shape),)
    )
    base = np.empty(shape, object if wanted == REAL else wanted)
    base[...] = (real(value) if np.ndim(value) else real(value)[()]) if wanted == REAL else lift(value)
    return base.view(Deep)


def maker(value):
    def make(shape, dtype=None, order="C", **_):
        return filled(shape, value, dtype)

    def like(model, dtype=None, order="K", subok=True, shape=None):
        base = lift(model)
        return filled(
            base.shape if shape is None else shape, value, dtype or (None if base.dtype.kind == "O" else base.dtype)
        )

    return make, like


for _name, _value in {"zeros": 0, "ones": 1, "empty": arrays.NAN}.items():
    FUNCTIONS[_name], FUNCTIONS[_name + "_like"] = maker(_value)
FUNCTIONS["empty_like"] = lambda model, dtype=None, **more: FUNCTIONS["full_like"](
    model, arrays.NAN if lift(model).dtype.kind == "O" or dtype is not None else 0, dtype, **more
)


@stands()
def full(shape, value, dtype=None, order="C", **_):
    return filled(shape, value, dtype or (None if lift(value).dtype.kind == "O" else lift(value).dtype))


@stands()
def full_like(model, value, dtype=None, order="K", subok=True, shape=None):
    base = lift(model)
    dtype = dtype or (None if base.dtype.kind == "O" else base.dtype)
    return filled(base.shape if shape is None else shape, value, dtype)


@stands("eye", "identity")
def eye(n, m=None, k=0, dtype=None, **_):
    made = np.eye(int(n), None if m is None else int(m), k, dtype=int)
    return wrap(arrays.cast(made, dtype))


@stands()
def arange(*ends, dtype=None, **_):
    given = [lift(e) for e in ends]
    if not any(g.dtype.kind == "O" for g in given):
        made = np.arange(*[int(g) for g in given])
    else:
        start, stop, step = {1: (0, *given, 1), 2: (*given, 1), 3: tuple(given)}[len(given)]
        start, stop, step = (real(v)[()] for v in (start, stop, step))
        count = max(0, -int(entries.floor((start - stop) / step)))
        made = boxed([start + step * i for i in range(count)])
    return wrap(made if dtype is None else arrays.cast(made, dtype))


@stands()
def linspace(start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0):
    start, stop, num = real(start), real(stop), int(num)
    parts = max(num - 1 if endpoint else num, 1)
    made = [start + (stop - start) * i / parts for i in range(num)]
    return wrap(objects(np.stack([boxed(m) for m in made])) if made else np.empty(0, object))


# Reductions


def reduction(name, start=None):
    def reduce(a, axis=None, dtype=None, out=None, keepdims=False, initial=NO, where=True, **_):
        keepdims = False if keepdims is NO else keepdims
        dtype = dtype if dtype is None or arrays.meaning(dtype) == REAL else dtype
        if dtype is not None and arrays.meaning(dtype) != REAL and arrays.meaning(dtype).kind == "f":
            raise NoWider(f"a sum in {dtype}")
        made = arrays.reduced(name, None, a, axis, dtype, None, keepdims, None if initial is NO else initial, where)
        return arrays.put(out, made)

    return reduce


for _name, _ufunc in dict(
    sum="add", prod="multiply", max="maximum", amax="maximum", min="minimum", amin="minimum", any="logical_or", all="logical_and",
    product="multiply", alltrue="logical_and", sometrue="logical_or", nanmax="fmax", nanmin="fmin",
).items():  # fmt: skip
    FUNCTIONS[_name] = reduction(_ufunc)
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
        return arrays.put(out, arrays.accumulated(name, None, base, 0 if axis is None else axis))

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


def Deep_of(x):
    return lift(x).view(Deep)


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


def unknown(name):
    def fail(*_, **__):
        raise NoWider(f"{name} is not known")

    fail.__name__ = name.rpartition(".")[2]
    return fail
