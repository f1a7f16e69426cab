"""From failures to a verdict, the smallest and the worst of them, and the certainty that they are what they seem."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ..format_balls import Format
from .calling import Answers, Form, ask, fits, whole
from .describing import slope_finding, value_finding
from .findings import AuditVerdict, Finding
from .formats import FORMATS
from .inputs import Batch
from .judging import Failure, Judged
from .points import whole_numbers
from .process import Process
from .purity import Impurity, Purity
from .reference import screen, shapes
from .searching import Found, Search
from .slopes import Asked, Passed
from .smallest import fewer_points, smallest
from .widening import Outcome, outcomes, systematic

SELDOM = 0.1  # of failing calls, at most, heal by accident
SETTLED = 16  # infinite values that a candidate for the smallest input may have settled

CANDIDATES = 2.0  # seconds for the candidates that are tried at once


@dataclass(frozen=True)
class Decision:
    verdict: AuditVerdict
    diagnosis: str = ""
    findings: Sequence[Finding] = ()
    notes: Sequence[str] = ()
    impure: Impurity | None = None
    smallest: Found | None = None


def decide(search: Search, process: Process, pristine: Process, seconds: float) -> Decision:
    """The verdict on what the search found."""
    if search.mutations:  # that an array which must not be written cannot be written is no failure of its own
        search.found = [f for f in search.found if f.failure.kind != "exception" or f.form.layout != "readonly"]
    if not search.found:
        return Decision(AuditVerdict.CORRECT)
    return _Decider(search, process, pristine, seconds).decide()


class _Decider:
    def __init__(self, search: Search, process: Process, pristine: Process, seconds: float) -> None:
        self.search, self.process, self.pristine, self.seconds = search, process, pristine, seconds
        self._purity = Purity(process, pristine, 1.0)

    def decide(self) -> Decision:
        if self.search.died:
            return self._died()
        verdict, chosen, why = self._verdict()
        best = min(chosen, key=lambda f: (f.points.count, f.points.dims != {}, f.size))
        small = self._shrunk(best, verdict)
        confirmed = self._confirmed(small)
        if confirmed is None:
            impure = self._impurity(best)
            note = f"A failure did not show again in a fresh process, and why is not known: {_said(best.failure)}."
            return Decision(AuditVerdict.IMPURE if impure else AuditVerdict.UNDECIDED, note, impure=impure)
        chance = self._purity.at_random(small.points, small.form) if small.asked is None else None
        if chance is not None:
            return Decision(AuditVerdict.IMPURE, impure=chance)
        findings, why = [confirmed], "" if confirmed.kind == "shape" else why
        worst = max(chosen, key=lambda f: (f.failure.units if math.isfinite(f.failure.units) else 0.0, f.size))
        worst = self._alone(worst)
        extra = self._confirmed(worst, "worst")
        if extra is not None and extra.inputs != confirmed.inputs:
            findings.append(extra)
        return Decision(
            verdict, f"{confirmed.note[0].upper()}{confirmed.note[1:]}. {why}".strip(), findings, smallest=small
        )

    # ------------------------------------------------------------------ wrong or unstable
    def _verdict(self) -> tuple[AuditVerdict, list[Found], str]:
        found = self.search.found
        by = {o: [f for f in found if f.outcome is o] for o in Outcome}
        if by[Outcome.STAYS]:
            return AuditVerdict.WRONG, by[Outcome.STAYS], "The error stays in a wider format."
        healed, doubtful = by[Outcome.HEALS], by[Outcome.LOST] + by[Outcome.BURSTS]
        seen = self.search.classed
        if doubtful and seen[Outcome.HEALS] < SELDOM * (seen[Outcome.LOST] + seen[Outcome.BURSTS]):
            healed = [f for f in healed if f.asked is not None]  # by accident
        mild = [f for f in doubtful if not healed or _extremeness(f) < min(map(_extremeness, healed))]
        if mild and not healed and self._heals_when_small(mild[0]):
            return AuditVerdict.UNSTABLE, mild, "In a wider format the error falls: this is rounding."
        if mild:
            return AuditVerdict.WRONG, mild, "It fails in a wider format, too."
        if healed:
            return AuditVerdict.UNSTABLE, healed, "In a wider format the error falls: this is rounding."
        return self._without_wider(by[Outcome.OPEN])

    def _heals_when_small(self, found: Found) -> bool:
        """A shrunk input may lie where the wider format reaches."""
        if found.asked is not None:
            return False
        small = self._shrunk(replace(found, outcome=Outcome.OPEN), AuditVerdict.UNSTABLE)
        return self._outcome(small.points, small.form, FORMATS[small.points.dtype])[0] is Outcome.HEALS

    def _without_wider(self, found: list[Found]) -> tuple[AuditVerdict, list[Found], str]:
        smooth = []
        for f in found[:4]:
            if f.failure.kind == "value":
                fmt = FORMATS[f.points.dtype]
                smooth.append(systematic(self.process, f.points, f.form, fmt, f.failure.output, f.failure.index))
            else:
                smooth.append(None)
        if True in smooth:
            return (
                AuditVerdict.WRONG,
                found,
                "No wider format reaches the code, but the error is a smooth one: another formula's.",
            )
        if False in smooth:
            return (
                AuditVerdict.UNSTABLE,
                found,
                "No wider format reaches the code, but the error jumps about as rounding does.",
            )
        return AuditVerdict.UNDECIDED, found, "No wider format reaches the code, so wrong or unstable stays open."

    def _outcome(self, points: Batch, form: Form, fmt: Format) -> list[Outcome]:
        judged = self._judged(points, form, fmt)
        return outcomes(self.process, judged.answers.batch, form, fmt, judged.screens, judged.answers)

    # ------------------------------------------------------------------ the smallest
    def _shrunk(self, found: Found, verdict: AuditVerdict) -> Found:
        if found.asked is not None:
            return self._shrunk_slope(found)
        fmt = FORMATS[found.points.dtype]
        wanted = found.outcome if found.outcome in (Outcome.STAYS, Outcome.HEALS) else None
        if found.failure.kind == "shape" or found.failure.truth.infinite or found.form.integers:
            wanted = None

        def fails(batch: Batch, form: Form) -> np.ndarray:
            judged = self._judged(batch, form, fmt)
            mask: np.ndarray = np.asarray(judged.failing.reshape(-1, form.rows).any(axis=1))
            if form.integers:  # whole numbers, at which real ones do not fail
                real = self._judged(batch, replace(form, integers=()), fmt).failing
                mask &= (whole_numbers(batch, form.integers) & ~real).reshape(-1, form.rows).all(axis=1)
            if found.failure.truth.infinite:
                for s in [s for s in judged.suspects() if s.kind == "unclear"][:SETTLED]:
                    mask[judged.answers.call_of(s.row)] |= judged.settle(s) is not None
            if wanted is None or not mask.any():
                return mask
            calls = np.flatnonzero(mask)[:256]
            rows = np.concatenate([np.array(judged.answers.rows_of(int(c))) for c in calls])
            mask[:] = False
            for call, outcome in zip(calls, self._outcome(batch.take(rows), form, fmt), strict=True):
                mask[call] = outcome is wanted
            return mask

        form = found.form
        if form.layout and fails(found.points, replace(form, layout=""))[0]:
            form = replace(form, layout="")
        points, form = smallest(found.points, form, fails, self.seconds)
        judged = self._judged(points, form, fmt)
        for suspect in judged.suspects():
            failure = judged.settle(suspect)
            if failure:
                return replace(found, points=points, form=form, failure=failure)
        return found

    def _alone(self, found: Found) -> Found:
        """A failing call with only the points that it needs to fail."""
        if found.asked is not None or found.points.count == 1:
            return found
        fmt = FORMATS[found.points.dtype]

        def fails(batch: Batch, form: Form) -> np.ndarray:
            return np.asarray(self._judged(batch, form, fmt).failing.reshape(-1, form.rows).any(axis=1))

        first = found.points.take(np.array([found.failure.row]))
        alone = replace(found.form, lead=(1,))
        if fits(first, alone) and fails(first, alone).any():
            points, form = first, alone
        else:
            points, form = fewer_points(found.points, found.form, fails)
        failure = _first(self._judged(points, form, fmt))
        return replace(found, points=points, form=form, failure=failure) if failure else found

    def _shrunk_slope(self, found: Found) -> Found:
        assert found.asked
        fmt, wrt = FORMATS[found.points.dtype], found.asked.wrt
        shape = found.asked.cotangents.shape[1:]

        def failures(batch: Batch, form: Form, kind: str) -> tuple[np.ndarray, Passed]:
            (its,) = shapes(batch.variant, batch)
            weights = _cotangents(kind, batch.count, its, found.asked.cotangents[0] if found.asked else None)
            passed = Passed(self.process, Asked(batch, form, wrt, weights.astype(batch.dtype)), fmt)
            mask = np.zeros(batch.count, bool)
            if passed.answers.outputs is not None and not passed.refusal:
                for s in passed.suspects():
                    if not mask[s.row]:
                        mask[s.row] = passed.settle(s) is not None
            return mask, passed

        kind = next((k for k in ("ones", "first", "ramp") if failures(found.points, found.form, k)[0].any()), "given")

        def fails(batch: Batch, form: Form) -> np.ndarray:
            if kind == "given" and shapes(batch.variant, batch)[0] != shape:
                return np.zeros(batch.count // form.rows, bool)
            return failures(batch.take(np.arange(min(batch.count, 64))), form, kind)[0]

        points, form = smallest(found.points, found.form, fails, self.seconds)
        _, passed = failures(points, form, kind)
        for s in passed.suspects():
            failure = passed.settle(s)
            if failure:
                return replace(found, points=points, form=form, failure=failure, asked=passed.asked)
        return found

    # ------------------------------------------------------------------ once more, in a fresh process
    def _judged(self, batch: Batch, form: Form, fmt: Format, fresh: bool = False) -> Judged:
        batch = whole(batch, form)
        process = self.pristine if fresh else self.process
        patience = 0.0 if fresh else CANDIDATES
        answers = ask(process, batch, form, shapes(batch.variant, batch), fresh=fresh, seconds=patience)
        return Judged(answers, screen(batch.variant, batch, fmt), fmt)

    def _confirmed(self, found: Found, role: str = "smallest") -> Finding | None:
        """The finding, if it shows in a process that has never called the target."""
        fmt = FORMATS[found.points.dtype]
        if found.asked is not None:
            passed = Passed(self.pristine, found.asked, fmt, fresh=True)
            for s in passed.suspects() if passed.answers.outputs is not None else ():
                failure = passed.settle(s)
                if failure:
                    return slope_finding(role, found.asked, failure, passed.answers, fmt)
            return None
        judged = self._judged(found.points, found.form, fmt, fresh=True)
        failure = _first(judged)
        if failure is None:
            return None
        return value_finding(role, found.points, found.form, failure, judged.answers, fmt)

    def _impurity(self, found: Found) -> Impurity | None:
        """What a failure owes to earlier calls: those of its own batch, or of one before it."""
        if found.asked is not None:
            return None
        points = found.points if found.earlier is None else joined(found.earlier, found.points)
        purity = self._purity
        return (
            purity.memory(points, found.form)
            or purity.history(self.search.history, found.points, found.form)
            or purity.repeated(found.points, found.form)
        )

    def _died(self) -> Decision:
        found = self.search.found[-1]
        fmt = FORMATS[found.points.dtype]
        answers: Answers = self._judged(found.points, found.form, fmt, fresh=True).answers
        if not answers.replies.died:
            verdict = AuditVerdict.UNDECIDED
            return Decision(verdict, f"Once it {self.search.died}, but not again with the same arguments.")
        failure: Failure = replace(found.failure, got=answers.replies.died)
        finding = value_finding("smallest", found.points, found.form, failure, answers, fmt)
        return Decision(AuditVerdict.WRONG, f"It {answers.replies.died}.", [finding], smallest=found)


def _extremeness(found: Found) -> float:
    """How many binary orders the size of an input is from 1: what a wider format does not reach lies farthest out."""
    return abs(math.log2(found.size)) if found.size else 0.0


def _first(judged: Judged) -> Failure | None:
    for suspect in judged.suspects()[:64]:
        failure = judged.settle(suspect)
        if failure:
            return failure
    return None


def _said(failure: Failure) -> str:
    return failure.got if failure.kind in ("exception", "shape") else f"got {failure.got}"


def joined(first: Batch, then: Batch) -> Batch:
    """The points of two batches of the same dimensions."""
    values = {name: np.concatenate([v, then.values[name]]) for name, v in first.values.items()}
    codes = {name: np.concatenate([v, then.codes[name]]) for name, v in first.codes.items()}
    return replace(first, values=values, codes=codes, count=first.count + then.count)


def _cotangents(kind: str, count: int, shape: tuple[int, ...], given: np.ndarray | None) -> np.ndarray:
    weights = np.ones(shape)
    if kind == "first":
        weights = np.zeros(shape)
        weights[(0,) * len(shape)] = 1
    elif kind == "ramp":
        weights = (np.arange(np.prod(shape, dtype=int)) % 5 - 1.5).reshape(shape)
    elif kind == "given":
        assert given is not None
        weights = given
    return np.broadcast_to(weights, (count, *shape)).copy()
