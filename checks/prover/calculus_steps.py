"""Growth of a polynomial in one variable: its derivative, and the points at which it may touch zero."""

from __future__ import annotations

from collections.abc import Iterator

from flint import fmpq

from ...spec.language.sorts import NONNEGATIVE
from .engine import Engine, Unproved, fresh_name
from .inequality import Found, Scope, Search
from .signs import minus
from .splitting import atoms_of
from .terms import ONE, Atom, Mono, Open, Poly, Term, number, opened, var

CANDIDATES = tuple(fmpq(a, b) for a, b in ((0, 1), (1, 1), (-1, 1), (1, 2), (-1, 2), (2, 1), (-2, 1)))


def slope(engine: Engine, p: Poly, name: str) -> Poly:
    """∂p/∂name, for a variable that occurs in no sum and no function without a derivative here."""
    out: Open = []
    for m, c in p.terms:
        for a, e in m.powers:
            if name not in a.free:
                continue
            rest = {b: k for b, k in m.powers if b != a}
            outer = [Term(c * e, (), {**rest, **({a: e - 1} if e != 1 else {})})]
            out += engine.times(outer, opened(_of_atom(engine, a, name)))
    return engine.canon(out)


def _of_atom(engine: Engine, a: Atom, name: str) -> Poly:
    match a.kind:
        case "var":
            return number(1)
        case "exp":
            inner = slope(engine, Poly({a.args[0]: ONE}), name)
            return engine.canon(engine.times([Term(ONE, (), {a: ONE})], opened(inner)))
        case "log":
            inner = slope(engine, a.args[0], name)
            return engine.canon(engine.times(engine.power(a.args[0], fmpq(-1)), opened(inner)))
        case "base":
            return slope(engine, a.args[0], name)
    raise Unproved(f"the derivative of {a.kind}")


def regular(engine: Engine, obj: Poly | Mono, name: str) -> bool:
    """Defined and smooth for every admissible value of the variable: no pole, no root or logarithm of zero or less."""
    if isinstance(obj, Poly):
        return all(regular(engine, m, name) for m, _ in obj.terms)
    for a, e in obj.powers:
        if name not in a.free:
            continue
        if (e < 0 or e.q != 1 or a.kind == "log") and not engine.signs.positive(a) and a.kind != "log":
            return False
        if a.kind == "log" and (e < 0 or e.q != 1 or not _certainly_positive(engine, a.args[0])):
            return False
        if not all(regular(engine, part, name) for part in a.args if isinstance(part, (Poly, Mono))):
            return False
    return True


def _certainly_positive(engine: Engine, p: Poly) -> bool:
    coef, atoms = engine.factored(p)
    return coef > 0 and all(engine.signs.positive(a) for a in atoms)


def increasing_from(search: Search, p: Poly, name: str, scope: Scope, depth: int) -> set[str] | None:
    """None, or p ≥ 0 for name ≥ 0 is shown: nonnegative at 0, and the derivative is nonnegative.

    The set says when p = 0, if that is known: where name = 0 when p vanishes there, never when it does not, and in both
    cases the derivative vanishes at most at name = 0. An empty set says nothing.
    """
    engine = search.engine
    if not regular(engine, p, name):
        return None
    start = engine.move_poly(p, name, Poly({}))
    first = search.nonnegative(start, scope, depth)
    if first is None:
        return None
    growing = search.nonnegative(slope(engine, p, name), scope, depth)
    if growing is None:
        return None
    at_zero = search.zero_key(Poly({Mono([(Atom("var", name), ONE)]): ONE}), scope)
    strictly = growing.zeros is not None and growing.zeros <= {"never", at_zero} and growing.zeros
    if not strictly:
        return set()
    if engine.is_zero(start):
        return {at_zero}
    return {"never"} if first.zeros is not None and "never" in first.zeros else set()


def touching_points(engine: Engine, p: Poly, name: str) -> Iterator[fmpq]:
    """Simple points of the domain at which p vanishes."""
    d = engine.ctx.domain(name)
    for point in CANDIDATES:
        inside = (d.low is None or point > d.low) and (d.high is None or point < d.high)
        if inside:
            try:
                if engine.is_zero(engine.move_poly(p, name, number(point))):
                    yield point
            except Unproved:
                continue


def by_growth(search: Search, p: Poly, scope: Scope, depth: int) -> Found | None:
    """f(x) ≥ 0 for x ≥ 0 because f(0) ≥ 0 and f′ ≥ 0; for real x on both sides of a touching point."""
    engine = search.engine
    for name in sorted({n for n in p.free if n in engine.ctx.domains}):
        d = engine.ctx.domain(name)
        if d.integer or d.values or any(name in a.free for a in atoms_of(p) if a.kind in ("sum", "bind", "call")):
            continue
        if d.low == 0 and d.high is None:
            zeros = increasing_from(search, p, name, scope, depth)
            if zeros is not None:
                return Found([(p, f"increasing in {name}, and nonnegative at 0")], zeros or None)
            continue
        for point in touching_points(engine, p, name):
            strict = _both_sides(search, p, name, point, scope, depth)
            if strict is not None:
                apart = minus(var(name), number(point))
                return Found(
                    [(p, f"smallest at {name} = {point}, where it vanishes")],
                    {search.zero_key(apart, scope)} if strict else None,
                )
    return None


def _both_sides(search: Search, p: Poly, name: str, point: fmpq, scope: Scope, depth: int) -> bool | None:
    """None, or whether the polynomial is surely positive away from the point at which it vanishes."""
    engine, d = search.engine, search.engine.ctx.domain(name)
    strict = True
    for side in (1, -1):
        if d.high is not None or (d.low is not None and side < 0):
            return None  # a bounded side needs the bound as a hypothesis
        step = fresh_name()
        engine.ctx.domains[step] = NONNEGATIVE
        shifted = engine.canon([*opened(number(point)), Term(fmpq(side), (), {Atom("var", step): ONE})])
        zeros = increasing_from(search, engine.move_poly(p, name, shifted), step, scope, depth)
        if zeros is None:
            return None
        strict = strict and bool(zeros)
    return strict
