"""Calibration: every claim gets wrong twins, and every method must be seen to reject them.

A twin is refuted by balls, or proved equivalent to the claim after all, or it survives; a surviving twin caps what the
claim may be called. A twin that a prover proves although balls refute it is an error of the suite. What a slip makes
of an inequality may be a weaker one that holds too: it is a twin only where balls refute it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import sympy as sp

from ..spec.language.printing import latex, text
from ..spec.language.statements import (
    AtLeast,
    AtMost,
    Converges,
    Determines,
    Diverges,
    Equals,
    Iff,
    Limit,
    SameMinimiser,
    Statement,
)
from . import balls, equivalence, integers, limits, mutations, series
from .evaluate import Unsupported
from .evidence import Formula, TwinRecord, Verdict
from .goal import EFFORTS, Effort, Goal
from .methods import METHODS
from .prover.context import context_of
from .prover.engine import Engine, Infinite, Unproved
from .prover.proving import equal

ALWAYS = Equals(sp.Integer(0), sp.Integer(0))
AT_MOST = {"quick": 6, "standard": 14, "thorough": 1000}


def twins_of(goal: Goal, effort: Effort) -> Iterator[tuple[str, Statement]]:
    """The twins to try: all of them when thorough, else an even selection that always keeps the first ones."""
    yield from _selected(mutations.of_statement(goal.statement, goal.variables), goal, effort)


def bounds_of(goal: Goal, effort: Effort) -> Iterator[tuple[str, Statement]]:
    """Mutations of an inequality that may hold too."""
    yield from _selected(mutations.of_bound(goal.statement, goal.variables), goal, effort)


def _selected(mutated: Iterator[tuple[str, Statement]], goal: Goal, effort: Effort) -> Iterator[tuple[str, Statement]]:
    every = [(what, statement) for what, statement in mutated if statement != goal.statement]
    limit = AT_MOST[effort.name]
    if len(every) <= limit:
        yield from every
        return
    stride = (len(every) - 4) / (limit - 4)
    chosen = {0, 1, 2, 3, *(4 + int(i * stride) for i in range(limit - 4))}
    yield from (twin for i, twin in enumerate(every) if i in chosen)


def check(goal: Goal, effort: Effort, seed: int) -> tuple[TwinRecord, ...]:
    """Every twin with its outcome, and the methods that were seen to reject it."""
    judged = [_judge(goal, what, statement, effort, seed) for what, statement in twins_of(goal, effort)]
    judged += [_judge(goal, what, statement, effort, seed, True) for what, statement in bounds_of(goal, effort)]
    return tuple(t for t in judged if t is not None)


def _judge(
    goal: Goal, what: str, statement: Statement, effort: Effort, seed: int, may_hold: bool = False
) -> TwinRecord | None:
    """The outcome for one twin; None for what is no twin at all: it has no value anywhere, or it may hold and does."""
    twin = goal.twin(statement)
    formula = Formula(latex(statement), text(statement))
    witness, _, reason = balls.search(twin, replace(effort, points=max(effort.points, 8)), seed, near=goal.statement)
    if reason.startswith(balls.NO_VALUE) or (may_hold and witness is None):
        return None
    if witness is None and equivalent(goal, statement):
        return TwinRecord(what, formula, "equivalent")
    silent = replace(effort, points=0)
    believed, rejected = [], []
    for method in METHODS:
        if method.proves and not method.applies(twin):
            evidence, _ = method.run(twin, silent, seed)
            (believed if evidence.verdict is Verdict.PROVED else rejected).append(method.name)
            witness = witness or evidence.counterexample
    if believed:
        return TwinRecord(what, formula, "proved", tuple(believed), witness)
    if witness is None:
        return TwinRecord(what, formula, "surviving", tuple(rejected))
    return TwinRecord(what, formula, "refuted", (balls.NAME, *rejected), witness)


def _same_condition(goal: Goal, left: Statement, right: Statement) -> bool:
    return left == right or equivalence.proves(goal.twin(Iff(left, right)))


def equivalent(goal: Goal, statement: Statement) -> bool:
    """Whether the mutated side is provably the same expression as before."""
    pairs = []
    match goal.statement, statement:
        case (Equals() as s, Equals() as t):
            pairs = [(s.left, t.left), (s.right, t.right)]
        case (AtMost() | AtLeast() as s, AtMost() | AtLeast() as t):
            pairs = [(s.left, t.left), (s.right, t.right)]
            if type(s) is not type(t) or t.equality == ALWAYS:  # no other claim where the sides are always equal
                pairs.append((s.left, s.right))
            elif s.equality != t.equality:
                return False
        case (SameMinimiser(_, a, over), SameMinimiser(_, b, _)):
            return equivalence.proves(goal.twin(SameMinimiser(a, b, over)))
        case (Determines(e, _, v, _), Determines(f, _, w, _)):
            pairs = [(e.right, f.right), (v, w)]
        case (Iff(a, b), Iff(c, d)):
            return all(_same_condition(goal, p, q) for p, q in ((a, c), (b, d)))
        case (Limit(e, _, a, v), Limit(f, _, b, w)) if (e, a) == (f, b):
            pairs = [(v, w)]
        case (Limit(), Limit()):  # another expression with the same limit
            return limits.check(goal.twin(statement), EFFORTS["quick"], 0)[0].verdict is Verdict.PROVED
        case (Converges(), Converges()) | (Diverges(), Diverges()):
            return series.check(goal.twin(statement), EFFORTS["quick"], 0)[0].verdict is Verdict.PROVED
    pairs = [(a, b) for a, b in pairs if a != b]
    return bool(pairs) and all(_same(goal, a, b) for a, b in pairs)


def _same(goal: Goal, a: Any, b: Any) -> bool:
    """Whether two expressions are provably equal: by the normal form, or by z3 where something is rounded."""
    try:
        if equal(Engine(context_of(goal.variables.values())), a, b) is None:
            return True
    except (Unproved, Infinite, Unsupported):
        pass
    return integers.proves(goal.twin(Equals(a, b)))
