"""Classical inequalities about sums, and the identities behind them.

Sources: Hardy, Littlewood & Pólya, Inequalities, chapter 2; Steele, The Cauchy–Schwarz Master Class, chapters 1 to 5;
Boyd & Vandenberghe, Convex Optimization, chapter 3.
"""

from lemmata.spec.language import (
    Abs,
    AtLeast,
    AtMost,
    Equals,
    Identical,
    Matrix,
    Nonnegative,
    OpenSimplex,
    OpenUnit,
    Positive,
    Real,
    Simplex,
    Size,
    Vector,
    at_least,
    at_most,
    claim,
    exp,
    gap,
    largest,
    log,
    maximum,
    product,
    sqrt,
    total,
    vector,
)


def dot(x, y):
    """The scalar product."""
    return total(lambda k: x[k] * y[k], over=x)


def pairs(f, over):
    """Σᵢⱼ f(i, j) over all pairs."""
    return total(lambda i: total(lambda j: f(i, j), over=over), over=over)


def constant(c, over):
    """The vector with all entries c."""
    return vector(lambda k: c, over=over)


@claim
def log_bound(x=Positive):
    """log x ≤ x − 1, with equality exactly at 1 (Hardy, Littlewood & Pólya, section 4.2)."""
    return AtMost(log(x), x - 1, equality=Equals(x, 1))


def log_bound_twins(x):
    return [x - 2, (x - 1) / 2, (x - 1) / x]


@claim
def exp_bound(x=Real):
    """eˣ ≥ 1 + x, with equality exactly at 0 (Steele, chapter 2, Pólya's dream)."""
    return AtLeast(exp(x), 1 + x, equality=Equals(x, 0))


def exp_bound_twins(x):
    return [1 + 2 * x, 1 + x + x**2, AtLeast(exp(-x), 1 + x, equality=Equals(x, 0))]


@claim
def cauchy_schwarz(x=Vector["n"], y=Vector["n"]):
    """(Σ xₖyₖ)² ≤ Σ xₖ² Σ yₖ², with equality exactly for proportional vectors (Steele, chapter 1)."""
    proportional = Identical(vector(lambda k: dot(y, y) * x[k], over=x), vector(lambda k: dot(x, y) * y[k], over=x))
    return AtMost(dot(x, y) ** 2, dot(x, x) * dot(y, y), equality=proportional)


def cauchy_schwarz_twins(x, y):
    return [
        total(lambda k: x[k] ** 2 * y[k] ** 2, over=x),
        sqrt(dot(x, x)) * sqrt(dot(y, y)),
        AtMost(dot(x, y) ** 2, dot(x, x) * dot(y, y), equality=Identical(x, y)),
    ]


@claim
def cauchy_schwarz_plain(x=Vector["n"], y=Vector["n"]):
    """(Σ xₖyₖ)² ≤ Σ xₖ² Σ yₖ², by Lagrange's identity (Steele, chapter 3)."""
    return AtMost(dot(x, y) ** 2, dot(x, x) * dot(y, y))


@cauchy_schwarz_plain.proof
def by_lagrange(x, y):
    """The difference is ½ Σᵢⱼ (xᵢyⱼ − xⱼyᵢ)²."""
    squares = pairs(lambda i, j: (x[i] * y[j] - x[j] * y[i]) ** 2, over=x)
    yield "Lagrange's identity", at_most(dot(x, x) * dot(y, y), because=squares / 2)


def cauchy_schwarz_plain_twins(n, x, y):
    return [dot(x, x) * dot(y, y) / n, dot(x, x) + dot(y, y), AtLeast(dot(x, y) ** 2, dot(x, x) * dot(y, y))]


@claim
def quadratic_mean(n=Size, x=Vector["n"]):
    """The squared mean is at most the mean square, equal exactly for constant vectors (Steele, chapter 1)."""
    mean = total(lambda k: x[k], over=x) / n
    return AtMost(mean**2, dot(x, x) / n, equality=Identical(x, constant(mean, x)))


@quadratic_mean.proof
def by_the_variance(n, x):
    """The difference is the variance."""
    mean = total(lambda k: x[k], over=x) / n
    yield "the variance", at_most(dot(x, x) / n, because=total(lambda k: (x[k] - mean) ** 2, over=x) / n)


def quadratic_mean_twins(n, x):
    mean = total(lambda k: x[k], over=x) / n
    return [
        dot(x, x) / n**2,
        AtMost(mean, dot(x, x) / n, equality=Identical(x, constant(mean, x))),
        AtMost(mean**2, dot(x, x) / n, equality=Identical(x, constant(0, x))),
    ]


@claim
def jensen_for_squares(p=Simplex["n"], x=Vector["n"]):
    """(Σ pₖxₖ)² ≤ Σ pₖxₖ² for any distribution, zeros allowed (Boyd & Vandenberghe, section 3.1.8)."""
    return AtMost(dot(p, x) ** 2, total(lambda k: p[k] * x[k] ** 2, over=p))


@jensen_for_squares.proof
def by_the_weighted_variance(p, x):
    """The difference is the variance under p."""
    yield (
        "the variance",
        at_most(
            total(lambda k: p[k] * x[k] ** 2, over=p),
            because=total(lambda k: p[k] * (x[k] - dot(p, x)) ** 2, over=p),
        ),
    )


def jensen_for_squares_twins(n, p, x):
    right = total(lambda k: p[k] * x[k] ** 2, over=p)
    return [total(lambda k: (p[k] * x[k]) ** 2, over=p), AtLeast(dot(p, x) ** 2, right), right / n]


@claim
def jensen_for_log(p=OpenSimplex["n"], x=Vector["n", Positive]):
    """Σ pₖ log xₖ ≤ log Σ pₖxₖ, equal exactly for constant vectors: weighted AM–GM (Steele, chapter 2)."""
    return AtMost(
        total(lambda k: p[k] * log(x[k]), over=p), log(dot(p, x)), equality=Identical(x, constant(dot(p, x), x))
    )


@jensen_for_log.proof
def tangent_at_the_mean(p, x):
    """log t ≤ t − 1 at t = xₖ over the mean."""
    yield (
        "the tangent at the mean",
        at_most(
            log(dot(p, x)) + total(lambda k: p[k] * (x[k] / dot(p, x) - 1), over=p),
            because=total(lambda k: p[k] * gap(log_bound, x=x[k] / dot(p, x)), over=p),
        ),
    )
    yield "the weights sum to one", log(dot(p, x))


def jensen_for_log_twins(n, p, x):
    same, left = Identical(x, constant(dot(p, x), x)), total(lambda k: p[k] * log(x[k]), over=p)
    return [AtLeast(left, log(dot(p, x)), equality=same), log(dot(p, x)) / n, log(dot(p, p))]


@claim
def geometric_mean(p=OpenSimplex["n"], x=Vector["n", Positive]):
    """The weighted geometric mean is at most the arithmetic: Π xₖ^{pₖ} ≤ Σ pₖxₖ (Hardy, Littlewood & Pólya, 2.5)."""
    return AtMost(product(lambda k: x[k] ** p[k], over=p), dot(p, x))


def geometric_mean_twins(n, p, x):
    return [
        AtLeast(product(lambda k: x[k] ** p[k], over=p), dot(p, x)),
        dot(p, x) / n,
        AtMost(product(lambda k: x[k] ** (p[k] * n), over=p), dot(p, x)),
    ]


@claim
def weighted_geometric_of_two(a=Positive, b=Positive, u=OpenUnit):
    """aᵘ b^{1−u} ≤ u a + (1 − u) b, with equality exactly when a = b (Steele, chapter 2)."""
    return AtMost(a**u * b ** (1 - u), u * a + (1 - u) * b, equality=Equals(a, b))


def weighted_geometric_of_two_twins(a, b, u):
    return [
        (1 - u) * a + u * b,
        a * b * u,
        AtLeast(a**u * b ** (1 - u), u * a + (1 - u) * b, equality=Equals(a, b)),
    ]


@claim
def geometric_of_two(a=Nonnegative, b=Nonnegative):
    """√(ab) ≤ (a + b)/2, with equality exactly when a = b (Steele, chapter 2)."""
    return AtMost(sqrt(a * b), (a + b) / 2, equality=Equals(a, b))


@geometric_of_two.proof
def square_of_roots(a, b):
    """The difference is ½(√a − √b)²."""
    yield "a square", at_most((a + b) / 2, because=(sqrt(a) - sqrt(b)) ** 2 / 2)


def geometric_of_two_twins(a, b):
    return [(a + b) / 4, maximum(a, b) / 2, 2 * a * b]


@claim
def harmonic_mean(n=Size, x=Vector["n", Positive]):
    """Σ xₖ Σ 1/xₖ ≥ n² (Steele, chapter 1, exercise 3)."""
    return AtLeast(total(lambda k: x[k], over=x) * total(lambda k: 1 / x[k], over=x), n**2)


@harmonic_mean.proof
def by_pairs(n, x):
    """The difference is ½ Σᵢⱼ (xᵢ − xⱼ)²/(xᵢxⱼ)."""
    squares = pairs(lambda i, j: (x[i] - x[j]) ** 2 / (x[i] * x[j]), over=x)
    yield "a sum over pairs", at_least(n**2, because=squares / 2)


def harmonic_mean_twins(n, x):
    both = total(lambda k: x[k], over=x) * total(lambda k: 1 / x[k], over=x)
    return [n**2 * (n + 1) / 2, AtMost(both, n**2), AtLeast(total(lambda k: x[k], over=x), n**2)]


@claim
def jensen_for_exp(p=OpenSimplex["n"], x=Vector["n"]):
    """exp Σ pₖxₖ ≤ Σ pₖ e^{xₖ}, equal exactly for constant vectors (Boyd & Vandenberghe, section 3.1.8)."""
    return AtMost(
        exp(dot(p, x)), total(lambda k: p[k] * exp(x[k]), over=p), equality=Identical(x, constant(dot(p, x), x))
    )


@jensen_for_exp.proof
def exponential_tangent_at_the_mean(p, x):
    """eˢ ≥ 1 + s at s = xₖ − Σ px, times the exponential of the mean."""
    yield (
        "the tangent at the mean",
        at_most(
            total(lambda k: p[k] * exp(x[k]), over=p),
            because=total(lambda k: p[k] * exp(dot(p, x)) * gap(exp_bound, x=x[k] - dot(p, x)), over=p),
        ),
    )


def jensen_for_exp_twins(n, p, x):
    same = Identical(x, constant(dot(p, x), x))
    right = total(lambda k: p[k] * exp(x[k]), over=p)
    return [AtLeast(exp(dot(p, x)), right, equality=same), right / n, exp(dot(p, p) * dot(x, x))]


@claim
def titu(a=Vector["n"], b=Vector["n", Positive]):
    """Σ aₖ²/bₖ ≥ (Σ aₖ)²/Σ bₖ, equal exactly for proportional vectors (Steele, chapter 1; Titu, Engel)."""
    s, t = total(lambda k: a[k], over=a), total(lambda k: b[k], over=b)
    proportional = Identical(a, vector(lambda k: b[k] * s / t, over=a))
    return AtLeast(total(lambda k: a[k] ** 2 / b[k], over=a), s**2 / t, equality=proportional)


@titu.proof
def deviations_from_proportion(a, b):
    """The difference is Σ (aₖ − bₖ s/t)²/bₖ."""
    s, t = total(lambda k: a[k], over=a), total(lambda k: b[k], over=b)
    yield (
        "deviations from proportion",
        at_least(s**2 / t, because=total(lambda k: (a[k] - b[k] * s / t) ** 2 / b[k], over=a)),
    )


def titu_twins(n, a, b):
    s, t = total(lambda k: a[k], over=a), total(lambda k: b[k], over=b)
    left, proportional = total(lambda k: a[k] ** 2 / b[k], over=a), Identical(a, vector(lambda k: s * b[k] / t, over=a))
    return [
        s**2 / (t / 2),
        AtMost(left, s**2 / t, equality=proportional),
        AtLeast(left, s**2 / t, equality=Identical(a, b)),
    ]


@claim
def triangle_for_sums(x=Vector["n"]):
    """|Σ xₖ| ≤ Σ |xₖ| (any analysis text)."""
    return AtMost(Abs(total(lambda k: x[k], over=x)), total(lambda k: Abs(x[k]), over=x))


def triangle_for_sums_twins(x):
    inside, outside = Abs(total(lambda k: x[k], over=x)), total(lambda k: Abs(x[k]), over=x)
    return [total(lambda k: x[k], over=x), AtLeast(inside, outside), largest(lambda k: Abs(x[k]), over=x)]


@claim
def minkowski(x=Vector["n"], y=Vector["n"]):
    """‖x + y‖ ≤ ‖x‖ + ‖y‖ (Steele, chapter 1, exercise; Minkowski)."""
    both = vector(lambda k: x[k] + y[k], over=x)
    return AtMost(sqrt(dot(both, both)), sqrt(dot(x, x)) + sqrt(dot(y, y)))


def minkowski_twins(x, y):
    both = vector(lambda k: x[k] + y[k], over=x)
    return [
        sqrt(dot(x, x)),
        sqrt(dot(x, x) + dot(y, y)),
        AtMost(dot(both, both), dot(x, x) + dot(y, y)),
    ]


@claim
def norms_of_one_vector(n=Size, x=Vector["n"]):
    """‖x‖₁² ≤ n ‖x‖₂² (Golub & Van Loan, section 2.2)."""
    return AtMost(total(lambda k: Abs(x[k]), over=x) ** 2, n * dot(x, x))


@norms_of_one_vector.proof
def pairs_of_sizes(n, x):
    """The difference is ½ Σᵢⱼ (|xᵢ| − |xⱼ|)²."""
    squares = pairs(lambda i, j: (Abs(x[i]) - Abs(x[j])) ** 2, over=x)
    yield "a sum over pairs", at_most(n * dot(x, x), because=squares / 2)


def norms_of_one_vector_twins(n, x):
    return [dot(x, x), sqrt(n) * dot(x, x), AtLeast(total(lambda k: Abs(x[k]), over=x) ** 2, n * dot(x, x))]


@claim
def chebyshev_identity(n=Size, a=Vector["n"], b=Vector["n"]):
    """n Σ aₖbₖ − Σ aₖ Σ bₖ = ½ Σᵢⱼ (aᵢ − aⱼ)(bᵢ − bⱼ) (Hardy, Littlewood & Pólya, section 2.17)."""
    left = n * dot(a, b) - total(lambda k: a[k], over=a) * total(lambda k: b[k], over=b)
    return Equals(left, pairs(lambda i, j: (a[i] - a[j]) * (b[i] - b[j]), over=a) / 2)


def chebyshev_identity_twins(n, a, b):
    square = pairs(lambda i, j: (a[i] - a[j]) * (b[i] - b[j]), over=a)
    return [square, square / (2 * n), pairs(lambda i, j: (a[i] - b[j]) * (b[i] - a[j]), over=a) / 2]


@claim
def chebyshev_of_two(a=Real, b=Real, s=Nonnegative, t=Nonnegative):
    """Two increasing pairs: 2(ab + (a+s)(b+t)) ≥ (2a + s)(2b + t) (Hardy, Littlewood & Pólya, section 2.17)."""
    return AtLeast(2 * (a * b + (a + s) * (b + t)), (2 * a + s) * (2 * b + t))


@chebyshev_of_two.proof
def product_of_increments(a, b, s, t):
    """The difference is s t."""
    yield "the product of the increments", at_least((2 * a + s) * (2 * b + t), because=s * t)


def chebyshev_of_two_twins(a, b, s, t):
    return [
        (2 * a + s) * (2 * b + t) + 2 * s * t,
        AtMost(2 * (a * b + (a + s) * (b + t)), (2 * a + s) * (2 * b + t)),
        AtLeast(2 * (a * (b + t) + (a + s) * b), (2 * a + s) * (2 * b + t)),
    ]


@claim
def total_variance(p=Vector["m"], W=Matrix["m", "n", Positive], x=Vector["n"]):
    """The law of total variance: within plus between, with any weights on the rows (Bishop, exercise 2.8)."""
    m, n = W.dims
    given = lambda i, k: W[i, k] / total(lambda l: W[i, l], over=n)  # noqa: E731
    mean = lambda i: total(lambda k: given(i, k) * x[k], over=n)  # noqa: E731
    grand = total(lambda i: p[i] * mean(i), over=m)
    within = lambda i: total(lambda k: given(i, k) * (x[k] - mean(i)) ** 2, over=n)  # noqa: E731
    return Equals(
        total(lambda i: p[i] * total(lambda k: given(i, k) * (x[k] - grand) ** 2, over=n), over=m),
        total(lambda i: p[i] * within(i), over=m) + total(lambda i: p[i] * (mean(i) - grand) ** 2, over=m),
    )


def total_variance_twins(p, W, x):
    m, n = W.dims
    given = lambda i, k: W[i, k] / total(lambda l: W[i, l], over=n)  # noqa: E731
    mean = lambda i: total(lambda k: given(i, k) * x[k], over=n)  # noqa: E731
    grand = total(lambda i: p[i] * mean(i), over=m)
    within = total(lambda i: p[i] * total(lambda k: given(i, k) * (x[k] - mean(i)) ** 2, over=n), over=m)
    between = total(lambda i: p[i] * (mean(i) - grand) ** 2, over=m)
    return [within, within - between, within + total(lambda i: (mean(i) - grand) ** 2, over=m) / m]
