"""Where a side may be infinite: x log y is −∞ for y = 0 < x, and identities must survive that.

The algebra treats such an atom as a real number. That is sound where it is finite. Where it is not, an equation holds
if both sides carry the same infinite part of one sign, and L ≤ R holds if the infinite part pulls L down or R up.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from flint import fmpq

from .engine import Engine, Unproved
from .signs import minus
from .terms import ZERO, Atom, Mono, Poly, rename, var


def may_be_infinite(engine: Engine, a: Atom) -> bool:
    """x log y may be −∞ unless y = 0 forces x = 0: y is a multiple of x, or a sum of which x is a term, or more."""
    if a.kind == "call" and a.args[0] == "xlogy":
        return not (_dominates(engine, a.args[2], a.args[1]) or _contains(engine, a.args[2], a.args[1]))
    if a.kind == "sum":  # its indices get names of which the range is known
        return "call(xlogy" in a.key and any(may_be_infinite(engine, b) for b in engine.open_sum(a).powers)
    return any(_inside(engine, p) for p in a.args if isinstance(p, (Mono, Poly)))


def _dominates(engine: Engine, y: Poly, x: Poly) -> bool:
    """y ≥ c·x for some c > 0, read off from one monomial."""
    if not x.terms or not engine.signs.poly_nonnegative(x):
        return False
    m, c = x.terms[0]
    ratio = dict(y.terms).get(m, ZERO) / c
    if ratio <= 0:
        return False
    rest = dict(y.terms)
    for n, q in x.terms:
        rest[n] = rest.get(n, ZERO) - ratio * q
    return engine.signs.poly_nonnegative(Poly(rest))


def _contains(engine: Engine, y: Poly, x: Poly) -> bool:
    """y ≥ c·x for some c > 0, because x is one term of a sum in y: Σₗ pᵢₗ ≥ pᵢⱼ."""
    if len(x.terms) != 1 or x.terms[0][1] < 0:
        return False
    for m, c in y.terms:
        for a, e in m.powers if c > 0 else ():
            if a.kind != "sum" or e != 1 or not engine.signs.nonnegative(a):
                continue
            outside = Mono([(b, k) for b, k in m.powers if b != a])
            wanted = Mono([(b, k - dict(outside.powers).get(b, ZERO)) for b, k in _joint(x.terms[0][0], outside)])
            rest = minus(y, Poly({m: c}))
            if engine.signs.mono_nonnegative(outside) and engine.signs.poly_nonnegative(rest):
                if any(term == wanted for term in _terms(engine, a, wanted)):
                    return True
    return False


def _joint(m: Mono, n: Mono) -> list[tuple[Atom, fmpq]]:
    """The atoms of both, with their powers in the first."""
    return list({**{a: ZERO for a, _ in n.powers}, **dict(m.powers)}.items())


def _terms(engine: Engine, a: Atom, like: Mono) -> Iterator[Mono]:
    """The terms of a sum whose indices occur in the monomial and are known to lie in the range."""
    bounds, body = a.args
    known = sorted(v for v in like.free if not v.startswith("%"))  # else another sum might capture it
    if any(lo.free & {b[0] for b in bounds} or hi.free & {b[0] for b in bounds} for _, lo, hi in bounds):
        return
    for chosen in product(known, repeat=len(bounds)):
        inside = zip(chosen, bounds, strict=True)
        if all(engine.signs.nonempty(lo, var(v)) and engine.signs.nonempty(var(v), hi) for v, (_, lo, hi) in inside):
            yield rename(body, {b[0]: v for b, v in zip(bounds, chosen, strict=True)})


def _inside(engine: Engine, p: Mono | Poly) -> bool:
    if isinstance(p, Mono):
        return any(may_be_infinite(engine, a) for a, _ in p.powers)
    return any(_inside(engine, m) for m, _ in p.terms)


def infinite_part(engine: Engine, p: Poly) -> dict[Mono, int]:
    """The monomials that may be −∞, with the sign of their coefficient; each must be linear in one such atom."""
    out = {}
    for m, c in p.terms:
        atoms = [(a, e) for a, e in m.powers if may_be_infinite(engine, a)]
        if not atoms:
            continue
        ((a, e), *more) = atoms
        others_positive = all(engine.signs.positive(b) for b, _ in m.powers if b != a)
        if more or e != 1 or not others_positive or not _linear(engine, a):
            raise Unproved("an infinite value inside something other than a sum")
        out[m] = 1 if c > ZERO else -1
    return out


def _linear(engine: Engine, a: Atom) -> bool:
    """x log y itself, or a sum of x log y times positive factors."""
    if a.kind == "call":
        return a.args[0] == "xlogy" and not any(_inside(engine, p) for p in a.args[1:])
    if a.kind != "sum":
        return False
    atoms = [(b, e) for b, e in a.args[1].powers if may_be_infinite(engine, b)]
    if len(atoms) != 1 or atoms[0][1] != 1 or atoms[0][0].kind != "call":
        return False
    return all(engine.signs.positive(b) for b, _ in a.args[1].powers if b != atoms[0][0])


def equal_at_infinity(engine: Engine, left: Poly, right: Poly) -> bool:
    """Both sides carry the same infinite part, with the same coefficients, all of one sign."""
    parts = [infinite_part(engine, p) for p in (left, right)]
    if parts[0] != parts[1]:
        return False
    coefficients = [dict(p.terms) for p in (left, right)]
    same = all(coefficients[0][m] == coefficients[1][m] for m in parts[0])
    return same and len(set(parts[0].values())) <= 1


def ordered_at_infinity(engine: Engine, low: Poly, high: Poly) -> bool:
    """Infinite terms only ever pull the low side to −∞ and push the high side to +∞."""
    pulled = all(sign > 0 for sign in infinite_part(engine, low).values())
    return pulled and all(sign < 0 for sign in infinite_part(engine, high).values())
