"""Mutations: the slips that people make, each applicable one once, and none of them the formula itself."""

from __future__ import annotations

import pytest
import registry

from lemmata.checks import catalogue, mutations
from lemmata.spec.language import (
    AtMost,
    Determines,
    E,
    Equals,
    Functional,
    Index,
    Less,
    Matrix,
    Positive,
    Real,
    SameMinimiser,
    Sign,
    Stationary,
    Vector,
    by_value,
    ceiling,
    exp,
    floor,
    log,
    maximum,
    moment_of,
    recurrence,
    sqrt,
    total,
    xlogy,
)
from lemmata.spec.language.claims import Definition
from lemmata.spec.language.expressions import as_written
from lemmata.spec.language.printing import text
from lemmata.spec.softmax import jacobian, softmax

catalogue.load()
STATEMENTS = {c.id: c for claim in catalogue.claims() for c in (claim, *[p.reading for p in claim.printed])}


@pytest.fixture(autouse=True)
def _():
    with registry.kept(), as_written():
        yield


def of(statement):
    with registry.kept():
        made = registry.claim_of(statement)
    return {what: text(s) for what, s in mutations.of_statement(made.statement, made.variables)}


def test_the_slips_for_the_jacobian_of_softmax():
    found = dict(mutations.of_statement(jacobian.statement, jacobian.variables))
    left = "∂Sᵢ(a)/∂aⱼ = "
    assert {what: text(s).removeprefix(left) for what, s in found.items()} == {
        "a factor 2": "2·Sᵢ(a)·(δᵢⱼ − Sⱼ(a))",
        "the opposite sign": "−Sᵢ(a)·(δᵢⱼ − Sⱼ(a))",
        "the factor Sᵢ(a) dropped": "δᵢⱼ − Sⱼ(a)",
        "the factor δᵢⱼ − Sⱼ(a) dropped": "Sᵢ(a)",
        "j for i in Sᵢ(a)": "Sⱼ(a)·(δᵢⱼ − Sⱼ(a))",
        "the term δᵢⱼ dropped": "Sᵢ(a)·(−Sⱼ(a))",
        "the sign of δᵢⱼ flipped": "Sᵢ(a)·(−δᵢⱼ − Sⱼ(a))",
        "the term −Sⱼ(a) dropped": "Sᵢ(a)·δᵢⱼ",
        "the sign of −Sⱼ(a) flipped": "Sᵢ(a)·(δᵢⱼ − (−Sⱼ(a)))",
        "δᵢⱼ replaced by 1": "Sᵢ(a)·(1 − Sⱼ(a))",
        "the sign dropped": "Sᵢ(a)·(δᵢⱼ + Sⱼ(a))",
        "the factor Sⱼ(a) dropped": "Sᵢ(a)·(δᵢⱼ − 1)",
        "i for j in Sⱼ(a)": "Sᵢ(a)·(δᵢⱼ − Sᵢ(a))",
    }


# Each slip of the calibration in the design, at least once.
SLIPS = {
    "the sign in the exponent of exp(−x) flipped": lambda x=Real: Equals(x, exp(-x)),
    "base 2 in log x": lambda x=Positive: Equals(x, log(x)),
    "x² replaced by x": lambda x=Real: Equals(x, x**2),
    "√(x) replaced by x": lambda x=Positive: Equals(x, sqrt(x)),
    "the last term of Σₖ aₖ left out": lambda a=Vector["n"]: Equals(1, total(lambda k: a[k], over=a)),
    "the factor 1/n dropped": lambda a=Vector["n"]: Equals(1, 1 / a.dims[0] * total(lambda k: a[k], over=a)),
    "j for the index of aᵢ": lambda a=Vector["n"], i=Index["n"], j=Index["n"]: Equals(a[j], a[i]),
    "Xᵢⱼ transposed": lambda X=Matrix["n", "n"], i=Index["n"], j=Index["n"]: Equals(1, X[i, j]),
    "the arguments of x log y swapped": lambda x=Positive, y=Positive: Equals(x, xlogy(x, y)),
    "the two cases swapped": lambda y=Sign, x=Real: Equals(x, by_value(y, {1: x, -1: 1 - x})),
    "another moment": lambda g=Stationary["t"]: Equals(E(g[1]), moment_of(g)),
    "j for i in Sᵢ(a)": lambda a=Vector["n"], i=Index["n"], j=Index["n"]: Equals(a[j], 2 * softmax(a, i)),
    "the sign of y flipped": lambda x=Real, y=Real: Equals(x, recurrence(0, lambda m, s: m + y, upto=3)),
    "the inequality reversed": lambda x=Real: AtMost(x, x + 1),
    "the inequality made strict": lambda x=Real: AtMost(x, x**2 + x, equality=Equals(x, 0)),
    "equality claimed to be impossible": lambda x=Real: AtMost(x, x**2 + x, equality=Equals(x, 0)),
    "equality claimed always": lambda x=Real: AtMost(x, x**2 + x, equality=Equals(x, 0)),
    "on the left, the term x dropped": lambda x=Real, y=Real: AtMost(x + y, 1, equality=Equals(x, y)),
    "on the right, a factor 2": lambda x=Real, y=Real: AtMost(x, y, equality=Equals(x, y)),
    "1 for 0": lambda x=Real: Equals(x - x, 0),
    "the sides swapped": lambda x=Real: Less(x, x + 1),
    "the inequality reversed, equality allowed": lambda x=Real: Less(x, x + 1),
    "equality for the inequality": lambda x=Real: Less(x, x + 1),
    "both signs flipped": lambda x=Real: Less(x, x + 1),
    "⌈x/2⌉ for ⌊x/2⌋": lambda x=Real: Equals(x, floor(x / 2)),
    "⌊x/2⌋ for ⌈x/2⌉": lambda x=Real: Equals(x, ceiling(x / 2)),
    "min(x, 0) for max(x, 0)": lambda x=Real: Equals(x, maximum(x, 0)),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_is_made(slip):
    assert slip in of(SLIPS[slip])


def test_the_left_side_has_its_turn_where_the_right_side_has_little():
    assert "on the left, the term x dropped" in of(lambda x=Real, y=Real: Equals(x + y, 1))
    many = of(lambda x=Real, y=Real: Equals(x + y, x * y + exp(x) - log(y)))
    assert not [what for what in many if what.startswith("on the left")]


def test_an_inequality_with_zero_is_not_doubled():
    found = of(lambda x=Real, y=Real: AtMost(x**2, 0, equality=Equals(x, 0)))
    assert "on the left, a factor 2" not in found
    assert "on the left, the opposite sign" in found


def test_a_term_that_is_nothing_is_not_mutated():
    assert not [what for what in of(lambda x=Real, y=Real: Equals(x, x + y + 0)) if " 0 " in what]


def test_the_sides_of_a_bound_are_mutated_apart_from_what_is_wrong_for_certain():
    with registry.kept():
        made = registry.claim_of(lambda x=Real, y=Real: Less(x, x + exp(y)))
    found = {what: text(s) for what, s in mutations.of_bound(made.statement, made.variables)}
    assert found["on the right, the term exp(y) dropped"] == "x < x"
    assert found["on the right, a factor 2"] == "x < 2·(x + exp(y))"
    assert found["on the left, the opposite sign"] == "−x < x + exp(y)"
    assert not set(found) & set(of(lambda x=Real, y=Real: Less(x, x + exp(y))))
    touching = registry.claim_of(lambda x=Real: AtMost(x, x**2 + x, equality=Equals(x, 0)), name="touching")
    assert not list(mutations.of_bound(touching.statement, touching.variables)), "these are all wrong"


def test_a_minimiser_and_a_value_have_slips():
    same = of(
        lambda w=Vector["d"], ell=Functional["d"]: SameMinimiser(ell(w), ell(w) + total(lambda k: w[k], over=w), over=w)
    )
    assert "the term ℓ(w) dropped" in same
    value = of(lambda w=Vector["d"], t=Real, s=Positive: Determines(Equals(w[1] * t, w[1] / s), t, 1 / s, (w,)))
    assert {"in the value, a factor 2", "in the value, the opposite sign"} <= set(value)
    assert [what for what in value if what.startswith("in the equation")]


@pytest.mark.parametrize("claim_id", STATEMENTS)
def test_no_mutation_is_the_original_and_no_two_are_alike(claim_id):
    claim = STATEMENTS[claim_id]
    found = list(mutations.of_statement(claim.statement, claim.variables))
    assert len(found) >= 3
    assert claim.statement not in [s for _, s in found]
    assert len({s for _, s in found}) == len(found)
    assert all(what for what, _ in found)


@pytest.mark.parametrize("definition_id", [d.id for d in catalogue.definitions()])
def test_mutations_of_an_expression_are_expressions_that_can_be_shown(definition_id):
    (d,) = [d for d in catalogue.definitions() if d.id == definition_id]
    assert isinstance(d, Definition)
    found = list(mutations.of_expression(d.body, d.variables))
    assert found
    assert d.body not in [e for _, e in found]
    assert len({e for _, e in found}) == len(found)
    assert all(text(e) != text(d.body) for _, e in found)
    assert all(e.free_symbols <= d.body.free_symbols | {v.expr for v in d.variables.values()} for _, e in found)


def test_what_is_mutated_stays_as_it_was():
    before = text(jacobian.statement)
    list(mutations.of_statement(jacobian.statement, jacobian.variables))
    assert text(jacobian.statement) == before
