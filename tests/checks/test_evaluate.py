"""Evaluation at exact points: values, derivatives by dual balls, recurrences, expectations, and what has no value."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import pytest
import sympy as sp
from flint import arb, fmpq
from hypothesis import given
from hypothesis import strategies as st

from lemmata.checks.ball_arithmetic import Balls, compare, precision, shown
from lemmata.checks.evaluate import Evaluation, Undecided, Undefined, Unsupported
from lemmata.spec.information import log_bound
from lemmata.spec.language import (
    Abs,
    D,
    E,
    Stationary,
    by_value,
    delta,
    exp,
    expm1,
    gap,
    largest,
    log,
    log1p,
    maximum,
    minimum,
    moment_of,
    pi,
    product,
    recurrence,
    signum,
    sqrt,
    tanh,
    total,
    vector,
    where_nonnegative,
    xlogy,
)
from lemmata.spec.language.expressions import Application, Array, as_written
from lemmata.spec.language.sorts import Outcomes
from lemmata.spec.logistic import sigmoid
from lemmata.spec.softmax import logsumexp, softmax

n, i, j, t = sp.symbols("n i j t", integer=True)
x, y, beta = sp.symbols("x y beta", real=True)
a, b, g = (Array(name, n) for name in "abg")
X = Array("X", n, n)
POINT = {
    "n": 3, "i": 2, "j": 3, "t": 4, "x": Fraction(3, 4), "y": Fraction(-5, 2), "beta": Fraction(1, 3),
    "a": {(1,): Fraction(1, 2), (2,): Fraction(-1), (3,): Fraction(2)},
    "b": {(1,): Fraction(3), (2,): Fraction(1, 4), (3,): Fraction(-2)},
    "X": {(r, c): Fraction(10 * r + c) for r in (1, 2, 3) for c in (1, 2, 3)},
}  # fmt: skip


def at(e, point=POINT):
    with as_written():
        e = e() if callable(e) else e
    return Evaluation(point, Balls()).value(e)


def same(left, right, radius="1e-40"):
    """Whether two values certainly lie within the radius of each other."""
    return abs(arb(left) - arb(right)) < arb(radius)


EXACT = {
    "a sum": (lambda: total(lambda k: a[k] * b[k], over=a), Fraction(-11, 4)),
    "a product": (lambda: product(lambda k: a[k], over=a), -1),
    "an empty sum": (lambda: total(lambda k: 1 / (n - 3), over=(2, 1)), 0),
    "a sum from beyond its end": (lambda: total(lambda k: 1 / (n - 3), over=(5, -7)), 0),
    "a sum up to the larger of two": (lambda: total(lambda k: k, over=maximum(n, x)), 6),
    "an empty product": (lambda: product(lambda k: a[k], over=(2, 1)), 1),
    "a sum over a part": (lambda: total(lambda k: k**2, over=(2, n)), 13),
    "nested sums": (lambda: total(lambda k: total(lambda l: k * l, over=k), over=n), 1 + 2 * 3 + 3 * 6),
    "the largest": (lambda: largest(lambda k: b[k] - k, over=a), 2),
    "a delta": (lambda: total(lambda k: delta(k, i) * a[k], over=a), -1),
    "an entry of a matrix": (lambda: X[j, i] - X[i, j], 9),
    "a shifted index": (lambda: a[i - 1] + a[j - 2], 1),
    "an entry of a made vector": (lambda: vector(lambda k: a[k] + k, over=a)[j], 5),
    "zero weights": (lambda: xlogy(0, x - x), 0),
    "the logarithm of one": (lambda: xlogy(x, y / y), 0),
    "powers": (lambda: beta ** (t - i) + x**-2, Fraction(1, 9) + Fraction(16, 9)),
    "the zeroth power": (lambda: (x - x) ** (n - 3), 1),
    "a choice": (lambda: by_value(n, {2: x, 3: y}), Fraction(-5, 2)),
    "two forms": (lambda: where_nonnegative(y, 1 / (y - y), y), Fraction(-5, 2)),
    "the form at zero": (lambda: where_nonnegative(y - y, x, 1 / (y - y)), Fraction(3, 4)),
    "sign and size": (lambda: signum(y) * Abs(y), Fraction(-5, 2)),
    "larger and smaller": (lambda: maximum(x, y) - minimum(x, y), Fraction(13, 4)),
    "x over x": (lambda: x / x, 1),
    "a recurrence": (lambda: recurrence(1, lambda m, s: m * s, upto=4), 24),
    "a recurrence of no steps": (lambda: recurrence(x, lambda m, s: m / 0, upto=0), Fraction(3, 4)),
    "a recurrence inside a sum": (
        lambda: total(lambda k: recurrence(0, lambda m, s: m + s * k, upto=k), over=n),
        1 * 1 + 2 * 3 + 3 * 6,
    ),
    "a sum inside a recurrence": (
        lambda: recurrence(0, lambda m, s: m + total(lambda k: k * s, over=s), upto=3),
        1 + 2 * 3 + 3 * 6,
    ),
}


@pytest.mark.parametrize("name", EXACT)
def test_exact_values(name):
    make, expected = EXACT[name]
    found = at(make)
    assert isinstance(found, (int, fmpq)), "a rational value must stay exact"
    assert found == fmpq(Fraction(expected).numerator, Fraction(expected).denominator)


BALLS = {
    "pi": (lambda: pi, lambda: arb.pi()),
    "exp": (lambda: exp(x), lambda: arb("0.75").exp()),
    "exp of exp": (lambda: exp(exp(y)), lambda: arb("-2.5").exp().exp()),
    "log": (lambda: log(x), lambda: arb("0.75").log()),
    "log to a base": (lambda: log(x, 2), lambda: arb("0.75").log() / arb(2).log()),
    "sqrt": (lambda: sqrt(x), lambda: arb("0.75").sqrt()),
    "one over a root": (lambda: 1 / sqrt(x), lambda: 1 / arb("0.75").sqrt()),
    "log1p": (lambda: log1p(x), lambda: arb("1.75").log()),
    "expm1": (lambda: expm1(x), lambda: arb("0.75").exp() - 1),
    "tanh": (lambda: tanh(y), lambda: arb("-2.5").tanh()),
    "a real power": (lambda: x**beta, lambda: (arb("0.75").log() / 3).exp()),
    "xlogy": (lambda: xlogy(x, beta), lambda: arb("0.75") * -arb(3).log()),
    "softmax": (
        lambda: softmax(a, i),
        lambda: arb(-1).exp() / (arb("0.5").exp() + arb(-1).exp() + arb(2).exp()),
    ),
    "a gap": (lambda: gap(log_bound, x=x), lambda: arb("-0.25") - arb("0.75").log()),
}


@pytest.mark.parametrize("name", BALLS)
def test_values_are_enclosed(name):
    make, expected = BALLS[name]
    with precision(200):
        found = at(make)
        assert same(found, expected())
        assert 0 < found.rad() < arb("1e-50")


def test_more_precision_is_a_smaller_ball_around_the_same_number():
    with precision(60):
        rough = at(lambda: exp(x) / 3)
    with precision(300):
        fine = at(lambda: exp(x) / 3)
    assert rough.contains(fine)
    assert not fine.contains(rough)


# Expressions and their derivatives in x, by hand.
SLOPES = {
    "a constant": (lambda: y * 3, lambda: sp.Integer(0)),
    "x": (lambda: x, lambda: sp.Integer(1)),
    "a power": (lambda: x**5, lambda: 5 * x**4),
    "a negative power": (lambda: x**-3, lambda: -3 * x**-4),
    "a product": (lambda: x * (x + y) * (x - y), lambda: 3 * x**2 - y**2),
    "a quotient": (lambda: (x + 1) / (x - y), lambda: (-y - 1) / (x - y) ** 2),
    "exp": (lambda: exp(x**2), lambda: 2 * x * exp(x**2)),
    "log": (lambda: log(x**2 + 1), lambda: 2 * x / (x**2 + 1)),
    "sqrt": (lambda: sqrt(x), lambda: 1 / (2 * sqrt(x))),
    "one over a root": (lambda: 1 / sqrt(x), lambda: -1 / (2 * x * sqrt(x))),
    "tanh": (lambda: tanh(2 * x), lambda: 2 * (1 - tanh(2 * x) ** 2)),
    "log1p": (lambda: log1p(x * y**2), lambda: y**2 / (1 + x * y**2)),
    "expm1": (lambda: expm1(-x), lambda: -exp(-x)),
    "size": (lambda: Abs(x * y), lambda: -y),
    "a real power": (lambda: x**x, lambda: x**x * (log(x) + 1)),
    "an exponent": (lambda: (y * y) ** x, lambda: (y * y) ** x * log(y * y)),
    "xlogy": (lambda: xlogy(x, x), lambda: log(x) + 1),
    "the larger": (lambda: maximum(x, y) * x, lambda: 2 * x),
    "the smaller": (lambda: minimum(x, y) * x, lambda: y),
    "a form": (lambda: where_nonnegative(x, x**2, -x), lambda: 2 * x),
    "a sum": (lambda: total(lambda k: a[k] * x**k, over=a), lambda: a[1] + 2 * a[2] * x + 3 * a[3] * x**2),
    "a product over": (lambda: product(lambda k: x + k, over=2), lambda: 2 * x + 3),
    "the largest": (lambda: largest(lambda k: k * x, over=n), lambda: sp.Integer(3)),
    "a recurrence": (lambda: recurrence(1, lambda m, s: m * x + s, upto=3), lambda: 3 * x**2 + 2 * x + 2),
    "sigmoid": (lambda: sigmoid(x), lambda: sigmoid(x) * (1 - sigmoid(x))),
}


@pytest.mark.parametrize("name", SLOPES)
def test_derivatives_against_the_closed_form(name):
    make, slope = SLOPES[name]
    with precision(200):
        for value in (Fraction(3, 4), Fraction(7, 2)):
            point = {**POINT, "x": value}
            assert same(at(lambda: D(make(), x), point), at(slope, point))


@pytest.mark.parametrize("name", SLOPES)
def test_second_derivatives_are_derivatives_of_the_first(name):
    make, slope = SLOPES[name]
    with precision(200):
        assert same(at(lambda: D(D(make(), x), x)), at(lambda: D(slope(), x)))


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: D(D(x**2 * y**3, x), y), lambda: 6 * x * y**2),
        (lambda: D(D(x**2 * y**3, y), x), lambda: 6 * x * y**2),
        (lambda: D(D(D(exp(x * y), x), y), x), lambda: exp(x * y) * (2 * y + x * y**2)),
        (lambda: D(x * D(x**2, x), x), lambda: 4 * x),
        (lambda: D(D(x * y, x) * x, x), lambda: y),
        (lambda: D(logsumexp(a), a[i]), lambda: softmax(a, i)),
        (lambda: D(D(logsumexp(a), a[i]), a[j]), lambda: -softmax(a, i) * softmax(a, j)),
        (lambda: D(D(logsumexp(a), a[i]), a[i]), lambda: softmax(a, i) * (1 - softmax(a, i))),
        (lambda: D(total(lambda k: D(a[k] ** 3, a[k]), over=a), a[i]), lambda: 6 * a[i]),
        (lambda: D(total(lambda k: a[k] * a[i], over=a), a[i]), lambda: total(lambda k: a[k], over=a) + a[i]),
        (
            lambda: total(lambda k: D(exp(a[k]) * a[i], a[i]), over=a),
            lambda: total(lambda k: exp(a[k]), over=a) + exp(a[i]) * a[i],
        ),
        (lambda: D(b[i], a[i]), lambda: sp.Integer(0)),
    ],
)  # fmt: skip
def test_derivatives_inside_derivatives_and_sums(make, expected):
    with precision(200):
        assert same(at(make), at(expected))


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=5), st.integers(-4, 4))
def test_the_derivatives_of_a_polynomial(coefficients, value):
    with as_written():
        p = sp.Add(*[c * x**k for k, c in enumerate(coefficients)])
    point = {"x": Fraction(value, 2)}
    e = p
    for order in range(len(coefficients) + 1):
        with as_written():
            e = p if order == 0 else D(e, x)
        taylor = [c * comb(k, order) for k, c in enumerate(coefficients) if k >= order]
        by_hand = sum(c * point["x"] ** k for k, c in enumerate(taylor)) * sp.factorial(order)
        found = Evaluation(point, Balls()).value(e)
        assert Fraction(int(fmpq(found).p), int(fmpq(found).q)) == by_hand


@given(st.integers(0, 6), st.fractions(-2, 2, max_denominator=4))
def test_a_recurrence_against_its_closed_form(steps, start):
    ratio = Fraction(1, 2)
    with as_written():
        e = recurrence(x, lambda m, s: beta * m + s, upto=t)
    found = at(e, {"x": start, "beta": ratio, "t": steps})
    by_hand = ratio**steps * start + sum(ratio ** (steps - s) * s for s in range(1, steps + 1))
    assert found == fmpq(by_hand.numerator, by_hand.denominator)


LAW = Outcomes((Fraction(1), Fraction(2), Fraction(6)), 1)  # gᵢ(ω) = (1, 2, 6)[(ω + i) mod 3]


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: E(g[1]), 3),
        (lambda: E(g[2] ** 2), Fraction(41, 3)),
        (lambda: E(g[1] * g[2]), Fraction(1 * 2 + 2 * 6 + 6 * 1, 3)),
        (lambda: E(g[1] * g[4]), Fraction(41, 3)),
        (lambda: E(g[1]) * E(g[2]), 9),
        (lambda: E(total(lambda k: g[k], over=n) / n), 3),
        (lambda: total(lambda k: E(g[k] ** 2), over=n), 41),
        (lambda: E(x * g[1] + y), Fraction(3, 4) * 3 - Fraction(5, 2)),
        (lambda: E(x), Fraction(3, 4)),
        (lambda: moment_of(g), 3),
        (lambda: moment_of(g, 2), Fraction(41, 3)),
        (lambda: E(recurrence(0, lambda m, s: m / 2 + g[s], upto=2)), Fraction(9, 2)),
    ],
)
def test_expectations_over_outcomes(make, expected):
    assert at(make, {**POINT, "g": LAW}) == fmpq(Fraction(expected).numerator, Fraction(expected).denominator)


def test_a_random_entry_has_no_value_of_its_own():
    assert Stationary.kind == "stationary"
    with pytest.raises(Unsupported, match="g is random; take its expectation"):
        at(lambda: g[1], {**POINT, "g": LAW})


Z = sp.Rational(1, 4)
# At x = 0, where functions have kinks or powers of zero; the values are exact.
AT_ZERO = {
    "the square of what is positive": (lambda: D(maximum(0, x) ** 2, x), 0),
    "the cube, twice": (lambda: D(D(maximum(0, x) ** 3, x), x), 0),
    "x times its size": (lambda: D(x * Abs(x), x), 0),
    "a tie of two that are the same": (lambda: D(maximum(3 * x, x + x + x), x), 3),
    "a tie of two that touch": (lambda: D(maximum(x, x + x**2), x), 1),
    "two kinks that cancel": (lambda: D(maximum(x, 0) - maximum(-x, 0), x), 1),
    "the larger plus the smaller": (lambda: D(maximum(x, 2 * x) + minimum(x, 2 * x), x), 3),
    "forms that meet smoothly": (lambda: D(where_nonnegative(x, x**2 + x, x), x), 1),
    "a kink in what does not vary": (lambda: D(x * maximum(y - y, 0), x), 0),
    "a kink in another variable": (lambda: D(D(x * maximum(x, 0) * y, x), y), 0),
    "entries": (lambda: D(total(lambda k: maximum(a[k] * x, 0) ** 2, over=a), x), 0),
    "a kink inside": (lambda: D(exp(x) * maximum(x, 0) ** 2 + 5 * x, x), 5),
    "a power of zero": (lambda: x**beta, 0),
    "a power of zero that grows": (lambda: (x + 0) ** (beta * 9 / 2), 0),
    "to the power zero": (lambda: x ** (beta * x), 1),
    "the slope of a power": (lambda: D(x ** (1 + beta), x), 0),
    "the slope of the first power": (lambda: D(x ** (beta * 3), x), 1),
    "the second slope of a power": (lambda: D(D(x ** (2 + beta), x), x), 0),
    "the second slope of the square": (lambda: D(D(x ** (6 * beta), x), x), 2),
    "the slope in the exponent": (lambda: D(x**beta, beta), 0),
    "both vary": (lambda: D(x ** (x + 1), x), 1),
}


@pytest.mark.parametrize("name", AT_ZERO)
def test_values_at_kinks_and_at_powers_of_zero(name):
    make, expected = AT_ZERO[name]
    found = at(make, {**POINT, "x": Fraction(0)})
    assert found == expected
    assert isinstance(found, (int, fmpq))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: 1 / (x - x), "division by zero"),
        (lambda: (x - x) ** -2, "division by zero"),
        (lambda: log(x - x), "log 0"),
        (lambda: log(y), "log of a negative number"),
        (lambda: sqrt(y), "sqrt of a negative number"),
        (lambda: xlogy(y, x - x), "a negative weight times log 0"),
        (lambda: a[i - 2], r"a has no entry \(0,\)"),
        (lambda: a[n + 1], r"a has no entry \(4,\)"),
        (lambda: by_value(n, {1: x}), "no branch for the value 3"),
        (lambda: D(Abs(x - sp.Rational(3, 4)), x), "at a tie"),
        (lambda: D(maximum(x, sp.Rational(3, 4)), x), "at a tie"),
        (lambda: D(minimum(x, sp.Rational(3, 4)) ** 2, x), "at a tie"),
        (lambda: D(largest(lambda k: where_nonnegative(k - 2, x, 3 * Z), over=2), x), "at a tie"),
        (lambda: D(where_nonnegative(x - sp.Rational(3, 4), 1, 0), x), "at a tie"),
        (lambda: D(exp(maximum(x - sp.Rational(3, 4), 0)), x), "at a tie"),
        (lambda: D(D(maximum(x - sp.Rational(3, 4), 0) ** 2, x), x), "at a tie"),
        (lambda: D(D(maximum(x - sp.Rational(3, 4), 0), x), x), "at a tie"),
        (lambda: (x - x) ** -beta, "division by zero"),
        (lambda: (x - x) ** (y / 5 - n / 7), "division by zero"),
        (lambda: D((x - sp.Rational(3, 4)) ** beta, x), "division by zero"),
        (lambda: D((x - x) ** (x - sp.Rational(3, 4)), x), "at r = 0"),
        (lambda: y**beta, "log of a negative number"),
    ],
)
def test_what_is_undefined(make, message):
    with pytest.raises(Undefined, match=message):
        at(make)


@pytest.mark.parametrize("make", [lambda: sp.sin(x), lambda: total(lambda k: k, over=x), lambda: a, lambda: sp.oo * x])
def test_what_has_no_meaning_here(make):
    with pytest.raises(Unsupported):
        at(make)


@pytest.mark.parametrize(
    "make",
    [
        lambda: 1 / (exp(x) * exp(-x) - 1),
        lambda: where_nonnegative(exp(x) * exp(-x) - 1, x, y),
        lambda: log(exp(x) * exp(-x) - 1),
        lambda: signum(log(exp(x)) - x),
    ],
)
def test_what_balls_cannot_tell_is_undecided(make):
    with pytest.raises(Undecided):
        at(make)


def test_a_functional_is_called_with_the_values_of_its_vector():
    point = {**POINT, "ell": lambda entries: entries[0] + 10 * entries[2]}
    with as_written():
        e = Application(sp.Symbol("ell"), vector(lambda k: a[k] + 1, over=a))
    assert at(e, point) == fmpq(3, 2) + 30


def test_a_value_is_remembered_under_the_indices_it_depends_on():
    with as_written():
        inner = total(lambda l: a[l], over=a)
        e = total(lambda k: b[k] * inner, over=a) + inner + total(lambda k: total(lambda l: b[k] * l, over=k), over=a)
    asked = []

    class Counting(Balls):
        def variable(self, value):
            asked.append(value)
            return super().variable(value)

    found = Evaluation(POINT, Counting()).value(e)
    assert found == fmpq(5, 4) * fmpq(3, 2) + fmpq(3, 2) + 3 * 1 + fmpq(1, 4) * 3 - 2 * 6
    assert len(asked) <= 3 + 3 + 3  # a once each, b once in either sum


def test_the_point_is_left_as_it_was():
    before = {k: dict(v) if isinstance(v, dict) else v for k, v in POINT.items()}
    at(lambda: D(total(lambda k: a[k] ** 2, over=a), a[i]))
    assert before == POINT


@pytest.mark.parametrize(
    ("left", "right", "certain"),
    [
        (1, 2, "<"),
        (Fraction(1, 3), fmpq(1, 3), "="),
        (arb("0.5"), fmpq(1, 3), ">"),
        (arb(1, "1e-5"), 1, "?"),
        (arb(1), 1, "?"),
        (arb("-inf"), -5, "<"),
    ],
)
def test_comparison_says_only_what_is_certain(left, right, certain):
    assert compare(left, right) == certain


def test_what_is_no_number_is_never_compared():
    with pytest.raises(Undecided):
        compare(arb("nan"), 1)


@pytest.mark.parametrize(
    ("value", "text"),
    [(3, "3"), (Fraction(-2, 7), "-2/7"), (fmpq(1, 2), "1/2"), (arb("-inf"), "-inf"), (arb(2).sqrt(), "1.41421356237")],
)
def test_values_for_a_reader(value, text):
    with precision(200):
        assert shown(value).startswith(text)
