"""Certificates from increasing functions of both sides: A ≥ B because log A ≥ log B, eᴬ ≥ eᴮ, or A² ≥ B²."""

from __future__ import annotations

from math import lcm

from flint import fmpq

from .inequality import Found, Scope, Search
from .signs import minus
from .terms import Poly


def by_logarithms(search: Search, p: Poly, scope: Scope, depth: int) -> Found | None:
    """c₁ log P₁ + … + x ≥ 0 because the exponential of it is at least 1: P^… · eˣ ≥ 1, denominators multiplied out."""
    engine = search.engine
    logs = [(m, c) for m, c in p.terms if len(m.powers) == 1 and m.powers[0][0].kind == "log" and m.powers[0][1] == 1]
    if not any(len(m.powers[0][0].args[0].terms) > 1 or "sum(" in m.key for m, _ in logs):
        return None
    scale = lcm(*[int(c.q) for _, c in logs])
    if scale > 4:
        return None
    scaled = Poly({m: c * scale for m, c in p.terms})
    if any(abs(c) > 4 for m, c in scaled.terms if m in {n for n, _ in logs}):
        return None
    above = engine.canon(engine.exponential(Poly({m: c for m, c in scaled.terms if c > 0})))
    below = engine.canon(engine.exponential(Poly({m: -c for m, c in scaled.terms if c < 0})))
    found = search.nonnegative(minus(above, below), scope, depth)
    return None if found is None else Found([(p, "the exponential is increasing")], found.zeros)


def by_logarithm_of_one_term(search: Search, p: Poly, scope: Scope, depth: int) -> Found | None:
    """A − B ≥ 0 because log A − log B ≥ 0, for A and B positive, one of them a monomial with an exponential."""
    engine = search.engine
    for m, c in p.terms:
        if not any(a.kind == "exp" for a, _ in m.powers) or not engine.signs.mono_positive(m):
            continue
        one, rest = Poly({m: abs(c)}), Poly({n: q if c < 0 else -q for n, q in p.terms if n != m})
        if not engine.signs.poly_positive(rest):
            continue
        above, below = (one, rest) if c > 0 else (rest, one)
        logs = engine.canon(engine.logarithm(above)), engine.canon(engine.logarithm(below))
        found = search.nonnegative(minus(*logs), scope, depth)
        if found is not None:
            return Found([(p, "the logarithm is increasing")], found.zeros)
    return None


def by_squares(search: Search, p: Poly, scope: Scope, depth: int) -> Found | None:
    """B − A ≥ 0 because B ≥ 0 and B² − A² ≥ 0, for roots and absolute values."""
    engine = search.engine
    rooted = [m for m, _ in p.terms if any(e.q == 2 or (a.kind == "call" and a.args[0] == "abs") for a, e in m.powers)]
    if not rooted or len(p.terms) > 6 or "call(where" in p.key or "call(signum" in p.key:
        return None  # cases on a sign are better there
    upper = Poly({m: c for m, c in p.terms if c * engine.signs.mono_sign(m) > 0})
    lower = minus(upper, p)
    if not upper.terms or not lower.terms or not any(m in rooted for m, _ in p.terms):
        return None
    squares = [engine.canon(engine.power(q, fmpq(2))) for q in (upper, lower)]
    found = search.nonnegative(minus(*squares), scope, depth)
    if found is None:
        return None
    zeros = found.zeros if engine.signs.poly_nonnegative(lower) else None  # else B = −A has equal squares too
    return Found([(p, "the squares of the two sides")], zeros)
