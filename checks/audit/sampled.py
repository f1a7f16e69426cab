"""Answers at a few hundred fresh points beside what they should be, from which a mistake is told by name.

Half of the points are numbers of ordinary size in general position, where each slip in a formula shows. The others are
of the search's kinds, and neighbours of the failing input, where what is special about failing ones shows.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from ...spec.language.routines import Output, Variant
from ..batched import Ball, Batched
from ..evaluate import Evaluation
from ..format_balls import Format
from . import points
from .calling import Answers, Form, arranged, ask, fits, whole
from .formats import FORMATS
from .input_batches import arguments, is_array, is_integer
from .inputs import Batch, batches
from .judging import limit
from .process import Process
from .reference import Point, Screen, screen, screen_slopes, shapes
from .searching import Found
from .strata import Entries

BATCHES = 16
SETTLED = 6  # infinite values of a batch that are looked at exactly
ROWS = 24  # points of a batch
SYMPTOMS = ("", "gives another number", "gives inf", "gives −inf", "gives nan", "raises", "returns another shape")
LARGEST = 8.0  # |entry| of a mild point
SECONDS = 0.3  # that the target may take for one batch


@dataclass(frozen=True)
class Stand:
    """What is asked of a variant by screening, with other formulas."""

    outputs: Sequence[Output]
    name: str = ""
    maps: str = ""


@dataclass(frozen=True, eq=False)
class Sample:
    """One batch of answers. got: the results as the calls returned them, (calls, *shape); None where these differ.

    For gradients `wrt` and the cotangents; the gradient then is the only result.
    """

    batch: Batch
    form: Form
    answers: Answers
    wants: Sequence[Screen]
    general: np.ndarray  # calls whose numbers are in general position
    wrt: str = ""
    cotangents: np.ndarray | None = None

    @property
    def format(self) -> Format:
        return FORMATS[self.batch.dtype]

    @property
    def calls(self) -> int:
        return self.batch.count // self.form.rows

    @cached_property
    def got(self) -> Sequence[np.ndarray] | None:
        """The results in the shapes of the calls; calls that raised are NaN."""
        replies = self.answers.replies
        if replies.outputs is not None and len(replies.outputs[0]) == self.calls:
            return [np.asarray(o) for o in replies.outputs]
        rows = [replies.row(i) for i in range(self.calls)]
        forms = {tuple(r.shape for r in row) for row in rows if row is not None}
        if len(forms) != 1:
            return None
        (form,) = forms
        made = [np.full((self.calls, *shape), np.nan) for shape in form]
        for i, row in enumerate(rows):
            for output, entry in zip(made, row or (), strict=False):
                output[i] = entry
        return made

    @cached_property
    def expected(self) -> list[tuple[np.ndarray, np.ndarray]]:
        """(values, budgets) in the shapes of the calls."""
        return [self.shaped(s) for s in self.wants]

    def shaped(self, s: Screen) -> tuple[np.ndarray, np.ndarray]:
        return arranged(self.batch, self.form, s.mid), arranged(self.batch, self.form, s.rad)

    @property
    def fits(self) -> bool:
        """Whether the results have the number and the shapes that they should have."""
        got = self.got
        return got is not None and [g.shape for g in got] == [e.shape for e, _ in self.expected]

    def screened(self, stand: Any, batch: Batch | None = None, fmt: Format | None = None) -> list[Screen]:
        """What other formulas, or other arguments, give."""
        batch, fmt = batch or self.batch, fmt or self.format
        if self.wrt:
            assert self.cotangents is not None
            return [screen_slopes(stand, batch, fmt, self.wrt, self.cotangents)]
        return screen(stand, batch, fmt)

    def single(self, stand: Any, batch: Batch) -> bool:
        """Whether other formulas or arguments give the entry that fails most often; True where this is not told."""
        if self._entry is None:
            return True
        output, index, rows, got = self._entry
        its = stand.outputs[output]
        at = Evaluation(batch.env(), Batched(self.format), stable=True)
        made = at.value(its.stable, dict(zip(its.indices, (i + 1 for i in index), strict=True)))
        mid, rad = (made.mid, made.rad) if isinstance(made, Ball) else (made, 0.0)
        with np.errstate(all="ignore"):
            off = np.abs(np.broadcast_to(mid, self.batch.count)[rows] - got).astype(np.float64)
            return bool(np.all(~(off > limit(self.format) * np.broadcast_to(rad, self.batch.count)[rows])))

    @cached_property
    def _entry(self) -> tuple[int, tuple[int, ...], np.ndarray, np.ndarray] | None:
        """The result and the index that fail at most points, these points, and what came back there."""
        if self.wrt or not self.fits or (self.form.lead and self.batch.variant.maps != "elements"):
            return None
        best: tuple[int, tuple[int, ...], np.ndarray, np.ndarray] | None = None
        for o, (g, bad, s) in enumerate(zip(self.got or [], self.bad, self.wants, strict=True)):
            g, bad = g.reshape(s.mid.shape), (bad & np.isfinite(g)).reshape(s.mid.shape)
            for index in np.ndindex(s.mid.shape[1:]):
                rows = np.flatnonzero(bad[(slice(None), *index)])
                if len(rows) and (best is None or len(rows) > len(best[2])):
                    best = (o, index, rows, g[(rows, *index)])
        return best

    @cached_property
    def bad(self) -> list[np.ndarray]:
        """For each result the entries that fail, in the shapes of the calls; all of them where shapes differ."""
        if not self.fits:
            return [np.ones(g.shape, bool) for g in self.got or []]
        made = []
        for g, (mid, rad) in zip(self.got or [], self.expected, strict=True):
            with np.errstate(all="ignore"):
                far = ~(np.abs(g - mid) <= limit(self.format) * rad)
            far &= self._known(mid, rad) & self._returned(g)
            if self.wrt:  # at kinks other slopes may be right as well
                far &= ~np.isfinite(g) | self.general.reshape(-1, *[1] * (g.ndim - 1))
            made.append(far)
        self._settle(made)
        return made

    def _settle(self, bad: list[np.ndarray]) -> None:
        """Add results that are finite or NaN where the value is an infinity, a few of them, by exact values."""
        if self.wrt or (self.form.lead and self.batch.variant.conventions.get("axis", -1) not in (-1, "none")):
            return
        for o, (g, s) in enumerate(zip(self.got or [], self.wants, strict=True)):
            got, mine = g.reshape(s.mid.shape), bad[o].reshape(s.mid.shape)
            odd = np.argwhere(~np.isfinite(s.mid) & (got != s.mid) & self._returned(g).reshape(s.mid.shape))
            for row, *index in odd[:SETTLED].tolist():
                truth = Point(self.batch.variant, self.batch.point(row), self.format).truth(o, tuple(index))
                mine[(row, *index)] = truth.infinite and got[(row, *index)] != float(truth.low)
            bad[o] = mine.reshape(g.shape)

    @cached_property
    def good(self) -> list[np.ndarray]:
        """The entries that are right."""
        if not self.fits:
            return [np.zeros(g.shape, bool) for g in self.got or []]
        pairs = zip(self.got or [], self.expected, self.bad, strict=True)
        return [self._known(mid, rad) & ~bad & self._returned(g) for g, (mid, rad), bad in pairs]

    def _known(self, mid: np.ndarray, rad: np.ndarray) -> np.ndarray:
        return np.isfinite(mid) & np.isfinite(rad)

    def _returned(self, g: np.ndarray) -> np.ndarray:
        raised = np.zeros(self.calls, bool)
        raised[[c for c in self.answers.replies.errors if c < self.calls]] = True
        return ~raised.reshape(-1, *[1] * (g.ndim - 1)) & np.ones(g.shape, bool)

    @cached_property
    def status(self) -> np.ndarray:
        """For each call: 1 where it fails in any way, −1 where it is right, 0 where that is open."""
        out = np.zeros(self.calls, int)
        known = np.ones(self.calls, bool)
        for g, (mid, rad) in zip(
            self.got if self.fits and self.got else [None] * len(self.expected), self.expected, strict=True
        ):
            sure = self._known(mid, rad)
            sure = sure if g is None else sure | (np.isinf(mid) & (g == mid))
            known &= sure.reshape(self.calls, -1).all(axis=1)
            if self.wrt:
                known &= self.general
        if self.fits:
            for bad in self.bad:
                out[bad.reshape(self.calls, -1).any(axis=1)] = 1
            out[(out == 0) & known] = -1
        for call in {*self.answers.replies.errors, *self.answers.misshapen}:
            if call < self.calls:
                out[call] = 1 if known[call] else 0
        return out

    @cached_property
    def symptoms(self) -> np.ndarray:
        """For each failing call what came back, by its number in `SYMPTOMS`; 0 for any other call."""
        out = np.where(self.status == 1, 1, 0)
        for g, bad in zip(self.got or [], self.bad, strict=True) if self.fits else ():
            for kind, seen in ((2, np.isposinf(g)), (3, np.isneginf(g)), (4, np.isnan(g))):
                out[(seen & bad).reshape(self.calls, -1).any(axis=1)] = kind
        out[[c for c in self.answers.misshapen if c < self.calls]] = 6
        out[[c for c in self.answers.replies.errors if c < self.calls]] = 5
        return np.where(self.status == 1, out, 0)

    @cached_property
    def mild(self) -> np.ndarray:
        """The calls with numbers of ordinary size only."""
        return np.all(points.sizes(self.batch).reshape(self.calls, -1) <= LARGEST, axis=1)

    def take(self, calls: np.ndarray) -> Sample:
        """Some of the calls."""
        calls = np.asarray(calls)
        rows = (calls[:, None] * self.form.rows + np.arange(self.form.rows)).ravel()
        replies = self.answers.replies
        outputs = None if replies.outputs is None else [o[calls] for o in replies.outputs]
        kept = None if replies.outputs is not None else [replies.row(int(c)) for c in calls]
        said = {i: replies.errors[c] for i, c in enumerate(calls.tolist()) if c in replies.errors}
        wrong = {i: self.answers.misshapen[c] for i, c in enumerate(calls.tolist()) if c in self.answers.misshapen}
        answers = replace(
            self.answers,
            batch=self.batch.take(rows),
            outputs=None,
            replies=replace(replies, outputs=outputs, rows=kept or (), errors=said, done=len(calls)),
            misshapen=wrong,
        )
        wants = [Screen(s.mid[rows], s.rad[rows]) for s in self.wants]
        weights = None if self.cotangents is None else self.cotangents[rows]
        return replace(
            self,
            batch=self.batch.take(rows),
            answers=answers,
            wants=wants,
            general=self.general[calls],
            cotangents=weights,
        )


def samples(process: Process, variant: Variant, small: Found, seed: int, end: float) -> list[Sample]:
    """Fresh answers, until the time is up; those at neighbours of the failing input come first."""
    rng = np.random.default_rng([seed, 77])
    made: list[Sample] = []
    for number, batch in enumerate(_batches(variant, small, rng)):
        if number >= BATCHES or time.monotonic() > end:
            break
        for form in _forms(small.form, variant, number):
            asked = points.integral(batch, form.integers) if form.integers else batch
            if asked is None or not fits(asked, form) or form.rows > asked.count:
                continue
            sample = _asked(process, asked, form, small, rng)
            if sample is None:
                return made
            made.append(sample)
    return made


def _batches(variant: Variant, small: Found, rng: np.random.Generator) -> Iterator[Batch]:
    dtype = small.points.dtype
    near = small.points.take(np.zeros(ROWS, int))
    for by in (0.5, 0.1):
        yield replace(_tempered(near, rng, by), stratum="near")
    stream = batches(variant, dtype, rng)
    seen: list[Any] = []
    skipped = 0
    for batch in stream:
        if skipped < 24 and (batch.dims, batch.integers) in seen:  # other sizes tell more
            skipped += 1
            continue
        seen.append((batch.dims, batch.integers))
        entries = max((v[0].size for v in batch.values.values()), default=1)
        if entries > 64:
            continue
        some = batch.take(np.sort(rng.permutation(batch.count)[:ROWS]))
        half = np.arange(some.count) < ROWS // 2
        yield _mixed(some, _tempered(some, rng), half)


def _mixed(one: Batch, other: Batch, half: np.ndarray) -> Batch:
    values = {
        name: np.where(half.reshape(-1, *[1] * (v.ndim - 1)), v, other.values[name]) for name, v in one.values.items()
    }
    return replace(one, values=values)


def _tempered(batch: Batch, rng: np.random.Generator, by: float = 0.0) -> Batch:
    """Ordinary numbers in place of all real ones; or, with `by`, each moved in proportion, and some to another."""
    values = dict(batch.values)
    for p in arguments(batch.variant):
        described = p.sort.description()
        if is_integer(p) or described["values"] or described["sums"]:
            continue
        old = values[p.name]
        entries = Entries.of(described, old.dtype)
        if by:
            with np.errstate(all="ignore"):
                drawn = old * (1 + by * rng.standard_normal(old.shape)) * rng.choice([1, 1, 1, -1], size=old.shape)
                drawn = np.where(rng.random(old.shape) < 0.15, rng.standard_normal(old.shape), drawn)
            kept = (rng.random(old.shape) < 0.5) | ~np.isfinite(old)
            drawn = np.where(kept, old, drawn)
        elif is_array(batch.variant, p):
            drawn = rng.standard_normal(old.shape) * 1.5
        else:
            drawn = 10.0 ** rng.uniform(-1.5, 0.2, size=old.shape)
        fitted = entries.fit(drawn, rng)
        values[p.name] = np.where(entries.inside(fitted), fitted, old)
    return replace(batch, values=values)


def _forms(form: Form, variant: Variant, number: int) -> Iterator[Form]:
    """The ways of calling: that of the failing input and the plain one, with several points a call where it maps."""
    if not variant.maps or form.style == "numbers":
        yield replace(form, lead=())
    elif variant.maps == "elements":
        yield replace(form, lead=(3,) if number % 4 == 3 else (1,))
    else:
        yield replace(form, lead=[(), (3,), (), (2, 2)][number % 4])
    if (form.layout or form.integers) and number % 2:
        yield Form(form.style, () if not variant.maps or form.style == "numbers" else (3,))


def _general(batch: Batch, form: Form) -> np.ndarray:
    """The second half of the calls, as `_mixed` arranges them."""
    calls = np.arange(batch.count // form.rows) * form.rows
    return np.asarray((calls >= ROWS // 2) & (batch.stratum != "near") & (not form.integers))


def _asked(process: Process, batch: Batch, form: Form, small: Found, rng: np.random.Generator) -> Sample | None:
    """The answers to one batch; None where the process did not survive it."""
    batch = whole(batch, form)
    fmt = FORMATS[batch.dtype]
    its = shapes(batch.variant, batch)
    if small.asked is None:
        answers = ask(process, batch, form, its, seconds=SECONDS)
        wants: Sequence[Screen] = screen(batch.variant, batch, fmt)
        sample = Sample(batch, form, answers, wants, _general(batch, form))
    else:
        wrt = small.asked.wrt
        weights = (rng.integers(1, 5, size=(batch.count, *its[0])) / 2).astype(batch.dtype)
        shape = batch.values[wrt].shape[1:]
        passed = arranged(batch, form, weights)
        answers = ask(process, batch, form, [shape], wrt=wrt, cotangents=passed, seconds=SECONDS)
        wants = [screen_slopes(batch.variant, batch, fmt, wrt, weights)]
        sample = Sample(batch, form, answers, wants, _general(batch, form), wrt, weights)
    if answers.replies.died:
        process.restart()
        return None
    done = min(answers.replies.done, sample.calls)
    return sample if done == sample.calls else sample.take(np.arange(done)) if done else None
