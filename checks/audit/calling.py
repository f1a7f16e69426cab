"""How a batch of points becomes calls of the target, and how its answers become values at the points again.

A routine over (…, k), or over single elements, is mapped by the code itself: a call then takes several points at once,
arranged in leading axes of the shape `lead`. All other routines take one point a call.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from .inputs import Batch
from .process import Argument, Calls, Process, Replies


@dataclass(frozen=True)
class Form:
    """How to call. style: numpy, torch, lists or numbers.

    lead: the leading axes of a mapped routine's arguments; layout: in memory; folded: the shape of a matrix into which
    the vectors of an entrywise routine are folded; integers: the arguments that come as integer arrays.
    """

    style: str
    lead: tuple[int, ...] = ()
    layout: str = ""
    folded: tuple[int, ...] | None = None
    integers: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """Points in one call."""
        return math.prod(self.lead)


@dataclass(frozen=True)
class Answers:
    """What came back, point by point.

    outputs: an array (N, *shape) for each result, None where the calls did not all return that many arrays of one shape
    that fits; calls that failed are NaN. errors, mutated: by the number of the call. shapes: what came back instead.
    """

    batch: Batch
    form: Form
    outputs: list[np.ndarray] | None
    replies: Replies
    misshapen: Mapping[int, str] = field(default_factory=dict)

    def call_of(self, row: int) -> int:
        return row // self.form.rows

    def rows_of(self, call: int) -> range:
        return range(call * self.form.rows, (call + 1) * self.form.rows)

    def of(self, calls: Sequence[int]) -> Answers:
        """Those of some calls, numbered anew."""
        rows = [r for c in calls for r in self.rows_of(c)]
        errors = {i: self.replies.errors[c] for i, c in enumerate(calls) if c in self.replies.errors}
        misshapen = {i: self.misshapen[c] for i, c in enumerate(calls) if c in self.misshapen}
        outputs = None if self.outputs is None else [o[rows] for o in self.outputs]
        batch, replies = self.batch.take(np.array(rows)), replace(self.replies, errors=errors)
        return replace(self, batch=batch, outputs=outputs, replies=replies, misshapen=misshapen)


def _axis(batch: Batch) -> Any:
    return batch.variant.conventions.get("axis", -1) if batch.variant.maps == "rows" else -1


def fits(batch: Batch, form: Form) -> bool:
    """Whether the convention's axis exists in arrays of this form."""
    axis = _axis(batch)
    if form.folded and [math.prod(form.folded)] != list(batch.dims.values()):
        return False
    if axis == "none":
        return form.lead == ()
    return -len(form.lead) - 1 <= axis <= len(form.lead)


def whole(batch: Batch, form: Form) -> Batch:
    """The batch without the points that do not fill a call."""
    count = batch.count // form.rows * form.rows
    return batch if count == batch.count else batch.take(np.arange(count))


def arguments(batch: Batch, form: Form) -> list[Argument]:
    """The arguments of all calls, as the process takes them. The batch must fill whole calls."""
    made = []
    for name, values, kind in batch.coded():
        if name in form.integers and kind == "array" and values.dtype.kind == "f":
            values = values.astype(np.int64)
        if form.folded and values.ndim == 2:
            values = values.reshape(-1, *form.folded)
        if batch.variant.maps and kind in ("array", "labels"):
            values = values.reshape(-1, *form.lead, *values.shape[1:])
            if batch.variant.maps == "rows" and _axis(batch) != "none":
                values = _moved(values, _axis(batch))
            if form.style == "numbers":
                kind = "float"
        made.append(Argument(name, values, True, kind))
    return made


def arranged(batch: Batch, form: Form, values: np.ndarray) -> np.ndarray:
    """Values of results at the points, (N, *shape), as the calls of a mapped routine return them."""
    if not batch.variant.maps:
        return values.reshape(-1, *form.folded) if form.folded and values.ndim == 2 else values
    shaped = values.reshape(-1, *form.lead, *values.shape[1:])
    return _moved(shaped, _axis(batch)) if values.ndim > 1 and _axis(batch) != "none" else shaped


def _moved(values: np.ndarray, axis: int) -> np.ndarray:
    """The last axis put where the code expects it; the first axis counts the calls."""
    return np.moveaxis(values, -1, axis + 1 if axis >= 0 else axis)


def calls(batch: Batch, form: Form, **options: Any) -> Calls:
    return Calls(arguments(batch, form), batch.count // form.rows, form.style, form.layout, **options)


def ask(process: Process, batch: Batch, form: Form, shapes: list[tuple[int, ...]], **options: Any) -> Answers:
    """Call the target at the points of a batch."""
    batch = whole(batch, form)
    replies = process.call(calls(batch, form, **options))
    return read(batch, form, shapes, replies)


def read(batch: Batch, form: Form, shapes: list[tuple[int, ...]], replies: Replies) -> Answers:
    """The answers point by point; results of another number or shape than expected are listed as misshapen."""
    count = batch.count // form.rows
    expected = [_expected(batch, form, shape) for shape in shapes]
    tail = (2,) if replies.pairs else ()
    if replies.outputs is not None and len(replies.outputs) == len(shapes):
        right = all(o.shape[1:] == (*e, *tail) for o, e in zip(replies.outputs, expected, strict=True))
        if right and len(replies.outputs[0]) == count and not replies.errors:
            made = [_back(o, batch, form, s, tail) for o, s in zip(replies.outputs, shapes, strict=True)]
            return Answers(batch, form, made, replies)
    outputs = [np.full((count, *e, *tail), np.nan) for e in expected]
    misshapen: dict[int, str] = {}
    for call, row in enumerate(_rows(replies, count)):
        if row is None:
            continue
        got = [r.shape[: len(r.shape) - len(tail)] for r in row]
        if len(expected) == 1 and len({*got}) == 1 and [(len(got), *got[0])] == expected:  # a list of its rows
            row, got = [np.stack(row)], expected
        if got == expected:
            for output, r in zip(outputs, row, strict=True):
                output[call] = r
        else:
            misshapen[call] = _said(got, replies.several)
    made = [_back(o, batch, form, s, tail) for o, s in zip(outputs, shapes, strict=True)]
    return Answers(batch, form, made, replies, misshapen)


def _rows(replies: Replies, count: int) -> Sequence[Sequence[np.ndarray] | None]:
    if replies.outputs is None:
        return list(replies.rows)[:count]
    done = len(replies.outputs[0]) if replies.outputs else 0
    return [None if i in replies.errors else [o[i] for o in replies.outputs] for i in range(min(done, count))]


def _expected(batch: Batch, form: Form, shape: tuple[int, ...]) -> tuple[int, ...]:
    if not batch.variant.maps:
        return form.folded if form.folded and len(shape) == 1 else shape
    if not shape or _axis(batch) in (-1, "none"):
        return (*form.lead, *shape)
    return _moved(np.empty((1, *form.lead, *shape)), _axis(batch)).shape[1:]


def _back(output: np.ndarray, batch: Batch, form: Form, shape: tuple[int, ...], tail: tuple[int, ...]) -> np.ndarray:
    """(N, *shape), pairs in a last axis."""
    axis = _axis(batch)
    if batch.variant.maps and shape and axis not in (-1, "none"):
        last = output.ndim - 1 - len(tail)
        output = np.moveaxis(output, axis + 1 if axis >= 0 else axis - len(tail), last)
    return output.reshape(-1, *shape, *tail)


def _said(shapes: list[tuple[int, ...]], several: bool) -> str:
    if not several and len(shapes) == 1:
        return f"an array of shape {shapes[0]}"
    return listed(shapes)


def listed(shapes: Sequence[tuple[int, ...]]) -> str:
    """
    >>> listed([(2,), ()])
    '2 results of shapes (2,), ()'
    """
    s = "s" * (len(shapes) != 1)
    return f"{len(shapes)} result{s} of shape{s} {', '.join(map(str, shapes))}"


def in_calls(batch: Batch, form: Form, lead: tuple[int, ...]) -> Form:
    """The same way of calling with other leading axes."""
    return replace(form, lead=lead) if batch.variant.maps else form
