"""Slopes by dual numbers: those of each function, of each side of a kink, and their budgets in format balls."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import islice
from typing import Any

import numpy as np
import pytest
from flint import arb

from lemmata.checks.arithmetic import Undecided, Undefined, Unsupported
from lemmata.checks.audit.formats import FORMATS
from lemmata.checks.audit.inputs import batches
from lemmata.checks.audit.points import normal
from lemmata.checks.audit.reference import Point, screen_slopes, shapes
from lemmata.checks.audit.slopes import real_arguments
from lemmata.checks.ball_arithmetic import Balls, ball, precision
from lemmata.checks.ball_arithmetic import Dual as BallDual
from lemmata.checks.batched import Batched
from lemmata.checks.duals import Dual, Duals, slope_of, value_of
from lemmata.checks.evaluate import Evaluation
from lemmata.checks.format_balls import FLOAT32, FLOAT64, FormatBalls
from lemmata.spec.language import (
    Abs,
    D,
    Real,
    Vector,
    by_value,
    cos,
    exp,
    expm1,
    largest,
    log,
    log1p,
    sqrt,
    tanh,
    total,
    where_nonnegative,
    xlogy,
)
from lemmata.spec.language.claims import Definition
from lemmata.spec.language.routines import find

POINTS = [Fraction(k, 4) for k in (-9, -4, -1, 0, 1, 2, 4, 13)]
NODES = {
    "x + x + 2": lambda x: x + x + 2,
    "−x": lambda x: -x,
    "x·x·3": lambda x: x * x * 3,
    "1/x": lambda x: 1 / x,
    "(x + 1)/(x − 3)": lambda x: (x + 1) / (x - 3),
    "x/7": lambda x: x / 7,
    "x⁰": lambda x: x**0,
    "x²": lambda x: x**2,
    "x⁵": lambda x: x**5,
    "x⁻²": lambda x: x**-2,
    "2ˣ": lambda x: 2**x,
    "(x² + 1)ˣ": lambda x: (x**2 + 1) ** x,
    "exp": exp,
    "log": log,
    "log1p": log1p,
    "expm1": expm1,
    "sqrt": sqrt,
    "tanh": tanh,
    "|x|": Abs,
    "xlogy(x, 3)": lambda x: xlogy(x, 3),
    "xlogy(2, x)": lambda x: xlogy(2, x),
    "xlogy(x, x)": lambda x: xlogy(x, x),
    "branches": lambda x: where_nonnegative(x - 1, x**2, 3 * x),
    "labels": lambda x: by_value(1, {1: exp(x), -1: x}),
    "a constant": lambda x: exp(0 * x + 1) + 5,
    "softplus": lambda x: log1p(exp(-Abs(x))) + where_nonnegative(x, x, 0),
}


def body(function: Any) -> Any:
    def of(x=Real):
        """A formula of the tests."""
        return function(x)

    return Definition(of, notation="").body


def one_sided(expression: Any, at: Fraction, direction: int) -> arb | None:
    """The derivative by the balls' own differentiation, on one side; None where there is none."""
    balls = Balls()
    balls.directions[-1] = direction
    try:
        found = Evaluation({"x": BallDual(-1, at, ball(1))}, balls).value(expression)
    except (Undefined, Undecided):
        return None
    return ball(found.slope if isinstance(found, BallDual) else 0)


def by_duals(expression: Any, at: Any, base: Any, detached: bool = False) -> Any:
    numbers = Duals(base, detached)
    return Evaluation({"x": numbers.seed(at)}, numbers).value(expression)


@pytest.mark.parametrize("name", NODES)
def test_slopes_are_those_of_the_balls(name):
    """Exactly; in format balls within the budget; and many points at once like one."""
    expression, compared = body(NODES[name]), 0
    many = by_duals(expression, np.array([float(q) for q in POINTS]), Batched(FLOAT64))
    for i, at in enumerate(POINTS):
        with precision(200):
            sides = [s for s in (one_sided(expression, at, d) for d in (-1, 1)) if s is not None]
            if len(sides) < 2:
                continue
            exact = by_duals(expression, at, Balls())
            assert any(ball(slope_of(exact)).overlaps(s) for s in sides)
            if not sides[0].overlaps(sides[1]):  # a kink
                continue
            compared += 1
            budgeted = ball(slope_of(by_duals(expression, at, FormatBalls(FLOAT64))))
            assert not budgeted.is_finite() or budgeted.overlaps(sides[0])
            assert not budgeted.is_finite() or budgeted.rad() < 2.0**-40 * (1 + abs(sides[0]))
        slope = slope_of(many)
        if isinstance(slope, int):
            assert sides[0].overlaps(arb(slope))
            continue
        mid, rad = (float(np.broadcast_to(a, len(POINTS))[i]) for a in (slope.mid, slope.rad))
        if math.isfinite(rad):
            assert mid == pytest.approx(float(sides[0]), rel=1e-14, abs=1e-300)
            assert rad <= 4 * float(budgeted.rad()) + 1e-300
    assert compared >= 3


@pytest.mark.parametrize(
    "method, fault",
    [
        ("div", lambda self, a, b: Dual(self.base.div(value_of(a), value_of(b)), slope_of(a))),
        ("power", lambda self, a, n: Dual(self.base.power(value_of(a), n), self.base.mul(n, slope_of(a)))),
        ("mul", lambda self, a, b: Dual(self.base.mul(value_of(a), value_of(b)), slope_of(a))),
        ("neg", lambda self, a: Dual(self.base.neg(value_of(a)), slope_of(a))),
        ("xlogy", lambda self, a, b: Dual(self.base.xlogy(value_of(a), value_of(b)), slope_of(b))),
        ("function", lambda self, f, a: Dual(self.base.function(f, value_of(a)), slope_of(a))),
        ("choose", lambda self, m, a, b: Dual(self.base.choose(m, value_of(a), value_of(b)), slope_of(a))),
    ],
)
def test_a_wrong_rule_is_noticed(method, fault, monkeypatch):
    monkeypatch.setattr(Duals, method, fault)
    noticed = 0
    for name in NODES:
        try:
            test_slopes_are_those_of_the_balls(name)
        except (AssertionError, Undefined, TypeError):
            noticed += 1
    assert noticed >= 1


def test_what_has_no_slope_is_said():
    k = Duals(Balls())
    x = k.variable(k.seed(Fraction(1, 2)))
    for attempt in (lambda: k.function("cos", x), lambda: k.derivative(lambda a: a, x)):
        with pytest.raises(Unsupported):
            attempt()
    assert slope_of(Evaluation({"x": Fraction(1)}, k).value(body(cos))) == 0
    assert slope_of(k.function("signum", x)) == 0


def test_a_moving_number_is_never_a_weight_of_nothing():
    k = Duals(Balls())
    assert (k.is_zero(0), k.is_zero(k.variable(k.seed(Fraction(0))))) == (True, False)


# Kinks and maxima


KINKS = [
    ("|x|", Fraction(0), (-1, 1)),
    ("largest of x and −x", Fraction(0), (-1, 1)),
    ("largest of x and 1", Fraction(1), (0, 1)),
    ("largest of 1 and x", Fraction(1), (0, 1)),
]
LARGEST = {"largest of x and −x": (1, -1, 0, 0), "largest of x and 1": (1, 0, 0, 1), "largest of 1 and x": (0, 1, 1, 0)}


@pytest.mark.parametrize("name, at, sides", KINKS)
def test_at_a_kink_the_slope_is_that_of_one_side(name, at, sides):
    for k in (Duals(Balls()), Duals(FormatBalls(FLOAT64))):
        x = k.variable(k.seed(at))
        if name == "|x|":
            found = k.function("Abs", x)
        else:
            a, b, c, d = LARGEST[name]
            found = k.largest([k.add([k.mul(a, x), c]), k.add([k.mul(b, x), d])])
        assert any(ball(slope_of(found)).overlaps(arb(s)) for s in sides)


def test_many_points_each_take_their_own_side():
    k = Duals(Batched(FLOAT64))
    x = k.variable(k.seed(np.array([-2.0, 2.0, 0.5])))
    assert slope_of(k.largest([x, 1])).mid.tolist() == [0, 1, 0]
    assert slope_of(k.largest([1, x])).mid.tolist() == [0, 1, 0]
    assert slope_of(k.function("Abs", x)).mid.tolist() == [-1, 1, 1]
    chosen = k.choose(np.array([True, False, True]), x, k.mul(x, x))
    assert slope_of(chosen).mid.tolist() == [1, 4, 1]
    assert not isinstance(k.choose(np.array([True, False, True]), 2, 3), Dual)


def test_a_detached_maximum_stands_still():
    k, still = Duals(Balls()), Duals(Balls(), detached=True)
    x = k.variable(k.seed(Fraction(3)))
    assert slope_of(k.largest([x, 1])) == 1
    assert (slope_of(still.largest([x, 1])), value_of(still.largest([x, 1]))) == (0, 3)


def shifted(x=Vector["k"]):
    """The logarithm of a sum of exponentials, by its textbook's shift."""
    top = largest(lambda j: x[j], over=x)
    return top + log(total(lambda j: exp(x[j] - top), over=x))


def unshifted(x=Vector["k"]):
    """Where the maximum is more than a shift."""
    return largest(lambda j: x[j], over=x) ** 2


@pytest.mark.parametrize("values", [(0, 1, 3), (2, 2), (-5,), (700, -700, 1)])
def test_a_shift_has_no_slope_of_its_own(values):
    """Detached or not the formula has one derivative, and each budget contains it."""
    softmax = [math.exp(v - max(values)) for v in values]
    radii = []
    for j in range(len(values)):
        for detached in (False, True):
            k = Duals(FormatBalls(FLOAT32), detached)
            env: dict[Any, Any] = {(i + 1,): Fraction(v) for i, v in enumerate(values)}
            env[(j + 1,)] = k.seed(env[(j + 1,)])
            with precision(128):
                found = ball(
                    slope_of(Evaluation({"k": len(values), "x": env}, k).value(Definition(shifted, notation="").body))
                )
                assert found.contains(arb(softmax[j] / sum(softmax)))
            radii.append(float(found.rad()))
    assert max(radii) < 2.0**-12 and (max(radii) > 0 or len(values) == 1)


def test_where_a_maximum_is_more_than_a_shift_detaching_is_no_derivative():
    definition = Definition(unshifted, notation="").body
    slopes = []
    for detached in (False, True):
        k = Duals(Balls(), detached)
        env = {(1,): Fraction(1), (2,): k.seed(Fraction(3))}
        slopes.append(slope_of(Evaluation({"k": 2, "x": env}, k).value(definition)))
    assert slopes == [6, 0]


# The routines of an audit, at points of its own

ROUTINES = """softmax logsumexp sigmoid softplus tanh logistic_loss bce_logits cross_entropy entropy kl mse l2_penalty
    layernorm attention""".split()


def slopes(name: str, dtype: str):
    """(true slope, its budget, screened midpoint and radius, slope by a difference quotient or None)"""
    variant, fmt = find(name).variant(), FORMATS[dtype]
    rng = np.random.default_rng(3)
    for batch in islice(batches(variant, dtype, rng), 0, 12, 4):
        points = normal(batch.take(np.arange(min(batch.count, 3))))
        if not points.count or sum(v[0].size for v in points.values.values()) > 12:
            continue
        weights = rng.integers(-3, 4, size=(points.count, *shapes(variant, points)[0])) / 2
        for wrt in real_arguments(points):
            screened = screen_slopes(variant, points, fmt, wrt, weights)
            for row in range(points.count):
                at = Point(variant, points.point(row), fmt)
                for index in islice(np.ndindex(points.values[wrt].shape[1:]), 3):
                    truth = at.slope(wrt, index, weights[row])
                    yield truth, float(screened.mid[(row, *index)]), float(screened.rad[(row, *index)])


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_screened_slopes_are_the_exact_ones(dtype):
    judged, kinks = 0, 0
    for name in ROUTINES:
        for truth, mid, rad in slopes(name, dtype):
            if not (truth.known and math.isfinite(truth.budget) and math.isfinite(rad)):
                continue
            low, high = float(truth.low), float(truth.high)
            kinks += high > low
            judged += 1
            room = 2 * (rad + truth.budget)
            assert low - room <= mid <= high + room, (name, truth, mid, rad)
            assert rad <= 4 * truth.budget + 64 * FORMATS[dtype].eta or truth.budget > 2.0**-4, (name, truth, mid, rad)
    assert judged > 150 and kinks < judged


def test_a_kink_has_all_slopes_between_its_sides():
    relu, one = find("relu").variant(), np.ones(())
    truth = Point(relu, {"x": Fraction(0)}, FORMATS["float64"]).slope("x", (), one)
    assert (float(truth.low), float(truth.high)) == (0, 1)
    assert [truth.error(g) for g in (-0.5, 0.0, 0.25, 1.0, 1.5)] == [0.5, 0, 0, 0, 0.5]
    smooth = Point(relu, {"x": Fraction(2)}, FORMATS["float64"]).slope("x", (), one)
    assert [smooth.error(g) for g in (0.0, 1.0)] == [1, 0]


def test_a_slope_that_is_off_by_little_is_seen():
    """The budget of a slope is not so wide that anything passes."""
    at = Point(find("sigmoid").variant(), {"x": Fraction(1)}, FORMATS["float64"])
    truth = at.slope("x", (), np.ones(()))
    s = 1 / (1 + math.exp(-1))
    assert truth.error(s * (1 - s)) <= truth.budget < 1e-15
    assert truth.error(s * (1 - s) * (1 + 1e-12)) > 100 * truth.budget


@pytest.mark.parametrize("function", [lambda x: xlogy(x, x), lambda x: xlogy(2, x), lambda x: xlogy(x, 0)])
def test_a_weight_times_log_0_has_no_slope(function):
    with pytest.raises(Undefined):
        Evaluation({"x": Fraction(0)}, Balls()).value(D(body(function), body(lambda x: x)))
    assert one_sided(body(function), Fraction(0), 1) is None
