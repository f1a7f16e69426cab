"""The worker's part that has arrays of decimal numbers in the place of NumPy's: from Python 3.8 on.

`Deep` is an array whose real entries are Decimals of any number of digits and exponents without end. Every function of
NumPy that meets one comes here; what is not known here raises NoWider, so that nothing is silently done in float64.
Single numbers are arrays without axes (`Number`), and no plain float may meet them unless the source has it.
"""

from __future__ import annotations

import decimal
import sys
from decimal import Decimal
from importlib import import_module
from typing import Any

np: Any = import_module("numpy")

numbers: Any = sys.modules.get("_lemmata_worker_numbers") or import_module(".worker_numbers", __package__)
CONTEXT = numbers.CONTEXT
NAN, INF = Decimal("NaN"), Decimal("Infinity")
REAL = "real"
ROUNDED: list[bool] = []  # whether the call has rounded to float32: then only an error is believed
SINGLE = False  # whether the arguments are float32: then that is widened, too
UFUNCS: dict[str, Any] = {}  # by name: functions of base arrays
METHODS: dict[str, Any] = {}  # of universal functions: what calls, reduces, … them, filled in by worker_deep_ufuncs
NATIVE: set[str] = set()  # those that NumPy itself computes on Decimals
FUNCTIONS: dict[str, Any] = {}  # by name: what stands for NumPy's functions


class NoWider(BaseException):
    """Not an Exception: the target has no way to catch it and go on in float64."""

    def __init__(self, what):
        super().__init__(f"no wider format: {what}")


# Entries


def exact(value):
    """One entry as a Decimal."""
    if type(value) is Decimal:
        return value
    if isinstance(value, numbers.Wide):
        return value.dec
    if isinstance(value, (bool, int, np.integer, np.bool_)):
        return Decimal(int(value))
    if value is None:
        return Decimal(0)
    if isinstance(value, np.ndarray) and not value.ndim:
        return exact(value.view(np.ndarray)[()])
    if type(value) is float:
        return Decimal(value)
    raise NoWider(f"a {type(value).__name__} among the numbers")


decimals: Any = np.frompyfunc(exact, 1, 1) if np is not None else None


def boxed(value):
    """An object array, whatever frompyfunc made of it."""
    made = np.empty(np.shape(value), object)
    made[...] = value
    return made


def objects(base):
    """A base array with entries that are all Decimals."""
    return boxed(decimals(base))


def lift(value):
    """A base array of Decimals, or of integers or truth values."""
    if isinstance(value, np.ndarray):
        base = value.view(np.ndarray)
        kind = base.dtype.kind
        if kind in "biu" or (kind == "O" and isinstance(value, Deep)):
            return base
        if kind == "O":
            return objects(base)
        if not base.size:
            return base.astype(object)
        raise NoWider(f"an array of {base.dtype.name} that has come about otherwise")
    if isinstance(value, (np.bool_, np.integer, bool)):
        return np.asarray(value)
    if isinstance(value, int):
        return np.asarray(value) if abs(value) < 1 << 62 else boxed(Decimal(value))
    if isinstance(value, (Decimal, float)) and not isinstance(value, np.generic):
        return boxed(exact(value))
    if isinstance(value, (list, tuple, range)) or hasattr(value, "__next__"):
        each: Any = value
        parts = [lift(v) for v in each]
        if not parts:
            return np.empty(0, object)
        if any(p.dtype.kind == "O" for p in parts):
            parts = [real(p) for p in parts]
        return np.stack(parts)
    inner = getattr(value, "deep", None)  # a tensor of worker_deep_torch
    if isinstance(inner, Deep):
        return inner.view(np.ndarray)
    raise NoWider(f"{type(value).__name__} as an array")


def real(value):
    """A base array of Decimals."""
    base = lift(value)
    return base if base.dtype.kind == "O" else objects(base)


def wrap(base):
    """What the target gets: an array, or a number where there are no axes."""
    if not isinstance(base, np.ndarray):
        base = np.asarray(base) if isinstance(base, (bool, int, np.generic)) else boxed(base)
    if base.dtype.kind not in "Obiu":
        raise NoWider(f"{base.dtype.name} has come about")
    return base.view(Deep) if base.ndim else Number(base)


def shown(base):
    return base.view(np.ndarray).view(Deep)


def elementwise(name, count):
    """Registers a function of Decimals as that of arrays."""

    def register(function):
        made = np.frompyfunc(function, count, 1)
        UFUNCS[name] = lambda *given: boxed(made(*map(real, given)))
        UFUNCS[name].binary = made if count == 2 else None
        return function

    return register


# Arrays


class Deep(np.ndarray if np is not None else object):  # type: ignore[misc]
    """An array of Decimals, or of integers or truth values."""

    __array_priority__ = 1000.0

    @property
    def dtype(self):
        """As the code expects it: what is real is float64."""
        own = np.ndarray.dtype.__get__(self)
        return np.dtype(np.float64) if own.kind == "O" else own

    def __array_ufunc__(self, ufunc, method, *given, out=None, **more):
        known = ufunc.__name__
        if known in ("frompyfunc", "?") or (known not in UFUNCS and known not in NATIVE):
            raise NoWider(f"{known} is not known")
        if method == "__call__":
            made = METHODS["__call__"](known, ufunc, *given, **more)
        elif method in ("reduce", "accumulate", "outer", "at", "reduceat"):
            made = METHODS[method](known, ufunc, *given, **more)
        else:
            raise NoWider(f"{known}.{method} is not known")
        return put(out, made)

    def __array_function__(self, function, types, args, keywords):
        name = function.__name__
        module = (getattr(function, "__module__", "") or "").replace("numpy", "", 1).strip(".")
        found = FUNCTIONS.get(f"{module}.{name}" if module in ("linalg", "ma", "fft") else name)
        if found is None:
            raise NoWider(f"numpy's {name} is not known")
        return found(*args, **keywords)

    def __getitem__(self, key):
        made = self.view(np.ndarray)[plain_key(key)]
        if isinstance(made, np.ndarray):
            return made.view(Deep)
        return Number(made)

    def __setitem__(self, key, value):
        base = self.view(np.ndarray)
        if base.dtype.kind == "O":
            value = real(value)
            base[plain_key(key)] = value if value.ndim else value[()]
        else:
            base[plain_key(key)] = lift(value)

    def __iter__(self):
        if not self.ndim:
            raise TypeError("iteration over a 0-d array")
        return (self[i] for i in range(len(self)))

    def __float__(self):
        raise NoWider("a number is turned into a float where the source is not known")

    def __format__(self, how):
        return format(numbers.narrow(exact(self)), how) if not self.ndim else str(self)

    def __reduce__(self):
        raise NoWider("an array is pickled")

    def __deepcopy__(self, memo):
        return self.copy()

    def __contains__(self, value):
        return bool((self == value).any())

    def __array_wrap__(self, made, *_):
        return wrap(np.asarray(made))

    @property
    def flat(self):
        return self.reshape(-1)

    @flat.setter
    def flat(self, values):
        self.reshape(-1)[...] = values

    def item(self, *at: Any):
        return self.reshape(-1)[at[0] if len(at) == 1 else 0] if len(at) < 2 else self[at]

    def tolist(self):
        return [row.tolist() for row in self] if self.ndim else Number(self)

    def astype(self, dtype, *_, **__):
        return wrap(cast(lift(self), dtype))

    def fill(self, value):
        self[...] = value

    def copy(self, order="C"):
        return wrap(self.view(np.ndarray).copy())

    __copy__ = copy

    @property
    def real(self):
        return self

    def conj(self):
        return self

    def view(self, *kinds, **more):
        if not kinds or kinds[0] is np.ndarray or (isinstance(kinds[0], type) and issubclass(kinds[0], Deep)):
            return super().view(*kinds, **more)
        raise NoWider("bits are looked at")

    def tobytes(self, *_):
        raise NoWider("bits are looked at")

    tostring = tobytes
    __complex__ = __float__


class Number(Deep):
    """An array without axes that is not changed in place, as NumPy's own numbers are not; also the target's `float`."""

    def __new__(cls, value=0):
        if isinstance(value, str):
            made = boxed(Decimal(value.strip()))
        elif isinstance(value, (np.ndarray, np.integer, np.bool_, bool)):
            made = np.array(lift(value))
        else:
            made = real(value)
        if made.ndim:
            return made.view(Deep)
        self = np.ndarray.__new__(cls, (), made.dtype)
        np.ndarray.__setitem__(self, (), made[()])
        return self

    def __hash__(self):
        return hash(self.view(np.ndarray)[()])

    def is_integer(self):
        value = exact(self)
        return value.is_finite() and value == value.to_integral_value()

    def __round__(self, digits=None):
        value = numbers.Wide(exact(self))
        return round(value) if digits is None else Number(round(value, digits).dec)

    def __floor__(self):
        return numbers.Wide(exact(self)).__floor__()

    def __ceil__(self):
        return numbers.Wide(exact(self)).__ceil__()

    def __trunc__(self):
        return int(exact(self))


def _replacing(name):
    import operator

    compute = getattr(operator, name)
    setattr(Number, f"__i{name}__", lambda self, other: compute(self, other))


for _name in "add sub mul truediv floordiv mod pow matmul".split():
    _replacing(_name)


class Float(Number):
    """`float` in the target's source: real, whatever it is made of."""

    def __new__(cls, value=0):
        if getattr(value, "ndim", 0) and getattr(value, "size", 0) != 1:
            raise TypeError("only length-1 arrays can be converted to Python scalars")
        if not isinstance(value, str):
            value = real(value)
            value = value.reshape(()) if value.ndim else value
        return Number(value)


def plain_key(key):
    if isinstance(key, tuple):
        return tuple(map(plain_key, key))
    if isinstance(key, Deep):
        base = key.view(np.ndarray)
        return base if base.ndim or base.dtype.kind == "b" else base[()]
    if isinstance(key, list):
        return lift(key) if key else key
    deep = getattr(key, "deep", None)
    return plain_key(deep) if isinstance(deep, Deep) else key


def put(out, made):
    """Into the arrays that were to take the result, or the result."""
    if isinstance(out, tuple) and len(out) == 1:
        out = out[0]
    if out is None:
        return tuple(map(wrap, made)) if isinstance(made, tuple) else wrap(made)
    if not isinstance(out, Deep) or isinstance(made, tuple):
        raise NoWider("a result goes into an array of another kind")
    base = np.asarray(made)
    if out.view(np.ndarray).dtype.kind != "O" and base.dtype.kind == "O":
        raise TypeError("Cannot cast ufunc output from dtype('float64') to an integer dtype")
    out[...] = base
    return out


# Formats


def meaning(dtype):
    """REAL, or float32 or float16 where numbers are to be rounded to it, or NumPy's dtype."""
    if dtype is None or dtype is float or dtype is object or (isinstance(dtype, type) and issubclass(dtype, Deep)):
        return REAL
    try:
        found = np.dtype(dtype)
    except TypeError:
        raise NoWider(f"the dtype {dtype}") from None
    if found.kind in "biu":
        return found
    if found.kind != "f":
        raise NoWider(f"the dtype {found.name}")
    return found if found.itemsize < (4 if SINGLE else 8) else REAL


def cast(base, dtype):
    """To another format, rounded where it is narrower."""
    wanted = meaning(dtype)
    if wanted == REAL:
        return np.array(real(base))
    if wanted.kind == "f":
        if base.dtype.kind == "O":
            ROUNDED.append(True)
        return boxed(np.frompyfunc(lambda v: rounded(v, wanted), 1, 1)(real(base)))
    if wanted.kind == "b":
        return np.asarray(base != 0, bool)
    if base.dtype.kind != "O":
        return base.astype(wanted)
    return np.array([int(v) for v in base.ravel()], wanted).reshape(base.shape)


def rounded(value, dtype):
    with np.errstate(all="ignore"):
        return Decimal(float(dtype.type(numbers.narrow(value))))


def context():
    return decimal.localcontext(CONTEXT)
