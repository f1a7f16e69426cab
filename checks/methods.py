"""The methods of evidence about statements, under one protocol.

A method says whether it applies (a reason when it does not), and returns evidence, perhaps with the steps that lead to
it. It never prints, never raises for a false claim, and never says PROVED of what it cannot prove.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from . import balls, calculus, certificates, derivation, induction, normal_form
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


def _alone(check: Callable[[Goal, Effort, int], Evidence]) -> Callable[[Goal, Effort, int], Result]:
    return lambda goal, effort, seed: (check(goal, effort, seed), ())


METHODS: tuple[Method, ...] = (
    Method(
        normal_form.NAME,
        "PROVED for symbolic dimensions: both sides have one normal form",
        normal_form.applies,
        _alone(normal_form.check),
        True,
    ),
    Method(
        derivation.NAME,
        "PROVED step by step, or the first false step and an input that breaks it",
        derivation.applies,
        derivation.check,
        True,
    ),
    Method(
        calculus.NAME,
        "PROVED inequalities in one variable, with the equality case",
        calculus.applies,
        calculus.check,
        True,
    ),
    Method(
        certificates.NAME,
        "PROVED inequalities: the difference is a sum of nonnegative parts, with the equality case",
        certificates.applies,
        certificates.check,
        True,
    ),
    Method(
        induction.NAME,
        "PROVED for every natural number: the first case, and the step from t to t + 1",
        induction.applies,
        induction.check,
        True,
    ),
    Method(
        balls.NAME,
        "REFUTED for certain, or TESTED at exact points by ball arithmetic",
        lambda goal: "",
        _alone(balls.check),
        False,
    ),
)
