"""When a certificate vanishes: one condition follows from another, each a polynomial that is zero for all its indices.

Nothing is guessed: a condition follows when it is a sum of multiples of the other, checked by the normal form, or when
it holds identically once the other has been solved for a variable, or for the entries of an array.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ...spec.language.sorts import REAL
from .engine import Engine, Unproved, fresh_name
from .inequality import Search, zero_key
from .signs import minus
from .splitting import atoms_of, replaced, vanishes
from .substitution import with_entries
from .terms import (
    ONE,
    Atom,
    Bounds,
    Mono,
    Open,
    Poly,
    Term,
    as_poly,
    atom_terms,
    constant_terms,
    number,
    opened,
    rename,
    var,
)

Condition = tuple[Poly, Bounds]


def exactly(search: Search, p: Poly, zeros: set[str], stated: Condition, sufficient: Callable[[], bool | None]) -> bool:
    """p, which vanishes exactly when all of `zeros` hold, vanishes exactly under the stated condition.

    `sufficient` is another way to see whether p vanishes there; None where it cannot say.
    """
    engine, key = search.engine, zero_key(search.engine, *stated)
    found = zeros - {"always"}
    if found == {key}:
        return sufficient() is not False
    conditions = [search.conditions[k] for k in sorted(found) if k in search.conditions]
    for wanted in (None, _each(search, stated), *_certain(engine, stated)):
        parts = {key: stated} if wanted is None else wanted
        if not all(k in found or any(follows(engine, c, part) for c in conditions) for k, part in parts.items()):
            continue
        if len(conditions) == len(found) and all(
            k in parts or any(follows(engine, part, search.conditions[k]) for part in parts.values()) for k in found
        ):
            return True
        whole = zero_key(engine, p, ())
        combined = (zero_key(engine, q, over) == whole for q, over in _combined(engine, stated))
        if any(combined) or (wanted is None and sufficient()):
            return True
    return False


def _each(search: Search, stated: Condition) -> dict[str, Condition]:
    """A nonnegative sum vanishes when each of its parts does: the stated condition as all of these, by their keys."""
    p, over = stated
    for q in () if over else (p, minus(Poly({}), p)):
        found = search.prove(q)
        if found is not None and found.zeros is not None and all(k in search.conditions for k in found.zeros):
            return {k: search.conditions[k] for k in found.zeros}
    return {"?": stated}


def _certain(engine: Engine, stated: Condition) -> Iterator[dict[str, Condition]]:
    """maxₖ pₖ = 1 for a distribution p: each pₖ is 0 or 1, that is pₖ log pₖ = 0 for all k, or pₖ − pₖ² = 0."""
    p, over = stated
    tops = [a for m, _ in p.terms for a, _ in m.powers if a.kind == "bind" and a.args[0] == "max"]
    if over or len(tops) != 1:
        return
    _, mark, lo, hi, body = tops[0].args
    entry = next((a for m, _ in body.terms for a, _ in m.powers), tops[0])
    if body != as_poly(entry) or entry.kind != "entry" or entry.args[1:] != (var(f"{mark}.0"),) or lo.constant() != 1:
        return
    own = as_poly(tops[0])
    if engine.ctx.sums_to_one.get(entry.args[0]) != hi or not engine.signs.nonnegative(entry):
        return
    if p not in (minus(own, number(1)), minus(number(1), own)):
        return
    k = fresh_name()
    engine.declare(k, lo, hi)
    one = as_poly(Atom("entry", entry.args[0], var(k)))
    for q in (
        as_poly(Atom("call", "xlogy", one, one)),
        engine.canon(engine.times(opened(one), opened(minus(number(1), one)))),
    ):
        condition = (q, ((k, lo, hi),))
        yield {zero_key(engine, *condition): condition}


def follows(engine: Engine, given: Condition, wanted: Condition) -> bool:
    """Whether `wanted` surely holds wherever `given` does."""
    try:
        p, over = given
        if not all(engine.signs.nonempty(lo, hi) for _, lo, hi in over):
            return False  # without indices the given condition says nothing
        key = zero_key(engine, *wanted)
        if any(zero_key(engine, q, rest) == key for q, rest in _combined(engine, given)):
            return True
        return any(vanishes(engine, put_in(wanted[0])) for put_in in _solved(engine, p, over))
    except Unproved:
        return False


def _combined(engine: Engine, given: Condition) -> Iterator[Condition]:
    """Σ_l w_l·p(…, l) for one index of the condition and weights that occur: it vanishes where p does for all l."""
    p, over = given
    for v, lo, hi in over:
        if any(v in a.free or v in b.free for _, a, b in over):
            continue
        rest = tuple(b for b in over if b[0] != v)
        for w in _weights(engine, p, v, hi):
            inner = fresh_name()
            engine.declare(inner, lo, hi)
            summand = engine.times(w, opened(p))
            terms = [
                Term(c, ((inner, lo, hi), *b), {rename(a, {v: inner}): e for a, e in powers.items()})
                for c, b, powers in summand
            ]
            yield engine.canon(terms), rest


def _weights(engine: Engine, p: Poly, v: str, size: Poly) -> Iterator[Open]:
    """1, and the entries at this index of every array that occurs, and of every distribution over the range."""
    yield constant_terms(1)
    names = {a.args[0] for m, _ in p.terms for a in _entries(m)}
    names |= {name for name, length in engine.ctx.sums_to_one.items() if length == size}
    for name in sorted(names):
        yield atom_terms(Atom("entry", name, var(v)))


def _entries(m: Mono) -> Iterator[Atom]:
    for a, _ in m.powers:
        if a.kind == "entry" and len(a.args) == 2:
            yield a
        elif a.kind == "sum":
            yield from _entries(a.args[1])


def _solved(engine: Engine, p: Poly, over: Bounds) -> Iterator[Callable[[Poly], Poly]]:
    """Ways to put in what p = 0 says of a variable, or of all entries of an array.

    α·x + β = 0 with α surely not zero gives x = −β/α. For an entry aₖ, with −β/α free of k, all entries are one unknown
    number; with −β/α = t·hₖ, t free of k and h free of a, they are t·hₖ for one unknown t. More than this is not used.
    """
    indices = {v for v, _, _ in over}
    for m, _ in p.terms:
        for a, e in m.powers:
            if e != 1 or a.kind not in ("var", "entry") or (a.kind == "var" and a.args[0] in indices):
                continue
            inside = [dict(n.powers).get(a) for n, _ in p.terms]
            others = [Mono([(b, k) for b, k in n.powers if b != a]) for n, _ in p.terms]
            if any(k not in (None, 1) for k in inside) or any(a in atoms_of(n) for n in others):
                continue
            alpha = Poly({n: c for (n, k), (_, c) in zip(zip(others, inside, strict=True), p.terms, strict=True) if k})
            beta = Poly({n: c for n, c in p.terms if a not in dict(n.powers)})
            coef, atoms = engine.factored(alpha)
            if coef == 0 or not all(engine.signs.positive(b) or engine.signs.nonzero(b) for b in atoms):
                continue
            value = engine.canon(
                [t._replace(coef=-t.coef) for t in engine.times(opened(beta), engine.power(alpha, -ONE))]
            )
            if a.kind == "var":
                if not over and a.args[0] not in value.free:
                    yield lambda q, a=a, value=value: replaced(engine, q, {a: value})
                continue
            put_in = _array_solved(engine, a, value, over)
            if put_in is not None:
                yield put_in


def _array_solved(engine: Engine, a: Atom, value: Poly, over: Bounds) -> Callable[[Poly], Poly] | None:
    """All entries of the array as `value` says, when the condition holds for its whole range and no other index."""
    if len(over) != 1 or len(a.args) != 2 or a.args[1].variable() != over[0][0]:
        return None
    name, (k, *limits) = a.args[0], over[0]
    own = f"entry({name};"

    def inside(i: Poly) -> Poly:
        """An index for which the condition speaks: others may be in the array too."""
        if i != var(k) and not _ranges_over(engine, i.variable(), limits):
            raise Unproved("an entry of which the condition does not speak")
        return i

    if own not in value.key:
        return lambda q: with_entries(engine, q, name, lambda i: opened(engine.move_poly(value, k, inside(i))))
    unknown = fresh_name()
    engine.ctx.domains[unknown] = engine.ctx.domain(name)
    if k not in value.free:
        return lambda q: with_entries(engine, q, name, lambda i: inside(i) and opened(var(unknown)))
    if len(value.terms) != 1:
        return None
    engine.ctx.domains[unknown] = REAL
    shape = Poly({Mono([(b, e) for b, e in value.terms[0][0].powers if k in b.free]): ONE})
    if own in shape.key:
        return None
    return lambda q: with_entries(
        engine, q, name, lambda i: engine.times(opened(var(unknown)), opened(engine.move_poly(shape, k, inside(i))))
    )


def _ranges_over(engine: Engine, index: str | None, limits: list[Poly]) -> bool:
    """Whether an index is known to lie between the limits: by its own range, or as a bound index from 1 to that end."""
    if index is None:
        return False
    if index in engine.ctx.ranges:
        return list(engine.ctx.ranges[index]) == limits
    local = engine.signs.local.get(index)
    from_one = local is not None and local.low == 1 and limits[0].constant() == 1
    return from_one and engine.signs.limits.get(index) == limits[1]
