"""The zero test's last resort: sums over the same range are merged, and dropped where their summands cancel.

Σᵢ Aᵢ + Σᵢ Bᵢ = Σᵢ (Aᵢ + Bᵢ), and a sum of zeros is zero. A summand whose entries take finitely many values (signs,
bits) is zero when it is zero for each of them.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from .terms import ONE, Atom, Mono, Poly, Term, number, opened, rename

if TYPE_CHECKING:
    from .engine import Engine

MAX_CASES = 16


def merge(engine: Engine, p: Poly) -> Poly | None:
    """The polynomial without a group of sums that cancels, or None when no group does."""
    from .engine import fresh_name

    groups: dict[tuple[str, str, str], list[tuple[Mono, int, Atom]]] = {}
    for m, _ in p.terms:
        for a, e in m.powers:
            if a.kind == "sum" and e == 1:
                rest = Mono([(b, k) for b, k in m.powers if b != a])
                for position, (_, lo, hi) in enumerate(a.args[0]):
                    groups.setdefault((rest.key, lo.key, hi.key), []).append((m, position, a))
    coefficients = dict(p.terms)
    for members in groups.values():
        monomials = {m for m, _, _ in members}
        if len(monomials) < 2 and not any(_finite(engine, a) for _, _, a in members):
            continue
        index = fresh_name()
        body, used = [], set()
        for m, position, a in members:
            if m in used:
                continue
            used.add(m)
            name, lo, _ = a.args[0][position]
            engine.declare(index, lo)
            outer = tuple(b for i, b in enumerate(a.args[0]) if i != position)
            summand = Mono([(rename(b, {name: index}), e) for b, e in a.args[1].powers])
            inner = {Atom("sum", rename(outer, {name: index}), summand): ONE} if outer else dict(summand.powers)
            body.append(Term(coefficients[m], (), inner))
        if summand_is_zero(engine, engine.canon(body)):
            return Poly({m: c for m, c in p.terms if m not in used})
    return None


def summand_is_zero(engine: Engine, p: Poly) -> bool:
    if engine.is_zero(p):
        return True
    atoms = sorted({a for a in _atoms(p) if _finite(engine, a)}, key=lambda a: a.key)
    cases = list(product(*[engine.signs.domain(a).values for a in atoms]))
    if not atoms or len(cases) > MAX_CASES:
        return False
    return all(engine.is_zero(with_values(engine, p, dict(zip(atoms, values, strict=True)))) for values in cases)


def _finite(engine: Engine, a: Atom) -> bool:
    if a.kind == "sum":
        return any(_finite(engine, b) for b in _atoms(Poly({a.args[1]: ONE})))
    return a.kind in ("entry", "var") and bool(engine.signs.domain(a).values)


def _atoms(obj: Poly | Mono | Atom) -> set[Atom]:
    """Every atom inside, but not the inside of sums: their entries depend on other indices."""
    if isinstance(obj, Poly):
        return set().union(*[_atoms(m) for m, _ in obj.terms])
    if isinstance(obj, Mono):
        return set().union(*[_atoms(a) for a, _ in obj.powers])
    if obj.kind == "sum":
        return set()
    return {obj}.union(*[_atoms(a) for a in obj.args if isinstance(a, (Poly, Mono))])


def with_values(engine: Engine, p: Poly, values: dict[Atom, int]) -> Poly:
    """The polynomial with some atoms replaced by numbers, normalised afresh."""
    marks = {f"@{i}": a for i, a in enumerate(values)}
    by_key = {a.key: name for name, a in marks.items()}
    out = _marked(p, by_key)
    for name, a in marks.items():
        out = engine.move_poly(out, name, number(values[a]))
    return engine.canon(opened(out))


def _marked(obj: Any, names: dict[str, str]) -> Any:
    if isinstance(obj, Poly):
        return Poly({_marked(m, names): c for m, c in obj.terms})
    if isinstance(obj, Mono):
        return Mono([(_marked(a, names), e) for a, e in obj.powers])
    if obj.key in names:
        return Atom("var", names[obj.key])
    if obj.kind == "sum" or obj.kind == "var":
        return obj
    return Atom(obj.kind, *[_marked(a, names) if isinstance(a, (Poly, Mono)) else a for a in obj.args])
