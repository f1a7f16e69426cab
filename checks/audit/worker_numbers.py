"""Wide numbers for plain Python: floats of 50 digits or more, whose exponents do not end, and a `math` that keeps them.

Runs by itself in any interpreter from Python 3.8 on. A wide number is a float too, so that code which asks, or
libraries that know no better, go on.
"""

from __future__ import annotations

import decimal
import math
import types
from decimal import Decimal
from typing import Any

DIGITS = 50


def context(digits):
    return decimal.Context(
        prec=digits, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN, traps=[], rounding=decimal.ROUND_HALF_EVEN
    )


CONTEXT, FINE = context(DIGITS), context(3 * DIGITS)


def use(digits):
    """From now on, so many digits."""
    global DIGITS, PI
    if digits != DIGITS:
        DIGITS, CONTEXT.prec, FINE.prec, PI = digits, digits, 3 * digits, _pi(3 * digits)


def dec(value):
    """Exactly; None for what is no real number."""
    if type(value) is Wide:
        return value.dec
    if isinstance(value, Wide):
        return value.dec
    if isinstance(value, (int, float)):
        return Decimal(value)
    if hasattr(value, "dtype") and not getattr(value, "shape", True):
        return Decimal(float(value))
    return None


def narrow(value):
    if value.is_nan():
        return math.nan
    try:
        return float(value)
    except OverflowError:
        return math.copysign(math.inf, value)


class Wide(float):
    """A float of many digits.

    >>> Wide(1) / 3 * 3 - 1 == 0, Wide(1) + 1e-30 - 1
    (False, 1e-30)
    """

    __slots__ = ("dec",)
    dec: Decimal

    def __new__(cls, value: object = 0.0):
        if isinstance(value, Wide):
            return value
        if not isinstance(value, Decimal):
            number = dec(value)
            value = Decimal(float(value)) if number is None else number  # type: ignore[arg-type]
        self = float.__new__(cls, narrow(value))
        self.dec = value
        return self

    def halves(self):
        """Two floats that sum to it, or None past the range of float64."""
        high = narrow(self.dec)
        if math.isinf(high) or math.isnan(high):
            return None if self.dec.is_finite() else (high, 0.0)
        return high, float(FINE.subtract(self.dec, Decimal(high)))

    def __float__(self):
        return narrow(self.dec)

    def __bool__(self):
        return bool(self.dec)

    def __hash__(self):
        return hash(narrow(self.dec)) if self == narrow(self.dec) else hash(self.dec)

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    def __reduce__(self):  # type: ignore[override]
        return Wide, (self.dec,)

    def __neg__(self):
        return Wide(self.dec.copy_negate())

    def __pos__(self):
        return self

    def __abs__(self):
        return Wide(self.dec.copy_abs())

    def __int__(self):
        return int(narrow(self.dec)) if not self.dec.is_finite() else int(self.dec)

    __trunc__ = __int__

    def __floor__(self):
        return int(self.dec.to_integral_value(decimal.ROUND_FLOOR, FINE))

    def __ceil__(self):
        return int(self.dec.to_integral_value(decimal.ROUND_CEILING, FINE))

    def __round__(self, digits: Any = None) -> Any:
        if digits is None:
            return int(self.dec.to_integral_value(decimal.ROUND_HALF_EVEN, FINE))
        return Wide(FINE.quantize(self.dec, Decimal((0, (1,), -digits))))

    def is_integer(self):
        return self.dec.is_finite() and self.dec == self.dec.to_integral_value()

    def as_integer_ratio(self):
        return self.dec.as_integer_ratio()


def _operator(name, compute):
    def forward(self, other):
        number = dec(other)
        return NotImplemented if number is None else compute(self.dec, number)

    def reflected(self, other):
        number = dec(other)
        return NotImplemented if number is None else compute(number, self.dec)

    setattr(Wide, f"__{name}__", forward)
    setattr(Wide, f"__r{name}__", reflected)


def _divide(a, b):
    if not b:
        raise ZeroDivisionError("float division by zero")
    return Wide(CONTEXT.divide(a, b))


def _floor_divide(a, b):
    if not b:
        raise ZeroDivisionError("float floor division by zero")
    return Wide(FINE.divide(a, b).to_integral_value(decimal.ROUND_FLOOR, FINE))


def _modulo(a, b):
    if not b:
        raise ZeroDivisionError("float modulo")
    rest = FINE.remainder(a, b)
    return Wide(CONTEXT.add(rest, b) if rest and (rest < 0) != (b < 0) else rest)


def _power(a, b):
    if not a and b < 0:
        raise ZeroDivisionError("0.0 cannot be raised to a negative power")
    if a.is_nan() and not b:
        return Wide(1)
    if not b:
        return Wide(1)
    if b == Decimal("0.5") and a >= 0:
        return Wide(CONTEXT.sqrt(a))
    if a < 0 and b.is_finite() and b != b.to_integral_value():
        return complex(narrow(a)) ** narrow(b)
    return _finite(CONTEXT.power(a, b), a, b)


def _finite(value, *given):
    """As Python does, an overflow is an exception; but it comes much later."""
    if not value.is_finite() and all(g.is_finite() for g in given):
        raise OverflowError("math range error")
    return Wide(value)


_operator("add", lambda a, b: Wide(CONTEXT.add(a, b)))
_operator("sub", lambda a, b: Wide(CONTEXT.subtract(a, b)))
_operator("mul", lambda a, b: Wide(CONTEXT.multiply(a, b)))
_operator("truediv", _divide)
_operator("floordiv", _floor_divide)
_operator("mod", _modulo)
_operator("divmod", lambda a, b: (_floor_divide(a, b), _modulo(a, b)))


def _pow(self, other, modulus=None):
    number = dec(other)
    return NotImplemented if number is None else _power(self.dec, number)


def _rpow(self, other, modulus=None):
    number = dec(other)
    return NotImplemented if number is None else _power(number, self.dec)


Wide.__pow__, Wide.__rpow__ = _pow, _rpow  # type: ignore[method-assign, assignment]


def _comparison(name, compare):
    def method(self, other):
        number = dec(other)
        if number is None:
            return NotImplemented
        if self.dec.is_nan() or number.is_nan():
            return name == "ne"
        return compare(self.dec, number)

    setattr(Wide, f"__{name}__", method)


_comparison("eq", lambda a, b: a == b)
_comparison("ne", lambda a, b: a != b)
_comparison("lt", lambda a, b: a < b)
_comparison("le", lambda a, b: a <= b)
_comparison("gt", lambda a, b: a > b)
_comparison("ge", lambda a, b: a >= b)


# math


def _pi(digits):
    """By Machin's formula."""
    fine = context(digits + 10)

    def arctan_of_inverse(n):
        total = term = fine.divide(Decimal(1), Decimal(n))
        k = 1
        while term and term.adjusted() > -digits - 8:
            term = fine.divide(term, Decimal(-n * n))
            k += 2
            total = fine.add(total, fine.divide(term, Decimal(k)))
        return total

    four = fine.subtract(fine.multiply(Decimal(4), arctan_of_inverse(5)), arctan_of_inverse(239))
    return fine.multiply(Decimal(4), four)


PI = _pi(3 * DIGITS)


def _domain(fine):
    if not fine:
        raise ValueError("math domain error")


def exp(x):
    return _finite(CONTEXT.exp(x), x)


def expm1(x):
    if not x or not x.is_finite():
        return Wide(Decimal(-1) if x == Decimal("-Infinity") else x)
    fine = context(DIGITS + 5 + max(0, min(-x.adjusted(), DIGITS + 400)))
    return _finite(CONTEXT.plus(fine.subtract(fine.exp(x), Decimal(1))) if x.adjusted() > -DIGITS else x, x)


def log(x, base=None):
    _domain(x > 0 or x.is_nan())
    value = CONTEXT.ln(x)
    return Wide(value) if base is None else _divide(value, log(base).dec)


def log1p(x):
    _domain(x > -1 or x.is_nan())
    if not x or not x.is_finite() or x.adjusted() < -DIGITS:
        return Wide(x)
    fine = context(2 * DIGITS + 10)
    return Wide(CONTEXT.plus(fine.ln(fine.add(Decimal(1), x))))


def sqrt(x):
    _domain(x >= 0 or x.is_nan())
    return Wide(CONTEXT.sqrt(x))


def tanh(x):
    if abs(x) > 1000:
        return Wide(Decimal(1).copy_sign(x))
    twice = expm1(x + x).dec
    return Wide(CONTEXT.divide(twice, twice + 2)) if x else Wide(x)


def sinh(x):
    up = expm1(x).dec
    return Wide(CONTEXT.divide(CONTEXT.add(up, CONTEXT.divide(up, CONTEXT.add(up, Decimal(1)))), Decimal(2)))


def cosh(x):
    return Wide(CONTEXT.divide(CONTEXT.add(CONTEXT.exp(x), CONTEXT.exp(-x)), Decimal(2)))


def _series(x, sine):
    """cos or sin of what is reduced to at most π in size."""
    _domain(x.is_finite())
    if x.adjusted() > DIGITS:
        return Wide(math.sin(x) if sine else math.cos(x))
    turn = FINE.multiply(Decimal(2), PI)
    x = FINE.subtract(x, FINE.multiply(turn, FINE.divide(x, turn).to_integral_value(decimal.ROUND_HALF_EVEN, FINE)))
    term = x if sine else Decimal(1)
    total, k, square = term, 1 if sine else 0, FINE.multiply(x, x)
    while term and term.adjusted() > -2 * DIGITS - 10 + min(total.adjusted(), 0):
        k += 2
        term = FINE.divide(FINE.multiply(term, -square), Decimal(k * (k - 1)))
        total = FINE.add(total, term)
    return Wide(CONTEXT.plus(total))


def shim():
    """A module in the place of `math`."""
    made = types.ModuleType("math")
    made.__dict__.update({name: value for name, value in vars(math).items() if not name.startswith("__")})

    def wide(function):
        return lambda *args: function(*(Wide(a).dec for a in args))

    for function in (exp, expm1, log, log1p, sqrt, tanh, sinh, cosh):
        setattr(made, function.__name__, wide(function))

    def total(values):
        sums = Decimal(0)
        for value in values:
            sums = FINE.add(sums, Wide(value).dec)
        return Wide(CONTEXT.plus(sums))

    def product(values, *, start=1):
        for value in values:
            start = start * Wide(value)
        return start

    def dist(p, q):
        return made.hypot(*(a - b for a, b in zip(p, q)))

    def isclose(a, b, *, rel_tol=1e-09, abs_tol=0.0):
        return a == b or abs(Wide(a) - b) <= max(rel_tol * max(abs(Wide(a)), abs(Wide(b))), abs_tol)

    made.__dict__.update(
        pi=Wide(CONTEXT.plus(PI)),
        tau=Wide(CONTEXT.multiply(Decimal(2), PI)),
        e=Wide(CONTEXT.exp(Decimal(1))),
        cos=wide(lambda x: _series(x, False)),
        sin=wide(lambda x: _series(x, True)),
        tan=wide(lambda x: _series(x, True) / _series(x, False)),
        log2=wide(lambda x: log(x, Decimal(2))),
        log10=wide(lambda x: log(x, Decimal(10))),
        exp2=wide(lambda x: _power(Decimal(2), x)),
        pow=wide(_power),
        fabs=lambda x: abs(Wide(x)),
        hypot=lambda *xs: made.sqrt(total(Wide(x) * x for x in xs)),
        dist=dist,
        fsum=total,
        prod=product,
        sumprod=lambda p, q: total(Wide(a) * b for a, b in zip(p, q)),
        isnan=lambda x: Wide(x).dec.is_nan(),
        isinf=lambda x: Wide(x).dec.is_infinite(),
        isfinite=lambda x: Wide(x).dec.is_finite(),
        isclose=isclose,
        copysign=lambda x, y: Wide(Wide(x).dec.copy_sign(Wide(y).dec)),
        floor=lambda x: math.floor(x),
        fmod=lambda x, y: Wide(FINE.remainder(Wide(x).dec, Wide(y).dec)),
        ldexp=lambda x, n: Wide(x) * Wide(2) ** n,
    )
    return made
