"""An array replaced by a function of its index, everywhere in a polynomial: also inside sums that bind the index."""

from __future__ import annotations

from collections.abc import Callable

from . import calls
from .engine import Engine, Unproved
from .terms import ONE, Atom, Open, Poly, Term, atom_terms, constant_terms, opened

Entries = Callable[[Poly], Open]


def with_entries(engine: Engine, p: Poly, name: str, value: Entries) -> Poly:
    """p with a[i] replaced by value(i), normalised afresh. The value must not contain the array itself."""
    own = f"entry({name};"

    def poly(q: Poly) -> Poly:
        return q if own not in q.key else engine.canon([t for m, c in q.terms for t in scaled(c, mono(m.powers))])

    def mono(powers: tuple[tuple[Atom, object], ...]) -> Open:
        out = constant_terms(1)
        for a, e in powers:
            if own not in a.key:
                out = engine.times(out, atom_terms(a, e))
            else:
                out = engine.times(out, engine.power(engine.canon(atom(a)), e))  # type: ignore[arg-type]
        return out

    def atom(a: Atom) -> Open:
        if own not in a.key:
            return atom_terms(a)
        match a.kind:
            case "entry":
                indices = [poly(i) for i in a.args[1:]]
                return (
                    value(indices[0]) if a.args[0] == name and len(indices) == 1 else engine.entry(a.args[0], indices)
                )
            case "exp":
                return engine.exponential(poly(Poly({a.args[0]: ONE})))
            case "log":
                return engine.logarithm(poly(a.args[0]))
            case "base":
                return opened(poly(a.args[0]))
            case "call" if a.args[0] != "E":
                return calls.rebuilt(engine, a.args[0], [poly(q) for q in a.args[1:]])
            case "bind":
                return calls.moved_binding(engine, a, poly)
            case "sum":
                c, bounds, powers = engine.open_sum(a)
                return [Term(c * t.coef, bounds + t.bounds, t.powers) for t in mono(tuple(powers.items()))]
        raise Unproved(f"cannot replace an array inside {a.kind}")

    return poly(p)


def scaled(c: object, terms: Open) -> Open:
    return [Term(c * t.coef, t.bounds, t.powers) for t in terms]  # type: ignore[operator]
