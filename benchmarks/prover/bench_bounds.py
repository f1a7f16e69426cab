"""Bounds for the functions of machine learning: logsumexp, softplus, sigmoid, tanh, and cases by sign.

Sources: Boyd & Vandenberghe, Convex Optimization, section 3.1.5; Nielsen & Sun, 2016 (logsumexp bounds); Shalev-Shwartz
& Ben-David, Understanding Machine Learning, sections 12.3 and 9; Mitrinović, Analytic Inequalities, section 3.
"""

from lemmata.spec.language import (
    Abs,
    AtLeast,
    AtMost,
    Bit,
    Equals,
    Identical,
    Less,
    Natural,
    Nonnegative,
    Positive,
    Real,
    Sign,
    Size,
    Unit,
    Vector,
    at_least,
    at_most,
    by_value,
    claim,
    exp,
    gap,
    largest,
    log,
    log1p,
    maximum,
    minimum,
    signum,
    tanh,
    total,
    vector,
    where_nonnegative,
)
from lemmata.spec.logistic import sigmoid, softplus
from lemmata.spec.softmax import logsumexp


def mean(a):
    """The arithmetic mean."""
    return total(lambda k: a[k], over=a) / a.dims[0]


@claim
def exp_bound(x=Real):
    """eˣ ≥ 1 + x, with equality exactly at 0 (Mitrinović, section 3.6)."""
    return AtLeast(exp(x), 1 + x, equality=Equals(x, 0))


def exp_bound_twins(x):
    return [exp(1) * x + 1, 1 + Abs(x), AtMost(exp(x), 1 + x, equality=Equals(x, 0))]


@claim
def log1p_bound(x=Nonnegative):
    """log(1 + x) ≤ x, with equality exactly at 0 (Mitrinović, section 3.6)."""
    return AtMost(log1p(x), x, equality=Equals(x, 0))


def log1p_bound_twins(x):
    return [x / 2, x / (1 + x), x - x**2 / 2]


@claim
def log_from_below(x=Nonnegative):
    """log(1 + x) ≥ x/(1 + x), with equality exactly at 0 (Mitrinović, section 3.6)."""
    return AtLeast(log(1 + x), x / (1 + x), equality=Equals(x, 0))


def log_from_below_twins(x):
    return [x, 2 * x / (1 + x), AtMost(log(1 + x), x / (1 + x), equality=Equals(x, 0))]


@claim
def tanh_below_the_line(x=Nonnegative):
    """tanh x ≤ x for x ≥ 0, with equality exactly at 0 (Mitrinović, section 3.5)."""
    return AtMost(tanh(x), x, equality=Equals(x, 0))


def tanh_below_the_line_twins(x):
    return [x / 2, x - x**3 / 3, AtLeast(tanh(x), x, equality=Equals(x, 0))]


@claim
def tanh_contracts(x=Real):
    """|tanh x| ≤ |x| (Mitrinović, section 3.5)."""
    return AtMost(Abs(tanh(x)), Abs(x))


def tanh_contracts_twins(x):
    return [x, Abs(x) / 2, AtMost(Abs(tanh(2 * x)), Abs(x))]


@claim
def tanh_slope_bounded(x=Real):
    """1 − tanh² x ≤ 1, with equality exactly at 0 (Goodfellow et al., section 6.3.2)."""
    return AtMost(1 - tanh(x) ** 2, 1, equality=Equals(x, 0))


def tanh_slope_bounded_twins(x):
    return [1 - tanh(x), AtMost(1 - tanh(x) ** 2, 1, equality=Equals(x, 1)), AtMost(1 + tanh(x) ** 2, 1)]


@claim
def sigmoid_slope_bounded(x=Real):
    """σ(x)(1 − σ(x)) ≤ ¼, with equality exactly at 0 (Goodfellow et al., section 6.3.2)."""
    return AtMost(4 * sigmoid(x) * (1 - sigmoid(x)), 1, equality=Equals(x, 0))


def sigmoid_slope_bounded_twins(x):
    slope = sigmoid(x) * (1 - sigmoid(x))
    return [
        AtMost(8 * slope, 1, equality=Equals(x, 0)),
        AtMost(4 * sigmoid(x), 1),
        AtMost(4 * slope, 1, equality=Equals(x, 1)),
    ]


@claim
def slope_of_a_probability(p=Unit):
    """The variance of a Bernoulli variable: 4p(1 − p) ≤ 1, with equality exactly at ½ (Bishop, section 2.1)."""
    return AtMost(4 * p * (1 - p), 1, equality=Equals(2 * p, 1))


@slope_of_a_probability.proof
def as_a_square(p):
    """The difference is (1 − 2p)²."""
    yield "complete the square", at_most(1, because=(2 * p - 1) ** 2)


def slope_of_a_probability_twins(p):
    return [
        AtMost(4 * p * (1 - p), p, equality=Equals(2 * p, 1)),
        AtMost(4 * p * (1 - p), 1, equality=Equals(p, 1)),
        AtMost(4 * p * (1 + p), 1),
    ]


@claim
def softplus_above_relu(x=Real):
    """log(1 + eˣ) > max(0, x) (Dugas et al., 2001)."""
    return Less(maximum(0, x), softplus(x))


def softplus_above_relu_twins(x):
    return [Less(softplus(x), maximum(0, x)), Less(Abs(x), softplus(x)), Less(maximum(0, x), softplus(-x))]


@claim
def softplus_near_relu(x=Real):
    """log(1 + eˣ) ≤ max(0, x) + log 2, with equality exactly at 0 (Nielsen & Sun, 2016)."""
    return AtMost(softplus(x), maximum(0, x) + log(2), equality=Equals(x, 0))


def softplus_near_relu_twins(x):
    return [maximum(0, x) + log(2) / 2, maximum(0, x), x + log(2)]


@claim
def softplus_above_its_tangent(x=Real):
    """log(1 + eˣ) ≥ log 2 + x/2, with equality exactly at 0 (Jaakkola & Jordan, 2000)."""
    return AtLeast(softplus(x), log(2) + x / 2, equality=Equals(x, 0))


def softplus_above_its_tangent_twins(x):
    return [log(2) + x, log(2) + Abs(x) / 2 + x**2, 1 + x / 2]


@claim
def cosh_above_one(x=Real):
    """(eˣ + e⁻ˣ)/2 ≥ 1, with equality exactly at 0 (Mitrinović, section 3.5)."""
    return AtLeast((exp(x) + exp(-x)) / 2, 1, equality=Equals(x, 0))


@cosh_above_one.proof
def two_tangents(x):
    """The tangent of the exponential at x and at −x."""
    yield "eˣ ≥ 1 + x twice", at_least(1, because=gap(exp_bound, x=x) / 2 + gap(exp_bound, x=-x) / 2)


def cosh_above_one_twins(x):
    return [1 + x**2, 2, AtLeast((exp(x) - exp(-x)) / 2, 1, equality=Equals(x, 0))]


@claim
def cosh_below_a_gaussian(x=Real):
    """(eˣ + e⁻ˣ)/2 ≤ e^{x²/2}: a random sign is sub-Gaussian (Shalev-Shwartz & Ben-David, lemma B.6's first step)."""
    return AtMost((exp(x) + exp(-x)) / 2, exp(x**2 / 2), equality=Equals(x, 0))


def cosh_below_a_gaussian_twins(x):
    return [exp(x**2 / 4), 1 + x**2 / 2, exp(x / 2)]


@claim
def bernoulli(t=Natural, y=Nonnegative):
    """Bernoulli's inequality yᵗ ≥ 1 + t(y − 1) for natural t and y ≥ 0 (Mitrinović, section 2.4)."""
    return AtLeast(y**t, 1 + t * (y - 1))


def bernoulli_twins(t, y):
    return [1 + t * y, AtMost(y**t, 1 + t * (y - 1)), 1 + t * (y - 1) + t * (y - 1) ** 2]


@claim
def logsumexp_above_max(a=Vector["n"]):
    """logsumexp(a) ≥ max aₖ (Boyd & Vandenberghe, section 3.1.5)."""
    return AtLeast(logsumexp(a), largest(lambda k: a[k], over=a))


def logsumexp_above_max_twins(n, a):
    top = largest(lambda k: a[k], over=a)
    return [top + log(n), AtMost(logsumexp(a), top), largest(lambda k: Abs(a[k]), over=a)]


@claim
def logsumexp_near_max(n=Size, a=Vector["n"]):
    """logsumexp(a) ≤ max aₖ + log n, equal exactly for constant vectors (Boyd & Vandenberghe, section 3.1.5)."""
    top = largest(lambda k: a[k], over=a)
    return AtMost(logsumexp(a), top + log(n), equality=Identical(a, vector(lambda k: top, over=a)))


def logsumexp_near_max_twins(n, a):
    top = largest(lambda k: a[k], over=a)
    return [top, mean(a) + log(n), top + log(n) / 2]


@claim
def logsumexp_above_mean(n=Size, a=Vector["n"]):
    """logsumexp(a) ≥ mean a + log n, equal exactly for constant vectors (Jensen; Nielsen & Sun, 2016)."""
    return AtLeast(logsumexp(a), mean(a) + log(n), equality=Identical(a, vector(lambda k: mean(a), over=a)))


def logsumexp_above_mean_twins(n, a):
    top = largest(lambda k: a[k], over=a)
    return [mean(a) + log(n) + 1 / n, total(lambda k: a[k], over=a) + log(n), top + log(n)]


@claim
def logsumexp_midpoint_convex(a=Vector["n"], b=Vector["n"]):
    """2 logsumexp((a + b)/2) ≤ logsumexp(a) + logsumexp(b), by Cauchy–Schwarz (Boyd & Vandenberghe, 3.1.5)."""
    return AtMost(2 * logsumexp(vector(lambda k: (a[k] + b[k]) / 2, over=a)), logsumexp(a) + logsumexp(b))


def logsumexp_midpoint_convex_twins(a, b):
    middle = logsumexp(vector(lambda k: (a[k] + b[k]) / 2, over=a))
    return [
        AtLeast(2 * middle, logsumexp(a) + logsumexp(b)),
        AtMost(middle, logsumexp(a) + logsumexp(b)),
        AtMost(2 * logsumexp(vector(lambda k: a[k] + b[k], over=a)), logsumexp(a) + logsumexp(b)),
    ]


@claim
def young(a=Real, b=Real, c=Positive):
    """Young's inequality with a parameter: ab ≤ a²/(2c) + c b²/2, equal exactly when a = c b (Steele, chapter 9)."""
    return AtMost(a * b, a**2 / (2 * c) + c * b**2 / 2, equality=Equals(a, c * b))


@young.proof
def young_as_a_square(a, b, c):
    """The difference is (a − cb)²/(2c)."""
    yield "complete the square", at_most(a**2 / (2 * c) + c * b**2 / 2, because=(a - c * b) ** 2 / (2 * c))


def young_twins(a, b, c):
    right = a**2 / (2 * c) + c * b**2 / 2
    return [c * a**2 / 2 + c * b**2 / 2, right / 2, AtMost(a * b, right, equality=Equals(a, b))]


@claim
def larger_of_two(a=Real, b=Real):
    """max(a, b) = (a + b + |a − b|)/2 (any analysis text)."""
    return Equals(maximum(a, b), (a + b + Abs(a - b)) / 2)


def larger_of_two_twins(a, b):
    return [(a + b - Abs(a - b)) / 2, (a + b + a - b) / 2, (Abs(a) + Abs(b) + Abs(a - b)) / 2]


@claim
def larger_and_smaller(a=Real, b=Real):
    """The larger times the smaller of two numbers is their product (any analysis text)."""
    return Equals(maximum(a, b) * minimum(a, b), a * b)


def larger_and_smaller_twins(a, b):
    return [Abs(a * b), a**2, maximum(a, b) ** 2]


@claim
def relu_splits_a_number(x=Real):
    """The positive and the negative part of x: the difference of their squares is x|x| (Glorot et al., 2011)."""
    return Equals(maximum(0, x) ** 2 - maximum(0, -x) ** 2, x * Abs(x))


def relu_splits_a_number_twins(x):
    return [x**2, signum(x) * Abs(x), maximum(0, x) * x]


@claim
def sign_and_size(x=Real, y=Sign):
    """A label ±1 does not change a size: |yx| = x sign(x) (any analysis text)."""
    return Equals(Abs(y * x), signum(x) * x)


def sign_and_size_twins(x, y):
    return [y * x, y * signum(x) * x, signum(y * x) * x]


@claim
def hinge_by_labels(f=Real, y=Sign):
    """The hinge loss by cases: max(0, 1 − f) for y = 1 and max(0, 1 + f) for y = −1 (Shalev-Shwartz, section 12.3)."""
    return Equals(maximum(0, 1 - y * f), by_value(y, {1: maximum(0, 1 - f), -1: maximum(0, 1 + f)}))


def hinge_by_labels_twins(f, y):
    return [
        by_value(y, {1: maximum(0, 1 + f), -1: maximum(0, 1 - f)}),
        maximum(0, 1 - f),
        by_value(y, {1: maximum(0, 1 - f), -1: maximum(0, f - 1)}),
    ]


@claim
def bit_and_sign(z=Real, b=Bit):
    """The cross-entropy of a bit is a softplus with the sign 2b − 1 (Bishop, section 7.1.2)."""
    return Equals(softplus(z) - b * z, softplus(-(2 * b - 1) * z))


def bit_and_sign_twins(z, b):
    return [softplus((2 * b - 1) * z), softplus(-b * z), softplus(-(2 * b - 1) * z) - b * z]


@claim
def stable_softplus(x=Real):
    """softplus(x) = max(0, x) + log(1 + e^{−|x|}) (Mächler, 2012)."""
    return Equals(softplus(x), maximum(0, x) + log1p(exp(-Abs(x))))


def stable_softplus_twins(x):
    return [
        maximum(0, x) + log1p(exp(-x)),
        x + log1p(exp(-Abs(x))),
        where_nonnegative(x, x + log1p(exp(-x)), x + log1p(exp(x))),
    ]


@claim
def exponential_loss_above_hinge(z=Real):
    """e^{−z} ≥ max(0, 1 − z): the loss of boosting lies above the hinge (Hastie et al., section 10.6)."""
    return AtLeast(exp(-z), maximum(0, 1 - z))


def exponential_loss_above_hinge_twins(z):
    return [maximum(0, 1 - 2 * z), maximum(1, 1 - z), AtMost(exp(-z), maximum(0, 1 - z))]


@claim
def reverse_triangle(x=Real, y=Real):
    """||x| − |y|| ≤ |x − y| (any analysis text)."""
    return AtMost(Abs(Abs(x) - Abs(y)), Abs(x - y))


def reverse_triangle_twins(x, y):
    return [AtLeast(Abs(Abs(x) - Abs(y)), Abs(x - y)), AtMost(Abs(x) + Abs(y), Abs(x - y)), Abs(x - y) / 2]
