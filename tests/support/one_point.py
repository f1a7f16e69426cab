"""One point with arrays, variables and a random sequence, at which compiled expressions are compared with numbers."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import sympy as sp

from lemmata.checks.ball_arithmetic import Balls
from lemmata.spec.language.expressions import Array, as_written
from lemmata.spec.language.sorts import Outcomes

n, i, t = sp.symbols("n i t", integer=True)
x, y = sp.symbols("x y", real=True)
a, b, g = (Array(name, n) for name in "abg")
N = 12
POINT: dict[str, Any] = {
    "n": N, "i": 2, "t": 5, "x": Fraction(3, 4), "y": Fraction(-5, 2),
    "a": {(k,): Fraction(k, 3) for k in range(1, N + 1)},
    "b": {(k,): Fraction(6 - k) for k in range(1, N + 1)},
    "g": Outcomes((Fraction(1), Fraction(2), Fraction(6)), 1),
}  # fmt: skip
A = [POINT["a"][k,] for k in range(1, N + 1)]
X, Y = POINT["x"], POINT["y"]


def written(make: Callable[[], Any]) -> Any:
    """The expression exactly as written."""
    with as_written():
        return make()


def number(q: Any, arithmetic: type = Balls) -> Any:
    """An exact number of the arithmetic.

    >>> number(3) == 3
    True
    """
    return arithmetic().exact(Fraction(q))
