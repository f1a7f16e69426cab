"""Certificates on both sides of a point of contact: convex from there, then perhaps concave up to an end.

Let f vanish at c with its slope, and let q(u) = f(c + (e − c)·u) for an end e of the interval. If w·q″ falls on (0, 1)
for some w > 0, then q″ ≥ 0 up to some point and q″ ≤ 0 from there on. Up to that point q is convex, q(0) = q′(0) = 0,
so q ≥ 0; beyond it q is concave and nonnegative at both ends, if only its limit at u = 1 is nonnegative.
"""

from __future__ import annotations

from dataclasses import replace

from ...spec.language.sorts import Domain
from .calculus_steps import CANDIDATES, Variable, regular, slope, variables
from .engine import Engine, Unproved, fresh_name
from .inequality import Found, Scope, Search
from .splitting import vanishes
from .terms import ONE, ZERO, Atom, Mono, Poly, Term, number, opened, var

OPEN_UNIT = Domain("", "", 0, 1, open_low=True, open_high=True)
MOST_TERMS = 20


def convex_then_concave(search: Search, p: Poly, scope: Scope, depth: int) -> Found | None:
    """p touches 0 inside an interval, and bends away from there and perhaps back once, on either side."""
    engine = search.engine
    if search.nested or len(p.terms) > MOST_TERMS:
        return None
    search.nested += 1
    try:
        for v in variables(engine, p):
            d = v.domain
            if d.low is None or d.high is None or not regular(engine, v.p, v.name):
                continue
            for c in (number(q) for q in CANDIDATES if d.low < q < d.high):
                try:
                    if all(_towards(search, v, c, number(end), scope, depth) for end in (d.low, d.high)):
                        return Found([(p, "convex, then concave on either side of where it touches 0")], None)
                except Unproved:
                    continue
    finally:
        search.nested -= 1
    return None


def _towards(search: Search, v: Variable, c: Poly, end: Poly, scope: Scope, depth: int) -> bool:
    engine = search.engine
    if not vanishes(engine, engine.move_poly(v.p, v.name, c)):
        return False
    if not vanishes(engine, engine.move_poly(slope(engine, v.p, v.name), v.name, c)):
        return False
    u = fresh_name()
    engine.ctx.domains[u] = OPEN_UNIT
    way = engine.times(opened(number(end.constant() - c.constant())), opened(var(u)))  # type: ignore[operator]
    q = engine.move_poly(v.p, v.name, engine.canon([*opened(c), *way]))
    if not regular(engine, q, u):
        return False
    last = limit_at(engine, q, u)
    if last is None or (last.terms and search.nonnegative(last, scope, depth) is None):
        return False
    coef, atoms = engine.factored(slope(engine, slope(engine, q, u), u))
    bend = engine.canon([Term(coef, (), {a: e for a, e in atoms.items() if not (e < 0 and engine.signs.positive(a))})])
    falling = engine.canon([t._replace(coef=-t.coef) for t in opened(slope(engine, bend, u))])
    return not falling.terms or search.nonnegative(falling, scope, depth) is not None


def limit_at(engine: Engine, q: Poly, u: str) -> Poly | None:
    """The limit of q as u grows to 1: its value where it is continuous, and Pʳ·log P tends to 0 where P does, r > 0."""
    closed = fresh_name()
    engine.ctx.domains[closed] = replace(OPEN_UNIT, open_high=False)
    weights: dict[Atom, dict[Mono, object]] = {}
    plain: dict[Mono, object] = {}
    for m, c in q.terms:
        logs = [(a, e) for a, e in m.powers if a.kind == "log" and u in a.free]
        if not logs:
            plain[m] = c
        elif len(logs) == 1 and logs[0][1] == 1:
            weights.setdefault(logs[0][0], {})[Mono([(a, e) for a, e in m.powers if a != logs[0][0]])] = c
        else:
            return None
    total = Poly(plain)  # type: ignore[arg-type]
    for a, terms in weights.items():
        at_end = engine.move_poly(a.args[0], u, number(1))
        if at_end.terms:
            whole = engine.times(opened(Poly(terms)), [Term(ONE, (), {a: ONE})])  # type: ignore[arg-type]
            total = engine.canon([*opened(total), *whole])
            continue
        coef, factors = engine.factored(Poly(terms))  # type: ignore[arg-type]
        _, own = engine.factored(a.args[0])
        if len(own) != 1 or any(e <= 0 or factors.pop(b, ZERO) <= 0 for b, e in own.items()):
            return None
        for part in (a.args[0], engine.canon([Term(coef, (), factors)])):
            if not regular(engine, engine.move_poly(part, u, var(closed)), closed, roots=True):
                return None
    total = engine.move_poly(total, u, var(closed))
    return engine.move_poly(total, closed, number(1)) if regular(engine, total, closed, roots=True) else None
