"""Exact rationals while they last, Arb balls after that, and dual balls for derivatives.

A derivative is evaluated by forward-mode differentiation of the evaluation itself: it shares no line of code with the
symbolic derivative that it checks.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from itertools import count
from typing import Any

import flint
from flint import arb, fmpq

from .evaluate import Undecided, Undefined, Unsupported

MINUS_INFINITY = arb("-inf")
PRECISIONS = (160, 400, 1000)
_tags = count()


@contextmanager
def precision(bits: int) -> Any:
    before = flint.ctx.prec
    flint.ctx.prec = bits
    try:
        yield
    finally:
        flint.ctx.prec = before


@dataclass(frozen=True)
class Dual:
    """value + slope·ε; the tag tells nested differentiations apart (a larger tag is further in)."""

    tag: int
    value: Any
    slope: Any


def rational(a: Any) -> Any:
    """A Python number as an exact rational; balls and rationals as they are."""
    if type(a) is fmpq or type(a) is arb:  # nearly always, and cheaper to ask than for the abstract Fraction
        return a
    if isinstance(a, int):
        return fmpq(a)
    return fmpq(a.numerator, a.denominator) if isinstance(a, Fraction) else a


def ball(a: Any) -> arb:
    return arb(rational(a))


def sign(a: Any) -> int:
    """−1, 0 or 1; raises Undecided when the ball does not say."""
    if isinstance(a, Dual):
        return sign(a.value)
    a = rational(a)
    if a > 0:
        return 1
    if a < 0:
        return -1
    if a == 0:
        return 0
    raise Undecided("sign")


def _surely_zero(a: Any) -> bool:
    while isinstance(a, Dual):
        a = a.value
    return rational(a) == 0


class Balls:
    """Arithmetic over fmpq, arb and Dual. Results are enclosures; nothing is ever rounded to nearest.

    At a kink a derivative is taken from either side: directions has the side that each differentiation looks at, and
    tied those that met a kink. Where both sides agree, that is the derivative.
    """

    def __init__(self) -> None:
        self.directions: dict[int, int] = {}
        self.tied: set[int] = set()

    def exact(self, q: Fraction) -> Any:
        return rational(q)

    def variable(self, value: Any) -> Any:
        return arb(value) if isinstance(value, float) else rational(value)  # −∞, which is no rational

    def pi(self) -> Any:
        return arb.pi()

    def _lift(self, a: Any, b: Any) -> tuple[int, Any, Any, Any, Any]:
        """(tag, a, a', b, b') at the innermost differentiation that either takes part in; one must be a Dual."""
        tag = max(d.tag for d in (a, b) if isinstance(d, Dual))
        parts: list[Any] = []
        for d in (a, b):
            parts += [d.value, d.slope] if isinstance(d, Dual) and d.tag == tag else [d, fmpq(0)]
        return tag, *parts  # type: ignore[return-value]

    def add(self, terms: list[Any]) -> Any:
        out = rational(terms[0])
        for t in terms[1:]:
            out = self._plus(out, t)
        return out

    def _plus(self, a: Any, b: Any) -> Any:
        if type(a) is not Dual and type(b) is not Dual:
            return rational(a) + rational(b)
        tag, a, da, b, db = self._lift(a, b)
        return Dual(tag, self._plus(a, b), self._plus(da, db))

    def neg(self, a: Any) -> Any:
        return Dual(a.tag, self.neg(a.value), self.neg(a.slope)) if isinstance(a, Dual) else -rational(a)

    def mul(self, a: Any, b: Any) -> Any:
        if type(a) is not Dual and type(b) is not Dual:
            return rational(a) * rational(b)
        tag, a, da, b, db = self._lift(a, b)
        return Dual(tag, self.mul(a, b), self._plus(self.mul(da, b), self.mul(a, db)))

    def div(self, a: Any, b: Any) -> Any:
        if type(a) is not Dual and type(b) is not Dual:
            a, b = rational(a), rational(b)
            if b == 0:
                raise Undefined("division by zero")
            if not isinstance(b, fmpq) and b.contains(0):
                raise Undecided("division by a ball around zero")
            return a / b
        tag, a, da, b, db = self._lift(a, b)
        quotient = self.div(a, b)
        return Dual(tag, quotient, self.div(self._plus(da, self.neg(self.mul(quotient, db))), b))

    def power(self, a: Any, n: int) -> Any:
        if n == 0:
            return fmpq(1)
        if isinstance(a, Dual):
            inner = self.power(a.value, n - 1)
            return Dual(a.tag, self.mul(inner, a.value), self.mul(self.mul(n, inner), a.slope))
        a = rational(a)
        if isinstance(a, fmpq):
            return a**n
        out, square = None, a  # arb ** n goes by the logarithm and is NaN around 0
        while n:
            if n & 1:
                out = square if out is None else out * square
            square, n = square * square, n >> 1
        return out

    def real_power(self, a: Any, b: Any) -> Any:
        if not _surely_zero(a):
            return self.function("exp", self.mul(self.function("log", a), b))
        s = sign(b)  # 0ʳ is 0 for r > 0 and has no value for r < 0; as elsewhere 0⁰ = 1
        if s < 0:
            raise Undefined("division by zero")
        if s == 0 and isinstance(b, Dual):
            raise Undefined("the derivative of 0ʳ at r = 0")
        if not isinstance(a, Dual):
            return fmpq(s == 0)
        r = b  # where the base is 0, xʳ does not change with r > 0
        while isinstance(r, Dual):
            r = r.value
        if s == 0:
            return fmpq(1)
        slope = self.mul(r, self.real_power(a.value, self._plus(r, -1)))
        return Dual(a.tag, self.real_power(a.value, r), self.mul(slope, a.slope))

    def function(self, name: str, a: Any) -> Any:
        if isinstance(a, Dual):
            return self._chain(name, a)
        a = rational(a)
        if name == "Abs":
            return abs(a)
        if name == "signum":
            return fmpq(sign(a))
        if name in ("log", "sqrt") and a < 0:
            raise Undefined(f"{name} of a negative number")
        if name == "log":
            if a == 0:
                raise Undefined("log 0")
            return fmpq(0) if isinstance(a, fmpq) and a == 1 else self._positive(ball(a)).log()
        if name == "log1p":
            return self.function("log", a + 1) if isinstance(a, fmpq) else a.log1p()
        if isinstance(a, fmpq) and a == 0:
            return fmpq({"exp": 1, "expm1": 0, "sqrt": 0, "tanh": 0, "cos": 1}[name])
        return getattr(ball(a), name)()

    def _positive(self, a: arb) -> arb:
        if not a > 0:
            raise Undecided("the sign of a logarithm's argument")
        return a

    def _chain(self, name: str, a: Dual) -> Dual:
        v = a.value
        out = self.function(name, v)
        match name:
            case "exp":
                slope = out
            case "expm1":
                slope = self._plus(out, 1)
            case "log":
                slope = self.div(1, v)
            case "log1p":
                slope = self.div(1, self._plus(v, 1))
            case "sqrt":
                slope = self.div(1, self.mul(2, out))
            case "tanh":
                slope = self._plus(1, self.neg(self.mul(out, out)))
            case "Abs":
                slope = self._side(a)
            case _:
                raise Unsupported(f"the derivative of {name}")
        return Dual(a.tag, out, self.mul(slope, a.slope))

    def floor(self, a: Any) -> int:
        """The one integer that all numbers of the ball have as their floor."""
        v = a
        while isinstance(v, Dual):
            v = v.value
        v = rational(v)
        low = v.floor() if isinstance(v, fmpq) else v.floor().unique_fmpz()
        if low is None:
            raise Undecided("the floor of a ball around an integer")
        if isinstance(a, Dual) and ball(v).contains(low):
            if v == low:
                raise Undefined("the derivative of a floor at an integer")
            raise Undecided("the derivative of a floor, on a ball that touches an integer")
        return int(low)

    def is_zero(self, a: Any) -> bool:
        return not isinstance(a, Dual) and rational(a) == 0

    def is_nonnegative(self, a: Any) -> bool:
        side = self._side(a)
        if side == 0 and isinstance(a, Dual):
            raise Undecided("on which side of a choice its condition moves")
        return side >= 0

    def _side(self, a: Any) -> int:
        """The sign of a number, and where it is 0 the sign that it takes on the side that is looked at."""
        s = sign(a)
        if s or not isinstance(a, Dual):
            return s
        if isinstance(a.value, Dual):  # the outer differentiation moves further than the inner one
            outer = self._side(a.value)
            if outer == 0:
                raise Undefined("a derivative of a derivative at a tie")
            return outer
        self.tied.add(a.tag)
        return self._side(a.slope) * self.directions[a.tag]

    def xlogy(self, a: Any, b: Any) -> Any:
        if sign(b) == 0:
            if sign(a) < 0:
                raise Undefined("a negative weight times log 0")
            if isinstance(a, Dual) or isinstance(b, Dual):
                raise Undefined("the derivative of a weight times log 0")
            return MINUS_INFINITY
        return self.mul(a, self.function("log", b))

    def largest(self, values: list[Any]) -> Any:
        if not values:
            raise Undefined("the largest of no numbers")
        best = values[0]
        for v in values[1:]:
            if isinstance(best, Dual) or isinstance(v, Dual):
                best = v if self._side(self._plus(v, self.neg(best))) > 0 else best
            else:
                a, b = rational(best), rational(v)
                best = max(a, b) if isinstance(a, fmpq) and isinstance(b, fmpq) else ball(a).max(ball(b))
        if isinstance(best, arb) and best == MINUS_INFINITY:  # an entry that is −∞ counts for nothing
            raise Undefined("the largest of no numbers")
        return best

    def derivative(self, evaluate: Callable[[Any], Any], at: Any) -> Any:
        tag = next(_tags)

        def towards(direction: int) -> Any:
            self.directions[tag] = direction
            return evaluate(Dual(tag, rational(at), fmpq(1)))

        out = towards(1)
        if tag in self.tied:
            _agree(out, towards(-1))
        return out.slope if isinstance(out, Dual) and out.tag == tag else fmpq(0)


def _agree(a: Any, b: Any) -> None:
    """Raise Undefined where value or slope differ on the two sides of a kink, and Undecided where they may."""
    tags = [d.tag for d in (a, b) if isinstance(d, Dual)]
    if tags:
        split = [(d.value, d.slope) if isinstance(d, Dual) and d.tag == max(tags) else (d, fmpq(0)) for d in (a, b)]
        for pair in zip(*split, strict=True):
            _agree(*pair)
        return
    certain = compare(a, b)
    if certain == "?":
        raise Undecided("whether the slopes on the two sides of a tie agree")
    if certain != "=":
        raise Undefined("the derivative at a tie, where the slopes on its two sides differ")


def compare(left: Any, right: Any) -> str:
    """ "<", ">" or "=" when certain (equality only of exact rationals); "?" when the balls overlap."""
    left, right = rational(left), rational(right)
    if isinstance(left, fmpq) and isinstance(right, fmpq):
        return "<" if left < right else ">" if left > right else "="
    left, right = ball(left), ball(right)
    if left.is_nan() or right.is_nan():
        raise Undecided("not a number")
    if left < right:
        return "<"
    return ">" if left > right else "?"


def shown(value: Any) -> str:
    """A value for a reader: an exact rational as such, a ball by its certain digits."""
    value = rational(value)
    if isinstance(value, fmpq):
        return str(value)
    return "-inf" if value == MINUS_INFINITY else value.str(12, radius=not value.rad() < abs(value.mid()) * 1e-10)
