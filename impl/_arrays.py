"""Arguments in, results out: one working format, one check of shapes, one way to say what is wrong.

Halves and singles are computed in double precision and rounded once, at the end. So their squares and sums cannot
overflow on the way, and their results are off by hardly more than that one rounding.
"""

from __future__ import annotations

import functools
import re
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

# An exponential may underflow and a logarithm may be −∞ on the way to a right result: neither is worth a warning.
quiet = functools.partial(np.errstate, all="ignore")


def arrays(shapes: str, /, **arguments: ArrayLike) -> tuple[np.dtype, list[np.ndarray]]:
    """The format of the result, and the arguments as arrays of the working format, their shapes checked.

    The floating arguments decide the format; integers, booleans and Python numbers follow them, and are float64 where
    there are none. `shapes` names the core axes of each argument; the leading axes, "…", broadcast.

    >>> dtype, (w, X) = arrays("(…, d), (…, m, d)", w=np.ones(2, np.float32), X=[[1, 2], [3, 4], [5, 6]])
    >>> dtype, X.dtype, X.shape
    (dtype('float32'), dtype('float64'), (3, 2))
    >>> arrays("(…, d), (…, m, d)", w=[1, 2, 3], X=[[1, 2]])
    Traceback (most recent call last):
    ValueError: d is 3 in w but 2 in X: w (…, d) has shape (3,), X (…, m, d) has shape (1, 2).
    """
    given = {name: _real(name, value) for name, value in arguments.items()}
    strong = [given[name].dtype for name, value in arguments.items() if type(value) is not float]
    floating = [dtype for dtype in strong if dtype.kind == "f"]
    dtype = np.result_type(*floating) if floating else np.dtype(np.float64)
    _agree(dict(zip(given, re.findall(r"\(.*?\)", shapes), strict=True)), given)
    return dtype, [array.astype(np.promote_types(dtype, np.float64), copy=False) for array in given.values()]


def some(name: str, array: np.ndarray, axis: int = -1) -> int:
    """The length of an axis that is averaged over: at least 1."""
    if array.shape[axis] == 0:
        raise ValueError(f"{name} must hold something to average, and its shape is {array.shape}.")
    return array.shape[axis]


def rounded(value: np.ndarray, dtype: np.dtype) -> Any:
    """The result in its own format: an array, or a NumPy scalar where no axis is left."""
    with quiet():
        return np.asarray(value).astype(dtype, copy=False)[()]


def _real(name: str, value: ArrayLike) -> np.ndarray:
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} must be an array, and its rows have different lengths.") from None
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name} must hold real numbers, and it holds {array.dtype}.")
    return array


def _agree(shapes: dict[str, str], given: dict[str, np.ndarray]) -> None:
    """Raise unless every array has its core axes, equal letters are equal sizes and the leading axes broadcast."""
    seen: dict[str, tuple[str, int]] = {}
    leading = []
    for name, array in given.items():
        core = re.findall(r"\w+", shapes[name])
        if array.ndim < len(core):
            raise ValueError(f"{name} must have shape {shapes[name]}, and its shape is {array.shape}.")
        split = array.ndim - len(core)
        leading.append(array.shape[:split])
        for letter, size in zip(core, array.shape[split:], strict=True):
            other, expected = seen.setdefault(letter, (name, size))
            if size != expected:
                raise ValueError(
                    f"{letter} is {expected} in {other} but {size} in {name}: "
                    f"{_shape(other, shapes, given)}, {_shape(name, shapes, given)}."
                )
    try:
        np.broadcast_shapes(*leading)
    except ValueError:
        listed = ", ".join(_shape(name, shapes, given) for name in given)
        raise ValueError(f"the leading axes do not broadcast: {listed}.") from None


def _shape(name: str, shapes: dict[str, str], given: dict[str, np.ndarray]) -> str:
    return f"{name} {shapes[name]} has shape {given[name].shape}"
