"""Functions that stay atoms: |x|, sign, choices, x log y, integer powers, functions of all entries of a vector.

They are made here and nowhere else, each in its simplest form, also when something inside them is replaced later: |s|
is s once s is known to be nonnegative.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from .signs import minus
from .terms import ONE, Atom, Open, Poly, Term, as_poly, atom_terms, constant_terms, depth, number, opened, rename

if TYPE_CHECKING:
    from .engine import Engine


def rebuilt(engine: Engine, name: str, args: list[Poly]) -> Open:
    """The call with changed arguments, in its simplest form."""
    from .expectation import expectation

    match name:
        case "abs":
            return absolute(engine, args[0])
        case "signum":
            return signum(engine, args[0])
        case "where":
            return where(engine, *args)
        case "xlogy":
            return xlogy(engine, *args)
        case "pow":
            constant = args[1].constant()
            return engine.power(args[0], constant) if constant is not None else integer_power(engine, *args)
        case "E":
            return expectation(engine, args[0])
    return atom_terms(Atom("call", name, *args))


def absolute(engine: Engine, p: Poly) -> Open:
    """|c·Π aᵉ| = |c|·Π |a|ᵉ, and |a| = a where that is known."""
    coef, atoms = engine.factored(p)
    out = [Term(abs(coef), (), {})] if coef != 0 else []
    for a, e in atoms.items():
        out = engine.times(out, atom_terms(*engine.magnitude(a, e)))
    return out


def signum(engine: Engine, p: Poly) -> Open:
    """sign(c·Π aᵉ) = sign c·Π sign(a)ᵉ; positive factors drop out."""
    coef, atoms = engine.factored(p)
    out = constant_terms(0 if coef == 0 else 1 if coef > 0 else -1)
    for a, e in atoms.items():
        if engine.signs.positive(a):
            continue
        if e.q != 1 or e < 0:
            return atom_terms(Atom("call", "signum", p))
        out = engine.times(out, atom_terms(Atom("call", "signum", as_poly(a)), e))
    return out


def where(engine: Engine, condition: Poly, there: Poly, elsewhere: Poly) -> Open:
    """`there` where condition ≥ 0, else `elsewhere`."""
    if there == elsewhere or engine.signs.poly_nonnegative(condition):
        return opened(there)
    if engine.signs.poly_positive(minus(Poly({}), condition)):
        return opened(elsewhere)
    if engine.signs.integers(condition):  # of whole numbers P ≥ 0 and −P − 1 ≥ 0 exclude each other: one of the two
        opposite = minus(number(-1), condition)
        if opposite.key < condition.key:
            condition, there, elsewhere = opposite, elsewhere, there
    return atom_terms(Atom("call", "where", condition, there, elsewhere))


def xlogy(engine: Engine, weight: Poly, argument: Poly) -> Open:
    """x log y with 0 log y = 0; −∞ for y = 0 < x is raised as Infinite."""
    from .engine import Infinite, Unproved

    if not weight.terms:
        return []
    if not argument.terms:
        if engine.signs.poly_positive(weight):
            raise Infinite("a positive weight times log 0")
        raise Unproved("a weight not known to be zero times log 0")
    if positive(engine, argument):
        return engine.times(opened(weight), engine.logarithm(argument))
    parts = [(m, c) for m, c in weight.terms]
    if len(parts) > 1 and all(c > 0 and engine.signs.mono_nonnegative(m) for m, c in parts):
        # (x + x′) log y = x log y + x′ log y also for y = 0: the left weight vanishes exactly where both do
        return [t for m, c in parts for t in xlogy(engine, Poly({m: c}), argument)]
    ((m, c), *more) = parts
    sums = [a for a, e in m.powers if a.kind == "sum" and e == 1]
    if not more and c > 0 and sums and all(engine.signs.nonnegative(a) for a, _ in m.powers):
        inner = engine.open_sum(sums[0])  # (Σ x) log y = Σ x log y, for the same reason
        weight = engine.canon(
            engine.times([Term(c, (), {a: e for a, e in m.powers if a != sums[0]})], [Term(ONE, (), inner.powers)])
        )
        return engine.times([Term(ONE, inner.bounds, {})], xlogy(engine, weight, argument))
    outside, inner = _positive_factors(engine, weight)
    scale, base = _positive_factors(engine, argument)
    if len(base.terms) == 1 and all(a.kind == "delta" for a, _ in base.terms[0][0].powers):
        needed = {a for a, _ in base.terms[0][0].powers}
        if all(needed <= {a for a, _ in m.powers} for m, _ in inner.terms):
            return engine.times(opened(weight), engine.logarithm(engine.canon(scale)))  # δ log δ = 0
    out = engine.times(outside, atom_terms(Atom("call", "xlogy", inner, base)))
    logarithm = engine.logarithm(engine.canon(scale))
    return out + engine.times(opened(weight), logarithm)


def _positive_factors(engine: Engine, p: Poly) -> tuple[Open, Poly]:
    """p = (positive factors) · (the rest), the sign with the rest."""
    coef, atoms = engine.factored(p)
    known = {a: e for a, e in atoms.items() if engine.signs.positive(a)}
    rest = [Term(ONE if coef > 0 else -ONE, (), {})]
    for a, e in atoms.items():
        if a not in known:
            rest = engine.times(rest, opened(a.args[0]) if a.kind == "base" and e == 1 else atom_terms(a, e))
    return [Term(abs(coef), (), known)], engine.canon(rest)


def integer_power(engine: Engine, base: Poly, exponent: Poly) -> Open:
    """A base of unknown sign to a power that is surely an integer; x^{a−b} = xᵃ/xᵇ only for x ≠ 0."""
    from .engine import Unproved

    if not base.terms and engine.signs.poly_positive(exponent):
        return []  # 0ʳ = 0 for r > 0
    if any(c.q != 1 or any(not engine.signs.integer(a, e) for a, e in m.powers) for m, c in exponent.terms):
        raise Unproved("a power of a number of unknown sign with an exponent not known to be an integer")
    if positive(engine, base):
        return engine.exponential(engine.canon(engine.times(opened(exponent), engine.logarithm(base))))
    if not base.terms:
        raise Unproved("a symbolic power of zero")
    out = constant_terms(1)
    for m, c in exponent.terms:
        part = Poly({m: ONE})
        if c < 0 or not engine.signs.poly_nonnegative(part):
            engine.assume(base, "≠ 0")
        out = engine.times(
            out, engine.power(base, c) if not m.powers else atom_terms(Atom("call", "pow", base, part), c)
        )
    return out


def positive(engine: Engine, p: Poly) -> bool:
    coef, atoms = engine.factored(p)
    return coef > 0 and all(engine.signs.positive(a) for a in atoms)


# ---------------------------------------------------------------------- what binds an index of its own
def binding(name: str, others: list[Poly], body: Poly, *indices: str) -> Open:
    """A function of all values of the body: its indices are named by its depth, so that equal vectors are equal."""
    mark = f"%e{1 + depth(body)}"
    names = {index: f"{mark}.{i}" for i, index in enumerate(indices)}
    return atom_terms(Atom("bind", name, mark, *others, rename(body, names)))


def moved_binding(engine: Engine, a: Atom, go: Callable[[Poly], Poly]) -> Open:
    """The function with something replaced inside; its own indices are fresh meanwhile, so that none is captured."""
    from .engine import fresh_name

    name, mark, *others, body = a.args
    indices = [fresh_name(), fresh_name()]
    others = [go(p) for p in others]
    low, high = others if name in ("max", "product") else (number(1), others[-1])
    engine.declare(indices[name == "recurrence"], low, high)
    return binding(name, others, go(rename(body, {f"{mark}.{i}": index for i, index in enumerate(indices)})), *indices)
