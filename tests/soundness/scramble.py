"""True rewriting of any expression, node by node, and frames that put a pair into a larger expression."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import sympy as sp

from lemmata.spec.language import delta, exp, log, sqrt
from lemmata.spec.language import expressions as x
from lemmata.spec.language.expressions import Expr

from .generate import FREE, Scope, Writer
from .truths import Pair
from .world import N, V


def scrambled(e: Expr, rng: random.Random, rate: float = 0.3) -> Expr:
    """The same function, written differently in many places."""
    if isinstance(e, x.Binder):
        fresh = sp.Dummy(e.index.name, integer=True)
        body = scrambled(x.substitute(e.body, {e.index: fresh}), rng, rate)
        return _rewritten(x.close(e.func, body, fresh, rng.choice("klrsuv"), e.low, e.high), rng, rate)
    if isinstance(e, (x.Entry, x.delta, x.Derivative, x.Recurrence)) or not e.args:
        return e
    args = [scrambled(a, rng, rate) for a in e.args]
    return _rewritten(e.func(*args), rng, rate)


def _rewritten(e: Expr, rng: random.Random, rate: float) -> Expr:
    if rng.random() > rate:
        return e
    if isinstance(e, x.Total) and isinstance(e.body, sp.Add):
        return sp.Add(*[_reclosed(e, lambda body, i=i: body.args[i]) for i in range(len(e.body.args))])
    if isinstance(e, (sp.Add, sp.Mul)):
        args = list(e.args)
        if isinstance(e, sp.Mul):
            sums = [i for i, a in enumerate(args) if isinstance(a, (sp.Add, x.Total))]
            if sums and rng.random() < 0.7:
                return _distributed(args, rng.choice(sums))
        rng.shuffle(args)
        return e.func(*args)
    if isinstance(e, sp.exp) and isinstance(e.args[0], sp.Add):
        return sp.Mul(*[exp(a) for a in e.args[0].args])
    if isinstance(e, sp.Pow) and e.exp.is_Integer and e.exp > 1:
        return sp.Mul(e.base, sp.Pow(e.base, e.exp - 1)) if e.exp > 2 else sp.Mul(e.base, e.base)
    return rng.choice([e, e, e * V["c"] / V["c"], e * (V["s"] ** 2), e + V["x"] - V["x"]])


def _reclosed(e: x.Binder, change: Callable[[Expr], Expr]) -> Expr:
    fresh = sp.Dummy(e.index.name, integer=True)
    body = change(x.substitute(e.body, {e.index: fresh}))
    return x.close(e.func, body, fresh, e.index.name, e.low, e.high)


def _distributed(args: list[Any], place: int) -> Expr:
    rest, chosen = [*args[:place], *args[place + 1 :]], args[place]
    if isinstance(chosen, sp.Add):
        return sp.Add(*[sp.Mul(*rest, a) for a in chosen.args])
    return _reclosed(chosen, lambda body: sp.Mul(*rest, body))


# ---------------------------------------------------------------------- frames
def embedded(
    w: Writer, make: Callable[[Writer, Scope, int], Pair], depth: int, frames: int, scope: Scope = FREE
) -> Pair:
    """The pair inside random frames, which may bind indices that it uses."""
    if frames <= 0:
        return make(w, scope, depth)
    bound = w.rng.random() < 0.5
    if bound:
        return _under_a_binder(w, make, depth, frames, scope)
    left, right = embedded(w, make, depth, frames - 1, scope)
    other, positive = w.real(scope, depth), w.positive(scope, depth)
    frame = w.rng.choice(
        [
            lambda e: e + other, lambda e: e * other, lambda e: positive / (1 + e**2), lambda e: exp(e) * other,
            lambda e: e**2, lambda e: log(positive + e**2), lambda e: e - other, lambda e: sqrt(positive + e**2) * e,
        ]
    )  # fmt: skip
    return frame(left), frame(right)


def _under_a_binder(
    w: Writer, make: Callable[[Writer, Scope, int], Pair], depth: int, frames: int, scope: Scope
) -> Pair:
    size, fresh, hint = w.size(), sp.Dummy("k", integer=True), w.hint()
    left, right = embedded(w, make, depth, frames - 1, (*scope, (fresh, size)))
    pick = w.rng.random()
    weight = w.rng.choice(
        [V["p"][fresh] if size == N else V["r"][fresh], w.leaf((*scope, (fresh, size))), sp.Integer(1)]
    )
    if pick < 0.25 and size == N:
        weight = weight * delta(fresh, w.index(scope, N))
    if pick > 0.75:
        below = w.positive((*scope, (fresh, size)), depth)
        return tuple(log(x.close(x.Total, exp(e) * below, fresh, hint, sp.Integer(1), size)) for e in (left, right))  # type: ignore[return-value]
    return tuple(x.close(x.Total, weight * e, fresh, hint, sp.Integer(1), size) for e in (left, right))  # type: ignore[return-value]
