"""Certificates by substitution: numbers in order, roots as numbers of their own, and powers of numbers in [0, 1]."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from math import lcm

from flint import fmpq

from ...spec.language.sorts import NONNEGATIVE
from .engine import Engine, fresh_name
from .inequality import Found, Scope, Search
from .splitting import atoms_of, replaced
from .terms import ONE, ZERO, Atom, Mono, Poly, Term, opened, var

MOST_ORDERED = 3


def in_order(search: Search, p: Poly, scope: Scope, depth: int) -> Found | None:
    """p(x, y, …) ≥ 0 for two or three nonnegative numbers: in every order x ≤ y ≤ … write y = x + s, …, with s ≥ 0.

    The orders cover all inputs, and in each of them only visibly nonnegative terms must be left.
    """
    engine = search.engine
    numbers = [
        a for a in _numbers(engine, p) if all(e.q == 1 and e > 0 for m, _ in p.terms for b, e in m.powers if b == a)
    ]
    if not 2 <= len(numbers) <= MOST_ORDERED or len(p.terms) < 3:
        return None
    names = [fresh_name() for _ in numbers]
    engine.ctx.domains |= dict.fromkeys(names, NONNEGATIVE)
    for order in permutations(numbers):
        values, so_far = {}, Poly({})
        for a, name in zip(order, names, strict=True):
            so_far = engine.canon([*opened(so_far), *opened(var(name))])
            values[a] = so_far
        if not engine.signs.poly_nonnegative(replaced(engine, p, values)):
            return None
    return Found([(p, "nonnegative in every order of its variables")], None)


def without_roots(search: Search, p: Poly, scope: Scope, depth: int) -> Found | None:
    """x^{1/k} of a nonnegative x as a number of its own: p is shown nonnegative with x = sᵏ for every s ≥ 0."""
    engine = search.engine
    for a in _numbers(engine, p):
        root = lcm(*[int(e.q) for m, _ in p.terms for b, e in m.powers if b == a], 1)
        if not 1 < root <= 6:
            continue
        name = fresh_name()
        engine.ctx.domains[name] = engine.signs.domain(a)
        power = Poly({Mono([(Atom("var", name), fmpq(root))]): ONE})
        found = search.nonnegative(replaced(engine, p, {a: power}), scope, depth)
        if found is not None:
            never = found.zeros == {"never"}
            return Found([(p, "a root as a number of its own")], found.zeros if never else None)
    return None


def within_the_unit(search: Search, p: Poly, scope: Scope, depth: int) -> Found | None:
    """−w·xᵏ ≥ −w·x for x in [0, 1] and w ≥ 0, also under a sum; the remainder is searched in turn."""
    engine = search.engine
    lowered = []
    for m, c in p.terms:
        powers = _lowered(engine, dict(m.powers)) if c < 0 and engine.signs.mono_nonnegative(m) else dict(m.powers)
        lowered.append(Term(c, (), powers))
    smaller = engine.canon(lowered)
    if smaller == p:
        return None
    found = search.nonnegative(smaller, scope, depth)
    if found is None:
        return None
    part = engine.canon([*opened(p), *[t._replace(coef=-t.coef) for t in opened(smaller)]])
    return Found([(part, "powers of a number in [0, 1] are at most the number")], None) | found


def _lowered(engine: Engine, powers: dict[Atom, fmpq]) -> dict[Atom, fmpq]:
    """Powers above 1 of entries and variables in [0, 1] lowered to 1, also inside a sum of nonnegative terms."""
    out: dict[Atom, fmpq] = {}
    for a, e in powers.items():
        if a.kind == "sum" and e == 1 and engine.signs.termwise_nonnegative(a):
            inner = _lowered(engine, dict(a.args[1].powers))
            a = a if Mono(inner) == a.args[1] else Atom("sum", a.args[0], Mono(inner))
        elif a.kind in ("var", "entry") and e > 1:
            d = engine.signs.domain(a)
            e = ONE if d.low is not None and d.low >= 0 and d.high is not None and d.high <= 1 else e
        out[a] = out.get(a, ZERO) + e
    return out


def _numbers(engine: Engine, p: Poly) -> Iterator[Atom]:
    """The nonnegative real variables and entries of p that occur in powers only, and in nothing else."""
    own = {a for m, _ in p.terms for a, _ in m.powers if a.kind in ("var", "entry")}
    inside = {b for m, _ in p.terms for a, _ in m.powers if a not in own for b in atoms_of(a)}
    for a in sorted(own - inside, key=lambda a: a.key):
        d = engine.signs.domain(a)
        known = a.kind == "entry" or a.args[0] in engine.ctx.domains
        if known and not d.integer and not d.values and d.low is not None and d.low >= 0:
            yield a
