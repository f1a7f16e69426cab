"""Goals of statements written in a test, tried by the equivalence method and by balls; and functions they speak of."""

from __future__ import annotations

from typing import Any

import registry
import sympy as sp

from lemmata.checks import balls, equivalence
from lemmata.checks.goal import Effort, Goal, goal_of
from lemmata.spec.language import exp, total, vector
from lemmata.spec.language.expressions import as_written

EFFORT = Effort("standard", 12, 30, (1, 2, 3))
HALF = sp.Rational(1, 2)


def goal(statement: Any, name: str = "sample") -> Goal:
    return goal_of(registry.claim_of(statement, name=name))


def proof(g: Goal) -> Any:
    with as_written():
        return equivalence.check(g, EFFORT, 0)


def sampled(g: Goal) -> Any:
    with as_written():
        return balls.check(g, EFFORT, 0)


def sigma(z):
    return 1 / (1 + exp(-z))


def weight(a, i):
    return exp(a[i]) / total(lambda k: exp(a[k]), over=a)


def score(w, v):
    return total(lambda j: w[j] * v[j], over=w)


def zero(v):
    return vector(lambda k: 0 * v[k], over=v)
