"""The algebra of growth: sums of constants times orders, as t → ∞, and orders for what they leave out.

A growth c₁m₁ + c₂m₂ + O(e) says: for fixed values of the parameters the rest stays below a constant times e from some
t on. Nothing is compared before it must be, and a comparison that the sorts do not settle raises `Unsettled`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flint import fmpq

from ..evaluate import Undefined
from . import calls
from .engine import Engine, Unproved
from .extended import may_be_infinite
from .leftover import readable
from .orders import LOG, LOGLOG, LOGS, UNIT, Order, is_number, sign_of_number
from .signs import minus
from .splitting import vanishes
from .terms import Atom, Mono, Open, Poly, number, opened

MOST_TERMS = 80


class Unsettled(Unproved):
    """The answer hangs on the sign of a constant that the sorts do not settle."""

    def __init__(self, constant: Poly) -> None:
        super().__init__(f"the sign of {readable(constant)} is not known")
        self.constant = constant


class Coarse(Unproved):
    """The expansion was cut off too early to say."""


@dataclass(frozen=True)
class Growth:
    """Σ c·m + O(…): the terms, and the orders of the errors. Without errors it is exact."""

    terms: Mapping[Order, Poly] = field(default_factory=dict)
    errors: frozenset[Order] = frozenset()


ZERO = Growth()


class Algebra:
    """Arithmetic of growths under one engine's context; series are cut off after `depth` powers."""

    def __init__(self, engine: Engine, depth: int) -> None:
        self.engine = engine
        self.depth = depth
        self.known_signs: dict[str, int | None] = {}
        self.trends: dict[str, int | Unsettled] = {}

    # ------------------------------------------------------------------ constants
    def canon(self, terms: Open) -> Poly:
        return self.engine.canon(terms)

    def product(self, p: Poly, q: Poly) -> Poly:
        return self.canon(self.engine.times(opened(p), opened(q)))

    def plus(self, p: Poly, q: Poly) -> Poly:
        return self.canon(opened(p) + opened(q))

    def zero(self, p: Poly) -> bool:
        return not p.terms or (p.constant() is None and vanishes(self.engine, p))

    def constant(self, p: Poly) -> Growth:
        """A number that does not depend on t. It must be finite: x log y with y = 0 would not be."""
        if any(may_be_infinite(self.engine, a) for m, _ in p.terms for a, _ in m.powers):
            raise Unproved("a constant that may be infinite")
        return Growth({UNIT: p}) if p.terms else ZERO

    def sign(self, p: Poly) -> int:
        """−1, 0 or 1 for certain, or `Unsettled`."""
        if p.key not in self.known_signs:
            self.known_signs[p.key] = self._sign(p)
        found = self.known_signs[p.key]
        if found is None:
            raise Unsettled(p)
        return found

    def _sign(self, p: Poly) -> int | None:
        q = p.constant()
        if q is not None:
            return (q > 0) - (q < 0)
        if self.zero(p):
            return 0
        return sign_of_number(p) if is_number(p) else self._uniform(p) or self._by_factors(p)

    def _uniform(self, p: Poly) -> int | None:
        """The sign that all terms share."""
        found = {self._sign_of_product(c, dict(m.powers)) for m, c in p.terms}
        if found in ({1}, {-1}):
            return found.pop()
        if self.engine.signs.poly_positive(p):
            return 1
        return -1 if self.engine.signs.poly_positive(minus(Poly({}), p)) else None

    def _by_factors(self, p: Poly) -> int | None:
        return self._sign_of_product(*self.engine.factored(p))

    def _sign_of_product(self, c: fmpq, atoms: Mapping[Atom, fmpq]) -> int | None:
        out = (c > 0) - (c < 0)
        for a, e in atoms.items():
            s = self._sign_of_atom(a)
            if s is None or (s < 0 and e.q != 1):
                return None
            out *= s if int(e.p) % 2 else 1
        return out

    def _sign_of_atom(self, a: Atom) -> int | None:
        if self.engine.signs.positive(a):
            return 1
        if a.kind == "log":
            return self._above_one(a.args[0])
        return self._uniform(a.args[0]) if a.kind == "base" else None

    def _above_one(self, p: Poly) -> int | None:
        """The sign of p − 1."""
        if len(p.terms) == 1 and p.terms[0][1] == 1:
            m = p.terms[0][0]
            if self.engine.signs.below_one(m, strict=True):
                return -1
            if self.engine.signs.below_one(Mono([(a, -e) for a, e in m.powers]), strict=True):
                return 1
        return self._sign(minus(p, number(1)))

    def positive_power(self, c: Poly, p: Poly) -> Poly:
        """c^p for a constant c that is known to be positive, or for an integer p."""
        r, before = p.constant(), dict(self.engine.side)
        if r is not None:
            out = self.canon(self.engine.power(c, r))
        else:
            exponent = self.engine.times(opened(p), self.engine.logarithm(c))
            out = self.canon(self.engine.exponential(self.canon(exponent)))
        self.engine.side = before  # the sign that it asks for was settled here
        return out

    # ------------------------------------------------------------------ orders
    def times_order(self, m: Order, n: Order) -> Order:
        grows = dict(m.grows)
        for k, c in n.grows:
            grows[k] = self.plus(grows[k], c) if k in grows else c
        return Order([self.plus(a, b) for a, b in zip(m.powers, n.powers, strict=True)], grows)

    def raised(self, m: Order, p: Poly) -> Order:
        return Order([self.product(a, p) for a in m.powers], {k: self.product(c, p) for k, c in m.grows})

    def ratio(self, m: Order, n: Order) -> Order:
        return self.times_order(m, self.raised(n, number(-1)))

    def trend(self, m: Order) -> int:
        """1 when m tends to ∞, −1 when it tends to 0, 0 when it is 1 for all t; or `Unsettled`."""
        if m.key not in self.trends:
            try:
                self.trends[m.key] = self._trend(m)
            except Unsettled as reason:
                self.trends[m.key] = reason
        found = self.trends[m.key]
        if isinstance(found, Unsettled):
            raise found
        return found

    def _trend(self, m: Order) -> int:
        """The sign of log m = Σ c·m + a log t + b log log t + …, by the largest term that does not vanish."""
        grows = {k: c for k, c in m.grows if not self.zero(c)}
        level = next((i for i, p in enumerate(m.powers) if not self.zero(p)), None)
        if not grows:
            return 0 if level is None else self.sign(m.powers[level])
        top = self.largest(grows)
        if level is not None and level + 1 < len(LOGS):  # log log log t is below every order that tends to ∞
            logarithm = (LOG, LOGLOG)[level]
            above = self.trend(self.ratio(top, logarithm))
            if above < 0:
                return self.sign(m.powers[level])
            if above == 0:
                raise Unproved("a logarithm that was not recognised as one")
        return self.sign(grows[top])

    def largest(self, orders: Iterable[Order]) -> Order:
        """The order that surely dominates all others."""
        orders, reason = list(orders), None
        for m in orders:
            try:
                if all(self.trend(self.ratio(n, m)) < 0 for n in orders if n != m):
                    return m
            except Unsettled as unsettled:
                reason = reason or unsettled
        raise reason or Unproved("two orders that were not recognised as one")

    # ------------------------------------------------------------------ sums and products
    def made(self, pairs: Iterable[tuple[Order, Poly]], errors: Iterable[Order]) -> Growth:
        """Terms collected, without those that the errors cover."""
        terms: dict[Order, Poly] = {}
        for m, c in pairs:
            terms[m] = self.plus(terms[m], c) if m in terms else c
        kept: list[Order] = []
        for e in sorted(set(errors), key=lambda e: e.key):
            if not any(self.within(e, other) for other in kept):
                kept = [o for o in kept if not self.within(o, e)] + [e]
        terms = {m: c for m, c in terms.items() if c.terms and not any(self.within(m, e) for e in kept)}
        if len(terms) + len(kept) > MOST_TERMS:
            raise Unproved("the expansion grows too large")
        return Growth(terms, frozenset(kept))

    def within(self, m: Order, e: Order) -> bool:
        """Whether m = O(e) for certain."""
        try:
            return m == e or self.trend(self.ratio(m, e)) <= 0
        except Unsettled:
            return False

    def sum(self, parts: Iterable[Growth]) -> Growth:
        parts = list(parts)
        return self.made([t for g in parts for t in g.terms.items()], [e for g in parts for e in g.errors])

    def times(self, f: Growth, g: Growth) -> Growth:
        pairs = [(self.times_order(m, n), self.product(c, d)) for m, c in f.terms.items() for n, d in g.terms.items()]
        errors = [self.times_order(e, n) for e in f.errors for n in (*g.terms, *g.errors)]
        return self.made(pairs, errors + [self.times_order(m, e) for m in f.terms for e in g.errors])

    def scaled(self, g: Growth, m: Order, c: Poly) -> Growth:
        return self.times(g, Growth({m: c}))

    def negative(self, g: Growth) -> Growth:
        return self.scaled(g, UNIT, number(-1))

    # ------------------------------------------------------------------ leading terms
    def leading(self, g: Growth) -> tuple[Order, Poly, Growth] | None:
        """The order that dominates the rest, its coefficient and the rest; None for what is zero for all t."""
        terms = {m: c for m, c in g.terms.items() if not self.zero(c)}
        if not terms:
            if g.errors:
                raise Coarse("nothing but an error is left")
            return None
        for n, m in [(n, m) for n in terms for m in terms if n.key < m.key]:
            if n in terms and m in terms and self._same(n, m):
                terms[n] = self.plus(terms[n], terms.pop(m))
                return self.leading(Growth(terms, g.errors))
        top = self.largest(terms)
        if any(self.trend(self.ratio(e, top)) >= 0 for e in g.errors):
            raise Coarse("the error is as large as the leading term")
        return top, terms[top], Growth({m: c for m, c in terms.items() if m != top}, g.errors)

    def _same(self, m: Order, n: Order) -> bool:
        try:
            return self.trend(self.ratio(m, n)) == 0
        except Unsettled:
            return False

    def eventual_sign(self, g: Growth) -> int:
        """The sign that g has from some t on."""
        lead = self.leading(g)
        return 0 if lead is None else self.sign(lead[1])

    def parted(self, g: Growth) -> tuple[dict[Order, Poly], Poly, Growth]:
        """The terms that tend to ∞, the constant, and what tends to 0."""
        large, constant, small = {}, Poly({}), {}
        for m, c in g.terms.items():
            if self.zero(c):
                continue
            trend = self.trend(m)
            if trend == 0:
                constant = self.plus(constant, c)
            else:
                (large if trend > 0 else small)[m] = c
        if any(self.trend(e) >= 0 for e in g.errors):
            raise Coarse("the error does not tend to 0")
        return large, constant, Growth(small, g.errors)

    # ------------------------------------------------------------------ functions
    def series(self, small: Growth, coefficients: list[Poly]) -> Growth:
        """Σ cₖ·εᵏ + O(εᴺ⁺¹) for ε → 0; (Σ rᵢ)ᴺ⁺¹ = O(Σ rᵢᴺ⁺¹). Exact where ε is 0."""
        if not small.terms and not small.errors:
            return self.constant(coefficients[0])
        beyond = [self.raised(m, number(len(coefficients))) for m in (*small.terms, *small.errors)]
        out = self.constant(coefficients[-1])
        for c in reversed(coefficients[:-1]):
            inner = self.times(out, small)
            out = self.made([*inner.terms.items(), (UNIT, c)], [*inner.errors, *beyond])
        return out

    def power(self, g: Growth, p: Poly) -> Growth:
        """g^p for a constant p; g must be positive in the end where p is no integer."""
        r = p.constant()
        if r is not None and r.q == 1 and 0 <= r <= 6:
            out = self.constant(number(1))
            for _ in range(int(r)):
                out = self.times(out, g)
            return out
        lead = self.leading(g)
        if lead is None:
            if self.sign(p) > 0:
                return ZERO
            raise Undefined("a division by something identically zero")
        m, c, rest = lead
        if self.sign(c) < 0 and r is None:
            raise Unproved("a power of something negative with an exponent that is not known")
        if self.sign(c) < 0 and r is not None and r.q != 1:
            raise Undefined("a root of something negative in the end")
        coefficients = [number(1)]
        for k in range(1, self.depth + 1):
            factor = self.product(self.plus(p, number(1 - k)), number(fmpq(1, k)))
            coefficients.append(self.product(coefficients[-1], factor))
        small = self.scaled(rest, self.raised(m, number(-1)), self.positive_power(c, number(-1)))
        return self.scaled(self.series(small, coefficients), self.raised(m, p), self.positive_power(c, p))

    def log(self, g: Growth) -> Growth:
        lead = self.leading(g)
        if lead is None or self.sign(lead[1]) < 0:
            raise Undefined("the logarithm of something that is not positive in the end")
        m, c, rest = lead
        before = dict(self.engine.side)
        constant = self.canon(self.engine.logarithm(c))
        self.engine.side = before  # c > 0 was settled here
        coefficients = [Poly({}), *(number(fmpq((-1) ** (k + 1), k)) for k in range(1, self.depth + 1))]
        small = self.scaled(rest, self.raised(m, number(-1)), self.positive_power(c, number(-1)))
        return self.sum([self.constant(constant), self.log_of_order(m), self.series(small, coefficients)])

    def log_of_order(self, m: Order) -> Growth:
        if m.powers[2].terms:
            raise Unproved("a logarithm of log log t")
        return self.made([*m.grows, (LOG, m.powers[0]), (LOGLOG, m.powers[1])], [])

    def exp(self, g: Growth) -> Growth:
        large, constant, small = self.parted(g)
        nothing = Poly({})
        powers = [large.pop(LOG, nothing), large.pop(LOGLOG, nothing), nothing]
        coefficients = [number(1)]
        for k in range(1, self.depth + 1):
            coefficients.append(self.product(coefficients[-1], number(fmpq(1, k))))
        scale = self.canon(self.engine.exponential(constant))
        return self.scaled(self.series(small, coefficients), Order(powers, large), scale)

    def absolute(self, g: Growth) -> Growth:
        """|g|; where only the sign of the leading coefficient c is open, ||A + B| − |A|| ≤ |B|."""
        lead = self.leading(g)
        if lead is None:
            return ZERO
        m, c, rest = lead
        try:
            return g if self.sign(c) > 0 else self.negative(g)
        except Unsettled:
            return self.made([(m, self.canon(calls.absolute(self.engine, c)))], [*rest.terms, *rest.errors])
