"""Equivalences as a method: two conditions that hold for the same inputs, two functions with the same minimisers.

"A exactly when B" is PROVED when both come to one condition by steps that are equivalences, for each value of the signs
and bits that occur; or when B is the proved equality case of an inequality between the two sides of A.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, product
from typing import Any

import sympy as sp

from ..spec.language import expressions as x
from ..spec.language.claims import expand
from ..spec.language.printing import latex, text
from ..spec.language.statements import AtLeast, AtMost, Determines, Equals, Identical, Iff, SameMinimiser, Statement
from . import calculus, certificates
from .equivalences import determined, minimisers_agree
from .evaluate import Unsupported
from .evidence import STATEMENT, Evidence, Formula, ProofRecord, StepRecord, Verdict
from .goal import EFFORTS, Effort, Goal
from .normal_form import side_conditions
from .prover.conditions import Condition, Path, meeting
from .prover.context import context_of
from .prover.engine import Engine, Infinite, Unproved
from .prover.leftover import expression

NAME = "equivalence"
TRUSTED = (
    "the normal form of indexed sums",
    "python-flint (factorisation)",
    "the rules for conditions (factors of known sign, strictly increasing functions, sums of nonnegative terms)",
)
CANNOT = (Unproved, Infinite, Unsupported)
MOST_CASES = 16
Found = tuple[ProofRecord, list[str]] | str


def applies(goal: Goal) -> str:
    """Empty, or why this method has nothing to say about the goal."""
    if not isinstance(goal.statement, (Iff, SameMinimiser, Determines)):
        return "the statement is no equivalence"
    if any(isinstance(s, x.Recurrence) for e in goal.statement.expressions() for s in x.subexpressions(expand(e))):
        return "a recurrence needs induction"
    return ""


def check(goal: Goal, effort: Effort, seed: int) -> tuple[Evidence, tuple[ProofRecord, ...]]:
    """PROVED with the way from one side to the other, or UNDECIDED with the reason."""
    if isinstance(goal.statement, SameMinimiser):
        return _minimisers(goal), ()
    if isinstance(goal.statement, Determines):
        return _value(goal, goal.statement), ()
    found = _by_conditions(goal)
    if isinstance(found, str):
        found = _by_equality_case(goal, effort, seed) or found
    common = {"claim": goal.id, "subject": STATEMENT, "method": NAME, "trusted": TRUSTED}
    if isinstance(found, str):
        return Evidence(verdict=Verdict.UNDECIDED, detail=found, **common), ()
    record, sides = found
    count = len(record.steps)
    detail = f"{count} equivalent condition{'s' if count != 1 else ''} from the left side to the right side"
    evidence = Evidence(
        verdict=Verdict.PROVED, detail=detail, side_conditions=tuple(sorted(sides)), effort={"steps": count}, **common
    )
    return evidence, (record,)


def proves(goal: Goal) -> bool:
    return check(goal, EFFORTS["quick"], 0)[0].verdict is Verdict.PROVED


# ---------------------------------------------------------------------- A exactly when B
def _value(goal: Goal, s: Determines) -> Evidence:
    """The unknown solved for: the equation holds throughout for the stated value and for no other."""
    engine = Engine(context_of(goal.variables.values()))
    try:
        fault = determined(engine, s.equation.left, s)
    except CANNOT as reason:
        fault = str(reason)
    verdict, detail = (Verdict.UNDECIDED, fault) if fault else (Verdict.PROVED, f"solved for {text(s.unknown)}")
    sides = tuple(sorted(side_conditions(engine)))
    return Evidence(goal.id, STATEMENT, NAME, verdict, detail, side_conditions=sides, trusted=TRUSTED[:2])


def _by_conditions(goal: Goal) -> Found:
    """The way from left to right for each value of the signs and bits that occur, or why there is none."""
    s = goal.statement
    assert isinstance(s, Iff)
    try:
        found = _ways(goal, s, [("", s)])
        if isinstance(found, str):
            cases = list(islice(_cases(goal, s), MOST_CASES + 1))
            if 1 < len(cases) <= MOST_CASES:
                found = _ways(goal, s, cases)
        return found
    except CANNOT as reason:
        return str(reason)


def _ways(goal: Goal, whole: Iff, cases: list[tuple[str, Iff]]) -> Found:
    steps: list[StepRecord] = []
    sides: set[str] = set()
    for label, s in cases:
        engine = Engine(context_of(goal.variables.values()))
        met = meeting(engine, s.left, s.right)
        if met is None:
            return f"no common condition was found{' for ' + label if label else ''}"
        _, there, back = met
        if label:
            steps.append(StepRecord(len(steps) + 1, label, "the left side", "", _said(s.left), NAME, Verdict.PROVED))
        for why, shown in _chain(there, back, s.right):
            steps.append(StepRecord(len(steps) + 1, label, why, "⇔", shown, NAME, Verdict.PROVED))
        sides |= set(side_conditions(engine))
    title = "From one condition to the other by equivalences"
    return ProofRecord(NAME, title, _said(whole.left), tuple(steps), Verdict.PROVED), sorted(sides)


def _chain(there: Path, back: Path, end: Statement) -> Iterator[tuple[str, Formula]]:
    """The way there, then the way back from the common condition to the right side."""
    for why, c in there:
        yield why, _shown(c)
    for k in reversed(range(len(back))):
        yield f"the other way round: {back[k][0]}", _shown(back[k - 1][1]) if k else _said(end)
    if not back:
        yield "this is the right side", _said(end)


def _shown(c: Condition) -> Formula:
    if c.relation in ("true", "false"):
        return Formula(rf"\text{{{c.relation}}}", c.relation)
    with x.as_written():
        e = expression(c.p)
        indices = ", ".join(
            text(expression(lo)) + " ≤ " + name.strip("@") + " ≤ " + text(expression(hi)) for name, lo, hi in c.over
        )
        sign = {"≥": r"\ge", "≠": r"\ne"}.get(c.relation, c.relation)
        quantified = rf"\ \text{{for all }} {indices}".replace("≤", r"\le") if indices else ""
        return Formula(
            f"{latex(e)} {sign} 0{quantified}", f"{text(e)} {c.relation} 0" + (f" for all {indices}" if indices else "")
        )


def _said(s: Statement) -> Formula:
    return Formula(latex(s), text(s))


def _cases(goal: Goal, s: Iff) -> Iterator[tuple[str, Iff]]:
    """The statement for each value of the free signs and bits that occur in it."""
    seen: dict[Any, tuple[int, ...]] = {}
    for e in s.expressions():
        for part in x.subexpressions(expand(e)):
            name = part.array.name if isinstance(part, x.Entry) else getattr(part, "name", "")
            if name in goal.variables and isinstance(part, (sp.Symbol, x.Entry)) and not part.atoms(x.Bound):
                v = goal.variables[name]
                if v.sort.domain.values and (isinstance(part, x.Entry) or v.sort.kind == "scalar"):
                    seen[part] = v.sort.domain.values
    for values in product(*seen.values()):
        given = {part: sp.Integer(value) for part, value in zip(seen, values, strict=True)}
        label = ", ".join(f"{text(part)} = {text(sp.Integer(value))}" for part, value in given.items())
        yield label, s.rebuild(lambda e, given=given: x.substitute(expand(e), given))


def _by_equality_case(goal: Goal, effort: Effort, seed: int) -> Found | None:
    """A = "l = r" and B is when the inequality l ≥ r, or l ≤ r, is an equality."""
    s = goal.statement
    assert isinstance(s, Iff)
    for equation, condition in ((s.left, s.right), (s.right, s.left)):
        if not isinstance(equation, Equals) or not isinstance(condition, (Equals, Identical)):
            continue
        for kind in (AtLeast, AtMost):
            twin = goal.twin(kind(equation.left, equation.right, condition))
            for method in (calculus, certificates):
                if method.applies(twin):
                    continue
                evidence, records = method.check(twin, effort, seed)
                if evidence.verdict is Verdict.PROVED and records:
                    return records[0], list(evidence.side_conditions)
    return None


# ---------------------------------------------------------------------- the same minimisers
def _minimisers(goal: Goal) -> Evidence:
    s = goal.statement
    assert isinstance(s, SameMinimiser)
    engine = Engine(context_of(goal.variables.values()))
    try:
        fault = minimisers_agree(engine, s.first, s.second, s.over)
    except CANNOT as reason:
        fault = str(reason)
    return Evidence(
        goal.id,
        STATEMENT,
        NAME,
        Verdict.UNDECIDED if fault else Verdict.PROVED,
        fault or "one function is an increasing function of the other, the same for all vectors",
        side_conditions=tuple(sorted(side_conditions(engine))),
        trusted=TRUSTED,
    )
