"""The plot of error against the size of the input: where on a page each mark, line and number stands.

Both axes are logarithmic. What has no logarithm keeps a place of its own: a zero at the left and on the floor, what is
not finite at the right and on the ceiling. Where a search has gone through all exponents, an axis shows the decades in
which nearly all points lie, and the few others stand at its ends, whose numbers then are marked with ≤ and ≥.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..checks.audit.findings import Audit, Point
from .audit_words import number, power
from .words import count, listed

WIDTH, HEIGHT = 640.0, 340.0
LEFT, RIGHT, TOP, BOTTOM = 62.0, 14.0, 16.0, 46.0  # margins
APART, EDGE = 36.0, 9.0  # of what has no logarithm: the room for it, and its place from the edge
UNITS = 4  # of the budget are correct
MOST = 300  # marks of one format
BINS = 32
DECADES = 30  # are shown whole; of more, those in which all but a twentieth at either end lie
SHAPES = ("circle", "square", "triangle", "diamond")


@dataclass(frozen=True)
class Tick:
    at: float
    label: str


@dataclass(frozen=True)
class Mark:
    x: float
    y: float
    over: bool


@dataclass(frozen=True)
class Series:
    """The marks of one format, and its limit: the error that four units of the budget allow."""

    format: str
    number: int
    shape: str
    marks: tuple[Mark, ...]
    limit: str  # the data of a path
    total: int
    over: int


@dataclass(frozen=True)
class Plot:
    series: tuple[Series, ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    worst: Mark | None
    worst_label: str
    worst_left: bool  # the label stands to the left of the mark
    floor: float | None  # where zeros stand
    ceiling: float | None  # where errors that are not finite stand
    description: str


@dataclass(frozen=True)
class _Axis:
    """A logarithmic axis from one place on the page to another, in powers of ten."""

    low: int
    high: int
    start: float
    end: float
    below: bool = False  # there are smaller values than the axis shows
    above: bool = False

    def at(self, value: float) -> float:
        part = (math.log10(value) - self.low) / (self.high - self.low)
        return round(self.start + min(1.0, max(0.0, part)) * (self.end - self.start), 1)

    def ticks(self, most: int) -> tuple[Tick, ...]:
        step = max(1, math.ceil((self.high - self.low) / most))
        first = math.ceil(self.low / step) * step
        shown = [n for n in range(first, self.high + 1, step) if -323 <= n <= 308]
        if self.below:
            shown = [self.low, *(n for n in shown if n > self.low + step / 2)]
        if self.above:
            shown = [*(n for n in shown if n < self.high - step / 2), self.high]
        return tuple(Tick(self.at(10.0**n), self._label(n)) for n in shown)

    def _label(self, n: int) -> str:
        return "≤ " * (self.below and n == self.low) + "≥ " * (self.above and n == self.high) + power(n)


def plot(audit: Audit) -> Plot | None:
    """The plot, or None where there is nothing to draw."""
    points = [p for p in audit.points if not math.isnan(p.size)]
    if not points:
        return None
    zero_x, inf_x = any(p.size == 0 for p in points), any(math.isinf(p.size) for p in points)
    zero_y = any(p.error == 0 for p in points)
    inf_y = any(not math.isfinite(p.error) for p in points)
    left, right = LEFT + APART * zero_x, WIDTH - RIGHT - APART * inf_x
    bottom, top = HEIGHT - BOTTOM - APART * zero_y, TOP + APART * inf_y
    worst = max(points, key=_ratio)
    across = _axis([p.size for p in points], worst.size, left, right)
    limits = [p.budget * UNITS for p in points]
    up = _axis([*(p.error for p in points), *limits], worst.error, bottom, top)
    floor = HEIGHT - BOTTOM - EDGE if zero_y else None
    ceiling = TOP + EDGE if inf_y else None

    def place(p: Point) -> Mark:
        x = LEFT + EDGE if p.size == 0 else WIDTH - RIGHT - EDGE if math.isinf(p.size) else across.at(p.size)
        if not math.isfinite(p.error):
            return Mark(x, ceiling or top, True)
        return Mark(x, up.at(p.error) if p.error else floor or bottom, _ratio(p) > UNITS)

    formats = list(dict.fromkeys([row.format for row in audit.formats] + [p.format for p in points]))
    series = []
    for n, name in enumerate(formats):
        own = [p for p in points if p.format == name]
        if own:
            shown = tuple(dict.fromkeys(place(p) for p in _some(own)))
            over = sum(_ratio(p) > UNITS for p in own)
            line = _limit(own, across, up)
            series.append(Series(name, n % 4 + 1, SHAPES[n % 4], shown, line, len(own), over))
    marked = _ratio(worst) > 0
    spot = place(worst)
    ticks = list(across.ticks(9))
    ticks += [Tick(LEFT + EDGE, "0")] if zero_x else []
    ticks += [Tick(WIDTH - RIGHT - EDGE, "∞")] if inf_x else []
    return Plot(
        tuple(series),
        tuple(ticks),
        up.ticks(8),
        spot if marked else None,
        f"worst: {_said(_ratio(worst))}",
        spot.x > WIDTH / 2,
        floor,
        ceiling,
        _description(series, worst),
    )


def _ratio(p: Point) -> float:
    """The error in units of the budget."""
    if not math.isfinite(p.error):
        return math.inf
    if p.error == 0 or math.isnan(p.budget) or math.isinf(p.budget):
        return 0.0
    return p.error / p.budget if p.budget > 0 else math.inf


def _said(ratio: float) -> str:
    return "not finite" if math.isinf(ratio) else f"{number(ratio)} × budget"


def _what(p: Point) -> str:
    if not math.isfinite(p.error):
        return "the result is not finite"
    return f"an error of {number(p.error)}, {_said(_ratio(p))}"


def _description(series: Sequence[Series], worst: Point) -> str:
    each = [f"{count(s.total, 'point')} in {s.format}, {s.over or 'none'} over the limit" for s in series]
    return (
        f"The limit is {UNITS} times the error budget: {listed(each)}."
        f" The worst is at a size of {number(worst.size)} in {worst.format}:"
        f" {_what(worst)}."
    )


def _axis(values: Iterable[float], worst: float, start: float, end: float) -> _Axis:
    logs = sorted(math.log10(v) for v in values if 0 < v < math.inf) or [-1.0, 1.0]
    cut = len(logs) // 20 if logs[-1] - logs[0] > DECADES else 0
    ends = [logs[cut], logs[-1 - cut], *([math.log10(worst)] if 0 < worst < math.inf else [])]
    low, high = max(math.floor(min(ends)), -323), min(math.ceil(max(ends)), 308)
    if high <= low:
        low, high = (low, low + 1) if low < 308 else (307, 308)
    return _Axis(low, high, start, end, logs[0] < low, logs[-1] > high)


def _some(points: Sequence[Point]) -> list[Point]:
    """The worst of many points, and an even choice of the others."""
    if len(points) <= MOST:
        return list(points)
    worst = sorted(points, key=_ratio, reverse=True)
    rest = worst[MOST // 3 :]
    step = len(rest) / (MOST - MOST // 3)
    return worst[: MOST // 3] + [rest[int(i * step)] for i in range(MOST - MOST // 3)]


def _limit(points: Sequence[Point], across: _Axis, up: _Axis) -> str:
    """The limit as level pieces, as data of a path: of the points that lie close together the one in the middle."""
    width = (across.end - across.start) / BINS
    bins: dict[int, list[float]] = {}
    for p in points:
        if 0 < p.size < math.inf and 0 < p.budget < math.inf:
            n = min(BINS - 1, int((across.at(p.size) - across.start) / width))
            bins.setdefault(n, []).append(p.budget * UNITS)
    pieces = []
    for n, limits in sorted(bins.items()):
        y = up.at(sorted(limits)[len(limits) // 2])
        pieces.append(f"M{across.start + n * width:.1f} {y}h{width:.1f}")
    return "".join(pieces)
