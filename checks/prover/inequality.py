"""A modest search for certificates: p ≥ 0 because p is a sum of things that are visibly nonnegative.

Every rule turns p into nonnegative parts plus a remainder that is searched in turn, and every identity that a rule uses
is checked by the normal form before it counts. `Found` lists the parts for the reader, and when p vanishes where that
is known.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import combinations
from math import gcd, lcm

from flint import fmpq

from .engine import Engine, Unproved, fresh_name
from .probe import plausible
from .signs import minus
from .splitting import atoms_of
from .terms import ONE, ZERO, Atom, Bounds, Mono, Poly, Term, as_poly, closed, number, opened, rename, var

ROUNDS = ((3, 60), (5, 90), (7, 120))  # how deep, and how many subgoals: what has a short proof is found at once


@dataclass
class Found:
    """Nonnegative parts that add up to the polynomial: (poly, why). zeros: keys, None if unknown."""

    parts: list[tuple[Poly, str]] = field(default_factory=list)
    zeros: set[str] | None = field(default_factory=set)

    def __or__(self, other: Found) -> Found:
        zeros = None if self.zeros is None or other.zeros is None else self.zeros | other.zeros
        return Found(self.parts + other.parts, zeros)


@dataclass(frozen=True)
class Scope:
    """Indices that stand for "for all": (variable, low, high). A part must be nonnegative for each."""

    over: Bounds = ()


UNIT = "~unit"  # the index of weights that add up to one
Rule = Callable[["Search", Poly, Scope, int], "Found | None"]


class Search:
    """One search in one context, with a budget on the number of subgoals."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.budget = 0
        self.nested = 0  # how many steps of calculus are under way
        self.known: dict[tuple[str, ...], tuple[int, Found | None]] = {}  # under the ranges that may be empty
        self.conditions: dict[str, tuple[Poly, Bounds]] = {}  # what the keys in `zeros` stand for

    def prove(self, p: Poly) -> Found | None:
        """Parts that show p ≥ 0 for all values of the variables, searched for ever deeper, or None."""
        for depth, self.budget in ROUNDS:
            found = self.nonnegative(p, Scope(), depth)
            if found is not None:
                return found
        return None

    def nonnegative(self, p: Poly, scope: Scope, depth: int) -> Found | None:
        """One round: p ≥ 0 for all values of the variables and of the scope's indices."""
        from .calculus_steps import by_growth
        from .cauchy import weighted_cauchy, where_two_agree
        from .gaps import exponential_gap, tangent_at_a_monomial
        from .increasing import by_logarithm_of_one_term, by_logarithms, by_squares
        from .inflection import convex_then_concave
        from .jensen import jensen
        from .kinks import by_kinks, by_sign_of_a_factor
        from .linear import piecewise_linear
        from .logarithms import logarithm_of_a_part
        from .means import under_expectation
        from .members import above_a_largest, centred_member, member_of_sum
        from .pairs import pairwise
        from .polynomials import in_order, within_the_unit, without_roots
        from .tangents import logarithmic_gap

        if not p.terms:
            return Found()
        empty = [f"{lo.key}..{hi.key}" for _, lo, hi in scope.over if not self.engine.signs.nonempty(lo, hi)]
        key = p.key, *empty  # without terms more vanishes
        before = self.known.get(key)
        if before and (before[1] is not None or before[0] >= depth):
            return before[1]
        self.budget -= 1
        if depth == 0 or self.budget < 0:
            return None
        self.known[key] = (depth, None)  # while it is open it must not rest on itself
        if not plausible(self.engine, p):
            return None
        rules: tuple[Rule, ...] = (
            structural,
            piecewise_linear,
            by_kinks,
            factor,
            by_sign_of_a_factor,
            under_expectation,
            member_of_sum,
            above_a_largest,
            logarithm_of_a_part,
            termwise,
            by_logarithms,
            by_logarithm_of_one_term,
            pairwise,
            logarithmic_gap,
            exponential_gap,
            tangent_at_a_monomial,
            centred_member,
            jensen,
            weighted_cauchy,
            where_two_agree,
            complete_square,
            by_squares,
            in_order,
            by_growth,
            without_roots,
            within_the_unit,
            convex_then_concave,
        )
        for rule in rules:
            before = dict(self.engine.side)
            try:
                found = rule(self, p, scope, depth - 1)
            except Unproved:
                found = None
            if found is None:
                self.engine.side = before  # what an abandoned way needed is not needed
            if found is not None:
                self.known[key] = (depth, found)
                return found
        return None

    def zero_key(self, p: Poly, scope: Scope) -> str:
        """p = 0 for all indices of the scope, up to factors that never vanish; comparable with a stated condition."""
        key = zero_key(self.engine, p, scope.over)
        self.conditions[key] = (core(self.engine, p), scope.over)
        return key


def zero_key(engine: Engine, p: Poly, over: Bounds) -> str:
    """When p = 0, as a key that can be compared; two exponentials are equal where their exponents are."""
    coef, atoms = engine.factored(p)
    if coef == 0:
        return "always"
    vanishing = [a for a in atoms if not engine.signs.positive(a)]
    empty = [f"{lo.key}..{hi.key}" for _, lo, hi in over if not engine.signs.nonempty(lo, hi)]
    if not vanishing:
        return "never" if not empty else "only without terms in " + ",".join(empty)
    simpler = _simpler(engine, vanishing)
    if simpler is not None:
        return zero_key(engine, simpler, over)
    used = [(v, lo, hi) for v, lo, hi in over if any(v in a.free for a in vanishing)]
    names = {v: f"%over{i}" for i, (v, _, _) in enumerate(used)}
    ranges = [f"{lo.key}..{hi.key}" for _, lo, hi in used]
    unless = f" or without terms in {','.join(empty)}" if empty else ""
    return "&".join(sorted(rename(a, names).key for a in vanishing)) + " for " + ",".join(ranges) + unless


def core(engine: Engine, p: Poly) -> Poly:
    """A polynomial that vanishes exactly where p does, without factors that never vanish."""
    coef, atoms = engine.factored(p)
    vanishing = [a for a in atoms if not engine.signs.positive(a)]
    simpler = _simpler(engine, vanishing)
    if coef == 0 or simpler is not None:
        return p if simpler is None else core(engine, simpler)
    out = [Term(ONE, (), {})]
    for a in vanishing:
        out = engine.times(out, opened(as_poly(a)))
    return engine.canon(out)


def _simpler(engine: Engine, vanishing: list[Atom]) -> Poly | None:
    if len(vanishing) != 1:
        return None
    return _exponent_gap(engine, vanishing[0]) or _power_gap(engine, vanishing[0])


def _exponent_gap(engine: Engine, a: Atom) -> Poly | None:
    """log A − log B for a base A − B of two positive products, one of them with an exponential.

    The terms are taken together by their exponentials and roots: √p √(1 − p) − (1 − p) eᶠ has two such groups.
    """
    if a.kind != "base" or not any(b.kind in ("exp", "e") for m, _ in a.args[0].terms for b, _ in m.powers):
        return None
    groups: dict[Mono, dict[Mono, fmpq]] = {}
    for m, c in a.args[0].terms:
        marked = Mono([(b, e) for b, e in m.powers if b.kind in ("exp", "e") or e.q != 1])
        groups.setdefault(marked, {})[Mono([(b, e) for b, e in m.powers if b not in dict(marked.powers)])] = c
    if len(groups) != 2:
        return None
    signs, logs = [], []
    for marked, terms in groups.items():
        coef, atoms = engine.factored(Poly(terms))
        if not engine.signs.mono_positive(marked) or not all(engine.signs.positive(b) for b in atoms):
            return None
        product = engine.times([Term(abs(coef), (), atoms)], [Term(ONE, (), dict(marked.powers))])
        signs.append(coef > 0)
        logs.append(engine.canon([t for q in product for t in engine.logarithm(closed([q]))]))
    return minus(*logs) if signs[0] != signs[1] else None


def _power_gap(engine: Engine, a: Atom) -> Poly | None:
    """Aʳ − Bʳ for a base A − B of two nonnegative monomials, r > 0 making all exponents coprime integers.

    t ↦ tʳ is strictly increasing for t ≥ 0, so that A = B exactly when Aʳ = Bʳ: √a = √b when a = b.
    """
    if a.kind != "base" or len(a.args[0].terms) != 2:
        return None
    (m, c), (n, d) = a.args[0].terms
    powers = [*m.powers, *n.powers]
    if c * d >= 0 or not all(engine.signs.positive(b) or (e > 0 and engine.signs.nonnegative(b)) for b, e in powers):
        return None
    r = fmpq(lcm(*[int(e.q) for _, e in powers]), 1)
    r = r / gcd(*[int(e * r) for _, e in powers])
    if r == 1 or (r.q != 1 and {abs(c), abs(d)} != {ONE}):
        return None
    sides = [
        Poly({Mono([(b, e * r) for b, e in k.powers]): ONE if r.q != 1 else abs(q) ** int(r)})
        for k, q in ((m, c), (n, d))
    ]
    return minus(*sides)


# ---------------------------------------------------------------------- rules that need no lemma
def structural(search: Search, p: Poly, scope: Scope, depth: int) -> Found | None:
    if not search.engine.signs.poly_nonnegative(p):
        return None
    coef, atoms = search.engine.factored(p)
    signs = search.engine.signs
    positive = (coef > 0 and all(signs.positive(a) for a in atoms)) or signs.poly_positive(p)
    if all(c * signs.mono_sign(m) > 0 for m, c in p.terms) and not positive:
        zeros = _zeros_of_terms(search, p, scope)
    else:
        zeros = {search.zero_key(number(1) if positive else p, scope)}
    return Found([(p, "visibly nonnegative")], zeros)


def _zeros_of_terms(search: Search, p: Poly, scope: Scope) -> set[str] | None:
    """A sum of nonnegative terms is zero when each is; a sum over an index when each of its terms is."""
    out: set[str] = set()
    for m, _ in p.terms:
        sums = [a for a, e in m.powers if a.kind == "sum" and e > 0]
        if not sums:
            out.add(search.zero_key(Poly({m: ONE}), scope))
            continue
        if len(sums) > 1 or not all(search.engine.signs.positive(a) for a, _ in m.powers if a not in sums):
            return None
        if not search.engine.signs.termwise_nonnegative(sums[0]):
            return None  # a sum of squares of sums may vanish although its terms do not
        t = search.engine.open_sum(sums[0])
        inner = Poly({Mono(t.powers): ONE})
        out.add(search.zero_key(inner, Scope(scope.over + t.bounds)))
    return out


def factor(search: Search, p: Poly, scope: Scope, depth: int) -> Found | None:
    """Positive factors and even powers come out; one factor of unknown sign is searched on its own."""
    engine = search.engine
    coef, atoms = engine.factored(p)
    odd = [a for a, e in atoms.items() if not engine.signs.nonnegative(a) and not (e.q == 1 and int(e.p) % 2 == 0)]
    even = [a for a in atoms if a not in odd and not engine.signs.positive(a)]
    if not odd:
        if coef < 0:
            return None
        zeros = {search.zero_key(as_poly(a), scope) for a in even} or {search.zero_key(number(1), scope)}
        zeros = zeros if len(zeros) < 2 else {search.zero_key(p, scope)}
        return Found([(p, "a product of squares and nonnegative factors")], zeros)
    if len(odd) > 1 or odd[0].kind != "base" or atoms[odd[0]].q != 1:
        return None
    inner = odd[0].args[0] if coef > 0 else minus(Poly({}), odd[0].args[0])
    if len(atoms) == 1 and abs(coef) == 1:
        return None  # nothing came out
    found = search.nonnegative(inner, scope, depth)
    if found is None:
        return None
    return Found(found.parts, found.zeros if not even else None)


def termwise(search: Search, p: Poly, scope: Scope, depth: int) -> Found | None:
    """Σₖ f(k) ≥ 0 because f(k) ≥ 0 for every k; nothing may be left outside the sum."""
    engine = search.engine
    choices = {
        (a.args[0][i][1].key, a.args[0][i][2].key)
        for m, _ in p.terms
        for a, e in m.powers
        if a.kind == "sum" and e.q == 1 and e >= 1
        for i in range(len(a.args[0]))
    }
    for low, high in sorted(choices):
        for unit in _units(engine, p, low, high):
            merged = under_one_sum(engine, p, low, high, unit)
            if merged is None:
                continue
            name, lo, hi, body = merged
            engine.ctx.ranges[name] = (lo, hi)
            found = search.nonnegative(body, Scope((*scope.over, (name, lo, hi))), depth)
            if found is not None:
                return found
    return None


def _units(engine: Engine, p: Poly, low: str, high: str) -> Iterator[Poly | None]:
    """What adds up to one over the range, to bring terms without a sum under it: nothing, a distribution, a mixture."""
    yield None
    if low != number(1).key or all(any(a.kind == "sum" for a, _ in m.powers) for m, _ in p.terms):
        return
    weights = [
        Poly({Mono([(Atom("entry", name, var(UNIT)), ONE)]): ONE})
        for name, size in engine.ctx.sums_to_one.items()
        if size.key == high and f"entry({name};" in p.key
    ]
    yield from weights
    for one, other in combinations(weights, 2):
        yield Poly({m: c / 2 for q in (one, other) for m, c in q.terms})
        for name in sorted(p.free):
            d = engine.ctx.domain(name)
            if d.low == 0 and d.high == 1 and not d.values:
                for q, r in ((one, other), (other, one)):
                    share = engine.times(opened(var(name)), opened(q))
                    yield engine.canon([*share, *engine.times(opened(minus(number(1), var(name))), opened(r))])


def under_one_sum(
    engine: Engine, p: Poly, low: str, high: str, unit: Poly | None = None
) -> tuple[str, Poly, Poly, Poly] | None:
    """p = Σ over one index of a body, when every monomial has exactly one sum over that range to draw it from."""
    name, body = fresh_name(), []
    limits: tuple[Poly, Poly] | None = None
    limits_of = high[len("1*var(") : -1] if low == number(1).key and high.startswith("1*var(") else None
    for m, c in p.terms:
        if unit is None and limits_of is not None and not any(a.kind == "sum" for a, _ in m.powers):
            counted = dict(m.powers)  # c·n is Σ c
            if counted.pop(Atom("var", limits_of), ZERO) == 1:
                body.append(Term(c, (), counted))
                continue
        fit = [
            (a, i)
            for a, e in m.powers
            if a.kind == "sum" and e.q == 1 and e >= 1
            for i, (_, lo, hi) in enumerate(a.args[0])
            if (lo.key, hi.key) == (low, high)
        ]
        if unit is not None and not fit:
            weighted = engine.times([Term(c, (), dict(m.powers))], opened(rename(unit, {UNIT: name})))
            body += weighted  # c is Σ pₖ c
            continue
        if len(fit) != 1:
            return None
        a, i = fit[0]
        v, lo, hi = a.args[0][i]
        if {b[0] for b in a.args[0]} & (lo.free | hi.free):
            return None
        limits = (lo, hi)
        outer = tuple(b for j, b in enumerate(a.args[0]) if j != i)
        inner = [(rename(b, {v: name}), e) for b, e in a.args[1].powers]
        factors = {Atom("sum", rename(outer, {v: name}), Mono(inner)): ONE} if outer else dict(inner)
        left = dict(m.powers)[a] - 1  # Sᵉ is Σₖ f(k) Sᵉ⁻¹
        rest = [Term(c, (), {b: e for b, e in m.powers if b != a} | ({a: left} if left else {}))]
        body += engine.times(rest, [Term(ONE, (), factors)])
    if limits is None:
        return None
    engine.declare(name, *limits)
    return name, *limits, engine.canon(body)


def complete_square(search: Search, p: Poly, scope: Scope, depth: int) -> Found | None:
    """a x² + b x + c = a (x + b/2a)² + (c − b²/4a) in some atom x, a positive."""
    engine = search.engine
    for x in sorted({a for m, _ in p.terms for a, e in m.powers if e == 2}, key=lambda a: a.key):
        coefficients: list[dict[Mono, fmpq]] = [{}, {}, {}]
        for m, c in p.terms:
            powers = dict(m.powers)
            e = powers.pop(x, ZERO)
            rest = Mono(powers)
            if e not in (0, 1, 2) or any(x in atoms_of(a) for a, _ in rest.powers):
                break
            coefficients[int(e)][rest] = c
        else:
            _, b, a = (Poly(t) for t in coefficients)
            if not engine.signs.poly_positive(a) or not b.terms:
                continue
            half = engine.times(engine.power(a, fmpq(-1)), [Term(c / 2, (), dict(m.powers)) for m, c in b.terms])
            root = engine.canon([*half, Term(ONE, (), {x: ONE})])
            square = engine.canon(engine.times(opened(a), engine.power(root, fmpq(2))))
            remainder = engine.canon([*opened(p), *[Term(-c, b_, q) for c, b_, q in opened(square)]])
            if engine.is_zero(remainder):
                remainder = Poly({})
            found = search.nonnegative(remainder, scope, depth)
            if found is not None:
                return Found([(square, "a square")], {search.zero_key(root, scope)}) | found
    return None


def added(engine: Engine, p: Poly, q: Poly) -> Poly:
    return engine.canon([*opened(p), *opened(q)])
