"""The growth of an expression as one of its variables tends to ∞: one walk over the expression, from the inside out.

What does not mention the variable is a constant, and the normal form's business. Sums of fixed length are taken term
by term; a sum up to the variable by its closed form where the normal form has one, else by comparison with an integral.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import sympy as sp
from flint import fmpq

from ...spec.language import expressions as x
from ...spec.language.claims import unfold
from ..evaluate import Undefined
from .derivative import derivative
from .engine import Unproved, fresh_name
from .growth import ZERO, Algebra, Growth, Unsettled
from .orders import LOG, LOGLOG, UNIT, Order, T, plain_order
from .terms import ONE, Atom, Mono, Poly, Term, number, opened, var
from .translate import Translation

WRITTEN_OUT = 8


class Expansion:
    """The walk for one variable; `names` maps bound indices of enclosing sums to constants.

    oscillates: not known to be made of exponentials, logarithms and arithmetic alone, and so monotone in the end.
    """

    def __init__(self, algebra: Algebra, variable: sp.Symbol, names: dict[Any, Poly] | None = None) -> None:
        self.algebra = algebra
        self.variable = variable
        self.names = names or {}
        self.memo: dict[Any, Growth] = {}
        self.oscillates = False

    def growth(self, e: Any) -> Growth:
        if e not in self.memo:
            self.memo[e] = self._growth(e)
        return self.memo[e]

    def _varies(self, e: Any) -> bool:
        return self.variable in e.free_symbols

    def _constant(self, e: Any) -> Poly:
        return Translation(self.algebra.engine, self.names).poly(e)

    def _growth(self, e: Any) -> Growth:
        a = self.algebra
        if not self._varies(e):
            return a.constant(self._constant(e))
        if e == self.variable:
            return Growth({T: number(1)})
        if isinstance(e, sp.Add):
            return a.sum(self.growth(t) for t in e.args)
        if isinstance(e, sp.Mul):
            out = a.constant(number(1))
            for f in e.args:
                out = a.times(out, self.growth(f))
            return out
        if isinstance(e, sp.exp):
            return a.exp(self.growth(e.args[0]))
        if isinstance(e, sp.log):
            return a.log(self.growth(e.args[0]))
        if isinstance(e, sp.Pow):
            return self._power(e.base, e.exp)
        return self._node(e)

    def _power(self, base: Any, exponent: Any) -> Growth:
        a = self.algebra
        if not self._varies(exponent):
            return a.power(self.growth(base), self._constant(exponent))
        g, h = self.growth(base), self.growth(exponent)
        sign = a.eventual_sign(g)
        if sign > 0:
            return a.exp(a.times(h, a.log(g)))
        if sign == 0:
            if a.eventual_sign(h) > 0:
                return ZERO
            raise Unproved("a power of 0 with an exponent that is not positive")
        size = a.exp(a.times(h, a.log(a.negative(g))))
        match self._parity(exponent):
            case 0:
                return size
            case 1:
                return a.negative(size)
        return self._bounded(size)

    def _parity(self, e: Any) -> int | None:
        """0 or 1 where every value of the exponent is even, or every value odd; it must be whole."""
        p = self._constant(e) if self.variable.is_integer else None
        if p is None:
            raise Undefined("a power of something negative in the end")
        if not self.algebra.engine.signs.integers(p):
            raise Unproved("a power of something negative with an exponent that need not be whole")
        odd = [m for m, c in p.terms if int(c.p) % 2]
        return 0 if not odd else 1 if len(odd) == 1 and not odd[0].powers else None

    def _bounded(self, g: Growth) -> Growth:
        """Something of which only |…| = O(g) is known."""
        self.oscillates = True
        return self.algebra.made([], [*g.terms, *g.errors])

    def _node(self, e: Any) -> Growth:
        a = self.algebra
        one = a.constant(number(1))
        match e:
            case x.Named():
                return self.growth(unfold(e))
            case x.Derivative():
                return self.growth(derivative(*e.args))
            case x.log1p():
                return a.log(a.sum([one, self.growth(e.args[0])]))
            case x.expm1():
                return a.sum([a.exp(self.growth(e.args[0])), a.negative(one)])
            case sp.tanh():
                return self._tanh(self.growth(e.args[0]))
            case x.xlogy():
                weight = self.growth(e.args[0])
                return a.times(weight, a.log(self.growth(e.args[1]))) if weight != ZERO else ZERO
            case sp.Abs():
                return a.absolute(self.growth(e.args[0]))
            case x.maximum() | x.minimum():
                return self._extreme([self.growth(p) for p in e.args], isinstance(e, x.maximum))
            case x.signum():
                return a.constant(number(a.eventual_sign(self.growth(e.args[0]))))
            case x.WhereNonnegative():
                return self.growth(e.args[1 if a.eventual_sign(self.growth(e.args[0])) >= 0 else 2])
            case x.floor() | x.ceiling():
                return a.sum([self.growth(e.args[0]), self._bounded(one)])
            case x.Total():
                return self._total(e)
            case x.Product():
                with x.as_written():
                    return a.exp(self._total(x.Total(sp.log(e.body), *e.args[1:])))
            case x.Recurrence():
                return self._recurrence(e)
        return self._normal(e)

    def _tanh(self, g: Growth) -> Growth:
        """±(1 − q)/(1 + q) with q = e^{∓2g}, which is small or constant."""
        a = self.algebra
        one = a.constant(number(1))
        large, _, _ = a.parted(g)
        sign = a.sign(large[a.largest(large)]) if large else 1
        q = a.exp(a.scaled(g, UNIT, number(-2 * sign)))
        quotient = a.times(a.sum([one, a.negative(q)]), a.power(a.sum([one, q]), number(-1)))
        return quotient if sign > 0 else a.negative(quotient)

    def _extreme(self, parts: list[Growth], largest: bool) -> Growth:
        """max(f, g) = (f + g + |f − g|)/2, or one of them where it wins in the end."""
        a = self.algebra
        f, g = parts
        apart = a.sum([f, a.negative(g)])
        try:
            return f if (a.eventual_sign(apart) >= 0) == largest else g
        except Unsettled:
            size = a.absolute(apart)
            both = [f, g, size if largest else a.negative(size)]
            return a.scaled(a.sum(both), UNIT, number(fmpq(1, 2)))

    # ------------------------------------------------------------------ sums
    def _total(self, e: x.Total) -> Growth:
        if not self._varies(e.low) and not self._varies(e.high):
            return self._fixed_length(e)
        for way in (self._normal, self._geometric):
            with suppress(Unproved):
                return way(e)
        return self._like_an_integral(e)

    def _geometric(self, e: x.Total) -> Growth:
        """Σ of terms r(t)·e^{ℓk}: r(t)·(e^{ℓ(h + 1)} − e^{ℓ·low})/(e^ℓ − 1), where ℓ is surely not 0."""
        a = self.algebra
        name = fresh_name()
        if not a.engine.signs.possible(self._constant(e.low), self._constant(e.high)):
            raise Unproved("a range not known to have a length of at least 0")
        a.engine.declare(name, self._constant(e.low), self._constant(e.high))
        body = Translation(a.engine, {**self.names, e.index: var(name)}).poly(e.body)
        return a.sum(self._geometric_term(m, c, name, e) for m, c in body.terms)

    def _geometric_term(self, m: Mono, c: fmpq, name: str, e: x.Total) -> Growth:
        a, slope = self.algebra, Poly({})
        for atom, k in m.powers:
            if name in atom.free:
                inner = dict(atom.args[0].powers) if atom.kind == "exp" else {}
                if inner.pop(Atom("var", name), None) != 1 or name in Mono(inner).free:
                    raise Unproved("the growth of a sum")
                slope = a.plus(slope, Poly({Mono(inner): k}))
        if self.variable.name in slope.free or a.sign(slope) == 0:
            raise Unproved("a sum whose ratio varies")
        rest = self._mono(Mono([(b, k) for b, k in m.powers if name not in b.free]), c)
        after, first = (
            a.exp(a.scaled(g, UNIT, slope))
            for g in (a.sum([self.growth(e.high), a.constant(number(1))]), self.growth(e.low))
        )
        ratio = a.sum([a.exp(a.constant(slope)), a.constant(number(-1))])
        whole = a.times(a.sum([after, a.negative(first)]), a.power(ratio, number(-1)))
        return a.times(rest, whole)

    def _fixed_length(self, e: x.Total) -> Growth:
        """Σ over a range that does not vary: term by term, Σₖ cₖ·m with orders m that do not depend on k."""
        a, k = self.algebra, self.algebra.engine
        low, high = self._constant(e.low), self._constant(e.high)
        count = self._difference(high, low).constant()
        if count is not None and -1 <= count < WRITTEN_OUT:
            indices = [a.plus(low, number(i)) for i in range(int(count) + 1)]
            return a.sum(self._inside({e.index: i}).growth(e.body) for i in indices)
        if not k.signs.possible(low, high):
            raise Unproved("a range not known to have a length of at least 0")
        name = fresh_name()
        k.declare(name, low, high)
        inner = self._inside({e.index: var(name)}).growth(e.body)
        if any(name in m.free for m in (*inner.terms, *inner.errors)):
            raise Unproved("terms of a sum that grow at different rates")
        added = []
        for m, c in inner.terms.items():
            terms = [Term(t.coef, ((name, low, high), *t.bounds), t.powers) for t in opened(c)]
            added.append((m, a.canon(terms)))
        return a.made(added, inner.errors)

    def _inside(self, more: dict[Any, Poly]) -> Expansion:
        self.oscillates = True  # not known to be monotone: nobody looks at what the terms of the sum do
        return Expansion(self.algebra, self.variable, {**self.names, **more})

    def _difference(self, p: Poly, q: Poly) -> Poly:
        return self.algebra.plus(p, self.algebra.product(q, number(-1)))

    def _like_an_integral(self, e: x.Total) -> Growth:
        """Σₖ up to h → ∞ of terms of k alone: Σ kᵃ = hᵃ⁺¹/(a + 1) + O(hᵃ) + O(1), Σ 1/k = log h + O(1)."""
        a = self.algebra
        self.oscillates = True
        h = self.growth(e.high)
        if self._varies(e.body) or self._varies(e.low):
            raise Unproved("the growth of a sum whose terms vary with its length")
        if not self._tends_to_infinity(h):
            raise Unproved("a sum whose length does not tend to infinity")
        name = fresh_name()
        a.engine.declare(name, number(1), number(1))
        a.engine.signs.limits.pop(name)
        index = sp.Symbol(name, integer=True)
        body = Expansion(a, index, self.names).growth(x.substitute(e.body, {e.index: index}))
        parts = [self._sum_of_order(m, c, h) for m, c in body.terms.items()]
        parts += [self._bounded(self._sum_of_order(m, number(1), h)) for m in body.errors]
        return a.sum([*parts, Growth({}, frozenset([UNIT]))])

    def _tends_to_infinity(self, h: Growth) -> bool:
        lead = self.algebra.leading(h)
        return lead is not None and self.algebra.sign(lead[1]) > 0 and self.algebra.trend(lead[0]) > 0

    def _sum_of_order(self, m: Order, c: Poly, h: Growth) -> Growth:
        """c·Σ m(k) for k up to h, up to O(1)."""
        a = self.algebra
        if summable(a, m):
            return Growth({}, frozenset([UNIT]))
        power, logs = a.plus(m.powers[0], number(1)), m.powers[1]
        if m.grows or m.powers[2].terms or logs.constant() is None:
            raise Unproved("a sum whose growth is not that of a power")
        if a.sign(power) == 0:
            if logs.terms:
                raise Unproved("a sum whose growth is not that of a power")
            return a.scaled(a.log(h), UNIT, c)
        whole = a.times(a.power(h, power), a.power(a.log(h), logs) if logs.terms else a.constant(number(1)))
        whole = a.scaled(whole, UNIT, a.product(c, a.positive_power(power, number(-1))))
        below = a.power(a.log(h), number(-1)) if logs.terms else a.power(h, number(-1))
        beyond = a.times(whole, below)
        return a.made(whole.terms.items(), [*whole.errors, *beyond.terms, *beyond.errors])

    def _recurrence(self, e: x.Recurrence) -> Growth:
        """m_s = ρ·m_{s−1} + c with constants: m_u = ρᵘ·(m₀ − c/(1 − ρ)) + c/(1 − ρ), and m₀ + c·u for ρ = 1."""
        a, u = self.algebra, self.growth(e.upto)
        previous, step = fresh_name(), fresh_name()
        p = Translation(a.engine, {**self.names, e.previous: var(previous), e.index: var(step)}).poly(e.step)
        own = Atom("var", previous)
        slope = Poly({Mono([(b, k) for b, k in m.powers if b != own]): c for m, c in p.terms if own in dict(m.powers)})
        rest = Poly({m: c for m, c in p.terms if own not in dict(m.powers)})
        linear = all(k == 1 for m, _ in p.terms for b, k in m.powers if b == own)
        if not linear or {previous, step, self.variable.name} & (slope.free | rest.free):
            raise Unproved("a recurrence whose solution is not known")
        if not self._tends_to_infinity(u):
            raise Unproved("a recurrence of a length that does not tend to infinity")
        contraction = self._difference(number(1), slope)
        if a.sign(contraction) == 0:
            return a.sum([self.growth(e.start), a.times(u, a.constant(rest))])
        fixed = a.constant(a.product(rest, a.positive_power(contraction, number(-1))))
        if a.sign(slope) == 0:
            return fixed
        apart = a.sum([self.growth(e.start), a.negative(fixed)])
        size = a.exp(a.times(u, a.log(a.absolute(a.constant(slope)))))
        return a.sum([fixed, a.times(size if a.sign(slope) > 0 else self._bounded(size), apart)])

    # ------------------------------------------------------------------ canonical polynomials
    def _normal(self, e: Any) -> Growth:
        """By the normal form, whose atoms are walked in turn."""
        self.oscillates = True
        return self.of_poly(Translation(self.algebra.engine, self.names).poly(e))

    def of_poly(self, p: Poly) -> Growth:
        return self.algebra.sum(self._mono(m, c) for m, c in p.terms)

    def _mono(self, m: Mono, c: fmpq) -> Growth:
        a = self.algebra
        out = a.constant(number(c))
        for atom, e in m.powers:
            out = a.times(out, self._atom(atom, e))
        return out

    def _atom(self, atom: Atom, e: fmpq) -> Growth:
        a, name = self.algebra, self.variable.name
        if name not in atom.free:
            return a.constant(Poly({Mono([(atom, e)]): ONE}))
        match atom.kind:
            case "var":
                return Growth({plain_order(e): number(1)})
            case "exp":
                return a.exp(self._mono(atom.args[0], e))
            case "log":
                return a.power(a.log(self.of_poly(atom.args[0])), number(e))
            case "base":
                return a.power(self.of_poly(atom.args[0]), number(e))
            case "call" if atom.args[0] == "abs":
                return a.power(a.absolute(self.of_poly(atom.args[1])), number(e))
        raise Unproved(f"the growth of {'a sum' if atom.kind == 'sum' else atom.args[0]}")


def summable(a: Algebra, m: Order) -> bool:
    """Whether Σ m(k) is finite, by the integral test: against 1/k, then 1/(k log k), then 1/(k log k log log k)."""
    grows = [k for k, c in m.grows if not a.zero(c)]
    top = a.largest(grows) if grows else None
    for p, logarithm in zip(m.powers, (LOG, LOGLOG, None), strict=True):
        if top is not None and (logarithm is None or a.trend(a.ratio(top, logarithm)) > 0):
            return a.sign(dict(m.grows)[top]) < 0
        against = a.sign(a.plus(p, number(1)))
        if against:
            return against < 0
    return False
