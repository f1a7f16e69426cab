"""Balls refute for certain, with a witness that one can check by hand, and say honestly what they could not decide."""

from __future__ import annotations

import pytest
import registry
from membership import exact, strangers, witness_of

from lemmata.checks import balls, catalogue, mutations
from lemmata.checks.evidence import Verdict
from lemmata.checks.goal import EFFORTS, goal_of
from lemmata.spec.language import (
    AtLeast,
    AtMost,
    Determines,
    Equals,
    Functional,
    Identical,
    Index,
    Less,
    Matrix,
    Nonnegative,
    Positive,
    Real,
    SameMinimiser,
    Sign,
    Simplex,
    Vector,
    exp,
    log,
    sqrt,
    total,
    vector,
    xlogy,
)
from lemmata.spec.language.expressions import as_written

catalogue.load()
QUICK = EFFORTS["quick"]


@pytest.fixture(autouse=True)
def _():
    with registry.kept():
        yield


def looked_at(statement, effort=QUICK, seed=0):
    made = registry.claim_of(statement)
    found = balls.check(goal_of(made), effort, seed)
    if found.counterexample:
        assert strangers(made.variables, witness_of(found).inputs) == []
    return found


def squares(w):
    return total(lambda k: w[k] ** 2, over=w)


WITNESSES = {
    "a number": (lambda x=Real: Equals((x + 1) ** 2, x**2 + 1), {"x": 1}, ("4", "=", "2")),
    "a positive number": (lambda x=Positive: AtMost(x**2, x), {"x": 2}, ("4", "≤", "2")),
    "a negative number": (lambda x=Real: AtLeast(x, 0), {"x": -1}, ("-1", "≥", "0")),
    "zero": (lambda x=Real: Less(0, x**2), {"x": 0}, ("0", "<", "0")),
    "a sign": (lambda y=Sign: Equals(y, y**2), {"y": -1}, ("-1", "=", "1")),
    "the smallest dimension, with zeros": (
        lambda a=Vector["n"]: Equals(total(lambda k: a[k] + 1, over=a), total(lambda k: a[k], over=a) + 1),
        {"n": 2, "a": [0, 0]},
        ("2", "=", "1"),
    ),
    "a vector with few entries": (
        lambda a=Vector["n"]: Equals(squares(a), total(lambda k: a[k], over=a) ** 2),
        {"n": 2, "a": [1, 1]},
        ("2", "=", "4"),
    ),
    "a matrix": (
        lambda X=Matrix["n", "n"], i=Index["n"], j=Index["n"]: Equals(X[i, j], X[j, i]),
        {"n": 2, "X": [[0, 0], [1, 0]], "i": 1, "j": 2},
        ("0", "=", "1"),
    ),
}


@pytest.mark.parametrize("name", WITNESSES)
def test_the_witness_is_small(name):
    statement, inputs, (left, relation, right) = WITNESSES[name]
    found = looked_at(statement, EFFORTS["thorough"])
    assert found.verdict is Verdict.REFUTED
    assert found.detail == "the two sides are certainly apart at the point shown"
    witness = witness_of(found)
    if name == "a matrix":
        entries = {e for row in witness.inputs["X"] for e in row}
        assert (witness.inputs["n"], entries) in [(2, {0, 1}), (2, {-1, 0})]
    else:
        assert witness.inputs == inputs
        assert (witness.left, witness.relation, witness.right) == (left, relation, right)


def test_an_irrational_witness_is_shown_by_its_certain_digits():
    found = looked_at(lambda x=Positive: Equals(exp(x), 1 + x))
    found = witness_of(found)
    assert found.inputs == {"x": 1}
    assert found.left.startswith("2.71828182")
    assert found.right == "2"


@pytest.mark.parametrize(
    "power",
    [-30, -50],
)
def test_a_small_difference_is_seen(power):
    assert looked_at(lambda x=Real: Equals(x + exp(power), x)).verdict is Verdict.REFUTED


def test_an_inequality_is_looked_at_with_more_and_more_digits():
    assert looked_at(lambda x=Real: Less(x, x + exp(-50))).verdict is Verdict.TESTED


def test_an_inequality_that_fails_by_little_is_refuted():
    assert looked_at(lambda x=Real: Less(x + exp(-50), x)).verdict is Verdict.REFUTED


CASES = {
    "equality where there is none": (
        lambda x=Positive: AtMost(log(x), x, equality=Equals(x, 1)),
        {"x": 1},
        "the equality case holds here, but the two sides differ",
    ),
    "equality in one more case": (
        lambda x=Real, y=Real: AtLeast((x - y) ** 2 * x**2, 0, equality=Equals(x, y)),
        {"x": 0, "y": 1},
        "the two sides are equal, but not in the stated equality case",
    ),
    "equality never": (
        lambda x=Real: AtLeast(x**2, 0, equality=Equals(0, 1)),
        {"x": 0},
        "the two sides are equal, but not in the stated equality case",
    ),
    "equality always": (
        lambda x=Real: AtLeast(x**2, 0, equality=Equals(0, 0)),
        {"x": 1},
        "the equality case holds here, but the two sides differ",
    ),
    "equality of distributions, one of them another": (
        lambda p=Simplex["n"], q=Simplex["n"]: AtLeast(
            total(lambda k: xlogy(p[k], p[k]) - xlogy(p[k], q[k]), over=p),
            0,
            equality=Identical(p, vector(lambda k: 1 / p.dims[0], over=p)),
        ),
        {},
        None,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_wrong_equality_case_is_refuted(name):
    statement, inputs, note = CASES[name]
    found = looked_at(statement, EFFORTS["thorough"])
    assert found.verdict is Verdict.REFUTED
    assert not inputs or witness_of(found).inputs == inputs
    assert note is None or witness_of(found).note == note


@pytest.mark.parametrize(
    "statement",
    [
        lambda x=Positive: AtMost(log(x), x - 1, equality=Equals(x, 1)),
        lambda x=Real, y=Real: AtLeast((x - y) ** 2, 0, equality=Equals(x, y)),
        lambda p=Simplex["n"], q=Simplex["n"]: AtLeast(
            total(lambda k: xlogy(p[k], p[k]) - xlogy(p[k], q[k]), over=p), 0, equality=Identical(p, q)
        ),
        lambda x=Positive: Equals(log(exp(x)), x),
        lambda x=Nonnegative: Equals(sqrt(x) ** 2, x),
        lambda x=Real: Less(x, x + exp(x)),
        lambda w=Vector["d"], ell=Functional["d"]: SameMinimiser(ell(w) + squares(w), squares(w) + ell(w) + 7, over=w),
        lambda w=Vector["d"], tau=Real, s=Positive, j=Index["d"]: Determines(
            Equals(w[j] / s, tau * w[j]), tau, 1 / s, (w, j)
        ),
    ],
)
@pytest.mark.parametrize("effort", ["quick", "standard"])
def test_what_is_true_is_tested_at_so_many_points(statement, effort):
    found = looked_at(statement, EFFORTS[effort])
    assert found.verdict is Verdict.TESTED
    assert found.detail.startswith(f"not refuted at {found.effort['points']} exact points")
    assert found.effort["points"] >= EFFORTS[effort].points
    assert found.seed == 0


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        (lambda x=Real: Equals(log(-exp(x)), 0), "no value here: log of a negative number"),
        (lambda x=Real: Equals(1 / (x - x), 0), "no value here: division by zero"),
        (lambda x=Real: Less(log(2 * exp(x)), x + log(2)), "the balls overlap"),
    ],
)
def test_what_cannot_be_looked_at_is_undecided(statement, reason):
    found = looked_at(statement)
    assert found.verdict is Verdict.UNDECIDED
    assert found.detail.startswith(reason)
    assert found.effort == {"points": 0}
    assert found.counterexample is None


def test_points_without_a_value_do_not_count():
    thorough = EFFORTS["thorough"]
    everywhere = balls.check(goal_of(registry.claim_of(lambda x=Real: Equals(x, x))), thorough, 0)
    somewhere = balls.check(
        goal_of(registry.claim_of(lambda x=Real: Equals(sqrt(x) ** 2, x), name="root")), thorough, 0
    )
    assert everywhere.effort["points"] == 302, "the two plainest points come last"
    assert 50 < somewhere.effort["points"] < 250


@pytest.mark.parametrize(
    ("statement", "note"),
    [
        (
            lambda w=Vector["d"], ell=Functional["d"]: SameMinimiser(ell(w), ell(w) + squares(w), over=w),
            "is the only minimiser of the first function",
        ),
        (
            lambda w=Vector["d"], ell=Functional["d"]: SameMinimiser(ell(w), -ell(w), over=w),
            "is the only minimiser of the first function",
        ),
        (
            lambda w=Vector["d"], tau=Real, s=Positive, j=Index["d"]: Determines(
                Equals(w[j] / s, tau * w[j]), tau, 2 / s, (w, j)
            ),
            "the equation fails",
        ),
    ],
)
def test_minimisers_and_values_are_refuted_with_what_to_choose(statement, note):
    found = looked_at(statement)
    assert found.verdict is Verdict.REFUTED
    assert note in witness_of(found).note


def test_a_search_is_reproducible_and_its_seed_matters():
    def statement(a=Vector["n"]):
        return Less(squares(a), 100 * total(lambda k: a[k] * k, over=a) ** 2 + 1)

    goal = goal_of(registry.claim_of(statement))
    runs = [balls.check(goal, QUICK, seed) for seed in (0, 0, 1, 2, 3)]
    assert runs[0] == runs[1]
    assert {r.seed for r in runs} == {0, 1, 2, 3}
    assert len({str(r.counterexample) for r in runs}) > 1


@pytest.mark.parametrize("claim_id", ["softmax.jacobian", "information.gibbs", "optimizers.adam_unbiased"])
def test_a_refutation_is_found_again_at_its_witness_from_plain_data_alone(claim_id):
    goal = goal_of(registry.known(claim_id))
    checked = 0
    with as_written():
        for _, statement in mutations.of_statement(goal.statement, goal.variables):
            witness, _, _ = balls.search(goal.twin(statement), QUICK, 0)
            if witness:
                found = balls.examine(statement, exact(goal.variables, witness.inputs))
                assert (found.outcome, found.left, found.right) == ("refuted", witness.left, witness.right)
                checked += 1
    assert checked > 5
