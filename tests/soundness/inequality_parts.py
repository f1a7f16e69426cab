"""Random parts of true inequalities: reals, positive and nonnegative numbers, weights and distributions."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import sympy as sp

from lemmata.spec.language import exp
from lemmata.spec.language import expressions as x
from lemmata.spec.language.expressions import Expr

from .generate import binder
from .world import N, T, V

Parts = tuple[Expr, Expr, Any]
Rule = Callable[["Small"], Parts]
HALF = sp.Rational(1, 2)


class Small:
    """Small random parts: real, positive or nonnegative, of the free variables and one index."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng

    def pick(self, *choices: Any) -> Any:
        return self.rng.choice(choices)

    def total(self, size: Any, body: Callable[[Any], Expr], low: Any = 1) -> Expr:
        return binder(x.Total, size, body, self.pick("k", "l", "r"), low)

    def scalar(self) -> Expr:
        return self.pick(
            V["x"], V["y"], V["x"], V["c"], V["a"][V["i"]], V["z"][V["j"]], V["b"], V["s"], V["beta"], V["w"]
        )

    def real(self) -> Expr:
        one = self.scalar()
        return self.pick(one, one, one - self.scalar(), one * self.scalar(), one + self.number(), self.number() * one)

    def positive(self) -> Expr:
        p = self.pick(V["c"], V["e"], V["beta"], V["p"][V["i"]], V["r"][V["u"]], N, V["O"][V["i"], V["u"]])
        return self.pick(p, p, p + V["e"], p * V["c"], 1 + V["w"], exp(self.scalar()), p / V["e"])

    def nonnegative(self) -> Expr:
        entry = self.pick(V["q"][V["i"]], V["hot"][V["i"]], V["W"][V["i"], V["j"]], V["J"][V["i"], V["j"]])
        return self.pick(V["w"], entry, V["b"], V["o"][V["i"]], self.scalar() ** 2, V["c"], 1 - V["beta"], T)

    def number(self) -> Expr:
        return self.pick(*[sp.Rational(a, b) for a in (1, 2, 3) for b in (1, 2)])

    def reals(self) -> Callable[[Any], Expr]:
        """A real for each index of n."""
        f, g, c = self.pick("a", "z", "v", "signs", "bits", "q", "p", "hot"), self.pick("a", "z", "p"), self.real()
        return self.pick(
            lambda k: V[f][k],
            lambda k: V[f][k],
            lambda k: V[f][k] - V[g][k],
            lambda k: V[f][k] - c,
            lambda k: V[f][k] * c,
            lambda k: V[f][k] * V[g][k],
        )

    def positives(self) -> Callable[[Any], Expr]:
        c = self.positive()
        return self.pick(
            lambda k: V["p"][k], lambda k: V["p"][k] * c, lambda k: exp(V["a"][k]), lambda k: V["o"][k] + c
        )

    def weights(self) -> Callable[[Any], Expr]:
        f = self.pick("q", "o", "bits", "p", "hot")
        return self.pick(lambda k: V[f][k], lambda k: V[f][k], self.row(), lambda k: V["J"][V["i"], k])

    def distribution(self) -> Callable[[Any], Expr]:
        """Nonnegative numbers that sum to one over n."""
        p = self.pick("q", "q", "hot")
        return self.pick(lambda k: V[p][k], lambda k: V[p][k], self.row())

    def row(self) -> Callable[[Any], Expr]:
        matrix, i = V[self.pick("W", "labels")], V[self.pick("i", "j")]
        return lambda k: matrix[i, k]
