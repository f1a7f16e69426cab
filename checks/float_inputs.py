"""Floating-point inputs for a definition, drawn from the plain descriptions of its sorts.

One draw is a whole call: every parameter but the indices, in order. Where all parameters are scalars the code is
elementwise, and they become one-dimensional arrays of one length; a scalar beside arrays stays a number, a Python
float or a 0-d array. What is drawn are the floats; the definition is evaluated at exactly these, as the formula that it
is. So a distribution of floats need not sum to exactly 1: each entry is wₖ/Σw rounded once, the sum is within n·u of 1.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any, Literal

import numpy as np
from hypothesis import strategies as st

from ..spec.language.claims import Definition

# What the entries of one argument are like: their bound (most draws come near it, so that not all overflow), and
# whether the numbers at which code is apt to trip are among them.
KINDS = (
    (4.0, False),
    (64.0, False),
    (1000.0, False),
    (4.0, True),
    (2.0**-8, False),
    (2.0**20, False),
    (2.0**60, True),
    (math.inf, True),
)
MARGIN = 2.0**-20  # ordinary entries keep this far from an end that does not belong to the domain
LENGTHS = {1: 5, 2: 4}  # the longest axis, by the number of different dimensions
Description = Mapping[str, Any]


@dataclass(frozen=True)
class Inputs:
    """The arguments of one call by name, their format, and the dimensions; `elementwise` is a length or None.

    labels: the arguments with finitely many values, such as ±1. As floats they are exact, and so is their budget.
    """

    dtype: np.dtype
    dims: Mapping[str, int]
    arguments: Mapping[str, Any]
    elementwise: int | None = None
    labels: frozenset[str] = frozenset()

    def fresh(self) -> list[Any]:
        """The arguments in order, arrays copied, so that the callee may do its worst."""
        return [v.copy() if isinstance(v, np.ndarray) else v for v in self.arguments.values()]

    def with_python_floats(self) -> Inputs:
        """The same call, numbers beside arrays as Python floats."""
        plain = {n: v.item() for n, v in self.arguments.items() if isinstance(v, np.ndarray) and v.ndim == 0}
        return replace(self, arguments={**self.arguments, **plain})

    def points(self) -> Iterator[tuple[tuple[int, ...], dict[str, Any]]]:
        """(leading index of the result, exact environment): one point, or one per element of an elementwise call."""
        if self.elementwise is None:
            yield (), {**self.dims, **{n: self._exact(n, v) for n, v in self.arguments.items()}}
            return
        for k in range(self.elementwise):
            yield (k,), {n: self._exact(n, v[k]) for n, v in self.arguments.items()}

    def _exact(self, name: str, value: Any) -> Any:
        """An int, a Fraction, or {(i, …): one of these} with indices from 1."""
        if isinstance(value, int):
            return value
        if isinstance(value, np.ndarray) and value.ndim:
            return {tuple(i + 1 for i in at): self._exact(name, v) for at, v in np.ndenumerate(value)}
        return int(value) if name in self.labels else Fraction(float(value))

    def plain(self) -> dict[str, Any]:
        """As plain data, floats by `repr`: what `read` makes the same inputs of."""
        return {"dtype": self.dtype.name, **{n: _plain(v) for n, v in self.arguments.items()}}


def read(definition: Definition, plain: Mapping[str, Any]) -> Inputs:
    """The inputs that `Inputs.plain` wrote down.

    >>> from ..spec.softmax import softmax
    >>> read(softmax, {"dtype": "float32", "a": ["1.0", "-0.0"]}).arguments["a"]
    array([ 1., -0.], dtype=float32)
    """
    dtype = np.dtype(plain["dtype"])
    arguments = {v.name: _read(plain[v.name], dtype) for v in called(definition)}
    dims = {
        d: length
        for v in called(definition)
        if v.sort.kind == "array"
        for d, length in zip(v.sort.dims, arguments[v.name].shape, strict=True)
    }
    lengths = [len(v) for v in arguments.values() if isinstance(v, np.ndarray) and v.ndim]
    labels = frozenset(v.name for v in called(definition) if v.sort.domain.values)
    return Inputs(dtype, dims, arguments, lengths[0] if elementwise(definition) else None, labels)


def smaller(definition: Definition, given: Inputs) -> Iterator[Inputs]:
    """The same inputs with one position left out, or two (of a square, a row and a column); sums of 1 stay so."""
    fewer = list(_without_one(definition, given))
    yield from fewer
    for less in fewer:
        yield from _without_one(definition, less)


def _without_one(definition: Definition, given: Inputs) -> Iterator[Inputs]:
    if given.elementwise:
        for k in range(given.elementwise) if given.elementwise > 1 else ():
            fewer = {n: np.delete(v, k) for n, v in given.arguments.items()}
            yield replace(given, arguments=fewer, elementwise=given.elementwise - 1)
        return
    named = {v.name: v.sort for v in called(definition)}
    for axis, length in given.dims.items():
        for k in range(length) if length > 1 and axis not in named else ():
            arguments, lost = dict(given.arguments), False
            for name, sort in named.items():
                for position in [i for i, d in enumerate(sort.dims) if d == axis]:
                    lost |= position in sort.sums and np.take(arguments[name], k, axis=position).any()
                    arguments[name] = np.delete(arguments[name], k, axis=position)
            if not lost:
                yield replace(given, arguments=arguments, dims={**given.dims, axis: length - 1})


def called(definition: Definition) -> list[Any]:
    """The parameters that code takes as arguments: all but the indices."""
    return [v for v in definition.parameters if v.sort.kind != "index"]


def elementwise(definition: Definition) -> bool:
    """Whether every argument is a real number, so that code maps over arrays of them."""
    return all(v.sort.kind == "scalar" and not v.sort.domain.integer for v in called(definition))


def inputs(definition: Definition, dtype: Any) -> st.SearchStrategy[Inputs]:
    """The strategy: small, large, tied, nearly equal, subnormal and zero entries; one entry, or several."""
    dtype = np.dtype(dtype)
    sorts = {v.name: v.sort.description() for v in called(definition)}
    parameters = {
        name: _Parameter(sort, dtype, [_entry(sort, dtype, *kind) for kind in KINDS]) for name, sort in sorts.items()
    }
    return _inputs(parameters, dtype, elementwise(definition))


@dataclass(frozen=True)
class _Parameter:
    """One argument: its sort in plain data, its format, and strategies for one entry, one for each kind."""

    sort: Description
    dtype: np.dtype
    entries: list[st.SearchStrategy[float]]

    def array(self, draw: st.DrawFn, shape: tuple[int, ...], kind: int) -> np.ndarray:
        count = math.prod(shape)
        if self.sort["sums"]:  # over the last axes
            together = math.prod(shape[axis] for axis in self.sort["sums"])
            groups = [_normalised(draw, self.sort, together, self.dtype) for _ in range(count // together)]
            return np.concatenate(groups).reshape(shape)
        values = [draw(self.entries[kind]) for _ in range(count)]
        values[draw(st.integers(0, count - 1))] = values[0]  # a tie, now and then
        entries = np.array(values, self.dtype).reshape(shape)
        return np.tril(entries) + np.tril(entries, -1).T if self.sort["symmetric"] else entries

    def scalar(self, draw: st.DrawFn, kind: int) -> Any:
        number = draw(self.entries[kind])
        return number if draw(st.booleans()) else np.array(number, self.dtype)


_WHICH = st.integers(0, len(KINDS) - 1)


@st.composite
def _inputs(draw: st.DrawFn, parameters: dict[str, _Parameter], dtype: np.dtype, mapped: bool) -> Inputs:
    names = sorted({d for p in parameters.values() for d in p.sort["dims"]})
    dims = {n: draw(st.integers(1, LENGTHS.get(len(names), 3))) for n in names}
    length = draw(st.integers(1, LENGTHS[1])) if mapped else None
    kind = draw(_WHICH)
    together = draw(st.booleans())  # all arguments of one kind, or each of its own
    arguments: dict[str, Any] = {}
    for name, p in parameters.items():
        kind = kind if together else draw(_WHICH)
        if p.sort["kind"] == "size" or p.sort["integer"]:
            arguments[name] = dims[name] if name in dims else draw(st.integers(p.sort["low"] or 0, 9))
        elif p.sort["kind"] == "array":
            before = [v for n, v in arguments.items() if parameters[n].sort == p.sort]
            near = _like(draw, p.sort, before[-1]) if before else None
            arguments[name] = p.array(draw, tuple(dims[d] for d in p.sort["dims"]), kind) if near is None else near
        else:
            arguments[name] = p.array(draw, (length,), kind) if length else p.scalar(draw, kind)
    return Inputs(dtype, dims, arguments, length, frozenset(n for n, p in parameters.items() if p.sort["values"]))


def _entry(sort: Description, dtype: np.dtype, bound: float, odd: bool) -> st.SearchStrategy[float]:
    """One number of the domain: any float within the bound, or one of those at which code is apt to trip."""
    if sort["values"]:
        return st.sampled_from([float(v) for v in sorted(sort["values"], reverse=True)])
    info = np.finfo(dtype)
    bound = min(bound, float(info.max))
    low = -bound if sort["low"] is None else float(sort["low"])
    high = bound if sort["high"] is None else float(sort["high"])
    if not odd:
        margin = max(MARGIN, float(info.epsneg))
        return st.floats(low + margin * sort["open_low"], high - margin * sort["open_high"], width=_width(dtype))
    every = st.floats(low, high, width=_width(dtype), exclude_min=sort["open_low"], exclude_max=sort["open_high"])
    small = info.eps, info.tiny, info.smallest_subnormal
    trip = [float(v) for v in (0, -0.0, 1, -1, 0.5, 1 - info.epsneg, *small, info.max, info.min)]
    return every | st.sampled_from([v for v in trip if v in _Within(sort)])


def _width(dtype: np.dtype) -> Literal[16, 32, 64]:
    widths: dict[int, Literal[16, 32, 64]] = {2: 16, 4: 32, 8: 64}
    return widths[dtype.itemsize]


class _Within:
    """Membership of a float in a described domain."""

    def __init__(self, sort: Description) -> None:
        self.sort = sort

    def __contains__(self, v: float) -> bool:
        low, high = self.sort["low"], self.sort["high"]
        above = low is None or v > low or (v == low and not self.sort["open_low"])
        return above and (high is None or v < high or (v == high and not self.sort["open_high"]))


def _normalised(draw: st.DrawFn, sort: Description, count: int, dtype: np.dtype) -> np.ndarray:
    """Weights that sum to 1 up to rounding: one-hot, soft, or (where the sort allows it) of both signs."""
    if sort["values"]:
        return np.eye(count, dtype=dtype)[draw(st.integers(0, count - 1))]
    info = np.finfo(dtype)
    signed, positive = sort["low"] is None, sort["open_low"]
    if signed and draw(st.booleans()):
        values = np.array([draw(st.floats(-4, 4, width=_width(dtype))) for _ in range(count)], np.float64)
        values[-1] += 1 - values.sum()
        return values.astype(dtype)
    few, spread = st.integers(int(positive), 3), st.integers(0, 2 * info.nmant).map(lambda k: 2.0**-k)
    any_weight = st.floats(0, 1, width=_width(dtype), exclude_min=positive)
    sparse = st.integers(int(positive), 1)
    weight = (few, spread, any_weight, sparse, few | spread)[draw(st.integers(0, 4))]
    weights = np.array([draw(weight) for _ in range(count)], np.float64)
    if not weights.sum() >= info.tiny:
        weights[0] = 1
    values = (weights / weights.sum()).astype(dtype)
    return np.maximum(values, info.tiny) if positive else values


def _like(draw: st.DrawFn, sort: Description, other: np.ndarray) -> np.ndarray | None:
    """The same array again, or one near it; None for one of its own. Equality cases and cancellation live here."""
    kind = draw(st.sampled_from(["apart", "equal", "near"]))
    if kind == "apart":
        return None
    if kind == "equal" or sort["values"]:
        return other.copy()
    step = 2.0 ** -draw(st.integers(1, np.finfo(other.dtype).nmant + 1))
    signs = np.where(np.indices(other.shape).sum(0) % 2 == 0, 1.0, -1.0)  # also where the order of two indices is free
    with np.errstate(all="ignore"):
        near = other.astype(np.float64) * (1 + step * signs)
        if sort["sums"] and sort["low"] is not None:
            near = near / near.sum(axis=sort["sums"], keepdims=True)
        near = near.astype(other.dtype)
    inside = _Within(sort)
    return near if all(v in inside for v in near.flat) and np.isfinite(near).all() else other.copy()


def _plain(value: Any) -> Any:
    if isinstance(value, int):
        return value
    if isinstance(value, np.ndarray) and value.ndim:
        return [_plain(v) for v in value]
    return repr(float(value))


def _read(plain: Any, dtype: np.dtype) -> Any:
    if isinstance(plain, list):
        return np.array([_read(v, dtype) for v in plain], dtype)
    return plain if isinstance(plain, int) else np.array(float(plain), dtype)
