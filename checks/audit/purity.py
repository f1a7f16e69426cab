"""Does a function change its arguments, remember earlier calls, or give different answers to one question?

A result counts as another one where it differs by more than two correct results may: sums in another order differ in
the last places. Every suspicion is confirmed in fresh processes before it is reported.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..format_balls import CORRECT
from .calling import Answers, Form, ask, whole
from .formats import FORMATS
from .inputs import Batch
from .process import Process
from .reference import Screen, screen, shapes
from .smallest import smallest

TRIES = 12  # fresh processes that a search for the earlier calls may take
PATIENCE = 4.0  # seconds for the orders in which the same calls are made, and again for that search
REPEATED = 4000  # times that one call is made
SHOWN = 200  # earlier calls that a finding may hold
DRAWS = 16  # answers by chance, whose mean may be off the value by so many of its standard errors:
BIAS = 6.0
SEEDS = 6  # that may give the first answer again before it counts as certain
ORDERS = 5  # how often, in all of them, each call is made
HISTORY = 8  # earlier batches that are tried


@dataclass(frozen=True)
class Impurity:
    """kind: mutation, state or nondeterminism; points: those of one call; before: of earlier calls, in order."""

    kind: str
    points: Batch
    form: Form
    first: Answers  # the answer of a fresh process
    later: Answers  # the other answer
    screens: Sequence[Screen]
    names: tuple[str, ...] = ()
    before: tuple[Batch, ...] = ()
    reuse: bool = False
    form_before: Form | None = None  # of the earlier calls, where it is another one
    kept: bool = False  # `later` is what the result of the earlier call has become


class Purity:
    """The checks of one target in one way of calling it. `fresh` runs a list of calls in a process of its own."""

    def __init__(self, process: Process, pristine: Process, seconds: float) -> None:
        self.process, self.pristine, self.seconds = process, pristine, seconds

    def mutation(self, answers: Answers) -> Impurity | None:
        """A call that changed its arguments, made small."""
        calls = sorted(answers.replies.mutated)
        if not calls:
            return None
        rows = np.array(answers.rows_of(calls[0]))
        points, form = answers.batch.take(rows), answers.form

        def fails(batch: Batch, form: Form) -> np.ndarray:
            found = ask(self.process, batch, form, shapes(batch.variant, batch), seconds=2.0).replies.mutated
            return np.isin(np.arange(batch.count // form.rows), list(found))

        if not fails(points, form).any():
            return None
        points, form = smallest(points, form, fails, self.seconds)
        again = ask(self.pristine, points, form, shapes(points.variant, points), fresh=True)
        names = again.replies.mutated.get(0, ())
        if not names:
            return None
        return Impurity("mutation", points, form, again, again, self._screens(points), tuple(names))

    def memory(self, batch: Batch, form: Form) -> Impurity | None:
        """An answer that depends on earlier calls or on chance.

        The same calls in a fresh process one by one, twice each, backwards, and with the same arrays overwritten.
        """
        batch = self._affordable(whole(batch, form), form)
        expected, screens = shapes(batch.variant, batch), self._screens(batch)
        calls = batch.count // form.rows
        if not calls:
            return None
        alone = ask(self.pristine, batch, form, expected, fresh=True)
        every = list(range(calls))
        runs = [([i for i in every for _ in range(2)], False), (every[::-1], False), (every, True)]
        for order, reuse in runs:
            again = self._ordered(batch, form, order, reuse)
            rows = [r for call in order for r in range(call * form.rows, (call + 1) * form.rows)]
            differ = other(alone, again, rows, screens)
            if differ is not None:
                found = self._confirmed(batch, form, order[: differ // form.rows + 1], reuse)
                if found:
                    return found
        return self._overwritten(batch, form, alone, screens)

    def _overwritten(self, batch: Batch, form: Form, alone: Answers, screens: Sequence[Screen]) -> Impurity | None:
        """A result that a later call changes, as it is the function's own memory."""
        every = list(range(batch.count))
        differ = other(alone, self._ordered(batch, form, range(batch.count // form.rows), keep=True), every, screens)
        if differ is None:
            return None
        first = differ // form.rows
        points = batch.take(np.arange(first * form.rows, (first + 1) * form.rows))
        its, rows = (
            [Screen(s.mid[alone.rows_of(first)], s.rad[alone.rows_of(first)]) for s in screens],
            every[: form.rows],
        )
        for then in range(batch.count // form.rows):
            later = self._ordered(batch, form, [first, then], keep=True)
            held = _call(later, points, 0)
            if then != first and other(_call(alone, points, first), held, rows, its) is not None:
                after = batch.take(np.arange(then * form.rows, (then + 1) * form.rows))
                return Impurity("state", after, form, held, held, its, (), (points,), kept=True)
        return None

    def chance(self, batch: Batch, form: Form, times: int = 6) -> Impurity | None:
        """An answer that differs in a single bit when the same arrays are passed again."""
        batch = whole(batch, form)
        calls = batch.count // form.rows
        order = [call for call in range(calls) for _ in range(times)]
        again, unlike = None, np.zeros(calls, bool)
        for _ in range(2):  # what differs once by an accident of memory does not differ twice
            again = self._ordered(batch, form, order, reuse=True)
            if again.outputs is None or again.replies.errors:
                return None
            unlike = np.zeros(calls, bool)
            for output in again.outputs:
                grouped = output.reshape(calls, times, -1)
                unlike |= ~((grouped == grouped[:, :1]) | (np.isnan(grouped) & np.isnan(grouped[:, :1]))).all(
                    axis=(1, 2)
                )
            if not unlike.any():
                return None
        if again is None:
            return None
        call = int(np.argmax(unlike))
        points = batch.take(np.arange(call * form.rows, (call + 1) * form.rows))
        one = [_call(again, points, call * times + k) for k in range(times)]
        later = next((a for a in one if not _same(a, one[0])), one[-1])
        return Impurity("nondeterminism", points, form, one[0], later, self._screens(points))

    def history(self, asked: Sequence[tuple[Batch, Form]], points: Batch, form: Form) -> Impurity | None:
        """What the answer at some points owes to a batch of earlier calls, and to which of them."""
        expected, screens = shapes(points.variant, points), self._screens(points)
        every = list(range(points.count))
        first = ask(self.pristine, points, form, expected, fresh=True)

        def after(batch: Batch, its: Form) -> Answers | None:
            self.process.restart()
            ask(self.process, batch, its, shapes(batch.variant, batch))
            later = ask(self.process, points, form, expected)
            return later if other(first, later, every, screens) is not None else None

        for batch, its in list(asked)[::-1][:HISTORY]:
            later = after(batch, its)
            if later is None:
                continue
            while batch.count > its.rows:
                calls = batch.count // its.rows
                halves = [np.arange(calls // 2 * its.rows), np.arange(calls // 2 * its.rows, batch.count)]
                held = next(((h, f) for h in halves if (f := after(batch.take(h), its)) is not None), None)
                if held is None:
                    break
                batch, later = batch.take(held[0]), held[1]
            calls = batch.count // its.rows
            before = tuple(batch.take(np.arange(c * its.rows, (c + 1) * its.rows)) for c in range(calls))
            return Impurity("state", points, form, first, later, screens, (), before, False, its)
        return None

    def at_random(self, points: Batch, form: Form) -> Impurity | None:
        """A call, as the first of a process, that has different answers by chance, which are right on average."""
        expected, screens = shapes(points.variant, points), self._screens(points)

        def drawn(seed: int) -> Answers:
            return ask(self.pristine, points, form, expected, fresh=True, seed=seed)

        first, every = drawn(1), range(points.count)
        drawings = (drawn(seed) for seed in range(2, 2 + SEEDS))  # few choices may well fall alike
        second = next((d for d in drawings if other(first, d, every, screens) is not None), None)
        if second is None:
            return None
        if first.outputs is None or self.process.pace * DRAWS > PATIENCE:
            return Impurity("nondeterminism", points, form, first, second, screens)
        many = [first, second, *(drawn(3 + i) for i in range(DRAWS - 2))]
        for i, s in enumerate(screens):
            got = np.array([a.outputs[i] for a in many if a.outputs is not None], dtype=np.float64)
            with np.errstate(all="ignore"):
                off = np.abs(got.mean(axis=0) - s.mid) > BIAS * got.std(axis=0) / np.sqrt(len(got)) + CORRECT * s.rad
            if (off & np.isfinite(s.mid) & np.isfinite(s.rad)).any():
                return None  # chance or not, it is another function
        return Impurity("nondeterminism", points, form, first, second, screens)

    def repeated(self, points: Batch, form: Form) -> Impurity | None:
        """One call over and over again in one process: an answer unlike the first."""
        times = 1 + int(min(REPEATED, PATIENCE / max(self.process.pace, 1e-9)))
        expected, screens = shapes(points.variant, points), self._screens(points)
        rows = list(range(points.count))

        def asked(calls: int, seed: int) -> Answers:
            return self._ordered(points, form, [0] * calls, reuse=False, seed=seed)

        first = ask(self.pristine, points, form, expected, fresh=True)
        at = other(first, asked(times, 0), rows * times, screens)
        if at is None:
            return None
        calls = at // form.rows + 1
        later = [_tail(asked(calls, seed), len(rows), points) for seed in (0, 1)]
        if calls <= SHOWN and all(other(first, one, rows, screens) is not None for one in later):
            return Impurity("state", points, form, first, later[0], screens, (), (points,) * (calls - 1))
        return Impurity("nondeterminism", points, form, first, later[0], screens)

    @property
    def too_slow(self) -> bool:
        """Whether not even one call can be made as often as it takes."""
        return self.process.pace * ORDERS > 3 * PATIENCE

    def _affordable(self, batch: Batch, form: Form) -> Batch:
        """The last calls of a batch, as many as there is time for."""
        if self.too_slow:
            return batch.take(np.arange(0))
        most = max(1, int(PATIENCE / ORDERS / max(self.process.pace, 1e-9))) * form.rows
        return batch if batch.count <= most else batch.take(np.arange(batch.count - most, batch.count))

    def _ordered(
        self, batch: Batch, form: Form, order: Sequence[int], reuse: bool = False, seed: int = 0, keep: bool = False
    ) -> Answers:
        """The calls in this order, all in one fresh process."""
        rows = np.array([r for call in order for r in range(call * form.rows, (call + 1) * form.rows)])
        many = batch.take(rows)
        how = {"fresh": True, "reuse": reuse, "seed": seed, "keep": keep}
        return ask(self.pristine, many, form, shapes(batch.variant, many), **how)

    def _confirmed(self, batch: Batch, form: Form, order: list[int], reuse: bool) -> Impurity | None:
        """What the last call of a sequence depends on: chance, or the calls before it, as few of them as do it."""
        last = order[-1]
        rows = np.arange(last * form.rows, (last + 1) * form.rows)
        points = batch.take(rows)
        expected, screens = shapes(batch.variant, points), self._screens(points)
        first, second = (ask(self.pristine, points, form, expected, fresh=True, seed=s) for s in (1, 2))
        every = list(range(len(rows)))
        if other(first, second, every, screens) is not None:
            return Impurity("nondeterminism", points, form, first, second, screens)

        def last_answer(before: Sequence[int], seed: int) -> Answers:
            return _tail(self._ordered(batch, form, [*before, last], reuse, seed), len(rows), points)

        def differs(before: Sequence[int], seed: int = 0) -> Answers | None:
            later = last_answer(before, seed)
            return later if other(first, later, every, screens) is not None else None

        before, end = order[:-1], time.monotonic() + PATIENCE
        by_chance = differs(before)
        if by_chance and not differs(before, seed=1):
            return Impurity("nondeterminism", points, form, first, by_chance, screens)
        if not by_chance:
            repeated = self._ordered(batch, form, [last] * 8, reuse)
            if other(first, repeated, every * 8, screens) is not None:
                return Impurity("nondeterminism", points, form, first, _tail(repeated, len(rows), points), screens)
            return None
        for one in [last, *dict.fromkeys(before[::-1])][:TRIES]:  # a single earlier call is the plainest tale
            later = differs([one]) if time.monotonic() < end else None
            if later:
                return self._state(batch, form, [one], points, first, later, screens, reuse)
        step = max(1, len(before) // 2)
        while step and time.monotonic() < end:
            for start in range(0, len(before), step):
                fewer = before[:start] + before[start + step :]
                if fewer and differs(fewer):
                    before = fewer
                    break
            else:
                step //= 2
        later = differs(before)
        return self._state(batch, form, before, points, first, later, screens, reuse) if later else None

    def _state(
        self,
        batch: Batch,
        form: Form,
        before: Sequence[int],
        points: Batch,
        first: Answers,
        later: Answers,
        screens: Sequence[Screen],
        reuse: bool,
    ) -> Impurity:
        earlier = tuple(batch.take(np.arange(c * form.rows, (c + 1) * form.rows)) for c in before)
        return Impurity("state", points, form, first, later, screens, (), earlier, reuse)

    def _screens(self, batch: Batch) -> list[Screen]:
        return screen(batch.variant, batch, FORMATS[batch.dtype])


def _call(answers: Answers, points: Batch, call: int) -> Answers:
    """The answers of one call alone."""
    rows = list(answers.rows_of(call))
    outputs = [o[rows] for o in answers.outputs or []]
    return replace(answers, batch=points, outputs=outputs, replies=replace(answers.replies, errors={}), misshapen={})


def _same(one: Answers, two: Answers) -> bool:
    return all(np.array_equal(a, b, equal_nan=True) for a, b in zip(one.outputs or [], two.outputs or [], strict=True))


def _tail(answers: Answers, rows: int, points: Batch) -> Answers:
    """The answers of the last call alone."""
    outputs = [o[-rows:] for o in answers.outputs] if answers.outputs is not None else None
    calls = answers.batch.count // answers.form.rows
    said = answers.replies.errors.get(calls - 1)
    errors = {0: said} if said else {}
    return replace(
        answers, batch=points, outputs=outputs, replies=replace(answers.replies, errors=errors), misshapen={}
    )


def other(first: Answers, later: Answers, rows: Sequence[int], screens: Sequence[Screen]) -> int | None:
    """The point of `later`, whose k-th point is rows[k] of `first`, whose result differs most from the one there."""
    at = np.array(rows)
    if first.outputs is None or later.outputs is None:
        return None
    apart = np.zeros(len(at))
    for a, b, s in zip(first.outputs, later.outputs, screens, strict=True):
        a, rad = a[at], s.rad[at]
        with np.errstate(all="ignore"):
            units = np.where(np.isfinite(rad), np.abs(np.subtract(a, b, dtype=np.float64)) / rad, 0)
            units = np.where(np.isfinite(a) != np.isfinite(b), np.inf, np.nan_to_num(units, nan=0.0, posinf=np.inf))
            units = np.where((a == b) | (np.isnan(a) & np.isnan(b)), 0, units)
        apart = np.maximum(apart, units.reshape(len(at), -1).max(axis=1, initial=0))
    for k, call in enumerate(at // first.form.rows):
        if (call in first.replies.errors) != (k // later.form.rows in later.replies.errors):
            apart[k] = np.inf
    worst = int(np.argmax(apart)) if len(apart) else 0
    return worst if len(apart) and apart[worst] > 2 * CORRECT else None
