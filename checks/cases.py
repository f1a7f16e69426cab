"""The cases of a proof, and whether together they cover the domain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from ..spec.language.claims import Variable
from ..spec.language.sorts import POSITIVE, Sort
from ..spec.language.steps import Proof, Step, successor


@dataclass
class Case:
    """One case of a proof: what is assumed in it, and the chain that is shown there."""

    label: str
    given: Mapping[str, Any]
    steps: list[Step] = field(default_factory=list)


def cases_of(proof: Proof) -> list[Case]:
    cases: list[Case] = []
    for step in proof.steps:
        if step.case is not None:
            cases.append(Case(step.reason, step.case))
        else:
            if not cases:
                cases.append(Case("", {}))
            cases[-1].steps.append(step)
    return cases


def uncovered(cases: list[Case], variables: Mapping[str, Variable]) -> str:
    """Empty when the cases cover the domain, else what is missing."""
    split = sorted({name for c in cases for name in c.given})
    parts = {}
    for name in split:
        if name not in variables:
            return f"{name} is not a variable"
        d = variables[name].sort.domain
        parts[name] = (
            d.values or (0, successor)
            if d.integer or d.values
            else (0, "positive")
            if d.low == 0 and d.high is None
            else None
        )
        if parts[name] is None:
            return f"cases on {name} are not understood"
    for combination in product(*[parts[n] for n in split]):
        chosen = dict(zip(split, combination, strict=True))
        if not any(all(_alternative(v) == chosen[n] for n, v in c.given.items()) for c in cases):
            return "no case covers " + ", ".join(f"{n} = {v}" for n, v in chosen.items())
    return ""


def _alternative(value: Any) -> Any:
    if isinstance(value, Sort):
        return "positive" if value.domain == POSITIVE else value.name
    return value
