"""Certificates: an inequality is PROVED when a search finds nonnegative parts that add up to the difference."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import sympy as sp

from ..spec.language import expressions as x
from ..spec.language.claims import expand, lower_and_upper
from ..spec.language.sorts import NONNEGATIVE, REAL, SIZE
from ..spec.language.statements import All, AtLeast, AtMost, Equals, Identical, Less
from .derivation import formula
from .evaluate import Unsupported
from .evidence import STATEMENT, Evidence, ProofRecord, StepRecord, Verdict
from .goal import Effort, Goal
from .normal_form import side_conditions
from .prover.context import context_of
from .prover.engine import Engine, Infinite, Unproved
from .prover.equality import exactly
from .prover.extended import ordered_at_infinity
from .prover.inequality import Found, Search
from .prover.leftover import expression, readable
from .prover.proving import difference, equal, finite_or_said, stated_condition, stated_keys
from .prover.terms import Poly
from .prover.translate import normal

NAME = "certificate"
ARGMAX, TOP, BELOW = "?argmax", "?top", "?below"  # no parameter can be called so
TRUSTED = (
    "the normal form of indexed sums",
    "python-flint (factorisation)",
    "the rules for certificates (squares, log x ≤ x − 1, eˣ ≥ 1 + x, monotone functions, growth from a point)",
)


def applies(goal: Goal) -> str:
    """Empty, or why this method has nothing to say about the goal."""
    if not isinstance(goal.statement, (AtMost, AtLeast, Less)):
        return "the statement is not an inequality"
    return ""


def check(goal: Goal, effort: Effort, seed: int) -> tuple[Evidence, tuple[ProofRecord, ...]]:
    """PROVED with the parts shown, or UNDECIDED with what was to be shown nonnegative."""
    s = goal.statement
    low, high = (s.left, s.right) if isinstance(s, Less) else lower_and_upper(s)
    detail, attempt = "", _Attempt(Poly({}), None, ())
    for engine, read in _readings(goal, low, high):
        try:
            attempt, fault = _attempt(goal, engine, read(low), read(high), read)
        except (Unproved, Infinite, Unsupported) as reason:
            fault = str(reason)
        detail = detail or fault
        if not fault:
            detail = ""
            break
    verdict = Verdict.UNDECIDED if detail else Verdict.PROVED
    parts = len(attempt.found.parts) if attempt.found else 0
    said = detail or f"the difference is a sum of {parts} nonnegative part{'s' if parts != 1 else ''}"
    evidence = Evidence(
        goal.id, STATEMENT, NAME, verdict, said, side_conditions=attempt.sides, trusted=TRUSTED, effort={"parts": parts}
    )
    return evidence, (_record(attempt.p, attempt.found, detail),) if attempt.found else ()


@dataclass(frozen=True)
class _Attempt:
    p: Poly
    found: Found | None
    sides: tuple[str, ...]


Reading = Callable[[Any], Any]


def _attempt(goal: Goal, engine: Engine, low_side: Any, high_side: Any, read: Reading) -> tuple[_Attempt, str]:
    """One search: what was found, and empty or why it does not settle the goal."""
    low, high = (finite_or_said(engine, e) for e in (low_side, high_side))
    p = difference(high, low, engine)
    if not ordered_at_infinity(engine, low, high):
        return _Attempt(p, None, ()), "the sides may be infinite in the wrong direction"
    search = Search(engine)
    found = search.prove(p)
    attempt = _Attempt(p, found, tuple(sorted(side_conditions(engine))))
    if found is None:
        return attempt, f"no certificate was found for {readable(p)} ≥ 0"
    s = goal.statement
    if isinstance(s, Less) and "never" not in (found.zeros or ()):
        return attempt, "the inequality is proved, but not that it is strict"
    stated = None if isinstance(s, Less) else s.equality  # type: ignore[attr-defined]
    if stated is not None and not _equality(goal, search, p, found, stated.rebuild(read)):
        return attempt, "the inequality is proved, but not when equality holds"
    return attempt, ""


def _equality(goal: Goal, search: Search, p: Poly, found: Found, stated: Equals | Identical | All) -> bool:
    """All parts vanish exactly in the stated case."""
    if found.zeros is None:
        return False
    engine = search.engine
    if isinstance(stated, All):
        return stated_keys(engine, stated) == found.zeros
    condition = stated_condition(engine, stated)

    def sides_agree() -> bool | None:
        """With one side of the condition put in for the other, the two sides of the inequality are equal."""
        pairs = ((stated.left, stated.right), (stated.right, stated.left))
        replaced = next(((a, b) for a, b in pairs if _free(a)), None)
        sides = [expand(e) for e in lower_and_upper(goal.statement)]
        moving = (x.Derivative, x.Expectation, x.Recurrence, x.Largest)
        if replaced is None or engine.ctx.domains.get(BELOW) or any(e.has(*moving) for e in sides):
            return None
        there = [x.substitute(e, dict([replaced])) for e in sides]
        return equal(Engine(context_of(goal.variables.values())), *there) is None

    return exactly(search, p, found.zeros, condition, sides_agree)


def _free(e: Any) -> bool:
    return isinstance(e, (x.Array, sp.Symbol))


def _readings(goal: Goal, low: Any, high: Any) -> Iterator[tuple[Engine, Reading]]:
    """How to read both sides: as they stand; with maxₖ aₖ as the entry at some index; with aₖ = max − dₖ, d ≥ 0."""
    variables = goal.variables.values()
    yield Engine(context_of(variables)), lambda e: e
    tops = {s for e in (expand(low), expand(high)) for s in x.subexpressions(e) if isinstance(s, x.Largest)}
    if not tops or any(e.has(x.Expectation, x.Moment) for e in (expand(low), expand(high))):
        return
    alone = [t for t in tops if t.low == 1 and not t.body.has(x.Largest)]
    if len(alone) != len(tops) or any(isinstance(s, x.Bound) for t in tops for s in t.free_symbols):
        return
    engine, entries = Engine(context_of(variables)), {}
    for i, t in enumerate(sorted(tops, key=str)):
        name = f"{ARGMAX}{i}"
        engine.ctx.ranges[name] = (normal(engine, t.low), normal(engine, t.high))
        if not engine.signs.nonempty(*engine.ctx.ranges[name]):
            return
        engine.ctx.domains[name] = SIZE
        entries[t] = x.substitute(t.body, {t.index: sp.Symbol(name, integer=True)})
    yield engine, lambda e: x.substitute(expand(e), entries)
    plain = [t for t in tops if isinstance(t.body, x.Entry) and t.body.indices == (t.index,) and t.low == 1]
    arrays = {t.body.array for t in plain}
    if len(plain) != len(tops) or len(arrays) != 1 or len({t.high for t in plain}) != 1:
        return
    (array,) = arrays
    size = plain[0].high
    if engine.ctx.domain(array.name) is REAL and array.name not in engine.ctx.sums_to_one:
        engine = Engine(context_of(variables))
        engine.ctx.domains[BELOW] = NONNEGATIVE
        largest, below = sp.Symbol(TOP, real=True), x.Array(BELOW, size)
        with x.as_written():
            lowered = x.vector(lambda k: largest - below[k], over=size)
        yield engine, lambda e: x.substitute(x.substitute(expand(e), dict.fromkeys(tops, largest)), {array: lowered})


def _record(p: Poly, found: Found, detail: str) -> ProofRecord:
    with x.as_written():
        steps = tuple(
            StepRecord(i, "", why, "≥ 0:", formula(expression(part)), "certificate", Verdict.PROVED)
            for i, (part, why) in enumerate(found.parts, start=1)
        )
        return ProofRecord(
            "certificate",
            "The difference as a sum of nonnegative parts",
            formula(expression(p)),
            steps,
            Verdict.UNDECIDED if detail else Verdict.PROVED,
            detail,
        )
