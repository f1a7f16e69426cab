"""Where a message says what is wrong it says what to write instead, and at the line where it was written."""

# Misuse is the point, also of types.
# pyright: reportArgumentType=false, reportCallIssue=false, reportAttributeAccessIssue=false, reportOperatorIssue=false

from __future__ import annotations

import math

import numpy as np
import pytest
import registry
import sympy
from refusals import refusal

from lemmata.spec.language import (
    AtLeast,
    AtMost,
    Converges,
    D,
    Equals,
    Iff,
    Independent,
    Index,
    LanguageError,
    Less,
    Limit,
    Matrix,
    OpenUnit,
    Positive,
    Real,
    SameMinimiser,
    Size,
    Vector,
    exp,
    largest,
    log,
    oo,
    product,
    series,
    total,
    variance,
    vector,
)
from lemmata.spec.language.errors import HINTS, hint
from lemmata.spec.softmax import softmax


@pytest.fixture(autouse=True)
def _():
    with registry.kept():
        yield


HERE = "in test_hints.sample"
FOREIGN = "is no word of the language of claims"
CHOICE = "Python cannot choose between formulas; use maximum, minimum or where_nonnegative"
OWN = "use the functions of lemmata.spec.language, not those of math or NumPy"
ROW = "X has 2 indices, not 1; its row is vector(lambda k: X[i, k], over=X.dims[1])"
SIDES = "a side of Iff is an equation, an inequality, Identical or Iff, not"
WHOLE = {
    # --- Python's own words
    "//": (
        lambda n=Size, s=Size: Equals(n // s, 1),
        f"n // m {FOREIGN}; write floor(n / m), with floor from lemmata.spec.language, {HERE}",
    ),
    "%": (
        lambda n=Size: Equals(n % 2, 1),
        f"a remainder {FOREIGN}; write n - m * floor(n / m) for n % m, {HERE}",
    ),
    "SymPy's maximum": (lambda x=Real: Equals(sympy.Max(x, 0), 1), f"Max {FOREIGN}; write maximum(a, b), {HERE}"),
    # --- arrays
    "a row": (lambda X=Matrix["m", "n"], i=Index["m"]: Equals(X[i], 1), ROW),
    "softmax of a row": (lambda X=Matrix["m", "n"], i=Index["m"], j=Index["n"]: Equals(softmax(X[i], j), 1), ROW),
    "a sum over a matrix": (
        lambda X=Matrix["m", "n"]: Equals(total(lambda k: X[k, 1], over=X), 1),
        "sum over X needs one of its sizes: over=X.dims[0] (that is m) or over=X.dims[1] (that is n)",
    ),
    # --- derivatives
    "by a vector": (
        lambda w=Vector["d"]: Equals(D(total(lambda k: w[k], over=w), w), 1),
        "D takes a number, and w is an array; differentiate by an entry, w[i]",
    ),
    "by a matrix": (
        lambda W=Matrix["m", "n"]: Equals(D(W[1, 1], W), 1),
        "D takes a number, and W is an array; differentiate by an entry, W[i, j]",
    ),
    "twice": (
        lambda x=Real: Equals(D(x**3, x, 2), 6 * x),
        "D takes one variable; a second derivative is D(D(f, x), x)",
    ),
    # --- without end
    "a sum": (
        lambda x=OpenUnit: Equals(total(lambda k: x**k, over=(0, oo)), 1 / (1 - x)),
        "a sum without end has no value; state Limit(…, n, oo, value) of the one up to n, or Converges(series(…)), "
        f"{HERE}",
    ),
    "a product": (
        lambda x=OpenUnit: Equals(product(lambda k: 1 - x**k, over=(1, oo)), 1),
        f"a product without end has no value; state Limit(…, n, oo, value) of the one up to n, {HERE}",
    ),
    "a maximum from −∞": (
        lambda x=Real: Equals(largest(lambda k: x - k, over=(-oo, 0)), 1),
        f"a maximum without end has no value; state Limit(…, n, oo, value) of the one up to n, {HERE}",
    ),
    # --- limits
    "from below": (
        lambda x=OpenUnit: Limit(log(x) / (x - 1), x, 1, 1),
        "x does not tend to 1 from above, as limits here do: it is a number strictly between 0 and 1; "
        f"put 1 − u for x, where u tends to 0, {HERE}",
    ),
    # --- sides of an equivalence
    "a series": (
        lambda r=Positive: Iff(Less(1, r), Converges(series(lambda k: 1 / k**r))),
        f"{SIDES} Converges",
    ),
    "a limit": (lambda x=Positive: Iff(Limit(x, x, 0, 0), Equals(x, x)), f"{SIDES} Limit"),
    "minimisers": (
        lambda w=Vector["d"]: Iff(SameMinimiser(w[1], w[1], over=w), Equals(w[1], w[1])),
        f"{SIDES} SameMinimiser",
    ),
    "an equality case": (
        lambda x=Real: Iff(AtMost(x, 0, equality=Equals(x, 0)), Equals(x, 0)),
        "a side of Iff is AtMost without an equality case",
    ),
    "inside": (
        lambda x=Real: Iff(Equals(x, 0), Iff(Equals(x, 0), AtLeast(x, 0, equality=Equals(x, 0)))),
        "a side of Iff is AtLeast without an equality case",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WHOLE)
def test_the_whole_message(name):
    function, message = WHOLE[name]
    made = registry.claim_of(function)
    assert refusal(lambda: made.statement, function) == message


@pytest.mark.parametrize(
    ("function", "advice"),
    [
        (lambda a=Real, b=Real: AtLeast(max(a, b), a), CHOICE),
        (lambda x=Real: AtLeast(x if x > 0 else -x, 0), CHOICE),
        (lambda x=Real: AtLeast(x, 0) if x > 0 and x < 1 else None, CHOICE),
        (lambda x=Real: Equals(math.exp(x), exp(x)), OWN),
        (lambda a=Vector["n"]: Equals(np.exp(a[1]), exp(a[1])), OWN),
        (lambda a=Vector["n"]: AtLeast(a @ a, 0), "a product of vectors is total(lambda k: a[k] * b[k], over=a)"),
        (lambda A=Matrix["n", "n"]: Equals(A.T[1, 1], A[1, 1]), "the entries of the transpose of A are A[j, i]"),
        (lambda a=Vector["n"]: Equals(1, len(a)), "the length of a is a.dims[0], or n where it is declared as n=Size"),
        (lambda n=Size: Equals(sum(k for k in range(n)), 1), "a sum over all k is total(lambda k: …, over=n)"),
    ],
)
def test_what_python_refuses_comes_with_advice(function, advice):
    made = registry.claim_of(function)
    message = refusal(lambda: made.statement, function)
    assert message.startswith("test_hints.sample cannot be built: ")
    assert message.endswith(f"; {advice}")


def test_no_advice_where_none_is_known():
    assert hint(TypeError("something else")) == ""
    assert all(hint(TypeError(said)) for said, _ in HINTS)


def test_two_kinds_of_limits_that_stay_refused():
    for function in (
        lambda g=Independent["n"], n=Size: Limit(variance(total(lambda i: g[i], over=n) / n), n, oo, 0),
        lambda x=OpenUnit: Limit(x, x, 2, 2),
    ):
        with pytest.raises(LanguageError):
            assert registry.claim_of(function, name=f"at_{function.__code__.co_firstlineno}").statement


# ---------------------------------------------------------------------- at the line where it was written
def a_float_far_down(x=Real, y=Real):
    """A long body."""
    first = x + y
    second = first * 2
    third = second * (1 / 4)
    return Equals(third, first / 2)


def a_literal(x=Real):
    """A long body."""
    docstring = "0.5"
    assert docstring
    half = 0.5
    return Equals(x * half, x / 2)


def a_foreign_word(x=Real):
    """A long body."""
    first = exp(x)
    second = sympy.sin(x)
    return Equals(first, second)


def an_entry_too_far(a=Vector["n"], b=Vector["n"]):
    """A long body."""
    first = total(lambda k: b[k], over=b)
    second = total(
        lambda k: a[k + 1],
        over=a,
    )
    return Equals(first, second)


def one_of_two_entries(a=Vector["n"]):
    """A long body."""
    first = total(lambda k: a[k], over=a)
    return Equals(first, a[2])


def an_endless_sum(x=OpenUnit):
    """A long body."""
    left = total(lambda k: x**k, over=(0, oo))
    return Equals(left, 1 / (1 - x))


def in_a_step(x=Real):
    """A long body."""
    row = vector(lambda k: x, over=3)
    return Equals(
        row[1],
        len(row),
    )


@pytest.mark.parametrize(
    ("function", "below"),
    [
        (a_float_far_down, 4),
        (a_literal, 4),
        (a_foreign_word, 3),
        (an_entry_too_far, 4),
        (one_of_two_entries, 0),  # the entry could be either
        (an_endless_sum, 2),
        (in_a_step, 5),
    ],
)
def test_the_line_is_that_of_the_offence(function, below):
    claim = registry.claim_of(function, name=function.__name__)
    assert refusal(lambda: claim.statement, function, below)
