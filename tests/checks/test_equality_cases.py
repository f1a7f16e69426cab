"""Equality cases of two matrices, and of several conditions at once: proved, refuted, and never a crash."""

from __future__ import annotations

import random

import pytest
import registry
from refusals import refusal

from lemmata.checks import balls, certificates, derivation, equivalence, integers, twins
from lemmata.checks.equality_points import near_equality_case
from lemmata.checks.evidence import Verdict
from lemmata.checks.goal import EFFORTS, goal_of
from lemmata.checks.methods import METHODS
from lemmata.checks.sampling import sample_point
from lemmata.spec.language import (
    AtLeast,
    AtMost,
    Equals,
    Identical,
    Iff,
    Less,
    Matrix,
    Natural,
    Positive,
    Real,
    Size,
    Vector,
    at_least,
    total,
    vector,
)
from lemmata.spec.language.printing import latex, text
from lemmata.spec.language.statements import All

QUICK = EFFORTS["quick"]


@pytest.fixture(autouse=True)
def _():
    with registry.kept():
        yield


def apart(A, B):
    """‖A − B‖²."""
    return total(lambda i: total(lambda j: (A[i, j] - B[i, j]) ** 2, over=A.dims[1]), over=A.dims[0])


def nothing(w):
    return vector(lambda k: 0, over=w)


# the methods that prove it; the balls must find nothing
TRUE = {
    "two matrices": (
        lambda A=Matrix["m", "n"], B=Matrix["m", "n"]: AtLeast(apart(A, B), 0, equality=Identical(A, B)),
        [certificates],
    ),
    "two matrices, as a condition": (
        lambda A=Matrix["m", "n"], B=Matrix["m", "n"]: Iff(Equals(apart(A, B), 0), Identical(A, B)),
        [equivalence],
    ),
    "a matrix and itself": (lambda X=Matrix["m", "n"]: Identical(X, X), []),
    "two vectors made from a matrix": (
        lambda X=Matrix["m", "n"], n=Size: Identical(
            vector(lambda i: total(lambda j: X[i, j], over=n), over=X.dims[0]),
            vector(lambda i: total(lambda j: X[i, n + 1 - j], over=n), over=X.dims[0]),
        ),
        [],
    ),
    "two numbers": (
        lambda x=Real, y=Real: AtLeast(x**2 + y**2, 0, equality=(Equals(x, 0), Equals(y, 0))),
        [certificates],
    ),
    "a vector and a number": (
        lambda w=Vector["n"], c=Real: AtLeast(
            total(lambda k: w[k] ** 2, over=w) + (c - 1) ** 2, 0, equality=(Identical(w, nothing(w)), Equals(c, 1))
        ),
        [certificates],
    ),
    "two natural numbers": (
        lambda a=Natural, b=Natural: AtMost(0, a + b, equality=(Equals(a, 0), Equals(b, 0))),
        [certificates, integers],
    ),
    "a tuple of one": (lambda x=Real: AtLeast(x**2, 0, equality=(Equals(x, 0),)), [certificates]),
    "never": (
        lambda x=Real, y=Positive: AtLeast(x**2 + y, 0, equality=(Equals(x, 0), Equals(y, 0))),
        [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TRUE)
def test_a_true_equality_case(name):
    function, methods = TRUE[name]
    goal = goal_of(registry.claim_of(function))
    found = balls.check(goal, QUICK, 0)
    assert (found.verdict, found.counterexample) == (Verdict.TESTED, None)
    for method in METHODS:
        if not method.applies(goal):
            evidence, _ = method.run(goal, QUICK, 0)
            assert evidence.verdict in (Verdict.PROVED, Verdict.TESTED, Verdict.UNDECIDED)
    for method in methods:
        found = method.check(goal, QUICK, 0)
        assert (found[0] if isinstance(found, tuple) else found).verdict is Verdict.PROVED


FALSE = {
    "the transpose": lambda A=Matrix["n", "n"], B=Matrix["n", "n"], n=Size: AtLeast(
        total(lambda i: total(lambda j: (A[i, j] - B[j, i]) ** 2, over=n), over=n), 0, equality=Identical(A, B)
    ),
    "two matrices": lambda A=Matrix["m", "n"], B=Matrix["m", "n"]: Identical(A, B),
    "one of two": lambda x=Real, y=Real: AtLeast(x**2 + y**2, 0, equality=Equals(x, 0)),
    "one more": lambda x=Real, y=Real: AtLeast(x**2, 0, equality=(Equals(x, 0), Equals(y, 0))),
    "a line": lambda x=Real, y=Real: AtLeast((x + y) ** 2, 0, equality=(Equals(x, 0), Equals(y, 0))),
    "either": lambda a=Natural, b=Natural: AtLeast(a * b, 0, equality=(Equals(a, 0), Equals(b, 0))),
    "at another number": lambda w=Vector["n"], c=Real: AtLeast(
        total(lambda k: w[k] ** 2, over=w) + (c - 1) ** 2, 0, equality=(Identical(w, nothing(w)), Equals(c, -1))
    ),
    "all but the last entry": lambda w=Vector["n"], c=Real, n=Size: AtLeast(
        total(lambda k: w[k] ** 2, over=(1, n - 1)) + c**2, 0, equality=(Identical(w, nothing(w)), Equals(c, 0))
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FALSE)
def test_a_false_equality_case(name):
    goal = goal_of(registry.claim_of(FALSE[name]))
    assert balls.check(goal, EFFORTS["standard"], 0).verdict is Verdict.REFUTED
    for method in METHODS:
        if method.proves and not method.applies(goal):
            assert method.run(goal, QUICK, 0)[0].verdict is not Verdict.PROVED


def test_every_twin_of_two_conditions_is_refuted():
    goal = goal_of(registry.claim_of(TRUE["two numbers"][0]))
    found = twins.check(goal, EFFORTS["standard"], 0)
    assert found
    assert {t.outcome for t in found} == {"refuted"}


def test_a_written_proof_ends_at_all_conditions():
    def proof(x, y):
        yield "as it stands", x**2 + y**2
        yield "squares", at_least(0, because=x**2 + y**2)

    both = registry.claim_of(TRUE["two numbers"][0], proof, name="both")
    assert derivation.check(goal_of(both), QUICK, 0)[0].verdict is Verdict.PROVED
    one = registry.claim_of(FALSE["one of two"], proof, name="one")
    assert derivation.check(goal_of(one), QUICK, 0)[0].verdict is not Verdict.PROVED


def test_several_conditions_are_printed_and_rebuilt():
    s = registry.claim_of(TRUE["two numbers"][0]).statement
    assert isinstance(s, AtLeast)
    assert isinstance(s.equality, All)
    assert s.rebuild(lambda e: e) == s
    assert len(s.expressions()) == 6
    assert text(s) == "x² + y² ≥ 0, with equality exactly when x = 0 and y = 0"
    assert latex(s) == r"x^{2} + y^{2} \ge 0\text{, with equality exactly when }x = 0\text{ and }y = 0"


def test_points_near_the_equality_case_miss_at_most_one_condition():
    function = lambda x=Real, n=Natural, w=Vector["d"], y=Positive: AtLeast(  # noqa: E731
        x**2, 0, equality=(Equals(x, n), Equals(3, n), Identical(w, nothing(w)), Equals(y, -1))
    )
    goal, rng, seen = goal_of(registry.claim_of(function)), random.Random(0), set()
    for _ in range(200):
        point = sample_point(goal.variables, {"d": 2}, rng)
        near = near_equality_case(goal.statement, goal.variables, point, rng)
        assert near["y"] == point["y"] > 0
        w = tuple(near["w"].values())
        seen.add((near["x"] == near["n"], near["n"] == 3, w.count(0) == 2))
        assert w.count(0) >= 1 or near["n"] == 3
    assert (False, True, True) in seen
    assert (True, False, True) in seen or (False, False, True) in seen


HERE = "in test_equality_cases.sample"
ONE_SHAPE = "Identical compares what has one shape, not"
KINDS = "the equality case of AtLeast is Equals(…), Identical(…) or a tuple of them, not"
REFUSED = {
    "a transposed shape": (
        lambda A=Matrix["m", "n"], B=Matrix["n", "m"]: Identical(A, B),
        f"{ONE_SHAPE} m × n and n × m, {HERE}",
    ),
    "a vector and a matrix": (
        lambda A=Matrix["m", "n"], b=Vector["m"]: Identical(A, b),
        f"{ONE_SHAPE} m × n and m, {HERE}",
    ),
    "a vector and a number": (
        lambda b=Vector["n"]: AtLeast(total(lambda k: b[k] ** 2, over=b), 0, equality=Identical(b, 0)),
        f"{ONE_SHAPE} n and one number, {HERE}",
    ),
    "vectors of two lengths, among several": (
        lambda a=Vector["n"], b=Vector["m"], x=Real: AtLeast(x, x, equality=(Equals(x, 0), Identical(a, b))),
        f"{ONE_SHAPE} n and m, {HERE}",
    ),
    "an inequality among several": (
        lambda x=Real: AtLeast(x**2, 0, equality=(Equals(x, 0), Less(x, 1))),
        f"{KINDS} Less",
    ),
    "nothing at all": (lambda x=Real: AtLeast(x**2, 0, equality=()), f"{KINDS} tuple"),
    "a condition without an expression": (
        lambda x=Real: AtLeast(x**2, 0, equality=(Equals(x, 0), Equals(x, None))),
        "Equals takes expressions, not NoneType",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_an_equality_case_that_is_none(name):
    function, message = REFUSED[name]
    made = registry.claim_of(function)
    assert refusal(lambda: made.statement, function) == message
