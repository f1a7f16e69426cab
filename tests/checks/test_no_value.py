"""Inputs without a value: they are found and made simple, nothing is said where a value may be, and runs show them."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction

import jsonschema
import pytest
import registry
from flint import arb, fmpq
from membership import strangers

from lemmata.checks import balls, no_value, verify
from lemmata.checks.ball_arithmetic import Balls
from lemmata.checks.evaluate import Undecided, Undefined
from lemmata.checks.evidence import NoValue, Verdict, exit_status
from lemmata.checks.evidence import no_value as defect
from lemmata.checks.goal import EFFORTS, goal_of
from lemmata.reports.json import render, schema
from lemmata.spec.language import (
    Abs,
    AtLeast,
    AtMost,
    D,
    Determines,
    Equals,
    Identical,
    Iff,
    Index,
    Less,
    Limit,
    Matrix,
    Natural,
    Nonnegative,
    OpenUnit,
    Positive,
    Real,
    Sign,
    Simplex,
    Size,
    Vector,
    by_value,
    exp,
    floor,
    largest,
    log,
    maximum,
    oo,
    signum,
    sqrt,
    tanh,
    total,
    vector,
    xlogy,
)
from lemmata.spec.language.expressions import as_written


@pytest.fixture(autouse=True)
def _():
    with registry.kept(), as_written():
        yield


def sum_of(a):
    return total(lambda k: a[k], over=a)


def looked_at(statement, effort="standard"):
    found = goal_of(registry.claim_of(statement))
    evidence = balls.check(found, EFFORTS[effort], 0)
    if evidence.no_value:
        inputs = evidence.no_value.inputs
        shown = {n: v for n, v in found.variables.items() if n in inputs}
        assert strangers(shown, inputs) == []
    return evidence


LEFT, RIGHT = "the left side", "the right side"
WITHOUT = {
    "a quotient": (lambda x=Real: Equals(x / x, 1), LEFT, {"x": 0}, "division by zero", ("Real",)),
    "on the right": (lambda x=Real: Equals(1, x / x), RIGHT, {"x": 0}, "division by zero", ("Real",)),
    "a difference": (
        lambda x=Real, y=Real, z=Real: Equals(x / (x - y) + z, 1 + y / (x - y) + z),
        LEFT, {"x": 0, "y": 0, "z": 0}, "division by zero", ("Real",),
    ),
    "a root": (lambda x=Real: Equals(sqrt(x) ** 2, x), LEFT, {"x": -1}, "sqrt of a negative number", ("Real",)),
    "a logarithm": (lambda x=Nonnegative: Less(log(x), x), LEFT, {"x": 0}, "log 0", ("Nonnegative",)),
    "nowhere": (lambda x=Real: Equals(log(-exp(x)), x), LEFT, {"x": 0}, "log of a negative number", ("Real",)),
    "the derivative of a logarithm": (
        lambda x=Nonnegative: Equals(D(log(x), x), exp(-log(x))), LEFT, {"x": 0}, "log 0", ("Nonnegative",),
    ),
    "one over a derivative": (
        lambda x=Real: Equals(x / D(x**2, x), x / (2 * x)), LEFT, {"x": 0}, "division by zero", ("Real",),
    ),
    "a weight of zero": (
        lambda p=Simplex["n"]: Equals(
            total(lambda k: p[k] * log(p[k]), over=p), total(lambda k: xlogy(p[k], p[k]), over=p)
        ),
        LEFT, {"n": 2, "p": [1, 0]}, "log 0", ("Simplex",),
    ),
    "a norm": (
        lambda a=Vector["n"]: AtLeast(sum_of(a) ** 2 / sum_of(a) ** 2, 0),
        LEFT, {"n": 1, "a": [0]}, "division by zero", ("Vector",),
    ),
    "no steps": (
        lambda t=Natural, b=OpenUnit: Equals((1 - b**t) / (1 - b**t), 1),
        LEFT, {"t": 0, "b": "1/2"}, "division by zero", ("Natural", "OpenUnit"),
    ),
    "the mean of nothing": (
        lambda a=Vector["t"], t=Natural: AtMost(sum_of(a) / t, sum_of(a) / t),
        LEFT, {"a": [], "t": 0}, "division by zero", ("Vector", "Natural"),
    ),
    "the largest of nothing": (
        lambda a=Vector["t"], t=Natural: AtMost(0 * t, largest(lambda k: a[k] ** 2, over=a)),
        RIGHT, {"a": [], "t": 0}, "the largest of no numbers", ("Vector", "Natural"),
    ),
    "a stride": (
        lambda n=Size, s=Size: Equals(floor(n / (s - 1)), floor(n / (s - 1))),
        LEFT, {"n": 1, "s": 1}, "division by zero", ("Size",),
    ),
    "no branch": (
        lambda x=Real, y=Sign: Equals(by_value(y, {1: x}) * y, y * by_value(y, {1: x})),
        LEFT, {"x": 0, "y": -1}, "no branch for the value -1", ("Real", "Sign"),
    ),
    "an equality case": (
        lambda x=Real: AtLeast(x**2, 0, equality=Equals(x + 1 / x, 1 / x)),
        "the equality case", {"x": 0}, "division by zero", ("Real",),
    ),
    "a condition": (lambda x=Real: Iff(Less(1, x / x), Less(x, x)), LEFT, {"x": 0}, "division by zero", ("Real",)),
    "a solution": (
        lambda w=Vector["d"], t=Real, s=Real, j=Index["d"]: Determines(
            Equals(2 * w[j], t * s * w[j]), t, 2 / s, (w, j)
        ),
        "the equation", {"d": 1, "w": [0], "s": 0, "j": 1}, "division by zero", ("Vector", "Real"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WITHOUT)
def test_an_input_without_a_value_is_found_and_made_simple(name):
    statement, place, inputs, reason, sorts = WITHOUT[name]
    assert looked_at(statement).no_value == NoValue(place, inputs, reason, sorts)


# Everywhere a value, or none of which one could be sure.
WITH = {
    "the sort says so": lambda x=Positive: Equals(x / x, 1),
    "a quotient by what is positive": lambda x=Real: Equals(exp(x) / exp(x), 1),
    "a convention": lambda p=Simplex["n"]: AtMost(sum_of(vector(lambda k: xlogy(p[k], p[k]), over=p)), 0),
    "a kink that is none": lambda x=Real: Equals(D(Abs(x) * x, x), 2 * Abs(x)),
    "a tie that is none": lambda x=Real: Equals(D(maximum(x, x), x), 1),
    "softplus by its stable form": lambda x=Real: Equals(
        D(maximum(x, 0) + log(1 + exp(-Abs(x))), x), 1 / (1 + exp(-x))
    ),
    "a root of a square": lambda x=Nonnegative: Equals(D(sqrt(x) * x * sqrt(x), x), 2 * x),
    "half powers": lambda x=Nonnegative: Equals(x ** Fraction(3, 2), x * sqrt(x)),
    "a weight that is zero and does not look it": lambda x=Real: Equals(xlogy(log(exp(x)) - x, x - 9), 0),
    "one branch": lambda x=Real: Equals(by_value(x - x, {0: x, 1: 1 / (x - x)}), x),
    "limits": lambda x=Positive: Limit(1 / x, x, oo, 0),
    "vectors alike": lambda a=Vector["n"], b=Vector["n"]: Iff(Identical(a, b), Identical(b, a)),
    "a matrix": lambda X=Matrix["n", "m"], i=Index["n"], j=Index["m"]: Equals(X[i, j] + 0, X[i, j]),
    "signs": lambda x=Real: Equals(signum(x) * Abs(x), tanh(x - x) + x),
    "refuted": lambda x=Real: Equals(x / x, 2),
}


@pytest.mark.parametrize("name", WITH)
def test_where_there_may_be_a_value_nothing_is_said(name):
    assert looked_at(WITH[name]).no_value is None


def test_the_doubt_is_what_keeps_it_silent(monkeypatch):
    """By balls that do not doubt, a derivative that is a limit of quotients only would be called a defect."""
    monkeypatch.setattr(no_value, "Sure", Balls)
    assert looked_at(WITH["a root of a square"]).no_value


def test_what_is_sure():
    sure = no_value.Sure()
    with pytest.raises(Undefined):
        sure.derivative(lambda v: sure.div(1, v), Fraction(0))
    with pytest.raises(Undecided):
        sure.derivative(lambda v: sure.function("Abs", v), Fraction(0))
    assert sure.derivative(lambda v: sure.mul(v, v), Fraction(3)) == 6
    assert sure.real_power(fmpq(0), fmpq(3, 2)) == 0
    with pytest.raises(Undefined):
        sure.real_power(fmpq(0), fmpq(-3, 2))
    with pytest.raises(Undecided):
        sure.is_zero(arb(0, "0.1"))
    assert sure.is_zero(0) and not sure.is_zero(fmpq(1))


def test_the_plainest_points_are_looked_at_whatever_is_drawn(monkeypatch):
    monkeypatch.setattr(balls, "sample_point", lambda variables, *_: {n: Fraction(7, 3) for n in variables})
    found = looked_at(lambda x=Real, y=Real: Equals((x - y) / (x - y) / (x - 1), 1 / (x - 1)), "quick").no_value
    assert found and found.inputs == {"x": 0, "y": 0}


def verified(statement, **asked):
    claim = registry.claim_of(statement, name="quotient")
    return verify.verify(chosen=[claim], effort="quick", **asked)


def test_a_run_with_such_an_input_exits_3():
    run = verified(lambda x=Real: AtLeast(x**2 / x**2, 0))
    (claim,) = run.claims
    found = defect(claim.evidence)
    assert found and found.inputs == {"x": 0}
    assert (exit_status(run), run.problems) == (3, ())
    jsonschema.validate(json.loads(render(run)), schema())
    without = tuple(replace(e, no_value=None, side_conditions=()) for e in claim.evidence)
    settled = replace(claim, evidence=without, standing=Verdict.PROVED)
    assert exit_status(replace(run, claims=(settled,))) == 0


def test_of_what_is_refuted_it_does_not_matter():
    run = verified(lambda x=Real: Equals(x / x, 2))
    assert defect(run.claims[0].evidence) is None
    assert exit_status(run) == 1
    refuted = [replace(e, no_value=NoValue(LEFT, {"x": 0}, "", ("Real",))) for e in run.claims[0].evidence]
    assert defect(refuted) is None
