"""What is sure of a range and of the summand over it: how far it goes, and whether it has a value everywhere."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from . import calls
from .terms import Atom, Bounds, Poly, Term, minus, number, rename

if TYPE_CHECKING:
    from flint import fmpq

    from .engine import Engine

SEEN_THROUGH = ("abs", "signum", "where")


def at_least(engine: Engine, p: Poly, q: Poly) -> bool:
    """p ≥ q for all values of the whole numbers in them."""
    least = engine.signs.least(minus(p, q))
    return least is not None and least >= 0


def lies_in(engine: Engine, w: Poly, lo: Poly, hi: Poly) -> bool:
    """lo ≤ w ≤ hi, all of them whole."""
    whole = all(engine.signs.integers(p) for p in (w, lo, hi))
    return whole and at_least(engine, w, lo) and at_least(engine, hi, w)


def possible(engine: Engine, lo: Poly, hi: Poly) -> bool:
    """hi ≥ lo − 1, both whole: the range has its usual meaning, and may be empty."""
    return engine.signs.integers(lo) and engine.signs.integers(hi) and engine.signs.possible(lo, hi)


def outermost_first(bounds: Bounds) -> Bounds:
    """The bounds in an order in which no range mentions a later index."""
    left, out = list(bounds), []
    while left:
        names = {b[0] for b in left}
        free = [b for b in left if not names & (b[1].free | b[2].free)]
        out += free or left
        left = [b for b in left if b not in out]
    return tuple(out)


def declared(engine: Engine, bounds: Bounds) -> tuple[dict[str, str], Bounds]:
    """Fresh names for the indices, of which exactly these ranges are known: nothing that held for an earlier range."""
    from .engine import fresh_name

    names, out = {b[0]: fresh_name() for b in bounds}, []
    for v, lo, hi in outermost_first(bounds):
        b = (names[v], rename(lo, names), rename(hi, names))
        engine.declare(*b)
        out.append(b)
    return names, tuple(out)


def with_range(bounds: Bounds, name: str, lo: Poly, hi: Poly) -> Bounds:
    return tuple((v, lo, hi) if v == name else (v, a, b) for v, a, b in bounds)


def sure(engine: Engine, t: Term, name: str, lo: Poly, hi: Poly) -> bool:
    """Whether the term has a value with this index over another range, which may be empty, and so have the ranges."""
    names, bounds = declared(engine, with_range(t.bounds, name, lo, hi))
    moved = {name}
    for v, a, b in outermost_first(t.bounds):
        if moved & (a.free | b.free):
            moved.add(v)
    own = {names[v] for v in moved}
    if not all(possible(engine, a, b) for v, a, b in bounds if v in own):
        return False
    return has_value(engine, [(rename(a, names), e) for a, e in t.powers.items() if moved & a.free])


def has_value(engine: Engine, obj: Poly | Iterable[tuple[Atom, fmpq]]) -> bool:
    """Every entry inside its array, no pole, no root or logarithm of what may be negative or zero."""
    if isinstance(obj, Poly):
        return all(has_value(engine, m.powers) for m, _ in obj.terms)
    return all(_power_has_value(engine, a, e) and _atom_has_value(engine, a) for a, e in obj)


def _power_has_value(engine: Engine, a: Atom, e: fmpq) -> bool:
    if e < 0:
        return engine.signs.positive(a) or (e.q == 1 and engine.signs.nonzero(a))
    return e.q == 1 or engine.signs.nonnegative(a)


def _atom_has_value(engine: Engine, a: Atom) -> bool:
    match a.kind:
        case "var" | "e" | "pi" | "prime" | "delta":
            return True
        case "entry":
            ends = engine.ctx.dims.get(a.args[0], ())
            inside = zip(a.args[1:], ends, strict=False)
            return len(ends) == len(a.args) - 1 and all(lies_in(engine, i, number(1), end) for i, end in inside)
        case "exp":
            return has_value(engine, a.args[0].powers)
        case "log":
            return calls.positive(engine, a.args[0]) and has_value(engine, a.args[0])
        case "base":
            return has_value(engine, a.args[0])
        case "call" if a.args[0] in SEEN_THROUGH:
            return all(has_value(engine, p) for p in a.args[1:])
        case "sum":
            names, bounds = declared(engine, a.args[0])
            ranges = all(possible(engine, lo, hi) for _, lo, hi in bounds)
            return ranges and has_value(engine, [(rename(b, names), e) for b, e in a.args[1].powers])
    return False
