"""Equivalences: conditions that hold for the same inputs, functions with the same minimisers, stationary points."""

from __future__ import annotations

from fractions import Fraction

import pytest
import registry
import sympy as sp
from flint import fmpq
from membership import exact, strangers
from statement_goals import EFFORT, HALF, goal, proof, sampled, score, sigma, weight, zero

from lemmata.checks import balls, minimisers, mutations, twins
from lemmata.checks.convexity import AFFINE, CONCAVE, CONVEX, shape
from lemmata.checks.evidence import Verdict
from lemmata.checks.quadratics import minimiser
from lemmata.checks.same_value import surely_equal
from lemmata.spec.language import (
    Abs,
    AtLeast,
    AtMost,
    Equals,
    Functional,
    Identical,
    Iff,
    Index,
    Less,
    Matrix,
    Nonnegative,
    OpenSimplex,
    OpenUnit,
    Positive,
    Real,
    SameMinimiser,
    Sign,
    Size,
    Vector,
    exp,
    log,
    pi,
    product,
    signum,
    sqrt,
    tanh,
    total,
    vector,
)
from lemmata.spec.language.expressions import as_written


@pytest.fixture(autouse=True)
def _own_claims():
    with registry.kept():
        yield


ALIKE = {
    "the threshold of a sigmoid": lambda z=Real: Iff(AtLeast(sigma(z), HALF), AtLeast(z, 0)),
    "the linear rule": lambda w=Vector["n"], v=Vector["n"]: Iff(
        AtLeast(sigma(score(w, v)), HALF), AtLeast(score(w, v), 0)
    ),
    "softmax keeps the order": lambda a=Vector["n"], i=Index["n"], j=Index["n"]: Iff(
        AtLeast(weight(a, i), weight(a, j)), AtLeast(a[i], a[j])
    ),
    "the loss reverses it": lambda a=Vector["n"], i=Index["n"], j=Index["n"]: Iff(
        Less(-log(weight(a, i)), -log(weight(a, j))), Less(a[j], a[i])
    ),
    "a mistake is a negative margin": lambda y=Sign, g=Real: Iff(Less(y * g, 0), Equals(signum(g), -y)),
    "of every example": lambda y=Vector["m", Sign], X=Matrix["m", "n"], w=Vector["n"], i=Index["m"]: Iff(
        Less(y[i] * total(lambda j: w[j] * X[i, j], over=w), 0),
        Equals(signum(total(lambda j: w[j] * X[i, j], over=w)), -y[i]),
    ),
    "a norm vanishes at zero": lambda v=Vector["n"]: Iff(
        Equals(sqrt(total(lambda k: v[k] ** 2, over=v)), 0), Identical(v, zero(v))
    ),
    "log odds": lambda p=OpenUnit: Iff(AtLeast(log(p / (1 - p)), 0), AtLeast(p, HALF)),
    "roots": lambda x=Nonnegative, y=Nonnegative: Iff(AtMost(sqrt(x), y), AtMost(x, y**2)),
    "absolute values": lambda a=Real, b=Real: Iff(AtMost(Abs(a), Abs(b)), AtMost(a**2, b**2)),
    "a positive denominator": lambda a=Real, b=Positive, c=Real: Iff(AtMost(a / b, c), AtMost(a, b * c)),
    "the same term on both sides": lambda a=Real, b=Real, c=Real: Iff(Less(exp(a) + c, exp(b) + c), Less(a, b)),
    "a factor that is not 0": lambda a=Real, b=Positive, c=Real: Iff(Equals(a * b, c * b), Equals(a, c)),
    "tanh": lambda z=Real: Iff(Less(0, tanh(z)), Less(0, z)),
    "no negative square": lambda z=Real: Iff(AtMost(z**2, 0), Equals(z, 0)),
    "odd powers": lambda z=Real: Iff(AtMost(z**3, 0), AtMost(z, 0)),
    "the divergence vanishes": lambda p=OpenSimplex["n"], q=OpenSimplex["n"]: Iff(
        Equals(total(lambda k: p[k] * log(p[k] / q[k]), over=p), 0), Identical(p, q)
    ),
    "a tangent touches": lambda x=Positive: Iff(Equals(log(x), x - 1), Equals(x, 1)),
    "always and always": lambda x=Real: Iff(AtLeast(x**2, 0), AtLeast(exp(x), 0)),
    "never and never": lambda x=Real: Iff(Less(x**2, 0), AtMost(exp(x), 0)),
    "two vectors, twice": lambda a=Vector["n"], b=Vector["n"]: Iff(
        Identical(vector(lambda k: exp(a[k]), over=a), vector(lambda k: exp(b[k]), over=a)), Identical(a, b)
    ),
}  # fmt: skip

APART = {
    "strict for not strict": lambda z=Real: Iff(AtLeast(sigma(z), HALF), Less(0, z)),
    "reversed": lambda z=Real: Iff(AtMost(sigma(z), HALF), AtLeast(z, 0)),
    "another threshold": lambda p=OpenUnit: Iff(AtLeast(log(p / (1 - p)), 0), AtLeast(p, sp.Rational(1, 3))),
    "one root of two": lambda z=Real: Iff(Equals(z**2, 1), Equals(z, 1)),
    "a factor of any sign": lambda a=Real, b=Real, c=Real: Iff(AtMost(a * b, c * b), AtMost(a, c)),
    "a factor that may be 0": lambda a=Real, b=Real, c=Real: Iff(Equals(a * b, c * b), Equals(a, c)),
    "squares of negative numbers": lambda a=Real, b=Real: Iff(AtMost(a, b), AtMost(a**2, b**2)),
    "a root below a negative number": lambda x=Nonnegative, y=Real: Iff(AtMost(sqrt(x), y), AtMost(x, y**2)),
    "no mistake at 0": lambda y=Sign, g=Real: Iff(AtMost(y * g, 0), Equals(signum(g), -y)),
    "a sum that cancels": lambda v=Vector["n"]: Iff(Equals(total(lambda k: v[k], over=v), 0), Identical(v, zero(v))),
    "a softmin keeps no order": lambda a=Vector["n"], i=Index["n"], j=Index["n"]: Iff(
        AtLeast(exp(-a[i]), exp(-a[j])), AtLeast(a[i], a[j])
    ),
    "equal weights at equal scores only": lambda a=Vector["n"], i=Index["n"], j=Index["n"]: Iff(
        AtLeast(weight(a, i), weight(a, j)), Less(a[j], a[i])
    ),
    "a term that is not the same": lambda a=Real, b=Real, c=Real: Iff(Less(a + c, b - c), Less(a, b)),
    "even powers": lambda z=Real: Iff(AtMost(z**4, 1), AtMost(z, 1)),
}  # fmt: skip


@pytest.mark.parametrize("name", ALIKE)
def test_conditions_alike_are_proved(name):
    g = goal(ALIKE[name])
    evidence, (record,) = proof(g)
    assert evidence.verdict is Verdict.PROVED and record.verdict is Verdict.PROVED
    assert sampled(g).verdict is Verdict.TESTED


@pytest.mark.parametrize("name", APART)
def test_conditions_that_part_are_refuted(name):
    g = goal(APART[name])
    found = sampled(g)
    assert proof(g)[0].verdict is Verdict.UNDECIDED
    assert found.verdict is Verdict.REFUTED
    assert strangers(g.variables, found.counterexample.inputs) == []
    assert {found.counterexample.left, found.counterexample.right} == {"true", "false"}
    with as_written():  # the witness, once more
        point = exact(g.variables, found.counterexample.inputs)
        assert balls.examine(g.statement, point).outcome == "refuted"


@pytest.mark.parametrize("name", ["the threshold of a sigmoid", "softmax keeps the order", "roots", "odd powers"])
def test_wrong_twins_of_conditions_are_refuted(name):
    with as_written():
        found = twins.check(goal(ALIKE[name]), EFFORT, 0)
    assert len(found) > 5
    assert {t.outcome for t in found} <= {"refuted", "equivalent"}


def test_mutations_reverse_shift_and_make_strict():
    g = goal(ALIKE["the threshold of a sigmoid"])
    slips = dict(mutations.of_statement(g.statement, g.variables))
    assert {
        "on the right, the inequality reversed",
        "on the right, the inequality made strict",
        "on the right, 1 added",
        "on the left, the inequality reversed",
    } <= set(slips)


def test_the_way_is_shown():
    _, (record,) = proof(goal(ALIKE["the threshold of a sigmoid"]))
    assert [s.formula.text for s in record.steps] == ["−1 + exp(z) ≥ 0", "z ≥ 0", "z ≥ 0"]
    assert all(s.relation == "⇔" and s.reason for s in record.steps)


def test_what_divides_is_a_side_condition():
    evidence, _ = proof(goal(lambda a=Real, b=Real: Iff(Equals(a / b, 1), Equals(a, b))))
    assert evidence.verdict is Verdict.PROVED and evidence.side_conditions == ("b ≠ 0",)


def test_sides_that_may_be_infinite_are_left_alone():
    from lemmata.spec.language import xlogy

    evidence, _ = proof(goal(lambda x=Nonnegative, y=Nonnegative: Iff(Less(xlogy(x, y), 0), Less(xlogy(x, y) / 2, 0))))
    assert evidence.verdict is Verdict.UNDECIDED


def test_trees_are_equal_only_where_values_are():
    x, y = sp.symbols("x y", real=True)
    with as_written():
        assert surely_equal(
            {"x": Fraction(2), "y": Fraction(2)}, exp(x) / (exp(x) + exp(y)), exp(y) / (exp(y) + exp(x))
        )
        assert surely_equal({"x": Fraction(2)}, 2 * log(x) - log(x), log(x))
        assert not surely_equal({"x": Fraction(2)}, log(x**2), 2 * log(x))  # true, and more than a tree knows
        assert not surely_equal({"x": Fraction(2), "y": Fraction(3)}, exp(x) * log(y), exp(y) * log(x))
        assert not surely_equal({"x": Fraction(2)}, sqrt(x), -sqrt(x))


# ---------------------------------------------------------------------- the same minimisers
def residual(w, X, y, i):
    return y[i] - total(lambda j: w[j] * X[i, j], over=w)


def errors(w, X, y):
    return total(lambda i: residual(w, X, y, i) ** 2, over=y)


def likelihood(w, X, y, s):
    return product(lambda i: exp(-(residual(w, X, y, i) ** 2) / (2 * s**2)) / (sqrt(2 * pi) * s), over=y)


def margin(w, X, y, i):
    return y[i] * total(lambda j: w[j] * X[i, j], over=w)


SAME = {
    "least squares": lambda w=Vector["d"], X=Matrix["m", "d"], y=Vector["m"], s=Positive, m=Size: SameMinimiser(
        errors(w, X, y) / (2 * s**2), errors(w, X, y) / m, over=w
    ),
    "the largest likelihood": lambda w=Vector["d"], X=Matrix["m", "d"], y=Vector["m"], s=Positive: SameMinimiser(
        -likelihood(w, X, y, s), errors(w, X, y), over=w
    ),
    "the root of the mean square": lambda w=Vector["d"], X=Matrix["m", "d"], y=Vector["m"], m=Size: SameMinimiser(
        sqrt(errors(w, X, y) / m), errors(w, X, y), over=w
    ),
    "the logistic likelihood": lambda w=Vector["d"], X=Matrix["m", "d"], y=Vector["m", Sign]: SameMinimiser(
        -product(lambda i: sigma(margin(w, X, y, i)), over=y),
        total(lambda i: log(1 + exp(-margin(w, X, y, i))), over=y),
        over=w,
    ),
    "the factor 1/m": lambda w=Vector["d"], m=Size, ell=Functional["d"]: SameMinimiser(ell(w) / m, ell(w), over=w),
    "the largest of a decreasing function": lambda w=Vector["d"], ell=Functional["d"]: SameMinimiser(
        -exp(-ell(w)), ell(w), over=w
    ),
    "a factor and a constant": lambda w=Vector["d"], c=Positive, ell=Functional["d"]: SameMinimiser(
        -ell(w), c - c * ell(w), over=w
    ),
    "cross-entropy and divergence": lambda p=OpenSimplex["n"], q=OpenSimplex["n"]: SameMinimiser(
        -total(lambda k: p[k] * log(q[k]), over=p), total(lambda k: p[k] * log(p[k] / q[k]), over=p), over=q
    ),
}  # fmt: skip

DIFFERENT = {
    "a factor of any sign": lambda w=Vector["d"], c=Real, ell=Functional["d"]: SameMinimiser(
        c * ell(w), ell(w), over=w
    ),
    "a penalty": lambda w=Vector["d"], c=Positive, ell=Functional["d"]: SameMinimiser(
        ell(w), ell(w) + c * total(lambda j: w[j] ** 2, over=w), over=w
    ),
    "the opposite": lambda w=Vector["d"], ell=Functional["d"]: SameMinimiser(-ell(w), ell(w), over=w),
    "nothing of it": lambda w=Vector["d"], ell=Functional["d"]: SameMinimiser(ell(w), 1, over=w),
    "a scale of any sign": lambda w=Vector["d"], X=Matrix["m", "d"], y=Vector["m"], s=Real: SameMinimiser(
        errors(w, X, y), s * errors(w, X, y), over=w
    ),
    "a ridge": lambda w=Vector["d"], X=Matrix["m", "d"], y=Vector["m"]: SameMinimiser(
        errors(w, X, y), errors(w, X, y) + total(lambda j: w[j] ** 2, over=w), over=w
    ),
    "the residuals themselves": lambda w=Vector["d"], X=Matrix["m", "d"], y=Vector["m"]: SameMinimiser(
        errors(w, X, y), total(lambda i: residual(w, X, y, i), over=y), over=w
    ),
    "the other sign of the labels": lambda w=Vector["d"], X=Matrix["m", "d"], y=Vector["m", Sign]: SameMinimiser(
        -product(lambda i: sigma(margin(w, X, y, i)), over=y),
        total(lambda i: log(1 + exp(margin(w, X, y, i))), over=y),
        over=w,
    ),
    "the divergence the other way round": lambda p=OpenSimplex["n"], q=OpenSimplex["n"]: SameMinimiser(
        -total(lambda k: p[k] * log(q[k]), over=p), -total(lambda k: q[k] * log(p[k]), over=p), over=q
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SAME)
def test_the_same_minimisers_are_proved(name):
    g = goal(SAME[name])
    assert proof(g)[0].verdict is Verdict.PROVED
    assert sampled(g).verdict is Verdict.TESTED


@pytest.mark.parametrize("name", DIFFERENT)
def test_different_minimisers_are_refuted(name):
    g = goal(DIFFERENT[name])
    found = sampled(g)
    assert proof(g)[0].verdict is Verdict.UNDECIDED
    assert found.verdict is Verdict.REFUTED
    assert strangers(g.variables, found.counterexample.inputs) == []


@pytest.mark.parametrize("name", ["least squares", "the factor 1/m", "cross-entropy and divergence"])
def test_wrong_twins_of_minimisers_are_refuted(name):
    with as_written():
        found = twins.check(goal(SAME[name]), EFFORT, 0)
    assert found and {t.outcome for t in found} <= {"refuted", "equivalent"}


def test_undecided_where_no_minimiser_is_certified():
    quartic = lambda w, c: total(lambda j: w[j] ** 4 - c * w[j], over=w)  # noqa: E731
    g = goal(lambda w=Vector["d"]: SameMinimiser(quartic(w, 1), quartic(w, 2), over=w))
    assert (proof(g)[0].verdict, sampled(g).verdict) == (Verdict.UNDECIDED, Verdict.UNDECIDED)


def test_more_than_one_unspecified_function_is_left_alone():
    g = goal(lambda w=Vector["d"], f=Functional["d"], h=Functional["d"]: SameMinimiser(f(w), h(w), over=w))
    assert sampled(g).verdict is Verdict.UNDECIDED


def test_the_exact_minimiser_of_a_quadratic():
    keys = [(1,), (2,)]

    def value(f):
        return minimiser(lambda w: f(w[1,], w[2,]), keys)

    assert value(lambda a, b: (a + b - 1) ** 2 + (a - b - fmpq(1, 2)) ** 2) == {(1,): fmpq(3, 4), (2,): fmpq(1, 4)}
    assert value(lambda a, b: (a - b) ** 2 + 3) is not None  # a whole line
    assert value(lambda a, b: a**2 + b) is None  # unbounded
    assert value(lambda a, b: a**2 - b**2) is None  # a saddle
    assert value(lambda a, b: a * b) is None


def test_shapes():
    w = Vector["d"].variable("w", lambda d: sp.Symbol("d", integer=True))
    point = {"d": 1, "w": {(1,): Fraction(1)}, "c": Fraction(-2)}
    c = sp.Symbol("c", real=True)
    with as_written():
        u = w[1]
        cases = {
            3 * u - 1: AFFINE, u**2: CONVEX, c * u**2: CONCAVE, log(1 + exp(-u)): CONVEX, -log(1 + exp(u)): CONCAVE,
            exp(u) + Abs(u): CONVEX, u**3: "", u**2 - exp(u): "", log(c + exp(u)): "", sqrt(u): "",
        }  # fmt: skip
        assert {e: shape(e, w, point) for e in cases} == cases


def test_comparison_does_not_trust_a_sign_it_cannot_see():
    """A·ℓ with A of either sign: the sign of B/A decides, not those of A and B."""
    g = goal(lambda w=Vector["d"], ell=Functional["d"]: SameMinimiser(-ell(w), -2 * ell(w), over=w))
    with as_written():
        compared = minimisers.comparison(g)
        points = [{"d": 1, "w": {(1,): Fraction(k)}, "ell": lambda entries: Fraction(0)} for k in (0, 1)]
        assert compared(*points) is None
    assert sampled(g).verdict is Verdict.TESTED


# ---------------------------------------------------------------------- stationary points under a constraint
