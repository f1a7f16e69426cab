"""The error budget: what one rounding costs, what is unbounded, and that honest arithmetic stays inside the balls."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from flint import arb
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from lemmata.checks import catalogue
from lemmata.checks.evaluate import Unsupported
from lemmata.checks.float_inputs import inputs
from lemmata.checks.format_balls import (
    BFLOAT16,
    CORRECT,
    FLOAT16,
    FLOAT32,
    FLOAT64,
    FORMATS,
    LOSABLE,
    Format,
    FormatBalls,
    Reference,
    budget,
    components,
)
from lemmata.spec import information, logistic, softmax
from lemmata.spec.language import (
    Abs,
    D,
    Expr,
    Index,
    Natural,
    Real,
    Vector,
    delta,
    exp,
    largest,
    log,
    signum,
    sqrt,
    total,
    where_nonnegative,
    xlogy,
)
from lemmata.spec.language.claims import Definition

DEFINITIONS = catalogue.definitions()


def known(value: arb | None) -> arb:
    assert value is not None
    return value


def defined(function: Callable[..., Any]) -> Definition:
    """A definition outside the catalogue."""
    function.__doc__ = "A formula of the tests."
    return Definition(function, notation="")


# The formats


@pytest.mark.parametrize("name, dtype", [("float64", np.float64), ("float32", np.float32), ("float16", np.float16)])
def test_formats_are_those_of_numpy(name, dtype):
    fmt, info = FORMATS[name], np.finfo(dtype)
    assert (fmt.eta, fmt.largest, fmt.u) == (float(info.tiny), float(info.max), float(info.eps) / 2)


def test_bfloat16_is_a_float32_without_its_last_16_bits():
    assert (BFLOAT16.bits, BFLOAT16.eta) == (FLOAT32.bits - 16, FLOAT32.eta)
    largest_bits = np.array([0x7F7F0000], np.uint32).view(np.float32)[0]
    assert float(largest_bits) == BFLOAT16.largest


# What each operation costs, in units of u


COSTS = {
    "an input": (lambda x=Real, y=Real: x, (3, 0), 3),
    "a negation": (lambda x=Real, y=Real: -x, (3, 0), 3),
    "an absolute value": (lambda x=Real, y=Real: Abs(x), (-3, 0), 3),
    "a sign": (lambda x=Real, y=Real: signum(x), (-3, 0), 0),
    "a sum": (lambda x=Real, y=Real: x + y, (1, 2), 1 + 2 + 3),
    "partial sums": (lambda x=Real, y=Real: x + y + x, (1, 2), 1 + 2 + 3 + 1 + 4),
    "a difference": (lambda x=Real, y=Real: x - y, (5, 3), 5 + 3 + 2),
    "a product": (lambda x=Real, y=Real: x * y, (3, 5), 15 + 15 + 15),
    "an exact integer": (lambda x=Real, y=Real: 3 * x, (5, 0), 15 + 15),
    "a quotient": (lambda x=Real, y=Real: x / y, (6, 2), 3 + 3 + 3),
    "a square": (lambda x=Real, y=Real: x**2, (3, 0), 2 * 9 + 9),
    "a square root": (lambda x=Real, y=Real: sqrt(x), (4, 0), 1 + 2),
    "an exponential": (lambda x=Real, y=Real: exp(x), (2, 0), math.exp(2) * (2 + 1)),
    "a logarithm": (lambda x=Real, y=Real: log(x), (8, 0), 1 + math.log(8)),
    "a weighted logarithm": (lambda x=Real, y=Real: xlogy(x, y), (2, 1), 2 * 1 + 0),
    "a branch": (lambda x=Real, y=Real: where_nonnegative(x, y, 2 * y), (0, 7), 7),
    "the other branch": (lambda x=Real, y=Real: where_nonnegative(x, y, 2 * y), (-1, 7), 14 + 14),
}


@pytest.mark.parametrize("fmt", [FLOAT64, FLOAT32], ids=lambda f: f.name)
@pytest.mark.parametrize("formula, at, units", COSTS.values(), ids=COSTS.keys())
def test_costs(formula, at, units, fmt):
    R = budget(defined(formula), {"x": Fraction(at[0]), "y": Fraction(at[1])}, fmt)
    assert pytest.approx(units * fmt.u, rel=1e-4) == R


def test_zero_costs_the_smallest_normal_number():
    at_zero = {"x": Fraction(0)}
    assert budget(defined(lambda x=Real: x), at_zero, FLOAT32) == 0
    assert budget(defined(lambda x=Real: 2 * x), at_zero, FLOAT32) == pytest.approx(FLOAT32.eta)
    assert budget(defined(lambda x=Real: xlogy(x, log(x))), at_zero, FLOAT32) == 0


def test_sizes_indices_and_counts_are_exact():
    def formula(a=Vector["n"], i=Index["n"], k=Natural) -> Expr:
        return (a.dims[0] + i + k + delta(i, 2)) * a[i]

    env = {"n": 3, "a": {(j,): Fraction(j) for j in (1, 2, 3)}, "i": 2, "k": 4}
    R = Reference(defined(formula), {k: v for k, v in env.items() if k != "i"}, FLOAT64).ball((2,)).rad()
    assert float(R) == pytest.approx((20 + 20) * FLOAT64.u)


def test_a_maximum_is_one_of_its_terms():
    def formula(a=Vector["n"]) -> Expr:
        return largest(lambda k: a[k], over=a)

    env = {"n": 3, "a": {(1,): Fraction(-9), (2,): Fraction(5), (3,): Fraction(1)}}
    ball = Reference(defined(formula), env, FLOAT64).ball()
    assert ball.contains(5) and float(ball.rad()) == pytest.approx(5 * FLOAT64.u)


# What is unbounded, and goes on being so


UNBOUNDED = {
    "overflow": lambda x=Real: x**2 * 10**150,
    "a divisor around zero": lambda x=Real: 1 / (x - x),
    "a divisor that may be zero": lambda x=Real: 1 / (x - 10**100),
    "a logarithm around zero": lambda x=Real: log(x - 10**100),
    "a logarithm of a negative number": lambda x=Real: log(-x),
    "a square root of a negative number": lambda x=Real: sqrt(-x),
    "zero times it": lambda x=Real: (x - x) * exp(x),
    "its negation and value": lambda x=Real: -Abs(-exp(x)),
    "its inverse": lambda x=Real: 1 / exp(x),
    "a sum with it": lambda x=Real: 1 + exp(x),
    "a branch on it": lambda x=Real: where_nonnegative(-exp(x), -exp(x), 1 / exp(x)),
    "an empty power of it": lambda x=Real: exp(x) ** 2,
}


@pytest.mark.parametrize("formula", UNBOUNDED.values(), ids=UNBOUNDED.keys())
def test_unbounded(formula):
    assert budget(defined(formula), {"x": Fraction(10**100)}, FLOAT64) is None


def test_unbounded_in_a_narrow_format_only():
    square, at = defined(lambda x=Real: x**2), {"x": Fraction(300)}
    assert budget(square, at, FLOAT16) is None
    assert budget(square, at, BFLOAT16) == pytest.approx(3 * 9e4 * BFLOAT16.u, rel=0.01)


def test_an_unbounded_entry_makes_a_maximum_unbounded():
    k = FormatBalls(FLOAT32)
    assert not k.largest([k.variable(Fraction(1)), k.div(1, 0)]).is_finite()


def test_a_zero_weight_hides_an_unbounded_logarithm():
    formula = defined(lambda x=Real, y=Real: xlogy(x, 1 / y))
    assert budget(formula, {"x": Fraction(0), "y": Fraction(0)}, FLOAT64) == 0
    assert budget(formula, {"x": Fraction(1), "y": Fraction(0)}, FLOAT64) is None


def test_a_square_root_uses_the_nonnegative_part():
    R = budget(defined(lambda x=Real, y=Real: sqrt(x - y)), {"x": Fraction(1), "y": Fraction(1)}, FLOAT64)
    assert R is not None and math.sqrt(2 * FLOAT64.u) / 2 <= R <= math.sqrt(2 * FLOAT64.u)


def test_a_power_of_a_ball_around_zero_is_bounded():
    R = budget(defined(lambda x=Real: (x - 1) ** 2), {"x": Fraction(1)}, FLOAT64)
    assert R is not None and R < 1e-30


def test_a_derivative_has_no_budget():
    with pytest.raises(Unsupported):
        budget(defined(lambda x=Real: D(exp(x), x)), {"x": Fraction(1)}, FLOAT64)


# The verdict on one value


def test_verdicts_go_by_the_budget():
    reference = Reference(logistic.sigmoid, {"x": Fraction(0)}, FLOAT64)
    R = float(reference.ball().rad())
    far = 2 ** (LOSABLE * FLOAT64.bits)
    assert reference.judge(0.5).outcome == "correct"
    assert reference.judge(0.5 + (CORRECT - 1) * R).outcome == "correct"
    assert reference.judge(0.5 + 100 * R).outcome == "inaccurate"
    assert reference.judge(0.5 + 100 * R).lost_bits == pytest.approx(math.log2(100), abs=0.1)
    assert reference.judge(0.5 - 0.9 * far * R).outcome == "inaccurate"
    assert reference.judge(0.5 - 1.1 * far * R).outcome == "wrong"
    assert [reference.judge(v).outcome for v in (math.nan, math.inf, -math.inf)] == ["wrong"] * 3


def test_an_infinite_value_must_be_that_infinity():
    p, q = {(1,): Fraction(1, 2), (2,): Fraction(1, 2)}, {(1,): Fraction(1), (2,): Fraction(0)}
    reference = Reference(information.kl, {"n": 2, "p": p, "q": q}, FLOAT64)
    assert [reference.judge(v).outcome for v in (math.inf, -math.inf, math.nan, 1e308)] == ["correct"] + ["wrong"] * 3


def test_an_unbounded_budget_decides_nothing():
    reference = Reference(defined(lambda x=Real: exp(x)), {"x": Fraction(1000)}, FLOAT64)
    assert {reference.judge(v).outcome for v in (math.inf, 0.0, math.nan)} == {"undecided"}


def test_a_value_without_a_meaning_decides_nothing():
    reference = Reference(defined(lambda x=Real: log(x)), {"x": Fraction(-1)}, FLOAT64)
    assert reference.judge(math.nan).outcome == "undecided"


def test_precision_rises_until_the_value_is_known():
    """log(1 + e⁻⁵⁰⁰) is known to 200 bits only as a number near 0."""
    wanted = defined(lambda x=Real: log(1 + exp(-x)))
    reference = Reference(wanted, {"x": Fraction(500)}, FLOAT64)
    fine, coarse = known(reference.exact((), 1e-230)), known(reference.exact())
    assert float(fine.mid()) == pytest.approx(math.exp(-500)) and fine.rad() < 1e-235
    assert not coarse.rad() < 1e-70


def test_outside_the_domain_of_its_stable_formula_the_definition_counts():
    """p/q at q = 0 < p has no value, and the definition is +∞ there; at p = q = 0 both are 0."""
    at = {"n": 1, "p": {(1,): Fraction(0)}, "q": {(1,): Fraction(0)}}
    assert Reference(information.kl, at, FLOAT64).exact() == 0


# Components


def test_components_are_those_of_the_definition():
    env = {"n": 3, "a": {(1,): Fraction(0), (2,): Fraction(1), (3,): Fraction(-2)}}
    reference = Reference(softmax.softmax_jacobian, env, FLOAT64)
    S = np.exp([0.0, 1.0, -2.0])
    S /= S.sum()
    expected = np.diag(S) - np.outer(S, S)
    assert reference.shape == (3, 3)
    for i, j in np.ndindex(3, 3):
        assert float(known(reference.exact((i + 1, j + 1))).mid()) == pytest.approx(expected[i, j])


def test_components_do_not_capture_the_indices_of_sums():
    def formula(a=Vector["n"], k=Index["n"]) -> Expr:
        return total(lambda k: a[k], over=a) - a[k]

    env = {"n": 2, "a": {(1,): Fraction(10), (2,): Fraction(1)}}
    reference = Reference(defined(formula), env, FLOAT64)
    assert [float(known(reference.exact((k,)))) for k in (1, 2)] == [1, 10]


@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda d: d.id)
def test_every_definition_has_components(definition):
    assert components(definition) is components(definition)


# What the budget promises: the stable formula, evaluated in the format itself, stays within one budget


class Rounded:
    """The arithmetic of a narrow format: every operation in float64, then rounded once."""

    def __init__(self, dtype: type) -> None:
        self.dtype = dtype

    def _r(self, v: float) -> float:
        with np.errstate(all="ignore"):
            return float(self.dtype(v))

    def exact(self, q: Fraction) -> float:
        return self._r(float(q))

    variable = exact

    def pi(self) -> float:
        return self._r(math.pi)

    def add(self, terms: list[Any]) -> Any:
        out = terms[0]
        for t in terms[1:]:
            out = out + t if isinstance(out, int) and isinstance(t, int) else self._r(out + t)
        return out

    def neg(self, a: float) -> float:
        return -a

    def mul(self, a: float, b: float) -> float:
        return self._r(a * b)

    def div(self, a: float, b: float) -> float:
        return self._r(a / b) if b else math.nan

    def power(self, a: float, n: int) -> float:
        return self._r(a**n)

    def function(self, name: str, a: float) -> float:
        with np.errstate(all="ignore"):
            return abs(a) if name == "Abs" else self._r(getattr(np, name)(np.float64(a)))

    def xlogy(self, a: float, b: float) -> float:
        return self.mul(a, self.function("log", b))

    def largest(self, values: list[float]) -> float:
        return max(values)

    def is_zero(self, a: float) -> bool:
        return a == 0

    def is_nonnegative(self, a: float) -> bool:
        return a >= 0


def escapes(definition: Definition, dtype: type, fmt: Format, count: int) -> tuple[int, int]:
    """(values outside the ball, values compared) of the stable formula evaluated in the format."""
    outside = compared = 0

    @settings(max_examples=count, database=None, deadline=None, phases=[Phase.generate])
    @given(inputs(definition, dtype))
    def evaluate(call):
        nonlocal outside, compared
        for _, env in call.points():
            reference = Reference(definition, env, fmt)
            in_format = components(definition).values(env, Rounded(dtype))
            for index in np.ndindex(reference.shape):
                index = tuple(i + 1 for i in index)
                ball = reference.ball(index)
                if ball.is_finite():
                    compared += 1
                    outside += not ball.overlaps(arb(in_format(index), 1e-3 * float(ball.rad())))

    evaluate()
    return outside, compared


@pytest.mark.parametrize("dtype", [np.float16, np.float32])
@pytest.mark.parametrize("definition", DEFINITIONS, ids=lambda d: d.id)
def test_the_stable_formula_in_the_format_itself_stays_inside_the_ball(definition, dtype):
    outside, compared = escapes(definition, dtype, FORMATS[np.dtype(dtype).name], 40)
    assert outside == 0 and compared >= 5


@pytest.mark.parametrize("definition", [softmax.softmax, logistic.softplus, information.kl], ids=lambda d: d.id)
def test_and_leaves_a_ball_that_widens_less(definition):
    too_good = Format("a format with four bits more", FLOAT16.bits + 4, FLOAT16.eta / 16, FLOAT16.largest)
    assert escapes(definition, np.float16, too_good, 40)[0] > 0


@given(st.fractions(-1000, 1000), st.fractions(-1000, 1000), st.sampled_from([FLOAT64, FLOAT32, FLOAT16, BFLOAT16]))
def test_a_ball_holds_the_exact_value(x, y, fmt: Format):
    k = FormatBalls(fmt)
    a, b = k.variable(x), k.variable(y)
    assert k.add([a, b]).contains(arb(x.numerator) / x.denominator + arb(y.numerator) / y.denominator)
    product = k.mul(a, b)
    assert not product.is_finite() or product.contains(arb((x * y).numerator) / (x * y).denominator)
