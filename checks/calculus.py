"""One-variable calculus: f(a) = 0 and f′ has the sign of x − a, so f ≥ 0 with equality exactly at a."""

from __future__ import annotations

from fractions import Fraction

import sympy as sp
from flint import fmpq

from ..spec.language import expressions as x
from ..spec.language.claims import expand, lower_and_upper
from ..spec.language.statements import AtLeast, AtMost, Equals
from .derivation import formula
from .evaluate import Unsupported
from .evidence import STATEMENT, Evidence, ProofRecord, StepRecord, Verdict
from .goal import Effort, Goal
from .normal_form import side_conditions
from .prover.context import context_of
from .prover.derivative import derivative
from .prover.engine import Engine, Infinite, Unproved
from .prover.leftover import expression, readable
from .prover.terms import ONE, Atom, Mono, Poly, number
from .prover.translate import normal

NAME = "calculus"
TRUSTED = (
    "a differentiable function with f′ < 0 before a and f′ > 0 after it has its only minimum at a",
    "the normal form",
    "the derivative rules",
)


def applies(goal: Goal) -> str:
    """Empty, or why this method has nothing to say about the goal."""
    s = goal.statement
    if not isinstance(s, (AtMost, AtLeast)) or len(goal.variables) != 1:
        return "the statement is not an inequality in one variable"
    (v,) = goal.variables.values()
    if v.sort.kind != "scalar" or v.sort.domain.integer or v.sort.domain.values:
        return "the variable does not range over an interval"
    jumps = (x.WhereNonnegative, x.ByValue, x.signum, x.floor, x.ceiling)
    if any(isinstance(p, jumps) for e in s.expressions() for p in x.subexpressions(expand(e))):
        return "a function that may jump"
    if not isinstance(s.equality, Equals) or s.equality.left != v.expr or not s.equality.right.is_Rational:
        return "no point of equality is stated"
    return ""


def check(goal: Goal, effort: Effort, seed: int) -> tuple[Evidence, tuple[ProofRecord, ...]]:
    """PROVED with the three steps shown, or UNDECIDED with the one that fails."""
    s = goal.statement
    assert isinstance(s, (AtMost, AtLeast)) and isinstance(s.equality, Equals)
    (v,) = goal.variables.values()
    low, high = lower_and_upper(s)
    with x.as_written():
        f = high - low
    a = s.equality.right
    engine = Engine(context_of(goal.variables.values()))
    steps: list[StepRecord] = []
    try:
        fault = _prove(engine, f, v.expr, a, Fraction(a.p, a.q) in v.sort.domain, steps)
    except (Unproved, Infinite, Unsupported) as reason:
        fault = str(reason)
    verdict = Verdict.UNDECIDED if fault else Verdict.PROVED
    detail = fault or f"the difference has its only zero and minimum at {v.name} = {a}"
    record = ProofRecord("calculus", "Sign of the derivative", formula(f), tuple(steps), verdict, fault)
    return Evidence(goal.id, STATEMENT, NAME, verdict, detail, trusted=TRUSTED, effort={"steps": len(steps)}), (record,)


def _prove(engine: Engine, f: sp.Expr, v: sp.Symbol, a: sp.Rational, inside: bool, steps: list[StepRecord]) -> str:
    """Add the steps to the record; empty when all hold, else the fault of the one that does not."""

    def note(reason: str, what: object, good: bool, fault: str) -> str:
        verdict = Verdict.PROVED if good else Verdict.UNDECIDED
        steps.append(
            StepRecord(len(steps) + 1, "", reason, "", formula(what), "calculus", verdict, "" if good else fault)
        )
        return "" if good else fault

    if not inside:
        return f"{v.name} = {a} does not lie in the domain"
    touching_value = x.substitute(f, {v: a})
    at = normal(engine, touching_value)
    reason = f"the difference of the two sides vanishes at {v.name} = {a}"
    fault = note(reason, Equals(touching_value, sp.Integer(0)), engine.is_zero(at), f"at {a} it is {readable(at)}")
    if fault:
        return fault
    slope = normal(engine, derivative(f, v))
    normal(engine, f)
    if engine.side:  # beyond a pole the sign of the derivative says nothing
        return f"the difference has a value, and a derivative, only where {', '.join(sorted(side_conditions(engine)))}"
    coef, atoms = engine.factored(slope)
    with x.as_written():
        scale, touching = engine.primitive(normal(engine, v - a))  # x − a = scale · touching
        factored = sp.Mul(expression(number(coef)), *[_power(b, e) for b, e in atoms.items()])
        note("its derivative, factored", Equals(x.D(f, v), factored), True, "")
        apart = v - a
    e = atoms.get(touching)
    others = all(engine.signs.positive(b) for b in atoms if b != touching)
    if e is not None and e.q == 1 and int(e.p) % 2 == 1 and others and coef * scale > 0:
        return note("the derivative has the sign of this: every other factor is positive", apart, True, "")
    return note("the derivative must have the sign of this", apart, False, "the sign of the derivative was not settled")


def _power(b: Atom, e: fmpq) -> sp.Expr:
    base = expression(Poly({Mono([(b, ONE)]): ONE}))
    return base if e == 1 else sp.Pow(base, sp.Rational(int(e.p), int(e.q)))
