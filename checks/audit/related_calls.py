"""Points at which a claim is tested: its variables drawn, and the arguments of the calls that it speaks of, exactly."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq

from ...spec.language import expressions as x
from ..arithmetic import Undecided, Undefined, Unsupported
from ..ball_arithmetic import Balls, rational
from ..evaluate import Evaluation
from ..format_balls import Format
from . import distributions
from .input_batches import is_array
from .inputs import Batch, batches
from .relations import Call, Relation
from .strata import Entries

POINTS = 40  # of a claim's variables, at a time
LONGEST = 12  # axis of them: their arguments are computed exactly, one by one

Key = tuple[int, ...]
Bound = dict[x.Bound, int]


def draws(relation: Relation, fmt: Format, rng: np.random.Generator) -> Iterator[Batch]:
    """Points of the claim's variables, as inputs of routines are drawn; every other one has few digits.

    What is computed from numbers of few digits is again a number of the format, exactly.
    """
    for batch in batches(relation.subject, fmt.name, rng):
        if max(batch.dims.values(), default=0) <= LONGEST:
            rows = np.sort(rng.permutation(batch.count)[:POINTS])
            yield _short(batch.take(rows), fmt, rng)


def _short(points: Batch, fmt: Format, rng: np.random.Generator) -> Batch:
    """Every other point with entries below 2^high that are multiples of 2^low: three bits fewer than the format has."""
    high = rng.integers(1, 11, size=points.count)
    low = high - rng.integers(2, fmt.bits - 2, size=points.count)
    step, most = np.exp2(low.astype(float)), np.exp2(high.astype(float))
    values = dict(points.values)
    for p in points.variant.parameters:
        now = values.get(p.name)
        if now is None or p.sort.sums or p.sort.domain.values:
            continue
        axes = (-1, *[1] * (now.ndim - 1))
        with np.errstate(all="ignore"):
            wide = np.fmod(np.nan_to_num(now.astype(np.float64)), most.reshape(axes))
            made = (np.rint(wide / step.reshape(axes)) * step.reshape(axes)).astype(now.dtype)
        inside = Entries.of(p.sort.description(), now.dtype).inside(made).reshape(points.count, -1).all(axis=1)
        chosen = (inside & (np.arange(points.count) % 2 == 0)).reshape(axes)
        values[p.name] = np.where(chosen, made, now)
    return Batch(points.variant, points.dtype, points.dims, points.integers, values, points.count, "relation")


class Exactly:
    """The arguments of calls at the points of a claim's variables, as numbers of the format; NaN if they are none."""

    def __init__(self, relation: Relation, points: Batch) -> None:
        self.relation, self.points = relation, points
        self.sizes = Evaluation({**points.dims, **points.integers}, Balls())
        self.runs = [Evaluation(points.point(r), Balls()) for r in range(points.count)]

    def keys(self, call: Call) -> list[Bound]:
        """The values of the indices that a call stands under."""
        found: list[Bound] = [{}]
        for index, low, high in call.over:
            ends = [(self.sizes.integer(low, b), self.sizes.integer(high, b)) for b in found]
            found = [{**b, index: i} for b, (one, last) in zip(found, ends, strict=True) for i in range(one, last + 1)]
        return found

    def argument(self, e: Any, bound: Bound, dtype: np.dtype) -> np.ndarray:
        """(N, *shape)"""
        name = e.name if isinstance(e, (x.Array, x.sp.Symbol)) else ""
        if name in self.points.values and self.points.values[name].dtype == dtype:
            return self.points.values[name]
        shape = self.shape(e, bound)
        made = np.empty((self.points.count, *shape), dtype)
        for row, at in enumerate(self.runs):
            for index in np.ndindex(shape):
                made[(row, *index)] = _number(_value(at, e, index, bound), dtype)
        return made

    def shape(self, e: Any, bound: Bound) -> tuple[int, ...]:
        return tuple(self.sizes.integer(d, bound) for d in e.dims) if isinstance(e, (x.Array, x.Family)) else ()

    def alike(self) -> np.ndarray:
        """Points at which the equality case of an inequality holds, as far as rational numbers tell."""
        pairs = self.relation.equality
        holds = np.full(self.points.count, bool(pairs))
        for one, other in pairs:
            shape = self.shape(one, {})
            for row in np.flatnonzero(holds):
                holds[row] = all(_equal(self.runs[row], one, other, index) for index in np.ndindex(shape))
        return holds


def _value(at: Evaluation, e: Any, index: Key, bound: Bound) -> Any:
    """An entry of an argument; None where it has no value."""
    try:
        if isinstance(e, x.Array):
            return rational(at.env[e.name][tuple(i + 1 for i in index)])
        if isinstance(e, x.Family):
            return rational(at.value(e.body, {**bound, e.index: index[0] + 1}))
        return rational(at.value(e, bound))
    except (Undefined, Undecided, Unsupported):
        return None


def _equal(at: Evaluation, one: Any, other: Any, index: Key) -> bool:
    a, b = _value(at, one, index, {}), _value(at, other, index, {})
    return isinstance(a, fmpq) and isinstance(b, fmpq) and a == b


def _number(value: Any, dtype: np.dtype) -> Any:
    """A rational as a number of the format, if it is one."""
    if not isinstance(value, fmpq):
        return np.nan
    exact = Fraction(int(value.p), int(value.q))
    try:
        with np.errstate(all="ignore"):
            near = dtype.type(float(exact))
    except OverflowError:
        return np.nan
    return near if np.isfinite(near) and Fraction(float(near)) == exact else np.nan


# ---------------------------------------------------------------------- calls
@dataclass(frozen=True)
class Group:
    """Calls with the same dimensions, one for each point and each (call, key), those of one key together."""

    batch: Batch
    parts: Sequence[tuple[Call, Key]]


def groups_of(relation: Relation, exactly: Exactly, fmt: Format) -> tuple[list[Group], np.ndarray]:
    """The calls, and the points at which all arguments are in the format and in the routine's domain."""
    count, good = exactly.points.count, np.ones(exactly.points.count, bool)
    made: dict[tuple, list[tuple[Call, Key, dict[str, np.ndarray]]]] = {}
    for call in relation.calls:
        for bound in exactly.keys(call):
            values, dims = {}, {}
            for p in relation.variant.parameters:
                dtype = np.dtype(fmt.name if is_array(relation.variant, p) else np.float64)
                values[p.name] = v = exactly.argument(call.arguments[p.name], bound, dtype)
                for name, size in zip(p.sort.dims, v.shape[1:], strict=True):
                    if dims.setdefault(name, size) != size:
                        return [], np.zeros(count, bool)
                good &= _inside(p.sort, v)
            made.setdefault(tuple(dims.items()), []).append((call, tuple(bound.values()), values))
    groups = []
    for dims, parts in made.items():
        joined = {n: np.concatenate([values[n] for _, _, values in parts]) for n in parts[0][2]}
        batch = Batch(relation.variant, fmt.name, dict(dims), {}, joined, count * len(parts), "relation")
        groups.append(Group(batch, [(call, key) for call, key, _ in parts]))
    return groups, good


def _inside(sort: Any, values: np.ndarray) -> np.ndarray:
    """Points whose argument belongs to the sort."""
    described = sort.description()
    entries = Entries.of(described, values.dtype)
    inside = entries.inside(values).reshape(len(values), -1).all(axis=1)
    if described["sums"]:
        inside = inside & distributions.sums_to_one(entries, described["sums"], values)
    return np.asarray(inside)
