"""Certificates: an inequality is PROVED when a search finds nonnegative parts that add up to the difference."""

from __future__ import annotations

from ..spec.language import expressions as x
from ..spec.language.claims import expand, lower_and_upper
from ..spec.language.statements import AtLeast, AtMost
from .derivation import formula
from .evaluate import Unsupported
from .evidence import STATEMENT, Evidence, ProofRecord, StepRecord, Verdict
from .goal import Effort, Goal
from .normal_form import side_conditions
from .prover.context import context_of
from .prover.engine import Engine, Infinite, Unproved
from .prover.extended import ordered_at_infinity
from .prover.inequality import Found, Search
from .prover.leftover import expression, readable
from .prover.proving import difference, stated_key
from .prover.terms import Poly
from .prover.translate import normal

NAME = "certificate"
TRUSTED = (
    "the normal form of indexed sums",
    "python-flint (factorisation)",
    "the rules for certificates (squares, log x ≤ x − 1, eˣ ≥ 1 + x, monotone functions, growth from a point)",
)


def applies(goal: Goal) -> str:
    """Empty, or why this method has nothing to say about the goal."""
    if not isinstance(goal.statement, (AtMost, AtLeast)):
        return "the statement is not an inequality"
    if any(isinstance(s, x.Recurrence) for e in goal.statement.expressions() for s in x.subexpressions(expand(e))):
        return "a recurrence needs induction"
    return ""


def check(goal: Goal, effort: Effort, seed: int) -> tuple[Evidence, tuple[ProofRecord, ...]]:
    """PROVED with the parts shown, or UNDECIDED with what was to be shown nonnegative."""
    s = goal.statement
    assert isinstance(s, (AtMost, AtLeast))
    engine = Engine(context_of(goal.variables.values()))
    found: Found | None = None
    detail, p = "", Poly({})
    try:
        low, high = (normal(engine, e) for e in lower_and_upper(s))
        p = difference(high, low, engine)
        if not ordered_at_infinity(engine, low, high):
            detail = "the sides may be infinite in the wrong direction"
        else:
            found = Search(engine).nonnegative(p)
            detail = "" if found else f"no certificate was found for {readable(p)} ≥ 0"
        if found and s.equality is not None and found.zeros != {stated_key(engine, s.equality)}:
            detail = "the inequality is proved, but not when equality holds"
    except (Unproved, Infinite, Unsupported) as reason:
        detail = str(reason)
    verdict = Verdict.UNDECIDED if detail else Verdict.PROVED
    parts = len(found.parts) if found else 0
    said = detail or f"the difference is a sum of {parts} nonnegative part{'s' if parts != 1 else ''}"
    conditions = tuple(sorted(side_conditions(engine)))
    evidence = Evidence(
        goal.id, STATEMENT, NAME, verdict, said, side_conditions=conditions, trusted=TRUSTED, effort={"parts": parts}
    )
    return evidence, (_record(p, found, detail),) if found else ()


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
