"""Functions of our own: SymPy holds them and never evaluates them."""

from typing import Any

import sympy as sp

from .errors import LanguageError


def plain_number(value: Any) -> Any:
    """A number or expression as SymPy's; text is refused, never evaluated."""
    try:
        return sp.sympify(value, strict=True)
    except sp.SympifyError as error:
        raise LanguageError(f"{value!r} is not an expression of the language") from error


class Word(sp.Function):
    """A function of the language: SymPy would read text among its arguments as code."""

    def __new__(cls, *args: Any, **options: Any) -> Any:
        return super().__new__(cls, *map(plain_number, args), **options)


def exp(x: Any) -> Any:
    """The exponential."""
    return sp.exp(plain_number(x))


def log(x: Any, base: Any = None) -> Any:
    """The natural logarithm, or the logarithm to a base, log x / log base."""
    natural = sp.log(plain_number(x))
    return natural if base is None else natural / sp.log(plain_number(base))


def tanh(x: Any) -> Any:
    """The hyperbolic tangent."""
    return sp.tanh(plain_number(x))


def Abs(x: Any) -> Any:
    """The absolute value."""
    return sp.Abs(plain_number(x))


class delta(Word):
    """Kronecker's δ: 1 where the indices agree, else 0."""

    nargs = 2


class xlogy(Word):
    """x log y with the convention 0 log y = 0, and −∞ where y = 0 < x."""

    nargs = 2


class log1p(Word):
    """log(1 + x), in one rounding."""

    nargs = 1


class expm1(Word):
    """exp(x) − 1, in one rounding."""

    nargs = 1


class cos(Word):
    """The cosine."""

    nargs = 1


class maximum(Word):
    """The larger of two numbers."""

    nargs = 2


class minimum(Word):
    """The smaller of two numbers."""

    nargs = 2


class signum(Word):
    """−1, 0 or 1."""

    nargs = 1


class floor(Word):
    """The largest integer not above x."""

    nargs = 1


class ceiling(Word):
    """The smallest integer not below x."""

    nargs = 1
