"""One rewriting of a prenex term at a time: each an identity for every dimension under the declared ranges."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING, cast

from flint import fmpq

from . import ranges as ranges_of
from . import spans
from .closed_forms import geometric, power_sum
from .terms import ONE, ZERO, Atom, Mono, Open, Poly, Term, minus, opened, rename, var
from .triangles import halve, limits_others, reorder, whole_triangle

if TYPE_CHECKING:
    from .engine import Engine

Ranges = dict[str, tuple[Poly, Poly]]
MOST_INDICES = 7  # a power of a sum that would open more indices stays a power


def rewrite(engine: Engine, t: Term) -> Open | None:
    """The terms that replace this one, or None when nothing applies."""
    ranges: Ranges = {v: (lo, hi) for v, lo, hi in t.bounds}
    for a, e in t.powers.items():
        out = _rewrite_atom(engine, t, a, e, ranges)
        if out is not None:
            return out
    for rule in RULES + ranges_of.SPREAD if engine.spreading else RULES:
        out = rule(engine, t, ranges)
        if out is not None:
            return out
    return None


def without(powers: dict[Atom, fmpq], *atoms: Atom) -> dict[Atom, fmpq]:
    return {a: e for a, e in powers.items() if a not in atoms}


def _replace(engine: Engine, t: Term, a: Atom, new: Open) -> Open:
    return engine.times([Term(t.coef, t.bounds, without(t.powers, a))], new)


def _rewrite_atom(engine: Engine, t: Term, a: Atom, e: fmpq, ranges: Ranges) -> Open | None:
    whole = e.q == 1
    match a.kind:
        case "delta":
            return collapse(engine, t, a, e, ranges)
        case "call" if a.args[0] == "abs" and whole and e >= 2:
            halves = _replace(engine, t, a, engine.power(a.args[1], e - int(e.p) % 2))
            return engine.times(halves, [Term(ONE, (), {a: ONE})]) if int(e.p) % 2 else halves
        case "sum" if whole and e > 0 and len(t.bounds) + len(a.args[0]) * int(e) <= MOST_INDICES:
            out = [Term(t.coef, t.bounds, {**without(t.powers, a), **({a: e - 1} if e > 1 else {})})]
            return engine.times(out, [engine.open_sum(a)])
        case "base" if whole and e > 0:
            return _replace(engine, t, a, engine.power(cast(Poly, a.args[0]), e)) if e <= 6 else None
        case "prime" if not 0 <= e < 1:
            floor = (e.p // e.q) if e.q != 1 else e.p
            return [
                Term(
                    t.coef * fmpq(a.args[0]) ** int(floor),
                    t.bounds,
                    {**without(t.powers, a), **({a: e - floor} if e != floor else {})},
                )
            ]
        case "entry" | "var" if whole:
            return _finite_values(engine, t, a, e)
    return None


def _finite_values(engine: Engine, t: Term, a: Atom, e: fmpq) -> Open | None:
    """y² = y for bits and y² = 1 for signs."""
    values = engine.signs.domain(a).values
    if values == (0, 1) and e > 1:
        return [Term(t.coef, t.bounds, {**t.powers, a: ONE})]
    if values == (-1, 1) and not 0 <= e <= 1:
        return [Term(t.coef, t.bounds, {**without(t.powers, a), **({a: ONE} if int(e.p) % 2 else {})})]
    return None


def collapse(engine: Engine, t: Term, a: Atom, e: fmpq, ranges: Ranges) -> Open | None:
    """Sift Σᵤ δ(u, w) f(u) = f(w) where u and w have the same range; share one index where both are free."""
    if e < 0:
        return None
    left, right = a.args
    for u, w in ((left, right), (right, left)):
        name = u.variable()
        if name not in ranges or limits_others(t, name):
            continue
        if _covers(engine, ranges, name, w):
            bounds = tuple(b for b in t.bounds if b[0] != name)
            rest = engine.moved(without(t.powers, a), name, w)
            return [Term(t.coef * c, bounds + b, p) for c, b, p in rest]
    rest = without(t.powers, a)
    free = [(u, w) for u, w in ((right, left), (left, right)) if u.variable() and u.variable() not in ranges]
    if free:  # the later name gives way to the earlier one
        (u, w), name = free[0], free[0][0].variable()
        if any(name in b.free for b in rest):
            return [Term(t.coef * c, t.bounds + b, {**p, a: ONE}) for c, b, p in engine.moved(rest, name, w)]
    return [Term(t.coef, t.bounds, {**t.powers, a: ONE})] if e != 1 else None


def _covers(engine: Engine, ranges: Ranges, name: str, w: Poly) -> bool:
    """w surely lies in the range of the summation index."""
    lo, hi = ranges[name]
    other = w.variable()
    if other is not None and other != name and (ranges.get(other) or engine.ctx.ranges.get(other)) == (lo, hi):
        return True
    if w in (lo, hi):
        return name not in w.free and engine.signs.nonempty(lo, hi)
    if name in w.free:
        return False
    names, _ = spans.declared(engine, tuple((v, *r) for v, r in ranges.items()))
    return spans.lies_in(engine, *(rename(p, names) for p in (w, lo, hi)))


def count_out(engine: Engine, t: Term, ranges: Ranges) -> Open | None:
    """Σᵥ over a summand without v is the length of the range; also where v only bounds another index from above."""
    for v, lo, hi in t.bounds:
        if any(v in a.free for a in t.powers):
            continue
        bounded = [(u, a, b) for u, a, b in t.bounds if u != v and (v in a.free or v in b.free)]
        rest = tuple(b for b in t.bounds if b[0] != v)
        if not bounded:
            return engine.times([Term(t.coef, rest, t.powers)], length(hi, lo))
        (u, below, above), *more = bounded
        if not more and above.variable() == v and below == lo and u not in lo.free | hi.free:  # lo ≤ u ≤ v ≤ hi
            engine.declare(u, lo, hi)
            rest = tuple((u, lo, hi) if b[0] == u else b for b in rest)
            return engine.times([Term(t.coef, rest, t.powers)], length(hi, var(u)))
    return None


def length(hi: Poly, lo: Poly) -> Open:
    """The number of integers from lo to hi."""
    return opened(hi) + [Term(-c, b, p) for c, b, p in opened(lo)] + [Term(ONE, (), {})]


def one_hot(engine: Engine, t: Term, ranges: Ranges) -> Open | None:
    """yᵢyⱼ = δᵢⱼyᵢ for two entries of one one-hot vector, or of the same row of one-hot labels."""
    rows: dict[tuple[str, ...], Atom] = {}
    for a, e in t.powers.items():
        if a.kind != "entry" or e.q != 1 or e < 1 or not engine.ctx.one_hot(a.args[0]):
            continue
        summed = [axis + 1 for axis, _ in engine.ctx.sums[a.args[0]]]
        row = (a.args[0], *[a.args[i].key for i in range(1, len(a.args)) if i not in summed])
        b = rows.setdefault(row, a)
        if b is not a:
            engine.rules_used.add(f"{a.args[0]} is one-hot")
            out = [Term(t.coef, t.bounds, {**without(t.powers, b), a: ONE})]
            for i in summed:
                out = engine.times(out, engine.kronecker(a.args[i], b.args[i]))
            return out
    return None


def use_constraint(engine: Engine, t: Term, ranges: Ranges) -> Open | None:
    """Σₖ pₖ = 1 from the sort of p: over the full range, to the first power, with k nowhere else.

    Of a joint distribution both indices are summed over, of a matrix with distributions as rows the second.
    """
    for a, e in t.powers.items():
        if a.kind != "entry" or e != 1 or a.args[0] not in engine.ctx.sums:
            continue
        axes = engine.ctx.sums[a.args[0]]
        names = [a.args[axis + 1].variable() for axis, _ in axes]
        if len({*names}) < len(axes) or not all(
            k is not None and _whole_range(t, ranges, k, length) for k, (_, length) in zip(names, axes, strict=True)
        ):
            continue
        others = [i for axis, i in enumerate(a.args[1:]) if axis not in dict(axes)]
        if any(not b.free.isdisjoint(names) for b in (*others, *without(t.powers, a))):
            continue
        engine.rules_used.add(f"Σ{a.args[0]} = 1")
        return [Term(t.coef, tuple(b for b in t.bounds if b[0] not in names), without(t.powers, a))]
    return None


def _whole_range(t: Term, ranges: Ranges, k: str, length: Poly) -> bool:
    """Whether k is summed over from 1 to the length, and bounds no other sum."""
    return k in ranges and not limits_others(t, k) and ranges[k][0].constant() == 1 and ranges[k][1] == length


def reflect(engine: Engine, t: Term, ranges: Ranges) -> Open | None:
    """Σᵥ f(lo + hi − v) = Σᵥ f(v): a sum that runs through its entries backwards is turned round."""
    for v, lo, hi in t.bounds:
        steps = [
            dict(p.terms).get(Mono([(Atom("var", v), ONE)]))
            for a in t.powers
            for p in ranges_of.indices(a)
            if v in p.free
        ]
        if not steps or any(c != -1 for c in steps) or limits_others(t, v):
            continue
        turned = Poly({Mono([(Atom("var", v), ONE)]): -ONE})
        for limit in (lo, hi):
            turned = minus(turned, minus(Poly({}), limit))
        return [Term(t.coef * c, t.bounds + b, p) for c, b, p in engine.moved(t.powers, v, turned)]
    return None


def divide(engine: Engine, t: Term, ranges: Ranges) -> Open | None:
    """Under a sum, L·P⁻ᵏ → P¹⁻ᵏ − (P − L)·P⁻ᵏ for the leading term L of P, so that quotients have one form."""
    for base, e in t.powers.items():
        if base.kind != "base" or e.q != 1 or e > 0 or not base.free & ranges.keys():
            continue
        hide = dict.fromkeys(ranges, "#")

        def rank(item: tuple[Mono, fmpq], names: dict[str, str] = hide) -> tuple[fmpq, list[str]]:
            inner = [(a, k) for a, k in item[0].powers if a.free & names.keys()]
            return sum((k for _, k in inner), ZERO), sorted(f"{rename(a, names).key}^{k}" for a, k in inner)

        lead, c = max(base.args[0].terms, key=rank)
        depends = any(a.free & ranges.keys() for a, _ in lead.powers)
        if not depends or not all(k > 0 and t.powers.get(a, ZERO) >= k for a, k in lead.powers):
            continue
        rest = dict(t.powers)
        for a, k in lead.powers:
            rest[a] -= k
        rest = {a: k for a, k in rest.items() if k != 0}
        raised = {**rest, base: e + 1}
        if raised[base] == 0:
            del raised[base]
        out = [Term(t.coef / c, t.bounds, raised)]
        others = [Term(-q / c, (), dict(m.powers)) for m, q in base.args[0].terms if m != lead]
        return out + engine.times([Term(t.coef, t.bounds, rest)], others)
    return None


def fold(engine: Engine, t: Term, ranges: Ranges) -> Open | None:
    """Σⱼ f(j) · (Σⱼ f(j))⁻¹ = 1: a prenex sum meets its own inverse."""
    for a, e in t.powers.items():
        if a.kind != "sum" or e > 0 or len(a.args[0]) > len(t.bounds):
            continue
        for chosen in permutations(t.bounds, len(a.args[0])):
            names = {b[0]: p[0] for b, p in zip(a.args[0], chosen, strict=True)}
            if any((b[1], b[2]) != (p[1], p[2]) for b, p in zip(a.args[0], chosen, strict=True)):
                continue
            wanted = {rename(b, names): k for b, k in a.args[1].powers}
            indices = set(names.values())
            inside = {b for b in t.powers if b.free & indices}
            if any((lo.free | hi.free) & indices for v, lo, hi in t.bounds if v not in indices):
                continue  # such an index bounds another sum
            if inside == set(wanted) and all(t.powers[b] == k for b, k in wanted.items()):
                powers = without(t.powers, *inside)
                powers[a] = e + 1
                if powers[a] == 0:
                    del powers[a]
                return [Term(t.coef, tuple(b for b in t.bounds if b[0] not in indices), powers)]
    return None


RULES = (
    one_hot,
    reorder,
    whole_triangle,
    count_out,
    halve,
    reflect,
    power_sum,
    geometric,
    divide,
    use_constraint,
    fold,
    *ranges_of.RULES,
)
