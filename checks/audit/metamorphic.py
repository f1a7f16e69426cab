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
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from typing import Any

import numpy as np

from ...spec.language import expressions as x
from ...spec.language.routines import Variant
from ...spec.language.statements import AtLeast, Equals
from ..arithmetic import Undecided, Undefined, Unsupported
from ..batched import Ball, Batched
from ..evaluate import Evaluation
from ..format_balls import FLOAT64, Format
from .calling import Form, ask, fits
from .findings import AuditVerdict
from .inputs import Batch
from .judging import Judged, limit
from .points import sizes
from .process import Process
from .reference import Screen, screen, shapes
from .related_calls import Bound, Exactly, Group, Key, draws, groups_of
from .relations import Relation, relations

INDICES = 12  # values of the claim's indices that are looked at
CALLS = 2048  # at a time
HANDED = 64  # of them go to the search where a relation is broken
SHARE = 0.08  # of the time of a search
AFTERWARDS = 0.4  # seconds for the relations that a search had no time for


@dataclass(frozen=True)
class Checked:
    """At how many points a relation was decided; one at which it is broken, in words; and the calls to be judged."""

    compared: int = 0
    sentence: str = ""
    calls: Batch | None = None


# ---------------------------------------------------------------------- results
@dataclass(frozen=True)
class _Results:
    """What calls returned, beside the values that they should have returned. returned: which calls did at all."""

    got: np.ndarray
    screen: Screen
    returned: np.ndarray


def _asked(process: Process, batch: Batch, style: str, fmt: Format) -> _Results | str:
    """The results of a batch, in one call if the target takes it so; or what ended the process."""
    found: _Results | str = ""
    for form in _forms(batch, style):
        answers = ask(process, batch, form, shapes(batch.variant, batch), seconds=1.0)
        if answers.replies.died:
            process.restart()
            return answers.replies.died
        judged = Judged(answers, screen(batch.variant, batch, fmt), fmt)
        if answers.outputs:
            found = _Results(answers.outputs[0], judged.screens[0], judged.returned)
        if judged.returned.any():
            break
    return found


def _arbitrary(batch: Batch) -> _Results:
    """The values of some function that obeys no law."""
    (shape,) = shapes(batch.variant, batch)
    flat = np.concatenate([v.reshape(batch.count, -1).astype(np.float64) for v in batch.values.values()], axis=1)
    phase = flat @ np.sqrt(2.0 + np.arange(flat.shape[1]))
    got = np.sin(1e3 * phase.reshape(-1, *[1] * len(shape)) + 7.0 * np.arange(np.prod(shape, dtype=int)).reshape(shape))
    return _Results(got, Screen(got, np.zeros_like(got)), np.ones(batch.count, bool))


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
    return _checked(relation, fmt, points, lambda batch: _asked(process, batch, style, fmt))


@cache
def telling(relation: Relation) -> bool:
    """Whether the claim can be broken at all. One that holds of every function tells nothing of code."""
    rng = np.random.default_rng(0)
    return any(_checked(relation, FLOAT64, p, _arbitrary).sentence for p in islice(draws(relation, FLOAT64, rng), 8))


def _checked(relation: Relation, fmt: Format, points: Batch, answer: Callable[[Batch], _Results | str]) -> Checked:
    try:
        exactly = Exactly(relation, points)
        groups, good = groups_of(relation, exactly, fmt)
    except Unsupported:  # a range that depends on more than sizes
        return Checked()
    most = max(1, CALLS // max((len(g.parts) for g in groups), default=1))
    rows = np.flatnonzero(good)[:most]
    if not len(rows):
        return Checked()
    its = points.take(rows)
    entries: dict[str, dict[Key, Ball]] = {}
    lost, odd = np.zeros(len(rows), bool), np.zeros(len(rows), bool)
    called = []
    for group in groups:
        every = np.concatenate([part * points.count + rows for part in range(len(group.parts))])
        batch = group.batch.take(every)
        results = answer(batch)
        if isinstance(results, str):  # it died, or took no call
            return Checked(0, "", batch) if results else Checked()
        called.append(batch)
        lost |= (~results.returned).reshape(-1, len(rows)).any(axis=0)
        odd |= _put(entries, relation, group, results, fmt)
    env = its.env() | {name: e.get((), e) for name, e in entries.items()}
    at = Evaluation(env, _WithResults(fmt), stable=True)
    decided, alike = np.zeros(len(rows), bool), exactly.alike()[rows]
    for bound in _chosen(relation, exactly):
        try:
            left, right = (_ball(at.value(e, bound)) for e in (relation.left, relation.right))
        except (Undefined, Undecided, Unsupported):
            continue
        apart, known = _apart(relation, left, right, alike)
        decided |= (known | odd) & ~lost
        broken = np.broadcast_to((apart | odd) & ~lost, (len(rows),))
        if broken.any():
            row = int(np.argmin(np.where(broken, sizes(its), np.inf)))
            worst = _calls_at(called, len(rows), np.concatenate([[row], np.flatnonzero(broken)]))
            return Checked(int(decided.sum()), _sentence(relation, its, row, bound, left, right), worst)
    return Checked(int(decided.sum()))


def _put(entries: dict, relation: Relation, group: Group, results: _Results, fmt: Format) -> np.ndarray:
    """The results as balls, by call and index; returns the points where one is not finite though it should be."""
    got, s = results.got, results.screen
    count = len(got) // len(group.parts)
    odd = np.zeros(count, bool)
    axes = [place for place in relation.link.places if isinstance(place, int)]
    for part, (call, key) in enumerate(group.parts):
        rows = slice(part * count, (part + 1) * count)
        for index in np.ndindex(got.shape[1:]):
            at = (rows, *index)
            mid = got[at].astype(s.mid.dtype)
            rad = np.where(np.isfinite(mid), s.rad[at] * limit(fmt), np.where(mid == s.mid[at], 0.0, np.inf))
            odd |= results.returned[rows] & ~np.isfinite(mid) & np.isfinite(s.mid[at]) & np.isfinite(s.rad[at])
            entries.setdefault(call.name, {})[(*key, *(index[a] + 1 for a in axes))] = Ball(mid, rad)
    return odd


def _chosen(relation: Relation, exactly: Exactly) -> list[Bound]:
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
    """The calls of some points, the first point's first; of one group, as a batch has one size.

    Where one call takes many points, all of them: which are together may matter to the code.
    """
    batch = max(called, key=lambda b: b.count)
    if batch.variant.maps:
        return batch
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
        those = [r for r in relations(variant) if r.claim.id not in self.broken and telling(r)]
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
            for one in [r for v in self.variants for r in relations(v) if telling(r)]:
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
        if self.broken or verdict is not AuditVerdict.CORRECT or not self.held:
            return list(self.broken.values())
        several, name = len(self.held) > 1, self.variants[0].name
        many = f"{len(self.held)} proved claims about {name} hold" if several else f"1 proved claim about {name} holds"
        return [f"{many} of it: {', '.join(self.held)}"]
