"""Growth and convexity in one variable: its derivatives, and the points at which a polynomial may touch zero.

The variable is a scalar, or an entry outside every sum: then the polynomial is shown nonnegative for every number of
the array's domain in its place, whatever the other entries are, which is more than is needed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from flint import fmpq

from ...spec.language.sorts import NONNEGATIVE, Domain
from .engine import Engine, Unproved, fresh_name
from .inequality import Found, Scope, Search
from .signs import minus
from .splitting import atoms_of, is_mean, replaced, vanishes
from .terms import ONE, Atom, Mono, Open, Poly, Term, as_poly, number, opened, var

CANDIDATES = tuple(fmpq(a, b) for a, b in ((0, 1), (1, 1), (-1, 1), (1, 2), (-1, 2), (2, 1), (-2, 1)))
MOST_TERMS = 40


# ---------------------------------------------------------------------- derivatives and continuity
def slope(engine: Engine, p: Poly, name: str) -> Poly:
    """∂p/∂name, also under sums, for a variable in no function without a derivative here."""
    out: Open = []
    for m, c in p.terms:
        for a, e in m.powers:
            if name not in a.free:
                continue
            rest = {b: k for b, k in m.powers if b != a}
            outer = [Term(c * e, (), {**rest, **({a: e - 1} if e != 1 else {})})]
            out += engine.times(outer, _of_atom(engine, a, name))
    return engine.canon(out)


def _of_atom(engine: Engine, a: Atom, name: str) -> Open:
    match a.kind:
        case "var":
            return opened(number(1))
        case "exp":
            inner = slope(engine, Poly({a.args[0]: ONE}), name)
            return engine.times([Term(ONE, (), {a: ONE})], opened(inner))
        case "log":
            inner = slope(engine, a.args[0], name)
            return engine.times(engine.power(a.args[0], fmpq(-1)), opened(inner))
        case "base":
            return opened(slope(engine, a.args[0], name))
        case "sum":
            c, bounds, powers = engine.open_sum(a)
            if any(name in lo.free or name in hi.free for _, lo, hi in bounds):
                raise Unproved("the derivative with respect to a limit of a sum")
            inner = slope(engine, Poly({Mono(powers): c}), name)
            return [Term(t.coef, bounds + t.bounds, t.powers) for t in opened(inner)]
    raise Unproved(f"the derivative of {a.kind}")


def regular(engine: Engine, obj: Poly | Mono, name: str, roots: bool = False) -> bool:
    """Defined and smooth for every admissible value of the variable: no pole, no root or logarithm of zero or less.

    roots: continuous is enough, so that roots of zero may occur, and absolute values.
    """
    if isinstance(obj, Poly):
        return all(regular(engine, m, name, roots) for m, _ in obj.terms)
    for a, e in obj.powers:
        if name not in a.free:
            continue
        kink = a.kind == "call" and a.args[0] == "abs"
        if a.kind in ("bind", "call") and not (roots and kink):
            return False
        if (e < 0 or e.q != 1) and not engine.signs.positive(a):
            if not (roots and e > 0 and engine.signs.nonnegative(a)):
                return False
        if a.kind == "log" and not _certainly_positive(engine, a.args[0]):
            return False
        if not all(regular(engine, part, name, roots) for part in a.args if isinstance(part, (Poly, Mono))):
            return False
    return True


def _certainly_positive(engine: Engine, p: Any) -> bool:
    coef, atoms = engine.factored(p)
    return coef > 0 and all(engine.signs.positive(a) for a in atoms)


# ---------------------------------------------------------------------- the variables
@dataclass(frozen=True)
class Variable:
    """A polynomial in one variable: its name there, its interval, and what it stands for."""

    p: Poly
    name: str
    domain: Domain
    stands_for: Poly


def variables(engine: Engine, p: Poly) -> Iterator[Variable]:
    """The scalars and the entries outside sums, each as a variable that ranges over an interval."""
    hidden = {v for a in atoms_of(p) if a.kind in ("bind", "call") for v in a.free}
    means = {v for a in atoms_of(p) if is_mean(a) for v in a.free}
    for a in sorted(atoms_of(p), key=lambda a: a.key):
        if a.kind == "var":
            d = engine.ctx.domain(a.args[0])
            known = a.args[0] in engine.ctx.domains and a.args[0] not in hidden | means
            if not known or d.integer or d.values:
                continue
            yield Variable(p, a.args[0], d, as_poly(a))
        elif a.kind == "entry":
            d = engine.signs.domain(a)
            if d.integer or d.values or a.args[0] in engine.ctx.random:
                continue
            name = fresh_name()
            engine.ctx.domains[name] = d
            yield Variable(replaced(engine, p, {a: var(name)}), name, d, as_poly(a))


def by_growth(search: Search, p: Poly, scope: Scope, depth: int) -> Found | None:
    """Nonnegative at an end of the interval and monotone from there, above a point of contact, or concave between."""
    engine = search.engine
    if len(p.terms) > MOST_TERMS:
        return None
    search.nested += 1
    try:
        for v in variables(engine, p):
            for way in (_from_an_end, _above_contact, _between_the_ends):
                before = dict(engine.side)
                try:
                    found = way(search, v, scope, depth)
                except Unproved:
                    found = None
                if found is not None:
                    return found
                engine.side = before
    finally:
        search.nested -= 1
    return None


# ---------------------------------------------------------------------- from an end of the interval
def _from_an_end(search: Search, v: Variable, scope: Scope, depth: int) -> Found | None:
    """f ≥ 0 because f ≥ 0 at an end of the interval, and f grows from there."""
    engine = search.engine
    for end, side in ((v.domain.low, 1), (v.domain.high, -1)):
        if end is None:
            continue
        step = fresh_name()
        width = None if v.domain.low is None or v.domain.high is None else v.domain.high - v.domain.low
        open_end = v.domain.open_low if side > 0 else v.domain.open_high
        far = v.domain.open_high if side > 0 else v.domain.open_low
        engine.ctx.domains[step] = replace(
            NONNEGATIVE, high=width, open_low=open_end, open_high=far and width is not None
        )
        p = v.p if (side, end) == (1, 0) else engine.move_poly(v.p, v.name, _away(engine, number(end), step, side))
        zeros = increasing_from(search, p, v.name if p is v.p else step, scope, depth)
        if zeros is not None:
            growth = "increasing" if side > 0 else "decreasing"
            at_end = {search.zero_key(minus(v.stands_for, number(end)), scope)} if "at the end" in zeros else zeros
            return Found([(v.p, f"{growth} in {_shown(v)}, and nonnegative at {end}")], at_end or None)
    return None


def _shown(v: Variable) -> str:
    from .leftover import readable

    return readable(v.stands_for)


def _away(engine: Engine, point: Poly, step: str, side: int) -> Poly:
    return engine.canon([*opened(point), Term(fmpq(side), (), {Atom("var", step): ONE})])


def increasing_from(search: Search, p: Poly, name: str, scope: Scope, depth: int) -> set[str] | None:
    """None, or p ≥ 0 from 0 on is shown: continuous and nonnegative at 0, smooth beyond, with a slope of at least 0.

    The set says when p = 0, if that is known: "at the end" where p vanishes there, {"never"} when it does not, and in
    both cases the derivative vanishes at most at the end. An empty set says nothing.
    """
    engine = search.engine
    d = engine.ctx.domain(name)
    closed = fresh_name()
    engine.ctx.domains[closed] = replace(d, open_low=False)
    extended = engine.move_poly(p, name, var(closed))
    if not (regular(engine, extended, closed, roots=True) and regular(engine, p, name)):
        return None
    start = engine.move_poly(extended, closed, Poly({}))
    first = search.nonnegative(start, scope, depth)
    if first is None:
        return None
    growing = search.nonnegative(slope(engine, p, name), scope, depth)
    if growing is None:
        return None
    if growing.zeros is None or not _isolated(search, growing.zeros, name):
        return set()
    if engine.is_zero(start):
        return {"never"} if d.open_low else {"at the end"}
    return {"never"} if first.zeros is not None and "never" in first.zeros else set()


def _isolated(search: Search, zeros: set[str], name: str) -> bool:
    """Whether one of the conditions, which must all hold, holds for finitely many values of the variable at most."""
    engine = search.engine
    if "never" in zeros:
        return True
    for p, over in (search.conditions[k] for k in zeros if k in search.conditions):
        degrees: dict[fmpq, dict[Mono, fmpq]] = {}
        for m, c in p.terms:
            powers = dict(m.powers)
            e = powers.pop(Atom("var", name), fmpq(0))
            if e.q != 1 or e < 0 or any(name in a.free for a in powers):
                break
            degrees.setdefault(e, {})[Mono(powers)] = c
        else:
            leading = Poly(degrees[max(degrees)]) if degrees else Poly({})
            coef, atoms = engine.factored(leading)
            known = all(engine.signs.positive(a) or engine.signs.nonzero(a) for a in atoms)
            if max(degrees, default=0) > 0 and coef != 0 and known and not over:
                return True
    return False


# ---------------------------------------------------------------------- above a point of contact
def touching_points(engine: Engine, v: Variable) -> Iterator[Poly]:
    """Points of the interval at which p vanishes: simple numbers, and other variables of the same domain."""
    points = [number(q) for q in CANDIDATES if _inside(q, v.domain)]
    for a in sorted(atoms_of(v.p), key=lambda a: a.key):
        if a.kind in ("var", "entry") and a != Atom("var", v.name) and engine.signs.domain(a) == v.domain:
            if a.kind == "entry" or a.args[0] in engine.ctx.domains:
                points.append(as_poly(a))
    for point in points:
        try:
            if engine.is_zero(engine.move_poly(v.p, v.name, point)):
                yield point
        except Unproved:
            continue


def _inside(q: fmpq, d: Domain) -> bool:
    above = d.low is None or q > d.low or (q == d.low and not d.open_low)
    return above and (d.high is None or q < d.high or (q == d.high and not d.open_high))


def _above_contact(search: Search, v: Variable, scope: Scope, depth: int) -> Found | None:
    """f ≥ 0 because f(a) = 0 and f falls before a and grows after it: by a factor x − a of f′, by f′(a) = 0 ≤ f″, or
    by growth on both sides."""
    engine = search.engine
    for point in touching_points(engine, v):
        for way in (_sign_of_slope, _both_sides, _convex):
            if way is _convex and search.nested > 1:
                continue  # derivatives without end
            try:
                strict = way(search, v, point, scope, depth)
            except Unproved:
                continue
            if strict is not None:
                said = f"smallest at {_shown(v)} = {_point(point)}, where it vanishes"
                zeros = {search.zero_key(minus(v.stands_for, point), scope)}
                return Found([(v.p, said)], zeros if strict else None)
    return None


def _point(point: Poly) -> str:
    from .leftover import readable

    return readable(point)


def _sign_of_slope(search: Search, v: Variable, point: Poly, scope: Scope, depth: int) -> bool | None:
    """f′ = (x − a)·g with g ≥ 0; strict where g vanishes for finitely many x only."""
    engine = search.engine
    if not regular(engine, v.p, v.name):
        return None
    derivative = slope(engine, v.p, v.name)
    if not vanishes(engine, engine.move_poly(derivative, v.name, point)):
        return None
    scale, touching = engine.primitive(minus(var(v.name), point)) if point.terms else (ONE, Atom("var", v.name))
    coef, atoms = engine.factored(derivative)
    e = atoms.pop(touching, fmpq(0))
    if e.q != 1 or e <= 0 or int(e.p) % 2 == 0:
        return None
    beside = Poly({Mono(atoms): coef * scale})  # sign of f′/(x − a): what is left of an odd power is even
    found = search.nonnegative(engine.canon(opened(beside)), scope, depth)
    if found is None:
        return None
    return found.zeros is not None and _isolated(search, found.zeros, v.name)


def _convex(search: Search, v: Variable, point: Poly, scope: Scope, depth: int) -> bool | None:
    """f′(a) = 0 and f″ ≥ 0; strict where f″ vanishes for finitely many x only."""
    engine = search.engine
    if not regular(engine, v.p, v.name):
        return None
    derivative = slope(engine, v.p, v.name)
    if not vanishes(engine, engine.move_poly(derivative, v.name, point)):
        return None
    found = search.nonnegative(slope(engine, derivative, v.name), scope, depth)
    if found is None:
        return None
    return found.zeros is not None and _isolated(search, found.zeros, v.name)


def _both_sides(search: Search, v: Variable, point: Poly, scope: Scope, depth: int) -> bool | None:
    """Growth from the point on both sides; strict where it is so on both."""
    engine, strict = search.engine, True
    if v.domain.low is not None or v.domain.high is not None:
        return None  # a bounded side needs the bound as a hypothesis
    for side in (1, -1):
        step = fresh_name()
        engine.ctx.domains[step] = NONNEGATIVE
        moved = engine.move_poly(v.p, v.name, _away(engine, point, step, side))
        zeros = increasing_from(search, moved, step, scope, depth)
        if zeros is None:
            return None
        strict = strict and bool(zeros)
    return strict


# ---------------------------------------------------------------------- between two ends
def _between_the_ends(search: Search, v: Variable, scope: Scope, depth: int) -> Found | None:
    """f ≥ 0 on an interval because f ≥ 0 at both ends and f″ ≤ 0 between them: Jensen along a segment."""
    engine = search.engine
    if v.domain.low is None or v.domain.high is None or search.nested > 1:
        return None
    closed = fresh_name()
    engine.ctx.domains[closed] = replace(v.domain, open_low=False, open_high=False)
    p = engine.move_poly(v.p, v.name, var(closed))
    if not (regular(engine, p, closed, roots=True) and regular(engine, v.p, v.name)):
        return None
    curvature = minus(Poly({}), slope(engine, slope(engine, v.p, v.name), v.name))
    if not curvature.terms:
        return None  # linear: decided by its signs
    for end in (v.domain.low, v.domain.high):
        if search.nonnegative(engine.move_poly(p, closed, number(end)), scope, depth) is None:
            return None
    if search.nonnegative(curvature, scope, depth) is None:
        return None
    return Found([(v.p, f"concave in {_shown(v)}, and nonnegative at {v.domain.low} and {v.domain.high}")], None)
