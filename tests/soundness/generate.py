"""Random well-sorted expressions of the language.

Indices are fresh symbols while an expression grows, and become canonical bound indices when their binder closes.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import sympy as sp

from lemmata.spec.language import (
    Abs,
    D,
    by_value,
    delta,
    exp,
    expm1,
    log,
    log1p,
    sqrt,
    where_nonnegative,
    xlogy,
)
from lemmata.spec.language import expressions as x
from lemmata.spec.language.expressions import Expr

from .world import M, N, T, V

Scope = tuple[tuple[Any, Any], ...]
Pair = tuple[Expr, Expr]
Rule = Callable[["Writer", Scope, int], Pair]
FREE: Scope = ((V["i"], N), (V["j"], N), (V["u"], M))
HINTS = "klrsij"


def binder(kind: type[x.Binder], size: Any, body: Callable[[Any], Expr], hint: str, low: Any = 1) -> Expr:
    fresh = sp.Dummy(hint, integer=True)
    return x.close(kind, body(fresh), fresh, hint, sp.sympify(low, strict=True), sp.sympify(size, strict=True))


class Writer:
    """Writes random expressions; `smooth` leaves out what has no derivative everywhere."""

    def __init__(self, rng: random.Random, smooth: bool = False) -> None:
        self.rng = rng
        self.smooth = smooth

    def size(self) -> Any:
        return self.rng.choice([N, N, N, M, M])

    def hint(self) -> str:
        return self.rng.choice(HINTS)

    def total(self, size: Any, body: Callable[[Any], Expr], low: Any = 1) -> Expr:
        return binder(x.Total, size, body, self.hint(), low)

    def sum_of(self, scope: Scope, size: Any, write: Callable[[Scope], Expr]) -> Expr:
        """Σ over a new index of what `write` makes of the wider scope."""
        return self.total(size, lambda k: write((*scope, (k, size))))

    def index(self, scope: Scope, size: Any = N) -> Any:
        """An index of this size from the scope; the innermost one more often than not."""
        fitting = [k for k, s in scope if s == size]
        return fitting[-1] if self.rng.random() < 0.6 else self.rng.choice(fitting)

    # ------------------------------------------------------------------ what is surely positive
    def positive(self, scope: Scope, depth: int) -> Expr:
        pick = self.rng.random()
        if depth <= 0 or pick < 0.1:
            return self.positive_leaf(scope)
        down = depth - 1
        if pick < 0.25:
            return exp(self.real(scope, down))
        if pick < 0.45:
            size = self.size()
            return self.sum_of(scope, size, lambda s: self.positive(s, down))
        if pick < 0.57:
            return self.positive(scope, down) * self.positive(scope, down)
        if pick < 0.69:
            return self.positive(scope, down) + self.rng.choice([self.positive, self.nonnegative])(scope, down)
        if pick < 0.76:
            return self.positive(scope, down) ** self.rng.choice([-1, -2, 2, -1])
        if pick < 0.82:
            return self.positive(scope, down) ** self.rng.choice([sp.Rational(1, 2), sp.Rational(-1, 2)])
        if pick < 0.86:
            size = self.size()
            return binder(x.Product, size, lambda k: self.positive((*scope, (k, size)), down), self.hint())
        if pick < 0.9:
            return V["beta"] ** self.rng.choice([T, T + 1, sp.Integer(2)])
        if pick < 0.94:
            return 1 / (1 + exp(-self.real(scope, down)))
        return 1 - V["beta"] ** self.rng.choice([sp.Integer(1), T + 1, sp.Integer(2)])

    def positive_leaf(self, scope: Scope) -> Expr:
        k, u = self.index(scope, N), self.index(scope, M)
        leaves = [V["c"], V["e"], V["beta"], N, M, V["p"][k], V["r"][u], V["P"][k, u], V["O"][k, u], V["K"][k, u]]
        leaves += [
            V["p"][self.index(scope)],
            sp.Rational(self.rng.randint(1, 5), self.rng.randint(1, 3)),
            exp(V["a"][k]),
        ]
        return self.rng.choice(leaves)

    def nonnegative(self, scope: Scope, depth: int) -> Expr:
        k = self.index(scope, N)
        leaves = [V["w"], V["q"][k], V["o"][k], T, V["b"], V["bits"][k], delta(k, self.index(scope, N)), V["hot"][k]]
        leaves += [V[name][k, self.index(scope)] for name in ("labels", "J", "W")]
        if depth > 0 and self.rng.random() < 0.4:
            return self.real(scope, depth - 1) ** 2
        return self.rng.choice(leaves)

    # ------------------------------------------------------------------ any real
    def real(self, scope: Scope, depth: int) -> Expr:
        pick = self.rng.random()
        if depth <= 0 or pick < 0.1:
            return self.leaf(scope)
        down = depth - 1
        one = lambda: self.real(scope, down)  # noqa: E731
        if pick < 0.24:
            return one() + one() if self.rng.random() < 0.6 else one() - one()
        if pick < 0.4:
            return one() * one()
        if pick < 0.62:
            size = self.size()
            return self.sum_of(scope, size, lambda s: self.real(s, down))
        if pick < 0.7:
            return self.positive(scope, depth)
        if pick < 0.76:
            return log(self.positive(scope, down))
        if pick < 0.8:
            return one() ** self.rng.choice([2, 2, 3])
        if pick < 0.84:
            return one() / self.positive(scope, down)
        return self.special(scope, down)

    def special(self, scope: Scope, depth: int) -> Expr:
        rng, k = self.rng, self.index(scope, N)
        one, positive = (lambda: self.real(scope, depth)), (lambda: self.positive(scope, depth))
        choices: list[Callable[[], Expr]] = [
            lambda: delta(k, self.index(scope, N)) * one(),
            lambda: by_value(V["b"], {0: one(), 1: one()}),
            lambda: by_value(V["bits"][k], {1: one(), 0: one()}),
            lambda: by_value(V["signs"][k], {1: one(), -1: one()}),
            lambda: log1p(positive()),
            lambda: expm1(one()),
            lambda: sp.tanh(one()),
            lambda: self.total(T + 1, lambda k: V["beta"] ** (T + 1 - k) * V["h"][k]),
            lambda: self.total(T, lambda k: V["beta"] ** (T - k) * V["h"][k] * self.leaf(scope)),
            lambda: self.total(rng.choice([2, 3]), lambda k: V["h"][k] * one()),
        ]
        if not self.smooth:
            choices += [
                lambda: Abs(one()),
                lambda: x.maximum(one(), one()),
                lambda: x.minimum(one(), one()),
                lambda: x.signum(one()),
                lambda: where_nonnegative(one(), one(), one()),
                lambda: binder(x.Product, N, lambda k: self.real((*scope, (k, N)), depth), self.hint()),
                lambda: one() ** rng.choice([N, T, M]),
                lambda: self.total(k, lambda l: self.real((*scope, (l, N)), depth)),
                lambda: self.total(N, lambda l: self.real((*scope, (l, N)), depth), low=k),
                lambda: xlogy(V["q"][k], positive()),
                lambda: xlogy(V["q"][k], V["o"][self.index(scope, N)]),
                lambda: xlogy(one(), positive()),
                lambda: self.largest(scope, depth),
                lambda: where_nonnegative(V["x"], *[one()] * 2),
                lambda: self.slope(scope, depth),
                lambda: sqrt(one() ** 2),
                lambda: 1 / one(),
                lambda: by_value(V["b"], {0: one(), 1: one() / V["b"]}),
            ]
        return rng.choice(choices)()

    def largest(self, scope: Scope, depth: int) -> Expr:
        size = self.size()
        return binder(x.Largest, size, lambda k: self.real((*scope, (k, size)), depth), self.hint())

    def slope(self, scope: Scope, depth: int) -> Expr:
        smooth = Writer(self.rng, smooth=True)
        return D(
            smooth.real(scope, depth), self.rng.choice([V["x"], V["a"][self.index(scope)], V["p"][self.index(scope)]])
        )

    def leaf(self, scope: Scope) -> Expr:
        k, u = self.index(scope, N), self.index(scope, M)
        leaves = [V["x"], V["y"], V["a"][k], V["z"][k], V["a"][self.index(scope)], V["d"][u], V["v"][k], V["X"][k, u]]
        leaves += [self.rng.choice([V["hot"][k], V[self.rng.choice(["labels", "J", "W", "A"])][k, self.index(scope)]])]
        leaves += [V["S"][k, self.index(scope)], V["q"][k], V["bits"][k], V["signs"][k], V["b"], V["s"], V["p"][k]]
        leaves += [sp.Integer(self.rng.choice([-2, -1, 1, 2, 3])), delta(k, self.index(scope))]
        leaves += [leaf for step, size in scope if size not in (N, M) for leaf in (V["h"][step], V["h"][step], step)]
        return self.rng.choice(leaves)


def parts(write: Callable[[Scope, int], Expr], scope: Scope, depth: int, *indices: Any) -> Callable[..., Expr]:
    """One random expression as a function of indices: written once, then moved; it depends on them all."""
    marks = [sp.Dummy("i", integer=True) for _ in indices]
    body = write((*scope, *zip(marks, indices, strict=True)), depth)
    for mark, size in zip(marks, indices, strict=True):
        if mark not in body.free_symbols:  # every rule is about something that depends on the index
            body = body * {N: V["p"], M: V["r"]}[size][mark] if size in (N, M) else body
    if list(indices) == [N, N] and write.__name__ == "real":
        body = body * V["S"][marks[0], marks[1]]
    return lambda *at: x.substitute(body, dict(zip(marks, at, strict=True)))


def well_formed(make: Callable[[], Any]) -> Any:
    """What `make` builds exactly as written, or None where it is not an expression (zoo, nan)."""
    with x.as_written(), suppress(ZeroDivisionError):
        return make()
    return None
