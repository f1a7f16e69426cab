"""What a method is asked to settle: a statement with its quantifiers, and the proofs that were offered for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..spec.language import expressions as x
from ..spec.language.claims import Claim, Variable
from ..spec.language.randomness import Draws, Outcomes
from ..spec.language.sorts import Vector
from ..spec.language.statements import SameMinimiser, Statement
from ..spec.language.steps import Proof, Step


@dataclass(frozen=True)
class Goal:
    """A claim as the methods see it. A wrong twin is the same goal with another statement."""

    id: str
    variables: Mapping[str, Variable]
    statement: Statement
    proofs: tuple[Proof, ...] = ()

    def twin(self, statement: Statement) -> Goal:
        return replace(self, statement=statement)


@dataclass(frozen=True)
class Effort:
    """How hard to look: points per size for balls, inputs for Hypothesis; seconds after which a worker is stopped."""

    name: str
    points: int
    inputs: int
    sizes: tuple[int, ...] = (1, 2, 3, 5)
    seconds: float = 60


EFFORTS: dict[str, Effort] = {
    "quick": Effort("quick", 4, 30, seconds=30),
    "standard": Effort("standard", 12, 100),
    "thorough": Effort("thorough", 100, 1000, (1, 2, 3, 4, 5, 8), 900),
}


def goal_of(claim: Claim) -> Goal:
    goal = Goal(claim.id, claim.variables, claim.statement, claim.proofs)
    s = goal.statement
    return _over_a_vector(goal, s) if isinstance(s, SameMinimiser) and not isinstance(s.over, x.Array) else goal


def _over_a_vector(goal: Goal, s: SameMinimiser) -> Goal:
    """Minimisers over a number, as methods look at them: over a vector with that number as its one entry."""
    v = goal.variables[s.over.name]
    vector = x.Array(v.name, 1)
    one = Variable(v.name, Vector[1, v.sort], vector, vector.dims)

    def moved(e: Any) -> Any:
        return e if e is None else x.substitute(e, {v.expr: vector[1]})

    def step(given: Step) -> Step:
        use = given.using and replace(given.using, times=moved(given.using.times))
        return replace(given, expr=moved(given.expr), because=moved(given.because), using=use)

    return Goal(
        goal.id,
        {**goal.variables, v.name: one},
        SameMinimiser(moved(s.first), moved(s.second), vector),
        tuple(replace(p, steps=tuple(map(step, p.steps))) for p in goal.proofs),
    )


def plain_value(value: Any) -> Any:
    """An exact value as plain data for a report: 3, "-2/7", or nested lists for arrays."""
    if isinstance(value, dict):
        return _nested(value)
    if isinstance(value, Outcomes):
        return {"outcomes": [str(v) for v in value.values], "stride": value.stride}
    if isinstance(value, Draws):
        return _nested({k: {str(v): str(p) for v, p in chances} for k, chances in value.entries.items()})
    if callable(value):
        return "0"
    return int(value) if value == int(value) else str(value)


def _nested(entries: dict[tuple[int, ...], Any]) -> list[Any]:
    if all(len(k) == 1 for k in entries):
        return [e if isinstance(e, dict) else plain_value(e) for _, e in sorted(entries.items())]
    rows = sorted({k[0] for k in entries})
    return [_nested({k[1:]: v for k, v in entries.items() if k[0] == r}) for r in rows]
