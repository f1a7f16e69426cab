"""The expectation: linear, a product over what is independent, and exact where indices may coincide.

The entries of independent arrays, and all the stationary sequences together, are independent of one another; nothing
is known of how stationary sequences depend on each other. For the entries of one independent array the joint cumulant
of q[i]ᵃ, q[j]ᵇ, … is 0 unless i = j = …, so

    E[q[i]ᵃ q[j]ᵇ …] = Σ over the partitions of the factors, Π over the blocks, δ of the block's indices · its cumulant,

the cumulant being that of powers of one variable: for two factors δᵢⱼ (E[qᵃ⁺ᵇ] − E[qᵃ] E[qᵇ]) + E[qᵃ] E[qᵇ]. What is
not known stays as the atom E(…), which is a number: nothing inside it may be looked at for one outcome.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import factorial
from typing import TYPE_CHECKING, Any

from flint import fmpq

from .terms import ONE, Atom, Mono, Open, Poly, Term, atom_terms, constant_terms, is_mean, opened, var

if TYPE_CHECKING:
    from .engine import Engine

MAX_DEGREE = 4  # of a product of different entries of one array
DRAW = "%draw"  # the index that stands for any entry of an array whose entries have one distribution
Factors = list[tuple[Atom, fmpq]]


def expectation(engine: Engine, p: Poly) -> Open:
    """E of a polynomial: sums are opened, what is not random comes out, the rest is a mean of a product."""
    todo, out = list(opened(p)), []
    while todo:
        t = todo.pop()
        random = {a: e for a, e in t.powers.items() if is_random(engine, a)}
        hidden = next((a for a, e in random.items() if a.kind == "sum" and e.q == 1 and e > 0), None)
        if hidden is not None:
            rest = {**t.powers, hidden: t.powers[hidden] - 1}
            once = Term(t.coef, t.bounds, {a: e for a, e in rest.items() if e != 0})
            todo += engine.times([once], [engine.open_sum(hidden)])
            continue
        fixed = Term(t.coef, t.bounds, {a: e for a, e in t.powers.items() if a not in random})
        product = [fixed]
        for factors in _independent_groups(engine, random):
            product = engine.times(product, _mean(engine, factors))
        out += product
    return out


def moment(engine: Engine, name: str, order: int) -> Open:
    """E[xʳ] of any entry of a random array whose entries share it."""
    from .engine import Unproved

    if name not in engine.ctx.random:
        raise Unproved(f"{name} is not random, and has no moments")
    sort = engine.ctx.random[name]
    known = dict(sort.known)
    if sort.domain.values == (0, 1):
        order = 1
    if sort.domain.values == (-1, 1):
        order, known = 2 - order % 2, {2: 1}
    return constant_terms(known[order]) if order in known else atom_terms(Atom("call", f"moment:{name}:{order}"))


def is_random(engine: Engine, obj: Any) -> bool:
    """Whether an entry of a random array occurs, other than under an expectation."""
    return any(True for _ in _entries(engine, obj))


def _arrays(engine: Engine, obj: Any) -> set[str]:
    """The random arrays that occur; all stationary sequences count as one."""
    names = {a.args[0] for a in _entries(engine, obj)}
    return {name if engine.ctx.random[name].kind == "independent" else "" for name in names}


def _parts(obj: Any) -> list[Any]:
    if isinstance(obj, Atom):
        return [] if is_mean(obj) else [a for a in obj.args if isinstance(a, (Mono, Poly))]
    return [p for p, _ in (obj.powers if isinstance(obj, Mono) else obj.terms)]


def _independent_groups(engine: Engine, random: dict[Atom, fmpq]) -> list[Factors]:
    groups: list[tuple[set[str], Factors]] = []
    for a, e in random.items():
        names = _arrays(engine, a)
        joined = [g for g in groups if g[0] & names]
        groups = [g for g in groups if not g[0] & names]
        groups.append((names.union(*[g[0] for g in joined]), [f for g in joined for f in g[1]] + [(a, e)]))
    return [factors for _, factors in groups]


def _mean(engine: Engine, factors: Factors) -> Open:
    """E of a product that is not known to split any further."""
    entries = all(a.kind == "entry" and e.q == 1 and e > 0 for a, e in factors)
    if not entries:
        return _opaque(engine, factors)
    if len(factors) == 1:
        return _power(engine, *factors[0])
    if any(engine.ctx.random[a.args[0]].kind != "independent" for a, _ in factors):
        return _opaque(engine, factors)
    if sum(int(e) for _, e in factors) > MAX_DEGREE:
        from .engine import Unproved

        raise Unproved(f"a product of more than {MAX_DEGREE} entries of one random array")
    out: Open = []
    for blocks in partitions(factors):
        term = constant_terms(1)
        for block in blocks:
            term = engine.times(term, _cumulant(engine, block))
        out += term
    return out


def _cumulant(engine: Engine, block: Factors) -> Open:
    """The joint cumulant of powers of entries: that of one variable where all indices agree, else 0."""
    first = block[0][0]
    same = constant_terms(1)
    for a, _ in block[1:]:
        for i, j in zip(first.args[1:], a.args[1:], strict=True):
            same = engine.times(same, engine.kronecker(i, j))
    out: Open = []
    for parts in partitions(block):
        sign = (-1) ** (len(parts) - 1) * factorial(len(parts) - 1)
        term = constant_terms(sign)
        for part in parts:
            term = engine.times(term, _power(engine, first, sum((e for _, e in part), fmpq(0))))
        out += term
    return engine.times(same, out)


def _power(engine: Engine, a: Atom, e: fmpq) -> Open:
    """E[xʳ] of one entry: a moment that all entries share, or one of its own."""
    sort = engine.ctx.random[a.args[0]]
    shared = int(e) in sort.moments or sort.domain.values in ((0, 1), (-1, 1))
    return moment(engine, a.args[0], int(e)) if shared else _opaque(engine, [(a, e)])


def _opaque(engine: Engine, factors: Factors) -> Open:
    """E(…) as it stands; where it is about one entry of an array of equal distributions, that may be any entry."""
    p = Poly({Mono(factors): ONE})
    entries = set(_entries(engine, p))
    if len(entries) == 1:
        (only,) = entries
        name, *indices = only.args
        if engine.ctx.random[name].alike and not any(v.startswith("%") for v in only.free):
            p = _exchanged(p, only, Atom("entry", name, *[var(DRAW)] * len(indices)))
    return atom_terms(Atom("call", "E", p))


def _entries(engine: Engine, obj: Any) -> Iterator[Atom]:
    """The entries of random arrays, also those under the bound indices of sums and functions."""
    if isinstance(obj, Atom) and obj.kind == "entry" and obj.args[0] in engine.ctx.random:
        yield obj
        return
    for p in _parts(obj):
        yield from _entries(engine, p)


def _exchanged(obj: Any, old: Atom, new: Atom) -> Any:
    """One atom put for another."""
    if isinstance(obj, Poly):
        return Poly({_exchanged(m, old, new): c for m, c in obj.terms})
    if isinstance(obj, Mono):
        return Mono([(_exchanged(a, old, new), e) for a, e in obj.powers])
    if obj == old:
        return new
    if is_mean(obj) or old.key not in obj.key:
        return obj
    return Atom(obj.kind, *[_exchanged(a, old, new) if isinstance(a, (Poly, Mono)) else a for a in obj.args])


def partitions(items: list[Any]) -> Iterator[list[list[Any]]]:
    """All partitions of a list into blocks.

    >>> list(partitions([1, 2]))
    [[[1, 2]], [[1], [2]]]
    """
    if not items:
        yield []
        return
    first, *rest = items
    for blocks in partitions(rest):
        for k, block in enumerate(blocks):
            yield [[first, *block], *blocks[:k], *blocks[k + 1 :]]
        yield [[first], *blocks]
