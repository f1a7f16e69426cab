"""Certificates from the tangent of the exponential, eˣ ≥ 1 + x, also at a monomial.

The tangent bound follows from log A ≤ A − 1 (information.log_bound) at A = eˣ; equality holds exactly at x = 0.
"""

from __future__ import annotations

from collections.abc import Callable

from flint import fmpq

from .engine import Engine
from .inequality import Found, Scope, Search
from .signs import minus
from .terms import ONE, Atom, Mono, Poly, Term, opened


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
