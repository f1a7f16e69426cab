"""Growth of a polynomial in one variable: its derivative, and the points at which it may touch zero."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flint import fmpq

from .engine import Engine, Unproved
from .terms import ONE, Atom, Open, Poly, Term, number, opened

if TYPE_CHECKING:
    from .inequality import Scope, Search

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


def increasing_from(search: Search, p: Poly, name: str, scope: Scope, depth: int) -> bool:
    """p ≥ 0 for name ≥ 0: nonnegative at 0, and the derivative is nonnegative."""
    engine = search.engine
    start = engine.move_poly(p, name, Poly({}))
    if search.nonnegative(start, scope, depth) is None:
        return False
    return search.nonnegative(slope(engine, p, name), scope, depth) is not None


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
