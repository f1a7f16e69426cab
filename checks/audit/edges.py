"""What a target does with arrays without entries, and with lists: for notes, as nobody asked for them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .calling import Form, arguments, ask
from .inputs import Batch
from .process import Calls, Process
from .reference import shapes


def notes(process: Process, batch: Batch, form: Form) -> list[str]:
    """Sentences on arrays without entries, and on lists where arrays were asked for."""
    return [note for note in (_nothing(process, batch, form), _lists(process, batch, form)) if note]


def _nothing(process: Process, batch: Batch, form: Form) -> str:
    """A mapped routine of no elements, or of no rows, has a result of that shape."""
    if (
        not batch.variant.maps
        or form.style not in ("numpy", "torch")
        or batch.variant.conventions.get("axis", -1) != -1
    ):
        return ""
    (shape,) = shapes(batch.variant, batch)
    given = [replace(a, data=a.data[None, :0]) for a in arguments(batch.take(np.arange(1)), Form(form.style, (1,)))]
    given = [replace(a, data=np.zeros((1, 0, *a.data.shape[3:]), a.data.dtype)) for a in given]
    replies = process.call(Calls(given, 1, form.style))
    if replies.died:
        process.restart()
    said = replies.died or replies.errors.get(0, "")
    row = None if said else replies.row(0)
    if row and row[0].shape != (0, *shape):
        said = f"the result has the shape {row[0].shape}"
    return f"of an array without entries: {said}" if said else ""


def _lists(process: Process, batch: Batch, form: Form) -> str:
    if form.style != "numpy" or not any(v.ndim > 1 for v in batch.values.values()):
        return ""
    points = batch.take(np.arange(1))
    its = Form("lists", () if batch.variant.maps != "elements" else (1,))
    answers = ask(process, points, its, shapes(points.variant, points))
    if answers.replies.died:
        process.restart()
    said = answers.replies.died or answers.replies.errors.get(0) or answers.misshapen.get(0)
    return f"lists are not taken: {said}" if said else ""
