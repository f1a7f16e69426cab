"""Metamorphic tests: the results of several calls, put into a proved claim that they must obey together.

S(a + c) = S(a): the target is called at a and at a + c, and what it returns is put into both sides. The arguments of
the calls are numbers of the format exactly; points where a + c is none are left out. Each result counts as a ball, as
wide as a result may be off without failing. Where the balls of the two sides are apart, at least one of the results
therefore fails on its own, too: the calls go to the search as inputs, and what it finds there is settled as ever. The
claim says in addition what the target does wrong.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from flint import fmpq

from ...spec.language import expressions as x
from ...spec.language.routines import Variant
from ...spec.language.statements import AtLeast, Equals
from ..arithmetic import Undecided, Undefined, Unsupported
from ..ball_arithmetic import Balls, rational
from ..batched import Ball, Batched
from ..evaluate import Evaluation
from ..format_balls import Format
from . import distributions
from .calling import Form, ask, fits
from .findings import AuditVerdict
from .input_batches import is_array
from .inputs import Batch, batches
from .judging import Judged, limit
from .points import sizes
from .process import Process
from .reference import screen, shapes
from .relations import Call, Relation, relations
from .strata import Entries

POINTS = 40  # of a claim's variables, at a time
LONGEST = 12  # axis of them: their arguments are computed exactly, one by one
INDICES = 12  # values of the claim's indices that are looked at
CALLS = 2048  # at a time
HANDED = 64  # points that go to the search
SHARE = 0.08  # of the time of a search
AFTERWARDS = 0.4  # seconds for the relations that a search had no time for

Key = tuple[int, ...]
Bound = dict[x.Bound, int]


@dataclass(frozen=True)
class Checked:
    """At how many points a relation could be decided, the first at which it is broken, in words, and the calls there."""

    compared: int = 0
    sentence: str = ""
    calls: Batch | None = None


# ---------------------------------------------------------------------- points of a claim's variables
def draws(relation: Relation, fmt: Format, rng: np.random.Generator) -> Iterator[Batch]:
    """Points of the claim's variables, as inputs of routines are drawn; every other one has few digits.

    What is computed from numbers of few digits is again a number of the format, exactly.
    """
    for batch in batches(relation.subject, fmt.name, rng):
        if max(batch.dims.values(), default=0) <= LONGEST:
            rows = np.sort(rng.permutation(batch.count)[:POINTS])
            yield _short(batch.take(rows), fmt, rng)


def _short(points: Batch, fmt: Format, rng: np.random.Generator) -> Batch:
    """Every other point with entries that are multiples of 2^low and smaller than 2^high, three bits below the format."""
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


class _Exactly:
    """The arguments of calls, at the points of a claim's variables, as numbers of the format; NaN where they are none."""

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
class _Group:
    """Calls with the same dimensions, N for each (call, key); good: which points may be called."""

    batch: Batch
    parts: Sequence[tuple[Call, Key]]


def _groups(relation: Relation, exactly: _Exactly, fmt: Format) -> tuple[list[_Group], np.ndarray]:
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
        groups.append(_Group(batch, [(call, key) for call, key, _ in parts]))
    return groups, good


def _inside(sort: Any, values: np.ndarray) -> np.ndarray:
    """Points whose argument belongs to the sort."""
    described = sort.description()
    entries = Entries.of(described, values.dtype)
    inside = entries.inside(values).reshape(len(values), -1).all(axis=1)
    return inside & distributions.sums_to_one(entries, described["sums"], values) if described["sums"] else inside


def _judged(process: Process, batch: Batch, style: str, fmt: Format) -> Judged | str:
    """The answers of a batch, in one call if the target takes it so; or what ended the process."""
    judged: Judged | str = ""
    for form in _forms(batch, style):
        answers = ask(process, batch, form, shapes(batch.variant, batch), seconds=1.0)
        if answers.replies.died:
            process.restart()
            return answers.replies.died
        judged = Judged(answers, screen(batch.variant, batch, fmt), fmt)
        if judged.returned.any():
            break
    return judged


def _forms(batch: Batch, style: str) -> Iterator[Form]:
    if batch.variant.maps and style != "numbers":
        for more in range(3):
            form = Form(style, (batch.count, *[1] * more))
            if fits(batch, form):
                yield form
                break
    if fits(batch, Form(style)):
        yield Form(style)


# ---------------------------------------------------------------------- both sides
class _WithResults(Batched):
    """The arithmetic of a format, where some variables are balls already."""

    def variable(self, value: Any) -> Any:
        return value if isinstance(value, Ball) else super().variable(value)


def check(relation: Relation, process: Process, style: str, fmt: Format, points: Batch) -> Checked:
    """Put the results of calls into a claim, at points from `draws`."""
    try:
        exactly = _Exactly(relation, points)
        groups, good = _groups(relation, exactly, fmt)
    except Unsupported:  # a range that depends on more than sizes
        return Checked()
    fewest = max(1, CALLS // max((len(g.parts) for g in groups), default=1))
    rows = np.flatnonzero(good)[:fewest]
    if not len(rows):
        return Checked()
    its = points.take(rows)
    entries: dict[str, dict[Key, Ball]] = {}
    lost, odd = np.zeros(len(rows), bool), np.zeros(len(rows), bool)
    called = []
    for group in groups:
        every = np.concatenate([part * points.count + rows for part in range(len(group.parts))])
        batch = group.batch.take(every)
        judged = _judged(process, batch, style, fmt)
        if isinstance(judged, str):  # died, or no call was taken
            return Checked(0, "", batch.take(np.arange(min(batch.count, HANDED)))) if judged else Checked()
        called.append(batch)
        lost |= (~judged.returned).reshape(-1, len(rows)).any(axis=0)
        odd |= _put(entries, relation, group, judged, fmt)
    env = its.env() | {name: e[()] if () in e else e for name, e in entries.items()}
    at = Evaluation(env, _WithResults(fmt), stable=True)
    decided = np.zeros(len(rows), bool)
    for bound in _chosen(relation, exactly):
        try:
            left, right = (_ball(at.value(e, bound)) for e in (relation.left, relation.right))
        except (Undefined, Undecided, Unsupported):
            continue
        apart, known = _apart(relation, left, right, exactly.alike()[rows])
        decided |= (known | odd) & ~lost
        broken = np.broadcast_to((apart | odd) & ~lost, (len(rows),))
        if broken.any():
            row = int(np.argmin(np.where(broken, sizes(its), np.inf)))
            worst = _calls_at(called, len(rows), np.concatenate([[row], np.flatnonzero(broken)]))
            return Checked(int(decided.sum()), _sentence(relation, its, row, bound, left, right), worst)
    return Checked(int(decided.sum()))


def _put(entries: dict, relation: Relation, group: _Group, judged: Judged, fmt: Format) -> np.ndarray:
    """The results as balls, by call and index; returns the points where one is not finite though it should be."""
    (got,), (s,) = judged.answers.outputs or [], judged.screens
    count = len(got) // len(group.parts)
    odd = np.zeros(count, bool)
    axes = [place for place in relation.link.places if isinstance(place, int)]
    for part, (call, key) in enumerate(group.parts):
        rows = slice(part * count, (part + 1) * count)
        for index in np.ndindex(got.shape[1:]):
            at = (rows, *index)
            mid = got[at].astype(s.mid.dtype)
            rad = np.where(np.isfinite(mid), s.rad[at] * limit(fmt), np.where(mid == s.mid[at], 0.0, np.inf))
            odd |= judged.returned[rows] & ~np.isfinite(mid) & np.isfinite(s.mid[at]) & np.isfinite(s.rad[at])
            entries.setdefault(call.name, {})[(*key, *(index[a] + 1 for a in axes))] = Ball(mid, rad)
    return odd


def _chosen(relation: Relation, exactly: _Exactly) -> list[Bound]:
    """Values of the claim's indices, spread over all of them."""
    ranges = [range(1, exactly.sizes.integer(high) + 1) for _, high in relation.indices]
    every = list(itertools.product(*ranges))
    chosen = every[:: -(-len(every) // INDICES)]
    return [dict(zip((index for index, _ in relation.indices), values, strict=True)) for values in chosen]


def _ball(value: Any) -> Ball:
    return value if isinstance(value, Ball) else Ball(np.float64(value), np.float64(0))


def _apart(relation: Relation, left: Ball, right: Ball, alike: np.ndarray) -> tuple[Any, Any]:
    """Where the sides contradict the claim for certain, and where they are known at all."""
    with np.errstate(all="ignore"):
        gap, reach = left.mid - right.mid, np.asarray(left.rad + right.rad)
        if relation.kind is AtLeast:
            gap = -gap
        over = np.where(alike, np.abs(gap), gap) if relation.kind is not Equals else np.abs(gap)
        known = np.isfinite(reach) & ~np.isnan(gap)
        return known & (over > reach), known


def _calls_at(called: Sequence[Batch], count: int, rows: np.ndarray) -> Batch:
    """The calls of some points, those of the first point first; of one group, as a batch has one size."""
    batch = max(called, key=lambda b: b.count)
    parts = np.arange(batch.count // count) * count
    every = (rows[:, None] + parts).ravel()
    return batch.take(np.array(list(dict.fromkeys(every.tolist())))[:HANDED])


def _sentence(relation: Relation, its: Batch, row: int, bound: Mapping[x.Bound, int], left: Ball, right: Ball) -> str:
    given = [f"{name} = {_shown(v[row])}" for name, v in its.values.items()]
    given += [f"{index.name} = {i}" for index, i in bound.items()]
    one, other = (float(np.broadcast_to(b.mid, (its.count,))[row]) for b in (left, right))
    title = relation.claim.title.rstrip(".")
    return f"breaks the proved claim {relation.claim.id} ({title}) at {', '.join(given)}: {one:.9g} and {other:.9g}"


def _shown(value: Any) -> str:
    if np.ndim(value):
        return f"({', '.join(_shown(v) for v in value)})"
    return f"{float(value):.9g}"


# ---------------------------------------------------------------------- within a search
@dataclass
class Relations:
    """The relations of the variants of a search: which could be decided, and which are broken."""

    variants: Sequence[Variant]
    style: str
    seed: int
    held: dict[str, None] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)
    _streams: dict[tuple[Relation, str], Iterator[Batch]] = field(default_factory=dict)
    _tried: dict[tuple[Relation, str], int] = field(default_factory=dict)
    _begun: float = field(default_factory=time.monotonic)
    _spent: float = 0.0

    def turn(self, process: Process, variant: Variant, fmt: Format) -> list[Batch]:
        """Check one relation, if there is time for it; the calls that are to be judged, where it is broken."""
        now = time.monotonic()
        if self._spent > SHARE * (now - self._begun):
            return []
        those = [r for r in relations(variant) if r.claim.id not in self.broken]
        if not those:
            return []
        one = min(those, key=lambda r: self._tried.get((r, fmt.name), 0))
        found = self._check(one, process, fmt)
        self._spent += time.monotonic() - now
        return found

    def rest(self, process: Process, formats: Sequence[Format]) -> list[tuple[Format, Batch]]:
        """What `turn` had no time for."""
        end, found = time.monotonic() + AFTERWARDS, []
        for fmt in formats:
            for one in [r for v in self.variants for r in relations(v)]:
                while self._tried.get((one, fmt.name), 0) < 3 and one.claim.id not in self.broken:
                    if time.monotonic() > end:
                        return found
                    found += [(fmt, b) for b in self._check(one, process, fmt)]
        return found

    def _check(self, one: Relation, process: Process, fmt: Format) -> list[Batch]:
        key = (one, fmt.name)
        if key not in self._streams:
            rng = np.random.default_rng([self.seed, fmt.bits, len(self._streams)])
            self._streams[key] = draws(one, fmt, rng)
        self._tried[key] = self._tried.get(key, 0) + 1
        checked = check(one, process, self.style, fmt, next(self._streams[key]))
        if checked.sentence:
            self.broken[one.claim.id] = f"it {checked.sentence}"
        elif checked.compared:
            self.held[one.claim.id] = None
        return [checked.calls] if checked.calls is not None else []

    def notes(self, verdict: AuditVerdict) -> list[str]:
        """What a report says of them."""
        if self.broken and verdict is not AuditVerdict.CORRECT:
            return list(self.broken.values())
        if self.held and verdict is AuditVerdict.CORRECT:
            many = f"{len(self.held)} proved claims" if len(self.held) > 1 else "1 proved claim"
            name = self.variants[0].name
            return [f"{many} about {name} {'hold' if len(self.held) > 1 else 'holds'} of it: {', '.join(self.held)}"]
        return []
