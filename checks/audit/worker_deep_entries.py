"""The worker's part with the functions of single Decimals that stand for NumPy's and SciPy's: from Python 3.8 on.

What they compute is right to the last digits, however small or large; what has no value is NaN or infinite, never an
exception.
"""

from __future__ import annotations

import decimal
import sys
from decimal import Decimal
from importlib import import_module
from typing import Any

np: Any = import_module("numpy")

arrays: Any = sys.modules.get("_lemmata_worker_deep") or import_module(".worker_deep", __package__)
numbers, C = arrays.numbers, arrays.CONTEXT
NAN, INF, ZERO, ONE = Decimal("NaN"), Decimal("Infinity"), Decimal(0), Decimal(1)
element = arrays.elementwise


def careful(function):
    """A function of worker_numbers without its exceptions."""

    def compute(x):
        if x.is_nan():
            return x
        try:
            return function(x).dec
        except OverflowError:
            return INF
        except (ValueError, ZeroDivisionError):
            return NAN

    return compute


@element("exp", 1)
def exp(x):
    return C.exp(x)


@element("log", 1)
def log(x):
    return C.ln(x)


_expm1, _tanh, _sinh, _cosh = map(careful, (numbers.expm1, numbers.tanh, numbers.sinh, numbers.cosh))
_log1p = careful(numbers.log1p)


@element("expm1", 1)
def expm1(x):
    return _expm1(x)


@element("log1p", 1)
def log1p(x):
    return -INF if x == -1 else _log1p(x)


for _name, _function in {"tanh": _tanh, "sinh": _sinh, "cosh": _cosh}.items():
    element(_name, 1)(_function)
element("sin", 1)(careful(lambda x: numbers._series(x, True)))
element("cos", 1)(careful(lambda x: numbers._series(x, False)))
element("tan", 1)(careful(lambda x: numbers._series(x, True) / numbers._series(x, False)))
element("log10", 1)(C.log10)
element("log2", 1)(lambda x: C.divide(C.ln(x), C.ln(Decimal(2))))
element("sqrt", 1)(C.sqrt)
element("square", 1)(lambda x: x * x)
element("reciprocal", 1)(lambda x: ONE / x)
element("absolute", 1)(lambda x: x.copy_abs())
element("fabs", 1)(lambda x: x.copy_abs())
element("conjugate", 1)(lambda x: x)
element("sign", 1)(lambda x: x if x.is_nan() else Decimal((x > 0) - (x < 0)))
element("copysign", 2)(lambda x, y: x.copy_sign(y))
element("hypot", 2)(lambda x, y: C.sqrt(x * x + y * y))


@element("power", 2)
def power(x, y):
    if not y or x == 1:
        return ONE
    if y == 2:
        return x * x
    if y == Decimal("0.5") and x >= 0:
        return C.sqrt(x)
    if y == Decimal("-0.5") and x > 0:
        return ONE / C.sqrt(x)
    if not x and y < 0:
        return INF
    return C.power(x, y)


element("float_power", 2)(power)
element("exp2", 1)(lambda x: power(Decimal(2), x))


@element("cbrt", 1)
def cbrt(x):
    return C.power(x.copy_abs(), ONE / 3).copy_sign(x) if x.is_finite() and x else x


@element("divide", 2)
def divide(x, y):
    return C.divide(x, y)


arrays.UFUNCS["true_divide"] = arrays.UFUNCS["divide"]


def floor(x):
    return x.to_integral_value(decimal.ROUND_FLOOR) if x.is_finite() else x


element("floor", 1)(floor)
element("ceil", 1)(lambda x: x.to_integral_value(decimal.ROUND_CEILING) if x.is_finite() else x)
element("trunc", 1)(lambda x: x.to_integral_value(decimal.ROUND_DOWN) if x.is_finite() else x)
element("rint", 1)(lambda x: x.to_integral_value(decimal.ROUND_HALF_EVEN) if x.is_finite() else x)
element("floor_divide", 2)(lambda x, y: floor(numbers.FINE.divide(x, y)))


@element("remainder", 2)
def remainder(x, y):
    if not y or not x.is_finite():
        return NAN
    rest = numbers.FINE.remainder(x, y)
    return rest + y if rest and (rest < 0) != (y < 0) else rest


element("fmod", 2)(lambda x, y: numbers.FINE.remainder(x, y) if y else NAN)


@element("maximum", 2)
def maximum(x, y):
    return x if x.is_nan() or not (y.is_nan() or y > x) else y


@element("minimum", 2)
def minimum(x, y):
    return x if x.is_nan() or not (y.is_nan() or y < x) else y


element("fmax", 2)(lambda x, y: y if x.is_nan() else x if y.is_nan() else maximum(x, y))
element("fmin", 2)(lambda x, y: y if x.is_nan() else x if y.is_nan() else minimum(x, y))
element("heaviside", 2)(lambda x, y: y if not x else x if x.is_nan() else Decimal(int(x > 0)))
element("clip", 3)(lambda x, low, high: minimum(maximum(x, low), high))
element("deg2rad", 1)(lambda x: x * numbers.PI / 180)


@element("logaddexp", 2)
def logaddexp(x, y):
    larger = maximum(x, y)
    if not larger.is_finite():
        return larger
    return larger + _log1p(C.exp(-abs(x - y)))


@element("logaddexp2", 2)
def logaddexp2(x, y):
    two = C.ln(Decimal(2))
    return logaddexp(x * two, y * two) / two


def truths(name, function):
    made = np.frompyfunc(function, 1, 1)
    arrays.UFUNCS[name] = lambda base: np.asarray(made(arrays.real(base)), bool)


truths("isnan", lambda x: x.is_nan())
truths("isinf", lambda x: x.is_infinite())
truths("isfinite", lambda x: x.is_finite())
truths("signbit", lambda x: x.is_signed())


# SciPy's


@element("expit", 1)
def expit(x):
    return ONE / (ONE + C.exp(-x))


@element("logit", 1)
def logit(x):
    return NAN if x < 0 or x > 1 else C.ln(x) - log1p(-x)


@element("log_expit", 1)
def log_expit(x):
    return -softplus(-x)


@element("softplus", 1)
def softplus(x):
    return logaddexp(x, ZERO)


@element("xlogy", 2)
def xlogy(x, y):
    return ZERO if not x and not y.is_nan() else x * C.ln(y)


@element("xlog1py", 2)
def xlog1py(x, y):
    return ZERO if not x and not y.is_nan() else x * log1p(y)


@element("entr", 1)
def entr(x):
    return ZERO if not x else -INF if x < 0 else -x * C.ln(x)


@element("rel_entr", 2)
def rel_entr(x, y):
    if x > 0 and y > 0:
        return x * C.ln(x / y)
    return ZERO if not x and y >= 0 else x if x.is_nan() else y if y.is_nan() else INF


@element("kl_div", 2)
def kl_div(x, y):
    if x > 0 and y > 0:
        return x * C.ln(x / y) - x + y
    return y if not x and y >= 0 else x if x.is_nan() else y if y.is_nan() else INF


element("exprel", 1)(lambda x: _expm1(x) / x if x else ONE)
element("boxcox1p", 2)(lambda x, lam: _expm1(lam * log1p(x)) / lam if lam else log1p(x))
SPECIAL = "expit logit log_expit xlogy xlog1py entr rel_entr kl_div exprel expm1 log1p exp2 cbrt".split()
