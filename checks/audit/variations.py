"""The many ways of asking one question: leading axes, layouts in memory, whole numbers, crossed arguments."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace

from .calling import Form
from .inputs import Batch
from .points import integral, one_at_a_time
from .reference import Screen

LAYOUTS = {"numpy": ("fortran", "strided", "readonly"), "torch": ("fortran", "strided")}
ELEMENTS = ((1,), (3,), (2, 3), (2,), (2, 1, 2))
ROWS = ((), (3,), (2, 2), (1,), ())
LAID_OUT = {"elements": ((2, 3), (3, 2)), "rows": ((2, 2), (3,))}


def questions(batch: Batch, style: str, turn: int, first_format: bool) -> Iterator[tuple[Batch, Form]]:
    """Points and how to call with them; what varies beside the plain form changes from turn to turn."""
    maps, layouts = batch.variant.maps, LAYOUTS.get(style, ())
    if not maps or style == "numbers":
        yield batch, Form(style)
    else:
        leads = ELEMENTS if maps == "elements" else ROWS
        yield batch, Form(style, leads[turn % len(leads)])
        yield batch, Form(style, (batch.count,))
    if layouts and turn % 2 == 1:
        layout, leads = layouts[turn // 2 % len(layouts)], LAID_OUT.get(maps, ((),))
        yield batch, Form(style, leads[turn // 2 % len(leads)], layout)
    if turn % 4 == 2:
        crossed = one_at_a_time(batch)
        if crossed is not None:
            yield crossed, Form(style, (1,) if maps == "elements" and style != "numbers" else ())
    fold = folding(batch)
    if fold and style in ("numpy", "torch") and (turn % 3 == 1 or turn < 2 or fold[0] > 1):
        yield batch, Form(style, folded=fold)
        if fold[0] > 1:
            yield batch, Form(style, (), "fortran", folded=fold)
    if style == "numpy" and first_format and turn % 3 == 1 and turn < 16:
        yield from _whole_numbers(batch, style, turn // 3)


def folding(batch: Batch) -> tuple[int, int] | None:
    """The shape of a matrix into which the vectors of an entrywise routine are folded."""
    if not batch.variant.routine.entrywise or len(batch.dims) != 1:
        return None
    (length,) = batch.dims.values()
    if not length:
        return None
    rows = max(k for k in range(1, math.isqrt(length) + 1) if length % k == 0)
    return (rows, length // rows)


def _whole_numbers(batch: Batch, style: str, kind: int) -> Iterator[tuple[Batch, Form]]:
    """Whole numbers in integer arrays: in all arguments, then in one at a time while the others stay real."""
    names = [p.name for p in batch.variant.parameters if p.name in batch.values and batch.values[p.name].ndim > 1]
    if batch.variant.maps == "elements":
        names = list(batch.values)
    choices = [tuple(names), *[(name,) for name in names if len(names) > 1]]
    chosen = choices[kind % len(choices)]
    points = integral(batch, chosen)
    if points is not None:
        lead = (points.count,) if batch.variant.maps else ()
        yield points, replace(Form(style, lead), integers=chosen)


def cut(screens: Sequence[Screen], count: int) -> list[Screen]:
    """The screens of the first points."""
    return [Screen(s.mid[:count], s.rad[:count]) for s in screens]
