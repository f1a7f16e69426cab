"""The link between a definition and its stable formula: they must be provably the same function.

The error budget of the float checks, and the exact values they compare with, come from the stable formula; were it
another function, every comparison would be with the wrong thing.
"""

from __future__ import annotations

from ..spec.language.claims import Definition
from ..spec.language.statements import Equals
from . import balls
from .evaluate import Unsupported
from .evidence import Evidence, Verdict
from .goal import Effort, Goal
from .prover.context import context_of
from .prover.engine import Engine, Infinite, Unproved
from .prover.leftover import readable
from .prover.proving import equal

NAME = "stable_form"
TRUSTED = ("the normal form of indexed sums", "python-flint (factorisation)")


def check(definition: Definition, effort: Effort, seed: int) -> Evidence:
    """PROVED equal to the definition, UNDECIDED with what is left over, or REFUTED by balls at a point."""
    domains = definition.stable_domains
    narrow = tuple(f"{name}: each entry {d.words}" for name, d in domains.items())
    goal = Goal(
        f"{definition.id} (stable formula)", definition.variables, Equals(definition.body, definition.stable_body)
    )
    common = {"claim": definition.id, "subject": f"stable formula:{definition.id}", "method": NAME, "trusted": TRUSTED}
    witness, _, _ = balls.search(goal, effort, seed)
    if witness:
        return Evidence(
            verdict=Verdict.REFUTED, detail="the stable formula is another function", counterexample=witness, **common
        )
    engine = Engine(context_of(definition.variables.values(), domains))
    try:
        rest = equal(engine, definition.body, definition.stable_body)
        detail = "the stable formula is the definition" if rest is None else f"left over: {readable(rest)}"
        verdict = Verdict.PROVED if rest is None else Verdict.UNDECIDED
    except (Unproved, Infinite, Unsupported) as reason:
        detail, verdict = str(reason), Verdict.UNDECIDED
    return Evidence(verdict=verdict, detail=detail, side_conditions=narrow, **common)
