"""Ball arithmetic as a method: it refutes for certain, and otherwise says at how many points nothing was refuted.

Balls that overlap prove nothing; disjoint balls refute. Equality of exact rationals is certain both ways.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flint import fmpq

from ..spec.language import expressions as x
from ..spec.language.sorts import Domain
from ..spec.language.statements import AtLeast, AtMost, Determines, Equals, Identical, Less, SameMinimiser, Statement
from .ball_arithmetic import PRECISIONS, Balls, compare, precision, shown
from .evaluate import Evaluation, Undecided, Undefined, Unsupported
from .evidence import STATEMENT, Counterexample, Evidence, Verdict
from .goal import Effort, Goal, plain_value
from .prover.context import context_of
from .prover.engine import Engine, Infinite, Unproved
from .prover.translate import normal
from .sampling import Point, sample_point, simplified, size_choices, sizes_of

NAME = "balls"
TRUSTED = ("python-flint (Arb)", "the evaluator of the language")


@dataclass(frozen=True)
class Finding:
    """What one point says: refuted (with both values), agrees, or undecided (with the reason)."""

    outcome: str
    left: str = ""
    relation: str = ""
    right: str = ""
    note: str = ""


AGREES = Finding("agrees")
NO_VALUE = "no value here"


def examine(statement: Statement, point: Point) -> Finding:
    """Raise the precision until the statement is decided at this point, or give up and say so."""
    finding = Finding("undecided", note="not decided at the highest precision")
    for bits in PRECISIONS:
        with precision(bits):
            try:
                finding = _examine(statement, point)
            except Undecided as reason:
                finding = Finding("undecided", note=str(reason))
            except (Undefined, Unsupported) as reason:
                return Finding("undecided", note=f"{NO_VALUE}: {reason}")
        if finding.outcome != "undecided":
            return finding
    return finding


def _examine(statement: Statement, point: Point) -> Finding:
    at = Evaluation(point, Balls())
    match statement:
        case Equals(left, right):
            return _relation(at.value(left), "=", at.value(right))
        case AtMost(left, right, equality):
            return _ordered(at, left, "≤", right, equality)
        case AtLeast(left, right, equality):
            return _ordered(at, left, "≥", right, equality)
        case Less(left, right):
            return _relation(at.value(left), "<", at.value(right))
        case Identical():
            return AGREES if _identical(at, statement) else Finding("refuted", note="the entries differ")
        case Determines(equation, unknown, value, _):
            solved = Evaluation({**point, unknown.name: at.value(value)}, Balls())
            found = _relation(solved.value(equation.left), "=", solved.value(equation.right))
            note = f"with {unknown.name} = {shown(at.value(value))} the equation fails"
            return Finding(found.outcome, found.left, "=", found.right, note) if found.outcome == "refuted" else found
        case SameMinimiser():
            raise Unsupported("minimisers are compared at two points")
    raise Unsupported(type(statement).__name__)


def _relation(left: Any, wanted: str, right: Any) -> Finding:
    certain = compare(left, right)
    false = {"=": "<>", "≤": ">", "≥": "<", "<": "=>"}[wanted]
    if certain in false:
        return Finding("refuted", shown(left), wanted, shown(right))
    if certain == "?" and wanted == "<":
        return Finding("undecided", note="the balls overlap")
    return AGREES


def _ordered(at: Evaluation, left: Any, wanted: str, right: Any, equality: Any) -> Finding:
    low, high = at.value(left), at.value(right)
    finding = _relation(low, wanted, high)
    if finding.outcome == "refuted" or equality is None:
        return finding
    certain = compare(low, high)
    same = _identical(at, equality)
    if same and certain in "<>":
        return Finding(
            "refuted", shown(low), "=", shown(high), "the equality case holds here, but the two sides differ"
        )
    if same is False and certain == "=":
        return Finding(
            "refuted", shown(low), "≠", shown(high), "the two sides are equal, but not in the stated equality case"
        )
    return AGREES


def _identical(at: Evaluation, condition: Equals | Identical) -> bool | None:
    """Whether two numbers or two vectors certainly agree (True), certainly differ (False), or neither."""
    left, right = condition.left, condition.right
    if isinstance(left, (x.Array, x.Family)):
        length = at.integer(left.dims[0])
        pairs = [(at.value(left[i]), at.value(right[i])) for i in range(1, length + 1)]
    else:
        pairs = [(at.value(left), at.value(right))]
    certain = [compare(a, b) for a, b in pairs]
    if any(c in "<>" for c in certain):
        return False
    return True if all(c == "=" for c in certain) else None


def examine_minimisers(goal: Goal, point: Point, other: Point) -> Finding:
    """Refute "same minimisers" by choosing the unspecified function ℓ.

    The first function is a·ℓ + r, the second b·ℓ + s. Choose ℓ so that the first is 0 at one of the two points and
    K > 0 everywhere else: that point is its only minimiser. The second is then (b/a)·(0 − r) + s there and
    (b/a)·(K − r) + s at the other point; where some K > 0 makes the latter smaller, the minimisers differ.
    """
    s = goal.statement
    assert isinstance(s, SameMinimiser)
    a, b = (_arbitrary_part(goal, e) for e in (s.first, s.second))
    if a is None or b is None or a == 0:
        raise Unsupported("the unspecified part of the two functions")
    values, k = [], Balls()
    for p in (point, other):
        at = Evaluation(p, k)  # the samples have ℓ = 0, so these are r and s
        values.append(k.add([at.value(s.second), k.neg(k.mul(b / a, at.value(s.first)))]))
    order = compare(*values)
    if order not in "<>" and b >= 0:
        return AGREES
    if order == "<" or b < 0:
        best, better, high, low = other, point, values[1], values[0]
    else:
        best, better, high, low = point, other, values[0], values[1]
    gain = k.add([high, k.neg(low)])  # for b ≥ 0 positive: any K below (a/b)·gain will do; for b < 0 any large K
    name = s.over.name
    where = plain_value(best[name]), plain_value(better[name])
    if where[0] == where[1]:
        return AGREES
    only = f"with ℓ such that {name} = {where[0]} is the only minimiser of the first function"
    note = f"{only}, the second is smaller at {name} = {where[1]}"
    if b < 0:
        return Finding("refuted", "0", "≤", "anything below 0", note)
    return Finding("refuted", shown(high), "≤", shown(low), f"{note}, by up to {shown(gain)}")


def _arbitrary_part(goal: Goal, e: Any) -> fmpq | None:
    """The rational coefficient of the unspecified function in e, where it occurs only linearly."""
    try:
        p = normal(Engine(context_of(goal.variables.values())), e)
    except (Unproved, Infinite, Unsupported):
        return None
    found = [(m, c) for m, c in p.terms if "apply:" in m.key]
    if not found:
        return fmpq(0)
    return found[0][1] if len(found) == 1 and len(found[0][0].powers) == 1 and found[0][0].powers[0][1] == 1 else None


def search(
    goal: Goal, effort: Effort, seed: int, narrowed: Mapping[str, Domain] | None = None
) -> tuple[Counterexample | None, int, str]:
    """A simplified counterexample or None, the number of points that were decided, and why others were not."""
    rng, decided, reason = random.Random(f"{seed}:{goal.id}"), 0, ""
    names = sizes_of(goal.variables)
    for sizes in size_choices(names, effort.sizes) if names else [{}]:
        for _ in range(effort.points if names else effort.points * 3):
            point = sample_point(goal.variables, sizes, rng, narrowed)
            if isinstance(goal.statement, SameMinimiser):
                other = {
                    **point,
                    **{
                        goal.statement.over.name: sample_point(goal.variables, sizes, rng, narrowed)[
                            goal.statement.over.name
                        ]
                    },
                }
                finding = _minimisers(goal, point, other)
            else:
                finding = examine(goal.statement, point)
            if finding.outcome == "refuted":
                if not isinstance(goal.statement, SameMinimiser):
                    point = simplified(
                        goal.variables, point, lambda p: examine(goal.statement, p).outcome == "refuted", narrowed
                    )
                    finding = examine(goal.statement, point)
                return counterexample(point, finding), decided + 1, ""
            decided += finding.outcome == "agrees"
            reason = reason or finding.note
    return None, decided, reason if not decided else ""


def _minimisers(goal: Goal, point: Point, other: Point) -> Finding:
    with precision(200):
        try:
            return examine_minimisers(goal, point, other)
        except (Undecided, Undefined, Unsupported) as reason:
            return Finding("undecided", note=str(reason))


def counterexample(point: Point, finding: Finding) -> Counterexample:
    inputs = {name: plain_value(v) for name, v in point.items() if not callable(v)}
    return Counterexample(inputs, finding.left, finding.relation, finding.right, finding.note)


def check(goal: Goal, effort: Effort, seed: int) -> Evidence:
    """REFUTED with a witness, TESTED at so many points, or UNDECIDED with the reason."""
    witness, decided, reason = search(goal, effort, seed)
    common = {
        "claim": goal.id,
        "subject": STATEMENT,
        "method": NAME,
        "trusted": TRUSTED,
        "effort": {"points": decided},
        "seed": seed,
    }
    if witness:
        return Evidence(
            verdict=Verdict.REFUTED,
            detail="the two sides are certainly apart at the point shown",
            counterexample=witness,
            **common,
        )
    if not decided:
        return Evidence(verdict=Verdict.UNDECIDED, detail=reason or "no point could be decided", **common)
    where = ", ".join(str(n) for n in effort.sizes)
    detail = f"not refuted at {decided} exact points" + (f", dimensions {where}" if sizes_of(goal.variables) else "")
    return Evidence(verdict=Verdict.TESTED, detail=detail, **common)
