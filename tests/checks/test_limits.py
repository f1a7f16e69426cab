"""Limits and series: true ones proved, their wrong twins refuted far out, and nothing false ever proved."""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import limit_table as table
import pytest
import sympy as sp
from flint import arb

from lemmata.checks import asymptotics, balls, limits, series, twins
from lemmata.checks.ball_arithmetic import ball, precision
from lemmata.checks.evaluate import Undecided, Undefined, Unsupported
from lemmata.checks.evidence import Evidence, Verdict
from lemmata.checks.goal import EFFORTS, Goal, goal_of
from lemmata.checks.prover import growth
from lemmata.checks.prover.behaviour import behaviour, engine_for
from lemmata.checks.prover.context import Context
from lemmata.checks.prover.engine import Infinite, Unproved
from lemmata.checks.prover.terms import number
from lemmata.spec.language import (
    Converges,
    Diverges,
    Index,
    LanguageError,
    Limit,
    Nonnegative,
    Positive,
    Real,
    Size,
    Unit,
    Vector,
    exp,
    largest,
    log,
    log1p,
    maximum,
    oo,
    sqrt,
    tanh,
    total,
)
from lemmata.spec.language import series as terms
from lemmata.spec.language.claims import Claim
from lemmata.spec.language.expressions import as_written

QUICK = EFFORTS["quick"]


def goal(function: Callable[..., Any], which: int | None = None) -> Goal:
    """The goal of a claim outside the catalogue; `which` picks from a function that returns several statements."""

    def statement(**variables: Any) -> Any:
        made = function(**variables)
        return made if which is None else made[which]

    statement.__signature__ = inspect.signature(function)  # type: ignore[attr-defined]
    statement.__name__, statement.__doc__ = function.__name__, "A statement of the tests."
    return goal_of(Claim(statement))


def proof(asked: Goal) -> Evidence:
    method = series if limits.applies(asked) else limits
    with as_written():
        return method.check(asked, QUICK, 0)[0]


def search(asked: Goal) -> Evidence:
    with as_written():
        return balls.check(asked, QUICK, 0)


@pytest.mark.parametrize("statements", table.PAIRS, ids=lambda f: f.__name__)
def test_true_statement_is_proved_and_not_refuted(statements):
    asked = goal(statements, 0)
    found = proof(asked)
    assert found.verdict is Verdict.PROVED, found.detail
    assert found.trusted and found.effort["points"] > 0
    assert search(asked).verdict is Verdict.TESTED


@pytest.mark.parametrize("statements", table.PAIRS, ids=lambda f: f.__name__)
def test_false_statements_are_refuted_and_not_proved(statements):
    everything = goal(statements, 0).variables
    count = len(statements(*[everything[n].expr for n in inspect.signature(statements).parameters]))
    assert count > 1
    for which in range(1, count):
        asked = goal(statements, which)
        found = search(asked)
        assert found.verdict is Verdict.REFUTED, found.detail
        assert found.counterexample is not None and found.counterexample.note
        assert proof(asked).verdict is Verdict.UNDECIDED


# False only somewhere.
def at_the_end_of_the_domain(beta=Unit, t=Size):
    return Limit(beta**t, t, oo, 0)


def without_a_gap(a=Real, d=Nonnegative, T=Positive):
    return Limit(exp(a / T) / (exp(a / T) + exp((a - d) / T)), T, 0, 1)


def exponent_of_any_size(p=Positive):
    return Converges(terms(lambda k: 1 / k**p))


def rate_of_any_sign(r=Real, t=Positive):
    return Limit(exp(-r * t), t, oo, 0)


def alternating(n=Size):
    return Limit((-1) ** n, n, oo, 0)


def alternating_base(n=Size, x=Real):
    return Limit((x / n - 1) ** n, n, oo, exp(x))


@pytest.mark.parametrize(
    "function",
    [
        at_the_end_of_the_domain,
        without_a_gap,
        exponent_of_any_size,
        rate_of_any_sign,
        alternating,
        alternating_base,
    ],
)
def test_false_at_some_point_is_refuted_there_and_never_proved(function):
    asked = goal(function)
    assert search(asked).verdict is Verdict.REFUTED
    assert proof(asked).verdict is Verdict.UNDECIDED


# Out of reach, or without values.
def coldest_is_largest(a=Vector["n"], n=Size, T=Positive):
    return Limit(T * log(total(lambda k: exp(a[k] / T), over=a)), T, 0, largest(lambda k: a[k], over=a))


def alternating_but_not_falling():
    return Converges(terms(lambda k: (-1) ** k / (sqrt(k) + (-1) ** k), start=2))


def divergent_but_for_zero(g=Real):
    return Diverges(terms(lambda k: g / k))


def undefined_early():
    return Diverges(terms(lambda k: 1 / (k * log(k))))


def undefined_in_the_end(x=Real):
    return Limit(log(-x) - log(-x), x, oo, 0)


def undefined_constant(x=Real):
    return Limit(sqrt(-1 - x**2) - sqrt(-1 - x**2), x, oo, 0)


@pytest.mark.parametrize(
    "function",
    [
        coldest_is_largest,
        alternating_but_not_falling,
        divergent_but_for_zero,
        undefined_early,
        undefined_in_the_end,
        undefined_constant,
    ],
)
def test_what_is_out_of_reach_or_false_now_and_then_is_not_proved(function):
    found = proof(goal(function))
    assert found.verdict is Verdict.UNDECIDED and found.detail


def test_terms_without_values_are_no_counterexample():
    found = search(goal(undefined_early))
    assert found.verdict is Verdict.UNDECIDED and balls.NO_VALUE in found.detail


def test_conditions_that_the_sorts_do_not_give_are_shown():
    assert proof(goal(table.log_beside_one, 0)).side_conditions == ("1 − log k ≠ 0 for k = 2, 3, …",)
    assert proof(goal(table.log_in_the_denominator, 0)).side_conditions == ()  # log k > 0 for k ≥ 2
    assert proof(goal(table.harmonic_steps, 0)).side_conditions == ()


@pytest.mark.parametrize(
    ("function", "reason"),
    [
        (lambda x=Unit: Limit(x, x, oo, oo), "does not tend to ∞"),
        (lambda x=Positive: Limit(exp(x), x, -oo, 0), "does not tend to −∞"),
        (lambda n=Size: Limit(1 / n, n, 1, 1), "does not tend to 1"),
        (lambda x=Unit: Limit(x, x, 1, 1), "from above"),
        (lambda x=Positive: Limit(x, x, -1, -1), "from above"),
        (lambda x=Real: Limit(x + 1, x, oo, x), "may not depend"),
        (lambda a=Vector["n"], n=Size: Limit(total(lambda k: a[k], over=a) / n, n, oo, 0), "dimension"),
        (lambda a=Vector["n"], i=Index["n"]: Limit(1 / i, i, oo, 0), "no variable"),
    ],
)
def test_variable_must_be_able_to_tend_there(function, reason):
    function.__name__ = "statement"
    with pytest.raises(LanguageError, match=reason):
        goal(function)


def test_domains_are_split_where_a_sign_is_open():
    with as_written():
        found, (shown,) = limits.check(goal(table.sharp_softplus_is_relu, 0), QUICK, 0)
    assert "3 cases" in found.detail
    assert [s.case for s in shown.steps][::2] == ["x < 0, written −x", "x = 0", "x > 0"]
    assert shown.steps[-1].formula.text.endswith("/b = max(x, 0)")


def test_witness_is_the_proved_limit_and_a_value_far_out():
    found = search(goal(table.softplus_grows_like_x, 1)).counterexample
    assert found is not None
    assert (found.left, found.relation, found.right) == ("1", "=", "2")
    assert found.inputs == {"x": 10**16}
    assert found.note == "the limit is 1; at x = 10000000000000000 the expression is 1.00000000000"


def test_oscillation_is_refuted_along_even_or_odd_numbers():
    found = search(goal(alternating)).counterexample
    assert found is not None and "over the even numbers is 1" in found.note


# ---------------------------------------------------------------------- the guards
def test_wrong_limit_from_the_algebra_is_caught_by_balls(monkeypatch):
    """An error of the algebra would prove a wrong twin; the numbers far out do not bear it out."""
    asked = goal(table.softplus_minus_x, 1)
    assert proof(asked).verdict is Verdict.UNDECIDED

    def wrong(engine, e, t):
        found = behaviour(engine, e, t)
        return replace(found, limit=found.algebra.canon(found.algebra.engine.logarithm(number(2))))

    monkeypatch.setattr(limits, "behaviour", wrong)
    assert "disagree" in proof(asked).detail
    monkeypatch.setattr(asymptotics, "behaviour", wrong)
    asymptotics._examined.cache_clear()
    assert "do not bear the limit out" in proof(asked).detail
    asymptotics._examined.cache_clear()


def test_wrong_order_of_terms_is_caught_by_balls(monkeypatch):
    asked = goal(table.logarithms_of_factors, 1)
    assert proof(asked).verdict is Verdict.UNDECIDED
    monkeypatch.setattr(growth.Algebra, "log", lambda a, g: a.power(a.sum([g, a.constant(number(-1))]), number(2)))
    asymptotics._examined.cache_clear()
    assert "not of the order that was found" in proof(asked).detail
    asymptotics._examined.cache_clear()


def test_errors_are_not_forgotten(monkeypatch):
    """Without its error term, log(1 + x) ≈ x would prove (log(1 + x) − x)/x² → 0."""
    asked = goal(table.second_order_of_log, 1)
    monkeypatch.setattr(limits, "confirmed", lambda goal, seed: (1, ""))
    assert proof(asked).verdict is Verdict.UNDECIDED
    exact = growth.Algebra.made
    monkeypatch.setattr(growth.Algebra, "made", lambda a, pairs, errors: exact(a, pairs, []))
    assert proof(asked).verdict is Verdict.PROVED


# ---------------------------------------------------------------------- twins
@pytest.mark.parametrize(
    "statements",
    [table.compound_interest, table.x_log_x, table.two_logits_cold, table.squares_of_harmonic_steps, table.leibniz],
)
def test_wrong_twins_are_refuted_or_equivalent(statements):
    with as_written():
        found = twins.check(goal(statements, 0), EFFORTS["standard"], 0)
    assert {t.outcome for t in found} <= {"refuted", "equivalent"}
    assert sum(t.outcome == "refuted" for t in found) >= 2


# ---------------------------------------------------------------------- random expressions
def written(rng: random.Random, t: sp.Symbol, depth: int) -> Any:
    if depth == 0 or rng.random() < 0.15:
        return rng.choice([t, t, 1 / t, sp.Rational(rng.choice([-3, -1, 1, 2, 5]), rng.choice([1, 2, 3]))])

    def f() -> Any:
        return written(rng, t, depth - 1)

    return rng.choice(
        [
            lambda: f() + f(),
            lambda: f() - f(),
            lambda: f() * f(),
            lambda: f() / f(),
            lambda: exp(f()),
            lambda: exp(-f()),
            lambda: log(f()),
            lambda: log1p(f()),
            lambda: tanh(f()),
            lambda: maximum(f(), f()),
            lambda: sqrt(f()),
            lambda: sp.Rational(2, 3) ** f(),
            lambda: (1 + f()) ** f(),
        ]
    )()


def far(e: Any, t: sp.Symbol) -> list[arb]:
    """Values ever further out; empty where there are none."""
    with precision(2000):
        try:
            found = [ball(asymptotics._value(e, {t.name: 10**i})) for i in (2, 4, 8, 16, 32)]
        except (Undefined, Undecided, Unsupported, OverflowError):
            return []
    return found if all(v.is_finite() for v in found) else []


def test_random_limits_are_borne_out_far_out():
    """The algebra alone, without its confirmation, against balls."""
    rng, t, judged = random.Random(20), sp.Symbol("t", real=True), 0
    for _ in range(500):
        with as_written():
            e = written(rng, t, 3)
            if t not in e.free_symbols:
                continue
            try:
                found = behaviour(engine_for(Context(), t), e, t)
            except (Unproved, Infinite, Undefined, Unsupported):
                continue
            values = far(e, t)
        if values:
            with precision(2000):
                assert asymptotics._bears_out(values[1:], found.limit), (e, found.limit, values)
            judged += 1
    assert judged > 250
