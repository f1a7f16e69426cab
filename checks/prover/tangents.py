"""Certificates from the tangent of the logarithm: w·log A ≥ w·(1 − 1/A) for w ≥ 0, with equality exactly at A = 1.

The logarithmic terms of a polynomial are collected by their weight w, also under sums, and also x log y where x or y
may vanish; what the bound leaves has no logarithms, and often is zero. The bound is information.log_bound at 1/A.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import permutations, product
from math import gcd

from flint import fmpq

from .distributions import distributions
from .engine import Engine, Unproved
from .inequality import Found, Scope, Search
from .signs import minus
from .terms import ONE, ZERO, Atom, Bounds, Mono, Open, Poly, Term, number, opened, rename, var

LOG_BOUND = "information.log_bound"
Unit = tuple[tuple[Bounds, Poly, fmpq], ...]  # 1 = Σ over the parts of share · Σ over the bounds of weight


@dataclass
class Group:
    """Σ over the bounds of weight · log Π Pᶜ. formal: the weight, or some P, may vanish (x log y with 0 log 0 = 0)."""

    bounds: Bounds
    weight: Poly
    logs: list[tuple[Poly, fmpq]] = field(default_factory=list)
    exponents: list[tuple[Mono, fmpq]] = field(default_factory=list)
    formal: bool = False

    def content(self) -> fmpq:
        """The common factor of the exponents is taken out: ½ log(2p) is half of log 2p. Returns the factor."""
        exponents = [c for _, c in self.logs] + [c for _, c in self.exponents]
        den = 1
        for c in exponents:
            den = den * int(c.q) // gcd(den, int(c.q))
        num = gcd(*[int(c * den) for c in exponents])
        factor = fmpq(num, den) if num else ONE
        self.logs = [(p, c / factor) for p, c in self.logs]
        self.exponents = [(m, c / factor) for m, c in self.exponents]
        return factor

    def take_root(self, k: int) -> None:
        """w log A = k·w log A^{1/k}: the bound at √A rather than at A."""
        if k > 1:
            self.weight = Poly({m: k * c for m, c in self.weight.terms})
            self.logs = [(p, c / k) for p, c in self.logs]
            self.exponents = [(m, c / k) for m, c in self.exponents]


def _has_roots(p: Poly) -> bool:
    return "^1/2" in p.key


def logarithmic_gap(search: Search, p: Poly, scope: Scope, depth: int) -> Found | None:
    """Each w·log A is at least w·(1 − 1/A); what remains without logarithms is searched in turn."""
    if "log(" not in p.key and "call(xlogy" not in p.key:
        return None
    engine, tried = search.engine, set[str]()
    roots = (1, 2) if _has_roots(p) else (1,)
    for unit in units(engine, p):
        for root, linear, whole in product(roots, (False, True), (True, False)):
            groups, rest = grouped(engine, p, unit, linear, whole)
            if not groups:
                continue
            for g in groups:
                g.take_root(root)
            key = "|".join(sorted(map(str, groups))) + str(rest)
            if key in tried:
                continue
            tried.add(key)
            bound: Open = list(rest)
            zeros: set[str] = set()
            for g in groups:
                over = _lowered(engine, g)
                if over is None:
                    break
                bound += [
                    *[Term(c, g.bounds, q) for c, _, q in opened(g.weight)],
                    *[Term(-c, g.bounds, q) for c, _, q in opened(over)],
                ]
                zeros.add(search.zero_key(minus(over, g.weight), Scope(scope.over + g.bounds)))
            else:
                remainder = engine.canon(bound)
                if engine.is_zero(remainder):
                    remainder = Poly({})
                found = search.nonnegative(remainder, scope, depth)
                if found is not None:
                    return Found([(minus(p, remainder), f"log A ≥ 1 − 1/A ({LOG_BOUND})")], zeros) | found
    return None


def _lowered(engine: Engine, g: Group) -> Poly | None:
    """w/A where the bound may be used, else None."""
    if not engine.signs.poly_nonnegative(g.weight) or not all(engine.signs.possible(lo, hi) for _, lo, hi in g.bounds):
        return None
    out = opened(g.weight)
    for base, c in g.logs:
        own = base == g.weight or _divides(base, g.weight)  # where the base vanishes, so does the weight
        if g.formal and not own and (c > 0 or not engine.signs.poly_nonnegative(base)) and not _positive(engine, base):
            return None  # it could be −∞
        if not g.formal and not _positive(engine, base):
            return None
        out = engine.times(out, engine.power(base, -c) if not (own and g.formal) else _monomial_power(base, -c))
    for m, c in g.exponents:
        out = engine.times(out, engine.exponential(Poly({m: -c})))
    over = engine.canon(out)
    poles = any(e < 0 and not engine.signs.positive(a) for m, _ in over.terms for a, e in m.powers)
    return None if poles or (g.formal and not _nonnegative(engine, over)) else over


def _divides(base: Poly, weight: Poly) -> bool:
    """Whether one monomial is a factor of every term of the weight."""
    if len(base.terms) != 1:
        return False
    factors = base.terms[0][0].powers
    return all(0 < e <= dict(m.powers).get(a, ZERO) for a, e in factors for m, _ in weight.terms)


def _monomial_power(base: Poly, c: fmpq) -> Open:
    """A single atom to a power, also a negative one: it cancels against the weight, or is found to be a pole."""
    if len(base.terms) != 1:
        raise Unproved("a weight of several terms that may vanish")
    ((m, q),) = base.terms
    if c.q != 1 and q != 1:
        raise Unproved("a root of a weight with a number before it")
    return [Term(q ** int(c) if c.q == 1 else ONE, (), {a: e * c for a, e in m.powers})]


def _nonnegative(engine: Engine, p: Poly) -> bool:
    coef, atoms = engine.factored(p)
    return engine.signs.poly_nonnegative(p) or (coef >= 0 and all(engine.signs.nonnegative(a) for a in atoms))


def _positive(engine: Engine, p: Poly) -> bool:
    coef, atoms = engine.factored(p)
    return coef > 0 and all(engine.signs.positive(a) for a in atoms)


def units(engine: Engine, p: Poly) -> Iterator[Unit | None]:
    """Ways of writing 1 as a sum: not at all, Σₖ wₖ for a distribution that occurs, their mean, Σₖ 1/n for a length
    that occurs, x + (1 − x) for a number between 0 and 1."""
    yield None
    found = list(distributions(engine.ctx, p, index_name))
    for bounds, weight in found:
        yield ((bounds, weight, ONE),)
    if len(found) > 1:
        yield tuple((bounds, weight, fmpq(1, len(found))) for bounds, weight in found)
    lengths = {b[2].key: b[2] for m, _ in p.terms for a, _ in m.powers if a.kind == "sum" for b in a.args[0]}
    for size in lengths.values():
        name = size.variable()
        if name:
            share = Poly({Mono({Atom("var", name): -ONE}): ONE})
            yield ((((index_name(number(1), size), number(1), size),), share, ONE),)
    for name in sorted(p.free):
        d = engine.ctx.domain(name)
        if d.low == 0 and d.high == 1 and not d.values:
            yield ((), var(name), ONE), ((), minus(number(1), var(name)), ONE)


def grouped(engine: Engine, p: Poly, unit: Unit | None, linear: bool, whole: bool) -> tuple[list[Group], Open]:
    """The logarithmic terms by weight, sums opened under common index names; and the other terms.

    whole: the coefficient of a logarithm is one weight, (1 − x) log P; else each of its terms is, log P − x log P.
    linear: terms w·x with the weight of the unit count as w·log eˣ, which is how Jensen for the exponential is found.
    """
    table: dict[str, tuple[Bounds, Poly, Open, bool]] = {}
    rest: Open = []
    linear_terms: list[Term] = []
    for m, c in p.terms:
        if "log(" not in m.key and "xlogy" not in m.key:
            (linear_terms if linear else rest).append(Term(c, (), dict(m.powers)))
            continue
        t = opened_sums(engine, Term(c, (), dict(m.powers)))
        logs = [(a, e) for a, e in t.powers.items() if a.kind == "log" or (a.kind == "call" and a.args[0] == "xlogy")]
        if len(logs) != 1 or logs[0][1] != 1:
            rest.append(Term(c, (), dict(m.powers)))
            continue
        a = logs[0][0]
        weight = [Term(t.coef, (), {b: e for b, e in t.powers.items() if b != a})]
        base = a.args[-1]
        if a.kind == "call":
            weight = engine.times(weight, opened(a.args[1]))
        for where, share in _spread(engine, t.bounds, weight, unit):
            key = _bounds_key(where) + "|" + base.key
            before = table.get(key, (where, base, [], False))
            table[key] = (where, base, before[2] + share, before[3] or a.kind == "call")
    groups: dict[str, Group] = {}
    for bounds, base, weight, formal in table.values():
        collected = engine.canon(weight)
        pieces = [collected] if whole else [Poly({m: c}) for m, c in collected.terms]
        for w, c in (_primitive(engine, piece) for piece in pieces if piece.terms):
            g = groups.setdefault(_bounds_key(bounds) + "|" + w.key, Group(bounds, w))
            g.logs.append((base, c))
            g.formal = g.formal or formal
    if whole:
        _split(groups)
    for t in linear_terms:
        if not _joins(engine, t, groups):
            rest.append(t)
    return list(groups.values()), rest


def _spread(engine: Engine, bounds: Bounds, weight: Open, unit: Unit | None) -> Iterator[tuple[Bounds, Open]]:
    """A number as a weight is spread over the unit: log c = Σₖ wₖ log c."""
    constant = unit is not None and not bounds and all(not q for _, _, q in weight)
    if unit is None or not constant:
        yield bounds, weight
        return
    for where, w, share in unit:
        yield where, engine.times([t._replace(coef=t.coef * share) for t in weight], opened(w))


def _primitive(engine: Engine, weight: Poly) -> tuple[Poly, fmpq]:
    """The weight without a common numerical factor, and that factor."""
    if len(weight.terms) == 1:
        m, c = weight.terms[0]
        return Poly({m: ONE}), c
    c, atom = engine.primitive(weight)
    return atom.args[0], c


def _split(groups: dict[str, Group]) -> None:
    """A weight that is the sum of all other weights over the same indices is divided among them: log m of a mixture."""
    for key, g in list(groups.items()):
        others = [h for k, h in groups.items() if k != key and h.bounds == g.bounds]
        if len(others) < 2:
            continue
        total = Poly({})
        for h in others:
            total = minus(total, minus(Poly({}), h.weight))
        if total == g.weight and not g.exponents:
            for h in others:
                h.logs += g.logs
                h.formal = h.formal or g.formal
            del groups[key]
            return


def _joins(engine: Engine, t: Term, groups: dict[str, Group]) -> bool:
    """Whether a term without logarithms is a group's weight times a real number x, and so joins it as log eˣ."""
    o = opened_sums(engine, t)
    for g in groups.values():
        if g.bounds != o.bounds or len(g.weight.terms) != 1:
            continue
        powers = dict(o.powers)
        for a, e in g.weight.terms[0][0].powers:
            powers[a] = powers.get(a, ZERO) - e
        left = {a: e for a, e in powers.items() if e != 0}
        if left and all(e > 0 for e in left.values()):
            g.exponents.append((Mono(left), o.coef))
            return True
    return False


def index_name(lo: Poly, hi: Poly) -> str:
    """The name that indices with this range share."""
    return f"~{lo.key}..{hi.key}"


def _bounds_key(bounds: Bounds) -> str:
    return ",".join(f"{v}:{lo.key}..{hi.key}" for v, lo, hi in bounds)


def opened_sums(engine: Engine, t: Term) -> Term:
    """All sums to the first power opened; their indices named by their ranges, the way that gives the least key."""
    while True:
        a = next((a for a, e in t.powers.items() if a.kind == "sum" and e == 1), None)
        if a is None:
            break
        s = engine.open_sum(a)
        rest = {b: e for b, e in t.powers.items() if b != a}
        for b, e in s.powers.items():
            rest[b] = rest.get(b, ZERO) + e
        t = Term(t.coef, t.bounds + s.bounds, {b: e for b, e in rest.items() if e != 0})
    candidates = []
    for order in permutations(t.bounds):
        names: dict[str, str] = {}
        used: dict[str, int] = {}
        for v, lo, hi in order:
            name = index_name(lo, hi)
            used[name] = used.get(name, 0) + 1
            names[v] = name + "'" * (used[name] - 1)
        bounds = tuple(sorted(rename(t.bounds, names), key=lambda b: b[0]))
        candidates.append(Term(t.coef, bounds, {rename(b, names): e for b, e in t.powers.items()}))
    best = min(
        candidates, key=lambda c: (Mono({b: e for b, e in c.powers.items() if b.kind != "log"}).key, Mono(c.powers).key)
    )
    for v, lo, hi in best.bounds:
        engine.declare(v, lo, hi)
        engine.ctx.ranges[v] = (lo, hi)
    return best


def _without_logs(t: Term) -> str:
    return Mono({a: e for a, e in t.powers.items() if a.kind != "log"}).key
