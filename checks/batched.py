"""Many points at once: balls whose midpoints and radii are arrays, widening as `format_balls` widens single ones.

A number is a `Ball` of arrays, one element a point, or a Python integer (a size, an index, a count), which is exact.
Midpoints are computed in a format wider than the one in question: their own error is then below 2⁻¹⁰ of the radius,
so a result can be screened by them, thousands at once. Whatever looks wrong is settled one by one, in Arb's balls.

An unbounded ball has an infinite radius; its midpoint goes on, and may still be the value. An infinity that was given
as an input stays one, with radius 0.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from .arithmetic import Unsupported
from .format_balls import FLOAT64, Format


def wide(fmt: Format) -> Any:
    """The format of midpoints: at least 11 bits more, and more room for exponents.

    >>> from .format_balls import FLOAT32
    >>> wide(FLOAT32)
    dtype('float64')
    """
    return np.dtype(np.longdouble if fmt.bits > FLOAT64.bits - 11 else np.float64)


@dataclass(frozen=True)
class Exact:
    """Values without rounding, such as labels, where other inputs widen by u|x|."""

    values: np.ndarray


class Ball:
    """Midpoints and radii. `==` with an integer is a mask: which midpoints are that integer."""

    __slots__ = ("mid", "rad")

    def __init__(self, mid: Any, rad: Any) -> None:
        self.mid = mid
        self.rad = rad

    def __eq__(self, other: Any) -> Any:
        return self.mid == other

    __hash__ = None  # type: ignore[assignment]


def _silent(method: Callable[..., Any]) -> Callable[..., Any]:
    def quiet(*arguments: Any) -> Any:
        with np.errstate(all="ignore"):
            return method(*arguments)

    return quiet


class Batched:
    """The arithmetic of one format for `Evaluation`, over arrays.

    >>> k = Batched(FLOAT64)
    >>> s = k.add([k.variable(np.array([1.0, 2.0])), k.variable(np.array([-1.0, 0.5]))])
    >>> s.mid.astype(float), (s.rad > 0).all()
    (array([0. , 2.5]), np.True_)
    >>> k.div(1, s).rad[0]
    np.float64(inf)
    """

    def __init__(self, fmt: Format) -> None:
        self.format = fmt
        self.wide = wide(fmt)
        self.u, self.eta, self.most = fmt.u, fmt.eta, fmt.largest

    # ------------------------------------------------------------------ making
    def _ball(self, a: Any) -> Ball:
        return a if isinstance(a, Ball) else Ball(self.wide.type(a), np.float64(0))

    @_silent
    def _rounded(self, mid: Any, rad: Any, given: Any = False) -> Ball:
        """One rounding: by u|v| + η. `given`: where an infinity was an input, and stays one."""
        size = np.abs(mid).astype(np.float64) + rad
        out = np.where(size <= self.most, rad + (self.u * size + self.eta), np.inf)
        return Ball(mid, np.where(given, 0.0, out) if np.any(given) else out)

    @_silent
    def variable(self, value: Any) -> Any:
        if isinstance(value, Exact):
            return self.exact_array(value.values)
        if isinstance(value, int):
            return value
        mid = np.asarray(value).astype(self.wide)
        size = np.abs(mid).astype(np.float64)
        rad = np.where(size <= self.most, self.u * size, np.inf)
        return Ball(mid, np.where(np.isinf(size), 0.0, rad))

    def exact_array(self, values: np.ndarray) -> Ball:
        """One exact number a point."""
        return Ball(values.astype(self.wide), np.zeros(values.shape))

    def exact(self, q: Fraction) -> Ball:
        mid = self.wide.type(q.numerator) / self.wide.type(q.denominator)
        dyadic = q.denominator & (q.denominator - 1) == 0
        return Ball(mid, np.float64(0.0 if dyadic else self.u * float(abs(mid))))

    def pi(self) -> Ball:
        mid = self.wide.type("3.14159265358979323846264338327950288")
        return Ball(mid, np.float64(self.u * float(mid)))

    # ------------------------------------------------------------------ arithmetic
    def add(self, terms: list[Any]) -> Any:
        out = terms[0]
        for t in terms[1:]:
            if isinstance(out, int) and (isinstance(t, int) or out == 0):
                out = out + t if isinstance(t, int) else t
            elif not (isinstance(t, int) and t == 0):
                out = self._sum(self._ball(out), self._ball(t))
        return out

    @_silent
    def _sum(self, a: Ball, b: Ball) -> Ball:
        mid, rad = a.mid + b.mid, a.rad + b.rad
        out = self._rounded(mid, rad, _infinite(a) ^ _infinite(b))
        free = _zero(a) | _zero(b)  # nothing is rounded when an exact 0 is added
        return Ball(mid, np.where(free, rad, out.rad)) if np.any(free) else out

    def neg(self, a: Any) -> Any:
        return Ball(-a.mid, a.rad) if isinstance(a, Ball) else -a

    @_silent
    def mul(self, a: Any, b: Any) -> Ball:
        a, b = self._ball(a), self._ball(b)
        rad = _size(a) * b.rad + _size(b) * a.rad + a.rad * b.rad
        return self._composed(a.mid * b.mid, np.where(np.isnan(rad), np.inf, rad), a, b)

    def _composed(self, mid: Any, rad: Any, *parts: Ball) -> Ball:
        """A product or quotient; of rounded numbers none may be so large that another order could overflow."""
        large = np.abs(mid).astype(np.float64) > self.format.factor
        for p in parts:
            large = large | (_size(p) > self.format.factor)
        for p in parts:
            large = large & (p.rad != 0)
        return self._rounded(mid, np.where(large, np.inf, rad))

    @_silent
    def div(self, a: Any, b: Any) -> Ball:
        a, b = self._ball(a), self._ball(b)
        mid, room = a.mid / b.mid, _size(b) - b.rad
        rad = np.where(room > 0, (a.rad + np.abs(mid).astype(np.float64) * b.rad) / room, np.inf)
        return self._composed(mid, np.where(np.isnan(rad), np.inf, rad), a, b)

    @_silent
    def power(self, a: Any, n: int) -> Any:
        if n == 1:
            return a
        a = self._ball(a)
        size = _size(a)
        return self._composed(a.mid**n, (size + a.rad) ** n - size**n if n else np.zeros_like(size), a)

    def real_power(self, a: Any, b: Any) -> Ball:
        return self.function("exp", self.mul(self.function("log", a), b))

    @_silent
    def function(self, name: str, a: Any) -> Any:
        a = self._ball(a)
        m, r = a.mid, a.rad
        low = (m - r).astype(np.float64)
        match name:
            case "Abs":
                return Ball(np.abs(m), r)
            case "signum":
                return Ball(np.sign(m), np.zeros_like(r))
            case "sqrt":
                root, low_root = np.sqrt(np.maximum(m, 0)), np.sqrt(np.maximum(low, 0))
                top = np.sqrt(np.maximum(m + r, 0)).astype(np.float64)
                rad = np.maximum(top - root.astype(np.float64), root.astype(np.float64) - low_root)
                smooth = r / (root.astype(np.float64) + low_root)  # the same, without cancellation
                rad = np.where(low > 0, smooth, rad)
                return self._rounded(root, np.where(m + r >= 0, rad, np.inf))
            case "exp":
                mid = np.exp(m)
                rad = np.where(r < 1, mid.astype(np.float64) * np.expm1(r), np.exp(m + r).astype(np.float64))
                return self._rounded(mid, np.where(np.isnan(rad), np.inf, rad), np.isneginf(m) & (r == 0))
            case "expm1":
                return self._rounded(np.expm1(m), _or_unbounded(np.exp(m).astype(np.float64) * np.expm1(r)))
            case "log":
                rad = np.where(low > 0, -np.log1p(-np.minimum(r / np.abs(m).astype(np.float64), 1)), np.inf)
                return self._rounded(np.log(m), _or_unbounded(rad))
            case "log1p":
                one = 1 + m
                gap = np.minimum(r / np.abs(one).astype(np.float64), 1)
                return self._rounded(np.log1p(m), _or_unbounded(np.where(1 + low > 0, -np.log1p(-gap), np.inf)))
            case "tanh":
                nearest = np.tanh(np.maximum(np.abs(m).astype(np.float64) - r, 0))
                return self._rounded(np.tanh(m), _or_unbounded(r * (1 - nearest**2)))
            case "cos":
                return self._rounded(np.cos(m), _or_unbounded(np.minimum(r, 2.0)))
        raise Unsupported(f"{name} over arrays")

    @_silent
    def xlogy(self, a: Any, b: Any) -> Ball:
        a = self._ball(a)
        out, none = self.mul(a, self.function("log", b)), _zero(a)
        return Ball(np.where(none, 0, out.mid), np.where(none, 0.0, out.rad))

    # ------------------------------------------------------------------ choices
    def largest(self, values: list[Any]) -> Any:
        best = values[0]
        for v in values[1:]:
            if isinstance(best, int) and isinstance(v, int):
                best = max(best, v)
                continue
            best = self._larger(self._ball(best), self._ball(v))
        return best

    @_silent
    def _larger(self, a: Ball, b: Ball) -> Ball:
        """From the larger of the low ends to the larger of the high ones."""
        mid = np.where(b.mid > a.mid, b.mid, a.mid)
        gap = np.abs(a.mid - b.mid).astype(np.float64)  # by which the smaller one lies lower
        lower, upper = np.where(b.mid > a.mid, a.rad, b.rad), np.where(b.mid > a.mid, b.rad, a.rad)
        rad = np.where(np.isnan(gap) | np.isinf(gap), upper, np.maximum(upper, lower - gap))
        return Ball(mid, np.where(np.isinf(a.rad) | np.isinf(b.rad), np.inf, rad))

    def choose(self, mask: Any, there: Any, elsewhere: Any) -> Any:
        """Element by element, one number where the mask holds and another where it does not."""
        a, b = self._ball(there), self._ball(elsewhere)
        return Ball(np.where(mask, a.mid, b.mid), np.where(mask, a.rad, b.rad))

    def is_zero(self, a: Any) -> bool:
        return a == 0 if isinstance(a, int) else bool(np.all(_zero(a)))

    def is_nonnegative(self, a: Any) -> Any:
        """A mask; an unbounded ball takes the first branch."""
        if isinstance(a, int):
            return a >= 0
        mask = ~(a.mid < 0)
        return bool(mask.flat[0]) if mask.ndim == 0 or mask.all() or not mask.any() else mask

    def floor(self, a: Any) -> Any:
        raise Unsupported("a floor over arrays")

    def derivative(self, evaluate: Callable[[Any], Any], at: Any) -> Any:
        raise Unsupported("a derivative over arrays")


def _size(a: Ball) -> Any:
    return np.abs(a.mid).astype(np.float64)


def _zero(a: Ball) -> Any:
    return (a.mid == 0) & (a.rad == 0)


def _infinite(a: Ball) -> Any:
    return np.isinf(a.mid) & (a.rad == 0)


def _or_unbounded(rad: Any) -> Any:
    return np.where(np.isnan(rad), np.inf, rad)
