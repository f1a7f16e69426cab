"""Inequalities in one or two real variables by ball branch-and-bound: certified on a box, proved if the tail is too.

A box is bisected until the ball of the difference is positive on every piece. Where equality is stated at a point of
one variable, the difference and its slope vanish there by the normal form, and the curvature is positive nearby.
Beyond the box the difference must be nonnegative by a searched certificate; else the box is the scope of the verdict.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from flint import arb, fmpq

from ..spec.language import expressions as x
from ..spec.language.claims import lower_and_upper
from ..spec.language.sorts import NONNEGATIVE, Domain
from ..spec.language.statements import AtLeast, AtMost, Equals, Less
from .ball_arithmetic import Balls, ball, precision
from .evaluate import Evaluation, Undecided, Undefined, Unsupported
from .evidence import STATEMENT, Evidence, Verdict
from .goal import Effort, Goal
from .prover.context import context_of
from .prover.derivative import derivative
from .prover.engine import Engine, Infinite, Unproved, fresh_name
from .prover.inequality import Search
from .prover.signs import minus
from .prover.terms import Atom, Poly, Term, number, opened
from .prover.translate import normal

NAME = "boxes"
TRUSTED = ("python-flint (Arb)", "the evaluator of the language")
REACH = 16
SECONDS = {"quick": 0.2, "standard": 0.5, "thorough": 30.0}
NEAR = tuple(fmpq(1, 2**k) for k in (1, 2, 4, 6))
Box = tuple[tuple[Any, Any], ...]


def applies(goal: Goal) -> str:
    """Empty, or why this method has nothing to say about the goal."""
    s = goal.statement
    if not isinstance(s, (AtMost, AtLeast, Less)):
        return "the statement is not an inequality"
    sorts = [v.sort for v in goal.variables.values()]
    if not 1 <= len(sorts) <= 2 or any(q.kind != "scalar" or q.domain.integer or q.domain.values for q in sorts):
        return "it is not in one or two real variables"
    stated = getattr(s, "equality", None)
    if stated is None:
        return "" if isinstance(s, Less) or len(sorts) == 1 else "without strictness a box in two variables may touch"
    (first, *_) = goal.variables.values()
    at_point = isinstance(stated, Equals) and stated.left == first.expr and stated.right.is_Rational
    return "" if len(sorts) == 1 and at_point else "the equality case is not a point"


@dataclass
class _Work:
    """The difference, the clock, and the number of pieces looked at."""

    expr: Any
    names: tuple[str, ...]
    deadline: float
    pieces: int = 0

    def positive(self, e: Any, box: Box) -> bool:
        """e > 0 on the whole box, by bisection along the widest side."""
        todo = [box]
        while todo:
            piece = todo.pop()
            self.pieces += 1
            if time.monotonic() > self.deadline:
                return False
            if self._sign(e, piece) > 0:
                continue
            if self._sign(e, tuple(((lo + hi) / 2,) * 2 for lo, hi in piece)) < 0:
                return False  # a point at which it certainly fails
            sides = [hi - lo for lo, hi in piece]
            widest = max(range(len(sides)), key=lambda k: sides[k])
            if sides[widest] < fmpq(1, 2**40):
                return False
            lo, hi = piece[widest]
            middle = (lo + hi) / 2
            todo += [(*piece[:widest], part, *piece[widest + 1 :]) for part in ((lo, middle), (middle, hi))]
        return True

    def _sign(self, e: Any, piece: Box) -> int:
        """1 where certainly positive on the piece, −1 where certainly negative, 0 where not known."""
        env = {name: _hull(lo, hi) for name, (lo, hi) in zip(self.names, piece, strict=True)}
        try:
            value = ball(Evaluation(env, Balls()).value(e))
            return 1 if value > 0 else -1 if value < 0 else 0
        except (Undecided, Undefined, Unsupported, ZeroDivisionError):
            return 0


def _hull(lo: fmpq, hi: fmpq) -> arb:
    return arb((lo + hi) / 2, arb((hi - lo) / 2).upper())


def check(goal: Goal, effort: Effort, seed: int) -> Evidence:
    """PROVED (box and tails), CERTIFIED on the box that is named, or UNDECIDED."""
    s = goal.statement
    low, high = (s.left, s.right) if isinstance(s, Less) else lower_and_upper(s)
    with x.as_written():
        f = high - low
    variables = list(goal.variables.values())
    work = _Work(f, tuple(v.name for v in variables), time.monotonic() + SECONDS[effort.name])
    box = tuple(_range(v.sort.domain) for v in variables)
    with precision(80):
        fault = _on_box(goal, work, box)
    said = " × ".join(f"{v.name} in [{lo}, {hi}]" for v, (lo, hi) in zip(variables, box, strict=True))
    common: dict[str, Any] = {
        "claim": goal.id,
        "subject": STATEMENT,
        "method": NAME,
        "trusted": TRUSTED,
        "effort": {"boxes": work.pieces},
    }
    if fault:
        return Evidence(verdict=Verdict.UNDECIDED, detail=fault, **common)
    if all(_covered(v.sort.domain) for v in variables):
        return Evidence(verdict=Verdict.PROVED, detail=f"positive on the whole domain, {said}", **common)
    if len(variables) == 1 and _tails(goal, f, variables[0].name, box[0], isinstance(s, Less)):
        detail = f"positive for {said} by balls, and beyond by a certificate"
        return Evidence(
            verdict=Verdict.PROVED, detail=detail, **{**common, "trusted": (*TRUSTED, "the rules for certificates")}
        )
    return Evidence(verdict=Verdict.CERTIFIED, detail=f"positive for {said}; nothing is said beyond", **common)


def _range(d: Domain) -> tuple[fmpq, fmpq]:
    low = fmpq(d.low) if d.low is not None else fmpq(-REACH)
    return low, fmpq(d.high) if d.high is not None else max(low, fmpq(0)) + REACH


def _covered(d: Domain) -> bool:
    return d.low is not None and d.high is not None


def _on_box(goal: Goal, work: _Work, box: Box) -> str:
    """Empty when the difference is positive on the box, apart from the point at which it is stated to vanish."""
    stated = getattr(goal.statement, "equality", None)
    if stated is None:
        return "" if work.positive(work.expr, box) else "the balls stay undecided within the limits"
    (v,) = goal.variables.values()
    point = fmpq(int(stated.right.p), int(stated.right.q))
    engine = Engine(context_of(goal.variables.values()))
    try:
        slope = derivative(work.expr, v.expr)
        curvature = derivative(slope, v.expr)
        here = {v.expr: stated.right}
        if any(not engine.is_zero(normal(engine, x.substitute(e, here))) for e in (work.expr, slope)):
            return "the difference and its slope do not both vanish at the stated point"
    except (Unproved, Infinite, Unsupported) as reason:
        return str(reason)
    lo, hi = box[0]
    for radius in NEAR:
        near = max(lo, point - radius), min(hi, point + radius)
        if work.positive(curvature, (near,)):
            rest = [piece for piece in ((lo, near[0]), (near[1], hi)) if piece[0] < piece[1]]
            if all(work.positive(work.expr, (piece,)) for piece in rest):
                return ""
            return "the balls stay undecided away from the stated point"
    return "the curvature at the stated point was not settled"


def _tails(goal: Goal, f: Any, name: str, box: tuple[fmpq, fmpq], strict: bool) -> bool:
    """Nonnegative (positive, where strict) beyond the box, by a searched certificate in the distance from its end."""
    (v,) = goal.variables.values()
    sides = [(1, box[1])] if v.sort.domain.high is None else []
    sides += [(-1, box[0])] if v.sort.domain.low is None else []
    for side, end in sides:
        engine = Engine(context_of(goal.variables.values()))
        step = fresh_name()
        engine.ctx.domains[step] = NONNEGATIVE
        try:
            p = normal(engine, f)
            moved = engine.canon([*opened(number(end)), Term(fmpq(side), (), {Atom("var", step): fmpq(1)})])
            beyond = engine.move_poly(p, name, moved)
            if any(not _holds_beyond(engine, q, key, name, moved) for key, q in dict(engine.side).items()):
                return False
            engine.side = {}
            found = Search(engine).prove(beyond)
        except (Unproved, Infinite, Unsupported):
            return False
        if found is None or engine.side or (strict and "never" not in (found.zeros or ())):
            return False
    return True


def _holds_beyond(engine: Engine, q: Poly, key: str, name: str, moved: Poly) -> bool:
    """Whether what the difference needs to have a value is surely so beyond the end of the box."""
    there = engine.move_poly(q, name, moved)
    if key.endswith("≥ 0"):
        return engine.signs.poly_nonnegative(there)
    up = engine.signs.poly_positive(there)
    return up or (key.endswith("≠ 0") and engine.signs.poly_positive(minus(Poly({}), there)))
