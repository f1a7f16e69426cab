"""Ball arithmetic as a method: it refutes for certain, and otherwise says at how many points nothing was refuted.

Balls that overlap prove nothing; disjoint balls refute. Equality of exact rationals is certain both ways.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from ..spec.language import expressions as x
from ..spec.language.printing import text
from ..spec.language.sorts import Domain
from ..spec.language.statements import (
    All,
    AtLeast,
    AtMost,
    Converges,
    Determines,
    Diverges,
    Equals,
    Identical,
    Iff,
    Less,
    Limit,
    SameMinimiser,
    Statement,
    conditions,
)
from . import asymptotics, minimisers, no_value
from .asymptotics import NO_VALUE
from .ball_arithmetic import PRECISIONS, Balls, compare, precision, shown
from .equality_points import has_equality_case, near_equality_case
from .evaluate import Evaluation, Undecided, Undefined, Unsupported
from .evidence import STATEMENT, Counterexample, Evidence, Verdict
from .goal import Effort, Goal, plain_value
from .same_value import surely_equal
from .sampling import (
    SIMPLER,
    Point,
    even_point,
    mixed_sizes,
    no_length,
    numbers_of,
    plain_point,
    sample_point,
    simplified,
    size_choices,
    sizes_of,
)

NAME = "balls"
TRUSTED = ("python-flint (Arb)", "the evaluator of the language")


@dataclass(frozen=True)
class Finding:
    """What one point says: refuted (with both values), agrees, or undecided (with the reason).

    at: what the point is replaced by, where a limit was looked at far out.
    """

    outcome: str
    left: str = ""
    relation: str = ""
    right: str = ""
    note: str = ""
    at: Mapping[str, Any] = field(default_factory=dict)


AGREES = Finding("agrees")


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
        case Limit() | Converges() | Diverges():
            return Finding(**vars(asymptotics.examine(statement, point)))
        case SameMinimiser():
            raise Unsupported("minimisers are compared at two points")
        case Iff(left, right):
            return _exactly_when(at, left, right)
    raise Unsupported(type(statement).__name__)


def _exactly_when(at: Evaluation, left: Statement, right: Statement) -> Finding:
    """Refuted when one statement is certainly true and the other certainly false."""
    values = [truth(at, s) for s in (left, right)]
    if None in values:
        raise Undecided("whether a side is true")
    if values[0] == values[1]:
        return AGREES
    said = [f"{text(s)} is {str(v).lower()}" for s, v in zip((left, right), values, strict=True)]
    return Finding("refuted", str(values[0]).lower(), "⇔", str(values[1]).lower(), ", but ".join(said))


def truth(at: Evaluation, s: Statement) -> bool | None:
    """Whether a statement certainly holds here (True), certainly fails (False), or neither is certain."""
    match s:
        case All() | Identical(x.Array() | x.Family(), _):
            return _identical(at, s)
        case Equals(left, right) | Identical(left, right):
            return {"<": False, "=": True, ">": False, "?": None}[_order(at, left, right)]
        case Less(left, right):
            return {"<": True, "=": False, ">": False, "?": None}[_order(at, left, right)]
        case AtMost(left, right, None):
            return {"<": True, "=": True, ">": False, "?": None}[_order(at, left, right)]
        case AtLeast(left, right, None):
            return truth(at, AtMost(right, left))
        case Iff(left, right):
            values = [truth(at, part) for part in (left, right)]
            return None if None in values else values[0] == values[1]
    raise Unsupported(f"{type(s).__name__} as a side of an equivalence")


def _order(at: Evaluation, left: Any, right: Any) -> str:
    """As `compare`; equal also when both sides come to the same tree."""
    certain = compare(at.value(left), at.value(right))
    return "=" if certain == "?" and surely_equal(at.env, left, right) else certain


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


def _identical(at: Evaluation, condition: Equals | Identical | All) -> bool | None:
    """Whether numbers, vectors or matrices certainly agree (True), certainly differ (False), or neither."""
    pairs = []
    for part in conditions(condition):
        left, right = part.left, part.right
        if isinstance(left, x.Array) and len(left.dims) == 2:
            keys = product(*[range(1, at.integer(d) + 1) for d in left.dims])
            pairs += [(at.value(left[k]), at.value(right[k])) for k in keys]
        elif isinstance(left, (x.Array, x.Family)):
            length = at.integer(left.dims[0])
            pairs += [*zip(at.entries(left, length), at.entries(right, length), strict=True)]
        else:
            pairs.append((at.value(left), at.value(right)))
    certain = [compare(a, b) for a, b in pairs]
    if any(c in "<>" for c in certain):
        return False
    return True if all(c == "=" for c in certain) else None


def search(
    goal: Goal,
    effort: Effort,
    seed: int,
    narrowed: Mapping[str, Domain] | None = None,
    without: list[Point] | None = None,
    near: Statement | None = None,
) -> tuple[Counterexample | None, int, str]:
    """A simplified counterexample or None, the number of points that were decided, and why others were not.

    without: is given the points at which the statement was found to have no value. near: the statement whose equality
    case is visited, if not the goal's own.
    """
    rng, decided, reason, compared = random.Random(f"{seed}:{goal.id}"), 0, "", None
    if isinstance(goal.statement, SameMinimiser):
        try:
            compared = minimisers.comparison(goal)
        except Unsupported as unknown:
            return None, 0, str(unknown)
    for point, sizes in _points(goal, effort, rng, narrowed, near or goal.statement):
        if compared and isinstance(goal.statement, SameMinimiser):
            name = goal.statement.over.name
            other = {**point, name: sample_point(goal.variables, sizes, rng, narrowed)[name]}
            finding = _minimisers(compared, point, other)
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
        if without is not None and finding.note.startswith(NO_VALUE):
            without.append(point)
    return None, decided, reason if not decided else ""


def _points(
    goal: Goal, effort: Effort, rng: random.Random, narrowed: Mapping[str, Domain] | None, near: Statement
) -> Iterator[tuple[Point, dict[str, int]]]:
    """Points with their sizes: drawn ones, then the plainest, then such as only numbers of many sizes can be."""
    names, two_sided = sizes_of(goal.variables), isinstance(goal.statement, (Iff, SameMinimiser))
    choices = [*size_choices(names, effort.sizes), *_flat(goal, names)] if names else [{}]
    often = (1 if names else 3) * (3 if isinstance(goal.statement, Iff) else 1)  # few points tell conditions apart
    for sizes in choices:
        for _ in range(effort.points * often):
            point = sample_point(goal.variables, sizes, rng, narrowed)
            if two_sided and rng.random() < 0.6:
                few = SIMPLER if isinstance(goal.statement, Iff) else SIMPLER[:3]
                point = plain_point(goal.variables, point, rng, few)
            elif has_equality_case(near) and rng.random() < 0.5:  # in the case, and where it may have been missed
                case = near_equality_case(near, goal.variables, point, rng)
                point = case if rng.random() < 0.5 else plain_point(goal.variables, point, rng, SIMPLER[:3])
            yield point, sizes
    if isinstance(goal.statement, SameMinimiser):
        return
    for sizes in [*choices, *no_length(goal.variables)]:
        for value in (0, 1):
            yield even_point(goal.variables, sample_point(goal.variables, sizes, rng, narrowed), value, narrowed), sizes
    numbers = numbers_of(goal.variables)
    for _ in range(4 * effort.points if numbers else 0):
        sizes = mixed_sizes(names, numbers, rng)
        yield sample_point(goal.variables, sizes, rng, narrowed), sizes


def _minimisers(compared: minimisers.Compare, point: Point, other: Point) -> Finding:
    with precision(200):
        try:
            found = compared(point, other)
        except Undefined as reason:
            return Finding("undecided", note=f"{NO_VALUE}: {reason}")
        except (Undecided, Unsupported) as reason:
            return Finding("undecided", note=str(reason))
    return Finding("refuted", found.at_minimiser, "≤", found.at_better, found.note) if found else AGREES


def _flat(goal: Goal, names: list[str]) -> list[dict[str, int]]:
    """Functions of a vector of length 1, with more data."""
    if not isinstance(goal.statement, SameMinimiser) or len(names) < 2:
        return []
    own = goal.variables[goal.statement.over.name].sort.sizes
    return [{name: 1 if name in own else 3 for name in names}]


def counterexample(point: Point, finding: Finding) -> Counterexample:
    inputs = {name: plain_value(v) for name, v in point.items() if not callable(v)} | dict(finding.at)
    return Counterexample(inputs, finding.left, finding.relation, finding.right, finding.note)


def check(goal: Goal, effort: Effort, seed: int) -> Evidence:
    """REFUTED with a witness, TESTED at so many points, or UNDECIDED with the reason."""
    without: list[Point] = []
    witness, decided, reason = search(goal, effort, seed, without=without)
    common = {
        "claim": goal.id,
        "subject": STATEMENT,
        "method": NAME,
        "trusted": TRUSTED + asymptotics.trusted(goal.statement),
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
    common["no_value"] = no_value.found(goal, without)
    if not decided:
        return Evidence(verdict=Verdict.UNDECIDED, detail=reason or "no point could be decided", **common)
    where = ", ".join(str(n) for n in effort.sizes)
    detail = f"not refuted at {decided} exact points" + (f", dimensions {where}" if sizes_of(goal.variables) else "")
    return Evidence(verdict=Verdict.TESTED, detail=detail, **common)
