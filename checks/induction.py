"""Induction on a natural variable, tried without help: the first case, and the step from t to t + 1.

In the step the difference of the two sides at t + 1 must be a multiple of the difference at t (for an inequality: a
nonnegative multiple plus something visibly nonnegative). The multiple is read off from one pair of monomials and then
checked, so guessing wrongly costs time and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy as sp
from flint import fmpq

from ..spec.language import expressions as x
from ..spec.language.claims import Variable, expand, lower_and_upper
from ..spec.language.sorts import NATURAL, SIZE
from ..spec.language.statements import AtLeast, AtMost, Equals
from .derivation import formula
from .evaluate import Unsupported
from .evidence import STATEMENT, Evidence, ProofRecord, StepRecord, Verdict
from .goal import Effort, Goal
from .normal_form import side_conditions
from .prover.context import context_of
from .prover.engine import Engine, Infinite, Unproved
from .prover.extended import infinite_part
from .prover.inequality import Search
from .prover.proving import difference
from .prover.splitting import replaced, vanishes
from .prover.terms import ZERO, Atom, Mono, Poly, Term, opened
from .prover.translate import normal

NAME = "induction"
TRUSTED = ("the normal form of indexed sums", "python-flint (factorisation)", "the principle of induction")
MOST_TERMS = 14


def applies(goal: Goal) -> str:
    """Empty, or why this method has nothing to say about the goal."""
    s = goal.statement
    if not isinstance(s, (Equals, AtMost, AtLeast)) or getattr(s, "equality", None) is not None:
        return "the statement is not an equation or a plain inequality"
    return "" if any(_candidates(goal)) else "nothing in it is built up step by step"


def _candidates(goal: Goal) -> Iterator[Variable]:
    """Natural variables up to which something is multiplied or repeated, or which are an exponent.

    Not the length of a constrained array (a distribution on t + 1 points does not restrict to one on t), nor the range
    of a free index (the hypothesis says nothing of the index t + 1).
    """
    expressions = [expand(e) for e in goal.statement.expressions()]
    plain = ("array", "stationary", "independent")
    fixed = {d for v in goal.variables.values() for d in v.sort.sizes if v.sort.kind not in plain or not v.sort.free}
    lengths = {d for v in goal.variables.values() for d in v.sort.sizes}
    for v in goal.variables.values():
        if v.name in fixed:
            continue
        if v.sort.kind in ("size", "scalar") and v.sort.domain.integer and v.sort.domain.low in (0, 1):
            if any(_builds(s, v.expr, v.name not in lengths) for e in expressions for s in x.subexpressions(e)):
                yield v


def _builds(s: Any, t: Any, sums: bool) -> bool:
    """Whether it is built up to t step by step; a sum only where t is not also the length of an array."""
    if isinstance(s, x.Recurrence):
        return t in s.upto.free_symbols
    if isinstance(s, x.Product) or (sums and isinstance(s, x.Total)):
        return t in s.high.free_symbols
    return isinstance(s, sp.Pow) and t in s.exp.free_symbols


def check(goal: Goal, effort: Effort, seed: int) -> tuple[Evidence, tuple[ProofRecord, ...]]:
    """PROVED with both cases shown, or UNDECIDED with what the step left open."""
    reasons, record, sides = [], None, ()
    for v in _candidates(goal):
        engine = Engine(context_of(goal.variables.values(), {v.name: SIZE if v.sort.domain.low else NATURAL}))
        try:
            fault, record = _by(engine, goal, v)
        except (Unproved, Infinite, Unsupported) as reason:
            fault = str(reason)
        if not fault:
            sides = tuple(sorted(side_conditions(engine)))
            break
        reasons.append(f"on {v.name}: {fault}")
    else:
        record = None
    verdict = Verdict.PROVED if record else Verdict.UNDECIDED
    detail = f"by induction on {record.name}" if record else "; ".join(reasons)
    evidence = Evidence(goal.id, STATEMENT, NAME, verdict, detail, side_conditions=sides, trusted=TRUSTED)
    return evidence, (record,) if record else ()


def _by(engine: Engine, goal: Goal, v: Variable) -> tuple[str, ProofRecord | None]:
    s = goal.statement
    equation = isinstance(s, Equals)
    low, high = (s.left, s.right) if isinstance(s, Equals) else lower_and_upper(s)
    first = v.sort.domain.low or 0
    with x.as_written():
        ends = {k: _difference(engine, low, high, v, k) for k in ("first", "now", "next")}
        start = x.substitute(high, {v.expr: sp.Integer(first)})
        after = x.substitute(high, {v.expr: v.expr + 1})
    if not _holds(engine, ends["first"], equation):
        return f"the case {v.name} = {first} was not settled", None
    if not _step(engine, ends["now"], ends["next"], equation):
        return f"the step from {v.name} to {v.name} + 1 was not settled", None
    relation = "=" if equation else "≥ 0:"
    cases = ((f"{v.name} = {first}", "the first case", start), (f"from {v.name} to {v.name} + 1", "the step", after))
    steps = tuple(
        StepRecord(i, case, reason, relation, formula(e), NAME, Verdict.PROVED)
        for i, (case, reason, e) in enumerate(cases, start=1)
    )
    return "", ProofRecord(v.name, f"Induction on {v.name}", formula(low), steps, Verdict.PROVED)


def _difference(engine: Engine, low: Any, high: Any, v: Variable, where: str) -> Poly:
    value = {"first": sp.Integer(v.sort.domain.low or 0), "now": v.expr, "next": v.expr + 1}[where]
    p, q = (normal(engine, x.substitute(e, {v.expr: value})) for e in (high, low))
    if infinite_part(engine, p) or infinite_part(engine, q):
        raise Unproved("a side that may be infinite")
    return difference(p, q, engine)


def _holds(engine: Engine, p: Poly, equation: bool) -> bool:
    return vanishes(engine, p) if equation else Search(engine).prove(p) is not None


def _step(engine: Engine, now: Poly, after: Poly, equation: bool) -> bool:
    """after = c·now (+ something nonnegative) for some c (≥ 0)."""
    if _holds(engine, after, equation):
        return True
    if equation and any(vanishes(engine, replaced(engine, after, given)) for given in _solved(engine, now)):
        return True
    if max(len(now.terms), len(after.terms)) > MOST_TERMS:
        return False
    for factor in _quotients(engine, now, after):
        if not equation and not engine.signs.poly_nonnegative(factor):
            continue
        multiple = engine.times(opened(factor), opened(now))
        rest = engine.canon([*opened(after), *[t._replace(coef=-t.coef) for t in multiple]])
        if _holds(engine, rest, equation):
            return True
    return False


def _solved(engine: Engine, now: Poly) -> Iterator[dict[Atom, Poly]]:
    """The hypothesis solved for a recurrence or a product that stands alone in one of its terms."""
    for m, c in now.terms:
        for a, e in m.powers:
            others = Poly({n: q for n, q in now.terms if n != m})
            beside = [(b, k) for b, k in m.powers if b != a]
            if (
                a.kind != "bind"
                or e != 1
                or a.key in others.key
                or not all(engine.signs.positive(b) for b, _ in beside)
            ):
                continue
            inverse = [Term(-1 / c, (), {b: -k for b, k in beside})]
            yield {a: engine.canon(engine.times(inverse, opened(others)))}


def _quotients(engine: Engine, now: Poly, after: Poly) -> Iterator[Poly]:
    """Guesses at after/now: a quotient of two terms, or all that stands before one term of `now` in `after`."""
    tried: set[str] = set()
    for m0, c0 in now.terms:
        whole: dict[Mono, fmpq] = {}
        single = []
        for m1, c1 in after.terms:
            powers = dict(m1.powers)
            for a, e in m0.powers:
                powers[a] = powers.get(a, ZERO) - e
            if any(e < 0 and not engine.signs.nonzero(a) for a, e in powers.items()):
                continue
            single.append(Poly({Mono(powers): c1 / c0}))
            if m0.powers and all(dict(m1.powers).get(a, ZERO) >= e for a, e in m0.powers):
                whole[Mono(powers)] = c1 / c0
        for factor in (*single, Poly(whole)):
            if factor.terms and factor.key not in tried:
                tried.add(factor.key)
                yield factor
