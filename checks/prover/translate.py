"""From expressions of the language to prenex terms under fresh indices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp
from flint import fmpq

from ...spec.language import expressions as x
from ...spec.language.claims import unfold
from . import calls, smooth
from .derivative import derivative, placed
from .engine import Engine, Unproved, fresh_name
from .expectation import expectation, moment
from .extended import may_be_infinite
from .recurrences import affine, as_product, as_sum
from .rewriting import length
from .signs import minus
from .terms import ONE, Atom, Mono, Open, Poly, Term, as_poly, atom_terms, constant_terms, number, opened, var

WRITTEN_OUT = 8  # sums of so few terms are written out, and so many last terms are split off


def normal(engine: Engine, e: Any) -> Poly:
    """The canonical polynomial of an expression under the engine's context; its side conditions go to the engine."""
    if e not in engine.memo:
        p, side, infinite = apart(engine, lambda: engine.canon(Translation(engine, {}).terms(e)))
        own = {s.name for s in e.free_symbols if isinstance(s, sp.Symbol)}  # an index may be the variable of a limit
        if any(name.startswith("#") and name not in own for name in p.free):
            raise Unproved("an index escaped from its sum: an error of the engine")
        engine.memo[e] = p, side, infinite
    p, side, infinite = engine.memo[e]
    engine.side |= side
    engine.met_infinite |= infinite
    return p


def apart(engine: Engine, work: Callable[[], Poly]) -> tuple[Poly, dict[str, Poly], bool]:
    """The result of some work with the side conditions, and the meeting of infinities, that were its own."""
    before, engine.side = engine.side, {}
    met, engine.met_infinite = engine.met_infinite, False
    try:
        p = work()
        return p, engine.side, engine.met_infinite
    finally:
        engine.side, engine.met_infinite = before, met


class Translation:
    """One walk over an expression; `names` maps bound indices to fresh variables."""

    def __init__(self, engine: Engine, names: dict[Any, Poly]) -> None:
        self.engine = engine
        self.names = names

    def poly(self, e: Any) -> Poly:
        if not self.names:
            return normal(self.engine, e)
        return self.engine.canon(self.terms(e))

    def terms(self, e: Any) -> Open:
        k = self.engine
        if e.is_Rational:
            return constant_terms(fmpq(int(e.p), int(e.q)))
        if e in self.names:
            return opened(self.names[e])
        if isinstance(e, sp.Symbol):
            return atom_terms(Atom("var", e.name))
        if isinstance(e, sp.Add):
            return [t for a in e.args for t in self.terms(a)]
        if isinstance(e, sp.Mul):
            out = constant_terms(1)
            for a in e.args:
                out = k.times(out, self.terms(a))
            return out
        if isinstance(e, sp.exp):
            return k.exponential(self.poly(e.args[0]))
        if isinstance(e, sp.Pow):
            return self._power(e)
        if isinstance(e, sp.log):
            return k.logarithm(self.poly(e.args[0]))
        if e is sp.E:
            return atom_terms(Atom("e"))
        if e is sp.pi:
            return atom_terms(Atom("pi"))
        return self._node(e)

    def _power(self, e: Any) -> Open:
        k = self.engine
        if e.exp.is_Rational:
            return k.power(self.poly(e.base), fmpq(int(e.exp.p), int(e.exp.q)))
        base, exponent = self.poly(e.base), self.poly(e.exp)
        constant = exponent.constant()
        if constant is not None:
            return k.power(base, constant)
        if calls.positive(k, base):
            return k.exponential(k.canon(k.times(opened(exponent), k.logarithm(base))))
        return calls.integer_power(k, base, exponent)

    def _product(self, e: x.Product) -> Open:
        """Π of positive factors is the exponential of a sum; other factors stay as opaque products, one a factor."""
        k = self.engine
        lo, hi = self.poly(e.low), self.poly(e.high)
        length_less_one = minus(hi, lo).constant()
        if length_less_one is not None and -1 <= length_less_one < WRITTEN_OUT:
            out = constant_terms(1)
            for i in range(int(length_less_one) + 1):
                out = k.times(out, Translation(k, {**self.names, e.index: plus(lo, i)}).terms(e.body))
            return out
        with x.as_written():
            logarithm = x.Total(sp.log(e.body), *e.args[1:])
        name = fresh_name()
        k.declare(name, lo, hi)
        coef, atoms = k.factored(Translation(k, {**self.names, e.index: var(name)}).poly(e.body))
        if coef > 0 and all(k.signs.positive(a) for a in atoms):
            return k.exponential(k.canon(self._sum(logarithm, lambda inner: inner.terms(logarithm.body))))
        if not k.signs.possible(lo, hi):
            raise Unproved("a range not known to have a length of at least 0")
        last = next((c for m, c in hi.terms if not m.powers), 0)
        if 1 <= last <= WRITTEN_OUT and k.signs.possible(lo, plus(hi, -1)):  # Π up to u + 1 is Π up to u and one more
            factor = Translation(k, {**self.names, e.index: hi}).terms(e.body)
            with x.as_written():
                return k.times(factor, self.terms(x.Product(*e.args[:-1], sp.Add(e.high, sp.Integer(-1)))))
        return self._opaque_product(coef, atoms, name, lo, hi)

    def _opaque_product(self, coef: fmpq, atoms: dict[Atom, fmpq], name: str, lo: Poly, hi: Poly) -> Open:
        k = self.engine
        count = k.canon(length(hi, lo))
        constants = [(number(coef), ONE)] if coef != 1 else []
        constants += [(as_poly(a), e) for a, e in atoms.items() if name not in a.free]
        out = constant_terms(1)
        for p, e in constants:
            out = k.times(out, k.power(k.canon(calls.integer_power(k, p, count)), e))
        for a, e in atoms.items():
            if name in a.free:
                ((_, _, product),) = calls.binding("product", [lo, hi], as_poly(a), name)
                out = k.times(out, [Term(ONE, (), dict.fromkeys(product, e))])
        return out

    def _sum(self, e: x.Binder, body: Callable[[Translation], Open]) -> Open:
        k = self.engine
        lo, hi = self.poly(e.low), self.poly(e.high)
        if not (k.signs.integers(lo) and k.signs.integers(hi) and k.signs.possible(lo, hi)):
            raise Unproved("a range not known to have a length of at least 0")
        at = lambda i: body(Translation(k, {**self.names, e.index: i}))  # noqa: E731
        length = minus(hi, lo).constant()
        if length is not None and length < WRITTEN_OUT:
            return [t for i in range(int(length) + 1) for t in at(plus(lo, i))]
        extra = next((c for m, c in hi.terms if not m.powers), 0)
        peeled: Open = []  # Σ up to u + c is Σ up to u and c more terms
        while 1 <= extra <= WRITTEN_OUT and k.signs.possible(lo, plus(hi, -1)):
            peeled += at(hi)
            hi, extra = plus(hi, -1), extra - 1
        name = fresh_name()
        k.declare(name, lo, hi)
        return peeled + [Term(t.coef, ((name, lo, hi), *t.bounds), t.powers) for t in at(var(name))]

    def _node(self, e: Any) -> Open:
        k = self.engine
        match e:
            case x.Entry():
                return k.entry(e.array.name, [self.poly(i) for i in e.indices])
            case x.Named():
                return self.terms(unfold(e))
            case x.Total():
                return self._sum(e, lambda inner: inner.terms(e.body))
            case x.Product():
                return self._product(e)
            case x.delta():
                return k.kronecker(self.poly(e.args[0]), self.poly(e.args[1]))
            case x.Derivative():
                smooth.assume_derivable(self, *e.args)
                return self.terms(derivative(*e.args))
            case x.xlogy():
                return self._xlogy(e)
            case x.log1p():
                return k.logarithm(k.canon(constant_terms(1) + self.terms(e.args[0])))
            case x.expm1():
                return k.exponential(self.poly(e.args[0])) + constant_terms(-1)
            case sp.tanh():
                twice = k.exponential(k.canon(k.times(constant_terms(2), self.terms(e.args[0]))))
                below = k.power(k.canon(twice + constant_terms(1)), fmpq(-1))
                return k.times(twice + constant_terms(-1), below)
            case sp.Abs():
                return calls.absolute(k, self.poly(e.args[0]))
            case x.ByValue():
                return self._choice(e)
            case x.At():
                smooth.assume_derivable_at(self, e.expr, dict(e.places))
                return self.terms(placed(e))
            case x.Expectation():
                return expectation(k, self.poly(e.args[0]))
            case x.Moment():
                return moment(k, e.args[0].name, int(e.args[1]))
            case x.Application():
                name, entry = self._any_entry(e.vector)
                return calls.binding(f"apply:{e.name}", [self.poly(e.vector.dims[0])], entry, name)
            case x.Largest():
                if not k.signs.nonempty(self.poly(e.low), self.poly(e.high)):
                    raise Unproved("the largest of perhaps no numbers")
                name, entry = self._any_entry(e)
                return calls.binding("max", [self.poly(e.low), self.poly(e.high)], entry, name)
            case x.Recurrence():
                return self._recurrence(e)
            case x.WhereNonnegative():
                return calls.where(k, *[self.poly(a) for a in e.args])
            case x.maximum() | x.minimum():
                return self._extreme(e)
            case x.signum():
                return calls.signum(k, self.poly(e.args[0]))
        raise Unproved(f"the normal form does not treat {type(e).__name__}")

    def _any_entry(self, e: Any) -> tuple[str, Poly]:
        """A fresh index and the entry of a vector there."""
        name = fresh_name()
        if isinstance(e, x.Array):
            return name, entry_at(e.name, name)
        self.engine.declare(name, self.poly(e.low), self.poly(e.high))
        return name, Translation(self.engine, {**self.names, e.index: var(name)}).poly(e.body)

    def _recurrence(self, e: x.Recurrence) -> Open:
        """m₀ is the start, m_{u+1} is one step from m_u; αm + β comes to a sum; else m_u of a symbolic u stays."""
        k, upto = self.engine, self.poly(e.upto)
        if not upto.terms:
            return self.terms(e.start)
        written = self._written_out(e)
        if written is not None:
            return self.terms(written)
        whole = next((c for m, c in upto.terms if not m.powers), None)
        if whole is not None and whole >= 1:
            before = k.canon(opened(upto) + constant_terms(-1))
            if not (before.constant() is not None or k.signs.poly_nonnegative(before)):
                raise Unproved("a recurrence up to a number not known to be natural")
            with x.as_written():
                earlier = x.Recurrence(e.start, e.step, e.previous, e.index, sp.Add(e.upto, sp.Integer(-1)))
            inner = Translation(k, {**self.names, e.previous: self.poly(earlier), e.index: upto})
            return inner.terms(e.step)
        previous, index = fresh_name(), fresh_name()
        k.declare(index, number(1), upto)
        marks = {e.previous: var(previous), e.index: var(index)}
        step = Translation(k, {**self.names, **marks}).poly(e.step)
        return calls.binding("recurrence", [self.poly(e.start), upto], step, previous, index)

    def _written_out(self, e: x.Recurrence) -> Any:
        """The product or the sum that the recurrence comes to, for a factor known to be positive; or None."""
        parts = affine(e)
        if parts is None:
            return None
        factor, added = parts
        if added == 0 or not self._marked(e, added).terms:
            return as_product(e, factor)
        if e.index in factor.free_symbols:
            return None
        if factor != 1:
            alpha = self.poly(factor)
            factor = sp.Integer(1) if alpha == number(1) else factor
            if factor != 1 and not calls.positive(self.engine, alpha):
                return None
        return as_sum(e, factor, added)

    def _marked(self, e: x.Recurrence, body: Any) -> Poly:
        """A part of the step at a symbolic index."""
        index = fresh_name()
        self.engine.declare(index, number(1), self.poly(e.upto))
        return Translation(self.engine, {**self.names, e.index: var(index)}).poly(body)

    def _extreme(self, e: Any) -> Open:
        """max(a, b) = (a + b + |a − b|)/2, and min with a minus."""
        a, b = (self.terms(p) for p in e.args)
        with x.as_written():
            apart = calls.absolute(self.engine, self.poly(e.args[0] - e.args[1]))
        sign = 1 if isinstance(e, x.maximum) else -1
        return self.engine.times(constant_terms(fmpq(1, 2)), a + b + self.engine.times(constant_terms(sign), apart))

    def _xlogy(self, e: Any) -> Open:
        """0 log y = 0 whatever y is: what the argument needs must not be needed where the weight may be zero."""
        k = self.engine
        weight = self.poly(e.args[0])
        argument, side, infinite = apart(k, lambda: self.poly(e.args[1]))
        if side and not k.signs.poly_positive(weight):
            raise Unproved("a logarithm whose argument has side conditions, with a weight that may be zero")
        k.side |= side
        out = calls.xlogy(k, weight, argument)
        k.met_infinite |= infinite or any(may_be_infinite(k, a) for t in out for a in t.powers)
        return out

    def _choice(self, e: x.ByValue) -> Open:
        selector = self.poly(e.selector)
        chosen = lambda value, branch: self.terms(x.substitute(branch, {e.selector: value}))  # noqa: E731
        for value, branch in e.branches:
            if selector == number(int(value)):
                return chosen(value, branch)
        values = self._values(selector)
        if values is None or set(values) - {int(v) for v, _ in e.branches}:
            raise Unproved("a choice whose selector has no known value")
        out: Open = []  # Σ over the values v of the branch times the indicator of the selector being v
        for value, branch in e.branches:
            if int(value) in values:
                indicator = constant_terms(1)
                for other in values:
                    if other != int(value):
                        shifted = self.engine.canon(opened(selector) + constant_terms(-other))
                        indicator = self.engine.times(
                            indicator, self.engine.times(opened(shifted), constant_terms(fmpq(1, int(value) - other)))
                        )
                out += self.engine.times(indicator, chosen(value, branch))
        return out

    def _values(self, selector: Poly) -> tuple[int, ...] | None:
        if len(selector.terms) == 1 and selector.terms[0][1] == 1 and len(selector.terms[0][0].powers) == 1:
            a, e = selector.terms[0][0].powers[0]
            if e == 1 and a.kind in ("var", "entry"):
                return self.engine.signs.domain(a).values or None
        return None


def plus(p: Poly, i: int) -> Poly:
    return minus(p, number(-i))


def entry_at(name: str, index: str) -> Poly:
    return Poly({Mono([(Atom("entry", name, var(index)), ONE)]): ONE})
