"""Wrong or merely unstable: the failing inputs again, in a wider format.

In exact arithmetic an unstable function is right, so with more bits its error falls, or what was not finite becomes so.
A function that computes something else keeps its error. Where no wider format reaches the code, errors at neighbouring
inputs tell: those of rounding jump about, those of another formula follow a smooth curve.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum

import numpy as np

from ..format_balls import CORRECT, Format
from .calling import Answers, Form, ask, fits
from .inputs import Batch
from .judging import Judged, limit
from .points import neighbours
from .process import Process
from .reference import Screen, screen, shapes

ADDED = {"float64": 11, "float32": 29, "float16": 42}  # bits of longdouble over float64, of float64 over the others
PATIENCE = 4.0  # seconds for one batch, where calls take long
NO_WIDER = "no wider format"
POINTS = 24  # of a large call that are looked at by themselves
RIGHT = 2.0**-40  # of a value: with less of an error, a longdouble has told
PAST = "past the exponents of decimals"
ROUNDED = "decimal, rounded to float32"  # the format of decimals that the target itself has rounded
STEADY = 1 / 16  # of a systematic error its spread over neighbouring inputs may be


class Outcome(StrEnum):
    HEALS = "heals"
    STAYS = "stays"
    BURSTS = "bursts"  # not finite in the wider format either
    OPEN = "open"


def outcomes(
    process: Process, batch: Batch, form: Form, fmt: Format, screens: Sequence[Screen], answers: Answers
) -> list[Outcome]:
    """For each call of failing points, what becomes of its error in a wider format.

    screens and answers are those of the same points in the narrow format. Calls of which a few more bits leave nothing
    right are run again in decimals of many digits, where the target can be: what those say is final.
    """
    wider = ask(process, batch, form, shapes(batch.variant, batch), wide=True)
    made = _all_calls(wider, answers, screens, fmt)
    lost = [c for c, o in enumerate(made) if o is not Outcome.HEALS and _lost(o, wider, screens, c)]
    for digits, most, largest, needed in DEEP:
        lost = [c for c in lost if needed(batch, wider.rows_of(c))]
        if not lost:
            break
        if form.rows * _entries(batch) > largest:
            made = _by_points(process, batch, form, fmt, screens, answers, made, lost)
            break
        lost, left = lost[:most], lost[most:]
        rows = np.array([r for c in lost for r in wider.rows_of(c)])
        some = batch.take(rows)
        deep = ask(process, some, form, shapes(batch.variant, some), deep=True, digits=digits, seconds=1.0)
        its = _all_calls(deep, answers.of(lost), [Screen(s.mid[rows], s.rad[rows]) for s in screens], fmt, True)
        believed = {Outcome.STAYS, Outcome.BURSTS} | ({Outcome.HEALS} if ROUNDED not in deep.replies.dtypes else set())
        answered = [(c, o) for c, o in zip(lost, its, strict=True) if o in believed]
        past = [c for i, c in enumerate(lost) if PAST in deep.replies.errors.get(i, "")]
        if answered or past:  # what decimals do not reach, for want of time or exponents, no longdouble tells either
            unknown = {*past, *left, *lost[deep.replies.done :]}
            made = [Outcome.OPEN if c in unknown else o for c, o in enumerate(made)]
        if past and form.rows > 1:
            made = _by_points(process, batch, form, fmt, screens, answers, made, past)
        for call, outcome in answered:
            made[call] = outcome
        lost = [c for c, o in answered if o is not Outcome.HEALS]
    return made


def _by_points(
    process: Process,
    batch: Batch,
    form: Form,
    fmt: Format,
    screens: Sequence[Screen],
    answers: Answers,
    made: Sequence[Outcome],
    lost: Sequence[int],
) -> list[Outcome]:
    """Of calls that are too large: the worst outcome of a few of their failing points, each in a call of its own.

    Where such a point does not fail by itself, what was made of its call stands.
    """
    alone = replace(form, lead=(1,) * len(form.lead))
    out = list(made)
    if form.rows == 1 or not fits(batch, alone):
        return out
    for call in lost[:4]:
        rows = np.array(answers.rows_of(call))
        some, its = batch.take(rows), [Screen(s.mid[rows], s.rad[rows]) for s in screens]
        again = ask(process, some, alone, shapes(some.variant, some))
        failing = np.flatnonzero(Judged(again, its, fmt).failing)
        if not len(failing):
            continue
        few = failing[:: -(-len(failing) // POINTS)]
        parts = [Screen(s.mid[few], s.rad[few]) for s in its]
        found = outcomes(process, some.take(few), alone, fmt, parts, again.of([int(i) for i in few]))
        out[call] = min(found, key=[Outcome.STAYS, Outcome.BURSTS, Outcome.HEALS, Outcome.OPEN].index)
    return out


def _all_calls(
    wider: Answers, answers: Answers, screens: Sequence[Screen], fmt: Format, deep: bool = False
) -> list[Outcome]:
    made = []
    for call in range(wider.batch.count // wider.form.rows):
        if NO_WIDER in wider.replies.errors.get(call, "") or call >= wider.replies.done or wider.replies.died:
            made.append(Outcome.OPEN)
            continue
        if call in wider.replies.errors or call in wider.misshapen:
            same = call in answers.replies.errors or call in answers.misshapen
            made.append(Outcome.BURSTS if same else Outcome.OPEN)
            continue
        made.append(_of_call(list(wider.rows_of(call)), wider, answers, screens, fmt, deep))
    return made


def _lost(outcome: Outcome, wider: Answers, screens: Sequence[Screen], call: int) -> bool:
    """Whether little of some value is right in the wider format."""
    if outcome is not Outcome.STAYS:
        return True
    rows = list(wider.rows_of(call))
    for pairs, s in zip(wider.outputs or [], screens, strict=True):
        with np.errstate(all="ignore"):
            off = np.abs(pairs[rows][..., 0] - s.mid[rows]) >= np.abs(s.mid[rows]) * RIGHT
            if np.any(np.isfinite(s.mid[rows]) & np.isfinite(s.rad[rows]) & off):
                return True
    return False


def _entries(batch: Batch) -> int:
    return sum(v[0].size for v in batch.values.values())


def _extreme(batch: Batch, rows: range) -> bool:
    """Whether a call has entries that 80 digits may not reach, of themselves or of their exponentials."""
    for values in batch.values.values():
        sizes = np.abs(values[list(rows)].astype(np.float64))
        if np.any(((sizes > 0) & (sizes < 1e-20)) | (sizes > 100)):
            return True
    return False


# In turn: so many digits, for at most so many calls, of at most so many entries, of which a condition holds.
DEEP = ((80, 48, 1024, lambda batch, rows: True), (400, 24, 256, _extreme))


def _of_call(
    rows: list[int], wider: Answers, answers: Answers, screens: Sequence[Screen], fmt: Format, deep: bool
) -> Outcome:
    found = Outcome.HEALS
    added = fmt.bits if deep else ADDED[fmt.name]
    for pairs, got, s in zip(wider.outputs or [], answers.outputs or [], screens, strict=True):
        with np.errstate(all="ignore"):
            high, low = (pairs[rows][..., i].astype(s.mid.dtype) for i in (0, 1))
            after = np.abs(high + np.where(np.isfinite(low), low, 0) - s.mid[rows])
            before, budget = np.abs(got[rows] - s.mid[rows]), s.rad[rows]
            known = np.isfinite(s.mid[rows]) & np.isfinite(budget)
            failing = known & ((before > limit(fmt) / 2 * budget) | ~np.isfinite(got[rows]))
            falls = before * 2.0 ** (-added / 2)
            room = np.maximum(np.where(np.isfinite(falls), falls, limit(fmt) * budget), CORRECT * budget)
            burst = ~np.isfinite(high) | ((not deep) & ~np.isfinite(before))
            if np.any(failing & burst & ~(after <= room)):
                return Outcome.BURSTS  # and what is finite beside it may have been divided by an infinity
            if np.any(failing & ~(after <= room)):
                found = Outcome.STAYS
    return found


def systematic(
    process: Process, one: Batch, form: Form, fmt: Format, output: int, index: tuple[int, ...]
) -> bool | None:
    """Whether the error at a point is smooth in its neighbourhood; None where that cannot be told.

    one: the points of one call, of which the first fails. Its neighbours are a few units in the last place away, in all
    real arguments.
    """
    near = neighbours(one, 16)
    answers = ask(process, near, form, shapes(near.variant, near), seconds=PATIENCE)
    truths = screen(near.variant, near, fmt)[output]
    if answers.outputs is None or answers.replies.errors:
        return None
    with np.errstate(all="ignore"):
        errors = (answers.outputs[output] - truths.mid)[(slice(0, None, one.count), *index)].astype(np.float64)
    errors = errors[np.isfinite(errors)]
    if len(errors) < 8:
        return None
    return bool(np.ptp(errors) <= STEADY * abs(errors.mean()))
