"""Simpler inputs than a given one, and what simple means.

Candidates come as whole batches, those that change most first, so that a failing input shrinks in few calls. All lie in
the domain and are strictly simpler, so that taking one after another comes to an end.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from . import distributions
from .drawing import symmetric
from .input_batches import Batch, arguments, coding_of, is_array, named_axes
from .plainer import apportioned, changed, plainness, ranks, rounded, rounded_to
from .sizes import Room
from .strata import Array, Entries

Values = dict[str, Array]
SIMPLE = (0.0, 1.0, -1.0, 0.5, 2.0, 0.1, 0.9, 10.0, 100.0, 1000.0)
EACH = 48  # positions of an array that are changed one at a time; of longer ones, blocks are


def complexity(one: Batch) -> tuple[float, ...]:
    """What is least for the simplest of inputs: entries, nonzero entries, digits, minus signs, distance from 1.

    Of a mask, what is left out counts. Integers and the two values of labels count by their digits and size.
    """
    return _complexities(one)[0]


def simpler(one: Batch) -> Iterator[Batch]:
    """Simpler inputs than the one of a batch of one, in few batches of many candidates; the most drastic come first."""
    assert one.count == 1
    bound = complexity(one)
    tools = {p.name: _Tool(one, p) for p in arguments(one.variant) if p.name in one.values}
    seen: set[bytes] = set()
    for dims, integers, rows, codes in _proposals(one, tools):
        batch = _gathered(one, tools, dims, integers, rows, codes)
        if batch is None:
            continue
        keep = []
        for i, its in enumerate(_complexities(batch)):
            mark = _mark(batch, i)
            if its < bound and mark not in seen:
                seen.add(mark)
                keep.append(i)
        if keep:
            yield batch.take(keep)


def _mark(batch: Batch, i: int) -> bytes:
    parts = [repr((sorted(batch.dims.items()), sorted(batch.integers.items()))).encode()]
    return b"|".join(parts + [v[i].tobytes() for v in (*batch.values.values(), *batch.codes.values())])


def _complexities(batch: Batch) -> list[tuple[float, ...]]:
    columns = np.zeros((5, batch.count))
    whole = [float(v) for v in (*batch.dims.values(), *batch.integers.values())]
    for p in arguments(batch.variant):
        if p.name not in batch.values:
            continue
        flat = batch.values[p.name].reshape(batch.count, -1)
        columns[0] += flat.shape[1] if is_array(batch.variant, p) else 0
        columns[1] += np.count_nonzero(flat != (1 if coding_of(p) == "TRUTH" else 0), axis=1)
        columns[2:] += plainness(flat)
    for v in batch.codes.values():
        columns[2:] += plainness(v)
    for v in whole:
        columns[2:] += plainness(np.array([[v]]))
    return [tuple(column) for column in columns.T.tolist()]


class _Tool:
    """One argument: its domain, and the simpler values for it."""

    def __init__(self, one: Batch, parameter: Any) -> None:
        self.parameter = parameter
        self.name = parameter.name
        self.array = is_array(one.variant, parameter)
        self.described = parameter.sort.description()
        self.sums = tuple(self.described["sums"])
        self.entries = Entries.of(self.described, one.dtype if self.array else "float64")

    def admits(self, values: Array) -> Any:
        """Which rows lie in the domain."""
        inside = self.entries.inside(values).reshape(len(values), -1).all(axis=1)
        if self.sums:
            inside &= distributions.sums_to_one(self.entries, self.sums, values)
        return inside

    def mended(self, values: Array) -> Array:
        if self.sums:
            return distributions.repaired(self.entries, self.sums, values)
        return symmetric(values) if self.described["symmetric"] else values

    def everywhere(self, v: Array) -> list[Array]:
        """The whole argument made simpler: all alike, or fewer digits for all entries."""
        if self.entries.values:
            return (
                [np.full_like(v, c) for c in self.entries.values]
                if not self.sums
                else [np.eye(v.shape[-1], dtype=v.dtype)[np.zeros(v.shape[:-1], int)]]
            )
        if self.sums:
            return self._plainer_distributions(v)
        alike = [np.full_like(v, c) for c in SIMPLE] + [np.full_like(v, c) for c in np.unique(v)[:4]]
        return alike + rounded(v) + [np.sign(v), np.abs(v), v / 2, v / 1024, *ranks(v)]

    def _plainer_distributions(self, v: Array) -> list[Array]:
        size = math.prod(v.shape[a] for a in self.sums)
        flat = v.reshape(-1, size).astype(np.float64)
        made = [np.eye(size)[np.full(len(flat), k)] for k in range(min(size, EACH))]
        made += [np.full_like(flat, 1 / size), np.eye(size)[flat.argmax(axis=1)]]
        for parts in (1, 2, 4, 8, 10, 16, 20, 100, 1000, 2.0**20, 2.0**30):
            made.append(apportioned(flat, parts))
        for digits in (1, 2, 3, 6):  # of all entries but the largest
            fewer = rounded_to(flat, digits)
            largest = np.arange(size) == flat.argmax(axis=1)[:, None]
            made.append(np.where(largest, 1 - np.where(largest, 0, fewer).sum(axis=1, keepdims=True), fewer))
        for k in range(min(size, EACH)):  # one entry falls to the first other one, or to the largest
            for other in {0 if k else min(1, size - 1), int(flat.sum(axis=0).argmax())} - {k}:
                merged = flat.copy()
                merged[:, other] += merged[:, k]
                merged[:, k] = 0
                made.append(merged)
        return [m.reshape(v.shape).astype(v.dtype) for m in made]

    def entrywise(self, v: Array) -> list[Array]:
        """One entry made simpler, or a block of a long array."""
        if not np.ndim(v) or (self.sums and not self.entries.values):
            return []
        if self.sums:
            return self._other_classes(v)
        made = []
        flat = v.ravel()
        parts = np.array_split(np.arange(flat.size), min(flat.size, EACH))
        if flat.size > EACH:
            parts += np.array_split(np.arange(flat.size), 4)
        for places in parts:
            for c in self.entries.values or SIMPLE[:5]:
                made.append(changed(flat, places, c))
            if self.entries.values:
                continue
            made += [changed(flat, places, r[places]) for r in rounded(flat)]
            made += [changed(flat, places, f[places]) for f in (flat / 2, np.abs(flat), flat / 64)]
            made += [changed(flat, places, flat[k]) for k in (0, int(np.argmax(flat)), int(np.argmin(flat)))]
        return [m.reshape(v.shape) for m in made]

    def _other_classes(self, v: Array) -> list[Array]:
        rows = v.reshape(-1, v.shape[-1])
        made = []
        for i in range(min(len(rows), EACH)):
            other = rows.copy()
            other[i] = np.eye(v.shape[-1])[0]
            made.append(other.reshape(v.shape))
        return made


Proposal = tuple[dict[str, int], dict[str, int], list[Values], list[Mapping[str, Array]]]


def _proposals(one: Batch, tools: Mapping[str, _Tool]) -> Iterator[Proposal]:
    """Groups of candidates: new values for some of the arguments, and for the values of labels."""
    base: Values = {name: v[0] for name, v in one.values.items()}
    dims, integers = dict(one.dims), dict(one.integers)
    room = Room(one.variant)
    yield from _smaller(one, tools, room, base)
    for less in _smaller_integers(room, dims, integers):
        yield dims, less, [{}], []
    yield dims, integers, _all_at_once(tools, base), []
    for name, tool in tools.items():
        yield dims, integers, [{name: v} for v in tool.everywhere(base[name])], []
    yield dims, integers, _beside_each_other(tools, base), []
    yield dims, integers, _entrywise(tools, base), []
    if one.codes:
        pairs = [(0, 1), (1, 0), (-1, 1), (1, 2), (2, 1), (0, 2), (1, -1)]
        yield dims, integers, [], [{n: np.array(p, c.dtype) for n, c in one.codes.items()} for p in pairs]


def _entrywise(tools: Mapping[str, _Tool], base: Values) -> list[Values]:
    return [{name: v} for name, tool in tools.items() for v in tool.entrywise(base[name])]


def _beside_each_other(tools: Mapping[str, _Tool], base: Values) -> list[Values]:
    """Two arguments of one sort made equal; both made simpler, with a difference that is a power of 2."""
    made: list[Values] = []
    for name, tool in tools.items():
        for other, its in tools.items():
            if name == other or tool.entries != its.entries or tool.sums != its.sums:
                continue
            v, w = base[name], base[other]
            if np.shape(v) != np.shape(w):
                continue
            made.append({name: w})
            if not np.ndim(v) or tool.entries.values:
                continue
            apart = np.abs(v.astype(np.float64) - np.where(np.isfinite(w), w, 0)).max(initial=0.0)
            if not 0 < apart < 0.25:
                continue
            step = 10.0 ** round(math.log10(apart))
            change = changed(np.zeros(v.size), np.array([0]), 1.0)
            change[-1 if tool.sums else 0] -= 2.0 if tool.sums else 0.0
            change[0] += 1.0 if v.size == 1 and tool.sums else 0.0
            for plainer in tool.everywhere(v):
                for by in (step, -step, 10 * step, step / 10, 100 * step):
                    with np.errstate(all="ignore"):
                        made.append({name: plainer, other: (plainer + by * change.reshape(v.shape)).astype(v.dtype)})
    return made


def _all_at_once(tools: Mapping[str, _Tool], base: Values) -> list[Values]:
    """The same simplification in all arguments, where it applies."""
    plain = [t for t in tools.values() if not t.entries.values and not t.sums]
    options = {t.name: t.everywhere(base[t.name]) for t in plain}
    made = [{t.name: options[t.name][k] for t in plain} for k in range(len(SIMPLE))]
    last = min((len(o) for o in options.values()), default=0) - len(SIMPLE)
    tail = [{t.name: options[t.name][-k] for t in plain} for k in range(1, max(last, 0) + 1)]
    rows: list[Values] = []
    for row in made + tail:  # those that leave a domain are left alone
        rows.append({n: v for n, v in row.items() if tools[n].admits(np.asarray(v)[None])[0]})
    return rows


def _smaller(one: Batch, tools: Mapping[str, _Tool], room: Room, base: Values) -> Iterator[Proposal]:
    """Fewer positions along an axis: one alone, a half, or all but one."""
    groups: dict[tuple[Any, ...], list[Values]] = {}
    combined = {}
    axes = [a for a in one.dims if one.dims[a] > 1]
    if len(axes) > 1:  # one position of every axis
        for k in range(3):
            combined = {a: np.array([(0, one.dims[a] - 1, one.dims[a] // 2)[k]]) for a in axes}
            _add(groups, one, tools, base, combined)
    for axis in axes:
        length = one.dims[axis]
        step = max(1, length // EACH)
        keeps = [np.array([k]) for k in range(0, length, step)]
        keeps += [np.arange(length)[: length // 2], np.arange(length)[length // 2 :], np.arange(0, length, 2)]
        keeps += (
            [np.delete(np.arange(length), slice(k, k + step)) for k in range(0, length, step)] if length > 2 else []
        )
        for keep in keeps:
            _add(groups, one, tools, base, {axis: keep})
    for key in sorted(groups, key=lambda key: math.prod(v for _, v in key)):
        dims = {**one.dims, **dict(key)}
        if room.admits(dims, one.integers):
            yield dims, dict(one.integers), groups[key], []


def _add(
    groups: dict[tuple[Any, ...], list[Values]],
    one: Batch,
    tools: Mapping[str, _Tool],
    base: Values,
    keep: Mapping[str, Array],
) -> None:
    made: Values = {}
    for name, tool in tools.items():
        v = base[name]
        for position, axis in enumerate(named_axes(tool.parameter) if np.ndim(v) else []):
            if axis in keep:
                extra = np.arange(one.dims[axis], base[name].shape[position])  # of a length such as n + 1
                v = np.take(v, np.concatenate([keep[axis], extra]), axis=position)
        if v.shape != base[name].shape:
            made[name] = v
    key = tuple((axis, len(places)) for axis, places in keep.items())
    groups.setdefault(key, []).append(made)


def _smaller_integers(room: Room, dims: Mapping[str, int], integers: Mapping[str, int]) -> Iterator[dict[str, int]]:
    """The least, half, one less, each alone; and all by the same amount, so that what is equal stays so."""
    made: list[dict[str, int]] = []
    for name, low in room.least.items():
        v = integers[name]
        for less in (low, low + 1, low + 2, 10, 100, (v + low) // 2, v - 10, v - 1):
            if low <= less < v:
                made.append({**integers, name: less})
    names = list(room.least)
    if len(names) > 1:
        for chosen in [names, *[[a, b] for i, a in enumerate(names) for b in names[i + 1 :]]]:
            for change in (lambda v: v // 2, lambda v: v - 10, lambda v: v - 1):
                made.append({n: max(change(v), room.least[n]) if n in chosen else v for n, v in integers.items()})
    seen = []
    for candidate in made:
        if candidate != dict(integers) and candidate not in seen and room.admits(dims, candidate):
            seen.append(candidate)
            yield candidate


def _gathered(
    one: Batch,
    tools: Mapping[str, _Tool],
    dims: dict[str, int],
    integers: dict[str, int],
    rows: Sequence[Values],
    codes: Sequence[Mapping[str, Array]],
) -> Batch | None:
    """The candidates as one batch; those that leave the domain are left out."""
    count = len(rows) or len(codes)
    if not count:
        return None
    values: Values = {}
    fit = np.ones(count, bool)
    for name, tool in tools.items():
        v = one.values[name][0]
        column = np.stack([np.asarray(row.get(name, v), v.dtype) for row in rows]) if rows else np.stack([v] * count)
        column = tool.mended(column)
        fit &= tool.admits(column)
        values[name] = column
    pairs = {n: np.stack([c[n] for c in codes]) if codes else np.repeat(p, count, axis=0) for n, p in one.codes.items()}
    made = replace(one, dims=dims, integers=integers, values=values, count=count, codes=pairs, stratum="shrunk")
    return made.take(fit) if fit.any() else None
