"""Conditions p = 0, p ≥ 0, p > 0, p ≠ 0, and how one is brought into another that holds for the same inputs.

Every rule is an equivalence on the whole domain: a factor of known sign is left out, a strictly increasing function is
applied to both sides, a sum of nonnegative terms vanishes when every term does. What only restricts where a condition
has a value (a division, a logarithm) is a side condition of the engine.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import lcm
from typing import Any

from flint import fmpq

from ...spec.language import expressions as x
from ...spec.language.statements import AtLeast, AtMost, Equals, Identical, Less, Statement
from .engine import Engine, Unproved
from .extended import may_be_infinite
from .proving import difference
from .signs import minus
from .terms import ONE, Atom, Mono, Poly, as_poly, number, opened, rename, var
from .translate import Translation, normal

MOST = 30  # conditions that are tried from either side
NOTHING = Poly({})
Range = tuple[str, Poly, Poly]


@dataclass(frozen=True)
class Condition:
    """p relation 0, for all values of the indices in `over`; "true" and "false" are relations too."""

    relation: str
    p: Poly = NOTHING
    over: tuple[Range, ...] = ()


TRUE, FALSE = Condition("true"), Condition("false")
Path = tuple[tuple[str, Condition], ...]


def condition_of(engine: Engine, s: Statement) -> Condition:
    """A statement as a condition; raises Unproved for what is none, or may be infinite."""
    match s:
        case Identical(left, right) if isinstance(left, (x.Array, x.Family)):
            return _entrywise(engine, left, right)
        case Equals(left, right) | Identical(left, right):
            relation, low, high = "=", right, left
        case AtMost(left, right, None):
            relation, low, high = "≥", left, right
        case AtLeast(left, right, None):
            relation, low, high = "≥", right, left
        case Less(left, right):
            relation, low, high = ">", left, right
        case _:
            raise Unproved(f"{type(s).__name__} is not treated as a condition")
    p = difference(normal(engine, high), normal(engine, low), engine)
    return Condition(relation, _finite(engine, p))


def _entrywise(engine: Engine, left: Any, right: Any) -> Condition:
    if len(left.dims) != 1:
        raise Unproved("the equality of two matrices is not treated as a condition")
    (length,) = left.dims
    name = _index(0)
    lo, hi = number(1), normal(engine, length)
    if normal(engine, right.dims[0]) != hi:
        raise Unproved("two vectors of different lengths")
    _declare(engine, name, lo, hi)
    index = x.Bound("all", 1000)
    walk = Translation(engine, {index: var(name)})
    with x.as_written():
        p = walk.poly(left[index] - right[index])
    return Condition("=", _finite(engine, p), ((name, lo, hi),))


def _index(place: int) -> str:
    """Canonical names of the indices that a condition is meant for all values of."""
    return "@" + "klrsuvabc"[place]


def _declare(engine: Engine, name: str, lo: Poly, hi: Poly) -> None:
    engine.declare(name, lo, hi)
    engine.ctx.ranges[name] = (lo, hi)


def _finite(engine: Engine, p: Poly) -> Poly:
    if engine.met_infinite or any(may_be_infinite(engine, a) for m, _ in p.terms for a, _ in m.powers):
        raise Unproved("a side that may be infinite")
    return p


# ---------------------------------------------------------------------- one condition, as simple as factors allow
def simplest(engine: Engine, c: Condition) -> Condition:
    """The condition without factors whose sign is known; true or false where signs decide it."""
    if c in (TRUE, FALSE):
        return c
    coef, atoms = engine.factored(c.p)
    if coef == 0:
        return TRUE if c.relation in ("=", "≥") else _never(c)
    order = c.relation in ("≥", ">")
    kept: dict[Atom, fmpq] = {}
    for a, e in atoms.items():
        power = _ordered_power(engine, a, e) if order else _vanishing_power(engine, a, e)
        if power:
            kept[a] = power
    sign = 1 if coef > 0 or not order else -1
    if len(kept) == 1 and next(iter(kept.values())) == 1:
        p = Poly({m: sign * q for m, q in as_poly(next(iter(kept))).terms})
    else:
        p = Poly({Mono(kept): fmpq(sign)})
    return _decided(engine, Condition(c.relation, p, c.over))


def _vanishing_power(engine: Engine, a: Atom, e: fmpq) -> fmpq | None:
    """aᵉ = 0 when a = 0 and e > 0; where e < 0 it has a value only for a ≠ 0."""
    return None if e < 0 or engine.signs.nonzero(a) or engine.signs.positive(a) else ONE


def _ordered_power(engine: Engine, a: Atom, e: fmpq) -> fmpq | None:
    """The power of a factor that decides a sign: none where it is positive, odd powers as one; 1/a is as a."""
    if engine.signs.positive(a):
        return None
    if e > 0 and engine.signs.nonnegative(a):
        return ONE
    if e.q == 1 and int(e.p) % 2 == 0:
        return None if e < 0 or engine.signs.nonzero(a) else fmpq(2)
    return ONE if e.q == 1 else e


def _decided(engine: Engine, c: Condition) -> Condition:
    """True, false, or "= 0" and "≠ 0" for an order that signs half decide."""
    up, strictly_up = engine.signs.poly_nonnegative(c.p), engine.signs.poly_positive(c.p)
    opposite = minus(NOTHING, c.p)
    down, strictly_down = engine.signs.poly_nonnegative(opposite), engine.signs.poly_positive(opposite)
    match c.relation:
        case "=" | "≠" if strictly_up or strictly_down:
            return TRUE if c.relation == "≠" else _never(c)
        case "≥" if up:
            return TRUE
        case "≥" if strictly_down:
            return _never(c)
        case "≥" if down:
            return simplest(engine, Condition("=", c.p, c.over))
        case ">" if strictly_up:
            return TRUE
        case ">" if down:
            return _never(c)
        case ">" if up:
            return simplest(engine, Condition("≠", c.p, c.over))
    return c


def _never(c: Condition) -> Condition:
    """A condition that no input meets; for all indices of a range that may be empty it stays what it is."""
    return c if c.over else FALSE


# ---------------------------------------------------------------------- from one condition to others
def reached(engine: Engine, start: Condition) -> dict[Condition, Path]:
    """Conditions that hold for the same inputs, each with the way to it."""
    first = simplest(engine, start)
    out: dict[Condition, Path] = {first: (("factors of known sign are left out", first),) if first != start else ()}
    todo = [first]
    while todo and len(out) < MOST:
        c = todo.pop(0)
        for why, further in _steps(engine, c):
            new = simplest(engine, further)
            if new not in out:
                out[new] = (*out[c], (why, new))
                todo.append(new)
    return out


def _steps(engine: Engine, c: Condition) -> Iterator[tuple[str, Condition]]:
    for rule in (_logarithms, _exponentials, _powers, _signs, _members):
        try:
            step = rule(engine, c)
        except Unproved:
            continue
        if step is not None:
            yield step


def _two_sides(c: Condition) -> tuple[Poly, Poly] | None:
    """p = high − low, two monomials with positive coefficients."""
    if len(c.p.terms) != 2:
        return None
    (m, a), (n, b) = c.p.terms
    if (a > 0) == (b > 0):
        return None
    return (Poly({m: a}), Poly({n: -b})) if a > 0 else (Poly({n: b}), Poly({m: -a}))


def _logarithms(engine: Engine, c: Condition) -> tuple[str, Condition] | None:
    sides = _two_sides(c)
    if sides is None or not all(engine.signs.poly_positive(s) for s in sides):
        return None
    high, low = (engine.logarithm(s) for s in sides)
    return "take logarithms", Condition(c.relation, _difference(engine, high, low), c.over)


def _exponentials(engine: Engine, c: Condition) -> tuple[str, Condition] | None:
    logs = [q for m, q in c.p.terms if len(m.powers) == 1 and m.powers[0][0].kind == "log" and m.powers[0][1] == 1]
    if not logs:
        return None
    scale = lcm(*[int(q.q) for q in logs])
    sides = ({}, {})
    for m, q in c.p.terms:
        sides[q < 0][m] = abs(q) * scale
    high, low = (engine.exponential(Poly(s)) for s in sides)
    return "take exponentials", Condition(c.relation, _difference(engine, high, low), c.over)


def _powers(engine: Engine, c: Condition) -> tuple[str, Condition] | None:
    """a ≥ b ⇔ a^k ≥ b^k for a, b ≥ 0, to be rid of roots and absolute values."""
    sides = _two_sides(c)
    if sides is None or not all(engine.signs.poly_nonnegative(s) for s in sides):
        return None
    factors = [f for s in sides for m, _ in s.terms for f in m.powers]
    k = lcm(*[int(e.q) for _, e in factors])
    if k == 1 and any(a.kind == "call" and a.args[0] == "abs" for a, _ in factors):
        k = 2
    if not 1 < k <= 6:
        return None
    high, low = (engine.power(s, fmpq(k)) for s in sides)
    return f"both sides are nonnegative; take the power {k}", Condition(
        c.relation, _difference(engine, high, low), c.over
    )


SIGNS = {  # where sign a has one of these values
    (): ("false", 1), (-1,): (">", -1), (0,): ("=", 1), (1,): (">", 1),
    (-1, 0): ("≥", -1), (0, 1): ("≥", 1), (-1, 1): ("≠", 1), (-1, 0, 1): ("true", 1),
}  # fmt: skip


def _signs(engine: Engine, c: Condition) -> tuple[str, Condition] | None:
    """A condition on sign a alone is one on a."""
    atoms = {a for m, _ in c.p.terms for a, _ in m.powers}
    if len(atoms) != 1 or any(e.q != 1 or e < 0 for m, _ in c.p.terms for _, e in m.powers):
        return None
    (a,) = atoms
    if a.kind != "call" or a.args[0] != "signum":
        return None
    holds = {"=": lambda v: v == 0, "≠": lambda v: v != 0, "≥": lambda v: v >= 0, ">": lambda v: v > 0}[c.relation]

    def at(value: int) -> fmpq:
        return sum((q * fmpq(value) ** sum(int(e) for _, e in m.powers) for m, q in c.p.terms), fmpq(0))

    relation, side = SIGNS[tuple(v for v in (-1, 0, 1) if holds(at(v)))]
    p = Poly({m: side * q for m, q in a.args[1].terms})
    return "a sign is −1, 0 or 1", Condition(relation, p, c.over) if relation not in ("true", "false") else Condition(
        relation
    )


def _members(engine: Engine, c: Condition) -> tuple[str, Condition] | None:
    """Σ f = 0 with f ≥ 0 when every term is 0."""
    if c.relation != "=" or len(c.p.terms) != 1:
        return None
    ((m, _),) = c.p.terms
    if len(m.powers) != 1 or m.powers[0][0].kind != "sum" or m.powers[0][1] != 1:
        return None
    a = m.powers[0][0]
    names = {v: _index(len(c.over) + i) for i, (v, _, _) in enumerate(a.args[0])}
    bounds = rename(a.args[0], names)
    for v, lo, hi in bounds:
        _declare(engine, v, lo, hi)
    inside = rename(a.args[1], names)
    if not all(engine.signs.possible(lo, hi) for _, lo, hi in bounds) or not engine.signs.mono_nonnegative(inside):
        return None
    p = engine.canon(opened(Poly({inside: ONE})))
    return "a sum of nonnegative terms vanishes when each term does", Condition("=", p, (*c.over, *bounds))


def _difference(engine: Engine, high: Any, low: Any) -> Poly:
    return difference(engine.canon(high), engine.canon(low), engine)


def meeting(engine: Engine, left: Statement, right: Statement) -> tuple[Condition, Path, Path] | None:
    """A condition that both statements come to, with the ways there; None where none was found."""
    starts = [condition_of(engine, s) for s in (left, right)]
    ways = [reached(engine, c) for c in starts]
    common = [c for c in ways[0] if c in ways[1]]
    if not common:
        return None
    best = min(common, key=lambda c: len(ways[0][c]) + len(ways[1][c]))
    return best, ways[0][best], ways[1][best]
