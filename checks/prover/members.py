"""Certificates from single members: a sum is at least each of its nonnegative terms, a maximum each of its entries."""

from __future__ import annotations

from flint import fmpq

from ...spec.language.sorts import NONNEGATIVE
from .engine import Engine, fresh_name
from .inequality import Found, Scope, Search, added
from .signs import minus
from .splitting import atoms_of, replaced
from .terms import ONE, ZERO, Atom, Mono, Open, Poly, Term, number, opened, rename, var


def member_of_sum(search: Search, p: Poly, scope: Scope, depth: int) -> Found | None:
    """Σₖ f(k) − f(j) ≥ 0 for nonnegative f: the other terms remain."""
    engine = search.engine
    for m, c in p.terms:
        for a, e in m.powers:
            if a.kind != "sum" or e != 1 or c <= 0 or len(a.args[0]) != 1 or not engine.signs.termwise_nonnegative(a):
                continue
            (v, lo, hi) = a.args[0][0]
            rest = Mono([(b, k) for b, k in m.powers if b != a])
            for name, (low, high) in list(engine.ctx.ranges.items()):
                if (low, high) != (lo, hi):
                    continue
                term = engine.canon(
                    engine.times([Term(c, (), dict(rest.powers))], engine.moved(dict(a.args[1].powers), v, var(name)))
                )
                if not all(
                    dict(p.terms).get(n, ZERO) <= -q for n, q in term.terms
                ) or not engine.signs.mono_nonnegative(rest):
                    continue
                whole = Poly({m: c})
                remaining = added(engine, p, minus(Poly({}), minus(whole, term)))
                found = search.nonnegative(remaining, scope, depth)
                if found is not None:
                    return (
                        Found([(minus(whole, term), "a sum of nonnegative terms is at least each of them")], None)
                        | found
                    )
    return None


def above_a_largest(search: Search, p: Poly, scope: Scope, depth: int) -> Found | None:
    """maxₖ f(k) is f(k) + s for some s ≥ 0, at every index k of its range: p is shown nonnegative for all s ≥ 0."""
    engine = search.engine
    indices = {v: (lo, hi) for v, lo, hi in scope.over} | {
        v: limits for v, limits in engine.ctx.ranges.items() if v in p.free
    }
    for a in sorted((a for a in atoms_of(p) if a.kind == "bind" and a.args[0] == "max"), key=lambda a: a.key):
        _, mark, lo, hi, body = a.args
        for name, limits in indices.items():
            if limits != (lo, hi):
                continue
            beyond = fresh_name()
            engine.ctx.domains[beyond] = NONNEGATIVE
            entry = engine.move_poly(body, f"{mark}.0", var(name))
            found = search.nonnegative(replaced(engine, p, {a: added(engine, entry, var(beyond))}), scope, depth)
            if found is not None:
                return Found([(p, "a maximum is at least each of its entries")], None)
    return None


def centred_member(search: Search, p: Poly, scope: Scope, depth: int) -> Found | None:
    """Σₖ (xₖ − x̄)² ≥ (xᵢ − x̄)², times what stands before Σₖ xₖ²; the remainder is searched in turn.

    The other deviations add up to −(xᵢ − x̄), so that even (n − 1) Σₖ (xₖ − x̄)² ≥ n (xᵢ − x̄)² by Cauchy–Schwarz
    (Samuelson); that is used where n − 1 is a factor.
    """
    engine = search.engine
    squares = [a for m, _ in p.terms for a, e in m.powers if e == 1 and _sum_of_squares(a)]
    for a in dict.fromkeys(squares):
        (v, lo, hi) = a.args[0][0]
        size = hi.variable()
        before = Poly({_without(m, a): c for m, c in p.terms if dict(m.powers).get(a) == 1})
        if lo != number(1) or size is None or a.key in before.key or not _nonnegative(engine, before):
            continue
        ((entry, _),) = a.args[1].powers
        n, total = Atom("var", size), Atom("sum", a.args[0], Mono({entry: ONE}))
        for name, limits in list(engine.ctx.ranges.items()):
            if limits != (lo, hi):
                continue
            mean = [Term(ONE, (), {n: -ONE, total: ONE})]
            one = opened(Poly({Mono([(rename(entry, {v: name}), ONE)]): ONE}))
            apart = engine.power(engine.canon([*one, *_negative(mean)]), fmpq(2))
            spread = [Term(ONE, (), {a: ONE}), Term(-ONE, (), {n: -ONE, total: fmpq(2)})]
            gaps = [engine.times(opened(before), [*spread, *_negative(apart)])]
            fewer = _divided(engine, before, minus(var(size), number(1)))
            if fewer is not None:
                less = engine.times(opened(minus(var(size), number(1))), spread)
                gaps.append(engine.times(opened(fewer), [*less, *_negative(engine.times(opened(var(size)), apart))]))
            for gap in gaps:
                part = engine.canon(gap)
                found = search.nonnegative(minus(p, part), scope, depth)
                if found is not None:
                    return Found([(part, "a sum of squares of deviations is at least each of them")], None) | found
    return None


def _negative(terms: Open) -> Open:
    return [t._replace(coef=-t.coef) for t in terms]


def _nonnegative(engine: Engine, p: Poly) -> bool:
    coef, atoms = engine.factored(p)
    return engine.signs.poly_nonnegative(p) or (coef >= 0 and all(engine.signs.nonnegative(a) for a in atoms))


def _divided(engine: Engine, p: Poly, factor: Poly) -> Poly | None:
    """p/factor, where the factor is one of p's and the quotient is nonnegative."""
    coef, atoms = engine.factored(p)
    _, base = engine.primitive(factor)
    if atoms.get(base, ZERO) < 1:
        return None
    atoms[base] -= 1
    quotient = engine.canon([Term(coef, (), {a: e for a, e in atoms.items() if e != 0})])
    return quotient if _nonnegative(engine, quotient) else None


def _sum_of_squares(a: Atom) -> bool:
    if a.kind != "sum" or len(a.args[0]) != 1:
        return False
    powers = a.args[1].powers
    return len(powers) == 1 and powers[0][1] == 2 and powers[0][0].kind == "entry"


def _without(m: Mono, a: Atom) -> Mono:
    return Mono([(b, e) for b, e in m.powers if b != a])
