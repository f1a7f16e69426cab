"""Floors, ceilings and shape formulas by z3: no integers and reals of the sorts satisfy the statement's negation.

PROVED when z3 finds that none of the systems of inequalities that the negation comes to has a solution. A solution
that z3 proposes refutes nothing until both sides have been evaluated there, exactly.
"""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from math import lcm
from typing import Any

import sympy as sp

from ..spec.language import expressions as x
from ..spec.language import lengths
from ..spec.language.statements import AtLeast, AtMost, Equals, Less
from .balls import NO_VALUE, counterexample, examine, search
from .balls import TRUSTED as BALLS
from .evidence import STATEMENT, Counterexample, Evidence, Verdict
from .goal import EFFORTS, Effort, Goal, plain_value
from .integer_cases import QUICKLY, Unsettled, Way, translations, written_out
from .integer_oracle import ONE, UNKNOWN, Oracle, constant, fact, plus, z3
from .sampling import SIMPLER, Point, sample_point, sizes_of

NAME = "integers"
SECONDS = {"quick": 2.0, "standard": 5.0, "thorough": 20.0}
HIGHEST_POWER = 8
MOST_RESIDUES = 64  # into so many cases all integers together are split by their residues
BOXES = (3, 12, 100, None)  # how far from zero counterexamples are looked for, the nearest first
MOST_SMALLER = 400  # integers that are tried in place of one of a counterexample

ROUNDED = (x.floor, x.ceiling)
WORDS = (sp.Add, sp.Mul, sp.Abs, x.maximum, x.minimum, x.ByValue, x.WhereNonnegative, *ROUNDED)


def applies(goal: Goal) -> str:
    """Empty, or why this method has nothing to say about the goal."""
    if z3 is None:
        return "z3 is not installed"
    s = goal.statement
    if not isinstance(s, (Equals, AtMost, AtLeast, Less)):
        return "the statement is neither an equation nor an inequality"
    nodes = [n for side in written_out(s).expressions() for n in x.subexpressions(side)]
    foreign = next((n for n in nodes if not _known(goal, n)), None)
    if foreign is not None:
        return f"{type(foreign).__name__} is not among what is translated to z3"
    if any(isinstance(n, ROUNDED) for n in nodes):
        return ""
    if isinstance(s, Equals):
        return "nothing is rounded"
    domains = [goal.variables[n.name].sort.domain for n in nodes if isinstance(n, sp.Symbol)]
    return "" if all(d.integer or d.values for d in domains) else "nothing is rounded, and not all variables are whole"


def _known(goal: Goal, n: Any) -> bool:
    if isinstance(n, sp.Symbol):
        return n.name in goal.variables and goal.variables[n.name].sort.kind in ("size", "index", "scalar")
    if isinstance(n, sp.Pow):
        return n.exp.is_Integer and abs(n.exp) <= HIGHEST_POWER
    return n.is_Rational or isinstance(n, WORDS)


def check(goal: Goal, effort: Effort, seed: int) -> Evidence:
    """PROVED, REFUTED with a witness, or UNDECIDED with the divisor that may vanish or the limit that was reached.

    The reals come first, because they are fast and most shape formulas hold there; then what is near zero.
    """
    limit = SECONDS.get(effort.name, SECONDS["standard"])
    oracle, witness = Oracle(limit), None
    fault = _unproved(goal, oracle, limit, (lambda: Way(relaxed=True), 0.15))
    if fault:
        witness = _searched(goal, oracle, 0.2 * limit, BOXES[:2])
    if fault and not witness:
        ways = (lambda: Way(relaxed=True, merged=True), 0.15), (lambda: by_residues(goal, oracle), 0.3)
        fault = _unproved(goal, oracle, limit, *ways)
    if fault and not witness:
        witness = _searched(goal, oracle, limit, BOXES[2:])
    verdict, detail, trusted = Verdict.PROVED, "the negation has no solution", trusted_base()
    if witness:
        verdict, detail = Verdict.REFUTED, "the two sides are certainly apart at the point shown"
        trusted = BALLS
    elif fault:
        verdict, detail = Verdict.UNDECIDED, fault
    return Evidence(
        goal.id,
        STATEMENT,
        NAME,
        verdict,
        detail,
        trusted=trusted,
        effort={"queries": oracle.queries},
        counterexample=witness,
    )


def proves(goal: Goal) -> bool:
    """Whether the statement is proved, and holds at many points of which z3 knows nothing."""
    if applies(goal) or check(goal, EFFORTS["standard"], 0).verdict is not Verdict.PROVED:
        return False
    return search(goal, EFFORTS["standard"], 0)[0] is None


def trusted_base() -> tuple[str, ...]:
    return (f"z3 {z3.get_version_string()}", "the translation to z3")


# ------------------------------------------------------------------ proofs


def proved(goal: Goal, oracle: Oracle, way: Way) -> bool:
    """Whether in no case any way to fail has a solution."""
    return all(t.ask(negation) is None for t in translations(goal, oracle, way) for negation in t.negations)


def by_residues(goal: Goal, oracle: Oracle) -> Way:
    """Every integer split by its residue modulo all constant divisors, where that makes few cases."""
    for t in translations(goal, oracle, Way()):
        modulus = lcm(*[c for _, q in t.floors.values() if (c := constant(q))])
        integers = sum(constant(p) is None and n in t.whole for n, p in t.variables.items())
        if modulus**integers <= MOST_RESIDUES:
            return Way(residues=modulus)
        break
    return Way(residues=1)


def _unproved(goal: Goal, oracle: Oracle, limit: float, *ways: tuple[Callable[[], Way], float]) -> str:
    """Empty when one of the ways is a proof, each in its share of the time; else why none is."""
    late = f"z3 did not settle it within {limit:g} s"
    for way, share in ways:
        oracle.allow(share * limit)
        try:
            if proved(goal, oracle, way()):
                return ""
        except Unsettled as unsettled:
            if not oracle.spent:
                return _with_example(goal, oracle, unsettled)
    return late


def _with_example(goal: Goal, oracle: Oracle, unsettled: Unsettled) -> str:
    """The reason, and where there is one an input at which a side has no value."""
    case = unsettled.case
    found = case and oracle.ask(case.facts + unsettled.facts, case.whole, most=QUICKLY)
    if case is None or found is None or found is UNKNOWN:
        return str(unsettled)
    values = case.values(found)
    point = completed(goal, values)
    if point is None or not examine(goal.statement, point).note.startswith(NO_VALUE):
        return str(unsettled)
    return f"{unsettled}: a side has no value at {', '.join(f'{n} = {plain_value(point[n])}' for n in values)}"


# ------------------------------------------------------------------ counterexamples


def _searched(goal: Goal, oracle: Oracle, seconds: float, boxes: tuple[int | None, ...]) -> Counterexample | None:
    """The first counterexample; no question gets more than a quarter of the time, for there are many."""
    oracle.allow(seconds)
    try:
        return next(filter(None, (refuted(goal, oracle, box, seconds / 4) for box in boxes)), None)
    except Unsettled:
        return None


def refuted(goal: Goal, oracle: Oracle, box: int | None, most: float) -> Counterexample | None:
    """What z3 finds with all variables from −box to box, once it is evaluated exactly, made simple."""
    for t in translations(goal, oracle, Way(anywhere=True)):
        unknown = [p for p in t.variables.values() if constant(p) is None]
        near = [fact(plus(p, ONE, s * box), r) for p in unknown for s, r in ((1, "≥"), (-1, "≤"))] if box else []
        for negation in t.negations:
            found = t.ask(negation + near, most)
            if found is not None and found is not UNKNOWN:
                witness = simplest(goal, t.values(found), oracle)
                if witness:
                    return witness
    return None


def completed(goal: Goal, values: Mapping[str, Any]) -> Point | None:
    """A point of the sorts with these values, None where there is none."""
    if any(v is None or v not in goal.variables[n].sort.domain for n, v in values.items()):
        return None
    sizes = {n: int(values.get(n, 1)) for n in sizes_of(goal.variables)}
    point = sample_point(goal.variables, sizes, random.Random(0))
    for name, v in values.items():
        sort = goal.variables[name].sort
        if sort.kind == "index" and v > lengths.value(sort.dims[0], sizes.__getitem__):
            return None
        point[name] = int(v) if sort.domain.integer else Fraction(v)
    return point


def simplest(goal: Goal, values: Mapping[str, Any], oracle: Oracle) -> Counterexample | None:
    """The counterexample, one value after the other made as simple as it goes; None if there it does not fail."""
    values = dict(values)

    def fails(changed: Mapping[str, Any]) -> bool:
        if changed and oracle.spent:
            return False
        point = completed(goal, {**values, **changed})
        return point is not None and examine(goal.statement, point).outcome == "refuted"

    if not fails({}):
        return None
    for name in [*values, *values]:
        simpler = _simpler(values[name], goal.variables[name].sort.domain.integer)
        values[name] = next((v for v in simpler if fails({name: v})), values[name])
    point = completed(goal, values)
    assert point is not None
    return counterexample(point, examine(goal.statement, point))


def _simpler(v: Any, integer: bool) -> Iterator[Any]:
    if integer:
        yield from (s * size for size in range(min(int(abs(v)), MOST_SMALLER)) for s in (1, -1))
    else:
        nearby = (v.limit_denominator(d) for d in (1, 2, 3, 4, 8))
        yield from itertools.takewhile(lambda q: q != v, (*SIMPLER, *nearby))
