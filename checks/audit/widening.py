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

    screens and answers are those of the same points in the narrow format.
    """
    wider = ask(process, batch, form, shapes(batch.variant, batch), wide=True, seconds=PATIENCE)
    made = []
    for call in range(batch.count // form.rows):
        if NO_WIDER in wider.replies.errors.get(call, "") or call >= wider.replies.done or wider.replies.died:
            made.append(Outcome.OPEN)
            continue
        if call in wider.replies.errors or call in wider.misshapen:
            same = call in answers.replies.errors or call in answers.misshapen
            made.append(Outcome.BURSTS if same else Outcome.OPEN)
            continue
        made.append(_of_call(list(wider.rows_of(call)), wider, answers, screens, fmt))
    return made


def _of_call(rows: list[int], wider: Answers, answers: Answers, screens: Sequence[Screen], fmt: Format) -> Outcome:
    found = Outcome.HEALS
    for pairs, got, s in zip(wider.outputs or [], answers.outputs or [], screens, strict=True):
        with np.errstate(all="ignore"):
            high, low = (pairs[rows][..., i].astype(s.mid.dtype) for i in (0, 1))
            after = np.abs(high + np.where(np.isfinite(low), low, 0) - s.mid[rows])
            before, budget = np.abs(got[rows] - s.mid[rows]), s.rad[rows]
            known = np.isfinite(s.mid[rows]) & np.isfinite(budget)
            failing = known & ((before > limit(fmt) / 2 * budget) | ~np.isfinite(got[rows]))
            falls = before * 2.0 ** (-ADDED[fmt.name] / 2)
            room = np.maximum(np.where(np.isfinite(falls), falls, limit(fmt) * budget), CORRECT * budget)
            if np.any(failing & ~(np.isfinite(high) & np.isfinite(before)) & ~(after <= room)):
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
