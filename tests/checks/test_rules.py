"""Each rule of the prover beside something that it proves and something close that is false, which it must refuse."""

from __future__ import annotations

from dataclasses import replace

import bound_rules
import pytest
import registry
import sympy as sp
from conformance import EFFORT

from lemmata.checks import balls
from lemmata.checks.evidence import Verdict
from lemmata.checks.goal import goal_of
from lemmata.checks.methods import METHODS
from lemmata.spec.language import (
    Abs,
    AtLeast,
    AtMost,
    D,
    Determines,
    Equals,
    Identical,
    Index,
    Less,
    Matrix,
    Natural,
    Nonnegative,
    OpenSimplex,
    OpenUnit,
    Positive,
    Real,
    Simplex,
    Size,
    Unit,
    Vector,
    exp,
    largest,
    log,
    minimum,
    product,
    recurrence,
    sqrt,
    total,
    vector,
    xlogy,
)
from lemmata.spec.language.expressions import as_written

HALF = sp.Rational(1, 2)


def dot(x, y):
    return total(lambda k: x[k] * y[k], over=x)


def mean(x):
    return total(lambda k: x[k], over=x) / x.dims[0]


def softplus(x):
    return log(1 + exp(x))


def sigmoid(x):
    return 1 / (1 + exp(-x))


def entropy(p):
    return -total(lambda k: xlogy(p[k], p[k]), over=p)


def mixture(u, p, q):
    return vector(lambda k: u * p[k] + (1 - u) * q[k], over=p)


def logsumexp(a):
    return log(total(lambda k: exp(a[k]), over=a))


def kl(p, q):
    return total(lambda k: p[k] * log(p[k] / q[k]), over=p)


def affinity(p, q):
    return total(lambda k: sqrt(p[k] * q[k]), over=p)


def binary(a, b):
    return a * log(a / b) + (1 - a) * log((1 - a) / (1 - b))


def accepted(p, g):
    return total(lambda k: p[k] * g[k], over=p)


def spread(x):
    return total(lambda k: (x[k] - mean(x)) ** 2, over=x)


def top(x):
    return largest(lambda k: x[k], over=x)


def loudest(x):
    return largest(lambda k: Abs(x[k]), over=x)


def constant(c, x):
    return vector(lambda k: c, over=x)


def proportional(x, y):
    return Identical(vector(lambda k: dot(y, y) * x[k], over=x), vector(lambda k: dot(x, y) * y[k], over=x))


def gram_form(f, c):
    """Σᵢⱼ cᵢcⱼ (Σₐ fᵢₐ fⱼₐ)²."""
    inner = lambda i, j: total(lambda d: f[i, d] * f[j, d], over=f.dims[1])  # noqa: E731
    return total(lambda i: total(lambda j: c[i] * c[j] * inner(i, j) ** 2, over=c), over=c)


def gram_form_without_square(f, c):
    return total(lambda i: total(lambda j: c[i] * c[j] * f[i, 1] ** 2, over=c), over=c)


def average(beta, g, t, start=0):
    return recurrence(start, lambda m, s: beta * m + (1 - beta) * g[s], upto=t)


RULES = {
    "equality by a combination of conditions": (
        lambda x=Vector["n"], y=Vector["n"]: AtMost(dot(x, y) ** 2, dot(x, x) * dot(y, y), proportional(x, y)),
        lambda x=Vector["n"], y=Vector["n"]: AtMost(dot(x, y) ** 2, dot(x, x) * dot(y, y), Identical(x, y)),
    ),
    "equality because all entries are one number": (
        lambda n=Size, a=Vector["n"]: AtLeast(logsumexp(a), mean(a) + log(n), Identical(a, constant(mean(a), a))),
        lambda n=Size, a=Vector["n"]: AtLeast(logsumexp(a), mean(a) + log(n), Identical(a, constant(0, a))),
    ),
    "equality of roots": (
        lambda a=Nonnegative, b=Nonnegative: AtMost(sqrt(a * b), (a + b) / 2, Equals(a, b)),
        lambda a=Nonnegative, b=Nonnegative: AtMost(sqrt(a * b), (a + b) / 2, Equals(a, 2 * b)),
    ),
    "equality of two groups with roots": (
        lambda p=OpenUnit, f=Real: AtLeast(
            p * exp(-f) + (1 - p) * exp(f), 2 * sqrt(p * (1 - p)), Equals(f, log(p / (1 - p)) / 2)
        ),
        lambda p=OpenUnit, f=Real: AtLeast(
            p * exp(-f) + (1 - p) * exp(f), 2 * sqrt(p * (1 - p)), Equals(f, log(p / (1 - p)))
        ),
    ),
    "a stated condition that is a sum of squares": (
        lambda m=Vector["n"], s=Vector["n", Positive]: AtLeast(
            total(lambda k: m[k] ** 2 + s[k] - 1 - log(s[k]), over=m),
            0,
            Equals(total(lambda k: m[k] ** 2 + (s[k] - 1) ** 2, over=m), 0),
        ),
        lambda m=Vector["n"], s=Vector["n", Positive]: AtLeast(
            total(lambda k: m[k] ** 2 + s[k] - 1 - log(s[k]), over=m), 0, Equals(dot(m, m), 0)
        ),
    ),
    "equality where both squares are equal": (
        lambda a=Nonnegative, b=Nonnegative: AtMost(sqrt(a + b), sqrt(a) + sqrt(b), Equals(a * b, 0)),
        lambda a=Nonnegative, b=Nonnegative: AtMost(sqrt(a + b), sqrt(a) + sqrt(b), Equals(a, 0)),
    ),
    "x log y weighed by a multiple of y": (
        lambda u=Unit, p=Simplex["n"], q=Simplex["n"]: AtLeast(
            entropy(mixture(u, p, q)), u * entropy(p) + (1 - u) * entropy(q)
        ),
        lambda u=Unit, p=Simplex["n"], q=Simplex["n"]: AtLeast(entropy(mixture(u, p, q)), entropy(p)),
    ),
    "an average of numbers below one": (
        lambda p=OpenSimplex["n"], q=OpenSimplex["n"], g=Vector["n", OpenUnit]: AtMost(
            binary(accepted(p, g), accepted(q, g)), kl(p, q)
        ),
        lambda p=OpenSimplex["n"], q=OpenSimplex["n"], g=Vector["n", OpenUnit]: AtMost(
            binary(accepted(p, g), accepted(q, g)), kl(q, p) / 2
        ),
    ),
    "the average is below one, and no more": (
        lambda p=Simplex["n"], g=Vector["n", OpenUnit]: Less(accepted(p, g), 1),
        lambda p=Simplex["n"], g=Vector["n", Unit]: Less(accepted(p, g), 1),
    ),
    "the tangent at a root": (
        lambda p=OpenSimplex["n"], q=OpenSimplex["n"]: AtLeast(kl(p, q), 2 - 2 * affinity(p, q), Identical(p, q)),
        lambda p=OpenSimplex["n"], q=OpenSimplex["n"]: AtLeast(kl(p, q), 4 - 4 * affinity(p, q), Identical(p, q)),
    ),
    "contact at another variable": (
        lambda p=OpenUnit, q=OpenUnit: AtLeast(binary(p, q), 2 * (p - q) ** 2, Equals(p, q)),
        lambda p=OpenUnit, q=OpenUnit: AtLeast(binary(p, q), 3 * (p - q) ** 2, Equals(p, q)),
    ),
    "convex above its tangent": (
        lambda x=Real, y=Real: AtLeast(softplus(y), softplus(x) + sigmoid(x) * (y - x), Equals(x, y)),
        lambda x=Real, y=Real: AtLeast(softplus(y), softplus(x) + sigmoid(y) * (y - x)),
    ),
    "smooth below its parabola": (
        lambda x=Real, y=Real: AtMost(softplus(y), softplus(x) + sigmoid(x) * (y - x) + (y - x) ** 2 / 8),
        lambda x=Real, y=Real: AtMost(softplus(y), softplus(x) + sigmoid(x) * (y - x) + (y - x) ** 2 / 10),
    ),
    "concave between two ends": (
        lambda u=Unit, x=Real, y=Real: AtMost(softplus(u * x + (1 - u) * y), u * softplus(x) + (1 - u) * softplus(y)),
        lambda u=Unit, x=Real, y=Real: AtMost(softplus(u * x + (1 - u) * y), u * softplus(y) + (1 - u) * softplus(x)),
    ),
    "growth from either end of an interval": (
        lambda x=OpenUnit: AtMost(log(1 - x), -x - x**2 / 2),
        lambda x=OpenUnit: AtMost(log(1 - x), -x - x**2),
    ),
    "growth needs a start": (
        lambda x=Nonnegative: AtLeast(exp(x), 1 + x + x**2 / 2 + x**3 / 6),
        lambda x=Nonnegative: AtLeast(exp(x), 1 + x + x**2 / 2 + x**3 / 5),
    ),
    "the mean value theorem": (
        lambda x=Real, y=Real: AtMost(4 * Abs(sigmoid(x) - sigmoid(y)), Abs(x - y)),
        lambda x=Real, y=Real: AtMost(5 * Abs(sigmoid(x) - sigmoid(y)), Abs(x - y)),
    ),
    "a kink that is linear with a factor": (
        lambda g=Vector["n"], c=Positive, e=Positive: AtMost(
            dot(g, g) * minimum(1, c / sqrt(dot(g, g) + e)) ** 2, c**2
        ),
        lambda g=Vector["n"], c=Positive, e=Positive: AtMost(
            dot(g, g) * minimum(1, c * sqrt(dot(g, g) + e)) ** 2, c**2
        ),
    ),
    "the largest entry from above": (
        lambda x=Vector["n"]: AtMost(dot(x, x), total(lambda k: Abs(x[k]), over=x) * loudest(x)),
        lambda x=Vector["n"]: AtMost(dot(x, x), total(lambda k: Abs(x[k]), over=x) * top(x)),
    ),
    "the largest entry in a logarithm": (
        lambda p=OpenSimplex["n"]: AtLeast(entropy(p), -log(top(p))),
        lambda p=OpenSimplex["n"]: AtMost(entropy(p), -log(top(p))),
    ),
    "one deviation among all": (
        lambda n=Size, x=Vector["n"], e=Positive, i=Index["n"]: AtMost((x[i] - mean(x)) ** 2 / (spread(x) / n + e), n),
        lambda n=Size, x=Vector["n"], e=Positive, i=Index["n"]: AtMost(
            (x[i] - mean(x)) ** 2 / (spread(x) / n + e), n / 3
        ),
    ),
    "one deviation among all, sharply": (
        lambda n=Size, x=Vector["n"], i=Index["n"]: AtMost(n * (x[i] - mean(x)) ** 2, (n - 1) * spread(x)),
        lambda n=Size, x=Vector["n"], i=Index["n"]: AtMost((n + 1) * (x[i] - mean(x)) ** 2, (n - 1) * spread(x)),
    ),
    "squares inside a sum": (
        lambda f=Matrix["n", "m"], c=Vector["n"]: AtLeast(gram_form(f, c), 0),
        lambda f=Matrix["n", "m"], c=Vector["n"]: AtLeast(gram_form_without_square(f, c), 0),
    ),
    "squares inside a sum vanish together": (
        lambda f=Matrix["n", "m"], c=Vector["n"]: AtLeast(
            total(lambda d: total(lambda i: c[i] * f[i, d], over=c) ** 2, over=f.dims[1]), 0
        ),
        lambda f=Matrix["n", "m"], c=Vector["n"]: AtLeast(
            total(lambda d: total(lambda i: c[i] * f[i, d], over=c) ** 2, over=f.dims[1]),
            0,
            Equals(total(lambda i: total(lambda d: (c[i] * f[i, d]) ** 2, over=f.dims[1]), over=c), 0),
        ),
    ),
    "a variance in a denominator": (
        lambda n=Size, x=Vector["n"], e=Positive: Less(0, 1 / (dot(x, x) / n - mean(x) ** 2 + e)),
        lambda n=Size, x=Vector["n"], e=Positive: Less(0, 1 / (dot(x, x) / n - n * mean(x) ** 2 + e)),
    ),
    "Jensen for any convex function": (
        lambda n=Size, x=Vector["n", Nonnegative]: AtMost(mean(x) ** 3, total(lambda k: x[k] ** 3, over=x) / n),
        lambda n=Size, x=Vector["n"]: AtMost(mean(x) ** 3, total(lambda k: x[k] ** 3, over=x) / n),
    ),
    "Jensen with weights": (
        lambda p=Simplex["n"], x=Vector["n"]: AtMost(
            softplus(dot(p, x)), total(lambda k: p[k] * softplus(x[k]), over=p)
        ),
        lambda p=Simplex["n"], x=Vector["n"]: AtMost(sigmoid(dot(p, x)), total(lambda k: p[k] * sigmoid(x[k]), over=p)),
    ),
    "the tangent of an exponential at a product": (
        lambda a=Positive, b=Positive, p=OpenUnit: AtMost(a * b, p * a ** (1 / p) + (1 - p) * b ** (1 / (1 - p))),
        lambda a=Positive, b=Positive, p=OpenUnit: AtMost(a * b, p * a ** (1 / p) + (1 - p) * b ** (1 / p)),
    ),
    "logarithms of both sides": (
        lambda p=OpenUnit, s=Real: AtMost(p * exp(s * (1 - p)) + (1 - p) * exp(-s * p), exp(s**2 / 8)),
        lambda p=OpenUnit, s=Real: AtMost(p * exp(s * (1 - p)) + (1 - p) * exp(-s * p), exp(s**2 / 9)),
    ),
    "induction with a factor of several terms": (
        lambda u=Vector["n", Unit]: AtLeast(product(lambda k: 1 - u[k], over=u), 1 - total(lambda k: u[k], over=u)),
        lambda u=Vector["n", Unit]: AtLeast(product(lambda k: 1 - u[k], over=u), 1 - dot(u, u)),
    ),
    "induction on the length of a sum": (
        lambda t=Natural: AtMost(total(lambda s: 1 / sqrt(s), over=t), 2 * sqrt(t)),
        lambda t=Natural: AtMost(total(lambda s: 1 / sqrt(s), over=t), 5 * sqrt(t) / 4),
    ),
    "the hypothesis of an induction solved": (
        lambda t=Natural, a=Positive: Equals(recurrence(a, lambda m, s: m / (1 + m), upto=t), a / (1 + t * a)),
        lambda t=Natural, a=Positive: Equals(recurrence(a, lambda m, s: m / (1 + m), upto=t), a / (1 + t)),
    ),
    "a recurrence as a sum": (
        lambda t=Size, b=OpenUnit, g=Vector["t"]: Equals(
            average(b, g, t), (1 - b) * total(lambda s: b ** (t - s) * g[s], over=t)
        ),
        lambda t=Size, b=OpenUnit, g=Vector["t"]: Equals(
            average(b, g, t), (1 - b) * total(lambda s: b**s * g[s], over=t)
        ),
    ),
    "a recurrence as a product": (
        lambda n=Natural: Equals(recurrence(1, lambda m, s: m * s, upto=n), product(lambda j: j, over=n)),
        lambda n=Natural: Equals(recurrence(1, lambda m, s: m * s, upto=n), product(lambda j: j + 1, over=n)),
    ),
    "the derivative of a recurrence": (
        lambda t=Size, b=OpenUnit, g=Vector["t"], i=Index["t"]: Equals(
            D(average(b, g, t), g[i]), (1 - b) * b ** (t - i)
        ),
        lambda t=Size, b=OpenUnit, g=Vector["t"], i=Index["t"]: Equals(D(average(b, g, t), g[i]), (1 - b) * b**i),
    ),
    "a sum in reversed order": (
        lambda n=Size, x=Vector["n"]: Equals(
            total(lambda k: k * x[n + 1 - k], over=x), total(lambda k: (n + 1 - k) * x[k], over=x)
        ),
        lambda n=Size, x=Vector["n"]: Equals(
            total(lambda k: k * x[n + 1 - k], over=x), total(lambda k: (n - k) * x[k], over=x)
        ),
    ),
    "a constant spread over two distributions": (
        lambda p=Simplex["n"], q=Simplex["n"]: AtMost(total(lambda k: Abs(p[k] - q[k]), over=p), 2),
        lambda p=Simplex["n"], q=Simplex["n"]: AtMost(total(lambda k: Abs(p[k] - q[k]), over=p), HALF * 3),
    ),
    "a constant spread over a mixture": (
        lambda u=OpenUnit, p=OpenSimplex["n"], q=OpenSimplex["n"]: AtMost(
            total(lambda k: p[k] ** u * q[k] ** (1 - u), over=p), 1
        ),
        lambda u=OpenUnit, p=OpenSimplex["n"], q=OpenSimplex["n"]: AtMost(
            total(lambda k: p[k] ** u * q[k] ** (-u), over=p), 1
        ),
    ),
    "numbers in order": (
        lambda a=Positive, b=Positive, c=Positive: AtLeast(a / (b + c) + b / (c + a) + c / (a + b), HALF * 3),
        lambda a=Positive, b=Positive, c=Positive: AtLeast(a / (b + c) + b / (c + a) + c / (a + b), HALF * 3 + a / 20),
    ),
    "roots as numbers": (
        lambda a=Positive, b=Positive, c=Positive: AtMost((a * b * c) ** sp.Rational(1, 3), (a + b + c) / 3),
        lambda a=Positive, b=Positive, c=Positive: AtMost((a * b * c) ** sp.Rational(1, 3), (a + b + 2 * c) / 4),
    ),
    "powers of numbers in [0, 1]": (
        lambda p=Simplex["n"], x=Vector["n", Unit]: AtMost(
            total(lambda k: p[k] * x[k] ** 2, over=p) - dot(p, x) ** 2, sp.Rational(1, 4)
        ),
        lambda p=Simplex["n"], x=Vector["n", Nonnegative]: AtMost(
            total(lambda k: p[k] * x[k] ** 2, over=p) - dot(p, x) ** 2, sp.Rational(1, 4)
        ),
    ),
    "one factor of a squared sum opened": (
        lambda x=Vector["n"]: AtMost(sqrt(dot(x, x)), total(lambda k: Abs(x[k]), over=x)),
        lambda x=Vector["n"]: AtMost(sqrt(dot(x, x)), total(lambda k: x[k], over=x)),
    ),
    "the place of the largest absolute value": (
        lambda x=Vector["n"]: AtMost(loudest(x), sqrt(dot(x, x))),
        lambda x=Vector["n"]: AtMost(2 * loudest(x), sqrt(dot(x, x))),
    ),
    "an unknown solved for at a simple point": (
        lambda mu=Real, c=Real, x=Vector["n"]: Determines(
            Equals(D(c * total(lambda i: (x[i] - mu) ** 2, over=x), mu), total(lambda i: mu - x[i], over=x)),
            c,
            HALF,
            (mu, x),
        ),
        lambda mu=Real, c=Real, x=Vector["n"]: Determines(
            Equals(D(c * total(lambda i: (x[i] - mu) ** 2, over=x), mu), total(lambda i: mu - x[i], over=x)),
            c,
            HALF / 2,
            (mu, x),
        ),
    ),
} | bound_rules.RULES


EQUAL_ELSEWHERE = {  # false because the sides are equal elsewhere too, which no ball can certify
    "equality because all entries are one number",
    "equality of two groups with roots",
    "equality where both squares are equal",
    "squares inside a sum vanish together",
    "pairs that agree, weighed by a distribution",
}


def verdicts(name, which):
    with registry.kept():
        goal = replace(goal_of(registry.claim_of(RULES[name][which])), id=name)
    with as_written():
        return {m.name: m.run(goal, EFFORT, 0)[0].verdict for m in METHODS if m.proves and not m.applies(goal)}, goal


@pytest.mark.parametrize("name", RULES)
def test_what_the_rule_is_for_is_proved(name):
    assert Verdict.PROVED in verdicts(name, 0)[0].values()


LONG = {"an average of numbers below one"}  # 20 seconds, until nothing was found
NAMES = [pytest.param(name, marks=pytest.mark.slow) if name in LONG else name for name in RULES]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_close_and_false_is_refused(name):
    found, goal = verdicts(name, 1)
    assert Verdict.PROVED not in found.values()
    with as_written():
        refuted = balls.check(goal, replace(EFFORT, points=60), 0).verdict is Verdict.REFUTED
    assert refuted or name in EQUAL_ELSEWHERE or Verdict.REFUTED in found.values()
