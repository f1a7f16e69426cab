"""The worker's part that calls and reduces NumPy's universal functions over Decimals: from Python 3.8 on."""

from __future__ import annotations

import sys
from decimal import Decimal
from importlib import import_module
from typing import Any

np: Any = import_module("numpy")

arrays: Any = sys.modules.get("_lemmata_worker_deep") or import_module(".worker_deep", __package__)
NoWider, INF, REAL, UFUNCS = arrays.NoWider, arrays.INF, arrays.REAL, arrays.UFUNCS
lift, real, boxed, objects = arrays.lift, arrays.real, arrays.boxed, arrays.objects
plain_key, meaning = arrays.plain_key, arrays.meaning

NATIVE = set("add subtract multiply negative positive equal not_equal less less_equal greater greater_equal".split())
NATIVE |= set("logical_and logical_or logical_xor logical_not bitwise_and bitwise_or bitwise_xor invert".split())
NATIVE |= set("left_shift right_shift matmul vecdot".split())
EMPTY = {"add": 0, "multiply": 1, "logical_and": True, "logical_or": False, "logaddexp": -INF, "logaddexp2": -INF}


def apply(name, ufunc, *given, where=True, dtype=None, **more):
    """One call, on base arrays."""
    if more.pop("casting", None) is None and where is True and not more:
        pass
    elif where is not True or set(more) - {"order", "subok", "axis", "axes"}:
        raise NoWider(f"{name} with {', '.join(more) or 'where'}")
    if dtype is not None and meaning(dtype) != REAL:
        raise NoWider(f"{name} in {dtype}")
    lifted = [lift(g) for g in given]
    if not any(base.dtype.kind == "O" for base in lifted):
        with np.errstate(all="ignore"):
            made = ufunc(*lifted)
        if isinstance(made, tuple) or made.dtype.kind in "biu":
            return made
    if name in UFUNCS:
        return UFUNCS[name](*lifted)
    made = ufunc(*lifted if "logical" in name or "equal" in name else [real(base) for base in lifted])
    if "logical" in name or "equal" in name or name in ("less", "greater"):
        return np.asarray(made, bool)
    return objects(made)


def reduced(name, ufunc, value, axis=0, dtype=None, out=None, keepdims=False, initial=None, where=True):
    """A reduction over one, several or all axes."""
    base = lift(value)
    if "logical" in name:
        base = base != 0 if base.dtype.kind != "b" else base
    elif base.dtype.kind != "O" and (name not in ("add", "multiply", "maximum", "minimum") or dtype is not None):
        base = real(base)
    if where is not True and where is not np._NoValue:
        start = EMPTY.get(name, initial)
        base = np.where(np.broadcast_to(lift(where), base.shape), base, start)
        base = objects(base) if base.dtype.kind == "O" else base
    axes = range(base.ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
    axes = tuple(int(a) % base.ndim if base.ndim else 0 for a in axes)
    kept = [a for a in range(base.ndim) if a not in axes]
    shape = tuple(1 if a in axes else n for a, n in enumerate(base.shape)) if keepdims else None
    moved = base.transpose(kept + [a for a in axes if base.ndim])
    rows = moved.reshape((*(base.shape[a] for a in kept), -1)) if base.size else None
    if rows is None:
        count = int(np.prod([base.shape[a] for a in axes], dtype=int))
        rows = np.empty((*(base.shape[a] for a in kept), count), base.dtype)
    if initial is not None and initial is not np._NoValue:
        first = np.broadcast_to(real(initial), (*rows.shape[:-1], 1))
        rows = np.concatenate([first, real(rows)], axis=-1)
    if not rows.shape[-1]:
        if name not in EMPTY:
            raise ValueError(f"zero-size array to reduction operation {name} which has no identity")
        made = np.full(rows.shape[:-1], EMPTY[name], dtype=bool if "logical" in name else object)
        made = objects(made) if made.dtype.kind == "O" else made
    elif base.dtype.kind != "O" or name in ("add", "multiply"):
        made = getattr(np, name).reduce(rows, axis=-1)
    else:
        made = joining(name).reduce(rows, axis=-1)
    made = made if isinstance(made, np.ndarray) else boxed(made) if type(made) is Decimal else np.asarray(made)
    return made if shape is None else made.reshape(shape)


def joining(name):
    """A function of two Decimals that reduces."""
    found = getattr(UFUNCS.get(name), "binary", None)
    if found is None:
        raise NoWider(f"{name}.reduce is not known")
    return found


def accumulated(name, ufunc, value, axis=0, dtype=None, out=None):
    if name in ("add", "multiply"):
        return objects(getattr(np, name).accumulate(real(value), axis=axis))
    return objects(joining(name).accumulate(real(value), axis=axis, dtype=object))


def outer(name, ufunc, a, b, **more):
    a, b = lift(a), lift(b)
    return apply(name, ufunc, a.reshape(a.shape + (1,) * b.ndim), b, **more)


def at(name, ufunc, value, where, *given):
    """np.add.at: in place."""
    if name not in ("add", "subtract", "multiply"):
        raise NoWider(f"{name}.at is not known")
    base = value.view(np.ndarray)
    ufunc.at(base, plain_key(where), *[real(g) if base.dtype.kind == "O" else lift(g) for g in given])
    return None


def unknown_method(name, *_, **__):
    raise NoWider(f"{name}.reduceat is not known")


arrays.METHODS.update(
    __call__=apply, reduce=reduced, accumulate=accumulated, outer=outer, at=at, reduceat=unknown_method
)
arrays.NATIVE.update(NATIVE)
