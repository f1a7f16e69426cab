"""The methods of evidence about statements, under one protocol.

A method says whether it applies (a reason when it does not), and returns evidence, perhaps with the steps that lead to
it. It never prints, never raises for a false claim, and never says PROVED of what it cannot prove.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from . import (
    balls,
    boxes,
    calculus,
    certificates,
    derivation,
    equivalence,
    induction,
    integers,
    limits,
    normal_form,
    series,
)
from .evidence import Evidence, ProofRecord
from .goal import Effort, Goal

Result = tuple[Evidence, tuple[ProofRecord, ...]]


@dataclass(frozen=True)
class Method:
    name: str
    gives: str
    applies: Callable[[Goal], str]
    run: Callable[[Goal, Effort, int], Result]
    proves: bool
    module: str  # whose source, with all that it imports, decides what the method finds


def _alone(check: Callable[[Goal, Effort, int], Evidence]) -> Callable[[Goal, Effort, int], Result]:
    return lambda goal, effort, seed: (check(goal, effort, seed), ())


METHODS: tuple[Method, ...] = (
    Method(
        normal_form.NAME,
        "PROVED for symbolic dimensions: both sides have one normal form",
        normal_form.applies,
        _alone(normal_form.check),
        True,
        normal_form.__name__,
    ),
    Method(
        derivation.NAME,
        "PROVED step by step, or the first false step and an input that breaks it",
        derivation.applies,
        derivation.check,
        True,
        derivation.__name__,
    ),
    Method(
        calculus.NAME,
        "PROVED inequalities in one variable, with the equality case",
        calculus.applies,
        calculus.check,
        True,
        calculus.__name__,
    ),
    Method(
        certificates.NAME,
        "PROVED inequalities: the difference is a sum of nonnegative parts, with the equality case",
        certificates.applies,
        certificates.check,
        True,
        certificates.__name__,
    ),
    Method(
        boxes.NAME,
        "CERTIFIED on a box, or PROVED where the tail is too: inequalities in one or two real variables",
        boxes.applies,
        _alone(boxes.check),
        True,
        boxes.__name__,
    ),
    Method(
        induction.NAME,
        "PROVED for every natural number: the first case, and the step from t to t + 1",
        induction.applies,
        induction.check,
        True,
        induction.__name__,
    ),
    Method(
        limits.NAME,
        "PROVED limits, by the orders of growth at infinity",
        limits.applies,
        limits.check,
        True,
        limits.__name__,
    ),
    Method(
        series.NAME,
        "PROVED convergence or divergence of a series, by the growth of its terms",
        series.applies,
        series.check,
        True,
        series.__name__,
    ),
    Method(
        equivalence.NAME,
        "PROVED equivalences: one condition turned into the other; two functions with the same minimisers",
        equivalence.applies,
        equivalence.check,
        True,
        equivalence.__name__,
    ),
    Method(
        integers.NAME,
        "PROVED or REFUTED: floors, ceilings, shape formulas and inequalities of whole numbers, by z3",
        integers.applies,
        _alone(integers.check),
        True,
        integers.__name__,
    ),
    Method(
        balls.NAME,
        "REFUTED for certain, or TESTED at exact points by ball arithmetic",
        lambda goal: "",
        _alone(balls.check),
        False,
        balls.__name__,
    ),
)
