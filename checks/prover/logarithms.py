"""Certificates from the logarithm of a larger number: w·log B ≥ w·log w for B ≥ w > 0, as for a part of a mixture."""

from __future__ import annotations

from .engine import Engine
from .inequality import Found, Scope, Search
from .signs import minus
from .tangents import grouped
from .terms import Open, Poly, opened


def logarithm_of_a_part(search: Search, p: Poly, scope: Scope, depth: int) -> Found | None:
    """Each w·log B with a weight 0 < w ≤ B, perhaps under a sum, is at least w·log w; the remainder is searched."""
    engine = search.engine
    if "log(" not in p.key:
        return None
    for whole in (True, False):
        groups, _ = grouped(engine, p, None, False, whole)
        less: Open = []
        for g in groups:
            if g.formal or not _positive(engine, g.weight):
                continue
            if not all(engine.signs.possible(lo, hi) for _, lo, hi in g.bounds):
                continue
            for base, c in g.logs:
                if c <= 0 or base == g.weight or not _nonnegative(engine, minus(base, g.weight)):
                    continue
                fewer = [*engine.logarithm(base), *[t._replace(coef=-t.coef) for t in engine.logarithm(g.weight)]]
                gap = engine.times([t._replace(coef=t.coef * c) for t in opened(g.weight)], fewer)
                less += [t._replace(bounds=(*g.bounds, *t.bounds)) for t in gap]
        part = engine.canon(less)
        if not part.terms:
            continue
        rest = minus(p, part)
        found = search.nonnegative(Poly({}) if engine.is_zero(rest) else rest, scope, depth)
        if found is not None:
            return Found([(part, "the logarithm is increasing, and a part is at most the whole")], None) | found
    return None


def _positive(engine: Engine, p: Poly) -> bool:
    coef, atoms = engine.factored(p)
    return coef > 0 and all(engine.signs.positive(a) for a in atoms)


def _nonnegative(engine: Engine, p: Poly) -> bool:
    coef, atoms = engine.factored(p)
    return engine.signs.poly_nonnegative(p) or (coef >= 0 and all(engine.signs.nonnegative(a) for a in atoms))
