"""Certificates from pairs of indices: p = Σₖₗ s(k, l), symmetrised, with s ≥ 0 as a product of squares, or as shown."""

from __future__ import annotations

from collections.abc import Iterator

from flint import fmpq

from .engine import Engine, fresh_name
from .inequality import Found, Scope, Search
from .signs import minus
from .terms import ONE, Atom, Bounds, Mono, Open, Poly, Term, opened, rename, var

NAMES = ("~k", "~l")


def pairwise(search: Search, p: Poly, scope: Scope, depth: int) -> Found | None:
    """p = Σₖₗ s(k, l), symmetrised, with s(k, l) ≥ 0 for all k and l.

    A product of squares and positive factors is seen at once. Other summands that vanish where k = l are
    searched, as in Chebyshev's sum inequality: (aₖ − a_l)(f(aₖ) − f(a_l)) ≥ 0 for an increasing f.
    """
    engine = search.engine
    ranges = {b[2].key: b for m, _ in p.terms for a, _ in m.powers if a.kind == "sum" for b in a.args[0]}
    for _, lo, hi in ranges.values():
        for unit in _pair_units(engine, p, hi):
            summand = _symmetrised(engine, p, lo, hi, unit)
            if summand is None:
                continue
            bounds = tuple((name, lo, hi) for name in NAMES)
            coef, atoms = engine.factored(summand)
            squares = [a for a, e in atoms.items() if not engine.signs.positive(a) and e.q == 1 and int(e.p) % 2 == 0]
            if coef <= 0 or any(not engine.signs.nonnegative(a) for a in atoms if a not in squares):
                found = _associated(search, p, summand, bounds, scope, depth)
                if found is not None:
                    return found
                continue
            if not _is_double_sum(engine, p, summand, bounds):
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


def _associated(search: Search, p: Poly, summand: Poly, bounds: Bounds, scope: Scope, depth: int) -> Found | None:
    """The summand searched with its two indices free, where it vanishes when they agree."""
    engine = search.engine
    if engine.move_poly(summand, NAMES[1], var(NAMES[0])).terms:
        return None
    if not _is_double_sum(engine, p, summand, bounds):
        return None
    names = {name: fresh_name() for name in NAMES}
    over = rename(bounds, names)
    for name, lo, hi in over:
        engine.declare(name, lo, hi)
        engine.ctx.ranges[name] = (lo, hi)
    found = search.nonnegative(rename(summand, names), Scope((*scope.over, *over)), depth)
    return None if found is None else Found([(p, "a double sum of nonnegative terms")], found.zeros)


def _is_double_sum(engine: Engine, p: Poly, summand: Poly, bounds: Bounds) -> bool:
    return engine.is_zero(minus(engine.canon([Term(c, bounds, q) for c, _, q in opened(summand)]), p))


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
    for v in NAMES:
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
        for names in (NAMES, NAMES[::-1]):
            term = [Term(c / 2, (), rest)]
            for body, name in zip(bodies, names, strict=True):
                term = engine.times(term, [Term(ONE, (), {rename(b, {"~": name}): e for b, e in body.items()})])
            out += term
    return engine.canon(out)
