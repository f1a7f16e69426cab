"""Equivalences: the same minimisers, and the one value of an unknown for which an equation holds throughout."""

from __future__ import annotations

from collections.abc import Iterator
from math import lcm
from typing import Any

import sympy as sp
from flint import fmpq

from ..spec.language import expressions as x
from ..spec.language.sorts import REAL
from ..spec.language.statements import Determines
from .prover.engine import Engine, Unproved
from .prover.extended import equal_at_infinity, infinite_part
from .prover.leftover import readable
from .prover.proving import difference, equal
from .prover.signs import minus
from .prover.splitting import vanishes
from .prover.terms import ONE, ZERO, Atom, Mono, Poly, Term, opened
from .prover.translate import normal


def minimisers_agree(engine: Engine, first: Any, second: Any, over: Any) -> str:
    """Empty when one function is an increasing function of the other, the same for all vectors: equal minimisers.

    f = a·g + c with a > 0, a and c free of the vector; also after the logarithm, the exponential or a power of either.
    """
    f, g = (normal(engine, e) for e in (first, second))
    rest = dependent(difference(f, g, engine), over)
    if infinite_part(engine, f) or infinite_part(engine, g):
        if not equal_at_infinity(engine, f, g):
            raise Unproved("the two functions are not infinite together")
    elif rest.terms:
        sides = [list(increasing(engine, p, over)) for p in (f, g)]
        if any(_multiple(engine, p, q, over) for p in sides[0] for q in sides[1]):
            return ""
    return f"the difference still depends on {over.name}: {readable(rest)}" if rest.terms else ""


def increasing(engine: Engine, p: Poly, over: Any) -> Iterator[Poly]:
    """Increasing functions of p, without summands that are free of the vector."""
    core = dependent(p, over)
    yield core
    for q in dict.fromkeys((core, p)):
        for other in _transforms(engine, q):
            yield dependent(other, over)


def _transforms(engine: Engine, p: Poly) -> Iterator[Poly]:
    """log p, −log(−p), exp of a multiple of p that has logarithms, and powers that remove roots."""
    opposite = minus(Poly({}), p)
    if engine.signs.poly_positive(p):
        yield engine.canon(engine.logarithm(p))
    if engine.signs.poly_positive(opposite):
        yield minus(Poly({}), engine.canon(engine.logarithm(opposite)))
    logs = [c for m, c in p.terms if len(m.powers) == 1 and m.powers[0][0].kind == "log" and m.powers[0][1] == 1]
    if logs:
        scale = lcm(*[int(c.q) for c in logs])
        yield engine.canon(engine.exponential(Poly({m: c * scale for m, c in p.terms})))
    if len(p.terms) == 1 and p.terms[0][1] > 0:  # a root is nonnegative wherever it has a value
        factors = p.terms[0][0].powers
        root = lcm(*[int(e.q) for _, e in factors])
        rest = Mono([(a, e) for a, e in factors if e.q == 1])
        if 1 < root <= 6 and engine.signs.mono_nonnegative(rest):
            yield engine.canon(engine.power(p, fmpq(root)))


def _multiple(engine: Engine, f: Poly, g: Poly, over: Any) -> bool:
    """Whether f = a·g + c with a > 0, both free of the vector: a is read off where one monomial occurs in both."""
    ours, theirs = (_by_dependence(p, over) for p in (f, g))
    common = sorted(ours.keys() & theirs.keys(), key=lambda m: m.key)
    if not common:
        return not ours and not theirs
    above, below = (engine.factored(Poly(side[common[0]])) for side in (ours, theirs))
    powers = dict(above[1])
    for a, e in below[1].items():
        powers[a] = powers.get(a, ZERO) - e
    powers = {a: e for a, e in powers.items() if e != 0}
    if above[0] == 0 or below[0] == 0:
        return False
    scale = Term(above[0] / below[0], (), powers)
    if scale.coef <= 0 or not all(engine.signs.positive(a) for a in powers):
        return False
    rest = engine.canon([*opened(f), *engine.times([scale._replace(coef=-scale.coef)], opened(g))])
    return vanishes(engine, dependent(rest, over))


def _by_dependence(p: Poly, over: Any) -> dict[Mono, dict[Mono, fmpq]]:
    """The polynomial by what depends on the vector in each monomial; the values are free of it."""
    out: dict[Mono, dict[Mono, fmpq]] = {}
    for m, c in p.terms:
        inside = Mono([(a, e) for a, e in m.powers if depends(a.key, over)])
        free = Mono([(a, e) for a, e in m.powers if not depends(a.key, over)])
        out.setdefault(inside, {})[free] = c
    return out


def dependent(p: Poly, over: Any) -> Poly:
    """The summands that depend on the vector."""
    return Poly({m: c for m, c in p.terms if depends(m.key, over)})


def depends(key: str, over: Any) -> bool:
    """Whether an entry of the vector, or an unspecified function, occurs in something with this key."""
    return f"entry({over.name};" in key or "apply:" in key


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
    slope, rest = Poly({}), Poly({})
    for value in (1, 0, 2):  # one admissible input at which the coefficient is not zero is enough
        slope, rest = (_at_simple(engine, Poly(t), s.for_all, value) for t in (a, b))
        coef, atoms = engine.factored(slope)
        if coef != 0 and all(engine.signs.positive(f) or engine.signs.nonzero(f) for f in atoms):
            break
    else:
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


def _at_simple(engine: Engine, p: Poly, for_all: tuple[Any, ...], value: int) -> Poly:
    """The polynomial where all entries of the arrays are 1 and the real scalars have this value: admissible inputs.

    Arrays whose sorts do not admit that stay as they are: distributions, entries strictly below 1, random arrays.
    """
    bound = engine.ctx.sums.keys() | engine.ctx.random.keys()
    arrays = [v.name for v in for_all if isinstance(v, x.Array)]
    names = [name for name in arrays if name not in bound and 1 in engine.ctx.domain(name)]
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
    for v in for_all:
        if isinstance(v, sp.Symbol) and engine.ctx.domains.get(v.name) is REAL:
            out = engine.move_poly(out, v.name, Poly({Mono(()): fmpq(value)}))
    return engine.canon(opened(out))
