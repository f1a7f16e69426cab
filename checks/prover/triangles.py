"""Double sums over triangles in one form: the inner index runs up to the outer one, or the square is halved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flint import fmpq

from .signs import minus
from .terms import Open, Poly, Term, number, rename, var

if TYPE_CHECKING:
    from .engine import Engine

Ranges = dict[str, tuple[Poly, Poly]]


def limits_others(t: Term, name: str) -> bool:
    """Whether the range of another index mentions this one."""
    return any(name in lo.free or name in hi.free for v, lo, hi in t.bounds if v != name)


def reorder(engine: Engine, t: Term, ranges: Ranges) -> Open | None:
    """Σ_w Σ_{v=w}^{H} = Σ_v Σ_{w≤v}: a triangle is always written with the inner index below the outer one.

    The pairs are the same, start ≤ w ≤ v ≤ H, whatever other ranges say of them; v starts lower than before: this ends.
    """
    for v, lo, hi in t.bounds:
        w = lo.variable()
        if w not in ranges or w == v or ranges[w][1] != hi:
            continue
        start = ranges[w][0]
        engine.declare(v, start, hi)
        new = {v: (start, hi), w: (start, var(v))}
        return [Term(t.coef, tuple((u, *new.get(u, (a, b))) for u, a, b in t.bounds), t.powers)]
    return None


def whole_triangle(engine: Engine, t: Term, ranges: Ranges) -> Open | None:
    """Σ_{u<v} = Σ_{u≤v} − the diagonal, and Σ_{v>w} = Σ_{v≥w} − the diagonal."""
    for u, lo, hi in t.bounds:
        if limits_others(t, u):
            continue
        above = minus(hi, number(-1)).variable()
        below = minus(lo, number(1)).variable()
        if above in ranges and above != u and engine.signs.nonempty(lo, var(above)):
            edge, limits = above, (lo, var(above))
        elif below in ranges and below != u and engine.signs.nonempty(var(below), hi):
            edge, limits = below, (var(below), hi)
        else:
            continue
        engine.declare(u, *limits)
        whole = Term(t.coef, tuple((x, *limits) if x == u else (x, a, b) for x, a, b in t.bounds), t.powers)
        return [whole, *diagonal(engine, t, u, edge, fmpq(-1))]
    return None


def diagonal(engine: Engine, t: Term, u: str, edge: str, factor: fmpq) -> Open:
    """The terms with u set to another index."""
    rest = tuple(b for b in t.bounds if b[0] != u)
    return [Term(factor * t.coef * c, rest + b, p) for c, b, p in engine.moved(t.powers, u, var(edge))]


def halve(engine: Engine, t: Term, ranges: Ranges) -> Open | None:
    """Σ_{u≤v} f = ½ (Σ_{u,v} f + Σ_v f(v, v)) for a summand that does not change when u and v are exchanged."""
    for u, lo, hi in t.bounds:
        v = hi.variable()
        if v not in ranges or v == u or ranges[v][0] != lo or limits_others(t, u):
            continue
        if any(v in a.free or v in b.free for x, a, b in t.bounds if x not in (u, v)):
            continue
        swapped = {rename(a, {u: v, v: u}): e for a, e in t.powers.items()}
        if swapped != t.powers or not any(u in a.free for a in t.powers):
            continue
        engine.declare(u, lo, ranges[v][1])
        square = tuple((x, lo, ranges[v][1]) if x == u else (x, a, b) for x, a, b in t.bounds)
        return [Term(t.coef / 2, square, t.powers), *diagonal(engine, t, u, v, fmpq(1, 2))]
    return None
