"""Backward passes of torch targets against the derivative of the definition.

⟨cotangent, result⟩ is differentiated by one real argument at a time, with cotangents of ones, of single entries and
random ones. At a kink whatever lies between the slopes of its two sides is right.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from ..format_balls import CORRECT, Format
from .calling import Answers, Form, arranged, ask
from .inputs import Batch
from .judging import Failure, Suspect, failure, limit
from .process import Process
from .reference import Point, Screen, screen_slopes, shapes
from .widening import ADDED, NO_WIDER, Outcome

SETTLED = 40  # suspects of a batch: at kinks many are none


@dataclass(frozen=True)
class Asked:
    """One backward pass at every point of a batch."""

    batch: Batch
    form: Form
    wrt: str
    cotangents: np.ndarray  # (N, *shape of the result), in the batch's format


def real_arguments(batch: Batch) -> list[str]:
    """The arguments that a gradient may be taken by: arrays of real numbers."""
    exact = batch.exact_names()
    mapped = batch.variant.maps
    return [
        p.name
        for p in batch.variant.parameters
        if p.name in batch.values and p.name not in exact and (mapped or p.sort.kind == "array")
    ]


def passes(batch: Batch, form: Form, rng: np.random.Generator) -> Iterator[Asked]:
    """The backward passes to try at a batch: by each argument, with a cotangent of another kind each time."""
    (shape,) = shapes(batch.variant, batch)
    full = (batch.count, *shape)
    kinds = [np.ones(full), rng.integers(-3, 4, size=full) / 2]
    if shape and all(shape):
        single = np.zeros((batch.count, int(np.prod(shape))))
        single[np.arange(batch.count), rng.integers(0, single.shape[1], size=batch.count)] = 1
        kinds.append(single.reshape(full))
    for i, wrt in enumerate(real_arguments(batch)):
        for cotangent in kinds if i == 0 else kinds[1:2]:
            yield Asked(batch, form, wrt, cotangent.astype(batch.dtype))


class Passed:
    """One backward pass of all points: what came back beside the screened slopes."""

    def __init__(self, process: Process, asked: Asked, fmt: Format, **options: Any) -> None:
        self.asked, self.format = asked, fmt
        batch = asked.batch
        self.shape = batch.values[asked.wrt].shape[1:]
        weights = arranged(batch, asked.form, asked.cotangents)
        self.answers: Answers = ask(
            process, batch, asked.form, [self.shape], wrt=asked.wrt, cotangents=weights, seconds=2.0, **options
        )

    @cached_property
    def screened(self) -> Screen:
        return screen_slopes(
            self.asked.batch.variant, self.asked.batch, self.format, self.asked.wrt, self.asked.cotangents
        )

    @property
    def refusal(self) -> str:
        """Why no gradient came back at all, where none did."""
        errors = self.answers.replies.errors
        calls = self.asked.batch.count // self.asked.form.rows
        return next(iter(errors.values())) if len(errors) >= calls else ""

    def suspects(self) -> Sequence[Suspect]:
        """Entries of the gradient that screening doubts, a random choice of them."""
        got, s = (self.answers.outputs or [])[0], self.screened
        known = np.isfinite(s.mid) & np.isfinite(s.rad)
        for call in self.answers.replies.errors:
            known[list(self.answers.rows_of(call))] = False
        known[self.answers.replies.done * self.answers.form.rows :] = False  # there was no time for these
        with np.errstate(all="ignore"):
            units = np.where(np.isfinite(got), np.abs(got - s.mid) / s.rad, np.inf).astype(np.float64)
        units = np.where(known, units, 0)
        at = np.argwhere(units > limit(self.format) / 2)
        order = np.random.default_rng(len(at)).permutation(len(at))[:SETTLED]
        return [
            Suspect(int(i[0]), "gradient", float(units[tuple(i)]), 0, tuple(int(j) for j in i[1:])) for i in at[order]
        ]

    def settle(self, suspect: Suspect) -> Failure | None:
        batch = self.asked.batch
        point = Point(batch.variant, batch.point(suspect.row), self.format)
        truth = point.slope(self.asked.wrt, suspect.index, self.asked.cotangents[suspect.row])
        got = float((self.answers.outputs or [])[0][(suspect.row, *suspect.index)])
        found = failure(suspect, truth, got, self.format)
        return found and Failure(found.row, "gradient", truth, 0, found.index, found.error, found.got)

    def healing(self, process: Process, failures: Sequence[Failure]) -> list[Outcome]:
        """What becomes of failing entries in a wider format."""
        wider = Passed(process, self.asked, self.format, wide=True)
        made = []
        for f in failures:
            call = wider.answers.call_of(f.row)
            error = wider.answers.replies.errors.get(call, "")
            if wider.answers.replies.died or error or wider.answers.outputs is None:
                made.append(Outcome.OPEN if NO_WIDER in error or not error else Outcome.BURSTS)
                continue
            high, low = wider.answers.outputs[0][(f.row, *f.index)]
            if not np.isfinite(high):
                made.append(Outcome.BURSTS)
                continue
            after = f.truth.error((float(high), float(low)))
            falls = f.error * 2.0 ** (-ADDED[self.format.name] / 2)
            room = max(falls if np.isfinite(f.error) else limit(self.format) * f.truth.budget, CORRECT * f.truth.budget)
            open_still = after >= abs(f.truth.value) / 1024 or after < f.error / 2
            made.append(Outcome.HEALS if after <= room else Outcome.LOST if open_still else Outcome.STAYS)
        return made
