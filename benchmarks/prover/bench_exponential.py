"""Exponential families: log-partition functions, their derivatives, and negative log-likelihoods.

Sources: Wainwright & Jordan, Graphical Models, Exponential Families, and Variational Inference, chapter 3; Bishop,
Pattern Recognition and Machine Learning, chapters 2 and 4; McCullagh & Nelder, Generalized Linear Models, chapter 2.
"""

from fractions import Fraction

from lemmata.spec.language import (
    AtLeast,
    AtMost,
    Bit,
    D,
    Determines,
    Equals,
    Functional,
    Index,
    Less,
    Matrix,
    OpenUnit,
    Positive,
    Real,
    SameMinimiser,
    Size,
    Vector,
    at_least,
    claim,
    definition,
    delta,
    exp,
    gap,
    log,
    pi,
    product,
    sqrt,
    total,
)
from lemmata.spec.logistic import sigmoid, softplus
from lemmata.spec.softmax import logsumexp, softmax

HALF = Fraction(1, 2)


@definition(notation=r"A({theta})")
def log_partition(theta=Real, h=Vector["n", Positive], t=Vector["n"]):
    """The log-partition function log Σₖ hₖ e^{θ tₖ} of a finite family with base h and statistic t."""
    return log(total(lambda k: h[k] * exp(theta * t[k]), over=t))


@definition(notation=r"p_{k}({theta})")
def tilted(theta=Real, h=Vector["n", Positive], t=Vector["n"], k=Index["n"]):
    """The member of the family at θ: pₖ = hₖ e^{θ tₖ} / Σₗ hₗ e^{θ tₗ}."""
    return h[k] * exp(theta * t[k]) / total(lambda l: h[l] * exp(theta * t[l]), over=t)


@definition(notation=r"\ell({mu}, {sigma}; {x})")
def gaussian_nll(mu=Real, sigma=Positive, x=Vector["n"]):
    """The negative log-likelihood of independent normal observations."""
    return total(lambda i: (x[i] - mu) ** 2 / (2 * sigma**2) + log(sigma * sqrt(2 * pi)), over=x)


def mean_under(theta, h, t, f):
    """Σₖ pₖ(θ) f(k)."""
    return total(lambda k: tilted(theta, h, t, k) * f(k), over=t)


def average(x):
    """The arithmetic mean."""
    return total(lambda i: x[i], over=x) / x.dims[0]


@claim
def log_bound(x=Positive):
    """The logarithm lies below its tangent at 1 (Bishop, appendix on Jensen's inequality)."""
    return AtMost(log(x), x - 1, equality=Equals(x, 1))


def log_bound_twins(x):
    return [1 - x, 2 * (x - 1), x / 2]


@claim
def bernoulli_mean(theta=Real):
    """The log-partition function log(1 + e^θ) of the Bernoulli family has slope σ(θ) (Bishop, 2.199)."""
    return Equals(D(softplus(theta), theta), sigmoid(theta))


def bernoulli_mean_twins(theta):
    return [sigmoid(-theta), sigmoid(theta) * (1 - sigmoid(theta)), exp(theta) / (1 + exp(-theta))]


@claim
def bernoulli_variance(theta=Real):
    """Its second derivative is the variance μ(1 − μ) (Wainwright & Jordan, table 3.1)."""
    return Equals(D(D(softplus(theta), theta), theta), sigmoid(theta) * (1 - sigmoid(theta)))


def bernoulli_variance_twins(theta):
    return [sigmoid(theta) * (1 + sigmoid(theta)), sigmoid(theta) - sigmoid(theta) ** 2 / 2, sigmoid(theta) ** 2]


@claim
def bernoulli_likelihood(theta=Real, y=Real):
    """−y log μ − (1 − y) log(1 − μ) with μ = σ(θ) is A(θ) − y θ, soft labels included (Bishop, section 4.3.2)."""
    mu = sigmoid(theta)
    return Equals(-y * log(mu) - (1 - y) * log(1 - mu), softplus(theta) - y * theta)


def bernoulli_likelihood_twins(theta, y):
    return [softplus(theta) + y * theta, softplus(-theta) - y * theta, y * softplus(theta) - y * theta]


@claim
def bernoulli_product(n=Size, p=OpenUnit, y=Vector["n", Bit]):
    """Independent trials depend on the number of successes only: Π p^{yᵢ}(1 − p)^{1 − yᵢ} (Bishop, 2.5)."""
    wins = total(lambda i: y[i], over=y)
    return Equals(product(lambda i: p ** y[i] * (1 - p) ** (1 - y[i]), over=y), p**wins * (1 - p) ** (n - wins))


def bernoulli_product_twins(n, p, y):
    wins = total(lambda i: y[i], over=y)
    return [p ** (n - wins) * (1 - p) ** wins, p**wins * (1 - p) ** (1 - wins), p**n * (1 - p) ** (n - wins)]


@claim
def conjugate_update(n=Size, p=OpenUnit, a=Real, b=Real, y=Vector["n"]):
    """A Beta(a, b) prior turns into Beta(a + Σy, b + n − Σy), up to its constant (Bishop, 2.18)."""
    wins = total(lambda i: y[i], over=y)
    likelihood = total(lambda i: y[i] * log(p) + (1 - y[i]) * log(1 - p), over=y)
    prior = (a - 1) * log(p) + (b - 1) * log(1 - p)
    return Equals(likelihood + prior, (a + wins - 1) * log(p) + (b + n - wins - 1) * log(1 - p))


def conjugate_update_twins(n, p, a, b, y):
    wins = total(lambda i: y[i], over=y)
    return [
        (a + wins) * log(p) + (b + n - wins) * log(1 - p),
        (a + wins - 1) * log(p) + (b + n - 1) * log(1 - p),
        (a + n - wins - 1) * log(p) + (b + wins - 1) * log(1 - p),
    ]


@claim
def mean_is_the_slope(theta=Real, h=Vector["n", Positive], t=Vector["n"]):
    """A′(θ) is the mean of the statistic (Wainwright & Jordan, proposition 3.1)."""
    return Equals(D(log_partition(theta, h, t), theta), mean_under(theta, h, t, lambda k: t[k]))


def mean_is_the_slope_twins(theta, h, t):
    return [
        total(lambda k: h[k] * t[k] * exp(theta * t[k]), over=t),
        mean_under(theta, h, t, lambda k: t[k] * theta),
        total(lambda k: h[k] * t[k], over=t) / total(lambda k: h[k], over=t),
    ]


@claim
def variance_is_the_curvature(theta=Real, h=Vector["n", Positive], t=Vector["n"]):
    """A″(θ) is the variance of the statistic (Wainwright & Jordan, proposition 3.1)."""
    mean = mean_under(theta, h, t, lambda k: t[k])
    return Equals(
        D(D(log_partition(theta, h, t), theta), theta), mean_under(theta, h, t, lambda k: t[k] ** 2) - mean**2
    )


def variance_is_the_curvature_twins(theta, h, t):
    mean = mean_under(theta, h, t, lambda k: t[k])
    return [
        mean_under(theta, h, t, lambda k: t[k] ** 2),
        mean_under(theta, h, t, lambda k: t[k] ** 2) + mean**2,
        mean_under(theta, h, t, lambda k: t[k] ** 2) - mean,
    ]


@claim
def curvature_by_pairs(theta=Real, h=Vector["n", Positive], t=Vector["n"]):
    """A″(θ) = ½ Σₖₗ pₖ pₗ (tₖ − tₗ)², visibly nonnegative (Wainwright & Jordan, section 3.4)."""
    p = lambda k: tilted(theta, h, t, k)  # noqa: E731
    pairs = total(lambda k: total(lambda l: p(k) * p(l) * (t[k] - t[l]) ** 2, over=t), over=t)
    return Equals(D(D(log_partition(theta, h, t), theta), theta), pairs / 2)


def curvature_by_pairs_twins(theta, h, t):
    p = lambda k: tilted(theta, h, t, k)  # noqa: E731
    squares = lambda k, l: (t[k] - t[l]) ** 2  # noqa: E731
    return [
        total(lambda k: total(lambda l: p(k) * p(l) * squares(k, l), over=t), over=t),
        total(lambda k: total(lambda l: p(k) * squares(k, l), over=t), over=t) / 2,
        total(lambda k: total(lambda l: p(k) * p(l) * (t[k] + t[l]) ** 2, over=t), over=t) / 2,
    ]


@claim
def log_likelihood_ratio(theta=Real, u=Real, h=Vector["n", Positive], t=Vector["n"], k=Index["n"]):
    """log pₖ(θ) − log pₖ(u) = (θ − u) tₖ − A(θ) + A(u) (Lehmann & Romano, section 2.7)."""
    return Equals(
        log(tilted(theta, h, t, k) / tilted(u, h, t, k)),
        (theta - u) * t[k] - log_partition(theta, h, t) + log_partition(u, h, t),
    )


def log_likelihood_ratio_twins(theta, u, h, t, k):
    a, b = log_partition(theta, h, t), log_partition(u, h, t)
    return [(theta - u) * t[k] + a - b, (theta - u) * t[k], (theta - u) * t[k] - a - b]


@claim
def divergence_is_bregman(a=Vector["n"], b=Vector["n"]):
    """D(S(a)‖S(b)) is the Bregman divergence of logsumexp, the arguments swapped (Wainwright & Jordan, 5.2)."""
    kl = total(lambda k: softmax(a, k) * log(softmax(a, k) / softmax(b, k)), over=a)
    return Equals(kl, logsumexp(b) - logsumexp(a) - total(lambda k: softmax(a, k) * (b[k] - a[k]), over=a))


def divergence_is_bregman_twins(a, b):
    return [
        logsumexp(a) - logsumexp(b) - total(lambda k: softmax(b, k) * (a[k] - b[k]), over=a),
        logsumexp(b) - logsumexp(a) + total(lambda k: softmax(a, k) * (b[k] - a[k]), over=a),
        logsumexp(b) - logsumexp(a) - total(lambda k: softmax(b, k) * (b[k] - a[k]), over=a),
    ]


@claim
def categorical_curvature(a=Vector["n"], i=Index["n"], j=Index["n"]):
    """The Hessian of logsumexp is the covariance Sᵢ δᵢⱼ − Sᵢ Sⱼ (Boyd & Vandenberghe, section 3.1.5)."""
    return Equals(D(D(logsumexp(a), a[i]), a[j]), softmax(a, i) * delta(i, j) - softmax(a, i) * softmax(a, j))


def categorical_curvature_twins(a, i, j):
    return [
        softmax(a, i) * delta(i, j) + softmax(a, i) * softmax(a, j),
        softmax(a, i) - softmax(a, i) * softmax(a, j),
        softmax(a, i) * delta(i, j) - softmax(a, i) ** 2,
    ]


@claim
def logsumexp_is_convex(a=Vector["n"], v=Vector["n"]):
    """The Hessian of logsumexp has no negative direction: Σ S v² ≥ (Σ S v)² (Boyd & Vandenberghe, section 3.1.5)."""
    mean = total(lambda k: softmax(a, k) * v[k], over=a)
    return AtLeast(total(lambda k: softmax(a, k) * v[k] ** 2, over=a), mean**2)


@logsumexp_is_convex.proof
def as_a_variance(a, v):
    """The difference is the variance of v under the weights."""
    mean = total(lambda k: softmax(a, k) * v[k], over=a)
    yield "a variance", at_least(mean**2, because=total(lambda k: softmax(a, k) * (v[k] - mean) ** 2, over=a))


def logsumexp_is_convex_twins(n, a, v):
    square, mean = total(lambda k: softmax(a, k) * v[k] ** 2, over=a), total(lambda k: softmax(a, k) * v[k], over=a)
    return [AtMost(square, mean**2), Less(mean**2, square), total(lambda k: v[k] ** 2, over=a) / n]


@claim
def poisson_score(n=Size, lam=Positive, y=Vector["n"]):
    """The score of a Poisson sample: ∂/∂λ Σ(λ − yᵢ log λ) = n − Σyᵢ/λ (McCullagh & Nelder, section 6.2)."""
    return Equals(D(total(lambda i: lam - y[i] * log(lam), over=y), lam), n - total(lambda i: y[i], over=y) / lam)


def poisson_score_twins(n, lam, y):
    s = total(lambda i: y[i], over=y)
    return [1 - s / lam, s / lam - n, n - s / lam**2]


@claim
def poisson_deviance(y=Positive, lam=Positive):
    """y log(y/λ) − y + λ is the Bregman divergence of x log x (Banerjee et al., 2005, table 1)."""
    return Equals(y * log(y / lam) - y + lam, y * log(y) - lam * log(lam) - D(lam * log(lam), lam) * (y - lam))


def poisson_deviance_twins(y, lam):
    return [
        lam * log(lam) - y * log(y) - D(lam * log(lam), lam) * (y - lam),
        y * log(y) - lam * log(lam) - log(lam) * (y - lam),
        y * log(y) - lam * log(lam) + D(lam * log(lam), lam) * (y - lam),
    ]


@claim
def poisson_deviance_nonnegative(y=Positive, lam=Positive):
    """The Poisson deviance is nonnegative, zero exactly for a perfect fit (McCullagh & Nelder, section 2.3)."""
    return AtLeast(y * log(y / lam) - y + lam, 0, equality=Equals(y, lam))


@poisson_deviance_nonnegative.proof
def by_the_tangent(y, lam):
    """log x ≤ x − 1 at x = λ/y, times y."""
    yield "log(λ/y) ≤ λ/y − 1", at_least(0, because=y * gap(log_bound, x=lam / y))


def poisson_deviance_nonnegative_twins(y, lam):
    return [
        AtLeast(y * log(y / lam) + y - lam, 0, equality=Equals(y, lam)),
        AtLeast(y * log(y / lam) - y + lam, 0, equality=Equals(y, 1)),
        AtLeast(y * log(y / lam), 0, equality=Equals(y, lam)),
    ]


@claim
def poisson_regression(w=Vector["d"], X=Matrix["m", "d"], y=Vector["m"], j=Index["d"]):
    """The gradient of Poisson regression is Σᵢ (e^{zᵢ} − yᵢ) xᵢⱼ with the canonical link (McCullagh & Nelder, 2.5)."""
    z = lambda i: total(lambda l: w[l] * X[i, l], over=w)  # noqa: E731
    loss = total(lambda i: exp(z(i)) - y[i] * z(i), over=y)
    return Equals(D(loss, w[j]), total(lambda i: (exp(z(i)) - y[i]) * X[i, j], over=y))


def poisson_regression_twins(w, X, y, j):
    z = lambda i: total(lambda l: w[l] * X[i, l], over=w)  # noqa: E731
    return [
        total(lambda i: (y[i] - exp(z(i))) * X[i, j], over=y),
        total(lambda i: exp(z(i)) - y[i], over=y) * w[j],
        total(lambda i: (z(i) - y[i]) * X[i, j], over=y),
    ]


@claim
def exponential_likelihood(n=Size, lam=Positive, x=Vector["n"]):
    """−log Π λ e^{−λ xᵢ} = λ Σxᵢ − n log λ (Bishop, exercise 2.43's family at q = 1)."""
    return Equals(
        -log(product(lambda i: lam * exp(-lam * x[i]), over=x)), lam * total(lambda i: x[i], over=x) - n * log(lam)
    )


def exponential_likelihood_twins(n, lam, x):
    s = total(lambda i: x[i], over=x)
    return [lam * s - log(lam), n * log(lam) - lam * s, lam * s / n - n * log(lam)]


@claim
def gaussian_mean_score(n=Size, mu=Real, sigma=Positive, x=Vector["n"]):
    """∂/∂μ of the Gaussian negative log-likelihood is n(μ − x̄)/σ² (Bishop, 2.121)."""
    return Equals(D(gaussian_nll(mu, sigma, x), mu), n * (mu - average(x)) / sigma**2)


def gaussian_mean_score_twins(n, mu, sigma, x):
    return [
        n * (average(x) - mu) / sigma**2,
        (mu - average(x)) / sigma**2,
        n * (mu - average(x)) / (2 * sigma**2),
    ]


@claim
def gaussian_scale_score(n=Size, mu=Real, sigma=Positive, x=Vector["n"]):
    """∂/∂σ of the Gaussian negative log-likelihood is n/σ − Σ(xᵢ − μ)²/σ³ (Bishop, section 1.2.4)."""
    return Equals(
        D(gaussian_nll(mu, sigma, x), sigma), n / sigma - total(lambda i: (x[i] - mu) ** 2, over=x) / sigma**3
    )


def gaussian_scale_score_twins(n, mu, sigma, x):
    s = total(lambda i: (x[i] - mu) ** 2, over=x)
    return [n / sigma - s / sigma**2, 1 / sigma - s / sigma**3, n / sigma - s / (2 * sigma**3)]


@claim
def gaussian_natural_parameters(eta=Real, tau=Positive):
    """With A = η²/(4τ) − ½ log 2τ, −∂A/∂τ is the second moment η²/(4τ²) + 1/(2τ) (Wainwright & Jordan, 3.3)."""
    return Equals(-D(eta**2 / (4 * tau) - log(2 * tau) / 2, tau), (eta / (2 * tau)) ** 2 + 1 / (2 * tau))


def gaussian_natural_parameters_twins(eta, tau):
    return [
        (eta / (2 * tau)) ** 2 - 1 / (2 * tau),
        (eta / (2 * tau)) ** 2 + 1 / (4 * tau),
        eta**2 / (2 * tau**2) + 1 / (2 * tau),
    ]


@claim
def gaussian_posterior(mu=Real, x=Real, c=Real, r=Positive, s=Positive):
    """Completing the square: prior N(c, r) and observation x with variance s (Bishop, 2.141 and 2.142)."""
    post = (s * c + r * x) / (r + s)
    return Equals((x - mu) ** 2 / s + (mu - c) ** 2 / r, (mu - post) ** 2 * (1 / r + 1 / s) + (x - c) ** 2 / (r + s))


def gaussian_posterior_twins(mu, x, c, r, s):
    post, swapped = (s * c + r * x) / (r + s), (r * c + s * x) / (r + s)
    return [
        (mu - post) ** 2 * (1 / r + 1 / s),
        (mu - swapped) ** 2 * (1 / r + 1 / s) + (x - c) ** 2 / (r + s),
        (mu - post) ** 2 / (r + s) + (x - c) ** 2 / (r + s),
    ]


@claim
def gaussian_divergence_nonnegative(m=Real, u=Real, r=Positive, s=Positive):
    """log(s/r) + (r² + (m − u)²)/(2s²) − ½ ≥ 0, the divergence of two normals (Bishop, exercise 2.13)."""
    return AtLeast(log(s / r) + (r**2 + (m - u) ** 2) / (2 * s**2), HALF)


@gaussian_divergence_nonnegative.proof
def variance_by_the_tangent(m, u, r, s):
    """log x ≤ x − 1 at x = r²/s², and a square for the means."""
    yield (
        "½(x − 1 − log x) and (m − u)²/(2s²)",
        at_least(HALF, because=gap(log_bound, x=r**2 / s**2) / 2 + (m - u) ** 2 / (2 * s**2)),
    )


def gaussian_divergence_nonnegative_twins(m, u, r, s):
    return [
        1,
        AtLeast(log(r / s) + (r**2 + (m - u) ** 2) / (2 * s**2), HALF),
        AtLeast(log(s / r) + (r**2 - (m - u) ** 2) / (2 * s**2), HALF),
    ]


@claim
def factor_of_least_squares(n=Size, mu=Real, c=Real, x=Vector["n"]):
    """c Σ(xᵢ − μ)² has the gradient Σ(μ − xᵢ) for all data exactly when c = ½ (Bishop, section 1.1)."""
    equation = Equals(D(c * total(lambda i: (x[i] - mu) ** 2, over=x), mu), total(lambda i: mu - x[i], over=x))
    return Determines(equation, c, HALF, (mu, x))


def factor_of_least_squares_twins(n, mu, c, x):
    equation = Equals(D(c * total(lambda i: (x[i] - mu) ** 2, over=x), mu), total(lambda i: mu - x[i], over=x))
    averaged = Equals(equation.left, equation.right / n)
    return [
        Determines(equation, c, 1 / (2 * n), (mu, x)),
        Determines(equation, c, -HALF, (mu, x)),
        Determines(averaged, c, HALF, (mu, x)),
    ]


@claim
def prior_about_a_guess(w=Vector["d"], c=Vector["d"], s=Positive, ell=Functional["d"]):
    """A Gaussian prior about c adds ‖w‖²/(2s) − wᵀc/s to any loss, up to a constant (Bishop, section 1.2.5)."""
    return SameMinimiser(
        ell(w) + total(lambda j: (w[j] - c[j]) ** 2, over=w) / (2 * s),
        ell(w) + total(lambda j: w[j] ** 2, over=w) / (2 * s) - total(lambda j: w[j] * c[j], over=w) / s,
        over=w,
    )


def prior_about_a_guess_twins(w, c, s, ell):
    first = ell(w) + total(lambda j: (w[j] - c[j]) ** 2, over=w) / (2 * s)
    square, cross = total(lambda j: w[j] ** 2, over=w) / (2 * s), total(lambda j: w[j] * c[j], over=w) / s
    return [
        SameMinimiser(first, ell(w) + square, over=w),
        SameMinimiser(first, ell(w) + square + cross, over=w),
        SameMinimiser(first, ell(w) + square - cross / 2, over=w),
    ]
