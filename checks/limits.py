"""Limits as a method: PROVED by the algebra of growth for all parameters, and confirmed by balls ever further out.

Where the answer hangs on the sign of a parameter, its domain is split: x < 0, x = 0, x > 0.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sympy as sp

from ..spec.language import expressions as x
from ..spec.language.printing import text
from ..spec.language.sorts import NATURAL, NONNEGATIVE, OPEN_UNIT, POSITIVE, REAL, SIZE, UNIT, Domain
from ..spec.language.statements import Limit, Statement
from ..spec.language.tending import infinity, unreachable
from . import asymptotics
from .asymptotics import examine, far_out, plain
from .derivation import formula
from .evaluate import Undefined, Unsupported
from .evidence import STATEMENT, Evidence, Formula, ProofRecord, StepRecord, Verdict
from .goal import Effort, Goal
from .normal_form import side_conditions
from .prover.behaviour import Behaviour, behaviour, engine_for, growth_formula, tidied
from .prover.context import Context, context_of
from .prover.engine import Engine, Infinite, Unproved
from .prover.growth import Unsettled
from .prover.leftover import readable
from .prover.signs import minus
from .prover.splitting import vanishes
from .prover.terms import opened
from .prover.translate import normal
from .sampling import sample_point, sizes_of

NAME = "limit"
TRUSTED = (
    *asymptotics.TRUSTED,
    "the normal form of indexed sums",
    "python-flint (factorisation, and balls for the confirmation)",
)
CANNOT = (Unproved, Infinite, Unsupported, Undefined)
CONFIRMATIONS = 3
MOST_SPLITS = 3
Found = TypeVar("Found")


def applies(goal: Goal) -> str:
    """Empty, or why this method has nothing to say about the goal."""
    return "" if isinstance(goal.statement, Limit) else "the statement is not a limit"


def check(goal: Goal, effort: Effort, seed: int) -> tuple[Evidence, tuple[ProofRecord, ...]]:
    """PROVED with the expansion of each case, or UNDECIDED with what stands in the way."""
    s = goal.statement
    assert isinstance(s, Limit)
    record = Record(formula(s.expr))
    fault, sides, points = unreachable(s, goal.variables), set[str](), 0
    if not fault:
        try:
            for case in by_cases(goal, lambda statement, context: _prove(goal, statement, context)):
                sides |= set(side_conditions(case.found.engine))
                _show(record, case)
        except CANNOT as reason:
            fault = str(reason)
    if not fault:
        points, fault = confirmed(goal, seed)
    return record.evidence(goal, NAME, TRUSTED, fault, _conclusion(s), sides, points)


# ---------------------------------------------------------------------- the proof
@dataclass(frozen=True)
class _Proved:
    engine: Engine
    variable: sp.Symbol
    expr: Any
    found: Behaviour


def _prove(goal: Goal, s: Any, context: Context) -> _Proved:
    e, t = far_out(s, goal.variables)
    engine = engine_for(context, t)
    found = behaviour(engine, e, t)
    stated: Any = infinity(s.value) or normal(engine, plain(s.value))
    if isinstance(found.limit, int) or isinstance(stated, int):
        if found.limit != stated:
            shown = "a number" if not isinstance(found.limit, int) else "∞" if found.limit > 0 else "−∞"
            raise Unproved(f"the limit is {shown}")
    else:
        apart = engine.canon(opened(minus(found.limit, stated)))
        if not vanishes(engine, apart):
            if found.algebra.sign(apart):
                raise Unproved(f"the limit is {readable(tidied(engine, found.limit))}")
            raise Unproved(
                f"the limit is {readable(tidied(engine, found.limit))}, not proved equal to {readable(stated)}"
            )
    return _Proved(engine, t, e, found)


# ---------------------------------------------------------------------- cases on the parameters
@dataclass(frozen=True)
class Case(Generic[Found]):
    """One part of the domain of the parameters, the statement as it reads there, and what was found."""

    label: str
    statement: Statement
    found: Found


def by_cases(goal: Goal, prove: Callable[[Any, Context], Found]) -> list[Case[Found]]:
    """The statement proved as it is, or on each part of a domain that is split where a sign is open."""
    return _by_cases(goal, goal.statement, {}, (), prove)


def _by_cases(
    goal: Goal, s: Any, domains: dict[str, Domain], labels: tuple[str, ...], prove: Callable[[Any, Context], Found]
) -> list[Case[Found]]:
    try:
        return [Case(", ".join(labels), s, prove(s, context_of(goal.variables.values(), domains)))]
    except Unsettled as reason:
        name = next((n for n in sorted(reason.constant.free) if _parts(goal, domains, n)), None)
        if name is None or len(labels) == MOST_SPLITS:
            raise
        out = []
        for label, value, domain in _parts(goal, domains, name):
            mapping = {goal.variables[name].expr: value}
            inner = s.rebuild(lambda e, mapping=mapping: x.substitute(e, mapping))
            narrowed = {**domains, name: domain} if domain else domains
            out += _by_cases(goal, inner, narrowed, (*labels, label), prove)
        return out


def _parts(goal: Goal, domains: Mapping[str, Domain], name: str) -> list[tuple[str, Any, Domain | None]]:
    """(what is assumed, what the variable becomes, its new domain) for each part of its domain."""
    v = goal.variables.get(name)
    if v is None or v.sort.kind not in ("scalar", "size") or any(name in w.sort.sizes for w in goal.variables.values()):
        return []
    d, n = domains.get(name, v.sort.domain), v.expr
    zero, one = (f"{name} = 0", sp.Integer(0), None), (f"{name} = 1", sp.Integer(1), None)
    if d.values:
        return [(f"{name} = {value}", sp.Integer(value), None) for value in d.values]
    with x.as_written():
        opposite, further = sp.Mul(sp.Integer(-1), n), sp.Add(sp.Integer(1), n)
    positive = (f"{name} > 0", n, POSITIVE)
    for domain, parts in (
        (REAL, [(f"{name} < 0, written −{name}", opposite, POSITIVE), zero, positive]),
        (NONNEGATIVE, [zero, positive]),
        (UNIT, [zero, (f"0 < {name} < 1", n, OPEN_UNIT), one]),
        (POSITIVE, [(f"{name} < 1", n, OPEN_UNIT), one, (f"{name} > 1, written 1 + {name}", further, POSITIVE)]),
        (NATURAL, [zero, (f"{name} ≥ 1", n, SIZE)]),
        (SIZE, [one, (f"{name} ≥ 2, written 1 + {name}", further, SIZE)]),
    ):
        if d == domain:
            return parts
    return []


# ---------------------------------------------------------------------- confirmation and record
def confirmed(goal: Goal, seed: int) -> tuple[int, str]:
    """At how many points balls bear the statement out, and why it must not be believed, or nothing."""
    rng, agree, reason = random.Random(f"{seed}:{goal.id}:confirm"), 0, ""
    for n in range(CONFIRMATIONS):
        sizes = dict.fromkeys(sizes_of(goal.variables), 2 + n)
        found = examine(goal.statement, sample_point(goal.variables, sizes, rng))  # type: ignore[arg-type]
        if found.outcome == "refuted":
            return agree, f"the proof for all parameters and the numbers at one point disagree: {found.note}"
        agree += found.outcome == "agrees"
        reason = reason or found.note
    return agree, "" if agree else f"not confirmed by balls: {reason}"


class Record:
    """The steps that lead to a verdict."""

    def __init__(self, start: Formula) -> None:
        self.start = start
        self.steps: list[StepRecord] = []

    def add(self, case: str, reason: str, relation: str, what: Formula, rule: str) -> None:
        self.steps.append(StepRecord(len(self.steps) + 1, case, reason, relation, what, rule, Verdict.PROVED))

    def evidence(
        self, goal: Goal, name: str, trusted: tuple[str, ...], fault: str, why: str, sides: set[str], points: int
    ) -> tuple[Evidence, tuple[ProofRecord, ...]]:
        verdict = Verdict.UNDECIDED if fault else Verdict.PROVED
        shown = (
            () if fault else (ProofRecord(name, "By the growth at infinity", self.start, tuple(self.steps), verdict),)
        )
        conditions = () if fault else tuple(sorted(sides))
        cases = len({s.case for s in self.steps})
        detail = fault or why + (f", in each of {cases} cases" if cases > 1 else "")
        effort = {"steps": len(self.steps), "points": points}
        return Evidence(goal.id, STATEMENT, name, verdict, detail, conditions, trusted, effort), shown


def _show(record: Record, case: Case[_Proved]) -> None:
    s, p = case.statement, case.found
    assert isinstance(s, Limit)
    if p.variable != s.variable:
        t = p.variable.name
        near = f"−{t}" if infinity(s.to) else f"1/{t}" if s.to == 0 else f"{text(s.to)} + 1/{t}"
        record.add(case.label, f"{s.variable.name} = {near}, and {t} → ∞", "=", formula(p.expr), NAME)
    shown = Formula(*growth_formula(p.found.algebra, p.found.growth, p.variable))
    record.add(case.label, "the largest terms", "=", shown, NAME)
    record.add(case.label, _conclusion(s), "", formula(s), NAME)


def _conclusion(s: Limit) -> str:
    return "the largest term decides" if infinity(s.value) else "every other term tends to 0"
