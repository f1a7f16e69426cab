"""Wrong or merely unstable: the failing inputs again, in a wider format.

In exact arithmetic an unstable function is right, so with more bits its error falls, or what was not finite becomes so.
A function that computes something else keeps its error. Where no wider format reaches the code, errors at neighbouring
inputs tell: those of rounding jump about, those of another formula follow a smooth curve.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import numpy as np

from ..format_balls import CORRECT, Format
from .calling import Answers, Form, ask
from .inputs import Batch
from .judging import limit
from .points import neighbours
from .process import Process
from .reference import Screen, screen, shapes

ADDED = {"float64": 11, "float32": 29, "float16": 42}  # bits of longdouble over float64, of float64 over the others
PATIENCE = 4.0  # seconds for one batch, where calls take long
NO_WIDER = "no wider format"
PAST = "past the exponents of decimals"
ROUNDED = "decimal, rounded to float32"  # the format of decimals that the target itself has rounded
STEADY = 1 / 16  # of a systematic error its spread over neighbouring inputs may be


class Outcome(StrEnum):
    HEALS = "heals"
    STAYS = "stays"
    LOST = "lost"  # stays, but in the wider format, too, nothing of the value is right: it may be rounding still
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
    lost = [c for c, o in enumerate(made) if o is not Outcome.HEALS and c not in wider.misshapen]
    for c in lost:
        if made[c] is Outcome.STAYS and _lost(wider, answers, screens, c):
            made[c] = Outcome.LOST
    if not lost or form.layout or batch.count // len(made) * _entries(batch) > LARGEST:
        return made  # decimals have no layout in memory
    asked: set[int] = set()
    extreme = {c for c in lost if _extreme(batch, wider.rows_of(c))}
    for digits, some in ((80, [c for c in lost if c not in extreme][:24]), (400, sorted(extreme)[:8])):
        for call, outcome in zip(some, _deep(process, wider, answers, screens, some, fmt, digits), strict=True):
            made[call] = outcome or made[call]
            asked.add(call)
    if any(made[c] is Outcome.HEALS for c in asked):  # so may those that there was no room for
        made = [Outcome.LOST if o is Outcome.STAYS and c in lost and c not in asked else o for c, o in enumerate(made)]
    return made


def _deep(
    process: Process,
    wider: Answers,
    answers: Answers,
    screens: Sequence[Screen],
    calls: Sequence[int],
    fmt: Format,
    digits: int,
) -> list[Outcome | None]:
    """What decimals of so many digits say of some calls; None where the target cannot be run in them."""
    if not calls:
        return []
    rows = np.array([r for c in calls for r in wider.rows_of(c)])
    some = wider.batch.take(rows)
    deep = ask(process, some, wider.form, shapes(some.variant, some), deep=True, digits=digits, seconds=1.0)
    found = _all_calls(deep, answers.of(calls), [Screen(s.mid[rows], s.rad[rows]) for s in screens], fmt, True)
    believed = {Outcome.STAYS, Outcome.BURSTS} | ({Outcome.HEALS} if ROUNDED not in deep.replies.dtypes else set())
    told = [o if o in believed else None for o in found]
    if not any(told) and not any(PAST in error for error in deep.replies.errors.values()):
        return told
    for i in range(len(calls)):  # what decimals do not reach, for want of time or exponents, no longdouble tells either
        if i >= deep.replies.done or PAST in deep.replies.errors.get(i, ""):
            told[i] = Outcome.LOST
    return told


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


def _lost(wider: Answers, answers: Answers, screens: Sequence[Screen], call: int) -> bool:
    """Whether an error that stays may be rounding still: nothing of a value is right, or the error falls somewhat."""
    rows = list(wider.rows_of(call))
    for pairs, got, s in zip(wider.outputs or [], answers.outputs or [], screens, strict=True):
        with np.errstate(all="ignore"):
            after, before = (np.abs(v - s.mid[rows]) for v in (pairs[rows][..., 0], got[rows]))
            off = (after >= np.abs(s.mid[rows]) / 1024) | (after < before / 2)
            if np.any(np.isfinite(s.mid[rows]) & np.isfinite(s.rad[rows]) & (before > s.rad[rows]) & off):
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


LARGEST = 256  # entries of a call that is run in decimals


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
