"""What methods ask of the engine: are two expressions equal, is one visibly nonnegative, and when does it vanish."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import sympy as sp

from ...spec.language import expressions as x
from ...spec.language.claims import GAP, Claim, lemma_of, unfold
from ...spec.language.lengths import parts
from ...spec.language.sorts import NONNEGATIVE, POSITIVE, RANDOM, REAL, Domain, Sort
from ...spec.language.statements import All, Equals, Identical, conditions
from .engine import Engine, Unproved, fresh_name
from .extended import equal_at_infinity, infinite_part
from .inequality import zero_key
from .splitting import vanishes
from .terms import Bounds, Poly, Term, number, opened, var
from .translate import Translation, apart, normal, plus


def difference(left: Poly, right: Poly, engine: Engine) -> Poly:
    return engine.canon(opened(left) + [Term(-c, b, p) for c, b, p in opened(right)])


def equal(engine: Engine, left: Any, right: Any, extra: Any = None) -> Poly | None:
    """None when left = right (+ extra, a multiple of a proved equation) for all inputs; else what is left over."""
    one, other = (finite_or_said(engine, e) for e in (left, right))
    if not equal_at_infinity(engine, one, other):
        raise Unproved("the two sides are not infinite together")
    rest = difference(one, other, engine)
    if extra is not None:
        multiple = finite_or_said(engine, extra)
        if infinite_part(engine, multiple):
            raise Unproved("a multiple of an equation that may be infinite")
        rest = difference(rest, multiple, engine)
    return None if vanishes(engine, rest) else rest


def finite_or_said(engine: Engine, e: Any) -> Poly:
    """The normal form, in which whatever may be infinite must still be seen: ∞ − ∞ does not cancel."""
    p, side, infinite = apart(engine, lambda: normal(engine, e))
    engine.side |= side
    if infinite and not infinite_part(engine, p):
        raise Unproved("something that may be infinite cancelled")
    return p


@dataclass(frozen=True)
class Zero:
    """`left = right` for all values of the indices in `over`: one condition under which a certificate vanishes."""

    left: Any
    right: Any
    over: tuple[Any, ...] = ()


UNKNOWN = Zero(None, None)  # a lemma that does not say when its two sides are equal


@dataclass
class Certificate:
    """The verdict on a sum of visibly nonnegative terms: why it is not one, or when it vanishes, and its lemmas."""

    fault: str = ""
    zeros: list[Zero] = field(default_factory=list)
    lemmas: set[str] = field(default_factory=set)


def nonnegative(engine: Engine, e: Any, over: tuple[Any, ...] = ()) -> Certificate:
    """Squares, gaps of proved inequalities, sums, and products with positive factors; nothing else."""
    out = Certificate()
    if isinstance(e, x.Named) and e.id.startswith(GAP):
        return _gap(engine, e, over)
    if isinstance(e, sp.Add):
        for part in e.args:
            _include(out, nonnegative(engine, part, over))
        return out
    if isinstance(e, x.Total):
        engine_range = (normal(engine, e.low), normal(engine, e.high))
        if not engine.signs.possible(*engine_range):
            return Certificate(fault="a sum over a range that may be negative")
        return nonnegative(engine, e.body, (*over, e))
    if isinstance(e, sp.Mul):
        parts = [f for f in e.args if not _positive(engine, f, over)]
        if not parts:
            return Certificate(zeros=[Zero(sp.Integer(1), sp.Integer(0), over)])  # never zero
        if len(parts) == 1:
            return nonnegative(engine, parts[0], over)
        return Certificate(fault="a product of more than one factor that may vanish or be negative")
    if isinstance(e, sp.Pow) and e.exp.is_Integer and e.exp > 0 and int(e.exp) % 2 == 0:
        return Certificate(zeros=[Zero(e.base, sp.Integer(0), over)])
    p = _under(engine, over).poly(e)
    if engine.signs.poly_nonnegative(p):
        return Certificate(zeros=[Zero(e, sp.Integer(0), over)])
    return Certificate(fault="a term that is not visibly nonnegative")


def _include(out: Certificate, part: Certificate) -> None:
    out.fault = out.fault or part.fault
    out.zeros += part.zeros
    out.lemmas |= part.lemmas


def _under(engine: Engine, over: tuple[Any, ...]) -> Translation:
    """A translation in which the indices of enclosing sums are variables with their ranges declared."""
    names = {}
    for binder in over:
        name = fresh_name()
        inner = Translation(engine, dict(names))
        low, high = inner.poly(binder.low), inner.poly(binder.high)
        engine.declare(name, low, high)
        engine.ctx.ranges[name] = (low, high)
        names[binder.index] = var(name)
    return Translation(engine, names)


def _positive(engine: Engine, e: Any, over: tuple[Any, ...]) -> bool:
    if isinstance(e, x.Named) and e.id.startswith(GAP):
        return False
    coef, atoms = engine.factored(_under(engine, over).poly(e))
    return coef > 0 and all(engine.signs.positive(a) for a in atoms)


def _gap(engine: Engine, e: x.Named, over: tuple[Any, ...]) -> Certificate:
    lemma = lemma_of(e)
    fault = misfit(engine, lemma, dict(zip(lemma.variables, e.arguments, strict=True)), over)
    if fault:
        return Certificate(fault=fault)
    mapping = {v.expr: a for v, a in zip(lemma.variables.values(), e.arguments, strict=True)}
    condition = lemma.statement.equality  # type: ignore[attr-defined]
    if condition is None:
        return Certificate(zeros=[UNKNOWN], lemmas={lemma.id})
    stated = condition.rebuild(lambda side: x.substitute(side, mapping))
    zeros = [z for c in conditions(stated) for z in zeros_of(c.left, c.right, over)]
    return Certificate(zeros=zeros, lemmas={lemma.id})


def zeros_of(left: Any, right: Any, over: tuple[Any, ...] = ()) -> list[Zero]:
    """The condition left = right; for two vectors or matrices entry by entry."""
    if isinstance(left, x.Array) and len(left.dims) == 2:
        m, n = left.dims
        with x.as_written():
            row = x.total(lambda i: x.total(lambda j: left[i, j] - right[i, j], over=n), over=m)
        return [Zero(row.args[0].args[0], sp.Integer(0), (*over, row, row.args[0]))]
    if isinstance(left, (x.Array, x.Family)):
        with x.as_written():
            entry = x.vector(lambda k: left[k] - right[k], over=left)
        return [Zero(entry.body, sp.Integer(0), (*over, entry))]
    return [Zero(left, right, over)]


def same_condition(engine: Engine, found: list[Zero], stated: Equals | Identical | All) -> bool:
    """Whether the certificate vanishes exactly under the stated condition."""
    if UNKNOWN in found:
        return False
    keys = {_zero_key(engine, z) for z in found} - {"always"}
    return keys == stated_keys(engine, stated)


def stated_keys(engine: Engine, stated: Equals | Identical | All) -> set[str]:
    """The conditions of the stated equality case in the form in which certificates say when they vanish."""
    return {_zero_key(engine, z) for c in conditions(stated) for z in zeros_of(c.left, c.right)}


def stated_condition(engine: Engine, stated: Equals | Identical) -> tuple[Poly, Bounds]:
    """The stated equality case as a polynomial that vanishes for all values of its indices."""
    (wanted,) = zeros_of(stated.left, stated.right)
    return _condition(engine, wanted)


def never(engine: Engine, stated: Equals | Identical | All) -> bool:
    """Whether the stated equality is impossible on this domain: one side is certainly apart from the other."""
    if isinstance(stated, All):
        return any(never(engine, part) for part in stated.parts)
    if isinstance(stated, Identical):
        return False
    coef, atoms = engine.factored(difference(normal(engine, stated.left), normal(engine, stated.right), engine))
    return coef != 0 and all(engine.signs.nonzero(a) or engine.signs.positive(a) for a in atoms)


def _zero_key(engine: Engine, z: Zero) -> str:
    """left − right up to factors that never vanish, the indices renamed canonically, with their ranges."""
    return zero_key(engine, *_condition(engine, z))


def _condition(engine: Engine, z: Zero) -> tuple[Poly, Bounds]:
    walk = _under(engine, z.over)
    p = difference(walk.poly(z.left), walk.poly(z.right), engine)
    over = []
    for binder, name in zip(z.over, walk.names.values(), strict=True):
        over.append((name.variable() or "", walk.poly(binder.low), walk.poly(binder.high)))
    return p, tuple(over)


def misfit(engine: Engine, lemma: Claim, arguments: Mapping[str, Any], over: tuple[Any, ...] = ()) -> str:
    """Why a lemma does not speak of these arguments, or nothing. What is not named is determined by the others."""
    sizes = {d: normal(engine, arguments[d]) for v in lemma.variables.values() for d in v.sort.sizes if d in arguments}
    random: dict[str, Sort] = {}
    for name, value in arguments.items():
        sort = lemma.variables[name].sort
        if not fits(engine, value, sort, over):
            return f"{lemma.id} needs {sort.words(name)}, which {value} is not known to be"
        for d, length in zip(sort.dims, value.dims if isinstance(value, (x.Array, x.Family)) else (), strict=False):
            size, more = parts(d)
            if size and more and size not in sizes:
                return f"{lemma.id} is about a length {d}, and does not say of which {size}"
            known = sizes.setdefault(d, normal(engine, length)) if not more else plus(sizes.get(size, number(0)), more)
            if known != normal(engine, length):
                return f"{lemma.id} needs {sort.words(name)}, but {value} has the length {length}"
        if sort.kind in RANDOM:
            if value.name in random and "independent" in (sort.kind, random[value.name].kind):
                return f"{lemma.id} needs independent arrays, and {value.name} was given twice"
            random[value.name] = sort
        elif averages(lemma) and any(s.name in engine.ctx.random for s in value.free_symbols):
            return f"{lemma.id} takes {name} as given, and {value} is random"
    return ""


def averages(lemma: Claim) -> bool:
    """Whether the statement speaks of an expectation, so that it matters what is random."""
    return any(isinstance(s, (x.Expectation, x.Moment)) for e in lemma.statement.expressions() for s in _unfolded(e))


def _unfolded(e: Any) -> Iterator[Any]:
    for s in x.subexpressions(e):
        yield s
        if isinstance(s, x.Named):
            yield from _unfolded(unfold(s))


def _as_random(engine: Engine, name: str, wanted: Sort) -> bool:
    """Whether an array is random as a lemma wants it; an independent array is also a stationary sequence."""
    mine = engine.ctx.random.get(name)
    return (
        mine is not None
        and (wanted.kind == "stationary" or mine.kind == "independent")
        and set(wanted.moments) <= set(mine.moments)
        and set(wanted.known) <= set(mine.known)
        and (mine.alike or not wanted.alike)
    )


def fits(engine: Engine, value: Any, sort: Sort, over: tuple[Any, ...] = ()) -> bool:
    """Whether an argument surely lies in the sort that a lemma asks for."""
    if sort.kind == "size":
        d = engine.ctx.domain(value.name) if isinstance(value, sp.Symbol) else None
        return bool(d and d.integer and d.low is not None and d.low >= 1) or (value.is_Integer and value >= 1)
    if sort.kind == "scalar":
        return _lies_in(engine, _under(engine, over).poly(value), sort.domain)
    if sort.kind in ("array", *RANDOM):
        if sort.kind in RANDOM and not (isinstance(value, x.Array) and _as_random(engine, value.name, sort)):
            return False
        if isinstance(value, x.Array):
            inner, name = engine.ctx.domain(value.name), value.name
            summed = tuple(axis for axis, _ in engine.ctx.sums.get(name, ()))
            constrained = sort.sums in ((), summed) and (not sort.symmetric or name in engine.ctx.symmetric)
            return _narrower(inner, sort.domain) and constrained
        if sort.sums:
            return _is_distribution(engine, value, sort, over)
        return sort.free and _lies_in(engine, _under(engine, (*over, value)).poly(value.body), sort.domain)
    return sort.kind == "functional"


def _is_distribution(engine: Engine, value: x.Family, sort: Sort, over: tuple[Any, ...]) -> bool:
    """Whether the entries of a vector provably sum to 1 and have the sign that a sort of weights asks for."""
    if value.low != 1 or sort.sums != (0,) or sort.domain.values:
        return False
    sign = REAL if sort.domain.low is None else POSITIVE if sort.domain.open_low else NONNEGATIVE
    with x.as_written():
        apart_from_one = x.Total(value.body, *value.args[1:]) - 1
    if not vanishes(engine, _under(engine, over).poly(apart_from_one)):
        return False
    return _lies_in(engine, _under(engine, (*over, value)).poly(value.body), sign)


def _lies_in(engine: Engine, p: Poly, d: Domain) -> bool:
    """Sound and incomplete; rational constants are decided exactly."""
    constant = p.constant()
    if constant is not None and not d.values and not d.integer:
        return Fraction(int(constant.p), int(constant.q)) in d
    if len(p.terms) == 1 and p.terms[0][1] == 1 and len(p.terms[0][0].powers) == 1:
        a, e = p.terms[0][0].powers[0]
        if e == 1 and a.kind in ("var", "entry") and _narrower(engine.signs.domain(a), d):
            return True
    if d.values or d.integer or d.high is not None:
        return False
    if d.low is None:
        return True
    coef, atoms = engine.factored(p)
    if d.open_low:
        return d.low == 0 and coef > 0 and all(engine.signs.positive(a) for a in atoms)
    return d.low == 0 and (
        engine.signs.poly_nonnegative(p) or (coef >= 0 and all(engine.signs.nonnegative(a) for a in atoms))
    )


def _narrower(inner: Domain, outer: Domain) -> bool:
    if outer.values:
        return bool(inner.values) and set(inner.values) <= set(outer.values)
    if outer.integer and not inner.integer and not inner.values:
        return False
    ends = [
        (outer.low, inner.low, outer.open_low and not inner.open_low, 1),
        (outer.high, inner.high, outer.open_high and not inner.open_high, -1),
    ]
    for wanted, given, strict, side in ends:
        if wanted is not None and (given is None or (given - wanted) * side < 0 or (given == wanted and strict)):
            return False
    return True
