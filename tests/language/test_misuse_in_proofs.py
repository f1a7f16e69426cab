"""Misuse in proofs, and what goes wrong while a claim is made or built: one sentence each, with file and line."""

# Misuse is the point, also of types and names.
# pyright: reportArgumentType=false, reportUndefinedVariable=false

from __future__ import annotations

import pytest
import registry
import sympy
from refusals import refusal

from lemmata.spec.information import log_bound
from lemmata.spec.language import (
    Equals,
    LanguageError,
    Real,
    Size,
    Vector,
    at_most,
    case,
    claim,
    definition,
    gap,
    hypothesis,
    successor,
    using,
)
from lemmata.spec.logistic import sigmoid
from lemmata.spec.softmax import jacobian, softmax


@pytest.fixture(autouse=True)
def _():
    with registry.kept():
        yield


A_NUMBER = "is a vector or matrix where a number is wanted; use its entries"
HERE = "in test_misuse_in_proofs.sample"
PROOFS = {
    "no steps": (lambda x: None, "the proof <lambda> of test_misuse_in_proofs.sample must yield its steps"),
    "an empty generator": (
        lambda x: iter(()),
        "the proof <lambda> of test_misuse_in_proofs.sample must yield its steps",
    ),
    "an expression without a reason": (
        lambda x: iter([x]),
        'a step is ("reason", expression), ("reason", at_most(expression, because=…)) or case("…")',
    ),
    "reason and expression exchanged": (
        lambda x: iter([(x, "reason")]),
        'a step is ("reason", expression), ("reason", at_most(expression, because=…)) or case("…")',
    ),
    "a lemma by its name": (
        lambda x: iter([("a", x, "softmax.jacobian")]),
        'a step is ("reason", expression), ("reason", at_most(expression, because=…)) or case("…")',
    ),
    "text for an expression": (lambda x: iter([("a", "x")]), "'x' is not an expression of the language"),
    "text for a certificate": (
        lambda x: iter([("a", at_most(x, because="x"))]),
        "'x' is not an expression of the language",
    ),
    "a statement for an expression": (
        lambda x: iter([("a", Equals(x, x))]),
        "Equals(left=x, right=x) is not an expression of the language",
    ),
    "a vector": (lambda a: iter([("a", a)]), f'"a": a {A_NUMBER}, a[…], {HERE}'),
    "a symbol that is nobody's": (
        lambda x: iter([("a", sympy.Symbol("q"))]),
        '"a": q is not a variable of test_misuse_in_proofs.sample; declare it as a parameter with a sort',
    ),
    "a float": (
        lambda x: iter([("a", 0.5)]),
        f'"a": 0.5 is a float, and claims are exact; write x / 2 for 0.5 * x, {HERE}',
    ),
    "a parameter that the claim lacks": (
        lambda q: iter([("a", q)]),
        "q is not a variable of test_misuse_in_proofs.sample",
    ),
    "using a definition": (lambda x: iter([("a", x, using(softmax))]), "using(…) takes a claim, not Definition"),
    "a hypothesis without induction": (
        lambda x: iter([("a", x + 1, hypothesis())]),
        '"a": hypothesis() belongs into a case with t=successor',
    ),
    "a hypothesis in the base case": (
        lambda t: iter([case("t = 0", t=0), ("a", t + 1, hypothesis())]),
        '"a": hypothesis() belongs into a case with t=successor',
    ),
    "a case of no variable": (
        lambda x: iter([case("a", q=1), ("a", x)]),
        "case(…, q=1): q is not a variable of test_misuse_in_proofs.sample",
    ),
    "a case of a vector": (
        lambda a: iter([case("a", a=0), ("a", 1)]),
        "case(…, a=0): cases are on numbers, and a is none",
    ),
    "a case at a half": (
        lambda x: iter([case("a", x=0.5), ("a", x)]),
        "case(…, x=0.5): a case of x is a whole number or a sort such as Positive",
    ),
    "a step from real to real": (
        lambda x: iter([case("a", x=successor), ("a", x)]),
        "case(…, x=successor): a case of x is a whole number or a sort such as Positive",
    ),
    "the gap of an equation": (
        lambda x: iter([("a", at_most(x, because=gap(jacobian, n=1, a=x, i=1, j=1)))]),
        "gap(softmax.jacobian) needs an inequality and values for n, a, i, j",
    ),
    "the gap of a definition": (
        lambda x: iter([("a", at_most(x, because=gap(sigmoid, x=x)))]),
        "gap(logistic.sigmoid) needs an inequality and values for x",
    ),
    "a gap without its values": (
        lambda x: iter([("a", at_most(x, because=gap(log_bound)))]),
        "gap(information.log_bound) needs an inequality and values for x",
    ),
    "a gap at a vector": (
        lambda a: iter([("a", at_most(1, because=gap(log_bound, x=a)))]),
        "information.log_bound needs x: a positive number, not a",
    ),
}


@pytest.mark.parametrize("misuse", PROOFS)
def test_a_proof_that_is_none(misuse):
    function, message = PROOFS[misuse]
    made = registry.claim_of(lambda x=Real, t=Size, a=Vector["n"]: Equals(x, x), function)
    assert refusal(lambda: made.proofs, function) == message


def test_an_exception_in_a_claim_names_the_line_on_which_it_arose():
    def sample(x=Real):
        """A statement."""
        half = 1 / 0  # this line
        return Equals(x, half)

    made = claim(sample)
    with pytest.raises(LanguageError) as error:
        _ = made.statement
    assert error.value.where == f"{__file__}:{sample.__code__.co_firstlineno + 2}"
    assert error.value.bare == "test_misuse_in_proofs.sample cannot be built: ZeroDivisionError: division by zero"


def test_a_misuse_inside_a_claim_names_the_line_on_which_it_stands():
    def sample(a=Vector["n"]):
        """A statement."""
        left = sigmoid(a)  # this line
        return Equals(left, 1)

    made = claim(sample)
    with pytest.raises(LanguageError) as error:
        _ = made.statement
    assert error.value.where == f"{__file__}:{sample.__code__.co_firstlineno + 2}"


def test_an_exception_in_a_proof_names_the_line_on_which_it_arose():
    def proof(x):
        yield "first", x
        yield "second", x / missing  # noqa: F821

    made = registry.claim_of(lambda x=Real: Equals(x, x), proof)
    with pytest.raises(LanguageError) as error:
        _ = made.proofs
    assert error.value.where == f"{__file__}:{proof.__code__.co_firstlineno + 2}"


def test_a_claim_that_ends_the_program_does_not():
    made = registry.claim_of(lambda: exit(0))
    with pytest.raises(LanguageError, match="SystemExit"):
        _ = made.statement


def test_a_duplicate_id_names_the_other():
    def sample(x=Real):
        """A statement."""
        return Equals(x, x)

    other = sample
    claim(sample)
    assert refusal(lambda: claim(other), other) == (
        f"the id test_misuse_in_proofs.sample is taken by {__file__}:{sample.__code__.co_firstlineno}; ids are unique"
    )


def test_definitions_and_printed_formulas_share_the_space_of_ids():
    def sample(x=Real):
        """A statement or an expression."""
        return Equals(x, x)

    claim(sample)
    with pytest.raises(LanguageError, match=r"the id test_misuse_in_proofs.sample is taken by"):
        definition(notation="s")(sample)
    with pytest.raises(LanguageError, match=r"the id test_misuse_in_proofs.sample is taken by"):
        jacobian.as_printed(jacobian.cites[0].lecture, "x.y", section="", latex="")(sample)


@pytest.mark.parametrize("text", [None, "", "   \n  "])
def test_a_docstring_is_needed(text):
    def sample(x=Real):
        return Equals(x, x)

    sample.__doc__ = text
    message = "test_misuse_in_proofs.sample needs a docstring: the statement in the textbook's words"
    assert refusal(lambda: claim(sample), sample) == message
    assert refusal(lambda: definition(notation="s")(sample), sample) == message
