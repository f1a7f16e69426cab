"""Inputs that the sorts admit and at which a side has no value: a defect of the claim, never its truth.

Only what is certain counts: an exact point at which something is divided by 0, say. Where an evaluation merely does not
see the value, as of a derivative at a kink that is none, nothing is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from fractions import Fraction
from typing import Any

from ..spec.language import expressions as x
from ..spec.language.statements import All, AtLeast, AtMost, Determines, Equals, Identical, Iff, Less, Statement
from .ball_arithmetic import PRECISIONS, Balls, Dual, precision, sign
from .evaluate import Evaluation, Undecided, Undefined, Unsupported
from .evidence import NoValue
from .goal import Goal, plain_value
from .sampling import Point, simplified, sizes_of

MOST_POINTS = 40  # of those at which an evaluation saw no value
ASKED = (Equals, Identical, AtMost, AtLeast, Less, Iff, Determines)
PLACES = {
    "left": "the left side",
    "right": "the right side",
    "equality": "the equality case",
    "equation": "the equation",
    "value": "the value",
}


class Sure(Balls):
    """Balls that raise Undefined only where there is surely no value, and Undecided where there may be one."""

    def derivative(self, evaluate: Callable[[Any], Any], at: Any) -> Any:
        try:
            return super().derivative(evaluate, at)
        except Undefined as reason:  # |x|·x has a derivative at 0, and max(x, x) everywhere
            evaluate(self.variable(at))  # but what has no value has none
            raise Undecided("a derivative at what may be a kink") from reason

    def is_zero(self, a: Any) -> bool:
        """Asked of the weight of a logarithm: where it may be 0, the logarithm may not matter."""
        return not isinstance(a, Dual) and sign(a) == 0


def found(goal: Goal, points: Iterable[Point]) -> NoValue | None:
    """The simplest of the points where the statement surely has no value, made simpler still."""
    sizes = sizes_of(goal.variables)
    simplest = sorted(points, key=lambda p: (sum(p[n] for n in sizes), sum(map(_cost, p.values()))))
    for point in simplest[:MOST_POINTS]:
        if without_value(goal.statement, point):
            point = simplified(goal.variables, point, lambda p: bool(without_value(goal.statement, p)))
            place, e, reason = without_value(goal.statement, point) or ("", None, "")
            shown = _shown(goal, e, point)
            sorts = [goal.variables[n].sort for n in shown]
            named = [s.name for s in sorts if s.kind not in ("size", "index")] or [s.name for s in sorts]
            return NoValue(place, {n: plain_value(point[n]) for n in shown}, reason, tuple(dict.fromkeys(named)))
    return None


def _cost(value: Any) -> int:
    """How much there is to read in a value: 0 costs nothing, 1 little."""
    if isinstance(value, dict):
        return sum(map(_cost, value.values()))
    if isinstance(value, (int, Fraction)):
        return abs(value.numerator) + value.denominator - 1
    return 0


def _shown(goal: Goal, e: Any, point: Point) -> list[str]:
    """The variables of an expression, with the sizes of its arrays."""
    used = {s.name for s in e.free_symbols if not isinstance(s, x.Bound)}
    used |= {d for n in used & set(goal.variables) for d in goal.variables[n].sort.sizes}
    return [n for n in goal.variables if n in used and n in point and not callable(point[n])]


def without_value(statement: Statement, point: Point) -> tuple[str, Any, str] | None:
    """The first place that surely has no value at the point, with its expression and the reason."""
    if not isinstance(statement, ASKED):
        return None
    for bits in PRECISIONS:
        with precision(bits):
            at, decided = Evaluation(point, Sure()), True
            for place, e in _expressions(statement):
                try:
                    at.value(e)
                except Undefined as reason:
                    return place, e, str(reason)
                except Undecided:
                    decided = False
                except Unsupported:
                    pass
        if decided:
            break
    return None


def _expressions(statement: Any) -> Iterator[tuple[str, Any]]:
    """The numbers of a statement, and the places where they stand."""
    for f in fields(statement):
        part = getattr(statement, f.name)
        if f.name not in PLACES or part is None or isinstance(part, (x.Array, x.Family)):
            continue
        if isinstance(statement, Determines) and f.name == "equation":
            with x.as_written():
                solved = {statement.unknown: statement.value}
                yield from ((PLACES[f.name], x.substitute(e, solved)) for e in (part.left, part.right))
        elif isinstance(part, All):
            yield from ((PLACES[f.name], e) for condition in part.parts for _, e in _expressions(condition))
        elif isinstance(part, Statement):
            yield from ((PLACES[f.name], e) for _, e in _expressions(part))
        else:
            yield PLACES[f.name], part
