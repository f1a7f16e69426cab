"""A modest search for certificates: p ≥ 0 because p is a sum of things that are visibly nonnegative.

Every rule turns p into nonnegative parts plus a remainder that is searched in turn, and every identity that a rule uses
is checked by the normal form before it counts. `Found` lists the parts for the reader, and when p vanishes where that
is known.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from flint import fmpq

from ...spec.language.sorts import NONNEGATIVE, POSITIVE
from .engine import Engine, Unproved, fresh_name
from .signs import minus
from .splitting import atoms_of, replaced
from .terms import ONE, ZERO, Atom, Mono, Poly, Term, number, opened, rename, var

DEPTH = 7


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

    over: tuple[tuple[str, Poly, Poly], ...] = ()


Rule = Callable[["Search", Poly, Scope, int], "Found | None"]


class Search:
    """One search in one context, with a budget on the number of subgoals."""

    def __init__(self, engine: Engine, budget: int = 120) -> None:
        self.engine = engine
        self.budget = budget
        self.known: dict[str, tuple[int, Found | None]] = {}

    def nonnegative(self, p: Poly, scope: Scope = Scope(), depth: int = DEPTH) -> Found | None:
        """Parts that show p ≥ 0 for all values of the variables and of the scope's indices, or None."""
        from .gaps import exponential_gap, pairwise_square
        from .tangents import logarithmic_gap

        if not p.terms:
            return Found()
        before = self.known.get(p.key)
        if before and (before[1] is not None or before[0] >= depth):
            return before[1]
        self.budget -= 1
        if depth == 0 or self.budget < 0:
            return None
        self.known[p.key] = (depth, None)  # while it is open it must not rest on itself
        rules: tuple[Rule, ...] = (
            structural,
            factor,
            member_of_sum,
            termwise,
            by_logarithms,
            pairwise_square,
            logarithmic_gap,
            exponential_gap,
            complete_square,
            by_kinks,
            by_growth,
        )
        for rule in rules:
            try:
                found = rule(self, p, scope, depth - 1)
            except Unproved:
                found = None
            if found is not None:
                self.known[p.key] = (depth, found)
                return found
        return None

    def zero_key(self, p: Poly, scope: Scope) -> str:
        """p = 0 for all indices of the scope, up to factors that never vanish; comparable with a stated condition."""
        return zero_key(self.engine, p, scope.over)


def zero_key(engine: Engine, p: Poly, over: tuple[tuple[str, Poly, Poly], ...]) -> str:
    coef, atoms = engine.factored(p)
    if coef == 0:
        return "always"
    vanishing = [a for a in atoms if not engine.signs.positive(a)]
    used = [(v, lo, hi) for v, lo, hi in over if any(v in a.free for a in vanishing)]
    names = {v: f"%over{i}" for i, (v, _, _) in enumerate(used)}
    ranges = [f"{lo.key}..{hi.key}" for _, lo, hi in used]
    return "&".join(sorted(rename(a, names).key for a in vanishing)) + " for " + ",".join(ranges)


# ---------------------------------------------------------------------- rules that need no lemma
def structural(search: Search, p: Poly, scope: Scope, depth: int) -> Found | None:
    if not search.engine.signs.poly_nonnegative(p):
        return None
    coef, atoms = search.engine.factored(p)
    positive = coef > 0 and all(search.engine.signs.positive(a) for a in atoms)
    zeros = {"never"} if positive or search.engine.signs.poly_positive(p) else _zeros_of_terms(search, p, scope)
    return Found([(p, "visibly nonnegative")], zeros)


def _zeros_of_terms(search: Search, p: Poly, scope: Scope) -> set[str] | None:
    """A sum of nonnegative terms is zero when each is; a sum over an index when each of its terms is."""
    out: set[str] = set()
    for m, _ in p.terms:
        sums = [a for a, e in m.powers if a.kind == "sum" and e > 0]
        if not sums:
            out.add(search.zero_key(Poly({m: ONE}), scope))
            continue
        if len(sums) > 1:
            return None
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
        zeros = {search.zero_key(Poly({Mono([(a, ONE)]): ONE}) if a.kind != "base" else a.args[0], scope) for a in even}
        return Found([(p, "a product of squares and nonnegative factors")], zeros if len(zeros) < 2 else None)
    if len(odd) > 1 or odd[0].kind != "base" or atoms[odd[0]].q != 1:
        return None
    inner = odd[0].args[0] if coef > 0 else minus(Poly({}), odd[0].args[0])
    if len(atoms) == 1 and abs(coef) == 1:
        return None  # nothing came out
    found = search.nonnegative(inner, scope, depth)
    if found is None:
        return None
    return Found(found.parts, found.zeros if not even else None)


def member_of_sum(search: Search, p: Poly, scope: Scope, depth: int) -> Found | None:
    """Σₖ f(k) − f(j) ≥ 0 for nonnegative f: the other terms remain."""
    engine = search.engine
    for m, c in p.terms:
        for a, e in m.powers:
            if a.kind != "sum" or e != 1 or c <= 0 or len(a.args[0]) != 1 or not engine.signs.nonnegative(a):
                continue
            (v, lo, hi) = a.args[0][0]
            rest = Mono([(b, k) for b, k in m.powers if b != a])
            for name, (low, high) in engine.ctx.ranges.items():
                if (low, high) != (lo, hi):
                    continue
                term = engine.canon(
                    engine.times([Term(c, (), dict(rest.powers))], engine.moved(dict(a.args[1].powers), v, var(name)))
                )
                if not all(
                    dict(p.terms).get(n, ZERO) <= -q for n, q in term.terms
                ) or not engine.signs.mono_nonnegative(rest):
                    continue
                whole = Poly({m: c})
                remaining = _sum(engine, p, minus(Poly({}), minus(whole, term)))
                found = search.nonnegative(remaining, scope, depth)
                if found is not None:
                    return (
                        Found([(minus(whole, term), "a sum of nonnegative terms is at least each of them")], None)
                        | found
                    )
    return None


def termwise(search: Search, p: Poly, scope: Scope, depth: int) -> Found | None:
    """Σₖ f(k) ≥ 0 because f(k) ≥ 0 for every k; nothing may be left outside the sum."""
    engine = search.engine
    choices = {
        (a.args[0][i][1].key, a.args[0][i][2].key)
        for m, _ in p.terms
        for a, e in m.powers
        if a.kind == "sum" and e == 1
        for i in range(len(a.args[0]))
    }
    for low, high in sorted(choices):
        merged = _under_one_sum(engine, p, low, high)
        if merged is None:
            continue
        name, lo, hi, body = merged
        engine.ctx.ranges[name] = (lo, hi)
        found = search.nonnegative(body, Scope((*scope.over, (name, lo, hi))), depth)
        if found is not None:
            return found
    return None


def _under_one_sum(engine: Engine, p: Poly, low: str, high: str) -> tuple[str, Poly, Poly, Poly] | None:
    """p = Σ over one index of a body, when every monomial has exactly one sum over that range to draw it from."""
    name, body, limits = fresh_name(), [], None
    for m, c in p.terms:
        fit = [
            (a, i)
            for a, e in m.powers
            if a.kind == "sum" and e == 1
            for i, (_, lo, hi) in enumerate(a.args[0])
            if (lo.key, hi.key) == (low, high)
        ]
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
        rest = [Term(c, (), {b: e for b, e in m.powers if b != a})]
        body += engine.times(rest, [Term(ONE, (), factors)])
    if limits is None:
        return None
    engine.declare(name, *limits)
    return name, *limits, engine.canon(body)


def by_logarithms(search: Search, p: Poly, scope: Scope, depth: int) -> Found | None:
    """c₁ log P₁ + … + x ≥ 0 because the exponential of it is at least 1: P^… · eˣ ≥ 1, denominators multiplied out."""
    engine = search.engine
    logs = [(m, c) for m, c in p.terms if len(m.powers) == 1 and m.powers[0][0].kind == "log" and m.powers[0][1] == 1]
    if not any(len(m.powers[0][0].args[0].terms) > 1 or "sum(" in m.key for m, _ in logs):
        return None
    scale = 1
    for _, c in logs:
        scale = scale * int(c.q) // _gcd(scale, int(c.q))
    if scale > 4:
        return None
    scaled = Poly({m: c * scale for m, c in p.terms})
    if any(abs(c) > 4 for m, c in scaled.terms if m in {n for n, _ in logs}):
        return None
    above = engine.canon(engine.exponential(Poly({m: c for m, c in scaled.terms if c > 0})))
    below = engine.canon(engine.exponential(Poly({m: -c for m, c in scaled.terms if c < 0})))
    found = search.nonnegative(minus(above, below), scope, depth)
    return None if found is None else Found([(p, "the exponential is increasing")], found.zeros)


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


def by_kinks(search: Search, p: Poly, scope: Scope, depth: int) -> Found | None:
    """On either side of |x| = 0 the sign of x is a hypothesis: x is written as a nonnegative number, or minus one."""
    kinks = sorted(
        (a for a in atoms_of(p) if a.kind == "call" and a.args[0] in ("abs", "signum", "where")),
        key=lambda a: (len(a.key), a.key),
    )
    for argument in list(dict.fromkeys(a.args[1] for a in kinks))[:3]:
        if all(_one_side(search, p, argument, side, scope, depth) for side in (1, -1)):
            return Found([(p, "by cases on a sign")], None)
    return None


def _one_side(search: Search, p: Poly, argument: Poly, side: int, scope: Scope, depth: int) -> bool:
    """p ≥ 0 on one side of the kink: without using the side, or with the argument written as s > 0 (or −s).

    For the latter the argument is solved for a variable in which it is linear; what else was known of that variable is
    not used any more, so more is shown than is needed.
    """
    engine = search.engine
    flat = argument if side > 0 else minus(Poly({}), argument)
    only_abs = all(a.args[0] == "abs" for a in atoms_of(p) if a.kind == "call" and a.args[1] == argument)
    if only_abs:
        case = {a: flat for a in atoms_of(p) if a.kind == "call" and a.args[0] == "abs" and a.args[1] == argument}
        if search.nonnegative(replaced(engine, p, case), scope, depth) is not None:
            return True
    for m, c in argument.terms:
        if len(m.powers) != 1 or m.powers[0][1] != 1 or m.powers[0][0].kind not in ("var", "entry"):
            continue
        a = m.powers[0][0]
        d = engine.signs.domain(a)
        if d.integer or d.values or a in atoms_of(Poly({n: q for n, q in argument.terms if n != m})):
            continue
        name = fresh_name()
        engine.ctx.domains[name] = POSITIVE
        others = Poly({n: -q / c for n, q in argument.terms if n != m})
        apart = [Term(fmpq(side) / c, (), {Atom("var", name): ONE})]
        cases = [others, engine.canon([*opened(others), *apart])]  # at the kink, and beside it
        if all(search.nonnegative(replaced(engine, p, {a: v}), scope, depth) is not None for v in cases):
            return True
    return False


def by_growth(search: Search, p: Poly, scope: Scope, depth: int) -> Found | None:
    """f(x) ≥ 0 for x ≥ 0 because f(0) ≥ 0 and f′ ≥ 0; for real x on both sides of a touching point."""
    from .calculus_steps import increasing_from, touching_points

    engine = search.engine
    for name in sorted({n for n in p.free if n in engine.ctx.domains}):
        d = engine.ctx.domain(name)
        if d.integer or d.values or any(name in a.free for a in atoms_of(p) if a.kind in ("sum", "call")):
            continue
        if d.low == 0 and d.high is None:
            if increasing_from(search, p, name, scope, depth):
                return Found([(p, f"increasing in {name}, and nonnegative at 0")], None)
            continue
        for point in touching_points(engine, p, name):
            if _both_sides(search, p, name, point, scope, depth):
                return Found([(p, f"smallest at {name} = {point}, where it vanishes")], None)
    return None


def _both_sides(search: Search, p: Poly, name: str, point: fmpq, scope: Scope, depth: int) -> bool:
    from .calculus_steps import increasing_from

    engine, d = search.engine, search.engine.ctx.domain(name)
    for side in (1, -1):
        if d.low is not None and side < 0 and point <= d.low:
            continue
        if d.high is not None or (d.low is not None and side < 0):
            return False  # a bounded side needs the bound as a hypothesis
        step = fresh_name()
        engine.ctx.domains[step] = NONNEGATIVE
        moved = engine.move_poly(
            p, name, engine.canon([*opened(number(point)), Term(fmpq(side), (), {Atom("var", step): ONE})])
        )
        if not increasing_from(search, moved, step, scope, depth):
            return False
    return True


def _sum(engine: Engine, p: Poly, q: Poly) -> Poly:
    return engine.canon([*opened(p), *opened(q)])


def _gcd(a: int, b: int) -> int:
    while b:
        a, b = b, a % b
    return a
