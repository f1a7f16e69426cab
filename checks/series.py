"""Convergence of series as a method: PROVED by the growth of the terms, or of what stands beside (−1)ᵏ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy as sp

from ..spec.language import expressions as x
from ..spec.language.sorts import Domain
from ..spec.language.statements import Converges, Diverges
from .asymptotics import INTEGRAL_TEST, LEIBNIZ, plain, unused
from .derivation import formula
from .evidence import Evidence, Formula, ProofRecord
from .goal import Effort, Goal
from .limits import CANNOT, Record, by_cases, confirmed
from .limits import TRUSTED as LIMITS_TRUSTED
from .normal_form import side_conditions
from .prover.behaviour import Summability, engine_for, growth_formula, summability
from .prover.context import Context
from .prover.engine import Engine, Unproved
from .prover.leftover import readable
from .prover.translate import normal

NAME = "series"
TRUSTED = (INTEGRAL_TEST, LEIBNIZ, *LIMITS_TRUSTED)


@dataclass(frozen=True)
class _Proved:
    engine: Engine
    index: sp.Symbol
    terms: Any
    found: Summability


def applies(goal: Goal) -> str:
    """Empty, or why this method has nothing to say about the goal."""
    return "" if isinstance(goal.statement, (Converges, Diverges)) else "the statement is not about a series"


def check(goal: Goal, effort: Effort, seed: int) -> tuple[Evidence, tuple[ProofRecord, ...]]:
    """PROVED with the growth of the terms in each case, or UNDECIDED with what stands in the way."""
    s = goal.statement
    assert isinstance(s, (Converges, Diverges))
    record, fault, sides, points, why = Record(formula(s)), "", set[str](), 0, ""
    try:
        for case in by_cases(goal, lambda statement, context: _prove(goal, statement, context)):
            sides |= set(side_conditions(case.found.engine)) | _undefined_terms(goal, case.statement, case.found)
            p, why = case.found, case.found.found.reason
            shown = Formula(*growth_formula(p.found.algebra, p.found.growth, p.index))
            what = "the largest terms" if not p.found.beside_sign else "beside the alternating sign, the largest terms"
            record.add(case.label, what, "=", shown, NAME)
            record.add(case.label, why, "", formula(case.statement), NAME)
    except CANNOT as reason:
        fault = str(reason)
    if not fault:
        points, fault = confirmed(goal, seed)
    return record.evidence(goal, NAME, TRUSTED, fault, why, sides, points)


def _prove(goal: Goal, s: Any, context: Context) -> _Proved:
    k = sp.Symbol(unused("kijl", goal.variables), integer=True)
    terms = x.substitute(plain(s.terms.body), {s.terms.index: k})
    engine = engine_for(context, k)
    found = summability(engine, terms, k)
    if found.converges != isinstance(s, Converges):
        raise Unproved(f"the series {'converges' if found.converges else 'diverges'}: {found.reason}")
    return _Proved(engine, k, terms, found)


def _undefined_terms(goal: Goal, s: Any, p: _Proved) -> set[str]:
    """The conditions on k under which the terms have values, where the sorts do not give them."""
    start = s.terms.low
    context = Context(domains=dict(p.engine.ctx.domains), ranges=dict(p.engine.ctx.ranges))
    context.domains[p.index.name] = Domain("an index", "", low=int(start), integer=True)
    engine = Engine(context)
    where = f"for {p.index.name} = {start}, {int(start) + 1}, …"
    try:
        normal(engine, p.terms)
    except CANNOT:
        return {f"the terms have values {where}"}
    return {
        f"{readable(q)} {'> 0' if key.endswith('> 0') else '≠ 0'} {where}"
        for key, q in engine.side.items()
        if p.index.name in q.free
    }
