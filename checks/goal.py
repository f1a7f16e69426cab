"""What a method is asked to settle: a statement with its quantifiers, and the proofs that were offered for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..spec.language.claims import Claim, Variable
from ..spec.language.randomness import Draws, Outcomes
from ..spec.language.statements import Statement
from ..spec.language.steps import Proof


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
    return Goal(claim.id, claim.variables, claim.statement, claim.proofs)


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
