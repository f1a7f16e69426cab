"""Indices stay within their arrays: what is accepted has a value, what is refused says where it reaches."""

from __future__ import annotations

import random

import pytest
import registry
import sympy as sp
from refusals import refusal

from lemmata.checks.balls import examine
from lemmata.checks.goal import goal_of
from lemmata.checks.sampling import sample_point, size_choices, sizes_of
from lemmata.spec.language import (
    Equals,
    Index,
    Matrix,
    Natural,
    Real,
    Size,
    Vector,
    at,
    ceiling,
    definition,
    delta,
    exp,
    floor,
    largest,
    maximum,
    minimum,
    product,
    recurrence,
    sqrt,
    total,
    vector,
    where_nonnegative,
)
from lemmata.spec.language.bounds import within
from lemmata.spec.language.expressions import as_written
from lemmata.spec.language.printing import text
from lemmata.spec.softmax import softmax


@pytest.fixture(autouse=True)
def _():
    with registry.kept():
        yield


def whole(a):
    return total(lambda k: a[k], over=a)


# True equations with partial and dependent sums: accepted, and with a value at every point of every size.
ACCEPTED = {
    "a prefix": lambda a=Vector["n"], i=Index["n"]: Equals(
        total(lambda k: a[k], over=(1, i)), total(lambda k: where_nonnegative(i - k, a[k], 0), over=a)
    ),
    "a prefix and the rest": lambda a=Vector["n"], i=Index["n"], n=Size: Equals(
        total(lambda k: a[k], over=(1, i)) + total(lambda k: a[k], over=(i + 1, n)), whole(a)
    ),
    "what comes before": lambda a=Vector["n"], i=Index["n"]: Equals(
        total(lambda k: a[k], over=(1, i - 1)) + a[i], total(lambda k: a[k], over=(1, i))
    ),
    "a telescope": lambda a=Vector["n"], n=Size: Equals(
        total(lambda k: a[k] - a[k + 1], over=(1, n - 1)), a[1] - a[n]
    ),
    "a product of ratios": lambda a=Vector["n"], n=Size: Equals(
        product(lambda k: exp(a[k + 1] - a[k]), over=(1, n - 1)), exp(a[n] - a[1])
    ),
    "summation by parts": lambda a=Vector["n"], b=Vector["n"], n=Size: Equals(
        total(lambda k: a[k] * (b[k + 1] - b[k]) + b[k + 1] * (a[k + 1] - a[k]), over=(1, n - 1)),
        a[n] * b[n] - a[1] * b[1],
    ),
    "pairs i < j": lambda x=Vector["n"], n=Size: Equals(
        total(lambda i: total(lambda j: (x[i] - x[j]) ** 2, over=(i + 1, n)), over=n),
        n * total(lambda k: x[k] ** 2, over=x) - whole(x) ** 2,
    ),
    "the other order": lambda a=Vector["n"], b=Vector["n"], n=Size: Equals(
        total(lambda i: total(lambda j: a[i] * b[j], over=(1, i)), over=n),
        total(lambda j: total(lambda i: a[i] * b[j], over=(j, n)), over=n),
    ),
    "backwards": lambda a=Vector["n"], n=Size: Equals(total(lambda k: a[n + 1 - k], over=a), whole(a)),
    "a convolution": lambda a=Vector["n"], n=Size: Equals(
        total(lambda k: total(lambda j: a[j] * a[k - j], over=(1, k - 1)), over=(1, n)),
        total(lambda k: total(lambda j: a[k - j] * a[j], over=(1, k - 1)), over=(1, n)),
    ),
    "a causal mask": lambda s=Matrix["n", "n"], i=Index["n"]: Equals(
        total(lambda j: exp(s[i, j]) / total(lambda k: exp(s[i, k]), over=(1, i)), over=(1, i)), 1
    ),
    "a definition over a part": lambda a=Vector["n"], i=Index["n"]: Equals(
        total(lambda k: softmax(a, k), over=(1, i)), 1 - total(lambda k: softmax(a, k) * (1 - _upto(k, i)), over=a)
    ),
    "a vector that is moved on": lambda a=Vector["n"], n=Size: Equals(
        total(lambda k: vector(lambda l: a[l + 1], over=(1, n - 1))[k], over=(1, n - 1)), whole(a) - a[1]
    ),
    "a recurrence up to an index": lambda g=Vector["t"], i=Index["t"]: Equals(
        recurrence(0, lambda m, s: m + g[s], upto=i), total(lambda k: g[k], over=(1, i))
    ),
    "a step ahead": lambda g=Vector["t"], t=Size: Equals(
        recurrence(g[1], lambda m, s: m + g[s + 1], upto=t - 1), whole(g)
    ),
    "the largest so far": lambda a=Vector["n"], i=Index["n"]: Equals(
        largest(lambda k: a[k] + 1, over=(1, i)), largest(lambda k: a[k], over=(1, i)) + 1
    ),
    "an entry that the sum makes sure of": lambda a=Vector["n"], n=Size: Equals(
        total(lambda k: a[2], over=(2, n)), total(lambda k: a[2] * (1 - delta(k, 1)), over=(2, n))
    ),
}  # fmt: skip


def _upto(k, i):
    return where_nonnegative(i - k, 1, 0)


@pytest.mark.parametrize("name", ACCEPTED)
def test_an_index_that_is_surely_within(name):
    made = registry.claim_of(ACCEPTED[name])
    goal, rng = goal_of(made), random.Random(0)
    outcomes = [
        examine(goal.statement, sample_point(goal.variables, sizes, rng)).outcome
        for sizes in size_choices(sizes_of(goal.variables), (1, 2, 3, 5))
        for _ in range(4)
    ]
    assert outcomes
    assert {*outcomes} == {"agrees"}


HERE = "in test_bounds.sample"
REFUSED = {
    "one too far": (
        lambda a=Vector["n"]: Equals(total(lambda k: a[k + 1], over=a), 1),
        "the index k + 1 of a runs from 2 to n + 1, but a has length n",
    ),
    "one too few": (
        lambda a=Vector["n"], i=Index["n"]: Equals(a[i - 1], 1),
        "the index i − 1 of a runs from 0 to n − 1, but a has length n",
    ),
    "from 0": (
        lambda a=Vector["n"], i=Index["n"]: Equals(total(lambda k: a[k], over=(0, i)), 1),
        "the index k of a runs from 0 to n, but a has length n",
    ),
    "pairs, one too far": (
        lambda x=Vector["n"], n=Size: Equals(
            total(lambda i: total(lambda j: x[i] * x[j + 1], over=(i + 1, n)), over=n), 1
        ),
        "the index j + 1 of x runs from 3 to n + 1, but x has length n",
    ),
    "backwards, from 0": (
        lambda a=Vector["n"], n=Size: Equals(total(lambda k: a[n - k], over=a), 1),
        "the index n − k of a runs from 0 to n − 1, but a has length n",
    ),
    "an index over another length, inside": (
        lambda a=Vector["n"], i=Index["m"]: Equals(total(lambda k: a[k], over=(1, i)), 1),
        "the index k of a runs from 1 to m, but a has length n",
    ),
    "a second entry": (
        lambda a=Vector["n"]: Equals(a[2], 1),
        "the index 2 of a may lie outside 1, …, n",
    ),
    "an entry at an unrelated size": (
        lambda a=Vector["n"], t=Size: Equals(a[t], 1),
        "the index t of a may lie outside 1, …, n",
    ),
    "a part of natural length": (
        lambda a=Vector["n"], t=Natural: Equals(total(lambda k: a[k], over=(1, t)), 1),
        "the index k of a runs from 1 to t, but a has length n",
    ),
    "a product of indices": (
        lambda a=Vector["n"], i=Index["n"], j=Index["n"]: Equals(a[i * j], 1),
        "the index i·j of a may lie outside 1, …, n",
    ),
    "a vector that may be empty": (
        lambda a=Vector["t"], t=Natural: Equals(a[1], 1),
        "the index 1 of a may lie outside 1, …, t",
    ),
    "a row": (
        lambda X=Matrix["m", "n"], j=Index["n"]: Equals(X[j, j], 1),
        "the index j of X runs from 1 to n, but X has m rows",
    ),
    "a column": (
        lambda X=Matrix["m", "n"], i=Index["m"]: Equals(X[i, i], 1),
        "the index i of X runs from 1 to m, but X has n columns",
    ),
    "a recurrence from 0": (
        lambda g=Vector["t"]: Equals(recurrence(0, lambda m, s: m + g[s - 1], upto=g.dims[0]), 1),
        "the index s − 1 of g runs from 0 to t − 1, but g has length t",
    ),
    "another value for an index": (
        lambda a=Vector["n"], i=Index["n"]: Equals(at(a[i], {i: i + 1}), 1),
        "the index i of a may lie outside 1, …, n",
    ),
    "an endless sum": (
        lambda a=Vector["n"]: Equals(vector(lambda k: a[k], over=(1, a.dims[0] + 1))[a.dims[0] + 1], 1),
        "the index n + 1 of a may lie outside 1, …, n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_an_index_that_may_leave_its_array(name):
    function, message = REFUSED[name]
    made = registry.claim_of(function)
    below = 1 if name == "pairs, one too far" else 0  # the line with the entry, if there is only one
    assert refusal(lambda: made.statement, function, below) == f"{message}, {HERE}"


@pytest.mark.parametrize(
    ("index", "inside"),
    [
        (lambda n, k: ceiling(n / 2), True),
        (lambda n, k: ceiling((n + 1) / sp.Integer(2)), True),
        (lambda n, k: floor((n + 1) / 2), True),
        (lambda n, k: floor(k / 3) + 1, True),
        (lambda n, k: n + 1 - ceiling(k / 2), True),
        (lambda n, k: minimum(k + 1, n), True),
        (lambda n, k: maximum(k - 1, 1), True),
        (lambda n, k: maximum(minimum(k + 3, n) - 2, 1), True),
        (lambda n, k: maximum(k - 1, 0), False),
        (lambda n, k: minimum(k + 1, n + 1), False),
        (lambda n, k: maximum(k + 1, 1), False),
        (lambda n, k: ceiling(sqrt(n)), False),
        (lambda n, k: floor(n / 2), False),
        (lambda n, k: ceiling((n + 2) / 2), False),
        (lambda n, k: floor(k / 3), False),
        (lambda n, k: n + 1 - floor(k / 2), False),
        (lambda n, k: floor(0.5 * n) + 1, False),
    ],
)
def test_what_is_known_of_floors_and_extremes(index, inside):
    n, k = sp.symbols("n k", integer=True)
    with as_written():
        assert within(index(n, k), n, {n: (sp.Integer(1), None), k: (sp.Integer(1), n)}) is inside


def test_an_index_of_a_definition_is_checked_where_it_is_defined_and_where_it_is_used():
    def following(a=Vector["n"], i=Index["n"]):
        """The next entry."""
        return a[i + 1]

    made = definition(notation="f")(following)
    assert "the index i + 1 of a runs from 2 to n + 1, but a has length n" in refusal(lambda: made.body, following, 2)

    used = lambda a=Vector["n"], i=Index["n"]: Equals(softmax(a, i + 1), 1)  # noqa: E731
    claim = registry.claim_of(used)
    assert refusal(lambda: claim.statement, used) == (
        f"the index i + 1 of a runs from 2 to n + 1, but a has length n, {HERE}"
    )


def test_a_sum_over_a_part_of_a_vector_is_printed_with_its_limits():
    def sample(a=Vector["n"], i=Index["n"], c=Real):
        return Equals(total(lambda k: a[k] + softmax(a, k), over=(1, i)), whole(a) + total(lambda k: c, over=i))

    made = registry.claim_of(sample)
    assert text(made.statement) == "Σ_{k=1..i} (aₖ + Sₖ(a)) = Σₖ aₖ + Σₖ c"
