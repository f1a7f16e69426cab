"""Many inputs of one variant at once: how the reference sees them, and how code takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import numpy as np

from ...spec.language import lengths

Array = np.ndarray


@dataclass(frozen=True)
class Batch:
    """`count` calls that share the dimensions and the integer arguments.

    values: arrays (N, …) in the format `dtype`, also of labels, which are 0 and 1 or ±1 here; where the variant maps
    over elements, (N,). Numbers beside arrays are (N,) in float64, for they are passed as Python numbers. codes: for an
    argument that is presented as one of two arbitrary values, these two, (N, 2). stratum: where the batch comes from.
    """

    variant: Any
    dtype: str
    dims: Mapping[str, int]
    integers: Mapping[str, int]
    values: Mapping[str, Array]
    count: int
    stratum: str = ""
    codes: Mapping[str, Array] = field(default_factory=dict)

    def take(self, rows: Any) -> Batch:
        """Some of the calls, in the order given; repetitions are allowed."""
        rows = np.atleast_1d(rows)
        rows = np.flatnonzero(rows) if rows.dtype == bool else rows.astype(np.int64)
        values = {name: v[rows] for name, v in self.values.items()}
        codes = {name: v[rows] for name, v in self.codes.items()}
        return replace(self, values=values, codes=codes, count=len(rows))

    def exact_names(self) -> frozenset[str]:
        """The arguments with finitely many values, such as labels: no rounding enters by them."""
        return frozenset(p.name for p in arguments(self.variant) if p.sort.description()["values"])

    def env(self) -> dict[str, Any]:
        """The environment of an evaluation that does all calls at once: each number is an (N,) array."""
        made: dict[str, Any] = {**self.dims, **self.integers}
        for name, v in self.values.items():
            entries = {tuple(i + 1 for i in at): v[(slice(None), *at)] for at in np.ndindex(v.shape[1:])}
            made[name] = entries if v.ndim > 1 else v
        return made

    def point(self, i: int) -> dict[str, Any]:
        """The exact environment of one call: fractions, integers for labels and sizes, −∞ as a float."""
        exact = self.exact_names()
        made: dict[str, Any] = {**self.dims, **self.integers}
        for name, v in self.values.items():
            row = v[i]
            if not np.ndim(row):
                made[name] = _exact(row, name in exact)
                continue
            made[name] = {
                tuple(k + 1 for k in at): _exact(value, name in exact) for at, value in np.ndenumerate(row)
            }  # fmt: skip
        return made

    def coded(self) -> list[tuple[str, Array, str]]:
        """(name, one entry for each call, kind) of each argument as code takes it, in calling order.

        kind: "array"; "float" or "int" for Python numbers; "labels" for class numbers (int64) and masks (bool).
        """
        made: list[tuple[str, Array, str]] = []
        for p in arguments(self.variant):
            if p.name not in self.values:
                whole = {**self.dims, **self.integers}[p.name]
                made.append((p.name, np.full(self.count, whole, np.int64), "int"))
                continue
            values, coding = self.values[p.name], coding_of(p)
            kind = "array" if is_array(self.variant, p) else "float"
            if coding in RECODED:
                values = RECODED[coding](values)
            elif coding == "TWO_VALUES":
                pair = self.codes[p.name].reshape(self.count, 2, *[1] * (values.ndim - 1))
                values = np.where(values > 0, pair[:, 1], pair[:, 0]).astype(self.dtype)
            if kind == "array" and values.dtype.kind in "bi":
                kind = "labels"
            if kind == "labels" and values.ndim == 1 and not self.variant.maps:
                kind = "int"
            made.append((p.name, values, kind))
        for pair in self.codes.values():
            kind = "int" if pair.dtype.kind == "i" else "float"
            made += [("neg", pair[:, 0], kind), ("pos", pair[:, 1], kind)]
        return made

    def plain(self, i: int) -> dict[str, dict[str, Any]]:
        """One call's arguments, as code takes them, in plain data that round-trips."""
        return {name: plain(values[i]) for name, values, _ in self.coded()}


def plain(values: Any) -> dict[str, Any]:
    """An array or a number as plain data; what is not finite goes by its name.

    >>> plain(np.array([1.5, -np.inf], np.float32))
    {'dtype': 'float32', 'shape': [2], 'data': [1.5, '-inf']}
    """
    values = np.asarray(values)
    data = [v if not isinstance(v, float) or np.isfinite(v) else str(v) for v in values.ravel().tolist()]
    return {"dtype": str(values.dtype), "shape": list(values.shape), "data": data}


def _exact(value: Any, label: bool) -> Any:
    if label:
        return int(value)
    return Fraction(float(value)) if np.isfinite(value) else float(value)


# How arguments are presented, by the name of the coding.
RECODED: Mapping[str, Any] = {
    "POSITIONS": lambda v: v.argmax(axis=-1).astype(np.int64),
    "BITS": lambda v: ((v + 1) / 2).astype(v.dtype),
    "SIGNS": lambda v: 2 * v - 1,
    "TRUTH": lambda v: v > 0.5,
}


def coding_of(parameter: Any) -> str:
    """The name of the coding by which code takes the argument."""
    coding = parameter.coding
    return coding if isinstance(coding, str) else getattr(coding, "name", None) or "AS_IS"


def arguments(variant: Any) -> list[Any]:
    """The parameters that are arguments of the code, in calling order."""
    return [p for p in variant.parameters if p.sort.kind != "index"]


def is_integer(parameter: Any) -> bool:
    """Whether the argument is one integer for the whole batch: a size, or a number such as a step."""
    sort = parameter.sort
    return sort.kind == "size" or (sort.kind == "scalar" and sort.domain.integer)


def is_array(variant: Any, parameter: Any) -> bool:
    """Whether code takes the argument as an array in the format, and not as a Python number."""
    return parameter.sort.kind == "array" or variant.maps == "elements"


def size_names(variant: Any) -> list[str]:
    """The dimensions by name, as they come up."""
    made: dict[str, None] = {}
    for p in arguments(variant):
        made |= dict.fromkeys(p.sort.sizes)
        if p.sort.kind == "size":
            made[p.name] = None
    return list(made)


def shape(parameter: Any, dims: Mapping[str, int]) -> tuple[int, ...]:
    """The shape of one argument of one call."""
    return tuple(int(lengths.value(d, dims.__getitem__)) for d in parameter.sort.dims)


def named_axes(parameter: Any) -> Sequence[str]:
    """For each axis the name of the size that its length depends on, or ""."""
    return [lengths.parts(d)[0] for d in parameter.sort.dims]
