"""Stationary points: Lagrange conditions stated with derivatives taken first and values put in afterwards."""

from __future__ import annotations

import pytest
import registry
import sympy as sp
from statement_goals import EFFORT, goal, proof, sampled, score

from lemmata.checks import normal_form
from lemmata.checks.evidence import Verdict
from lemmata.spec.language import (
    D,
    Determines,
    Equals,
    Iff,
    Index,
    LanguageError,
    Positive,
    Real,
    Size,
    Vector,
    at,
    definition,
    exp,
    log,
    total,
    vector,
)
from lemmata.spec.language.expressions import At as AtNode
from lemmata.spec.language.expressions import as_written, substitute


@pytest.fixture(autouse=True)
def _own_claims():
    with registry.kept():
        yield


def lagrangian(p, multiplier):
    return -total(lambda k: p[k] * log(p[k]), over=p) - multiplier * (total(lambda k: p[k], over=p) - 1)


def uniform(p):
    return vector(lambda k: 1 / p.dims[0], over=p)


STATIONARY = {
    "the uniform distribution is stationary": lambda n=Size, p=Vector["n", Positive], lam=Real, j=Index["n"]: Equals(
        at(D(lagrangian(p, lam), p[j]), {p: uniform(p), lam: log(n) - 1}), 0
    ),
    "and meets the constraint": lambda n=Size, p=Vector["n", Positive], lam=Real: Equals(
        at(D(lagrangian(p, lam), lam), {p: uniform(p)}), 0
    ),
    "derivatives come before values": lambda p=Vector["n"], b=Vector["n"], j=Index["n"]: Equals(
        at(D(score(p, b), p[j]), {p: b}), b[j]
    ),
    "the place may be a variable": lambda x=Real, y=Real: Equals(at(D(x**2 * y, x), {x: y}), 2 * y**2),
}  # fmt: skip

NOT_STATIONARY = {
    "another multiplier": lambda n=Size, p=Vector["n", Positive], lam=Real, j=Index["n"]: Equals(
        at(D(lagrangian(p, lam), p[j]), {p: uniform(p), lam: log(n)}), 0
    ),
    "without the constraint": lambda n=Size, p=Vector["n", Positive], j=Index["n"]: Equals(
        at(D(lagrangian(p, 0), p[j]), {p: uniform(p)}), 0
    ),
    "values before derivatives": lambda p=Vector["n"], b=Vector["n"], j=Index["n"]: Equals(
        at(D(score(p, b), p[j]), {p: b}), 2 * b[j]
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", STATIONARY)
def test_stationary_points(name):
    g = goal(STATIONARY[name])
    with as_written():
        assert normal_form.check(g, EFFORT, 0).verdict is Verdict.PROVED
    assert sampled(g).verdict is Verdict.TESTED


@pytest.mark.parametrize("name", NOT_STATIONARY)
def test_points_that_are_not_stationary(name):
    g = goal(NOT_STATIONARY[name])
    with as_written():
        assert normal_form.check(g, EFFORT, 0).verdict is not Verdict.PROVED
    assert sampled(g).verdict is Verdict.REFUTED


def test_the_multiplier_is_determined():
    g = goal(
        lambda n=Size, p=Vector["n", Positive], lam=Real, j=Index["n"]: Determines(
            Equals(at(D(lagrangian(p, lam), p[j]), {p: uniform(p)}), 0), lam, log(n) - 1, (j,)
        )
    )
    assert sampled(g).verdict is Verdict.TESTED


def test_stationary_exactly_where():
    g = goal(
        lambda p=Vector["n", Positive], lam=Real, j=Index["n"]: Iff(
            Equals(D(lagrangian(p, lam), p[j]), 0), Equals(p[j], exp(-1 - lam))
        )
    )
    assert proof(g)[0].verdict is Verdict.PROVED


def test_a_definition_with_a_derivative_may_be_used_anywhere():
    @definition(notation=r"\partial_{j}({a},{b})")
    def partial(a=Vector["n"], b=Vector["n"], j=Index["n"]):
        """The derivative by the first vector only."""
        return D(score(a, b), a[j])

    true = goal(lambda b=Vector["n"], j=Index["n"]: Equals(partial(b, b, j), b[j]), name="at_b")
    scaled = goal(
        lambda b=Vector["n"], j=Index["n"]: Equals(partial(vector(lambda k: 2 * b[k], over=b), b, j), b[j]),
        name="scaled",
    )
    false = goal(lambda b=Vector["n"], j=Index["n"]: Equals(partial(b, b, j), 2 * b[j]), name="total")
    with as_written():
        assert [normal_form.check(g, EFFORT, 0).verdict is Verdict.PROVED for g in (true, scaled, false)] == [1, 1, 0]
    assert sampled(false).verdict is Verdict.REFUTED


def test_substitution_renames_what_is_differentiated_by():
    x, y, z = sp.symbols("x y z", real=True)
    with as_written():
        slope = D(x**2 * y, x)
        assert substitute(slope, {x: z}) == D(z**2 * y, z)
        assert isinstance(substitute(slope, {x: y}), AtNode) and isinstance(substitute(slope, {y: x}), AtNode)
        assert isinstance(substitute(slope, {x: z, y: z}), AtNode)
        swapped = substitute(slope, {x: y, y: x})
        assert swapped.free_symbols == {x, y}
        inner = at(slope, {x: y + 1})
        assert substitute(inner, {x: z}) == inner  # x is not free in it
        assert substitute(inner, {y: z}).free_symbols == {z}


@pytest.mark.parametrize("wrong", [lambda p, x: {p: x}, lambda p, x: {x: p}, lambda p, x: {p[1]: x}])
def test_at_takes_variables(wrong):
    p, x = Vector["n"].variable("p", lambda d: sp.Symbol("n", integer=True)), sp.Symbol("x", real=True)
    with pytest.raises(LanguageError):
        at(p[1] * x, wrong(p, x))
