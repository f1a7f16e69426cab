"""One small change somewhere inside an expression, usually to something else."""

from __future__ import annotations

from typing import Any

import sympy as sp

from lemmata.spec.language import expressions as x
from lemmata.spec.language.expressions import Expr

from .generate import Scope, Writer
from .world import M, N, T, V


def size_of(e: Expr) -> int:
    return sum(1 for _ in x.subexpressions(e))


def mutated_inside(e: Expr, w: Writer, scope: Scope) -> Expr:
    """The expression with one node changed; which one is drawn evenly."""
    children = _children(e)
    if not children or w.rng.random() < 1 / size_of(e):
        return changed(e, w, scope)
    place = w.rng.choices(children, [size_of(e.args[i]) for i in children])[0]
    if isinstance(e, x.Binder):
        fresh = sp.Dummy(e.index.name, integer=True)
        body = mutated_inside(x.substitute(e.body, {e.index: fresh}), w, (*scope, (fresh, e.high)))
        return x.close(e.func, body, fresh, e.index.name, e.low, e.high)
    return e.func(*[mutated_inside(a, w, scope) if i == place else a for i, a in enumerate(e.args)])


def _children(e: Expr) -> list[int]:
    """The arguments that may change without leaving the language."""
    match e:
        case x.Entry() | x.delta() | x.Recurrence() | x.ByValue():
            return []
        case x.Binder() | x.Derivative() | sp.Pow():
            return [0]
    return list(range(len(e.args)))


def changed(e: Any, w: Writer, scope: Scope) -> Expr:
    match e:
        case x.Entry() | x.delta():
            return _other_index(e, w, scope)
        case x.Binder():
            return _other_range(e, w, scope)
        case x.Derivative():
            return x.D(e.args[0], w.rng.choice([*_slots(w, scope)]))
        case sp.Add() | sp.Mul():
            kept = list(e.args)
            kept.pop(w.rng.randrange(len(kept)))
            return kept[0] if len(kept) == 1 else e.func(*kept)
        case sp.Pow():
            return w.rng.choice([e.base, e.base ** (e.exp + 1), 1 / e.base])
        case sp.exp() | sp.log() | sp.Abs():
            return w.rng.choice([e.args[0], e + 1])
    return w.rng.choice([e + 1, -e, 2 * e, w.leaf(scope)])


def _slots(w: Writer, scope: Scope) -> list[Any]:
    return [V["x"], V["a"][w.index(scope)], V["p"][w.index(scope)], V["q"][w.index(scope)]]


def _other_index(e: Any, w: Writer, scope: Scope) -> Expr:
    first = 1 if isinstance(e, x.Entry) else 0
    place = w.rng.randrange(first, len(e.args))
    sizes = dict(scope)
    size = sizes.get(e.args[place], N)
    fitting = [k for k, s in scope if s == size and k != e.args[place]]
    return e.func(*[w.rng.choice(fitting) if i == place and fitting else a for i, a in enumerate(e.args)])


def _other_range(e: x.Binder, w: Writer, scope: Scope) -> Expr:
    """Another length where no array minds, or the summand at one index."""
    fitting = [k for k, s in scope if s == e.high]
    if fitting and w.rng.random() < 0.5:
        return x.substitute(e.body, {e.index: w.rng.choice(fitting)})
    if any(e.index in entry.free_symbols for entry in e.body.atoms(x.Entry)):
        shorter = isinstance(e, x.Total) and e.high in (N, M)
        return e.func(e.body, e.index, e.low + 1, e.high) if shorter else -e
    if isinstance(e, x.Largest):
        return -e  # the largest of nothing is nothing
    others = {N: [M, T], M: [N], T: [T + 1, N], T + 1: [T, N]}.get(e.high, [N])
    return e.func(e.body, e.index, e.low, w.rng.choice(others))
