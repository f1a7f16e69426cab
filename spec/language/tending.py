"""Whether the variable of a limit can tend where the statement says, within its domain."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import sympy as sp

from .statements import Limit

if TYPE_CHECKING:
    from .claims import Variable


def infinity(value: Any) -> int:
    """1 for ∞, −1 for −∞, 0 for a number.

    >>> infinity(sp.oo), infinity(-sp.oo), infinity(sp.Integer(3))
    (1, -1, 0)
    """
    return 1 if value == sp.oo else -1 if value == -sp.oo else 0


def unreachable(s: Limit, variables: Mapping[str, Variable]) -> str:
    """Why the variable cannot tend there, or nothing."""
    v = variables.get(s.variable.name)
    if v is None or v.sort.kind not in ("scalar", "size"):
        return f"{s.variable.name} is no variable that could tend to anything"
    if any(v.name in w.sort.sizes for w in variables.values()):
        return f"{v.name} is a dimension, and cannot tend to anything while the arrays stay as they are"
    if s.variable in s.value.free_symbols | s.to.free_symbols:
        return f"the limit may not depend on {v.name}"
    d, direction = v.sort.domain, infinity(s.to)
    if direction:
        bounded = d.values or (d.high if direction > 0 else d.low) is not None
        return f"{v.name} does not tend to {'∞' if direction > 0 else '−∞'}: it is {d.words}" if bounded else ""
    if d.integer or d.values:
        return f"{v.name} does not tend to {s.to}: it is {d.words}"
    if d.low is None and d.high is None:
        return ""
    if not s.to.is_Rational:
        return f"{s.to} is not known to lie in the domain of {v.name}"
    near = Fraction(int(s.to.p), int(s.to.q))
    inside = (d.low is None or near >= d.low) and (d.high is None or near < d.high)
    if d.high is not None and near == d.high:
        below = f"put {s.to} − u for {v.name}, where u tends to 0"
        return f"{v.name} does not tend to {s.to} from above, as limits here do: it is {d.words}; {below}"
    return "" if inside else f"{v.name} does not tend to {s.to} from above: it is {d.words}"
