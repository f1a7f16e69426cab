"""Sums up to a rounded number: which limits are taken, what an empty range means, and that nobody proves too much."""

from __future__ import annotations

import re
from dataclasses import replace
from fractions import Fraction

import pytest
import registry
from conformance import conforming

from lemmata.checks.evidence import Verdict
from lemmata.checks.goal import goal_of
from lemmata.checks.methods import METHODS
from lemmata.spec.language import (
    Abs,
    Equals,
    Index,
    LanguageError,
    Less,
    Limit,
    Natural,
    Positive,
    Real,
    Sign,
    Size,
    Vector,
    by_value,
    ceiling,
    delta,
    floor,
    largest,
    maximum,
    minimum,
    oo,
    product,
    recurrence,
    signum,
    total,
    vector,
    where_nonnegative,
)


@pytest.fixture(autouse=True)
def _():
    with registry.kept():
        yield


def ones(high, low=1):
    return total(lambda k: 1, over=(low, high))


WHOLE = {
    "a floor": lambda n=Size: Equals(ones(floor(n / 2)), 1),
    "a ceiling": lambda n=Size: Equals(ones(ceiling(n / 2)), 1),
    "a floor of a real": lambda x=Real: Equals(ones(floor(x)), 1),
    "an output shape": lambda n=Size, k=Size, s=Size: Equals(ones(floor((n - k) / s) + 1), 1),
    "a product and a power": lambda n=Size, s=Size: Equals(ones(2 * s * floor(n / s) ** 2), 1),
    "the smaller": lambda n=Size, m=Size: Equals(ones(minimum(n, m)), 1),
    "the larger": lambda n=Size, m=Size: Equals(ones(maximum(n, floor(m / 2))), 1),
    "how far apart": lambda n=Size, m=Size: Equals(ones(Abs(n - m)), 1),
    "a delta": lambda i=Index["n"], j=Index["n"]: Equals(ones(delta(i, j)), 1),
    "a sign": lambda x=Real: Equals(ones(signum(x)), 1),
    "a choice": lambda n=Size, y=Sign: Equals(ones(by_value(y, {1: n, -1: floor(n / 2)})), 1),
    "two forms": lambda n=Size, x=Real: Equals(ones(where_nonnegative(x, n, ceiling(x))), 1),
    "another sum": lambda n=Size: Equals(ones(total(lambda k: floor(k / 2), over=n)), 1),
    "a low limit": lambda n=Size: Equals(ones(n, floor(n / 2)), 1),
    "steps": lambda n=Size: Equals(recurrence(0, lambda m, s: m + 1, upto=floor(n / 2)), 1),
    "an index": lambda a=Vector["n"]: Equals(a[ceiling(a.dims[0] / 2)], 1),
    "the length of a vector": lambda a=Vector["n"]: Equals(
        total(lambda k: k, over=vector(lambda k: a[2 * k], over=floor(a.dims[0] / 2))), 1
    ),
    "the entries of a part": lambda a=Vector["n"]: Equals(total(lambda k: a[k], over=floor(a.dims[0] / 2)), 1),
}

NOT_WHOLE = {
    "a half": lambda n=Size: Equals(ones(n / 2), 1),
    "a half of a floor": lambda n=Size: Equals(ones(floor(n) / 2), 1),
    "a floor and a real": lambda n=Size, x=Real: Equals(ones(floor(n / 2) + x), 1),
    "the larger of a whole number and a half": lambda n=Size: Equals(ones(maximum(n, n / 2)), 1),
    "a negative power": lambda n=Size: Equals(ones(floor(n / 2) ** -1), 1),
    "a power of a real": lambda x=Real: Equals(ones(x**2), 1),
    "one of two": lambda n=Size, y=Sign: Equals(ones(by_value(y, {1: n, -1: n / 2})), 1),
    "a sum of halves": lambda n=Size: Equals(ones(total(lambda k: k / 2, over=n)), 1),
    "an entry": lambda a=Vector["n"]: Equals(ones(a[1]), 1),
    "the state of a recurrence": lambda n=Size: Equals(recurrence(0, lambda m, s: ones(m), upto=n), 1),
}


@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_number_is_a_limit(name):
    assert registry.claim_of(WHOLE[name]).statement


@pytest.mark.parametrize("name", NOT_WHOLE)
def test_what_need_not_be_whole_is_none(name):
    with pytest.raises(LanguageError, match="is used as an index or a limit of a sum, but need not be a whole number"):
        assert registry.claim_of(NOT_WHOLE[name]).statement


def below(h):
    """Σ k up to h, where there are terms."""
    return maximum(h, 0) * (maximum(h, 0) + 1) / 2


TRUE = {
    "halves": lambda n=Size: Equals(ones(floor(n / 2)) + ones(ceiling(n / 2)), n),
    "no terms below none": lambda n=Size: Equals(ones(floor(n / 2) - 4), maximum(floor(n / 2) - 4, 0)),
    "no terms, by a difference": lambda n=Size, m=Size: Equals(ones(n - m), maximum(n - m, 0)),
    "no factors": lambda n=Size: Equals(product(lambda k: 2, over=(floor(n / 2) + 3, floor(n / 2))), 1),
    "no steps": lambda n=Size: Equals(recurrence(n, lambda m, s: m + 1, upto=floor(-n / 2)), n),
    "the first numbers": lambda n=Size: Equals(total(lambda k: k, over=floor(n / 2) - 2), below(floor(n / 2) - 2)),
    "up to the smaller": lambda n=Size, m=Size: Equals(ones(minimum(n, m)), minimum(n, m)),
    "up to the distance": lambda n=Size, m=Size: Equals(ones(Abs(n - m)), Abs(n - m)),
    "windows": lambda a=Vector["n"]: Equals(
        total(lambda k: a[2 * k - 1] + a[2 * k], over=floor(a.dims[0] / 2)),
        total(lambda k: a[k], over=2 * floor(a.dims[0] / 2)),
    ),
    "the largest of the first half": lambda n=Size: Equals(largest(lambda k: k, over=ceiling(n / 2)), ceiling(n / 2)),
}

FALSE = {
    "as if terms could be taken away": lambda n=Size: Equals(ones(floor(n / 2) - 4), floor(n / 2) - 4),
    "the same without floors": lambda n=Size, m=Size: Equals(ones(n - m), n - m),
    "the formula of Gauss below nothing": lambda n=Size: Equals(
        total(lambda k: k, over=floor(n / 2) - 4), (floor(n / 2) - 4) * (floor(n / 2) - 3) / 2
    ),
    "factors taken away": lambda n=Size: Equals(product(lambda k: 2, over=floor(n / 2) - 4) * 2**4, 2 ** floor(n / 2)),
    "steps taken away": lambda n=Size: Equals(recurrence(n, lambda m, s: m + 1, upto=floor(-n)), 0),
    "half as many": lambda n=Size: Equals(ones(floor(n / 2)), n / 2),
    "up to the larger": lambda n=Size, m=Size: Equals(ones(minimum(n, m)), maximum(n, m)),
    "up to the difference": lambda n=Size, m=Size: Equals(ones(Abs(n - m)), n - m),
    "never empty": lambda n=Size: Less(0, ones(floor(n / 2))),
    "a wrong order": lambda x=Positive: Limit(total(lambda k: k, over=floor(x)) / x**2, x, oo, 1),
}


def asked(statement, name):
    return replace(goal_of(registry.claim_of(statement)), id=name)


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.name)
@pytest.mark.parametrize("name", TRUE)
def test_nothing_true_is_refuted(name, method):
    found = conforming(method, asked(TRUE[name], name))
    assert found is None or found.verdict is not Verdict.REFUTED
    if found and method.name == "normal_form":
        assert found.verdict is Verdict.UNDECIDED
        assert re.fullmatch(
            "the normal form does not treat (floor|ceiling)|a range not known to have a length of at least 0",
            found.detail,
        )


@pytest.mark.parametrize("method", METHODS, ids=lambda m: m.name)
@pytest.mark.parametrize("name", FALSE)
def test_nothing_false_is_proved(name, method):
    found = conforming(method, asked(FALSE[name], name))
    assert found is None or found.verdict not in (Verdict.PROVED, Verdict.CERTIFIED)


@pytest.mark.parametrize("name", TRUE)
def test_balls_look_at_all_of_them(name):
    (balls,) = [m for m in METHODS if m.name == "balls"]
    found = conforming(balls, asked(TRUE[name], name))
    assert found and found.verdict is Verdict.TESTED


@pytest.mark.parametrize("name", FALSE)
def test_balls_refute_what_is_false(name):
    (balls,) = [m for m in METHODS if m.name == "balls"]
    found = conforming(balls, asked(FALSE[name], name))
    assert found and found.verdict is Verdict.REFUTED


def test_the_growth_of_a_sum_up_to_a_floor_is_known():
    (limit,) = [m for m in METHODS if m.name == "limit"]
    half = asked(lambda x=Positive: Limit(total(lambda k: k, over=floor(x)) / x**2, x, oo, Fraction(1, 2)), "half")
    found = conforming(limit, half)
    assert found and found.verdict is Verdict.PROVED


def test_the_number_of_steps_is_natural():
    assert registry.claim_of(
        lambda t=Natural: Equals(recurrence(0, lambda m, s: m + s, upto=floor(t / 2)), t)
    ).statement
