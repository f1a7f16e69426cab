"""One slip in an inequality: another sort, index, range, constant, exponent, or a part that is dropped or inverted."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import sympy as sp

from lemmata.spec.language import expressions as x
from lemmata.spec.language.expressions import Expr

from .world import M, N, V

SCALARS = [V[name] for name in ("x", "y", "c", "e", "w", "beta", "b", "s")]
ARRAYS = {N: ("a", "z", "p", "o", "bits", "signs", "q", "v", "hot"), M: ("d", "r", "f")}
MATRICES = {N: ("S", "A", "W", "J", "labels"), M: ("X", "P", "O", "K")}  # by the length of a row


def slipped(e: Expr, rng: random.Random) -> Expr:
    """The expression with one node changed; indices stay bound by the sums that bind them."""
    places = list(_places(e, ()))
    rng.shuffle(places)
    for place in places:
        changes = _changes(_at(e, place), rng)
        if changes:
            return _put(e, place, rng.choice(changes)())
    return e + 1


def _places(e: Expr, path: tuple[int, ...]) -> Any:
    yield path
    if isinstance(e, (x.Entry, x.delta, x.Array)):
        return
    for i, a in enumerate(e.args):
        if isinstance(a, sp.Expr) and not (isinstance(e, x.Binder) and i > 0):
            yield from _places(a, (*path, i))


def _at(e: Expr, path: tuple[int, ...]) -> Expr:
    for i in path:
        e = e.args[i]
    return e


def _put(e: Expr, path: tuple[int, ...], new: Expr) -> Expr:
    if not path:
        return new
    args = list(e.args)
    args[path[0]] = _put(args[path[0]], path[1:], new)
    return e.func(*args)


def _changes(e: Expr, rng: random.Random) -> list[Callable[[], Expr]]:
    match e:
        case x.Entry():
            names = [name for name in ARRAYS.get(e.array.dims[0], ()) if name != e.array.name]
            if len(e.indices) == 2:
                others = [name for name in MATRICES[e.array.dims[1]] if name != e.array.name]
                turned = [lambda: e.array[e.indices[::-1]]] if e.array.dims[0] == e.array.dims[1] else []
                return [*[lambda name=name: V[name][e.indices] for name in others], *turned]
            free = {N: ("i", "j"), M: ("u",)}.get(e.array.dims[0], ())
            return [
                *[lambda name=name: V[name][e.indices[0]] for name in names],
                *[lambda k=k: e.array[(V[k], *e.indices[1:])] for k in free],
            ]
        case x.Total():
            entries = any(isinstance(s, x.Entry) and s.has(e.index) for s in x.subexpressions(e.body))
            lows = [2, 1] if entries else [-2, -1, 0, 2]
            changes = [lambda: x.Total(*e.args[:2], sp.Integer(rng.choice(lows)), e.high)]
            changes.append(lambda: x.substitute(e.body, {e.index: V["i"] if e.high == N else V["u"]}))
            return changes if e.high in (N, M) else changes[:1]
        case sp.Add() | sp.Mul():
            return [lambda k=k: e.func(*[a for i, a in enumerate(e.args) if i != k]) for k in range(len(e.args))]
        case sp.Pow() if e.exp.is_Rational:
            return [lambda k=k: e.base**k for k in (-2, -1, 1, 3, 4, sp.Rational(1, 2)) if k != e.exp]
        case sp.exp():
            return [lambda: e.args[0], lambda: sp.exp(-e.args[0]), lambda: sp.exp(2 * e.args[0]), lambda: 1 / e]
        case sp.log():
            return [lambda: e.args[0] - 1, lambda: sp.log(1 + e.args[0]), lambda: 2 * e, lambda: -e]
        case sp.Abs() | x.signum():
            return [lambda: e.args[0], lambda: -e]
    if e.is_Symbol and e in SCALARS:
        return [lambda other=other: other for other in SCALARS if other != e] + [lambda: 1 / (1 - e), lambda: -e]
    if e.is_Rational:
        return [lambda: e + 1, lambda: e - 1, lambda: -e, lambda: e / 2, lambda: e + sp.Rational(1, 100)]
    return [lambda: 2 * e, lambda: -e, lambda: e + 1, lambda: 1 / e]
