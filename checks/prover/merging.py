"""The zero test's last resort: sums over the same range are merged, and dropped where their summands cancel.

Σᵢ Aᵢ + Σᵢ Bᵢ = Σᵢ (Aᵢ + Bᵢ), and a sum of zeros is zero.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .splitting import splits, vanishes
from .terms import ONE, Atom, Mono, Poly, Term, rename

if TYPE_CHECKING:
    from .engine import Engine


def merge(engine: Engine, p: Poly) -> Poly | None:
    """The polynomial without a group of sums that cancels, or None when no group does."""
    from .engine import fresh_name

    groups: dict[tuple[str, str, str], list[tuple[Mono, int, Atom]]] = {}
    for m, _ in p.terms:
        for a, e in m.powers:
            if a.kind == "sum" and e == 1:
                rest = Mono([(b, k) for b, k in m.powers if b != a])
                bound = {v for v, _, _ in a.args[0]}
                for position, (_, lo, hi) in enumerate(a.args[0]):
                    if bound & (lo.free | hi.free):
                        continue  # an index whose range depends on another cannot be the outermost
                    groups.setdefault((rest.key, lo.key, hi.key), []).append((m, position, a))
    coefficients = dict(p.terms)
    for members in groups.values():
        monomials = {m for m, _, _ in members}
        if len(monomials) < 2 and not any(splits(engine, a) for _, _, a in members):
            continue
        index = fresh_name()
        body, used = [], set()
        for m, position, a in members:
            if m in used:
                continue
            used.add(m)
            name, lo, hi = a.args[0][position]
            engine.declare(index, lo, hi)
            outer = tuple(b for i, b in enumerate(a.args[0]) if i != position)
            summand = Mono([(rename(b, {name: index}), e) for b, e in a.args[1].powers])
            inner = {Atom("sum", rename(outer, {name: index}), summand): ONE} if outer else dict(summand.powers)
            body.append(Term(coefficients[m], (), inner))
        if vanishes(engine, engine.canon(body)):
            return Poly({m: c for m, c in p.terms if m not in used})
    return None
