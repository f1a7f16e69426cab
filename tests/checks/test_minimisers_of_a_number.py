"""The same minimisers over a real variable: looked at as a vector with one entry."""

from __future__ import annotations

import pytest
import registry
from refusals import refusal

from lemmata.checks import balls, derivation, equivalence
from lemmata.checks.evidence import Verdict
from lemmata.checks.goal import EFFORTS, goal_of
from lemmata.checks.methods import METHODS
from lemmata.spec.language import (
    Abs,
    Positive,
    Real,
    SameMinimiser,
    Size,
    Vector,
    case,
    exp,
    log,
    total,
)
from lemmata.spec.language.printing import text

QUICK, STANDARD = EFFORTS["quick"], EFFORTS["standard"]


@pytest.fixture(autouse=True)
def _():
    with registry.kept():
        yield


def squares(x, c):
    return total(lambda k: (x[k] - c) ** 2, over=x)


def whole(x):
    return total(lambda k: x[k], over=x)


SAME = {
    "the mean": lambda c=Real, x=Vector["n"], n=Size: SameMinimiser(
        squares(x, c), c**2 - 2 * c * whole(x) / n, over=c
    ),
    "a likelihood and its logarithm": lambda w=Positive, a=Positive: SameMinimiser(
        a * w - log(w), exp(a * w - log(w)), over=w
    ),
    "a multiple": lambda c=Real, a=Real: SameMinimiser(3 * (a - c) ** 2 + a, (a - c) ** 2, over=c),
}  # fmt: skip
DIFFERENT = {
    "the sign": lambda c=Real, x=Vector["n"], n=Size: SameMinimiser(
        squares(x, c), c**2 + 2 * c * whole(x) / n, over=c
    ),
    "a penalty": lambda c=Real, a=Real: SameMinimiser((a - c) ** 2, (a - c) ** 2 + c**2, over=c),
    "a penalty on the size": lambda c=Real, a=Real: SameMinimiser((a - c) ** 2, (a - c) ** 2 + Abs(c), over=c),
}  # fmt: skip


@pytest.mark.parametrize("name", SAME)
def test_the_same_minimiser_is_proved(name):
    goal = goal_of(registry.claim_of(SAME[name]))
    assert equivalence.check(goal, QUICK, 0)[0].verdict is Verdict.PROVED
    assert balls.check(goal, STANDARD, 0).verdict in (Verdict.TESTED, Verdict.UNDECIDED)


@pytest.mark.parametrize("name", DIFFERENT)
def test_another_minimiser_is_refuted_and_never_proved(name):
    goal = goal_of(registry.claim_of(DIFFERENT[name]))
    assert balls.check(goal, STANDARD, 0).verdict is Verdict.REFUTED
    for method in METHODS:
        if method.proves and not method.applies(goal):
            assert method.run(goal, QUICK, 0)[0].verdict is not Verdict.PROVED


def test_the_claim_itself_stays_as_it_is_written():
    claim = registry.claim_of(SAME["a multiple"])
    assert text(claim.statement) == "argmin_c 3·(a − c)² + a = argmin_c (a − c)²"


def test_a_written_proof_is_over_the_number_too():
    right = registry.claim_of(SAME["a multiple"], lambda a, c: [("constants", 3 * (a - c) ** 2 + a)], name="right")
    assert derivation.check(goal_of(right), QUICK, 0)[0].verdict is Verdict.PROVED
    wrong = registry.claim_of(SAME["a multiple"], lambda a, c: [("wrong", 3 * (a + c) ** 2 + a)], name="wrong")
    assert derivation.check(goal_of(wrong), QUICK, 0)[0].verdict is not Verdict.PROVED


def test_no_cases_on_what_is_minimised_over():
    proof = lambda a, c: [case("c = 0", c=0), ("constants", 3 * a**2)]  # noqa: E731
    claim = registry.claim_of(SAME["a multiple"], proof)
    assert refusal(lambda: claim.proofs, proof) == "case(…, c=0): the minimisers are over all c"
