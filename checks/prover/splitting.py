"""Zero by cases: for each value of its signs and bits, and on each side of its kinks, a polynomial must vanish.

|P|, sign P and a choice by P ≥ 0 are settled together, for the two signs of P and, where it matters, for P = 0. The
sign itself is not used as a hypothesis: the identity must hold on each side for all values, which is more than needed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .signs import minus
from .terms import ZERO, Atom, Mono, Poly, is_mean, number, opened, rename

if TYPE_CHECKING:
    from .engine import Engine

MAX_DEPTH = 6
KINKS = ("abs", "signum", "where")
Case = dict[Atom, Poly]


def vanishes(engine: Engine, p: Poly, depth: int = 0) -> bool:
    """Whether the polynomial is zero for all inputs, by cases where it does not cancel outright."""
    if engine.is_zero(p):
        return True
    if depth == MAX_DEPTH:
        return False
    cases = _cases(engine, p)
    return bool(cases) and all(vanishes(engine, replaced(engine, p, case), depth + 1) for case in cases)


def splits(engine: Engine, a: Atom) -> bool:
    """Whether a single sum may vanish only by cases."""
    summand = rename(a.args[1], {v: v.replace("%", "#") for v, _, _ in a.args[0]})  # at one index, whichever
    return any(_finite(engine, b) or _is_kink(b) for b in atoms_of(summand))


def _cases(engine: Engine, p: Poly) -> list[Case]:
    atoms = sorted(atoms_of(p), key=lambda a: (len(a.key), a.key))
    for a in atoms:
        if _finite(engine, a):
            return [{a: number(v)} for v in engine.signs.domain(a).values]
    kinks = [a for a in atoms if _is_kink(a)]
    if not kinks:
        return []
    argument = kinks[0].args[1]  # the shortest is the innermost
    opposite = minus(Poly({}), argument)
    together = [(a, 1 if a.args[1] == argument else -1) for a in kinks if a.args[1] in (argument, opposite)]
    cases = [{a: _value(a, sign * side, argument, side) for a, sign in together} for side in (1, -1)]
    if any(a.args[0] != "abs" for a, _ in together):
        cases.append({a: _value(a, 0, argument, 0) for a, _ in together} | _solved(argument))
    return cases


def _value(a: Atom, sign: int, argument: Poly, side: int) -> Poly:
    """What a kink is where its own argument has the given sign; `side` is the sign of the common argument."""
    match a.args[0]:
        case "abs":
            return argument if side > 0 else minus(Poly({}), argument) if side < 0 else Poly({})
        case "signum":
            return number(sign)
    return a.args[2] if sign >= 0 else a.args[3]


def _solved(p: Poly) -> Case:
    """P = 0 solved for one atom that occurs only linearly with a number before it; nothing where there is none."""
    for m, c in p.terms:
        if len(m.powers) == 1 and m.powers[0][1] == 1:
            a = m.powers[0][0]
            others = Poly({n: -q / c for n, q in p.terms if n != m})
            if a.kind in ("var", "entry") and a not in atoms_of(others):
                return {a: others}
    return {}


def _finite(engine: Engine, a: Atom) -> bool:
    return a.kind in ("entry", "var") and bool(engine.signs.domain(a).values)


def _is_kink(a: Atom) -> bool:
    return a.kind == "call" and a.args[0] in KINKS


def atoms_of(obj: Poly | Mono | Atom) -> set[Atom]:
    """Every atom inside, but nothing that depends on an index bound inside a sum or a function, or on the outcome."""
    if isinstance(obj, Poly):
        return set().union(*[atoms_of(m) for m, _ in obj.terms])
    if isinstance(obj, Mono):
        return set().union(*[atoms_of(a) for a, _ in obj.powers])
    if obj.kind == "sum" or any(v.startswith("%") for v in obj.free):
        return set()  # what depends on a bound index is many things, not one
    if is_mean(obj):
        return {obj}
    return {obj}.union(*[atoms_of(a) for a in obj.args if isinstance(a, (Poly, Mono))])


def replaced(engine: Engine, p: Poly, case: Case) -> Poly:
    """The polynomial with some atoms replaced by polynomials, normalised afresh."""
    marks = {f"@{i}": a for i, a in enumerate(case)}
    by_key = {a.key: name for name, a in marks.items()}
    out = marked(p, by_key)
    for name, a in marks.items():
        out = engine.move_poly(out, name, marked(case[a], by_key))
    return engine.canon(opened(out))


def marked(obj: Any, names: dict[str, str]) -> Any:
    """The object with the atoms of these keys replaced by variables of these names, outside sums and means."""
    if isinstance(obj, Poly):
        terms: dict[Mono, Any] = {}
        for m, c in obj.terms:
            new = marked(m, names)
            terms[new] = terms.get(new, ZERO) + c
        return Poly(terms)
    if isinstance(obj, Mono):
        return Mono([(marked(a, names), e) for a, e in obj.powers])
    if obj.key in names:
        return Atom("var", names[obj.key])
    if obj.kind in ("sum", "var") or is_mean(obj):
        return obj
    return Atom(obj.kind, *[marked(a, names) if isinstance(a, (Poly, Mono)) else a for a in obj.args])
