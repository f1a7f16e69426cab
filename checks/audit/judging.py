"""Answers against what they should be: all of them screened, the suspicious ones settled one by one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from ..format_balls import CORRECT, LOSABLE, Format
from . import points
from .calling import Answers
from .findings import FormatRow, Point
from .formats import spacing
from .reference import Index, Screen, Truth
from .reference import Point as Exactly

UNCLEAR = 24  # points of a batch that are settled exactly because screening gave them no value
PLOTTED = 150  # points a format


def limit(fmt: Format) -> float:
    """The error, in units of the budget, beyond which a result fails."""
    return 2.0 ** (LOSABLE * fmt.bits)


@dataclass
class Tally:
    """What was judged in one format."""

    format: Format
    inputs: int = 0
    values: int = 0
    unbounded: int = 0
    worst_units: float = 0.0
    worst_ulp: float = 0.0
    points: list[Point] = field(default_factory=list)

    @property
    def row(self) -> FormatRow:
        lost = math.log2(self.worst_units) if self.worst_units > CORRECT else 0.0
        return FormatRow(
            self.format.name, self.inputs, self.values, self.unbounded, self.worst_units, self.worst_ulp, lost
        )


@dataclass(frozen=True)
class Suspect:
    """A result that screening doubts. index and output are 0 for a whole call that raised or had another shape."""

    row: int
    kind: str  # value, nonfinite, unclear, exception or shape
    units: float
    output: int = 0
    index: Index = ()


@dataclass(frozen=True)
class Failure:
    """A settled failure at one point: what is expected of the entry, and by how much the result missed it."""

    row: int
    kind: str  # value, nonfinite, exception or shape
    truth: Truth
    output: int = 0
    index: Index = ()
    error: float = math.inf
    got: str = ""

    @property
    def units(self) -> float:
        return self.error / self.truth.budget if self.truth.budget and math.isfinite(self.error) else math.inf


class Judged:
    """One batch of answers beside the values that they should have.

    failing, a mask over points, is by screening; `settle` looks at one suspect exactly.
    """

    def __init__(self, answers: Answers, screens: Sequence[Screen], fmt: Format) -> None:
        self.answers, self.screens, self.format = answers, screens, fmt
        self._exactly: dict[int, Exactly] = {}

    @cached_property
    def known(self) -> np.ndarray:
        """Points at which all results have a finite value and a budget."""
        rows = np.ones(self.answers.batch.count, bool)
        for s in self.screens:
            rows &= (np.isfinite(s.mid) & np.isfinite(s.rad)).reshape(len(rows), -1).all(axis=1)
        return rows

    @cached_property
    def returned(self) -> np.ndarray:
        """Points whose call came back with results of the right shape."""
        rows = np.ones(self.answers.batch.count, bool)
        for call in {*self.answers.replies.errors, *self.answers.misshapen}:
            rows[list(self.answers.rows_of(call))] = False
        done = self.answers.replies.done * self.answers.form.rows
        rows[done:] = False
        return rows

    @cached_property
    def units(self) -> list[np.ndarray]:
        """Errors in units of the budget: infinite for what is not finite and should be, NaN where that is open."""
        made = []
        for got, s in zip(self.answers.outputs or [], self.screens, strict=True):
            with np.errstate(all="ignore"):
                u = np.where(got == s.mid, 0, np.abs(got - s.mid) / s.rad).astype(np.float64)  # a budget may be 0
            u = np.where(np.isfinite(got), u, np.inf)
            u = np.where(np.isfinite(s.mid) & np.isfinite(s.rad), u, np.nan)
            u[~self.returned] = np.nan
            made.append(u)
        return made

    @cached_property
    def worst(self) -> np.ndarray:
        """The largest units of each point, 0 where nothing can be said."""
        out = np.zeros(self.answers.batch.count)
        for u in self.units:
            flat = u.reshape(len(out), -1)
            if flat.shape[1]:
                out = np.maximum(out, np.nan_to_num(flat, nan=0.0, posinf=np.inf).max(axis=1))
        return out

    @cached_property
    def failing(self) -> np.ndarray:
        rows: np.ndarray = np.asarray(self.worst > limit(self.format) / 2)
        for call in {*self.answers.replies.errors, *self.answers.misshapen}:
            at = list(self.answers.rows_of(call))
            rows[at] = self.known[at].all()
        return rows

    def count(self, tally: Tally) -> None:
        """Add what passed to the tally."""
        tally.inputs += int(self.returned.sum())
        ok = self.returned & ~self.failing
        for got, s, u in zip(self.answers.outputs or [], self.screens, self.units, strict=True):
            mine = u[ok]
            tally.values += int(np.isfinite(mine).sum())
            tally.unbounded += int(np.isnan(mine).sum())
            if np.isfinite(mine).any():
                tally.worst_units = max(tally.worst_units, float(np.nanmax(np.where(np.isfinite(mine), mine, 0))))
                with np.errstate(all="ignore"):
                    error = np.abs(got[ok] - s.mid[ok]).astype(np.float64)
                    ulp = error / np.spacing(np.abs(s.mid[ok]).astype(self.format.name)).astype(np.float64)
                ulp = np.where(np.isfinite(mine) & np.isfinite(ulp), ulp, 0)
                tally.worst_ulp = max(tally.worst_ulp, float(ulp.max(initial=0)))
        self._plot(tally)

    def _plot(self, tally: Tally) -> None:
        if not self.screens or len(tally.points) >= PLOTTED:
            return
        rows = np.flatnonzero(self.returned & self.known)[:12]
        sizes = points.sizes(self.answers.batch)
        for row in rows:
            u = self.units[0][row].ravel()
            if u.size:
                at = int(np.argmax(np.nan_to_num(u)))
                budget = float(self.screens[0].rad[row].ravel()[at])
                tally.points.append(Point(tally.format.name, float(sizes[row]), float(u[at]) * budget, budget))

    # ------------------------------------------------------------------ suspects
    def suspects(self) -> list[Suspect]:
        """What is worth settling, the most promising first: failing points, then those without a screened value."""
        found = [Suspect(*s) for s in self._called_badly()]
        rows = np.flatnonzero(self.failing & self.returned)
        for row in rows:
            found.append(self._at(int(row)))
        return found + self._unclear()

    def _called_badly(self) -> list[tuple[int, str, float]]:
        """Calls that raised or returned another shape, but where a budget is unbounded: there anything may happen."""
        bad = [*((call, "exception") for call in sorted(self.answers.replies.errors))]
        bad += [(call, "shape") for call in sorted(self.answers.misshapen)]
        if not bad:
            return []
        open_ = np.zeros(self.answers.batch.count, bool)
        for s in self.screens:
            open_ |= (np.isfinite(s.mid) & np.isinf(s.rad)).reshape(len(open_), -1).any(axis=1)
        rows = [(self.answers.rows_of(call), kind) for call, kind in bad]
        return [(its[0], kind, math.inf) for its, kind in rows if not open_[list(its)].any()]

    def _at(self, row: int) -> Suspect:
        output = int(np.argmax([np.nan_to_num(u[row], posinf=np.inf).max(initial=0) for u in self.units]))
        u = np.nan_to_num(self.units[output][row], posinf=np.inf)
        index = tuple(int(i) for i in np.unravel_index(int(np.argmax(u)), u.shape))
        got = (self.answers.outputs or [])[output][(row, *index)]
        return Suspect(row, "value" if np.isfinite(got) else "nonfinite", float(u[index]), output, index)

    def _unclear(self) -> list[Suspect]:
        """Values that may be infinite, or that screening could not see."""
        made: list[Suspect] = []
        for o, (got, s) in enumerate(zip(self.answers.outputs or [], self.screens, strict=True)):
            odd = ~np.isfinite(s.mid) & ~((got == s.mid) & np.isinf(s.mid))
            odd[~self.returned] = False
            for at in np.argwhere(odd)[:UNCLEAR]:
                made.append(Suspect(int(at[0]), "unclear", 0.0, o, tuple(int(i) for i in at[1:])))
        return made

    def exactly(self, row: int) -> Exactly:
        if row not in self._exactly:
            batch = self.answers.batch
            self._exactly[row] = Exactly(batch.variant, batch.point(row), self.format)
        return self._exactly[row]

    def settle(self, suspect: Suspect) -> Failure | None:
        """The failure, if balls confirm it; None where the result is right or nothing can be said."""
        if suspect.kind in ("exception", "shape"):
            return self._settle_call(suspect)
        truth = self.exactly(suspect.row).truth(suspect.output, suspect.index)
        got = float((self.answers.outputs or [])[suspect.output][(suspect.row, *suspect.index)])
        return failure(suspect, truth, got, self.format)

    def _settle_call(self, suspect: Suspect) -> Failure | None:
        call = self.answers.call_of(suspect.row)
        shapes = [s.mid.shape[1:] for s in self.screens]
        for row in self.answers.rows_of(call):  # where any point has no value or no budget, anything may happen
            for output, shape in enumerate(shapes):
                for index in np.ndindex(shape):
                    truth = self.exactly(row).truth(output, index)
                    if not truth.known or (not truth.infinite and not math.isfinite(truth.budget)):
                        return None
        got = self.answers.replies.errors.get(call) or self.answers.misshapen[call]
        return Failure(suspect.row, suspect.kind, self.exactly(suspect.row).truth(0, _first(shapes)), got=got)


def _first(shapes: Sequence[tuple[int, ...]]) -> Index:
    return (0,) * len(shapes[0])


def failure(suspect: Suspect, truth: Truth, got: float, fmt: Format) -> Failure | None:
    """Whether a number misses the truth by more than the format may cost."""
    if not truth.known:
        return None
    place = (suspect.output, suspect.index)
    if truth.infinite:
        if got == float(truth.low):
            return None
        return Failure(suspect.row, "nonfinite", truth, *place, math.inf, repr(got))
    if not math.isfinite(truth.budget):
        return None
    if not math.isfinite(got):
        return Failure(suspect.row, "nonfinite", truth, *place, math.inf, repr(got))
    error = truth.error(got)
    if error <= limit(fmt) * truth.budget:
        return None
    return Failure(suspect.row, "value", truth, *place, error, repr(got))


def ulps(error: float, value: float, fmt: Format) -> float | None:
    """An error in units in the last place of the value, None where either is not finite."""
    if not (math.isfinite(error) and math.isfinite(value)):
        return None
    try:
        return math.ldexp(error, -spacing(value, fmt.name))
    except OverflowError:
        return math.inf
