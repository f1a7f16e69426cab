"""When two expressions certainly have the same value at a point, although balls cannot say so.

Both are evaluated to trees over exact rationals, in which sums and products are sorted, like terms collected and
nothing else is known. The same tree is the same value; different trees say nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from typing import Any

from flint import fmpq

from .evaluate import Environment, Evaluation, Undecided, Undefined, Unsupported

Tree = Any  # a Fraction, or a tuple: a kind and its parts


def surely_equal(env: Environment, left: Any, right: Any) -> bool:
    """Whether the two expressions come to the same tree at this point."""
    try:
        at = Evaluation(env, Trees())
        one, other = (_tree(at.value(e)) for e in (left, right))
    except (Undecided, Undefined, Unsupported):
        return False
    return one == other


def _tree(value: Any) -> Tree:
    if isinstance(value, fmpq):
        return Fraction(int(value.p), int(value.q))
    return Fraction(value) if isinstance(value, int) else value


def _collected(pairs: Iterable[tuple[Tree, Any]]) -> tuple[tuple[Tree, Any], ...]:
    """(tree, number) pairs with equal trees joined, in a fixed order."""
    out: dict[Tree, Any] = {}
    for tree, number in pairs:
        out[tree] = out.get(tree, 0) + number
    return tuple(sorted(((t, n) for t, n in out.items() if n != 0), key=repr))


class Trees:
    """Arithmetic over trees: ("+", constant, (tree, coefficient)…), ("*", (tree, power)…), (function, tree)."""

    def exact(self, q: Fraction) -> Tree:
        return q

    def variable(self, value: Any) -> Tree:
        return _tree(value)

    def pi(self) -> Tree:
        return ("pi",)

    def add(self, terms: list[Any]) -> Tree:
        constant, parts = Fraction(0), []
        for term in map(_tree, terms):
            if isinstance(term, Fraction):
                constant += term
            elif term[0] == "+":
                constant += term[1]
                parts += term[2]
            else:
                parts.append((term, Fraction(1)))
        kept = _collected(parts)
        if not kept:
            return constant
        return kept[0][0] if not constant and len(kept) == 1 and kept[0][1] == 1 else ("+", constant, kept)

    def neg(self, a: Any) -> Tree:
        return self.mul(-1, a)

    def mul(self, a: Any, b: Any) -> Tree:
        a, b = _tree(a), _tree(b)
        if isinstance(b, Fraction):
            a, b = b, a
        if isinstance(a, Fraction):
            if isinstance(b, Fraction):
                return a * b
            if a in (0, 1):
                return b if a else Fraction(0)
            constant, parts = (b[1], b[2]) if b[0] == "+" else (Fraction(0), ((b, Fraction(1)),))
            return ("+", constant * a, tuple((t, c * a) for t, c in parts))
        factors = _collected(f for t in (a, b) for f in (t[1] if t[0] == "*" else ((t, 1),)))
        if not factors:
            return Fraction(1)
        return factors[0][0] if len(factors) == 1 and factors[0][1] == 1 else ("*", factors)

    def div(self, a: Any, b: Any) -> Tree:
        return self.mul(a, self._inverse(_tree(b)))

    def _inverse(self, b: Tree) -> Tree:
        if b == 0:
            raise Undefined("division by zero")
        if isinstance(b, Fraction):
            return 1 / b
        return ("*", _collected((t, -n) for t, n in b[1])) if b[0] == "*" else ("*", ((b, -1),))

    def power(self, a: Any, n: int) -> Tree:
        a = _tree(a)
        if isinstance(a, Fraction):
            return a**n
        out: Tree = Fraction(1)
        for _ in range(n):
            out = self.mul(out, a)
        return out

    def real_power(self, a: Any, b: Any) -> Tree:
        return ("power", _tree(a), _tree(b))

    def function(self, name: str, a: Any) -> Tree:
        a = _tree(a)
        if isinstance(a, Fraction):
            if name == "Abs":
                return abs(a)
            if name == "signum":
                return Fraction((a > 0) - (a < 0))
            if name in ("log", "sqrt") and a < 0:
                raise Undefined(f"{name} of a negative number")
            if a == 0 and name in ("exp", "expm1", "sqrt", "tanh", "log1p"):
                return Fraction(name == "exp")
            if a == 1 and name in ("log", "sqrt"):
                return Fraction(name == "sqrt")
        return (name, a)

    def is_zero(self, a: Any) -> bool:
        return self._number(a) == 0

    def is_nonnegative(self, a: Any) -> bool:
        return self._number(a) >= 0

    def _number(self, a: Any) -> Fraction:
        a = _tree(a)
        if not isinstance(a, Fraction):
            raise Undecided("a sign")
        return a

    def floor(self, a: Any) -> Any:
        return self._number(a).__floor__()

    def xlogy(self, a: Any, b: Any) -> Tree:
        if _tree(b) == 0:
            raise Undecided("log 0")
        return self.mul(a, self.function("log", b))

    def largest(self, values: list[Any]) -> Tree:
        return max(self._number(v) for v in values)

    def derivative(self, evaluate: Callable[[Any], Any], at: Any) -> Any:
        raise Unsupported("a derivative among trees")
