"""The worker's part with what stands for the modules numpy and scipy over arrays of Decimals: from Python 3.8 on."""

from __future__ import annotations

import sys
from decimal import Decimal
from importlib import import_module
from typing import Any

np: Any = import_module("numpy")

arrays: Any = sys.modules.get("_lemmata_worker_deep") or import_module(".worker_deep", __package__)
ufuncs: Any = sys.modules.get("_lemmata_worker_deep_ufuncs") or import_module(".worker_deep_ufuncs", __package__)
entries: Any = sys.modules.get("_lemmata_worker_deep_entries") or import_module(".worker_deep_entries", __package__)
Deep, Number, Float, NoWider = arrays.Deep, arrays.Number, arrays.Float, arrays.NoWider
lift, real, wrap, REAL = arrays.lift, arrays.real, arrays.wrap, arrays.REAL
FUNCTIONS, UFUNCS, objects, boxed = arrays.FUNCTIONS, arrays.UFUNCS, arrays.objects, arrays.boxed
NO = getattr(np, "_NoValue", None)

# What only moves entries about: NumPy's own, on base arrays
MOVES = """concatenate stack vstack hstack dstack column_stack reshape transpose squeeze expand_dims repeat tile
broadcast_to broadcast_arrays swapaxes moveaxis rollaxis roll flip fliplr flipud rot90 ravel diag
diagflat diagonal pad take take_along_axis split array_split vsplit hsplit atleast_1d atleast_2d
atleast_3d triu tril copy delete insert append nonzero argwhere flatnonzero ix_ meshgrid compress
extract choose resize permute_dims matrix_transpose unstack concat row_stack argsort sort partition
argmax argmin unique searchsorted count_nonzero size ndim shape tri indices diag_indices tril_indices
triu_indices unravel_index ravel_multi_index digitize bincount isin in1d array_equal may_share_memory
shares_memory sliding_window_view as_strided iscomplexobj isrealobj dot matmul tensordot inner vdot
einsum einsum_path kron""".split()
PLAIN = """errstate seterr geterr newaxis ndarray generic number integer floating inexact bool_ bool int8 int16 int32
int64 intp int_ uint8 uint16 uint32 uint64 uint issubdtype dtype iinfo can_cast ndenumerate ndindex s_ index_exp
set_printoptions printoptions isscalar broadcast_shapes AxisError signedinteger unsignedinteger character
VisibleDeprecationWarning RankWarning ComplexWarning complexfloating complex128 complex64
__version__ __name__ object_ str_ exceptions typing""".split()
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
            return arrays.put(into, arrays.METHODS["__call__"](name, ufunc, *inputs, **more))

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
for _alias in "abs=absolute mod=remainder pow=power conj=conjugate bitwise_not=invert".split():
    FUNCTIONS[_alias.partition("=")[0]] = FUNCTIONS[_alias.rpartition("=")[2]]


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
        return full_like(model, value, dtype, order, subok, shape)

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
    """In memory as the model lies, for code may look."""
    base = lift(model)
    dtype = dtype or (None if base.dtype.kind == "O" else base.dtype)
    made = filled(base.shape if shape is None else shape, value, dtype)
    if shape is not None:
        return made
    plain = made.view(np.ndarray)
    laid = np.empty_like(base, dtype=plain.dtype, order=order)
    laid[...] = plain
    return laid.view(Deep)


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


def Deep_of(x):
    return lift(x).view(Deep)


def unknown(name):
    def fail(*_, **__):
        raise NoWider(f"{name} is not known")

    fail.__name__ = name.rpartition(".")[2]
    return fail
