"""Certificates from the tangent of the exponential, eˣ ≥ 1 + x, and from pairs, Σᵢⱼ wᵢwⱼ (…)² / 2.

The tangent bound follows from log A ≤ A − 1 (information.log_bound) at A = eˣ; equality holds exactly at x = 0.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flint import fmpq

from .engine import Engine
from .inequality import Found, Scope, Search
from .signs import minus
from .terms import ONE, Atom, Mono, Open, Poly, Term, opened, rename, var


def exponential_gap(search: Search, p: Poly, scope: Scope, depth: int) -> Found | None:
    """Each w·eᵐ with a weight w ≥ 0 is at least w·(1 + m); what remains without it is searched in turn."""
    engine = search.engine
    for exps, w in _by_exponentials(p, lambda a: a.kind == "exp").items():
        if not exps.powers or not engine.signs.poly_nonnegative(w):
            continue
        exponent = engine.canon([Term(e, (), dict(a.args[0].powers)) for a, e in exps.powers])
        tangent = engine.times(opened(w), [Term(ONE, (), {}), *opened(exponent)])
        whole = engine.times(opened(w), [Term(ONE, (), dict(exps.powers))])
        gap = engine.canon([*whole, *[t._replace(coef=-t.coef) for t in tangent]])
        found = search.nonnegative(minus(p, gap), scope, depth)
        if found is not None:
            zeros = {search.zero_key(exponent, scope)} if _positive(engine, w) else None
            return Found([(gap, "eˣ ≥ 1 + x")], zeros) | found
    return None


def _by_exponentials(p: Poly, moving: Callable[[Atom], bool]) -> dict[Mono, Poly]:
    """The weights before each product of powers that `moving` names."""
    out: dict[Mono, dict[Mono, fmpq]] = {}
    for m, c in p.terms:
        exps = Mono([(a, e) for a, e in m.powers if moving(a)])
        out.setdefault(exps, {})[Mono([(a, e) for a, e in m.powers if not moving(a)])] = c
    return {exps: Poly(w) for exps, w in out.items()}


def _positive(engine: Engine, p: Poly) -> bool:
    coef, atoms = engine.factored(p)
    return coef > 0 and all(engine.signs.positive(a) for a in atoms)


def tangent_at_a_monomial(search: Search, p: Poly, scope: Scope, depth: int) -> Found | None:
    """Each w·eˣ, w ≥ 0, beside a negative monomial −c·B is at least w·B·(1 + x − log B): the tangent where eˣ = B.

    Powers of what occurs in B count as exponentials, a^{1/p} = e^{log a / p}; so Young's inequality is found.
    """
    engine = search.engine
    for m, c in p.terms if "exp(" in p.key else ():
        moving = Mono([(a, e) for a, e in m.powers if a.kind not in ("prime", "pi")])
        if c >= 0 or not moving.powers or not engine.signs.mono_positive(moving):
            continue
        inside = dict(moving.powers)
        base = Poly({moving: ONE})
        below = [t._replace(coef=-t.coef) for t in engine.logarithm(base)]
        rest, zeros = p, set()
        for exps, w in _by_exponentials(p, lambda a, inside=inside: a.kind == "exp" or a in inside).items():
            if exps == moving or not exps.powers or not engine.signs.mono_positive(exps):
                continue
            if not engine.signs.poly_nonnegative(w):
                continue
            logs = engine.canon([*engine.logarithm(Poly({exps: ONE})), *below])
            tangent = engine.times(engine.times(opened(base), opened(w)), [Term(ONE, (), {}), *opened(logs)])
            whole = engine.times(opened(w), [Term(ONE, (), dict(exps.powers))])
            rest = engine.canon([*opened(rest), *tangent, *[t._replace(coef=-t.coef) for t in whole]])
            zeros.add(search.zero_key(logs, scope) if _positive(engine, w) else "?")
        found = search.nonnegative(rest, scope, depth) if zeros else None
        if found is not None:
            return Found([(minus(p, rest), "eˣ ≥ 1 + x")], None if "?" in zeros else zeros) | found
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
