"""The search for failing inputs: batch after batch, in every format, form and layout, until the time is up.

A failure that is certain to be another function ends it; after one that may be mere rounding it goes on for a while, as
a function can be unstable here and wrong there.
"""

from __future__ import annotations

import time
from collections import Counter, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import numpy as np

from ...spec.language.routines import Variant
from ..format_balls import Format
from .calling import Answers, Form, ask, fits, whole
from .formats import FORMATS
from .inputs import Batch, batches
from .judging import Failure, Judged, Suspect, Tally
from .metamorphic import Relations
from .points import every_number, normal, sizes
from .process import Process
from .reference import Screen, screen, shapes
from .slopes import Asked, Passed, passes
from .variations import cut, questions
from .widening import Outcome, outcomes

REMEMBERED = 24  # batches of calls, for what a later answer may owe to them
SETTLED = 12  # suspects of a batch that are settled exactly
CLASSED = 24  # failing calls of a batch that are run again in a wider format
BLOCK = 1 << 18  # numbers of an exhaustive search that are tried together
BACKWARD = 48  # points of a batch that go through a backward pass
AFTERWARDS = 1.5  # seconds that the search goes on after a failure that may be rounding


@dataclass(frozen=True)
class Found:
    """A settled failure: the points of its call, how it was called, and what a wider format makes of it."""

    points: Batch
    form: Form
    failure: Failure
    outcome: Outcome
    size: float  # the largest |entry| of its input
    asked: Asked | None = None  # for gradients
    earlier: Batch | None = None  # the points of the calls before it in the same process
    nonfinite: bool = False


@dataclass
class Search:
    """The state of a search. found: failures; mutations: answers in which arguments were changed."""

    process: Process
    variants: Sequence[Variant]
    style: str
    formats: Sequence[Format]
    seed: int
    differentiable: bool
    tallies: dict[str, Tally] = field(default_factory=dict)
    found: list[Found] = field(default_factory=list)
    mutations: list[Answers] = field(default_factory=list)
    notes: dict[str, None] = field(default_factory=dict)
    first: dict[tuple[int, str], list[Batch]] = field(default_factory=dict)
    history: deque[tuple[Batch, Form]] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    died: str = ""
    passed: int = 0  # backward passes
    classed: Counter[Outcome] = field(default_factory=Counter)  # of failing calls, by what a wider format makes of them
    related: Relations = field(init=False)
    _unfit: set[object] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.related = Relations(self.variants, self.style, self.seed)

    @property
    def decisive(self) -> bool:
        return any(f.outcome is Outcome.STAYS for f in self.found) or bool(self.died)

    def run(self, seconds: float, watch: Callable[[str], None]) -> None:
        end, begun = time.monotonic() + seconds, time.monotonic()
        streams = [
            (i, v, fmt, batches(v, fmt.name, np.random.default_rng([self.seed, i, fmt.bits])))
            for i, v in enumerate(self.variants)
            for fmt in self.formats
        ]
        for fmt in self.formats:
            self.tallies[fmt.name] = Tally(fmt)
        for turn in count():
            for i, v, fmt, stream in streams:
                if self.decisive or time.monotonic() > end:
                    return
                if self.found and time.monotonic() > min(end, begun + AFTERWARDS):
                    return
                if fmt.name in self._unfit:
                    continue
                batch = next(stream)
                if turn < 16:
                    self.first.setdefault((i, fmt.name), []).append(batch)
                before = len(self.found)
                self.try_batch(batch, fmt, turn, end)
                for broken in self.related.turn(self.process, v, fmt):
                    self.try_batch(broken, fmt, turn, end)
                if before == 0 and self.found:
                    begun = time.monotonic()
            watch(f"{sum(t.inputs for t in self.tallies.values())} inputs")

    def relate(self) -> None:
        """Check the proved claims that `run` had no time for."""
        fit = [fmt for fmt in self.formats if fmt.name not in self._unfit]
        for fmt, broken in self.related.rest(self.process, fit) if not self.died else ():
            if not self.found:
                self.try_batch(broken, fmt, 1, time.monotonic() + 1)

    def run_through(self, watch: Callable[[str], None]) -> None:
        """Every number of float16 and float32, for a function of one number, until something fails."""
        (variant, *_), form = self.variants, Form(self.style, () if self.style == "numbers" else (BLOCK,))
        blocks = every_number(variant, BLOCK)
        if blocks is None:
            self.notes["only a function of one number can be searched exhaustively"] = None
            return
        for number, batch in enumerate(blocks):
            fmt = FORMATS[batch.dtype]
            tally = self.tallies.setdefault(fmt.name, Tally(fmt))
            its = form if form.rows <= batch.count else replace(form, lead=(batch.count,))
            judged = self._judged(batch, its, screen(variant, batch, fmt), fmt, seconds=60.0)
            self.history.clear()
            if len(judged.answers.replies.errors) == batch.count // its.rows:
                self.notes[f"{fmt.name} is refused"] = None
                continue
            judged.count(tally)
            self._look(judged, fmt)
            if self.found:
                return
            if number % 64 == 0:
                watch(f"{tally.inputs:,} numbers of {fmt.name}")

    def try_batch(self, batch: Batch, fmt: Format, turn: int, end: float) -> None:
        """One batch in the forms whose turn it is."""
        screens = screen(batch.variant, batch, fmt)
        for points, form in questions(batch, self.style, turn, fmt is self.formats[0]):
            key = (fmt.name, form.style, len(form.lead), form.layout, form.folded is not None, form.integers)
            if self._unfit & {key, _plainly(key)} or time.monotonic() > end:
                continue
            if not fits(points, form) or form.rows > points.count:
                continue
            filled = whole(points, form)
            its = cut(screens, filled.count) if points is batch else screen(filled.variant, filled, fmt)
            left = min(2.0, max(0.2, end - time.monotonic()))
            judged = self._judged(filled, form, its, fmt, left)
            if self._refused(judged, key):
                continue
            judged.count(self.tallies[fmt.name])
            before, plain = len(self.found), replace(form, integers=(), layout="")
            if plain != form and judged.failing.any():  # as real numbers, as they usually lie in memory, first
                self._look(self._judged(filled, plain, its, fmt), fmt)
            if len(self.found) == before:
                self._look(judged, fmt)
            if self.decisive:
                return
        if self.differentiable and turn % 2 == 0:
            self._backward(batch, fmt, turn, end)

    def _judged(self, batch: Batch, form: Form, screens: list[Screen], fmt: Format, seconds: float = 2.0) -> Judged:
        answers = ask(self.process, batch, form, shapes(batch.variant, batch), seconds=seconds)
        self.history.append((batch, form))
        if answers.replies.died:
            self.process.restart()
        if answers.replies.mutated and len(self.mutations) < REMEMBERED:
            self.mutations.append(answers)
        return Judged(answers, screens, fmt)

    def _refused(self, judged: Judged, key: tuple[Any, ...]) -> bool:
        """Whether no call of this form, or of this format, is taken at all; said once, in a note."""
        answers, form = judged.answers, judged.answers.form
        calls = answers.batch.count // form.rows
        raised = len(answers.replies.errors) + len(answers.misshapen)
        if raised and form.folded and (not form.layout or _plainly(key) in self._unfit):
            first = next(iter([*answers.replies.errors.values(), *answers.misshapen.values()]))
            return self._note(key, f"some matrices are refused: {first}")
        if answers.replies.errors and form.integers:
            first = next(iter(answers.replies.errors.values()))
            return self._note(key, f"integer arrays for {', '.join(form.integers)} are refused: {first}")
        if raised and form.layout == "readonly" and self._writes(answers):
            return True
        if raised < calls or answers.replies.died or not judged.known.any():
            return False
        reason = next(iter([*answers.replies.errors.values(), *answers.misshapen.values()]))
        total = self.tallies[key[0]].inputs
        if answers.misshapen or (form.layout and not self._fails_plainly(answers)):
            return False
        key = _plainly(key)
        if not total and any(t.inputs for t in self.tallies.values()) and answers.batch.count >= 16:
            return self._note(key[0], f"{key[0]} is refused: {reason}")
        if answers.batch.variant.maps and total and self._other_form_works(judged):
            axes = len(form.lead) + (answers.batch.variant.maps == "rows")
            return self._note(key, f"arrays with {axes} axes are refused: {reason}")
        return False

    def _fails_plainly(self, answers: Answers) -> bool:
        """Whether all the calls raise with arrays that lie in memory as usual, too."""
        batch, form = answers.batch, replace(answers.form, layout="")
        again = ask(self.process, batch, form, shapes(batch.variant, batch), seconds=2.0)
        return not again.replies.died and len(again.replies.errors) == batch.count // form.rows

    def _writes(self, answers: Answers) -> bool:
        """Whether a call that fails with arrays that cannot be changed does change them."""
        call = next(iter(answers.replies.errors), -1)
        if self.mutations or call < 0:
            return bool(self.mutations)
        points, form = answers.batch.take(np.array(answers.rows_of(call))), replace(answers.form, layout="")
        again = ask(self.process, points, form, shapes(points.variant, points))
        if again.replies.mutated:
            self.mutations.append(again)
        return bool(again.replies.mutated)

    def _note(self, unfit: Any, text: str) -> bool:
        self._unfit.add(unfit)
        self.notes[text] = None
        return True

    def _other_form_works(self, judged: Judged) -> bool:
        """Whether the same points are all taken in another form."""
        batch = judged.answers.batch
        for lead in ((), (1,), (3,), (batch.count,)):
            form = replace(judged.answers.form, lead=lead)
            if len(lead) != len(judged.answers.form.lead) and fits(batch, form) and form.rows <= batch.count:
                again = ask(self.process, batch, form, shapes(batch.variant, batch), seconds=2.0)
                if not again.replies.errors and not again.replies.died:
                    return True
        return False

    # ------------------------------------------------------------------ failures
    def _look(self, judged: Judged, fmt: Format) -> None:
        """Settle the suspects of a batch, and see what a wider format makes of the failing ones."""
        answers = judged.answers
        if answers.replies.died:
            self._died(judged)
            return
        suspects = judged.suspects()
        if not suspects or self._look_alone(judged, fmt):
            return
        by_call = {answers.call_of(s.row): s for s in reversed(suspects) if s.kind != "unclear"}
        classed = self._classed(judged, sorted(by_call)[:CLASSED], fmt)
        self.classed.update(classed.values())
        order = [Outcome.STAYS, Outcome.LOST, Outcome.BURSTS, Outcome.OPEN, Outcome.HEALS]
        chosen = sorted(classed, key=lambda c: order.index(classed[c]))
        seen: dict[Outcome, int] = {}
        largest = sizes(answers.batch)
        for call in chosen:
            outcome = classed[call]
            if seen.get(outcome, 0) >= (1 if outcome is Outcome.STAYS else 4):
                continue
            failure = judged.settle(by_call[call])
            if failure:
                seen[outcome] = seen.get(outcome, 0) + 1
                self._add(judged, failure, outcome, largest)
                if outcome is Outcome.STAYS:
                    return
        for s in [s for s in suspects if s.kind == "unclear"][:SETTLED]:
            failure = judged.settle(s)
            if failure:  # an infinite value that no format changes
                self._add(judged, failure, Outcome.STAYS, largest)
                return

    def _look_alone(self, judged: Judged, fmt: Format) -> bool:
        """Look at the failing points of calls of several, each in a call of its own; whether any fails there, too."""
        answers = judged.answers
        rows = np.flatnonzero(judged.failing)[:CLASSED]
        if answers.form.rows <= 1 or not len(rows) or answers.form.integers:
            return False
        points = answers.batch.take(rows)
        forms = [
            replace(answers.form, lead=lead)
            for lead in (((1,),) if answers.batch.variant.maps == "elements" else ((1,), ()))
        ]
        form = next((f for f in forms if fits(points, f)), None)
        if form is None:
            return False
        alone = self._judged(points, form, [Screen(s.mid[rows], s.rad[rows]) for s in judged.screens], fmt)
        if not alone.failing.any():
            return False
        self._look(alone, fmt)
        return True

    def _classed(self, judged: Judged, calls: Sequence[int], fmt: Format) -> dict[int, Outcome]:
        if not calls:
            return {}
        answers = judged.answers
        if (
            answers.form.layout
            and not self._judged(
                answers.batch, replace(answers.form, layout=""), list(judged.screens), fmt
            ).failing.any()
        ):
            return dict.fromkeys(calls, Outcome.STAYS)  # rounding does not ask how an array lies in memory
        rows = np.array([r for c in calls for r in answers.rows_of(c)])
        subset = answers.batch.take(rows)
        narrow = replace(
            answers,
            batch=subset,
            outputs=[o[rows] for o in answers.outputs or []],
            replies=replace(
                answers.replies,
                errors={i: answers.replies.errors[c] for i, c in enumerate(calls) if c in answers.replies.errors},
            ),
            misshapen={i: answers.misshapen[c] for i, c in enumerate(calls) if c in answers.misshapen},
        )
        screens = [type(s)(s.mid[rows], s.rad[rows]) for s in judged.screens]
        made = outcomes(self.process, subset, answers.form, fmt, screens, narrow)
        return {c: Outcome.STAYS if c in answers.misshapen else outcome for c, outcome in zip(calls, made, strict=True)}

    def _add(self, judged: Judged, failure: Failure, outcome: Outcome, largest: np.ndarray) -> None:
        answers = judged.answers
        call = answers.call_of(failure.row)
        rows = answers.rows_of(call)
        nonfinite = failure.kind in ("nonfinite", "exception")
        size = float(max(largest[r] for r in rows))
        earlier = answers.batch.take(np.arange(rows.start)) if rows.start else None
        points = answers.batch.take(np.array(rows))
        its = replace(failure, row=failure.row - rows.start)
        self.found.append(Found(points, answers.form, its, outcome, size, None, earlier, nonfinite))

    def _died(self, judged: Judged) -> None:
        """A call that ended the process or the patience with it."""
        replies = judged.answers.replies
        call = max(replies.died_at, 0)
        row = judged.answers.rows_of(call)[0]
        truth = judged.exactly(row).truth(0, (0,) * (judged.screens[0].mid.ndim - 1))
        failure = Failure(row, "exception", truth, got=replies.died)
        self._add(judged, failure, Outcome.STAYS, sizes(judged.answers.batch))
        self.died = replies.died

    # ------------------------------------------------------------------ backward passes
    def _backward(self, batch: Batch, fmt: Format, turn: int, end: float) -> None:
        if sum(v[0].size for v in batch.values.values()) > 24:
            return
        points = normal(batch.take(np.arange(min(batch.count, BACKWARD))))
        if not points.count:
            return
        lead: tuple[int, ...] = ()
        if points.variant.maps == "elements" or (
            points.variant.maps == "rows" and points.variant.conventions.get("axis", -1) != "none"
        ):
            lead = (points.count,)
        form = Form(self.style, lead)
        rng = np.random.default_rng([self.seed, turn])
        for asked in passes(points, form, rng):
            if time.monotonic() > end or ("slope", asked.wrt) in self._unfit:
                continue
            passed = Passed(self.process, asked, fmt)
            if passed.answers.replies.died:
                self._unfit.add(("slope", asked.wrt))
                self.notes[f"no gradient by {asked.wrt}: the backward pass {passed.answers.replies.died}"] = None
                self.process.restart()
                return
            if passed.refusal:
                self._unfit.add(("slope", asked.wrt))
                self.notes[f"no gradient by {asked.wrt}: {passed.refusal}"] = None
                continue
            self.passed += 1
            if self._settle_slopes(passed, fmt):
                return

    def _settle_slopes(self, passed: Passed, fmt: Format) -> bool:
        suspects: Sequence[Suspect] = passed.suspects()
        if not suspects:
            return False
        failures = [f for f in map(passed.settle, suspects[:SETTLED]) if f]
        if not failures:
            return False
        healed = passed.healing(self.process, failures)
        batch, form = passed.asked.batch, passed.asked.form
        largest = sizes(batch)
        for failure, outcome in zip(failures, healed, strict=True):
            points = batch.take(np.array([failure.row]))
            alone = replace(form, lead=(1,) if form.lead else ())
            weights = passed.asked.cotangents[[failure.row]]
            asked = replace(passed.asked, batch=points, form=alone, cotangents=weights)
            nonfinite = not np.isfinite(float(failure.got))
            size = float(largest[failure.row])
            self.found.append(Found(points, alone, replace(failure, row=0), outcome, size, asked, None, nonfinite))
            if outcome is Outcome.STAYS:
                return True
        return False


def _plainly(key: tuple[Any, ...]) -> tuple[Any, ...]:
    """The key of the same form with arrays that lie in memory as usual."""
    return (*key[:3], "", *key[4:])
