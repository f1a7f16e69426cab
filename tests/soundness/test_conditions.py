"""What is false, or has no value, at some admissible inputs is never proved without a condition on them."""

from __future__ import annotations

from dataclasses import replace

import pytest
import registry
import sympy as sp
from conformance import EFFORT

from lemmata.checks.evidence import Verdict
from lemmata.checks.goal import goal_of
from lemmata.checks.methods import METHODS
from lemmata.checks.prover.context import Context
from lemmata.checks.prover.engine import Engine
from lemmata.checks.prover.inequality import Scope, Search
from lemmata.checks.prover.terms import number, var
from lemmata.checks.prover.translate import normal
from lemmata.spec.language import (
    Abs,
    AtLeast,
    D,
    Determines,
    Equals,
    Nonnegative,
    OpenUnit,
    Positive,
    Real,
    Simplex,
    Size,
    Vector,
    at,
    exp,
    log,
    maximum,
    product,
    signum,
    sqrt,
    total,
    vector,
    where_nonnegative,
)
from lemmata.spec.language.expressions import as_written
from lemmata.spec.language.sorts import NATURAL

FAR = sp.Rational(173, 10)  # beyond the box of balls, and at no point that is drawn


def squares(x):
    return total(lambda k: x[k] ** 2, over=x)


NOT_EVERYWHERE = {
    "a pole beyond the box": lambda x=Real: AtLeast(1 / (x - FAR) ** 2, 0),
    "a gap beyond the box": lambda x=Nonnegative: AtLeast(exp(x) + Abs(x - 20) / (x - 20) + 2, 0),
    "a slope at a kink beyond the box": lambda x=Nonnegative: AtLeast(exp(x) + D(Abs(x - 20), x) + 2, 0),
    "a pole that cancels in the slope": lambda x=Positive: AtLeast(x - 1 - log(x) * (x - 3) / (x - 3), 0, Equals(x, 1)),
    "the slope of a logarithm": lambda x=Real: Equals(D(log(x), x), 1 / x),
    "a logarithm that the slope does not have": lambda x=Real, y=Real: Equals(D(log(x) + y, y), 1),
    "a pole that the slope does not have": lambda x=Real, y=Real: Equals(D(1 / x + y, y), 1),
    "a root that the slope does not have": lambda x=Real, y=Real: Equals(D(sqrt(x) + y, y), 1),
    "a slope inside one that does not have it": lambda x=Real, y=Real: Equals(D(D(Abs(x), x) + y, y), 1),
    "a second derivative at a kink": lambda x=Real: Equals(
        D(D(maximum(x, 0) ** 2, x), x), 2 * where_nonnegative(x, 1, 0)
    ),
    "a bound for a second derivative at a kink": lambda x=Real: AtLeast(D(D(maximum(x, 0) ** 2, x), x), 0),
    "a mixed derivative at a kink": lambda x=Real, y=Real: Equals(D(D(Abs(x) * y, y), x), signum(x)),
    "a kink of the inner derivative": lambda x=Real, y=Real: Equals(D(D(Abs(x) + x * y, x), y), 1),
    "a slope put at a kink": lambda x=Real: Equals(at(D(Abs(x), x), {x: 0}), 0),
    "a slope put at a variable": lambda x=Real, y=Real: Equals(at(D(Abs(x), x), {x: y}), signum(y)),
    "a slope of a logarithm put below 0": lambda x=Real: Equals(at(D(log(x), x), {x: -1}), -1),
    "a slope put at a variable, and that at a kink": lambda x=Real, y=Real: Equals(
        at(at(D(Abs(x), x), {x: y}), {y: 0}), 0
    ),
    "slopes put at kinks, in a sum": lambda x=Real, n=Size: Equals(
        at(total(lambda k: D(Abs(x - k), x), over=n), {x: 1}), 1 - n
    ),
    "a vector put at kinks": lambda x=Vector[3]: Equals(
        at(D(total(lambda k: Abs(x[k]), over=x), x[1]), {x: vector(lambda k: 0, over=x)}), 0
    ),
    "an unknown solved for where entries are below 1": lambda c=Real, x=Vector["n", OpenUnit]: Determines(
        Equals(c * where_nonnegative(squares(x) - x.dims[0], 1, 0), 0), c, 0, (x,)
    ),
    "an unknown solved for at no distribution": lambda c=Real, p=Simplex[2]: Determines(
        Equals(c * where_nonnegative(p[1] ** 2 + p[2] ** 2 - 2, 1, 0), 0), c, 0, (p,)
    ),
}
EVERYWHERE = {
    "a pole outside the domain": lambda x=Nonnegative: AtLeast(exp(x) + 1 / (x + 1) ** 2, 0),
    "a square is smooth": lambda x=Real: Equals(D(maximum(x, 0) ** 2, x), 2 * maximum(x, 0)),
    "a slope put beside the kink": lambda x=Real: Equals(at(D(Abs(x), x), {x: 2}), 1),
    "a slope of a logarithm put above 0": lambda x=Real, y=Positive: Equals(at(D(log(x), x), {x: y}), 1 / y),
    "an unknown solved for where entries may be 1": lambda c=Real, x=Vector["n", Positive]: Determines(
        Equals(c * squares(x), squares(x)), c, 1, (x,)
    ),
}


def unconditional(claim):
    """The methods that prove it for all inputs."""
    with registry.kept():
        goal = goal_of(registry.claim_of(claim))
    with as_written():
        found = [m.run(replace(goal, id="claim"), EFFORT, 0)[0] for m in METHODS if m.proves and not m.applies(goal)]
    return [e.method for e in found if e.verdict is Verdict.PROVED and not e.side_conditions]


@pytest.mark.parametrize("name", NOT_EVERYWHERE)
def test_it_is_not_proved_for_all_inputs(name):
    assert unconditional(NOT_EVERYWHERE[name]) == []


@pytest.mark.parametrize("name", EVERYWHERE)
def test_no_condition_is_named_in_vain(name):
    assert unconditional(EVERYWHERE[name])


def test_the_slope_of_a_logarithm_needs_what_the_logarithm_needs():
    with registry.kept():
        goal = goal_of(registry.claim_of(NOT_EVERYWHERE["the slope of a logarithm"]))
    with as_written():
        found = [m.run(goal, EFFORT, 0)[0] for m in METHODS if m.name == "normal_form"]
    assert "x > 0" in found[0].side_conditions


def test_what_never_vanishes_may_vanish_in_a_sum_without_terms():
    """What was found of a polynomial elsewhere is not used under indices of which there may be none."""
    search = Search(Engine(Context(domains={"t": NATURAL})))
    y = sp.Symbol("y", real=True)
    with as_written():
        p = normal(search.engine, exp(y) - y)
    perhaps_none = Scope((("k", number(1), var("t")),))
    alone, in_a_sum = search.prove(p), search.nonnegative(p, perhaps_none, 5)
    assert alone is not None and "never" in (alone.zeros or ())
    assert in_a_sum is not None and "never" not in (in_a_sum.zeros or ())


def test_a_condition_on_a_bound_index_is_for_every_value_of_it():
    """Else x₁ ≠ 0 and x₂ ≠ 0, by the numbers of internal names, would be read as entries."""
    with registry.kept():
        goal = goal_of(registry.claim_of(lambda x=Vector["n"]: Equals(product(lambda k: x[k] / x[k], over=x), 1)))
    with as_written():
        (found,) = [m.run(goal, EFFORT, 0)[0] for m in METHODS if m.name == "normal_form"]
    assert found.side_conditions == ("xₖ ≠ 0 for every k",)
