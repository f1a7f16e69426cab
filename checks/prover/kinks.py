"""Certificates by cases: on either side of a kink, the sign of what stands in |·| is a hypothesis."""

from __future__ import annotations

from collections.abc import Iterator

from flint import fmpq

from ...spec.language.sorts import POSITIVE
from .engine import Engine, Unproved, fresh_name
from .inequality import Found, Scope, Search
from .signs import minus
from .splitting import KINKS, atoms_of, replaced
from .terms import ONE, ZERO, Atom, Mono, Poly, Term, opened


def by_sign_of_a_factor(search: Search, p: Poly, scope: Scope, depth: int) -> Found | None:
    """c·A·B·w ≥ 0, w ≥ 0, for two factors of unknown sign: where A ≥ 0 and where A ≤ 0, with that as a hypothesis."""
    engine = search.engine
    coef, atoms = engine.factored(p)
    odd = [a for a, e in atoms.items() if not engine.signs.nonnegative(a) and not (e.q == 1 and int(e.p) % 2 == 0)]
    if coef == 0 or len(odd) != 2 or any(a.kind != "base" or atoms[a] != 1 for a in odd):
        return None
    for a in sorted(odd, key=lambda a: (len(a.key), a.key)):
        (other,) = (b for b in odd if b != a)
        rest = other.args[0] if coef > 0 else minus(Poly({}), other.args[0])
        sides = [_one_side(search, q, a.args[0], s, scope, depth) for q, s in ((rest, 1), (minus(Poly({}), rest), -1))]
        if None not in sides:
            return Found([(p, "two factors of one sign")], None)
    return None


def by_kinks(search: Search, p: Poly, scope: Scope, depth: int) -> Found | None:
    """On either side of |x| = 0 the sign of x is a hypothesis: x is written as a positive number, or minus one."""
    kinks = sorted(
        (a for a in atoms_of(p) if a.kind == "call" and a.args[0] in KINKS),
        key=lambda a: (len(a.key), a.key),
    )
    for argument in list(dict.fromkeys(a.args[1] for a in kinks))[:3]:
        sides = [_one_side(search, p, argument, side, scope, depth) for side in (1, -1)]
        if None in sides:
            continue
        zeros = None
        if all(side == ("never", "never") for side in sides):
            zeros = {"never"}
        elif all(side == ("always", "never") for side in sides):  # zero at the kink and nowhere else
            zeros = {search.zero_key(argument, scope)}
        return Found([(p, "by cases on a sign")], zeros)
    return None


def _one_side(search: Search, p: Poly, argument: Poly, side: int, scope: Scope, depth: int) -> tuple[str, str] | None:
    """p ≥ 0 on one side of the kink, and when it vanishes there: at the kink, and beside it. None: not shown.

    The side is not used at first; then the argument is written as α·s with α, s > 0 (or −α·s) and solved for a variable
    in which it is linear. What else was known of that variable is not used any more, so more is shown than is needed.
    """
    engine = search.engine
    for a, others, up in _linear(engine, argument):
        name = fresh_name()
        engine.ctx.domains[name] = POSITIVE
        beside = engine.canon([*opened(others), Term(fmpq(side * up), (), {Atom("var", name): ONE})])
        try:
            found = [search.nonnegative(replaced(engine, p, {a: v}), scope, depth) for v in (others, beside)]
        except Unproved:
            continue
        if None not in found:
            return _when(replaced(engine, p, {a: others}), found[0]), _when(None, found[1])
    flat = argument if side > 0 else minus(Poly({}), argument)
    own = [a for a in atoms_of(p) if a.kind == "call" and a.args[0] in KINKS and a.args[1] == argument]
    if own and all(a.args[0] == "abs" for a in own):
        if search.nonnegative(replaced(engine, p, dict.fromkeys(own, flat)), scope, depth) is not None:
            return "?", "?"
    return None


def _linear(engine: Engine, argument: Poly) -> Iterator[tuple[Atom, Poly, int]]:
    """(x, −β/α, the sign of α) where the argument is α·x + β for a real variable x that occurs nowhere else.

    The sign of α must be known. A variable with a number before it comes first.
    """
    atoms = sorted({a for m, _ in argument.terms for a, e in m.powers if e == 1}, key=lambda a: a.key)
    found = []
    for a in atoms:
        d = engine.signs.domain(a) if a.kind in ("var", "entry") else None
        if d is None or d.integer or d.values or (a.kind == "var" and a.args[0] not in engine.ctx.domains):
            continue
        split: tuple[dict[Mono, fmpq], dict[Mono, fmpq]] = ({}, {})
        for m, c in argument.terms:
            powers = dict(m.powers)
            e = powers.pop(a, ZERO)
            if e not in (0, 1) or any(a in atoms_of(b) for b in powers):
                break
            split[int(e)][Mono(powers)] = c
        else:
            beta, alpha = (Poly(t) for t in split)
            coef, factors = engine.factored(alpha)
            if coef != 0 and all(engine.signs.positive(b) for b in factors):
                over = engine.times(opened(beta), engine.power(alpha, -ONE))
                others = engine.canon([t._replace(coef=-t.coef) for t in over])
                found.append((alpha.constant() is None, a, others, 1 if coef > 0 else -1))
    for _, a, others, up in sorted(found, key=lambda f: (f[0], f[1].key)):
        yield a, others, up


def _when(p: Poly | None, found: Found | None) -> str:
    if p is not None and not p.terms:
        return "always"
    return "never" if found and found.zeros and "never" in found.zeros else "?"
