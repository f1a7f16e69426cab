"""Sums over a part of an array: what is true is never refuted, what is false never proved, and empty means no terms."""

from __future__ import annotations

import pytest
import registry

from lemmata.checks import balls
from lemmata.checks.evidence import Verdict
from lemmata.checks.goal import EFFORTS, goal_of
from lemmata.checks.methods import METHODS
from lemmata.spec.language import (
    AtLeast,
    AtMost,
    D,
    Equals,
    Index,
    Limit,
    Matrix,
    Natural,
    Nonnegative,
    OpenUnit,
    Real,
    Size,
    Vector,
    exp,
    log,
    oo,
    product,
    total,
)

QUICK = EFFORTS["quick"]


@pytest.fixture(autouse=True)
def _():
    with registry.kept():
        yield


def upto(f, i):
    return total(f, over=(1, i))


PROVED = {
    "prefix sums are linear": lambda a=Vector["n"], b=Vector["n"], i=Index["n"], c=Real: Equals(
        upto(lambda k: c * a[k] + b[k], i), c * upto(lambda k: a[k], i) + upto(lambda k: b[k], i)
    ),
    "the order of summation": lambda a=Vector["n"], b=Vector["n"], n=Size: Equals(
        total(lambda i: upto(lambda j: a[i] * b[j], i), over=n),
        total(lambda j: total(lambda i: a[i] * b[j], over=(j, n)), over=n),
    ),
    "causal weights": lambda s=Matrix["n", "n"], i=Index["n"]: Equals(
        upto(lambda j: exp(s[i, j]) / upto(lambda k: exp(s[i, k]), i), i), 1
    ),
    "pairs": lambda x=Vector["n"], n=Size: Equals(
        total(lambda i: total(lambda j: (x[i] - x[j]) ** 2, over=(i + 1, n)), over=n),
        n * total(lambda k: x[k] ** 2, over=x) - total(lambda k: x[k], over=x) ** 2,
    ),
    "pairs are nonnegative": lambda x=Vector["n"], n=Size: AtLeast(
        total(lambda i: total(lambda j: (x[i] - x[j]) ** 2, over=(i + 1, n)), over=n), 0
    ),
    "a causal mean": lambda s=Vector["n"], v=Vector["n", Nonnegative], i=Index["n"]: AtLeast(
        upto(lambda j: exp(s[j]) / upto(lambda k: exp(s[k]), i) * v[j], i), 0
    ),
    "all prefixes": lambda a=Vector["n"], n=Size: Equals(
        total(lambda i: upto(lambda k: a[k], i), over=n), total(lambda k: (n + 1 - k) * a[k], over=n)
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PROVED)
def test_what_is_true_is_proved(name):
    goal = goal_of(registry.claim_of(PROVED[name]))
    verdicts = [m.run(goal, QUICK, 0)[0].verdict for m in METHODS if not m.applies(goal)]
    assert Verdict.PROVED in verdicts
    assert Verdict.REFUTED not in verdicts


FALSE = {
    "a telescope": lambda a=Vector["n"], n=Size: Equals(
        total(lambda k: a[k] - a[k + 1], over=(1, n - 1)), a[n] - a[1]
    ),
    "a telescope that is one too long": lambda a=Vector["n + 1"], n=Size: Equals(
        total(lambda k: a[k] - a[k + 1], over=n), a[1] - a[n]
    ),
    "pairs with i = j": lambda x=Vector["n"], n=Size: Equals(
        total(lambda k: x[k], over=x) ** 2,
        total(lambda k: x[k] ** 2, over=x) + 2 * total(lambda i: total(lambda j: x[i] * x[j], over=(i, n)), over=n),
    ),
    "the other triangle": lambda a=Vector["n"], b=Vector["n"], n=Size: Equals(
        total(lambda i: upto(lambda j: a[i] * b[j], i), over=n),
        total(lambda i: total(lambda j: a[i] * b[j], over=(i, n)), over=n),
    ),
    "weights over another part": lambda s=Vector["n"], i=Index["n"], n=Size: Equals(
        upto(lambda j: exp(s[j]) / total(lambda k: exp(s[k]), over=n), i), 1
    ),
    "a delta beyond the part": lambda a=Vector["n"], i=Index["n"], j=Index["n"]: Equals(
        D(upto(lambda k: a[k] ** 2, i), a[j]), 2 * a[j]
    ),
    "a prefix of anything": lambda a=Vector["n"], i=Index["n"]: AtMost(
        upto(lambda k: a[k], i), total(lambda k: a[k], over=a)
    ),
    "backwards, one off": lambda a=Vector["n"], n=Size: Equals(
        total(lambda k: k * a[n + 1 - k], over=n), total(lambda k: (n - k) * a[k], over=n)
    ),
    "fewer than no terms": lambda n=Size: Equals(total(lambda k: 1, over=(n + 2, n)), -1),
    "fewer than no entries": lambda a=Vector["n"], i=Index["n"], n=Size: Equals(
        total(lambda j: 1 + 0 * a[j], over=(i + 2, n)), n - i - 1
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FALSE)
def test_what_is_false_is_refuted_and_never_proved(name):
    goal = goal_of(registry.claim_of(FALSE[name]))
    assert balls.check(goal, QUICK, 0).verdict is Verdict.REFUTED
    for method in METHODS:
        if method.proves and not method.applies(goal):
            assert method.run(goal, QUICK, 0)[0].verdict is not Verdict.PROVED


EMPTY = {
    "one below": lambda a=Vector["n"], n=Size: Equals(total(lambda k: a[k], over=(n + 1, n)), 0),
    "two below": lambda a=Vector["n"], n=Size: Equals(total(lambda k: a[k], over=(n + 2, n)), 0),
    "a product": lambda a=Vector["n"], n=Size: Equals(product(lambda k: a[k], over=(n + 3, n)), 1),
    "after the last": lambda a=Vector["n"], n=Size: Equals(
        total(lambda i: total(lambda j: a[i] * a[j], over=(i + 2, n)), over=n),
        total(lambda j: total(lambda i: a[i] * a[j], over=(1, j - 2)), over=n),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EMPTY)
def test_where_the_end_is_before_the_beginning_there_are_no_terms(name):
    goal = goal_of(registry.claim_of(EMPTY[name]))
    assert balls.check(goal, QUICK, 0).verdict is Verdict.TESTED
    verdicts = [m.run(goal, QUICK, 0)[0].verdict for m in METHODS if not m.applies(goal)]
    assert Verdict.REFUTED not in verdicts


@pytest.mark.parametrize(
    "function",
    [
        lambda x=Real, n=Natural: Limit(
            total(lambda k: x**k / product(lambda j: j, over=k), over=(0, n)), n, oo, exp(x)
        ),
        lambda x=OpenUnit, n=Size: Limit(total(lambda k: (-1) ** (k - 1) * x**k / k, over=n), n, oo, log(1 + x)),
        lambda n=Size: Limit(total(lambda k: (-1) ** k * k, over=n) / n**2, n, oo, 1),
    ],
)
def test_a_limit_of_partial_sums_is_left_open_for_a_reason_that_can_be_read(function):
    goal = goal_of(registry.claim_of(function))
    for method in METHODS:
        if not method.applies(goal):
            evidence, _ = method.run(goal, QUICK, 0)
            assert evidence.verdict is Verdict.UNDECIDED
            assert "error of the engine" not in evidence.detail
