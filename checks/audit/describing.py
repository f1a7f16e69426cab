"""Failures as findings: the call's arguments as the code takes them, what is expected, what came back."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..format_balls import Format
from .calling import Answers, Form, arguments, arranged, listed
from .findings import Finding
from .inputs import Batch
from .judging import Failure, ulps
from .purity import Impurity
from .reference import Point, shapes
from .slopes import Asked

SHOWN = 2000  # entries of an expected result that are computed exactly


def plain_number(v: Any) -> Any:
    if isinstance(v, float) and not math.isfinite(v):
        return "nan" if math.isnan(v) else "inf" if v > 0 else "-inf"
    return v


def plain(values: Any) -> dict[str, Any]:
    """An array as plain data.

    >>> plain(np.array([[1.0, -np.inf]]))
    {'dtype': 'float64', 'shape': [1, 2], 'data': [1.0, '-inf']}
    """
    array = np.asarray(values)
    data = [plain_number(v) for v in array.ravel().tolist()]
    return {"dtype": str(array.dtype), "shape": list(array.shape), "data": data}


def inputs(points: Batch, form: Form) -> dict[str, dict[str, Any]]:
    """The arguments of the call that the points make up."""
    made = {}
    for a in arguments(points, form):
        values = a.data[0] if a.each else a.data
        made[a.name] = plain(values)
        if a.kind in ("float", "int"):
            made[a.name] = {
                **plain(np.asarray(values).reshape(())),
                "dtype": "float64" if a.kind == "float" else "int64",
            }
    return made


def exact_values(points: Batch, form: Form, fmt: Format) -> list[dict[str, Any]]:
    """What each result should be, rounded to double; NaN where there is no value."""
    made = []
    for o, shape in enumerate(shapes(points.variant, points)):
        values = np.full((points.count, *shape), np.nan)
        if values.size <= SHOWN:
            for row in range(points.count):
                at = Point(points.variant, points.point(row), fmt)
                for index in np.ndindex(shape):
                    truth = at.truth(o, index)
                    if truth.known:
                        values[(row, *index)] = truth.value
        made.append(plain(_as_returned(values, points, form)))
    return made


def _as_returned(values: np.ndarray, points: Batch, form: Form) -> np.ndarray:
    """Values at the points, in the shape that the one call returns."""
    return arranged(points, form, values)[0]


def results(answers: Answers, call: int = 0) -> Any:
    """What a call returned, as plain data, or the exception as text."""
    said = answers.replies.errors.get(call) or answers.replies.died
    if said:
        return said
    if call in answers.misshapen:
        row = answers.replies.row(call)
        return (
            [plain(r) for r in row]
            if row is not None and len(row) > 1
            else plain(row[0])
            if row
            else answers.misshapen[call]
        )
    rows = list(answers.rows_of(call))
    made = [
        plain(_as_returned(o[rows], answers.batch.take(np.array(rows)), answers.form)) for o in answers.outputs or []
    ]
    return made if answers.batch.variant.several else made[0]


def value_finding(role: str, points: Batch, form: Form, failure: Failure, answers: Answers, fmt: Format) -> Finding:
    """A result that misses its value. The points are those of one call, and the answers its own."""
    expected: Any = exact_values(points, form, fmt)
    error = failure.error if failure.kind == "value" else math.inf
    finite = math.isfinite(error)
    return Finding(
        kind="dtype" if form.integers else failure.kind,
        role=role,
        format=fmt.name,
        inputs=inputs(points, form),
        expected=expected if points.variant.several else expected[0],
        got=results(answers),
        note=_note(points, failure, form, [tuple(e["shape"]) for e in expected]),
        error_ulp=_shown(ulps(error, failure.truth.value, fmt)) if finite else None,
        budget_units=_shown(failure.units) if finite else None,
        layout=form.layout,
    )


def _shown(number: float | None) -> float | None:
    """None for what is too large to be said."""
    return number if number is not None and math.isfinite(number) else None


def _note(points: Batch, failure: Failure, form: Form, expected: Sequence[tuple[int, ...]]) -> str:
    if failure.kind == "shape":
        one = f"one of shape {expected[0]}"
        return f"it returned {failure.got} instead of {listed(expected) if len(expected) > 1 else one}"
    if failure.kind == "exception":
        return failure.got
    parts = []
    shape = shapes(points.variant, points)[failure.output]
    if points.variant.several:
        parts.append(f"result {failure.output + 1}")
    if shape:
        parts.append(f"entry {', '.join(str(i + 1) for i in failure.index)}")
    if points.count > 1:
        parts.append(f"point {failure.row + 1} of {points.count}")
    where = ", ".join(parts)
    what = f"expected {failure.truth.value:.17g}, got {failure.got}" if failure.truth.known else f"got {failure.got}"
    return f"{where}: {what}" if where else what


def slope_finding(role: str, asked: Asked, failure: Failure, answers: Answers, fmt: Format) -> Finding:
    """A gradient that misses the derivative at one point."""
    points = asked.batch
    shape = points.values[asked.wrt].shape[1:]
    at = Point(points.variant, points.point(0), fmt)
    values = np.full(shape, np.nan)
    for index in np.ndindex(shape):
        truth = at.slope(asked.wrt, index, asked.cotangents[0])
        if truth.known:
            values[index] = truth.value
    low, high = float(failure.truth.low), float(failure.truth.high)
    between = f"between {low:.17g} and {high:.17g}" if high > low else f"{failure.truth.value:.17g}"
    place = f"entry {', '.join(str(i + 1) for i in failure.index)} of the gradient" if shape else "the gradient"
    finite = math.isfinite(failure.error)
    return Finding(
        kind="gradient",
        role=role,
        format=fmt.name,
        inputs=inputs(points, asked.form),
        expected=plain(_as_returned(values[None], points, asked.form)),
        got=results(answers),
        note=f"{place} by {asked.wrt}: expected {between}, got {failure.got}",
        error_ulp=_shown(ulps(failure.error, failure.truth.value, fmt)) if finite else None,
        budget_units=_shown(failure.units) if finite else None,
        wrt=asked.wrt,
        cotangent=plain(arranged(points, asked.form, asked.cotangents)[0]),
    )


def impure_finding(found: Impurity, fmt: Format) -> Finding:
    """Changed arguments, or two answers to one question."""
    points, form = found.points, found.form
    expected: Any
    if found.kind == "mutation":
        note = f"the call changes its argument {' and '.join(found.names)}"
        expected = "the arguments unchanged"
    elif found.kind == "state":
        calls = "one earlier call" if len(found.before) == 1 else f"{len(found.before)} earlier calls"
        note = f"after {calls} the same question has another answer than in a fresh process"
        if found.kept:
            note = "the array that an earlier call returned is overwritten by this one"
        if found.reuse:
            note += ", where the arrays of the earlier call are overwritten with those of this one"
        values = exact_values(found.before[0] if found.kept else points, form, fmt)
        expected = values if points.variant.several else values[0]
    else:
        note = "the same call gives different answers"
        expected = results(found.first)
    before: list[Mapping[str, Any]] = [inputs(b, found.form_before or form) for b in found.before]
    return Finding(
        kind=found.kind,
        role="smallest",
        format=fmt.name,
        inputs=inputs(points, form),
        expected=expected,
        got=results(found.later),
        note=note,
        before=before,
        layout="kept" if found.kept else "reused" if found.reuse else form.layout,
    )
