"""Functions of our own: SymPy holds them and never evaluates them."""

import sympy as sp


class delta(sp.Function):
    """Kronecker's δ: 1 where the indices agree, else 0."""

    nargs = 2


class xlogy(sp.Function):
    """x log y with the convention 0 log y = 0, and −∞ where y = 0 < x."""

    nargs = 2


class log1p(sp.Function):
    """log(1 + x), in one rounding."""

    nargs = 1


class expm1(sp.Function):
    """exp(x) − 1, in one rounding."""

    nargs = 1


class maximum(sp.Function):
    """The larger of two numbers."""

    nargs = 2


class minimum(sp.Function):
    """The smaller of two numbers."""

    nargs = 2


class signum(sp.Function):
    """−1, 0 or 1."""

    nargs = 1


class floor(sp.Function):
    """The largest integer not above x."""

    nargs = 1


class ceiling(sp.Function):
    """The smallest integer not below x."""

    nargs = 1
