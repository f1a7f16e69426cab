"""The worker's part with tensors of Decimals and the modules that stand for torch's: from Python 3.8 on."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

np: Any = import_module("numpy")

torch: Any = sys.modules.get("torch")
arrays: Any = sys.modules.get("_lemmata_worker_deep") or import_module(".worker_deep", __package__)
made: Any = sys.modules.get("_lemmata_worker_deep_numpy") or import_module(".worker_deep_numpy", __package__)
modules: Any = sys.modules.get("_lemmata_worker_deep_modules") or import_module(".worker_deep_modules", __package__)
functions: Any = sys.modules.get("_lemmata_worker_deep_torch_functions") or import_module(
    ".worker_deep_torch_functions", __package__
)
Deep, NoWider, FUNCTIONS = arrays.Deep, arrays.NoWider, arrays.FUNCTIONS
TORCH, NN, lift = functions.TORCH, functions.NN, arrays.lift
KINDS = (
    {name: getattr(np, name) for name in "int64 int32 int16 int8 uint8 float16 float32 float64".split()} if np else {}
)
SAME = """detach clone contiguous cpu requires_grad_ resolve_conj resolve_neg retain_grad coalesce""".split()
KEYS = ("device", "requires_grad", "layout", "pin_memory", "memory_format", "non_blocking", "generator", "out")


def numpy_dtype(dtype):
    """torch's dtype as arrays.meaning takes it."""
    if dtype is None or dtype is float or isinstance(dtype, type):
        return dtype if not (isinstance(dtype, type) and issubclass(dtype, Tensor)) else None
    name = str(dtype).replace("torch.", "")
    if name == "bool":
        return np.bool_
    if name not in KINDS:
        raise NoWider(f"the dtype {name}")
    return KINDS[name]


def inward(value):
    if isinstance(value, Tensor):
        return value.deep
    if type(value) in (list, tuple):
        return type(value)(map(inward, value))
    if torch is not None and isinstance(value, torch.dtype):
        return numpy_dtype(value)
    if torch is not None and isinstance(value, torch.Tensor):
        if value.dtype.is_floating_point or value.is_complex():
            raise NoWider("a tensor that has come about otherwise")
        return made.Deep_of(value.numpy())
    return value


def outward(value):
    if isinstance(value, Deep):
        return Tensor(value)
    if isinstance(value, tuple):
        parts = map(outward, value)
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    return list(map(outward, value)) if isinstance(value, list) else value


def on_tensors(function, name=""):
    def call(*given, **more):
        if more.get("out") is not None:
            raise NoWider(f"torch.{name} with out")
        more = {k: inward(v) for k, v in more.items() if k not in KEYS}
        if "input" in more:
            given = (more.pop("input"), *given)
        return outward(function(*map(inward, given), **more))

    call.__name__ = name
    return call


class Tensor:
    """torch.Tensor over an array of Decimals, or of integers or truth values.

    single: made without a dtype, so that what is put there is rounded to float32.
    """

    __array_priority__ = 2000.0
    __array_ufunc__ = None
    requires_grad = is_cuda = is_sparse = False
    is_leaf = True
    grad = grad_fn = None

    def __init__(self, value, single=False):
        self.deep = value if isinstance(value, Deep) else made.Deep_of(inward(value))
        self.single = single and not arrays.SINGLE and self.deep.view(np.ndarray).dtype.kind == "O"

    shape = property(lambda self: torch.Size(self.deep.shape))
    ndim = property(lambda self: self.deep.ndim)
    T = property(lambda self: Tensor(self.deep.T))
    mT = property(lambda self: Tensor(self.deep.swapaxes(-1, -2)))
    data = property(lambda self: self)
    device = property(lambda self: torch.device("cpu"))

    @property
    def dtype(self):
        kind = self.deep.view(np.ndarray).dtype
        return torch.float64 if kind.kind == "O" else getattr(torch, kind.name)

    def size(self, dim=None):
        return self.shape if dim is None else self.shape[dim]

    def dim(self):
        return self.deep.ndim

    def numel(self):
        return self.deep.size

    nelement = numel

    def item(self):
        return self.deep.item()

    def tolist(self):
        return self.deep.tolist()

    def numpy(self, **_):
        return self.deep

    def is_floating_point(self):
        return self.dtype.is_floating_point

    def is_complex(self):
        return False

    def is_contiguous(self, *_, **__):
        return True

    def type(self, dtype=None):
        return self.to(dtype) if dtype is not None else "torch.DoubleTensor"

    def to(self, *given, dtype=None, **_):
        for g in given:
            if isinstance(g, torch.dtype):
                dtype = g
            elif isinstance(g, Tensor):
                dtype = g.dtype
        if dtype is None or dtype == self.dtype:
            return self
        return Tensor(arrays.cast(lift(self.deep), numpy_dtype(dtype)).view(Deep))

    def type_as(self, other):
        return self.to(other.dtype)

    def new_tensor(self, values, **more):
        return tensor(values, **more)

    def __getitem__(self, key):
        return Tensor(self.deep[inward(key)])

    def __setitem__(self, key, value):
        self.put(value, inward(key))

    def put(self, value, key: Any = Ellipsis):
        if self.single:
            raise NoWider("a result goes into a tensor of float32")
        self.deep[key] = inward(value)
        return self

    def __len__(self):
        return len(self.deep)

    def __iter__(self):
        return map(Tensor, self.deep)

    def __bool__(self):
        return bool(self.deep)

    def __int__(self):
        return int(self.deep)

    __index__ = property(lambda self: self.deep.__index__)

    def __float__(self):
        return float(self.deep)

    def __hash__(self):
        return id(self)

    def __contains__(self, value):
        return inward(value) in self.deep

    def __deepcopy__(self, memo):
        return Tensor(self.deep.copy())

    def __format__(self, how):
        return format(self.deep, how)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        if name in SAME:
            return lambda *_, **__: Tensor(self.deep.copy()) if name == "clone" else self
        if name in CASTS:
            return lambda *_, **__: self.to(getattr(torch, CASTS[name]))
        found, in_place = TORCH.get(name), name.endswith("_") and TORCH.get(name[:-1])
        if name.startswith("new_"):
            return lambda *given, dtype=None, **more: CREATED[name[4:]](*given, dtype=dtype or self.dtype, **more)
        if name == "copy_":
            return lambda other, *_, **__: self.put(other)
        if name == "zero_":
            return lambda: self.put(0)
        if name == "fill_":
            return lambda value: self.put(value)
        if in_place:
            return lambda *given, **more: self.put(on_tensors(in_place, name)(self, *given, **more))
        if found is None:
            raise NoWider(f"torch's {name} is not known")
        return lambda *given, **more: on_tensors(found, name)(self, *given, **more)


CASTS = {
    "double": "float64",
    "float": "float32",
    "half": "float16",
    "long": "int64",
    "int": "int32",
    "bool": "bool",
    "bfloat16": "bfloat16",
}


def _operator(name):
    import operator

    symbol = getattr(operator, name)

    def of(forward):
        def compute(self, other):
            if isinstance(other, (str, type(None), dict)):
                return NotImplemented
            a, b = self.deep, inward(other)
            return Tensor(arrays.wrap(lift(symbol(a, b) if forward else symbol(b, a))))

        return compute

    setattr(Tensor, f"__{name.strip('_')}__", of(True))
    if name not in ("eq", "ne", "lt", "le", "gt", "ge"):
        setattr(Tensor, f"__r{name.strip('_')}__", of(False))
        setattr(Tensor, f"__i{name.strip('_')}__", lambda self, other: self.put(of(True)(self, other)))


for _name in "add sub mul truediv floordiv mod pow matmul and_ or_ xor eq ne lt le gt ge".split():
    _operator(_name)
for _name in "neg abs invert pos".split():
    setattr(Tensor, f"__{_name}__", lambda self, _does=f"__{_name}__": Tensor(getattr(self.deep, _does)()))


# Making tensors


def tensor(values, dtype=None, **_):
    base = lift(inward(values))
    single = dtype is None and base.dtype.kind == "O" and not isinstance(values, (Tensor, Deep))
    if single and not arrays.SINGLE:  # numbers written in the source: torch rounds them to float32
        base = arrays.cast(base, np.float32)
        arrays.ROUNDED.clear()  # what is added to it is as wide as before
    return Tensor(np.array(arrays.cast(base, numpy_dtype(dtype)) if dtype is not None else base).view(Deep), single)


def as_tensor(values, dtype=None, **_):
    if isinstance(values, Tensor):
        return values if dtype is None else values.to(dtype)
    return tensor(values, dtype)


def creating(name):
    def create(*given, dtype=None, **more):
        more = {k: v for k, v in more.items() if k not in KEYS}
        given = [tuple(g) if isinstance(g, torch.Size) else inward(g) for g in given]
        if name in ("zeros", "ones", "empty"):
            shape = given[0] if len(given) == 1 and isinstance(given[0], (tuple, list)) else given or more.pop("size")
            return Tensor(FUNCTIONS[name](tuple(shape), numpy_dtype(dtype)), dtype is None)
        if name == "full":
            value = inward(more.pop("fill_value", None)) if len(given) < 2 else given[1]
            return Tensor(FUNCTIONS[name](given[0], value, numpy_dtype(dtype)), dtype is None)
        more = {k: inward(v) for k, v in more.items()}
        if name in ("linspace",) and len(given) < 3:
            given.append(more.pop("steps"))
        return Tensor(FUNCTIONS[name](*given, dtype=numpy_dtype(dtype), **more), dtype is None)

    return create


def like(name):
    def create(model, *given, dtype=None, **more):
        more = {k: inward(v) for k, v in more.items() if k not in KEYS}
        if "fill_value" in more:
            given = (more.pop("fill_value"),)
        return Tensor(FUNCTIONS[name](inward(model), *map(inward, given), dtype=numpy_dtype(dtype), **more))

    return create


CREATED = {name: creating(name) for name in "zeros ones empty full eye arange linspace".split()}
CREATED.update({name + "_like": like(name + "_like") for name in ("zeros", "ones", "empty", "full")})
CREATED.update(tensor=tensor, as_tensor=as_tensor, asarray=as_tensor, from_numpy=as_tensor, scalar_tensor=tensor)
