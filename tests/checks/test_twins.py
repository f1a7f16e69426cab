"""Calibration: no wrong twin of the catalogue survives or is proved, and each kind of outcome is told as it is."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import pytest
import registry
from membership import strangers, witness_of

from lemmata.checks import balls, catalogue, twins
from lemmata.checks.evidence import STATEMENT, Evidence, Verdict
from lemmata.checks.goal import EFFORTS, goal_of
from lemmata.checks.methods import METHODS, Method
from lemmata.spec.language import Equals, Real, Vector, exp, log, total
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
