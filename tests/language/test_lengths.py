"""Dimensions: a name, a number, or a name plus a number; anything else is refused with what to write."""

from __future__ import annotations

import pytest
import registry
from refusals import refusal

from lemmata.checks import balls, integers, normal_form
from lemmata.checks.evidence import Verdict
from lemmata.checks.goal import EFFORTS, goal_of
from lemmata.checks.prover.context import context_of
from lemmata.checks.prover.engine import Engine
from lemmata.checks.prover.proving import misfit
from lemmata.spec.language import (
    AtMost,
    Equals,
    Index,
    LanguageError,
    Matrix,
    Real,
    Simplex,
    Size,
    Standardised,
    Vector,
    definition,
    floor,
    total,
    variance,
)
from lemmata.spec.language.lengths import dimension


@pytest.fixture(autouse=True)
def _():
    with registry.kept():
        yield


def determinant(A):
    return A[1, 1] * A[2, 2] - A[1, 2] * A[2, 1]


def of_a_product(A, B):
    entry = lambda i, j: total(lambda k: A[i, k] * B[k, j], over=2)  # noqa: E731
    return entry(1, 1) * entry(2, 2) - entry(1, 2) * entry(2, 1)


# each with a method that proves it; the balls must agree at every point
TRUE = {
    "one more than n": (
        lambda x=Vector["n+1"], n=Size: Equals(total(lambda k: 1, over=x), n + 1),
        normal_form,
    ),
    "three entries": (
        lambda x=Vector[3]: Equals(total(lambda k: x[k], over=x), x[1] + x[2] + x[3]),
        normal_form,
    ),
    "the last entry apart": (
        lambda x=Vector["n + 1"], n=Size: Equals(
            total(lambda k: x[k], over=x), total(lambda k: x[k], over=n) + x[n + 1]
        ),
        normal_form,
    ),
    "the determinant of a product": (
        lambda A=Matrix[2, 2], B=Matrix[2, 2]: Equals(of_a_product(A, B), determinant(A) * determinant(B)),
        normal_form,
    ),
    "two random numbers": (
        lambda g=Standardised[2]: Equals(variance(g[1] + g[2]), 2),
        normal_form,
    ),
    "an index over more than n": (
        lambda i=Index["n + 2"], n=Size: AtMost(floor((i + 1) / 2), n + 1),
        integers,
    ),
    "a distribution on two points": (lambda p=Simplex[2]: Equals(p[1] + p[2], 1), balls),
    "as many columns as rows, and one": (
        lambda X=Matrix["n", "n + 1"], n=Size: Equals(
            total(lambda i: X[i, i + 1], over=n), total(lambda i: X[i - 1, i], over=(2, n + 1))
        ),
        balls,
    ),
    "an index over two": (lambda i=Index[2], x=Vector[2]: Equals(x[3 - i] + x[i], x[1] + x[2]), balls),
}  # fmt: skip


@pytest.mark.parametrize("name", TRUE)
def test_a_true_statement_about_such_dimensions(name):
    function, method = TRUE[name]
    goal = goal_of(registry.claim_of(function))
    found = balls.check(goal, EFFORTS["quick"], 0)
    assert (found.verdict, found.counterexample) == (Verdict.TESTED, None)
    if method is not balls:
        found = method.check(goal, EFFORTS["quick"], 0)
        assert found.verdict is Verdict.PROVED


FALSE = {
    "one less": lambda x=Vector["n + 1"], n=Size: Equals(total(lambda k: 1, over=x), n),
    "two of three entries": lambda x=Vector[3]: Equals(total(lambda k: x[k], over=x), x[1] + x[2]),
    "an index that goes further": lambda i=Index["n + 2"], n=Size: AtMost(i, n + 1),
    "a distribution on three points": lambda p=Simplex[3]: Equals(p[1] + p[2], 1),
}


@pytest.mark.parametrize("name", FALSE)
def test_a_false_statement_about_such_dimensions(name):
    goal = goal_of(registry.claim_of(FALSE[name]))
    assert balls.check(goal, EFFORTS["quick"], 0).verdict is Verdict.REFUTED
    if isinstance(goal.statement, Equals):
        assert normal_form.check(goal, EFFORTS["quick"], 0).verdict is not Verdict.PROVED


def test_they_are_named_as_they_are_written():
    claim = registry.claim_of(lambda x=Vector["n+1"], p=Simplex[3], i=Index["n + 1"], n=Size: Equals(x[i], p[1]))
    assert list(claim.variables) == ["x", "p", "i", "n"]
    assert [v.sort.words(v.name) for v in claim.variables.values()] == [
        "x: a vector of n + 1 real entries",
        "p: a probability distribution on 3 points, zeros allowed",
        "i ∈ {1, …, n + 1}, an index",
        "n ≥ 1, a dimension",
    ]


PLAIN = 'a dimension is a name such as Vector["n"], a number such as Vector[3], or a name plus a number such as Vector["n + 1"], not '  # noqa: E501


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ("3", 'a fixed length is written Vector[3], not Vector["3"]'),
        (" 12 ", 'a fixed length is written Vector[12], not Vector[" 12 "]'),
        *[
            (given, f"{PLAIN}{given!r}")
            for given in (0, -1, True, 1.5, None, "", "0", "n - 1", "n - 1", "2n", "2 + n", "n*m", "n + m", "n + -1",
                          "n.m", "lambda", "n\n+\nm", Real.domain)
        ],
    ],
)  # fmt: skip
def test_anything_else_is_refused(given, message):
    with pytest.raises(LanguageError) as error:
        Vector[given]
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("given", "read"),
    [("n", "n"), ("n+1", "n + 1"), (" n  +  2 ", "n + 2"), ("n + 0", "n"), ("n_1", "n_1"), ("β", "β"), (7, "7")],
)
def test_what_is_a_dimension(given, read):
    assert dimension(given, "Vector") == read


def test_another_length_is_seen():
    function = lambda x=Vector["n + 1"], y=Vector["n"]: Equals(total(lambda k: y[k], over=x), 1)  # noqa: E731
    claim = registry.claim_of(function)
    assert refusal(lambda: claim.statement, function) == (
        "the index k of y runs from 1 to n + 1, but y has length n, in test_lengths.sample"
    )


def test_a_definition_takes_plain_dimensions_only():
    def sample(x=Vector[3]):
        """An expression."""
        return x[1]

    made = definition(notation="s")(sample)
    message = "parameter x of test_lengths.sample: the dimensions of a definition are plain names, not 3"
    assert refusal(lambda: made.body, sample) == message
    function = lambda x=Vector[3]: Equals(made(x), 1)  # noqa: E731
    used = registry.claim_of(function, name="user")
    assert refusal(lambda: used.statement, sample) == message


@pytest.mark.parametrize(
    ("lemma", "used", "fault"),
    [
        (lambda x=Vector[2]: Equals(x[1], 1), lambda y=Vector[2]: Equals(y[1], 1), ""),
        (lambda x=Vector["n"]: Equals(x[1], 1), lambda y=Vector[2]: Equals(y[1], 1), ""),
        (lambda x=Vector["n"]: Equals(x[1], 1), lambda y=Vector["m + 1"]: Equals(y[1], 1), ""),
        (
            lambda x=Vector[2]: Equals(x[1], 1),
            lambda y=Vector[3]: Equals(y[1], 1),
            "test_lengths.lemma needs x: a vector of 2 real entries, but Array(y, 3) has the length 3",
        ),
        (
            lambda x=Vector[2]: Equals(x[1], 1),
            lambda y=Vector["n"]: Equals(y[1], 1),
            "test_lengths.lemma needs x: a vector of 2 real entries, but Array(y, n) has the length n",
        ),
        (
            lambda x=Vector["n + 1"]: Equals(x[1], 1),
            lambda y=Vector["n + 1"]: Equals(y[1], 1),
            "test_lengths.lemma is about a length n + 1, and does not say of which n",
        ),
    ],
)
def test_a_lemma_about_two_entries_says_nothing_about_three(lemma, used, fault):
    lemma, used = registry.claim_of(lemma, name="lemma"), registry.claim_of(used)
    engine = Engine(context_of(used.variables.values()))
    assert misfit(engine, lemma, {"x": used.variables["y"].expr}) == fault
