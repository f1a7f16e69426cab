"""When two functions of a vector certainly have different minimisers.

Where an unspecified function ℓ occurs, ℓ is chosen: the first function is A·ℓ + r and the second B·ℓ + s, so ℓ can be
such that the first is 0 at one point and K > 0 everywhere else. That point is then its only minimiser. The second is
B/A·(0 − r) + s there and B/A·(K − r) + s elsewhere; where some K > 0 makes the latter smaller, the minimisers differ.

Without ℓ a minimiser must be certified: a quadratic function is solved exactly, a function that is proved nonnegative
is smallest where it is exactly 0, and f(w) ≥ f(v) for all w may be proved of another variable v. The minimisers differ
if one function is smallest at w and not at u, and the other is no larger at u than at w; or if one is smallest at both,
and the other is not the same there. Convex functions of one variable are compared by the signs of their derivatives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import permutations, product
from typing import Any

import sympy as sp

from ..spec.language import expressions as x
from ..spec.language.sorts import REAL, Sort
from ..spec.language.statements import SameMinimiser
from .ball_arithmetic import Balls, compare, rational, shown
from .convexity import apart
from .equivalences import dependent, depends, increasing
from .evaluate import Evaluation, Undecided, Unsupported
from .goal import Goal, plain_value
from .prover.context import context_of
from .prover.engine import Engine, Infinite, Unproved
from .prover.extended import ordered_at_infinity
from .prover.inequality import Search
from .prover.leftover import expression
from .prover.proving import nonnegative
from .prover.terms import Atom, Mono, Poly
from .prover.translate import normal
from .quadratics import is_quadratic, minimiser
from .sampling import Point


@dataclass(frozen=True)
class Different:
    """The second function at the minimiser of the first, and at a better point."""

    at_minimiser: str
    at_better: str
    note: str


Compare = Callable[[Point, Point], "Different | None"]


def comparison(goal: Goal) -> Compare:
    """What two points say: that the minimisers differ, or nothing (they do not show it). Raises Unsupported."""
    s = goal.statement
    assert isinstance(s, SameMinimiser)
    engine = Engine(context_of(goal.variables.values()))
    try:
        forms = [normal(engine, e) for e in (s.first, s.second)]
    except (Unproved, Infinite) as reason:
        raise Unsupported(str(reason)) from reason
    named = {a.key for p in forms for a in unspecified(p)}
    if len(named) > 1:
        raise Unsupported("more than one unspecified function")
    sides = [_alternatives(engine, e, p, s.over) for e, p in zip((s.first, s.second), forms, strict=True)]
    if not named:
        return _by_certified_minimiser(goal, s, sides)
    linear = [next((pair for pair in side if _linear(pair[1], s.over)), None) for side in sides]
    if None in linear:
        raise Unsupported("the unspecified part of the two functions")
    (first, _), (second, p) = linear  # type: ignore[misc]
    chosen, absent = SameMinimiser(first, second, s.over), not any(True for _ in unspecified(p))
    return lambda point, other: _by_choice(chosen, point, other, absent)


def _alternatives(engine: Engine, e: Any, p: Poly, over: Any) -> list[tuple[Any, Poly]]:
    """The function, and increasing functions of it."""
    with x.as_written():
        return [(e, p), *[(expression(q), q) for q in increasing(engine, p, over) if q != p]]


# ---------------------------------------------------------------------- with an unspecified function
def unspecified(obj: Poly | Mono | Atom) -> Iterator[Atom]:
    """The atoms ℓ(…) inside."""
    if isinstance(obj, Atom):
        if obj.kind == "bind" and obj.args[0].startswith("apply:"):
            yield obj
        parts: Any = [a for a in obj.args if isinstance(a, (Poly, Mono))]
    else:
        parts = [part for part, _ in (obj.terms if isinstance(obj, Poly) else obj.powers)]
    for part in parts:
        if "apply:" in part.key:
            yield from unspecified(part)


def _linear(p: Poly, over: Any) -> bool:
    """ℓ itself, at the vector itself, to the first power, before something that does not depend on the vector."""
    for m, _ in p.terms:
        inside = [(a, e) for a, e in m.powers if "apply:" in a.key]
        if not inside:
            continue
        others = [a for a, _ in m.powers if a not in dict(inside)]
        ((a, e), *more) = inside
        itself = a.kind == "bind" and a.args[0].startswith("apply:") and _is_entry(a.args[-1], over.name)
        if more or e != 1 or not itself or any(depends(b.key, over) for b in others):
            return False
    return True


def _is_entry(p: Poly, name: str) -> bool:
    """One entry of the array under the mark that stands for every index."""
    atoms = [a for m, c in p.terms for a, e in m.powers if c == 1 and e == 1]
    return len(p.terms) == 1 and len(atoms) == 1 and atoms[0].kind == "entry" and atoms[0].args[0] == name


def _by_choice(s: SameMinimiser, point: Point, other: Point, absent: bool) -> Different | None:
    """absent: the unspecified function does not occur in the second function at all."""
    k = Balls()

    def value(e: Any, p: Point, level: int) -> Any:
        constant = {name: (lambda entries: Fraction(level)) for name, v in p.items() if callable(v)}
        return Evaluation({**p, **constant}, k).value(e)

    slopes = [k.add([value(e, point, 1), k.neg(value(e, point, 0))]) for e in (s.first, s.second)]
    if compare(slopes[0], 0) not in ("<", ">"):
        raise Unsupported("whether the unspecified function occurs in the first function")
    ratio = rational(0) if absent else k.div(slopes[1], slopes[0])
    direction = compare(ratio, 0)
    if direction == "?":
        raise Undecided("the sign of the unspecified part")
    seconds = [k.add([value(s.second, p, 0), k.neg(k.mul(ratio, value(s.first, p, 0)))]) for p in (point, other)]
    if _same_place(s, point, other):
        return None
    where = [plain_value(p[s.over.name]) for p in (point, other)]
    if direction == "<":
        note = f"with ℓ such that {s.over.name} = {where[0]} is the only minimiser of the first function"
        return Different("0", "anything below 0", f"{note}, the second is smaller at {s.over.name} = {where[1]}")
    order = compare(*seconds)
    if order == "=" and direction == "=":
        note = f"with ℓ such that {s.over.name} = {where[0]} is the only minimiser of the first function"
        return Different(shown(seconds[0]), shown(seconds[1]), f"{note}, the second is as small at {where[1]}")
    if order not in ("<", ">"):
        return None
    best, better = (1, 0) if order == "<" else (0, 1)
    gain = k.add([seconds[best], k.neg(seconds[better])])  # any K below gain / ratio will do
    note = (
        f"with ℓ such that {s.over.name} = {where[best]} is the only minimiser of the first function, "
        f"the second is smaller at {s.over.name} = {where[better]}, by up to {shown(gain)}"
    )
    return Different(shown(seconds[best]), shown(seconds[better]), note)


def _same_place(s: SameMinimiser, point: Point, other: Point) -> bool:
    return point[s.over.name] == other[s.over.name]


# ---------------------------------------------------------------------- without
Anchors = Callable[..., Iterator[Point]]  # from points with the same data to some at which a function is smallest


def _by_certified_minimiser(goal: Goal, s: SameMinimiser, alternatives: list[list[tuple[Any, Poly]]]) -> Compare:
    sides = (s.first, s.second)
    own = [list(_anchors(goal, s, *side[0])) for side in alternatives]
    others = [[anchor for e, p in side[1:] for anchor in _anchors(goal, s, e, p)] for side in alternatives]
    everywhere = _everywhere(goal.variables[s.over.name].sort)
    if not any(own + others) and not everywhere:
        raise Unsupported("no least value of either function is known")

    def compared(point: Point, other: Point) -> Different | None:
        moved = {**point, s.over.name: other[s.over.name]}
        for anchors in (own, others):
            found = [_distinct(s, [best for anchor in some for best in anchor(point, moved)]) for some in anchors]
            if any(found):
                break
        else:
            if not everywhere or len(point[s.over.name]) > 1:
                raise Unsupported("neither function is surely smallest at the points that were tried")
            pairs = product(*[[e for e, _ in side] for side in alternatives])
            said = [why for why in (apart(pair, s.over, point) for pair in pairs) if why is not None]
            if any(said):
                return Different("a minimiser of the first function", "one of the second", next(filter(None, said)))
            if said:
                return None
            raise Unsupported("neither function is surely smallest at the points that were tried")
        for position in (0, 1):
            for best in found[position]:
                for better in (*found[1 - position], point, moved):
                    different = _told_apart(s, sides, position, best, better, False)
                    if different:
                        return different
            for best, better in permutations(found[position], 2):
                different = _told_apart(s, sides, position, best, better, True)
                if different:
                    return different
        return None

    return compared


def _everywhere(sort: Sort) -> bool:
    """Whether the vectors are all of ℝᵈ."""
    return sort.domain is REAL and sort.free


def _distinct(s: SameMinimiser, points: list[Point]) -> list[Point]:
    return list({tuple(p[s.over.name].items()): p for p in points}.values())


def _told_apart(
    s: SameMinimiser, sides: Any, position: int, best: Point, better: Point, both: bool
) -> Different | None:
    """`best` minimises one function, `better` does not, or does (both); what the other function says against that."""
    k = Balls()
    if not both and compare(*[Evaluation(p, k).value(sides[position]) for p in (better, best)]) != ">":
        return None
    low, high = (Evaluation(p, k).value(sides[1 - position]) for p in (better, best))
    order = compare(low, high)
    if order != "<" and (both or order != "="):
        return None
    names = ("first", "second") if position == 0 else ("second", "first")
    where = [plain_value(p[s.over.name]) for p in (best, better)]
    note = (
        f"the {names[0]} function is smallest at {s.over.name} = {where[0]} and {'also' if both else 'not'} at "
        f"{s.over.name} = {where[1]}, where the {names[1]} is {'smaller' if order == '<' else 'as small'}"
    )
    return Different(shown(high), shown(low), note)


def _anchors(goal: Goal, s: SameMinimiser, e: Any, p: Poly) -> Iterator[Anchors]:
    """Ways to points at which a function is certainly smallest."""
    name, sort = s.over.name, goal.variables[s.over.name].sort
    if not dependent(p, s.over).terms:
        yield lambda *points: iter(points)
        return
    if is_quadratic(p, s.over):
        if _everywhere(sort):
            yield lambda *points: _least(e, name, points[0])
        return
    core = _without_constants(e, s.over)
    if _proved_nonnegative(goal, core):
        yield lambda *points: (p for p in points if compare(Evaluation(p, Balls()).value(core), 0) == "=")
    for v in goal.variables.values():
        if v.name != name and v.sort == sort:
            with x.as_written():
                there = x.substitute(e, {s.over: v.expr})
                gap = e - there
            if s.over.args[0] not in there.free_symbols and _proved_nonnegative(goal, gap):
                yield lambda *points, other=v.name: iter(({**points[0], name: points[0][other]},))


def _least(e: Any, name: str, point: Point) -> Iterator[Point]:
    found = minimiser(lambda w: Evaluation({**point, name: w}, Balls()).value(e), list(point[name]))
    if found is not None:
        yield {**point, name: {key: Fraction(int(v.p), int(v.q)) for key, v in found.items()}}


def _without_constants(e: Any, over: Any) -> Any:
    """The function without summands that do not mention the vector: they do not move its minimisers."""
    if not isinstance(e, sp.Add):
        return e
    kept = [a for a in e.args if over.args[0] in a.free_symbols]
    with x.as_written():
        return kept[0] if len(kept) == 1 else sp.Add(*kept)


def _proved_nonnegative(goal: Goal, e: Any) -> bool:
    engine = Engine(context_of(goal.variables.values()))
    try:
        p = normal(engine, e)
        if engine.side or engine.met_infinite or not ordered_at_infinity(engine, Poly({}), p):
            return False
        return not nonnegative(engine, e).fault or Search(engine).prove(p) is not None
    except (Unproved, Infinite, Unsupported):
        return False
