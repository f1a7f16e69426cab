"""Our own derivative: rules for every node, capture-safe, and no SymPy `diff` anywhere.

`sympy.diff(log(Sum(exp(z[k]))), z[k])` returns 1 by capturing the index. Here bound indices are canonical dummies that
no variable of differentiation can mention, and the derivative of an entry is a product of Kronecker deltas.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from ...spec.language import expressions as x
from ...spec.language.claims import unfold
from ..evaluate import Unsupported


def derivative(e: Any, wrt: Any) -> Any:
    """∂e/∂wrt as an expression, for a scalar symbol or an entry a[j]; built as written.

    >>> n, j = sp.symbols("n j", integer=True); a = x.Array("a", n)
    >>> from lemmata.spec.language.printing import text
    >>> text(derivative(x.log(x.total(lambda k: x.exp(a[k]), over=a)), a[j]))
    '(Σₖ exp(aₖ)·δₖⱼ)/Σₖ exp(aₖ)'
    """
    with x.as_written():
        return _derive(e, wrt)


def placed(e: Any) -> Any:
    """What `at` stands for: its expression with the derivatives taken, then the values put in."""
    with x.as_written():
        return x.substitute(_taken(e.expr), dict(e.places))


def _taken(e: Any) -> Any:
    if isinstance(e, x.Derivative):
        return _derive(*e.args)
    if isinstance(e, x.At):
        return placed(e)
    if isinstance(e, x.Named):
        return _taken(unfold(e))
    return e if not e.args or not e.has(x.Derivative, x.At, x.Named) else e.func(*map(_taken, e.args))


def mentions(e: Any, wrt: Any) -> bool:
    name = wrt.array.args[0] if isinstance(wrt, x.Entry) else wrt
    return name in e.free_symbols


def _derive(e: Any, wrt: Any) -> Any:
    if e == wrt:
        return sp.Integer(1)
    if not mentions(e, wrt):
        return sp.Integer(0)
    if isinstance(e, sp.Add):
        return _sum([_derive(a, wrt) for a in e.args])
    if isinstance(e, sp.Mul):
        return _sum([_product([*e.args[:i], _derive(a, wrt), *e.args[i + 1 :]]) for i, a in enumerate(e.args)])
    if isinstance(e, sp.exp):
        return _product([e, _derive(e.args[0], wrt)])
    if isinstance(e, sp.Pow):
        return _power(e, wrt)
    return _node(e, wrt)


def _power(e: Any, wrt: Any) -> Any:
    if not mentions(e.exp, wrt):
        return _product([e.exp, sp.Pow(e.base, sp.Add(e.exp, sp.Integer(-1))), _derive(e.base, wrt)])
    if mentions(e.base, wrt):
        raise Unsupported("the derivative of a power whose base and exponent both vary")
    return _product([e, sp.log(e.base), _derive(e.exp, wrt)])


def _node(e: Any, wrt: Any) -> Any:
    match e:
        case sp.log():
            return _product([sp.Pow(e.args[0], sp.Integer(-1)), _derive(e.args[0], wrt)])
        case x.Named():
            return _derive(unfold(e), wrt)
        case x.Entry() if isinstance(wrt, x.Entry):
            if any(mentions(i, wrt) for i in e.indices):
                raise Unsupported("the derivative with respect to an index")
            return _product([x.delta(i, j) for i, j in zip(e.indices, wrt.indices, strict=True)])
        case x.Total():
            if mentions(e.low, wrt) or mentions(e.high, wrt):
                raise Unsupported("the derivative with respect to the range of a sum")
            fresh = sp.Dummy(e.index.name, integer=True)
            body = _derive(x.substitute(e.body, {e.index: fresh}), wrt)
            return sp.Integer(0) if body == 0 else x.close(x.Total, body, fresh, e.index.name, e.low, e.high)
        case x.Product():
            logarithm = x.Total(sp.log(e.body), *e.args[1:])
            return _product([e, _derive(logarithm, wrt)])
        case x.xlogy():
            return _derive(sp.Mul(e.args[0], sp.log(e.args[1])), wrt)
        case sp.Abs():
            return _product([x.signum(e.args[0]), _derive(e.args[0], wrt)])
        case x.maximum() | x.minimum():
            a, b = e.args if isinstance(e, x.maximum) else reversed(e.args)
            larger = sp.Add(a, sp.Mul(sp.Integer(-1), b))  # at a tie the derivative does not exist
            return x.WhereNonnegative(larger, _derive(e.args[0], wrt), _derive(e.args[1], wrt))
        case x.WhereNonnegative():
            return x.WhereNonnegative(e.args[0], _derive(e.args[1], wrt), _derive(e.args[2], wrt))
        case x.log1p():
            return _derive(sp.log(sp.Add(sp.Integer(1), e.args[0])), wrt)
        case x.expm1():
            return _derive(sp.exp(e.args[0]), wrt)
        case x.Derivative():
            return _derive(_derive(*e.args), wrt)
        case x.ByValue():
            if mentions(e.selector, wrt):
                raise Unsupported("the derivative of a choice with respect to its selector")
            return x.ByValue(e.selector, *[p for k, v in e.branches for p in (k, _derive(v, wrt))])
        case x.At():
            return _derive(placed(e), wrt)
        case x.Recurrence():
            return _derive(_written_out(e, wrt), wrt)
        case x.Expectation() if polynomial(e.args[0], wrt):
            return x.Expectation(_derive(e.args[0], wrt))
        case sp.tanh():
            return _product(
                [sp.Add(sp.Integer(1), sp.Mul(sp.Integer(-1), sp.Pow(e, sp.Integer(2)))), _derive(e.args[0], wrt)]
            )
    raise Unsupported(f"the derivative of {type(e).__name__}")


def _written_out(e: x.Recurrence, wrt: Any) -> Any:
    """The sum or product that a recurrence comes to, where its factor does not vary."""
    from .recurrences import affine, as_product, as_sum

    parts = affine(e)
    if parts is None or mentions(e.upto, wrt):
        raise Unsupported("the derivative of a recurrence that is not of the form αm + β")
    factor, added = parts
    if added == 0:
        return as_product(e, factor)
    if e.index in factor.free_symbols or mentions(factor, wrt):
        raise Unsupported("the derivative of a recurrence whose factor varies")
    return as_sum(e, factor, added)


def polynomial(e: Any, wrt: Any) -> bool:
    """Whether the expression is visibly a polynomial in the variable: then ∂ and 𝔼 may be exchanged."""
    if e == wrt or not mentions(e, wrt):
        return True
    match e:
        case sp.Add() | sp.Mul() | x.Expectation():
            return all(polynomial(a, wrt) for a in e.args)
        case sp.Pow():
            return e.exp.is_Integer and e.exp >= 0 and polynomial(e.base, wrt)
        case x.Total():
            return not (mentions(e.low, wrt) or mentions(e.high, wrt)) and polynomial(e.body, wrt)
        case x.Named():
            return polynomial(unfold(e), wrt)
        case x.Entry():
            return not any(mentions(i, wrt) for i in e.indices)
    return False


def _sum(terms: list[Any]) -> Any:
    kept = [t for t in terms if t != 0]
    return sp.Integer(0) if not kept else kept[0] if len(kept) == 1 else sp.Add(*kept)


def _product(factors: list[Any]) -> Any:
    if any(f == 0 for f in factors):
        return sp.Integer(0)
    kept = [f for f in factors if f != 1]
    return sp.Integer(1) if not kept else kept[0] if len(kept) == 1 else sp.Mul(*kept)
