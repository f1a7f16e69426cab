"""Forward-mode derivatives over any arithmetic: balls, balls that round as a format does, or many points at once.

A number is one of the arithmetic below, or a `Dual` of two of them. Every step of a formula brings its derivative along
as the textbook's rules say, so in format balls the slope's radius is the budget of differentiating that very formula.

A formula that shifts by a maximum does not change with the shift, so the maximum's slope may be left out: textbooks do,
and have another budget for it. `detached` leaves it out; where the maximum is more than a shift, that is no derivative.

At a kink (a tie under a maximum, |x| at 0) the slope is that of one side; `Balls` has those of both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .arithmetic import Arithmetic, Unsupported


@dataclass(frozen=True)
class Dual:
    """value + slope·ε. `==` asks for the value, as a branch does."""

    value: Any
    slope: Any

    def __eq__(self, other: Any) -> Any:
        return self.value == other

    __hash__ = None  # type: ignore[assignment]


def value_of(a: Any) -> Any:
    return a.value if isinstance(a, Dual) else a


def slope_of(a: Any) -> Any:
    return a.slope if isinstance(a, Dual) else 0


class Duals:
    """Dual numbers over the arithmetic `base`. `seed` marks the number to differentiate by.

    >>> from .ball_arithmetic import Balls
    >>> k = Duals(Balls())
    >>> a = k.variable(k.seed(Fraction(3)))
    >>> slope_of(k.mul(a, a)), slope_of(k.power(a, 3)), slope_of(k.add([a, 1]))
    (6, 27, 1)
    """

    def __init__(self, base: Arithmetic, detached: bool = False) -> None:
        self.base: Any = base
        self.detached = detached

    def seed(self, value: Any) -> Seed:
        return Seed(value)

    def variable(self, value: Any) -> Any:
        if isinstance(value, Seed):
            return Dual(self.base.variable(value.value), 1)
        return self.base.variable(value)

    def exact(self, q: Fraction) -> Any:
        return self.base.exact(q)

    def pi(self) -> Any:
        return self.base.pi()

    def _dual(self, value: Any, *slopes: Any) -> Any:
        """The sum of some slopes, those that are the integer 0 left out."""
        moving = [s for s in slopes if not (isinstance(s, int) and s == 0)]
        return Dual(value, self.base.add(moving) if len(moving) > 1 else moving[0]) if moving else value

    def _times(self, a: Any, b: Any) -> Any:
        """A product in which the integers 0 and 1 cost nothing."""
        for one, other in ((a, b), (b, a)):
            if isinstance(one, int) and one in (0, 1):
                return other if one else 0
        return self.base.mul(a, b)

    # ------------------------------------------------------------------ arithmetic
    def add(self, terms: list[Any]) -> Any:
        return self._dual(self.base.add([value_of(t) for t in terms]), *map(slope_of, terms))

    def neg(self, a: Any) -> Any:
        return Dual(self.base.neg(a.value), self.base.neg(a.slope)) if isinstance(a, Dual) else self.base.neg(a)

    def mul(self, a: Any, b: Any) -> Any:
        va, vb = value_of(a), value_of(b)
        return self._dual(self.base.mul(va, vb), self._times(slope_of(a), vb), self._times(va, slope_of(b)))

    def div(self, a: Any, b: Any) -> Any:
        quotient = self.base.div(value_of(a), value_of(b))
        if not isinstance(b, Dual):
            return self._dual(quotient, 0 if not isinstance(a, Dual) else self.base.div(a.slope, b))
        change = self.base.neg(self._times(quotient, b.slope))
        top = change if not isinstance(a, Dual) else self.base.add([a.slope, change])
        return Dual(quotient, self.base.div(top, b.value))

    def power(self, a: Any, n: int) -> Any:
        if not isinstance(a, Dual) or n == 1:
            return a if n == 1 else self.base.power(a, n)
        if n == 0:
            return self.base.power(a.value, 0)
        factor = self.base.mul(n, self.base.power(a.value, n - 1))
        return Dual(self.base.power(a.value, n), self._times(factor, a.slope))

    def real_power(self, a: Any, b: Any) -> Any:
        if not isinstance(a, Dual) and not isinstance(b, Dual):
            return self.base.real_power(a, b)
        return self.function("exp", self.mul(self.function("log", a), b))

    def function(self, name: str, a: Any) -> Any:
        value = self.base.function(name, value_of(a))
        if not isinstance(a, Dual):
            return value
        k = self.base
        match name:
            case "exp":
                factor = value
            case "log":
                return Dual(value, k.div(a.slope, a.value))
            case "log1p":
                return Dual(value, k.div(a.slope, k.add([1, a.value])))
            case "expm1":
                factor = k.function("exp", a.value)
            case "sqrt":
                return Dual(value, k.div(a.slope, k.mul(2, value)))
            case "tanh":
                factor = k.add([1, k.neg(k.mul(value, value))])
            case "Abs":
                return Dual(value, self._either(a.value, a.slope, k.neg(a.slope)))
            case "signum":
                return value
            case _:
                raise Unsupported(f"the derivative of {name}")
        return Dual(value, self._times(factor, a.slope))

    def xlogy(self, a: Any, b: Any) -> Any:
        va, vb = value_of(a), value_of(b)
        slopes = []
        if isinstance(a, Dual):
            slopes.append(self._times(a.slope, self.base.function("log", vb)))
        if isinstance(b, Dual):
            slopes.append(self._times(self.base.div(va, vb), b.slope))
        return self._dual(self.base.xlogy(va, vb), *slopes)

    # ------------------------------------------------------------------ choices
    def _either(self, condition: Any, there: Any, elsewhere: Any) -> Any:
        """A slope by the sign of a number."""
        holds = self.base.is_nonnegative(condition)
        if isinstance(holds, bool):
            return there if holds else elsewhere
        return self.base.choose(holds, there, elsewhere)

    def largest(self, values: list[Any]) -> Any:
        best = values[0]
        for v in values[1:]:
            vb, vv = value_of(best), value_of(v)
            top = self.base.largest([vb, vv])
            if not self.detached and (isinstance(best, Dual) or isinstance(v, Dual)):
                gap = self.base.add([vb, self.base.neg(vv)])
                top = Dual(top, self._either(gap, slope_of(best), slope_of(v)))
            best = top
        return best

    def choose(self, mask: Any, there: Any, elsewhere: Any) -> Any:
        value = self.base.choose(mask, value_of(there), value_of(elsewhere))
        if not isinstance(there, Dual) and not isinstance(elsewhere, Dual):
            return value
        return Dual(value, self.base.choose(mask, slope_of(there), slope_of(elsewhere)))

    def is_zero(self, a: Any) -> bool:
        """Whether a weight may be left out: a number that moves may not."""
        return not isinstance(a, Dual) and self.base.is_zero(a)

    def is_nonnegative(self, a: Any) -> Any:
        return self.base.is_nonnegative(value_of(a))

    def floor(self, a: Any) -> Any:
        return self.base.floor(value_of(a))

    def derivative(self, evaluate: Callable[[Any], Any], at: Any) -> Any:
        raise Unsupported("a derivative of a derivative")


@dataclass(frozen=True)
class Seed:
    """The value of the variable that is differentiated by."""

    value: Any
