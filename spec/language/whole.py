"""Which expressions are surely whole numbers, and may so be a limit of a sum, a number of steps or an index."""

from __future__ import annotations

from typing import Any

import sympy as sp

from . import expressions as x

WITH_WHOLE_PARTS = (sp.Add, sp.Mul, sp.Abs, x.maximum, x.minimum)


def whole(e: Any) -> bool:
    """Whether an expression is surely an integer, by its form alone. False means not known.

    >>> n, s = sp.symbols("n s", integer=True)
    >>> with x.as_written():
    ...     [whole(e) for e in (x.floor(n / s) + 1, n / s, n ** 2, x.minimum(n, x.ceiling(n / 2)))]
    [True, False, True, True]
    """
    match e:
        case sp.Symbol() | sp.Rational():
            return bool(e.is_integer)
        case x.floor() | x.ceiling() | x.delta() | x.signum():
            return True
        case sp.Pow():
            return bool(e.exp.is_Integer and e.exp >= 0) and whole(e.base)
        case x.Total() | x.Product() | x.Largest():
            return whole(e.body)
        case x.ByValue():
            return all(whole(branch) for _, branch in e.branches)
        case x.WhereNonnegative():
            return all(map(whole, e.args[1:]))
        case x.Named():
            from .claims import unfold  # definitions live there, and claims are validated with this

            return whole(unfold(e))
    return isinstance(e, WITH_WHOLE_PARTS) and all(map(whole, e.args))
