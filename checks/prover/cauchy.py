"""Certificates for squared sums, by Cauchy–Schwarz with weights, and for two distributions, by tangents."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations

from flint import fmpq

from .calculus_steps import slope
from .engine import Engine, Unproved, fresh_name
from .inequality import UNIT, Found, Scope, Search, under_one_sum
from .signs import minus
from .splitting import atoms_of, replaced
from .terms import ONE, Atom, Mono, Open, Poly, Term, as_poly, number, opened, rename, var

SHARES = tuple(fmpq(a, b) for a, b in ((1, 1), (1, 2), (1, 3)))


def weighted_cauchy(search: Search, p: Poly, scope: Scope, depth: int) -> Found | None:
    """−w·(Σ f)² ≥ −w·Σ f²/u for w ≥ 0 and weights u > 0 with the sum 1; also −w·Σ (x − y)²·Σ (x + y)², f = |x² − y²|.

    Both are Cauchy–Schwarz: of f/√u and √u, and of |x − y| and |x + y|. The remainder is searched in turn.
    """
    engine = search.engine
    if "call(abs" not in p.key:
        return None
    for m, c in p.terms:
        for a, e in m.powers:
            rest = Mono([(b, k) for b, k in m.powers if b != a])
            if c >= 0 or e != 2 or a.kind != "sum" or len(a.args[0]) != 1 or not engine.signs.mono_nonnegative(rest):
                continue
            for above in (*_over_weights(engine, a), *_by_roots(engine, a)):
                bound = engine.times([Term(c, (), dict(rest.powers))], above)
                remaining = engine.canon([*opened(minus(p, Poly({m: c}))), *bound])
                found = search.nonnegative(remaining, scope, depth)
                if found is not None:
                    return Found([(minus(p, remaining), "Cauchy–Schwarz")], None) | found
    return None


def _over_weights(engine: Engine, a: Atom) -> Iterator[Open]:
    """Σ f²/u for a sum Σ f, the weights u being distributions over its range and means of two of them."""
    ((k, lo, hi),) = a.args[0]
    name = fresh_name()
    engine.declare(name, lo, hi)
    powers = rename(a.args[1], {k: name}).powers
    square = engine.times([Term(ONE, (), dict(powers))], [Term(ONE, (), dict(powers))])
    for u in _weights(engine, name, lo, hi):
        summand = engine.times(square, engine.power(u, -ONE))
        yield [Term(c, ((name, lo, hi), *b), q) for c, b, q in summand]


def _weights(engine: Engine, name: str, lo: Poly, hi: Poly) -> Iterator[Poly]:
    known = [
        Poly({Mono([(Atom("entry", array, var(name)), ONE)]): ONE})
        for array, size in engine.ctx.sums_to_one.items()
        if lo.constant() == 1 and size == hi and engine.signs.positive(Atom("entry", array, var(name)))
    ]
    yield from known
    for one, other in permutations(known, 2):
        for share in SHARES[1:]:
            yield Poly({m: c * s for q, s in ((one, share), (other, 1 - share)) for m, c in q.terms})


def _by_roots(engine: Engine, a: Atom) -> Iterator[Open]:
    """Σ (x − y)² · Σ (x + y)² for a sum Σ |x² − y²| with x and y positive, once opened."""
    ((k, lo, hi),) = a.args[0]
    ((kink, e), *others) = a.args[1].powers
    if others or e != 1 or kink.kind != "call" or kink.args[0] != "abs" or len(kink.args[1].terms) != 2:
        return
    name = fresh_name()
    engine.declare(name, lo, hi)
    (m, c), (n, d) = rename(kink.args[1], {k: name}).terms
    if c * d > 0 or not engine.signs.mono_positive(m) or not engine.signs.mono_positive(n):
        return
    x, y = (engine.canon(engine.power(Poly({q: abs(s)}), fmpq(1, 2))) for q, s in ((m, c), (n, d)))
    out: Open = [Term(ONE, (), {})]
    for sign in (-1, 1):
        root = engine.canon([*opened(x), *[t._replace(coef=t.coef * sign) for t in opened(y)]])
        whole = engine.canon([Term(s, ((name, lo, hi), *b), q) for s, b, q in engine.times(opened(root), opened(root))])
        out = engine.times(out, opened(whole))
    yield out


def where_two_agree(search: Search, p: Poly, scope: Scope, depth: int) -> Found | None:
    """p = Σₖ G(uₖ, vₖ) for distributions u and v, with G(x, y) ≥ σ·(x − y) for a number σ: then p ≥ σ·(Σ u − Σ v) = 0.

    σ is the slope of G in x at x = y, the only one that can do where G vanishes there.
    """
    engine = search.engine
    sums = engine.ctx.sums_to_one
    for one, other in permutations([name for name in sums if f"entry({name};" in p.key], 2):
        size = sums[one]
        if sums[other] != size or engine.ctx.domain(one) != engine.ctx.domain(other):
            continue
        unit = Poly({Mono([(Atom("entry", other, var(UNIT)), ONE)]): ONE})  # c is Σ vₖ c
        merged = under_one_sum(engine, p, number(1).key, size.key, unit)
        if merged is None:
            continue
        name, lo, hi, body = merged
        x, y = (Atom("entry", array, var(name)) for array in (one, other))
        if not {x, y} <= atoms_of(body):
            continue
        engine.ctx.ranges[name] = (lo, hi)
        moving = fresh_name()
        engine.ctx.domains[moving] = engine.ctx.domain(one)
        moved = replaced(engine, body, {x: var(moving)})
        try:
            sigma = engine.move_poly(slope(engine, moved, moving), moving, as_poly(y))
        except Unproved:
            continue
        if name in sigma.free or not sigma.terms:
            continue
        tangent = engine.times(opened(sigma), opened(minus(as_poly(x), as_poly(y))))
        rest = engine.canon([*opened(body), *[t._replace(coef=-t.coef) for t in tangent]])
        found = search.nonnegative(rest, Scope((*scope.over, (name, lo, hi))), depth)
        if found is not None:
            return Found([(p, "above the tangent where both distributions agree")], found.zeros)
    return None
