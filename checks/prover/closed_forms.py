"""Sums that have a closed form: powers of the index, and geometric sums."""

from __future__ import annotations

from math import comb
from typing import TYPE_CHECKING

from flint import fmpq

from .signs import minus
from .terms import ONE, ZERO, Atom, Mono, Open, Poly, Term, number, opened
from .triangles import limits_others

if TYPE_CHECKING:
    from .engine import Engine

Ranges = dict[str, tuple[Poly, Poly]]


def power_sum(engine: Engine, t: Term, ranges: Ranges) -> Open | None:
    """Σ vᵖ over a range is a polynomial in its ends (Faulhaber), p ≤ 6."""
    for v, lo, hi in t.bounds:
        own = Atom("var", v)
        p = t.powers.get(own, ZERO)
        alone = all(v not in a.free for a in t.powers if a != own) and not limits_others(t, v)
        if not alone or p.q != 1 or not 1 <= p <= 6:
            continue
        rest = Term(t.coef, tuple(b for b in t.bounds if b[0] != v), {a: e for a, e in t.powers.items() if a != own})
        upto = [faulhaber(engine, int(p), hi), faulhaber(engine, int(p), minus(lo, number(1)))]
        return engine.times([rest], upto[0] + [Term(-c, b, q) for c, b, q in upto[1]])
    return None


def faulhaber(engine: Engine, p: int, n: Poly) -> Open:
    """1ᵖ + 2ᵖ + … + nᵖ = (1/(p+1)) Σⱼ C(p+1, j) Bⱼ n^{p+1−j}, with B₁ = +½; also for n = 0."""
    out: Open = []
    for j in range(p + 1):
        c = fmpq.bernoulli(j) * comb(p + 1, j) / (p + 1) * (-1 if j == 1 else 1)
        out += [Term(c * s.coef, s.bounds, s.powers) for s in engine.power(n, fmpq(p + 1 - j))] if c != 0 else []
    return out


def geometric(engine: Engine, t: Term, ranges: Ranges) -> Open | None:
    """Σ rᵛ over a range is (r^lo − r^{hi+1})/(1 − r), for a ratio surely between 0 and 1, or above 1."""
    for v, lo, hi in t.bounds:
        own = [(a, e) for a, e in t.powers.items() if v in a.free]
        if len(own) != 1 or own[0][0].kind != "exp" or limits_others(t, v):
            continue
        (a, e) = own[0]
        factors = dict(a.args[0].powers)
        if factors.pop(Atom("var", v), ZERO) != 1 or v in Mono(factors).free:
            continue
        exponent = Poly({Mono(factors): e})  # the ratio is exp of this
        ratio = engine.canon(engine.exponential(exponent))
        (m, c), *more = ratio.terms
        inverse = Mono([(b, -k) for b, k in m.powers])
        if more or c != 1 or not (engine.signs.below_one(m, True) or engine.signs.below_one(inverse, True)):
            continue
        ends = [opened(lo), [*opened(hi), Term(ONE, (), {})]]
        first, after = (engine.exponential(engine.canon(engine.times(end, opened(exponent)))) for end in ends)
        below = engine.power(minus(number(1), ratio), fmpq(-1))
        whole = engine.times(first + [Term(-c, b, q) for c, b, q in after], below)
        rest = Term(t.coef, tuple(b for b in t.bounds if b[0] != v), {b: k for b, k in t.powers.items() if b != a})
        return engine.times([rest], whole)
    return None
