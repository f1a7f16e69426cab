"""The normal form as a method: an equation is PROVED for symbolic dimensions when its two sides have the same form."""

from __future__ import annotations

from ..spec.language.statements import Equals
from .evaluate import Unsupported
from .evidence import STATEMENT, Evidence, Verdict
from .goal import Effort, Goal
from .prover.context import context_of
from .prover.engine import Engine, Infinite, Unproved
from .prover.leftover import readable
from .prover.proving import equal
from .prover.terms import Poly, rename

NAME = "normal_form"
INTERNAL = ("#", "~", "@")  # before the names of bound indices
LETTERS = "klijrsuvabc"
TRUSTED = ("the normal form of indexed sums", "python-flint (factorisation)")


def applies(goal: Goal) -> str:
    """Empty, or why this method has nothing to say about the goal."""
    if not isinstance(goal.statement, Equals):
        return "the statement is not an equation"
    return ""


def check(goal: Goal, effort: Effort, seed: int) -> Evidence:
    """PROVED, or UNDECIDED with what is left over in readable mathematics."""
    assert isinstance(goal.statement, Equals)
    engine = Engine(context_of(goal.variables.values()))
    detail, verdict = "", Verdict.UNDECIDED
    try:
        rest = equal(engine, goal.statement.left, goal.statement.right)
        verdict = Verdict.PROVED if rest is None else Verdict.UNDECIDED
        detail = "both sides have the same normal form" if rest is None else f"left over: {readable(rest)}"
    except (Unproved, Infinite, Unsupported) as reason:
        detail = str(reason)
    return Evidence(
        goal.id,
        STATEMENT,
        NAME,
        verdict,
        detail,
        side_conditions=tuple(sorted(side_conditions(engine))),
        trusted=TRUSTED,
    )


def side_conditions(engine: Engine) -> list[str]:
    """What was assumed and not derived from the sorts, for the reader; of a bound index it is meant for every value."""
    found = {_said(p, key.removeprefix(p.key).strip()): None for key, p in engine.side.items()}
    return list(found)


def _said(p: Poly, relation: str) -> str:
    bound = sorted(v for v in p.free if v.startswith(INTERNAL))
    letters = [v for v in LETTERS if v not in p.free and v not in relation.split()]
    names = dict(zip(bound, letters, strict=False))
    over = ", ".join(names.values())
    every = "" if not over else f", {over}" if "for every" in relation else f" for every {over}"
    return f"{readable(rename(p, names))} {relation}{every}"
