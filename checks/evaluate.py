"""Values of expressions at concrete points, in any arithmetic: balls, dual balls, or balls that round as a format does.

The walk is the same for all; an arithmetic supplies the operations. Sums are loops, so one expression serves every n.
A value is remembered under the values of the indices it depends on: what does not depend on a sum's index is
computed once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, Protocol

import sympy as sp

from ..spec.language import expressions as x
from ..spec.language.claims import definition_of, unfold
from .outcomes import LAWS, TooMany, weighted


class Undecided(Exception):
    """The working precision does not settle a comparison or a branch."""


class Undefined(Exception):
    """The expression has no value here: a division by zero, or the logarithm of a negative number."""


class Unsupported(Exception):
    """This arithmetic has no meaning for a node."""


class Arithmetic(Protocol):
    """What an evaluation needs of its numbers. Python integers may be passed wherever a number is."""

    def exact(self, q: Fraction) -> Any: ...
    def add(self, terms: list[Any]) -> Any: ...
    def neg(self, a: Any) -> Any: ...
    def mul(self, a: Any, b: Any) -> Any: ...
    def div(self, a: Any, b: Any) -> Any: ...
    def power(self, a: Any, n: int) -> Any: ...
    def real_power(self, a: Any, b: Any) -> Any: ...
    def function(self, name: str, a: Any) -> Any: ...
    def xlogy(self, a: Any, b: Any) -> Any: ...
    def largest(self, values: list[Any]) -> Any: ...
    def is_zero(self, a: Any) -> bool: ...
    def is_nonnegative(self, a: Any) -> bool: ...
    def floor(self, a: Any) -> Any: ...
    def pi(self) -> Any: ...
    def variable(self, value: Any) -> Any: ...
    def derivative(self, evaluate: Callable[[Any], Any], at: Any) -> Any: ...


Environment = Mapping[str, Any]
FUNCTIONS = {"exp", "log", "log1p", "expm1", "Abs", "tanh", "signum"}


class Evaluation:
    """Evaluate expressions at one point: env maps sizes and indices to ints, scalars and array entries to numbers.

    Arrays are {(i, …): value}; random arrays are laws, `Outcomes` or `Draws`; functionals are functions of a list of
    values. stable=True unfolds every definition by its stable formula.
    """

    def __init__(self, env: Environment, numbers: Arithmetic, stable: bool = False) -> None:
        self.env = dict(env)
        self.laws = {name: v for name, v in self.env.items() if isinstance(v, LAWS)}
        self.numbers = numbers
        self.stable = stable
        self.bound: dict[Any, Any] = {}
        self.memo: dict[Any, Any] = {}
        self.loose: dict[Any, tuple[Any, ...]] = {}

    def value(self, e: Any) -> Any:
        if e.is_Integer:
            return int(e)
        indices = self.loose.get(e)
        if indices is None:
            indices = self.loose[e] = tuple(s for s in e.free_symbols if isinstance(s, x.Bound))
        # A recurrence's state may not be hashable, and needs no place in the key: each step starts anew.
        key = (e, *[v for v in map(self.bound.__getitem__, indices) if isinstance(v, int)]) if indices else e
        if key not in self.memo:
            self.memo[key] = self._value(e)
        return self.memo[key]

    def integer(self, e: Any) -> int:
        value = self.value(e)
        if getattr(value, "denominator", 0) == 1:  # also of an exact rational
            return int(value)
        raise Unsupported(f"{e} is not an integer")

    def _value(self, e: Any) -> Any:
        k = self.numbers
        if e.is_Rational:
            return k.exact(Fraction(e.p, e.q))
        if isinstance(e, x.Bound):
            return self.bound[e]
        if isinstance(e, sp.Symbol):
            value = self.env[e.name]
            return value if isinstance(value, int) else k.variable(value)
        if isinstance(e, sp.Add):
            terms = [self.value(a) for a in e.args]
            return sum(terms) if all(isinstance(t, int) for t in terms) else k.add(terms)
        if isinstance(e, sp.Mul):
            return self._product(e)
        if isinstance(e, sp.exp):
            return k.function("exp", self.value(e.args[0]))
        if isinstance(e, sp.Pow):
            return self._power(e.base, e.exp)
        if e is sp.pi:
            return k.pi()
        if e is sp.E:
            return k.function("exp", 1)
        return self._node(e)

    def _product(self, e: sp.Mul) -> Any:
        k, out, below = self.numbers, None, []
        for a in e.args:
            if isinstance(a, sp.Pow) and a.exp.is_Integer and a.exp < 0:
                below.append(self.value(a.base) if a.exp == -1 else self._power(a.base, -a.exp))
                continue
            v = self.value(a)
            if out is None:
                out = v
            elif out == -1 and isinstance(out, int):
                out = -v if isinstance(v, int) else k.neg(v)
            elif isinstance(out, int) and isinstance(v, int):
                out = out * v
            else:
                out = k.mul(out, v)
        out = 1 if out is None else out
        for d in below:
            out = k.div(out, d)
        return out

    def _power(self, base: Any, exponent: Any) -> Any:
        k, b = self.numbers, self.value(base)
        if exponent == sp.S.Half or exponent == -sp.S.Half:
            root = k.function("sqrt", b)
            return root if exponent > 0 else k.div(1, root)
        n = int(exponent) if exponent.is_Integer else self.value(exponent)
        if isinstance(n, int):
            return k.power(b, n) if n >= 0 else k.div(1, k.power(b, -n))
        return k.real_power(b, n)

    def _node(self, e: Any) -> Any:
        k = self.numbers
        match e:
            case x.Entry():
                key = tuple(self.integer(i) for i in e.indices)
                entries = self.env[e.array.name]
                if isinstance(entries, LAWS):
                    raise Unsupported(f"{e.array.name} is random; take its expectation")
                if key not in entries:
                    raise Undefined(f"{e.array.name} has no entry {key}")
                return k.variable(entries[key])
            case x.Total():
                return k.add([0, *self._loop(e)])
            case x.Product():
                out: Any = 1
                for v in self._loop(e):
                    out = k.mul(out, v)
                return out
            case x.Largest():
                return k.largest(self._loop(e))
            case x.delta():
                return int(self.integer(e.args[0]) == self.integer(e.args[1]))
            case x.xlogy():
                weight = self.value(e.args[0])
                return weight if k.is_zero(weight) else k.xlogy(weight, self.value(e.args[1]))
            case x.WhereNonnegative():
                return self.value(e.args[1] if k.is_nonnegative(self.value(e.args[0])) else e.args[2])
            case x.Named():
                stable = self.stable and not e.id.startswith("gap:")
                return self.value(definition_of(e).expand(*e.arguments, stable=True) if stable else unfold(e))
            case x.ByValue():
                return self._choice(e)
            case x.Recurrence():
                return self._recur(e)
            case x.Derivative():
                return self._derivative(e)
            case x.At():
                return self._inside({v.name: self._placed(v, value) for v, value in e.places}).value(e.expr)
            case x.Expectation():
                return self._expectation(e.args[0])
            case x.Moment():
                return self._moment(e.args[0].name, int(e.args[1]))
            case x.Application():
                return self.env[e.name]([self.value(e.vector[i]) for i in range(1, self.integer(e.vector.dims[0]) + 1)])
        if isinstance(e, x.maximum):
            return k.largest([self.value(a) for a in e.args])
        if isinstance(e, x.minimum):
            return k.neg(k.largest([k.neg(self.value(a)) for a in e.args]))
        if isinstance(e, (x.floor, x.ceiling)):
            v, up = self.value(e.args[0]), isinstance(e, x.ceiling)  # ⌈x⌉ = −⌊−x⌋
            return v if isinstance(v, int) else -k.floor(k.neg(v)) if up else k.floor(v)
        name = type(e).__name__
        if name in FUNCTIONS:
            return k.function(name, self.value(e.args[0]))
        raise Unsupported(f"no value for {name}")

    def _loop(self, e: x.Binder) -> list[Any]:
        out, before = [], self.bound.get(e.index)
        for i in range(self.integer(e.low), self.integer(e.high) + 1):
            self.bound[e.index] = i
            out.append(self.value(e.body))
        self.bound[e.index] = before
        return out

    def _choice(self, e: x.ByValue) -> Any:
        selector = self.value(e.selector)
        for value, branch in e.branches:
            if selector == int(value):
                return self.value(branch)
        raise Undefined(f"no branch for the value {selector}")

    def _recur(self, e: x.Recurrence) -> Any:
        inner = self._inside({})
        state = self.value(e.start)
        for s in range(1, self.integer(e.upto) + 1):
            inner.bound = {**self.bound, e.previous: state, e.index: s}
            inner.memo = {}
            state = inner.value(e.step)
        return state

    def _inside(self, changes: Mapping[str, Any]) -> Evaluation:
        inner = Evaluation({**self.env, **changes}, self.numbers, self.stable)
        inner.bound, inner.laws, inner.loose = dict(self.bound), self.laws, self.loose
        return inner

    def _derivative(self, e: x.Derivative) -> Any:
        expr, wrt = e.args
        if isinstance(wrt, x.Entry):
            name, key = wrt.array.name, tuple(self.integer(i) for i in wrt.indices)
            entries = self.env[name]
            return self.numbers.derivative(
                lambda v: self._inside({name: {**entries, key: v}}).value(expr), entries[key]
            )
        return self.numbers.derivative(lambda v: self._inside({wrt.name: v}).value(expr), self.env[wrt.name])

    def _placed(self, variable: Any, value: Any) -> Any:
        if not isinstance(variable, x.Array):
            return self.value(value)
        if isinstance(value, x.Array):
            return self.env[value.name]
        return {(i,): self.value(value[i]) for i in range(1, self.integer(value.dims[0]) + 1)}

    def _expectation(self, e: Any) -> Any:
        """The mean over the outcomes of the random arrays that occur; an expectation inside has outcomes of its own."""
        k, used = self.numbers, {s.name for s in e.free_symbols}
        laws = {name: law for name, law in self.laws.items() if name in used}
        if not laws:
            return self.value(e)
        try:
            found = weighted(laws, lambda realised: self._inside(realised).value(e))
        except TooMany as reason:
            raise Unsupported(str(reason)) from reason
        return k.add([k.mul(k.exact(p), v) for p, v in found])

    def _moment(self, name: str, order: int) -> Any:
        if name not in self.laws:
            raise Unsupported(f"{name} is not random")
        return self.numbers.exact(self.laws[name].moment(order))
