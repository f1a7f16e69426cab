"""The same formula in SymPy's own terms (Sum, IndexedBase, KroneckerDelta), for a fair comparison with its tools."""

from __future__ import annotations

from typing import Any

import sympy as sp

from lemmata.spec.language import expressions as x
from lemmata.spec.language.claims import Claim, unfold


class Untranslatable(Exception):
    """SymPy has no word for this node."""


def translated(claim: Claim) -> tuple[Any, Any]:
    """The two sides of an equation, with the assumptions that SymPy can take from the sorts."""
    symbols: dict[str, Any] = {}
    for name, variable in claim.variables.items():
        d = variable.sort.domain
        known = {"integer": True, "positive": True} if variable.sort.kind in ("size", "index") else {}
        if variable.sort.kind in ("scalar", "array"):
            positive = d.low is not None and (d.low > 0 or (d.low == 0 and d.open_low))
            known = {"real": True} | ({"positive": True} if positive else {})
            known |= {"nonnegative": True} if d.low is not None and d.low >= 0 else {}
            known |= {"integer": True} if d.integer else {}
        kind = sp.IndexedBase if variable.sort.kind == "array" else sp.Symbol
        symbols[name] = kind(name, **known)
    left, right = claim.statement.left, claim.statement.right  # type: ignore[attr-defined]
    with sp.evaluate(True):
        return _of(left, symbols), _of(right, symbols)


def _of(e: Any, names: dict[Any, Any]) -> Any:
    go = lambda part: _of(part, names)  # noqa: E731
    match e:
        case x.Bound():
            return names[e]
        case sp.Symbol():
            return names[e.name]
        case x.Entry():
            return names[e.array.name][tuple(go(i) for i in e.indices)]
        case x.Named():
            return go(unfold(e))
        case x.Total() | x.Product():
            index = sp.Symbol(f"{e.index.name}{e.index.level}", integer=True)
            body = _of(e.body, {**names, e.index: index})
            kind = sp.Sum if isinstance(e, x.Total) else sp.Product
            return kind(body, (index, go(e.low), go(e.high)))
        case x.delta():
            return sp.KroneckerDelta(*map(go, e.args))
        case x.Derivative():
            expr, variable = e.args
            return sp.diff(go(expr), go(variable))
        case x.xlogy():
            return go(e.args[0]) * sp.log(go(e.args[1]))
        case x.log1p():
            return sp.log(1 + go(e.args[0]))
        case x.expm1():
            return sp.exp(go(e.args[0])) - 1
        case x.WhereNonnegative():
            return sp.Piecewise((go(e.args[1]), go(e.args[0]) >= 0), (go(e.args[2]), True))
        case x.maximum():
            return sp.Max(*map(go, e.args))
        case x.minimum():
            return sp.Min(*map(go, e.args))
        case x.signum():
            return sp.sign(go(e.args[0]))
    if isinstance(e, x.Node) or type(e).__module__.startswith("lemmata"):
        raise Untranslatable(type(e).__name__)
    return e.func(*map(go, e.args)) if e.args else e
