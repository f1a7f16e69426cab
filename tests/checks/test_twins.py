"""Calibration: no wrong twin of the catalogue survives or is proved, and each kind of outcome is told as it is."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import pytest
import registry
from membership import strangers, witness_of
from roundings import PAIRS, windows

from lemmata.checks import balls, catalogue, integers, twins
from lemmata.checks.evidence import STATEMENT, Evidence, Verdict
from lemmata.checks.goal import EFFORTS, goal_of
from lemmata.checks.methods import METHODS, Method
from lemmata.spec.language import (
    AtLeast,
    AtMost,
    Equals,
    Index,
    Less,
    Natural,
    Positive,
    Real,
    Size,
    Vector,
    ceiling,
    exp,
    floor,
    log,
    maximum,
    tanh,
    total,
)
from lemmata.spec.language.expressions import as_written

catalogue.load()
CLAIMS = [c.id for c in catalogue.claims()]
QUICK = EFFORTS["quick"]


@pytest.fixture(autouse=True)
def _():
    with registry.kept(), as_written():
        yield


@pytest.mark.parametrize("claim_id", CLAIMS)
def test_no_twin_survives_or_is_proved(claim_id):
    found = twins_of_the_catalogue(claim_id)
    assert [(t.mutation, t.outcome) for t in found if t.outcome not in ("refuted", "equivalent")] == []
    refuted = [t for t in found if t.outcome == "refuted"]
    assert len(refuted) >= 3, "with so few twins nothing is calibrated"
    for t in refuted:
        assert t.rejected_by[0] == balls.NAME
        assert strangers(registry.known(claim_id).variables, witness_of(t).inputs) == []


@lru_cache
def twins_of_the_catalogue(claim_id):
    return twins.check(goal_of(registry.known(claim_id)), QUICK, 0)


def test_the_provers_of_the_catalogue_are_all_seen_to_reject():
    seen = {name for c in CLAIMS for t in twins_of_the_catalogue(c) for name in t.rejected_by}
    assert {"normal_form", "derivation", "calculus", "balls"} <= seen


def judged(statement, *proofs):
    return twins.check(goal_of(registry.claim_of(statement, *proofs)), EFFORTS["thorough"], 0)


def test_a_mutation_that_says_the_same_is_equivalent():
    found = {t.mutation: t.outcome for t in judged(lambda x=Real, y=Real: Equals(x + y, y + x + 0 * y))}
    assert found["the term 0·y dropped"] == "equivalent"
    assert found["the term x dropped"] == "refuted"


def test_a_mutation_without_any_value_is_no_twin():
    found = {t.mutation for t in judged(lambda x=Real: Equals(x, log(exp(x) + 0 * x)))}
    assert "the sign of exp(x) flipped" not in found  # the logarithm of a negative number
    assert "the term exp(x) dropped" not in found  # log 0
    assert "a factor 2" in found


def credulous(goal, effort, seed):
    return Evidence(goal.id, STATEMENT, "credulous", Verdict.PROVED, "it looks right"), ()


def test_a_twin_that_a_method_proves_is_an_error_of_the_suite(monkeypatch):
    monkeypatch.setattr(
        twins, "METHODS", (*METHODS, Method("credulous", "PROVED: all", lambda goal: "", credulous, True, __name__))
    )
    found = judged(lambda x=Real: Equals(x + x, 2 * x))
    assert {t.outcome for t in found} == {"proved"}
    assert {t.rejected_by for t in found} == {("credulous",)}
    assert all(t.counterexample for t in found), "that it is wrong is shown beside it"


def test_a_twin_that_nothing_refutes_survives(monkeypatch):
    monkeypatch.setattr(balls, "search", lambda *_, **__: (None, 3, ""))
    found = judged(
        lambda a=Vector["n"]: Equals(total(lambda k: a[k] + 1, over=a), total(lambda k: a[k], over=a) + a.dims[0])
    )
    assert found
    assert {t.outcome for t in found} == {"surviving"}
    assert {t.rejected_by for t in found} == {("normal_form",)}


def test_a_mutated_left_side_is_compared_with_the_left_side(monkeypatch):
    monkeypatch.setattr(balls, "search", lambda *_, **__: (None, 3, ""))
    found = {t.mutation: t.outcome for t in judged(lambda x=Real, y=Real: Equals(x + y + 0 * x, 1))}
    assert found["on the left, the term 0·x dropped"] == "equivalent"
    assert found["on the left, the term x dropped"] == "surviving"


@pytest.mark.parametrize(("effort", "most"), [("quick", 6), ("standard", 14), ("thorough", 1000)])
def test_an_effort_tries_so_many_twins_and_always_the_first(effort, most):
    goal = goal_of(registry.known("logistic.gradient"))
    every = list(twins.twins_of(goal, EFFORTS["thorough"]))
    found = list(twins.twins_of(goal, EFFORTS[effort]))
    assert len(found) == min(most, len(every))
    assert found[:4] == every[:4]
    assert [t for t in every if t in found] == found
    assert len(every) > 14


def test_more_points_are_looked_at_than_a_quick_look_at_a_claim_takes():
    goal = goal_of(registry.known("information.gibbs"))
    assert {t.outcome for t in twins.check(goal, replace(QUICK, points=1), 0)} == {"refuted"}


# --- floors, of which the normal form knows nothing ---------------------------------------------------------------

SHAPES = {
    "the output of a convolution": lambda n=Size, p=Natural, k=Size, s=Size: Equals(
        floor((n - k + 2 * p) / s) + 1, floor((n - k + 2 * p + s) / s)
    ),
    "causal padding": lambda n=Size, k=Size, d=Size: Equals(floor((n + d * (k - 1) - d * (k - 1) - 1) / 1) + 1, n),
    "pooling in ceiling mode": PAIRS["pooling in ceiling mode"][0],
    "a transposed convolution undone": PAIRS["a transposed convolution undone"][0],
    "dilation as a larger kernel": PAIRS["dilation as a larger kernel"][0],
    "the same padding, split in two": PAIRS["the same padding, split in two"][0],
    "two layers as one": PAIRS["two layers as one"][0],
    "the last window fits": PAIRS["the last window fits"][0],
    "batches": PAIRS["batches"][0],
}


@pytest.mark.parametrize("name", SHAPES)
def test_twins_of_a_shape_are_refuted_or_say_the_same(name):
    found = twins.check(goal_of(registry.claim_of(SHAPES[name])), EFFORTS["standard"], 0)
    assert {t.outcome for t in found} <= {"refuted", "equivalent"}
    refuted = [t for t in found if t.outcome == "refuted"]
    assert len(refuted) >= 9
    assert "integers" in {method for t in refuted for method in t.rejected_by}


def two_forms(n=Size, k=Size, s=Size):
    return Equals(windows(n, k, s) + 0 * k, floor((n - k + s) / s) + 0 * n)


def in_steps_of_one(n=Size, p=Natural):
    return Equals(windows(n, 2 * p + 1, 1, p), n)


def of_a_whole_number(n=Natural, m=Natural):
    return Equals(floor(n * m), floor(n) * m)


def by_one(n=Size, s=Size):
    return AtMost(floor((n + s) / s), floor(n / s) + 1)


@pytest.mark.parametrize(
    ("statement", "mutation"),
    [
        (two_forms, "the term 0·n dropped"),
        (in_steps_of_one, "on the left, the factor 1/1 dropped"),
        (of_a_whole_number, "⌈n⌉ for ⌊n⌋"),
        (by_one, "the inequality reversed"),
        (lambda x=Real: AtMost(x**2, abs(x) ** 2), "the inequality reversed"),
    ],
)
def test_a_mutation_that_z3_shows_to_say_the_same_is_no_error(statement, mutation):
    found = {t.mutation: t.outcome for t in judged(statement)}
    assert found[mutation] == "equivalent"
    assert set(found.values()) == {"equivalent", "refuted"}


def test_where_the_sides_are_always_equal_it_is_still_wrong_to_call_that_impossible():
    found = {
        t.mutation: t.outcome for t in judged(lambda x=Real: AtMost(exp(2 * x), exp(x) ** 2, equality=Equals(x, x)))
    }
    assert found["equality claimed always"] == "equivalent"
    assert found["equality claimed to be impossible"] != "equivalent"


def proved_unseen(goal, effort, seed):
    return Evidence(goal.id, STATEMENT, "integers", Verdict.PROVED, "it looks right")


def test_a_wrong_mutation_is_no_equivalent_one_whatever_z3_says(monkeypatch):
    monkeypatch.setattr(integers, "check", proved_unseen)
    with registry.kept():
        twin = goal_of(registry.claim_of(lambda n=Natural: Equals(floor(n / 5), floor((n + 1) / 5)), name="off"))
    assert not integers.proves(twin)
    monkeypatch.setattr(twins, "METHODS", [m for m in METHODS if m.name != "integers"])
    assert {t.outcome for t in judged(lambda n=Natural: Equals(floor((n + 1) / 2), ceiling(n / 2)))} == {"refuted"}


def test_what_balls_do_not_find_z3_may(monkeypatch):
    monkeypatch.setattr(balls, "search", lambda *_, **__: (None, 3, ""))
    found = judged(lambda n=Size: Equals(floor((n + 1) / 2), ceiling(n / 2)))
    assert {t.outcome for t in found} == {"refuted"}
    assert all(t.counterexample for t in found)


# --- inequalities that say nothing about equality -----------------------------------------------------------------

BOUNDS = {
    "the logarithm": lambda x=Positive: Less(log(x), x),
    "the exponential": lambda x=Real: Less(x, exp(x)),
    "the hyperbolic tangent": lambda x=Real: Less(tanh(x), 1),
    "an entry": lambda a=Vector["n"], i=Index["n"]: Less(a[i] - 1, log(total(lambda k: exp(a[k]), over=a))),
    "the last batch": PAIRS["batches"][0],
    "a longer stride": PAIRS["a longer stride"][0],
    "not strict": lambda x=Real: AtLeast(exp(x), 1 + x),
    "a maximum": lambda x=Real, y=Real: AtMost(x, maximum(x, y)),
}


@pytest.mark.parametrize("name", BOUNDS)
def test_twins_of_a_bound_are_wrong(name):
    found = judged(BOUNDS[name])
    assert {t.outcome for t in found} == {"refuted"}
    assert len(found) >= 4
    if "the sides swapped" in {t.mutation for t in found}:
        assert {"the inequality reversed, equality allowed", "equality for the inequality", "both signs flipped"} <= {
            t.mutation for t in found
        }


def test_a_weaker_bound_is_no_twin():
    found = {t.mutation for t in judged(lambda x=Positive: Less(log(x), x))}
    assert "on the right, a factor 2" not in found  # log x < 2x
    assert "on the right, the opposite sign" in found


def test_a_twin_of_a_bound_survives_where_nothing_is_seen_to_be_wrong(monkeypatch):
    monkeypatch.setattr(balls, "search", lambda *_, **__: (None, 3, ""))
    found = {t.mutation: t.outcome for t in judged(lambda x=Real: Less(x, x + 1))}
    assert found["the sides swapped"] == "surviving"
    assert not [what for what in found if what.startswith("on the ")], "they are not known to be wrong"
