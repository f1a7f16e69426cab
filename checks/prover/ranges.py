"""Sums over parts of a range in one form: plain entries, one orientation, and in the zero test ranges from 1.

The rules of RULES hold in every normal form. Those of SPREAD take sums apart, which hides signs (Σ_{k>i} pₖ is visibly
positive, Σₖ pₖ − Σ_{k≤i} pₖ is not): the zero test alone uses them, when nothing else cancels.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flint import fmpq

from . import calls, spans
from .closing import Unproved
from .terms import ONE, ZERO, Atom, Bounds, Mono, Open, Poly, Term, minus, number, opened, rename, var
from .triangles import diagonal, limits_others

if TYPE_CHECKING:
    from .engine import Engine

Ranges = dict[str, tuple[Poly, Poly]]
WRITTEN_OUT = 8


def plus(p: Poly, q: Poly) -> Poly:
    return minus(p, minus(Poly({}), q))


def step_of(p: Poly, v: str) -> fmpq:
    """The coefficient of the index, where it occurs on its own; 0 where it occurs otherwise."""
    c = dict(p.terms).get(Mono([(Atom("var", v), ONE)]), ZERO)
    return c if v not in minus(p, times_number(var(v), c)).free else ZERO


def times_number(p: Poly, c: fmpq) -> Poly:
    return Poly({m: c * q for m, q in p.terms})


def _substituted(engine: Engine, t: Term, v: str, new: Poly, lo: Poly, hi: Poly) -> Open:
    """The term with v replaced by new(w), for a fresh w from lo to hi; `new` is written with v itself for w."""
    from .engine import fresh_name

    w = fresh_name()
    engine.declare(w, lo, hi)
    new = rename(new, {v: w})
    bounds = tuple(
        (w, lo, hi) if u == v else (u, engine.move_poly(a, v, new), engine.move_poly(b, v, new)) for u, a, b in t.bounds
    )
    return [Term(t.coef * c, bounds + b, p) for c, b, p in engine.moved(t.powers, v, new)]


def _places(t: Term, v: str) -> list[Poly]:
    """Where the index stands: in the indices of entries, or, without any, as v + c in poles and logarithms."""
    entries = [p for a in t.powers for p in indices(a) if v in p.free]
    if entries:
        return entries
    own = [a for a in t.powers if v in a.free]
    if any(a.kind not in ("base", "log") for a in own):
        return []
    return [a.args[0] for a in own]


def indices(a: Atom) -> Iterator[Poly]:
    """The indices of all entries inside."""
    for part in a.args:
        if a.kind == "entry" and isinstance(part, Poly):
            yield part
        for m in [m for m, _ in part.terms] if isinstance(part, Poly) else [part] if isinstance(part, Mono) else []:
            for b, _ in m.powers:
                yield from indices(b)


def shift(engine: Engine, t: Term, ranges: Ranges) -> Open | None:
    """Σ_{v=lo}^{hi} f(v + c) = Σ_{v=lo+c}^{hi+c} f(v): the least entry is plain.

    The offset may be symbolic, but is the same for all terms of the sum: v ↦ v + c maps the one range onto the other.
    """
    for v, lo, hi in t.bounds:
        offset = _offset(t, v, ranges)
        if offset is None or not offset.terms or not engine.signs.integers(offset):
            continue
        return _substituted(engine, t, v, minus(var(v), offset), plus(lo, offset), plus(hi, offset))
    return None


def _offset(t: Term, v: str, ranges: Ranges) -> Poly | None:
    """The least c among the places v + c; None where they are not of this form or differ by more than numbers."""
    places = _places(t, v)
    steps = {step_of(p, v) for p in places}
    if ONE not in steps or not steps <= {ONE, -ONE}:
        return None
    offsets = [minus(p, var(v)) for p in places if step_of(p, v) == 1]
    apart = [minus(c, offsets[0]).constant() for c in offsets]
    if any(d is None for d in apart) or any(u in ranges or u.startswith("%") for u in offsets[0].free):
        return None
    return plus(offsets[0], number(min(d for d in apart if d is not None)))


def orient(engine: Engine, t: Term, ranges: Ranges) -> Open | None:
    """Σᵥ f(v) = Σᵥ f(lo + hi − v): of a sum that runs both ways, as a convolution, the one with the lesser key."""
    for v, lo, hi in t.bounds:
        places = _places(t, v)
        if {step_of(p, v) for p in places} != {ONE, -ONE} or limits_others(t, v):
            continue
        turned = _substituted(engine, t, v, minus(plus(lo, hi), var(v)), lo, hi)
        if len(turned) != 1:
            continue
        (new,) = turned
        again = shift(engine, new, {b[0]: (b[1], b[2]) for b in new.bounds})
        if again is not None:
            if len(again) != 1:
                continue
            (new,) = again
        if new.coef == t.coef and len(new.bounds) == len(t.bounds) and _hidden(new) < _hidden(t):
            return [new]
    return None


def _hidden(t: Term) -> str:
    """The term as text that does not depend on the names of its indices."""
    names = {b[0]: "%" for b in t.bounds}
    ranges = sorted(f"{rename(lo, names).key}..{rename(hi, names).key}" for _, lo, hi in t.bounds)
    return f"{ranges}{sorted(f'{rename(a, names).key}^{e}' for a, e in t.powers.items())}"


def mask(engine: Engine, t: Term, ranges: Ranges) -> Open | None:
    """Σᵥ of a choice by q − v ≥ 0 is the sum up to q and the sum from q + 1 on, for a whole q with lo − 1 ≤ q ≤ hi.

    On each of the two parts the choice is decided, and nothing is evaluated that was not before.
    """
    for a, e in t.powers.items():
        if a.kind != "call" or a.args[0] != "where" or e.q != 1 or e < 1 or not engine.signs.integers(a.args[1]):
            continue
        for v, lo, hi in t.bounds:
            step = step_of(a.args[1], v)
            if abs(step) != 1:
                continue
            rest = minus(a.args[1], times_number(var(v), step))
            last = rest if step == -1 else minus(minus(Poly({}), rest), number(1))  # the last v of the first part
            if rest.free & ranges.keys() and limits_others(t, v):
                continue
            if not spans.lies_in(engine, *_redeclared(engine, t, last, minus(lo, number(1)), hi)):
                continue
            branches = a.args[2:] if step == -1 else reversed(a.args[2:])
            parts = ((lo, last), (plus(last, number(1)), hi))
            kept = Term(t.coef, t.bounds, {b: k for b, k in t.powers.items() if b != a})
            out: Open = []
            for branch, (start, end) in zip(branches, parts, strict=True):
                if branch.terms:
                    part = engine.times([kept], engine.power(branch, e))
                    out += [s for p in part for s in _substituted(engine, p, v, var(v), start, end)]
            return out
    return None


def _redeclared(engine: Engine, t: Term, *polys: Poly) -> tuple[Poly, ...]:
    """The polynomials under fresh names of the indices, of which just their ranges in this term are known."""
    names, _ = spans.declared(engine, t.bounds)
    return tuple(rename(p, names) for p in polys)


def indicator(engine: Engine, t: Term, ranges: Ranges) -> Open | None:
    """Σᵥ δ(v, w) f(v) = [lo ≤ w ≤ hi] f(w), where f(w) has a value even if w is outside; [P ≥ 0] is a choice.

    One of the two ends must be sure, so that a single choice is left.
    """
    for a, e in t.powers.items():
        if a.kind != "delta" or e != 1:
            continue
        for u, w in (a.args, reversed(a.args)):
            v = u.variable()
            if v not in ranges or v in w.free or limits_others(t, v):
                continue
            lo, hi = ranges[v]
            new_w, low, high = _redeclared(engine, t, w, lo, hi)
            if not all(engine.signs.integers(p) for p in (new_w, low, high)) or not spans.possible(engine, low, high):
                continue
            after, before = spans.at_least(engine, new_w, low), spans.at_least(engine, high, new_w)
            if after == before or not spans.sure(engine, t, v, w, w):
                continue
            rest = {b: k for b, k in t.powers.items() if b != a}
            kept = Term(t.coef, tuple(b for b in t.bounds if b[0] != v), {})
            condition = minus(hi, w) if after else minus(w, lo)
            chosen = engine.times([kept], calls.where(engine, condition, number(1), Poly({})))
            return [Term(s.coef * c, s.bounds + b, p) for s in chosen for c, b, p in _put(engine, rest, v, w, s)]
    return None


def _put(engine: Engine, powers: dict[Atom, fmpq], v: str, w: Poly, s: Term) -> Open:
    return engine.times([Term(ONE, (), s.powers)], engine.moved(powers, v, w))


# ---------------------------------------------------------------------- for the zero test alone
def written_out(engine: Engine, t: Term, ranges: Ranges) -> Open | None:
    """A range of so many members, whatever the sizes: term by term. Each has its value, as a member of the sum."""
    for v, lo, hi in t.bounds:
        last = minus(hi, lo).constant()
        if last is None or not -1 <= last < WRITTEN_OUT or last.q != 1:
            continue
        return [s for i in range(int(last) + 1) for s in _at(engine, t, v, plus(lo, number(i)))]
    return None


def _at(engine: Engine, t: Term, v: str, new: Poly) -> Open:
    """The term with the index v at one place."""
    bounds: Bounds = tuple(
        (u, engine.move_poly(a, v, new), engine.move_poly(b, v, new)) for u, a, b in t.bounds if u != v
    )
    return [Term(t.coef * c, bounds + b, p) for c, b, p in engine.moved(t.powers, v, new)]


def from_one(engine: Engine, t: Term, ranges: Ranges) -> Open | None:
    """Σ_{lo}^{hi} f = Σ_1^{hi} f − Σ_1^{lo−1} f, for 1 ≤ lo ≤ hi + 1 and an f that has a value from 1 to lo − 1."""
    one = number(1)
    for v, lo, hi in t.bounds:
        if lo == one:
            continue
        before = minus(lo, one)
        new_lo, new_hi = _redeclared(engine, t, lo, hi)
        if not (spans.at_least(engine, new_lo, one) and spans.possible(engine, new_lo, new_hi)):
            continue
        if not (spans.sure(engine, t, v, one, before) and spans.sure(engine, t, v, one, hi)):
            continue
        less = Term(-t.coef, t.bounds, t.powers)
        return [
            *_substituted(engine, t, v, var(v), one, hi),
            *_substituted(engine, less, v, var(v), one, before),
        ]
    return None


def up_to_the_end(engine: Engine, t: Term, ranges: Ranges) -> Open | None:
    """Σ_{lo}^{h−1} f = Σ_{lo}^{h} f − f(h) for lo ≤ h and an f with a value at h.

    And Σ_{lo}^{h+1} f = Σ_{lo}^{h} f + f(h + 1) for lo ≤ h + 1: then the last term is in the sum.
    """
    one = number(1)
    for v, lo, hi in t.bounds:
        extra = next((c for m, c in hi.terms if not m.powers), ZERO)
        if hi.constant() is not None or extra == 0 or abs(extra) > WRITTEN_OUT:
            continue
        new_lo, new_hi = _redeclared(engine, t, lo, hi)
        if not spans.possible(engine, new_lo, new_hi):
            continue
        if extra < 0:
            end = plus(hi, one)
            if not (spans.sure(engine, t, v, end, end) and spans.sure(engine, t, v, lo, end)):
                continue
            return [
                *_substituted(engine, t, v, var(v), lo, end),
                *_at(engine, Term(-t.coef, t.bounds, t.powers), v, end),
            ]
        if spans.at_least(engine, new_hi, new_lo):
            return [*_substituted(engine, t, v, var(v), lo, minus(hi, one)), *_at(engine, t, v, hi)]
    return None


def transpose(engine: Engine, t: Term, ranges: Ranges) -> Open | None:
    """Σ_{u≤v} f(u, v) = Σ_{u,v} f(u, v) + Σᵥ f(v, v) − Σ_{u≤v} f(v, u): of two triangles the one with the lesser key.

    For an f that has a value on the whole square; the ranges of u and v start at one place.
    """
    for u, lo, hi in t.bounds:
        v = hi.variable()
        if v not in ranges or v == u or ranges[v][0] != lo or limits_others(t, u):
            continue
        if any(v in a.free or v in b.free for x, a, b in t.bounds if x not in (u, v)):
            continue
        swapped = Term(t.coef, t.bounds, {rename(a, {u: v, v: u}): e for a, e in t.powers.items()})
        if not _ordered(swapped, u, v) < _ordered(t, u, v) or not spans.sure(engine, t, u, lo, ranges[v][1]):
            continue
        square = spans.with_range(t.bounds, u, lo, ranges[v][1])
        whole = Term(t.coef, square, t.powers)
        return [
            *_substituted(engine, whole, u, var(u), lo, ranges[v][1]),
            *diagonal(engine, t, u, v, fmpq(1)),
            Term(-t.coef, t.bounds, swapped.powers),
        ]
    return None


def _ordered(t: Term, u: str, v: str) -> list[str]:
    """The factors as text, the two indices told apart, the names of the others hidden."""
    names = {**{b[0]: "%" for b in t.bounds}, u: "%inner", v: "%outer"}
    return sorted(f"{rename(a, names).key}^{e}" for a, e in t.powers.items())


def inside(engine: Engine, t: Term, ranges: Ranges) -> Open | None:
    """exp, log and powers of sums over parts, of their arguments in spread form: the same numbers where they exist.

    Where a sign would have to be assumed that was known, or not needed, before, the atom stays.
    """
    for a, e in t.powers.items():
        if (a, e) not in engine.spread:
            made = engine.spread[a, e] = _spread_inside(engine, a, e)
            for term in made or ():
                engine.spread.update(dict.fromkeys(term.powers.items()))
        made = engine.spread[a, e]
        if made is not None:
            return engine.times([Term(t.coef, t.bounds, {b: k for b, k in t.powers.items() if b != a})], made)
    return None


def _spread_inside(engine: Engine, a: Atom, e: fmpq) -> Open | None:
    old = _argument(a, e)
    new = engine.canon(opened(old)) if old is not None and partial(old) else old
    if new is None or new == old:
        return None
    side = dict(engine.side)
    match a.kind:
        case "exp":
            made = engine.exponential(new)
        case "log":
            made = engine.logarithm(new)
        case _:
            made = engine.power(new, e)
    if engine.side.keys() != side.keys() or any((a, e) in term.powers.items() for term in made):
        engine.side = side
        return None
    return made


def _argument(a: Atom, e: fmpq) -> Poly | None:
    match a.kind:
        case "exp":
            return Poly({a.args[0]: e})
        case "log" if e == 1:
            return a.args[0]
        case "base":
            return a.args[0]
        case "sum" if e < 0 or e.q != 1:
            return Poly({Mono([(a, ONE)]): ONE})
    return None


RULES = (mask, shift, orient, indicator)
SPREAD = (written_out, from_one, up_to_the_end, transpose, inside)


def partial(obj: Poly | Mono | Atom) -> bool:
    """Whether a sum inside starts elsewhere than at 1, or ends elsewhere than at a size of its own."""
    if isinstance(obj, Poly):
        return any(partial(m) for m, _ in obj.terms)
    if isinstance(obj, Mono):
        return any(partial(a) for a, _ in obj.powers)
    if obj.kind == "sum":
        bound = {b[0] for b in obj.args[0]}
        if any(lo.constant() != 1 or hi.variable() is None or hi.free & bound for _, lo, hi in obj.args[0]):
            return True
        return partial(obj.args[1])
    return obj.kind in ("exp", "log", "base") and partial(obj.args[0])


def spread(engine: Engine, p: Poly) -> Poly | None:
    """The polynomial with its sums over parts taken apart; None where there are none, or not without conditions."""
    if engine.spreading or not partial(p):
        return None
    side, met = dict(engine.side), engine.met_infinite
    engine.spreading, engine.spread = True, {}
    try:
        out = engine.canon(opened(p))
    except Unproved:
        return None
    finally:
        engine.spreading = False
    if engine.side.keys() != side.keys():
        engine.side, engine.met_infinite = side, met
        return None
    return out if out != p else None
