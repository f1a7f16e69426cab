"""Equal content means the same question: what changes the question changes the content, and nothing else does."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import registry

from lemmata.checks import content
from lemmata.spec.language import (
    AtMost,
    Equals,
    Positive,
    Real,
    Vector,
    at_most,
    claim,
    definition,
    exp,
    gap,
    log,
    total,
)


@pytest.fixture(autouse=True)
def _own_claims():
    with registry.kept():
        yield


def of(statement, *proofs):
    with registry.kept():
        return content.of_claim(registry.claim_of(statement, *proofs))


PLAIN = of(lambda x=Real: Equals(exp(x) * exp(x), exp(2 * x)))


@pytest.mark.parametrize(
    "other",
    [
        lambda x=Real: Equals(exp(x) * exp(x), exp(3 * x)),
        lambda x=Real: Equals(exp(2 * x), exp(x) * exp(x)),
        lambda x=Positive: Equals(exp(x) * exp(x), exp(2 * x)),
        lambda y=Real: Equals(exp(y) * exp(y), exp(2 * y)),
        lambda x=Real, y=Real: Equals(exp(x) * exp(x), exp(2 * x)),
        lambda x=Real: AtMost(exp(x) * exp(x), exp(2 * x)),
    ],
)
def test_another_question_has_another_content(other):
    assert of(other) != PLAIN


def test_the_same_question_asked_elsewhere_has_the_same_content():
    def statement(x=Real):
        # a comment, and another place in the file
        doubled = exp(2 * x)
        return Equals(exp(x) * exp(x), doubled)

    assert of(statement) == PLAIN


def test_the_steps_of_a_proof_count():
    def statement(x=Real):
        return Equals(exp(x) * exp(x), exp(2 * x))

    def one(x):
        yield "start", exp(x) * exp(x)
        yield "the exponents add up", exp(2 * x)

    def other(x):
        yield "start", exp(x) * exp(x)
        yield "the exponents add up, slowly", exp(x + x)
        yield "and so", exp(2 * x)

    assert len({of(statement), of(statement, one), of(statement, other)}) == 3


def defined(factor, notation=r"f({a})"):
    with registry.kept():

        @definition(notation=notation)
        def inner(a=Vector["n"]):
            """A sum."""
            return total(lambda k: factor * a[k], over=a)

        @definition(notation=r"g({a})")
        def outer(a=Vector["n"]):
            """Its logarithm."""
            return log(inner(a) ** 2 + 1)

        return content.of_claim(registry.claim_of(lambda a=Vector["n"]: Equals(outer(a), outer(a))))


def test_what_a_definition_stands_for_counts_all_the_way_down():
    assert defined(2) == defined(2)
    assert defined(2) != defined(3)
    assert defined(2) != defined(2, notation=r"h({a})")


def resting(bound):
    with registry.kept():

        @claim
        def lemma(x=Real):
            """A lemma."""
            return AtMost(x, bound(x))

        def statement(x=Real):
            return AtMost(2 * x, 2 * bound(x))

        def proof(x):
            yield "start", 2 * x
            yield "twice the lemma", at_most(2 * bound(x), because=2 * gap(lemma, x=x))

        return content.of_claim(registry.claim_of(statement, proof))


def test_the_statement_of_a_lemma_counts():
    assert resting(exp) == resting(exp)
    assert resting(exp) != resting(lambda x: exp(x) + 1)


def test_every_claim_and_definition_of_the_catalogue_has_a_content_of_its_own():
    every = [*registry.REGISTRY.values()]
    found = [content.of_claim(i) if isinstance(i, content.Claim) else content.of_definition(i) for i in every]
    assert len(set(found)) == len(every) > 50


def test_what_has_no_faithful_text_is_refused():
    with pytest.raises(content.Opaque):
        content._Text().write(SimpleNamespace(a=1))
