"""Equivalences: the same minimisers, and the one value of an unknown for which an equation holds throughout."""

from __future__ import annotations

from typing import Any

from ..spec.language import expressions as x
from ..spec.language.statements import Determines
from .prover.engine import Engine
from .prover.leftover import readable
from .prover.proving import difference, equal
from .prover.terms import ONE, Atom, Mono, Poly, opened
from .prover.translate import normal


def minimisers_agree(engine: Engine, first: Any, second: Any, over: Any) -> str:
    """Empty when first − second does not depend on the vector: then they have the same minimisers."""
    rest = difference(normal(engine, first), normal(engine, second), engine)
    dependent = Poly({m: c for m, c in rest.terms if _depends(m, over)})
    return f"the difference still depends on {over.name}: {readable(dependent)}" if dependent.terms else ""


def _depends(m: Mono, over: Any) -> bool:
    """Whether an entry of the vector, or an unspecified function of it, occurs in the monomial."""
    return f"entry({over.name};" in m.key or "apply:" in m.key


def determined(engine: Engine, left: Any, s: Determines) -> str:
    """Empty when left = right for all w exactly when the unknown has the stated value; else what fails.

    left − right must be linear in the unknown, A·τ + B. The value is found by solving, never assumed: at w = 1 the
    coefficient A must be a nonzero multiple of things known nonzero, so at most one τ can do; and the value found must
    make the equation hold for every w and be the one stated.
    """
    unknown = s.unknown.name
    p = difference(normal(engine, left), normal(engine, s.equation.right), engine)
    a: dict[Mono, Any] = {}
    b: dict[Mono, Any] = {}
    for m, c in p.terms:
        powers = dict(m.powers)
        degree = powers.pop(Atom("var", unknown), 0)
        if degree not in (0, 1) or unknown in Mono(powers).free:
            return f"the equation is not linear in {unknown}"
        (a if degree else b)[Mono(powers)] = c
    slope, rest = (_at_ones(engine, Poly(t), s.for_all) for t in (a, b))
    coef, atoms = engine.factored(slope)
    if coef == 0 or not all(engine.signs.positive(f) for f in atoms):
        return f"the equation does not determine {unknown}"
    inverse = engine.power(slope, -ONE)
    found = engine.canon([t._replace(coef=-t.coef) for t in engine.times(opened(rest), inverse)])
    stated = normal(engine, s.value)
    left_over = difference(found, stated, engine)
    if not engine.is_zero(left_over):
        return f"solving gives {unknown} = {readable(found)}, not {readable(stated)}"
    solved = {s.unknown: s.value}
    remaining = equal(engine, x.substitute(left, solved), x.substitute(s.equation.right, solved))
    return "" if remaining is None else f"with that value the equation still fails; left over: {readable(remaining)}"


def _at_ones(engine: Engine, p: Poly, for_all: tuple[Any, ...]) -> Poly:
    """The polynomial at w = (1, …, 1): one admissible input, for every dimension."""
    names = [v.name for v in for_all if isinstance(v, x.Array)]
    marks: dict[str, str] = {}

    def mark(obj: Any) -> Any:
        if isinstance(obj, Poly):
            return Poly({mark(m): c for m, c in obj.terms})
        if isinstance(obj, Mono):
            return Mono([(mark(q), e) for q, e in obj.powers])
        if obj.kind == "entry" and obj.args[0] in names:
            return Atom("var", marks.setdefault(obj.args[0], f"@one{len(marks)}"))
        if obj.kind == "sum":
            return Atom("sum", obj.args[0], mark(obj.args[1]))
        return Atom(obj.kind, *[mark(q) if isinstance(q, (Poly, Mono)) else q for q in obj.args])

    out = mark(p)
    for name in marks.values():
        out = engine.move_poly(out, name, Poly({Mono(()): ONE}))
    return engine.canon(opened(out))
