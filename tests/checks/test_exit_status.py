"""Exit statuses of runs that found nothing wrong and yet did not settle what was asked."""

from __future__ import annotations

from dataclasses import replace

import pytest
import registry

from lemmata.checks import verify
from lemmata.checks.evidence import Verdict, conditions, exit_status
from lemmata.spec.language import Equals, Positive, Real


@pytest.fixture(autouse=True)
def _own_claims():
    with registry.kept():
        yield


def verified(statement, method=""):
    claim = registry.claim_of(statement, name="quotient")
    return verify.verify(chosen=[claim], method=method, effort="quick")


def test_a_claim_proved_only_where_a_condition_holds_exits_3():
    run = verified(lambda x=Real: Equals(x / x, 1))
    (claim,) = run.claims
    assert claim.standing is Verdict.PROVED
    assert conditions(claim.evidence) == ("x ≠ 0",)
    assert exit_status(run) == 3


def test_a_condition_that_the_sort_gives_is_none():
    run = verified(lambda x=Positive: Equals(x / x, 1))
    assert conditions(run.claims[0].evidence) == ()
    assert exit_status(run) == 0


def test_one_proof_without_conditions_is_enough():
    run = verified(lambda x=Real: Equals(x / x, 1))
    (claim,) = run.claims
    needing = tuple(replace(e, no_value=None) for e in claim.evidence)
    free = tuple(replace(e, side_conditions=()) for e in needing)
    assert exit_status(replace(run, claims=(replace(claim, evidence=needing),))) == 3
    assert exit_status(replace(run, claims=(replace(claim, evidence=(*needing, *free)),))) == 0


def test_a_run_in_which_nothing_could_be_tried_exits_3():
    run = verified(lambda x=Real: Equals(x + x, 2 * x), method="limit")
    assert {e.verdict for e in run.claims[0].evidence} == {Verdict.NOT_RUN}
    assert exit_status(run) == 3
