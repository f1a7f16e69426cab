"""Certificates for piecewise linear functions: on each piece a linear form follows from those that bound it.

The kinks are opened one by one, the innermost first, so that kinks inside kinks are settled too. On a piece each kink
is one of its two sides, and the sides are hypotheses A ≥ 0 or A ≤ 0, each with its border: more than is needed. What is
not linear is a number of its own, of which only its sign may be known. A form is shown nonnegative on a piece by
elimination (Fourier and Motzkin): with its negation the hypotheses would contradict one another.
"""

from __future__ import annotations

from collections.abc import Iterator

from flint import fmpq

from .engine import Engine
from .inequality import Found, Scope, Search
from .signs import minus
from .splitting import Case, atoms_of, replaced
from .terms import ZERO, Atom, Mono, Poly, number

MOST_KINKS, MOST_UNKNOWNS, MOST_FORMS = 8, 6, 120
Form = tuple[dict[Mono, fmpq], fmpq, bool]  # Σ c·m + constant, at least 0 or, where strict, above 0


def piecewise_linear(search: Search, p: Poly, scope: Scope, depth: int) -> Found | None:
    """p ≥ 0 on each piece between its kinks, where it is linear."""
    engine = search.engine
    kinks = _kinks(p)
    if not 3 <= len(kinks) <= MOST_KINKS or any(a.args[0] == "signum" for a in kinks):
        return None
    if not all(sum(e for _, e in m.powers) <= 1 for m, _ in p.terms):
        return None
    return Found([(p, "linear on each piece between its kinks")], None) if _on_all(engine, p, []) else None


def _kinks(p: Poly) -> list[Atom]:
    found = (a for a in atoms_of(p) if a.kind == "call" and a.args[0] in ("abs", "where", "signum"))
    return sorted(found, key=lambda a: (len(a.key), a.key))


def _on_all(engine: Engine, p: Poly, given: list[Poly]) -> bool:
    """p ≥ 0 wherever all of the given forms are nonnegative."""
    if given and follows(engine, given, number(-1)):
        return True  # there is no such piece
    kinks = _kinks(p)
    if not kinks:
        return follows(engine, given, p)
    argument = kinks[0].args[1]
    opposite = minus(Poly({}), argument)
    for side in (1, -1):
        case: Case = {}
        for a in kinks:
            if a.args[1] in (argument, opposite):
                up = (a.args[1] == argument) == (side > 0)
                if a.args[0] == "abs":
                    case[a] = a.args[1] if up else minus(Poly({}), a.args[1])
                elif a.args[1] == argument:
                    case[a] = a.args[2] if up else a.args[3]
        if not _on_all(engine, replaced(engine, p, case), [*given, argument if side > 0 else opposite]):
            return False
    return True


def follows(engine: Engine, given: list[Poly], p: Poly) -> bool:
    """Whether p ≥ 0 wherever all of the given forms are nonnegative, by elimination; False says nothing."""
    below = _form(minus(Poly({}), p), strict=True)
    forms = [_form(q) for q in given] + [below]
    unknowns = sorted({m for f, _, _ in forms for m in f}, key=lambda m: m.key)
    if len(unknowns) > MOST_UNKNOWNS:
        return False
    forms += [_form(q) for m in unknowns for q in _known(engine, m)]
    while unknowns:
        m = min(unknowns, key=lambda m: _pairs(forms, m))
        unknowns.remove(m)
        lower = [f for f in forms if f[0].get(m, ZERO) > 0]
        upper = [f for f in forms if f[0].get(m, ZERO) < 0]
        forms = [f for f in forms if f[0].get(m, ZERO) == 0]
        forms = _distinct([*forms, *(_without(m, f, g) for f in lower for g in upper)])
        if len(forms) > MOST_FORMS:
            return False
    return any(c < 0 or (strict and c == 0) for _, c, strict in forms)


def _pairs(forms: list[Form], m: Mono) -> int:
    signs = [f[0][m] > 0 for f in forms if m in f[0]]
    return sum(signs) * (len(signs) - sum(signs))


def _distinct(forms: list[Form]) -> list[Form]:
    """One of each, up to a positive factor."""
    out: dict[str, Form] = {}
    for f, c, strict in forms:
        scale = abs(next(iter(sorted(f.items(), key=lambda t: t[0].key)))[1]) if f else fmpq(1)
        scaled = {m: q / scale for m, q in f.items()}
        key = "+".join(f"{q}*{m.key}" for m, q in sorted(scaled.items(), key=lambda t: t[0].key))
        out[f"{key} {c / scale} {strict}"] = (scaled, c / scale, strict)
    return list(out.values())


def _form(p: Poly, strict: bool = False) -> Form:
    return {m: c for m, c in p.terms if m.powers}, dict(p.terms).get(Mono(()), ZERO), strict


def _known(engine: Engine, m: Mono) -> Iterator[Poly]:
    """What the sorts say of one unknown: its sign, and the ends of its interval."""
    one = Poly({m: fmpq(1)})
    if engine.signs.mono_nonnegative(m):
        yield one
    if len(m.powers) == 1 and m.powers[0][1] == 1 and m.powers[0][0].kind in ("var", "entry"):
        d = engine.signs.domain(m.powers[0][0])
        if d.low is not None:
            yield minus(one, number(d.low))
        if d.high is not None:
            yield minus(number(d.high), one)


def _without(m: Mono, f: Form, g: Form) -> Form:
    """A positive combination of both without the unknown."""
    a, b = -g[0][m], f[0][m]
    out = {n: a * f[0].get(n, ZERO) + b * g[0].get(n, ZERO) for n in {*f[0], *g[0]} if n != m}
    return {n: c for n, c in out.items() if c != 0}, a * f[1] + b * g[1], f[2] or g[2]
