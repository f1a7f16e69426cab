"""Certificates from the tangent of the exponential, eˣ ≥ 1 + x, and from pairs, Σᵢⱼ wᵢwⱼ (…)² / 2.

The tangent bound follows from log A ≤ A − 1 (information.log_bound) at A = eˣ; equality holds exactly at x = 0.
"""

from __future__ import annotations

from collections.abc import Iterator

from flint import fmpq

from .engine import Engine
from .inequality import Found, Scope, Search
from .signs import minus
from .terms import ONE, Atom, Mono, Open, Poly, Term, opened, rename, var


def exponential_gap(search: Search, p: Poly, scope: Scope, depth: int) -> Found | None:
    """Each w·eᵐ with a positive weight is at least w·(1 + m); what remains without it is searched in turn."""
    engine = search.engine
    for m, c in p.terms:
        exps = [(a, e) for a, e in m.powers if a.kind == "exp"]
        others = Mono([(a, e) for a, e in m.powers if a.kind != "exp"])
        if c <= 0 or not exps or not engine.signs.mono_positive(others):
            continue
        exponent = engine.canon([Term(e, (), dict(a.args[0].powers)) for a, e in exps])
        tangent = engine.times([Term(c, (), dict(others.powers))], [Term(ONE, (), {}), *opened(exponent)])
        remainder = engine.canon([*opened(Poly({n: q for n, q in p.terms if n != m})), *tangent])
        found = search.nonnegative(remainder, scope, depth)
        if found is not None:
            gap = minus(Poly({m: c}), engine.canon(tangent))
            return Found([(gap, "eˣ ≥ 1 + x")], {search.zero_key(exponent, scope)}) | found
    return None


def tangent_at_a_monomial(search: Search, p: Poly, scope: Scope, depth: int) -> Found | None:
    """Each w·eˣ beside a negative monomial −B is at least w·B·(1 + x − log B): the tangent where eˣ = B.

    Powers of what occurs in B count as exponentials, a^{1/p} = e^{log a / p}; so Young's inequality is found.
    """
    engine = search.engine
    for m, c in p.terms:
        if c >= 0 or not engine.signs.mono_positive(m):
            continue
        inside = {a for a, _ in m.powers if a.kind not in ("prime", "e")}
        bound, zeros = opened(Poly({n: q for n, q in p.terms if n == m})), set()
        for n, q in p.terms:
            if n == m:
                continue
            moving = Mono([(a, e) for a, e in n.powers if a.kind == "exp" or a in inside])
            weight = Mono([(a, e) for a, e in n.powers if a not in dict(moving.powers)])
            if q <= 0 or not moving.powers or not (engine.signs.mono_positive(moving) and engine.signs.mono_nonnegative(weight)):
                bound += opened(Poly({n: q}))
                continue
            base = Poly({Mono([(a, e) for a, e in m.powers if a.kind in ("exp", "e") or a in inside]): ONE})
            logs = engine.logarithm(Poly({moving: ONE})) + [t._replace(coef=-t.coef) for t in engine.logarithm(base)]
            tangent = engine.times([Term(q, (), dict(weight.powers))], [Term(ONE, (), {}), *logs])
            bound += engine.times(opened(base), tangent)
            zeros.add(search.zero_key(engine.canon(logs), scope) if engine.signs.mono_positive(weight) else "?")
        if not zeros:
            continue
        found = search.nonnegative(engine.canon(bound), scope, depth)
        if found is not None:
            gap = Found([(minus(p, engine.canon(bound)), "eˣ ≥ 1 + x")], None if "?" in zeros else zeros)
            return gap | found
    return None


def pairwise_square(search: Search, p: Poly, scope: Scope, depth: int) -> Found | None:
    """p = Σₖₗ s(k, l), symmetrised, with a summand that is a product of squares and positive factors."""
    engine = search.engine
    ranges = {b[2].key: b for m, _ in p.terms for a, _ in m.powers if a.kind == "sum" for b in a.args[0]}
    for _, lo, hi in ranges.values():
        for unit in _pair_units(engine, p, hi):
            summand = _symmetrised(engine, p, lo, hi, unit)
            if summand is None:
                continue
            coef, atoms = engine.factored(summand)
            squares = [a for a, e in atoms.items() if not engine.signs.positive(a) and e.q == 1 and int(e.p) % 2 == 0]
            if coef <= 0 or any(not engine.signs.nonnegative(a) for a in atoms if a not in squares):
                continue
            bounds = (("~k", lo, hi), ("~l", lo, hi))
            if not engine.is_zero(minus(engine.canon([Term(c, bounds, q) for c, _, q in opened(summand)]), p)):
                continue
            zeros = None
            if len(squares) == 1 and all(engine.signs.positive(a) for a in atoms if a not in squares):
                zeros = {
                    search.zero_key(
                        squares[0].args[0] if squares[0].kind == "base" else Poly({Mono([(squares[0], ONE)]): ONE}),
                        Scope(scope.over + bounds),
                    )
                }
            return Found([(p, "a double sum of squares")], zeros)
    return None


def _pair_units(engine: Engine, p: Poly, hi: Poly) -> Iterator[dict[Atom, fmpq] | None]:
    """The weight u with Σ u = 1 that completes terms with fewer than two sums: none, a distribution, or 1/n."""
    yield None
    for name, size in engine.ctx.sums_to_one.items():
        if size == hi and f"entry({name};" in p.key:
            yield {Atom("entry", name, var("~")): ONE}
    name = hi.variable()
    if name:
        yield {Atom("var", name): -ONE}


def _symmetrised(engine: Engine, p: Poly, lo: Poly, hi: Poly, unit: dict[Atom, fmpq] | None) -> Poly | None:
    out: Open = []
    for v in ("~k", "~l"):
        engine.declare(v, lo, hi)
    for m, c in p.terms:
        factors, rest = [], {}
        for a, e in m.powers:
            if a.kind == "sum" and len(a.args[0]) == 1 and a.args[0][0][1:] == (lo, hi) and e in (1, 2):
                factors += [a] * int(e)
            else:
                rest[a] = e
        if len(factors) > 2 or any(a.kind == "sum" for a in rest):
            return None
        bodies = [({rename(b, {a.args[0][0][0]: "~"}): e for b, e in a.args[1].powers}) for a in factors]
        while len(bodies) < 2:
            if unit is None:
                return None
            bodies.append(dict(unit))
        for names in (("~k", "~l"), ("~l", "~k")):
            term = [Term(c / 2, (), rest)]
            for body, name in zip(bodies, names, strict=True):
                term = engine.times(term, [Term(ONE, (), {rename(b, {"~": name}): e for b, e in body.items()})])
            out += term
    return engine.canon(out)
