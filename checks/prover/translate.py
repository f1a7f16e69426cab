"""From expressions of the language to prenex terms under fresh indices."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp
from flint import fmpq

from ...spec.language import expressions as x
from ...spec.language.claims import unfold
from .derivative import derivative
from .engine import Engine, Infinite, Unproved, fresh_name
from .signs import minus
from .terms import ONE, Atom, Mono, Open, Poly, Term, atom_terms, constant_terms, number, opened, var

WRITTEN_OUT = 8  # sums of so few terms are written out, and so many last terms are split off


def normal(engine: Engine, e: Any) -> Poly:
    """The canonical polynomial of an expression under the engine's context."""
    if e not in engine.memo:
        engine.memo[e] = engine.canon(Translation(engine, {}).terms(e))
    return engine.memo[e]


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
        coef, atoms = k.factored(base)
        if not (coef > 0 and all(k.signs.positive(a) for a in atoms)):
            raise Unproved("a power with a symbolic exponent needs a base known to be positive")
        return k.exponential(k.canon(k.times(opened(exponent), k.logarithm(base))))

    def _sum(self, e: x.Binder, body: Callable[[Translation], Open]) -> Open:
        k = self.engine
        lo, hi = self.poly(e.low), self.poly(e.high)
        if any(p.free & {v.variable() for v in self.names.values()} for p in (lo, hi)):
            raise Unproved("a range that depends on another summation index")
        if not k.signs.possible(lo, hi):
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
        k.declare(name, lo)
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
                with x.as_written():
                    logarithm = x.Total(sp.log(e.body), *e.args[1:])
                before = set(k.side)
                out = k.exponential(k.canon(self._sum(logarithm, lambda inner: inner.terms(logarithm.body))))
                if any("> 0" in s for s in set(k.side) - before):
                    raise Unproved("a product of factors not known to be positive")
                return out
            case x.delta():
                return k.kronecker(self.poly(e.args[0]), self.poly(e.args[1]))
            case x.Derivative():
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
                return self._absolute(self.poly(e.args[0]))
            case x.ByValue():
                return self._choice(e)
            case x.Expectation():
                return self._expectation(self.poly(e.args[0]))
            case x.Moment():
                return atom_terms(Atom("call", f"moment:{e.args[0].name}:{e.args[1]}"))
            case x.Application():
                return atom_terms(Atom("call", f"apply:{e.name}", self._under_mark(e.vector)))
            case x.Largest():
                return atom_terms(Atom("call", "max", self.poly(e.low), self.poly(e.high), self._under_mark(e)))
            case x.Recurrence():
                return self._recurrence(e)
            case x.WhereNonnegative():
                there, elsewhere = self.poly(e.args[1]), self.poly(e.args[2])
                difference = k.canon(opened(there) + k.times(constant_terms(-1), opened(elsewhere)))
                if not k.is_zero(difference):
                    raise Unproved("two branches that were not proved equal")
                return opened(there)
        raise Unproved(f"the normal form does not treat {type(e).__name__}")

    def _under_mark(self, e: Any) -> Poly:
        """A vector as the polynomial of its entry at one canonical index."""
        mark = "%entry"
        if isinstance(e, x.Array):
            return entry_at(e.name, mark)
        return Translation(self.engine, {**self.names, e.index: var(mark)}).poly(e.body)

    def _xlogy(self, e: Any) -> Open:
        k = self.engine
        weight, argument = self.poly(e.args[0]), self.poly(e.args[1])
        if not weight.terms:
            return []
        if not argument.terms:
            if k.signs.poly_positive(weight):
                raise Infinite("a positive weight times log 0")
            raise Unproved("a weight not known to be zero times log 0")
        if _positive(k, argument):
            return k.times(opened(weight), k.logarithm(argument))
        return atom_terms(Atom("call", "xlogy", weight, argument))

    def _recurrence(self, e: x.Recurrence) -> Open:
        """m₀ is the start, m_{u+1} is one step from m_u, and m_u of a symbolic u stays as it is."""
        k, upto = self.engine, self.poly(e.upto)
        if not upto.terms:
            return self.terms(e.start)
        whole = next((c for m, c in upto.terms if not m.powers), None)
        if whole is not None and whole >= 1:
            before = k.canon(opened(upto) + constant_terms(-1))
            if not (before.constant() is not None or k.signs.poly_nonnegative(before)):
                raise Unproved("a recurrence up to a number not known to be natural")
            with x.as_written():
                earlier = x.Recurrence(e.start, e.step, e.previous, e.index, sp.Add(e.upto, sp.Integer(-1)))
            inner = Translation(k, {**self.names, e.previous: self.poly(earlier), e.index: upto})
            return inner.terms(e.step)
        marks = {e.previous: var("%previous"), e.index: var("%step")}
        step = Translation(k, {**self.names, **marks}).poly(e.step)
        return atom_terms(Atom("call", "recurrence", self.poly(e.start), step, upto))

    def _absolute(self, p: Poly) -> Open:
        k = self.engine
        coef, atoms = k.factored(p)
        if coef == 0:
            return []
        outside = {a: e for a, e in atoms.items() if k.signs.nonnegative(a)}
        inside = {a: e for a, e in atoms.items() if a not in outside and not (e.q == 1 and int(e.p) % 2 == 0)}
        outside |= {a: e for a, e in atoms.items() if a not in outside and a not in inside}
        out = [Term(abs(coef), (), outside)]
        return k.times(out, atom_terms(Atom("call", "abs", Poly({Mono(inside): ONE})))) if inside else out

    def _choice(self, e: x.ByValue) -> Open:
        selector = self.poly(e.selector)
        for value, branch in e.branches:
            if selector == number(int(value)):
                return self.terms(branch)
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
                out += self.engine.times(indicator, self.terms(branch))
        return out

    def _values(self, selector: Poly) -> tuple[int, ...] | None:
        if len(selector.terms) == 1 and selector.terms[0][1] == 1 and len(selector.terms[0][0].powers) == 1:
            a, e = selector.terms[0][0].powers[0]
            if e == 1 and a.kind in ("var", "entry"):
                return self.engine.signs.domain(a).values or None
        return None

    def _expectation(self, p: Poly) -> Open:
        """E is linear: what is not random comes out, and a stationary sequence's own moments are shared by all i."""
        k, out = self.engine, []
        todo = list(opened(p))
        while todo:
            t = todo.pop()
            hidden = next((a for a, e in t.powers.items() if a.kind == "sum" and e == 1 and self._random(a)), None)
            if hidden is not None:
                rest = {a: e for a, e in t.powers.items() if a != hidden}
                todo += k.times([Term(t.coef, t.bounds, rest)], [k.open_sum(hidden)])
                continue
            random = {a: e for a, e in t.powers.items() if self._random(a)}
            powers = {a: e for a, e in t.powers.items() if a not in random}
            if random:
                powers[self._moment(random)] = ONE
            out.append(Term(t.coef, t.bounds, powers))
        return out

    def _random(self, obj: Any) -> bool:
        if isinstance(obj, Atom) and obj.kind == "entry" and obj.args[0] in self.engine.ctx.moments:
            return True
        parts = (
            obj.args if isinstance(obj, Atom) else [p for p, _ in (obj.powers if isinstance(obj, Mono) else obj.terms)]
        )
        return any(self._random(p) for p in parts if isinstance(p, (Atom, Mono, Poly)))

    def _moment(self, random: dict[Atom, fmpq]) -> Atom:
        if len(random) == 1:
            ((a, e),) = random.items()
            if a.kind == "entry" and e.q == 1 and int(e.p) in self.engine.ctx.moments[a.args[0]]:
                return Atom("call", f"moment:{a.args[0]}:{int(e.p)}")
        return Atom("call", "E", Poly({Mono(random): ONE}))


def plus(p: Poly, i: int) -> Poly:
    return minus(p, number(-i))


def entry_at(name: str, index: str) -> Poly:
    return Poly({Mono([(Atom("entry", name, var(index)), ONE)]): ONE})


def _positive(k: Engine, p: Poly) -> bool:
    coef, atoms = k.factored(p)
    return coef > 0 and all(k.signs.positive(a) for a in atoms)
