"""Jensen's inequality for any function that calculus can treat: the tangent at the mean lies below.

Let μ = Σₖ wₖ xₖ for weights that add up to one: a distribution, or 1/n. If p = Σₖ wₖ G(xₖ, μ) and, for some σ free of
k, G(v, μ) ≥ σ·(v − μ) for all v and μ of the interval in which the entries lie, then p ≥ σ·(Σₖ wₖ xₖ − μ) = 0. The
slope σ is that of G at v = μ, the only one that can do where G vanishes there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from .calculus_steps import slope
from .engine import Engine, fresh_name
from .inequality import UNIT, Found, Scope, Search, under_one_sum
from .signs import minus
from .splitting import atoms_of, replaced
from .terms import ONE, ZERO, Atom, Mono, Poly, Term, is_mean, opened, rename, var

MEAN = "@mean"


@dataclass(frozen=True)
class Mean:
    """A sum Σ wₖ xₖ or Σ xₖ that occurs, what it is in terms of the mean, and the weights under the name UNIT."""

    total: Atom
    array: str
    unit: Mono
    scale: Mono  # total = scale · mean


def jensen(search: Search, p: Poly, scope: Scope, depth: int) -> Found | None:
    """p = Σₖ wₖ G(xₖ, μ) with G above its tangent at the mean."""
    engine = search.engine
    for mean in _means(engine, p):
        ((_, lo, hi),) = mean.total.args[0]
        d = engine.ctx.domain(mean.array)
        name = fresh_name()
        engine.ctx.domains[name] = d
        centre = engine.canon([Term(ONE, (), {**dict(mean.scale.powers), Atom("var", name): ONE})])
        moved = engine.move_poly(_marked(p, mean.total), MEAN, centre)
        merged = under_one_sum(engine, moved, lo.key, hi.key, Poly({mean.unit: ONE}))
        if merged is None:
            continue
        k, _, _, body = merged
        weight = rename(mean.unit, {UNIT: k})
        terms = {}
        for m, c in body.terms:
            powers = dict(m.powers)
            for a, e in weight.powers:
                powers[a] = powers.get(a, ZERO) - e
            if weight.free and any(powers[a] != 0 for a, _ in weight.powers):
                break  # not linear in the weight
            terms[Mono(powers)] = c
        else:
            found = _above_the_tangent(
                search, Poly(terms), Atom("entry", mean.array, var(k)), name, scope, (k, lo, hi), depth
            )
            if found is None:
                continue
            zeros = None
            if found and engine.signs.mono_positive(weight):
                apart = minus(
                    Poly({Mono({**dict(mean.scale.powers), Atom("entry", mean.array, var(k)): ONE}): ONE}),
                    Poly({Mono([(mean.total, ONE)]): ONE}),
                )
                zeros = {search.zero_key(apart, Scope((*scope.over, (k, lo, hi))))}
            return Found([(p, "above the tangent at the mean (Jensen)")], zeros)
    return None


def _above_the_tangent(
    search: Search, g: Poly, entry: Atom, mean: str, scope: Scope, index: tuple[str, Poly, Poly], depth: int
) -> bool | None:
    """None, or G(v, μ) ≥ σ (v − μ) is shown; True where it is equal at v = μ only."""
    engine = search.engine
    v = fresh_name()
    engine.ctx.domains[v] = engine.ctx.domain(mean)
    engine.ctx.ranges[index[0]] = index[1:]
    moved = replaced(engine, g, {entry: var(v)})
    sigma = engine.move_poly(slope(engine, _smooth(moved, v), v), v, var(mean))  # any slope free of k will do
    if index[0] in sigma.free or v not in moved.free:
        return None
    tangent = engine.times(opened(sigma), opened(minus(var(v), var(mean))))
    rest = engine.canon([*opened(moved), *[t._replace(coef=-t.coef) for t in tangent]])
    found = search.nonnegative(rest, Scope((*scope.over, index)), depth)
    if found is None:
        return None
    return found.zeros == {search.zero_key(minus(var(v), var(mean)), scope)}


def _smooth(p: Poly, v: str) -> Poly:
    """Its terms without a kink in v: those that a case where G vanishes near the mean leaves."""
    kinked = {m for m, _ in p.terms for a, _ in m.powers if a.kind == "call" and v in a.free}
    return Poly({m: c for m, c in p.terms if m not in kinked})


def _marked(obj: Any, total: Atom) -> Any:
    """The sum put as one variable wherever it occurs, also under other sums: it has no index of theirs."""
    if total.key not in obj.key:
        return obj
    if isinstance(obj, Poly):
        return Poly({_marked(m, total): c for m, c in obj.terms})
    if isinstance(obj, Mono):
        return Mono([(_marked(a, total), e) for a, e in obj.powers])
    if obj == total:
        return Atom("var", MEAN)
    if obj.kind == "bind" or is_mean(obj):
        return obj
    return Atom(obj.kind, *[_marked(a, total) if isinstance(a, (Poly, Mono)) else a for a in obj.args])


def _means(engine: Engine, p: Poly) -> Iterator[Mean]:
    """Weighted means of one array that occur outside sums, where it has a domain that is an interval."""
    sums = {a for m, _ in p.terms for a, _ in m.powers if a.kind == "sum"}
    sums |= {a for b in atoms_of(p) for q in b.args if isinstance(q, (Poly, Mono)) for a in _sums(q)}
    for a in sorted(sums, key=lambda a: a.key):
        if len(a.args[0]) != 1:
            continue
        ((k, lo, hi),) = a.args[0]
        size = hi.variable()
        powers = [(b, e) for b, e in a.args[1].powers]
        entries = [b for b, e in powers if b.kind == "entry" and e == 1 and b.args[1:] == (var(k),)]
        if lo.constant() != 1 or size is None or len(entries) != len(powers) or len(entries) > 2:
            continue
        for x in entries:
            others = [b for b in entries if b != x]
            d = engine.ctx.domain(x.args[0])
            if d.integer or d.values or x.args[0] in engine.ctx.random:
                continue
            n = Atom("var", size)
            if not others:
                yield Mean(a, x.args[0], Mono([(n, -ONE)]), Mono([(n, ONE)]))
            elif engine.ctx.sums_to_one.get(others[0].args[0]) == hi and engine.signs.nonnegative(others[0]):
                yield Mean(a, x.args[0], Mono([(Atom("entry", others[0].args[0], var(UNIT)), ONE)]), Mono(()))


def _sums(obj: Poly | Mono) -> Iterator[Atom]:
    for m in [obj] if isinstance(obj, Mono) else [m for m, _ in obj.terms]:
        for a, _ in m.powers:
            if a.kind == "sum":
                yield a
