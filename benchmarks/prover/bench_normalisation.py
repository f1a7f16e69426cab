"""Normalisation layers: forward statistics and their backward passes, in components.

Sources: Ioffe & Szegedy, Batch Normalization, 2015; Ba et al., Layer Normalization, 2016; Zhang & Sennrich, Root Mean
Square Layer Normalization, 2019; Chan, Golub & LeVeque, 1983; Salimans & Kingma, Weight Normalization, 2016.
"""

from lemmata.spec.language import (
    Abs,
    AtLeast,
    AtMost,
    D,
    E,
    Equals,
    Functional,
    Index,
    Matrix,
    Natural,
    Normalised,
    Positive,
    Real,
    SameMinimiser,
    Size,
    Stationary,
    Vector,
    at_least,
    case,
    claim,
    definition,
    delta,
    hypothesis,
    moment_of,
    recurrence,
    sqrt,
    successor,
    total,
    vector,
)
from lemmata.spec.softmax import cross_entropy, softmax


@definition(notation=r"\mu({x})")
def mean(x=Vector["n"]):
    """The mean (1/n) Σ xₖ."""
    return total(lambda k: x[k], over=x) / x.dims[0]


@definition(notation=r"v({x})")
def variance(x=Vector["n"]):
    """The biased variance (1/n) Σ (xₖ − μ)²."""
    return total(lambda k: (x[k] - mean(x)) ** 2, over=x) / x.dims[0]


@definition(notation=r"\hat{x}_{i}")
def standard(x=Vector["n"], e=Positive, i=Index["n"]):
    """The standardised entry (xᵢ − μ)/√(v + ε)."""
    return (x[i] - mean(x)) / sqrt(variance(x) + e)


@definition(notation=r"y_{i}")
def rms_norm(x=Vector["n"], e=Positive, i=Index["n"]):
    """The entry over the root mean square, xᵢ/√((1/n) Σ xₖ² + ε)."""
    return x[i] / root_mean_square(x, e)


def root_mean_square(x, e):
    """√((1/n) Σ xₖ² + ε)."""
    return sqrt(total(lambda k: x[k] ** 2, over=x) / x.dims[0] + e)


def dot(x, y):
    """The scalar product."""
    return total(lambda k: x[k] * y[k], over=x)


def weighted(c, x, e):
    """The loss Σ cᵢ x̂ᵢ: c is the gradient that arrives from above."""
    return total(lambda i: c[i] * standard(x, e, i), over=x)


def length(x):
    """The Euclidean norm."""
    return sqrt(dot(x, x))


@claim
def deviations_cancel(x=Vector["n"]):
    """The deviations from the mean sum to zero (any statistics text)."""
    return Equals(total(lambda i: x[i] - mean(x), over=x), 0)


def deviations_cancel_twins(n, x):
    return [n * mean(x), variance(x), Equals(total(lambda i: Abs(x[i] - mean(x)), over=x), 0)]


@claim
def variance_by_moments(x=Vector["n"]):
    """The variance is the mean square minus the squared mean (any statistics text)."""
    return Equals(variance(x), dot(x, x) / x.dims[0] - mean(x) ** 2)


def variance_by_moments_twins(n, x):
    return [dot(x, x) / n - mean(x), dot(x, x) - mean(x) ** 2, dot(x, x) / n + mean(x) ** 2]


@claim
def variance_by_pairs(n=Size, x=Vector["n"]):
    """The variance needs no mean: (1/2n²) Σᵢⱼ (xᵢ − xⱼ)² (Hoeffding, 1948, as a U-statistic)."""
    return Equals(variance(x), total(lambda i: total(lambda j: (x[i] - x[j]) ** 2, over=x), over=x) / (2 * n**2))


def variance_by_pairs_twins(n, x):
    pairs = total(lambda i: total(lambda j: (x[i] - x[j]) ** 2, over=x), over=x)
    return [pairs / n**2, pairs / (2 * n), total(lambda i: total(lambda j: (x[i] + x[j]) ** 2, over=x), over=x) / n**2]


@claim
def mean_is_the_best_constant(x=Vector["n"], c=Real):
    """Σ(xᵢ − c)² ≥ Σ(xᵢ − μ)², with equality exactly at c = μ (any statistics text)."""
    return AtLeast(
        total(lambda i: (x[i] - c) ** 2, over=x),
        total(lambda i: (x[i] - mean(x)) ** 2, over=x),
        equality=Equals(c, mean(x)),
    )


@mean_is_the_best_constant.proof
def parallel_axes(x, c):
    """The difference is n (c − μ)²."""
    centred = total(lambda i: (x[i] - mean(x)) ** 2, over=x)
    yield "the parallel axis theorem", at_least(centred, because=x.dims[0] * (c - mean(x)) ** 2)


def mean_is_the_best_constant_twins(n, x, c):
    squares = total(lambda i: (x[i] - c) ** 2, over=x)
    best = total(lambda i: (x[i] - mean(x)) ** 2, over=x)
    return [
        AtLeast(squares, dot(x, x), equality=Equals(c, 0)),
        AtMost(squares, best, equality=Equals(c, mean(x))),
        AtLeast(squares / n, best, equality=Equals(c, mean(x))),
    ]


@claim
def pooled_variance(x=Vector["m"], y=Vector["n"]):
    """Merging two batches: squares about the common mean (Chan, Golub & LeVeque, equation 1.5)."""
    m, n = x.dims[0], y.dims[0]
    common = (total(lambda i: x[i], over=x) + total(lambda j: y[j], over=y)) / (m + n)
    about = lambda v, c: total(lambda i: (v[i] - c) ** 2, over=v)  # noqa: E731
    return Equals(
        about(x, common) + about(y, common),
        m * variance(x) + n * variance(y) + m * n / (m + n) * (mean(x) - mean(y)) ** 2,
    )


def pooled_variance_twins(m, n, x, y):
    gap, within = (mean(x) - mean(y)) ** 2, m * variance(x) + n * variance(y)
    return [within, within + gap / (m + n), variance(x) + variance(y) + m * n / (m + n) * gap]


@claim
def mean_gradient(n=Size, x=Vector["n"], j=Index["n"]):
    """∂μ/∂xⱼ = 1/n (Ioffe & Szegedy, section 3)."""
    return Equals(D(mean(x), x[j]), 1 / n)


def mean_gradient_twins(n, x, j):
    return [1, x[j] / n, 1 / n**2]


@claim
def variance_gradient(n=Size, x=Vector["n"], j=Index["n"]):
    """∂v/∂xⱼ = (2/n)(xⱼ − μ): the terms through the mean cancel (Ioffe & Szegedy, section 3)."""
    return Equals(D(variance(x), x[j]), 2 / n * (x[j] - mean(x)))


def variance_gradient_twins(n, x, j):
    return [
        2 / n * (1 - 1 / n) * (x[j] - mean(x)),
        2 * (x[j] - mean(x)),
        2 / n * x[j] - mean(x),
    ]


@claim
def standard_jacobian(n=Size, x=Vector["n"], e=Positive, i=Index["n"], j=Index["n"]):
    """∂x̂ᵢ/∂xⱼ = (δᵢⱼ − 1/n − x̂ᵢx̂ⱼ/n)/√(v + ε) (Ba et al., supplementary material)."""
    return Equals(
        D(standard(x, e, i), x[j]),
        (delta(i, j) - 1 / n - standard(x, e, i) * standard(x, e, j) / n) / sqrt(variance(x) + e),
    )


def standard_jacobian_twins(n, x, e, i, j):
    pair, root = standard(x, e, i) * standard(x, e, j), sqrt(variance(x) + e)
    return [(delta(i, j) - 1 / n) / root, (delta(i, j) - pair / n) / root, (delta(i, j) - 1 / n + pair / n) / root]


@claim
def standard_mean(x=Vector["n"], e=Positive):
    """The standardised entries sum to zero (Ioffe & Szegedy, section 3)."""
    return Equals(total(lambda i: standard(x, e, i), over=x), 0)


def standard_mean_twins(n, x, e):
    return [n, mean(x), Equals(total(lambda i: standard(x, e, i) ** 2, over=x), 0)]


@claim
def standard_square(n=Size, x=Vector["n"], e=Positive):
    """The squares of the standardised entries sum to n v/(v + ε), just below n (Ioffe & Szegedy, section 3)."""
    return Equals(total(lambda i: standard(x, e, i) ** 2, over=x), n * variance(x) / (variance(x) + e))


def standard_square_twins(n, x, e):
    return [n, variance(x) / (variance(x) + e), n * variance(x) / sqrt(variance(x) + e)]


@claim
def standard_is_bounded(n=Size, x=Vector["n"], e=Positive, i=Index["n"]):
    """No standardised entry exceeds √n: x̂ᵢ² ≤ n (Samuelson, 1968, in a weak form)."""
    return AtMost(standard(x, e, i) ** 2, n)


def standard_is_bounded_twins(n, x, e, i):
    return [variance(x), AtLeast(standard(x, e, i) ** 2, n), AtMost((x[i] - mean(x)) ** 2, n)]


@claim
def standard_ignores_shifts(x=Vector["n"], e=Positive, c=Real, i=Index["n"]):
    """Layer normalisation ignores a common shift (Ba et al., section 5.1)."""
    return Equals(standard(vector(lambda k: x[k] + c, over=x), e, i), standard(x, e, i))


def standard_ignores_shifts_twins(x, e, c, i):
    return [
        standard(x, e, i) + c,
        Equals(standard(vector(lambda k: c * x[k], over=x), e, i), standard(x, e, i)),
        Equals(rms_norm(vector(lambda k: x[k] + c, over=x), e, i), rms_norm(x, e, i)),
    ]


@claim
def standard_and_scale(x=Vector["n"], e=Positive, a=Positive, i=Index["n"]):
    """Scaling the input by a > 0 is the same as ε/a² (Ba et al., section 5.1, with ε)."""
    return Equals(standard(vector(lambda k: a * x[k], over=x), e, i), standard(x, e / a**2, i))


def standard_and_scale_twins(x, e, a, i):
    return [standard(x, e, i), standard(x, e / a, i), a * standard(x, e, i)]


@claim
def backward(n=Size, x=Vector["n"], c=Vector["n"], e=Positive, j=Index["n"]):
    """∂(Σ cᵢx̂ᵢ)/∂xⱼ = (cⱼ − mean c − x̂ⱼ · mean(c x̂))/√(v + ε) (Ioffe & Szegedy, section 3, collected)."""
    along = weighted(c, x, e) / n
    return Equals(D(weighted(c, x, e), x[j]), (c[j] - mean(c) - standard(x, e, j) * along) / sqrt(variance(x) + e))


def backward_twins(n, x, c, e, j):
    along, root = weighted(c, x, e) / n, sqrt(variance(x) + e)
    return [
        c[j] / root,
        (c[j] - standard(x, e, j) * along) / root,
        (c[j] - mean(c) - standard(x, e, j) * along * n) / root,
    ]


@claim
def backward_sums_to_zero(x=Vector["n"], c=Vector["n"], e=Positive):
    """The gradient through a normalisation sums to zero, since a common shift changes nothing (Ioffe & Szegedy, 3)."""
    return Equals(total(lambda j: D(weighted(c, x, e), x[j]), over=x), 0)


def backward_sums_to_zero_twins(x, c, e):
    return [
        mean(c),
        weighted(c, x, e),
        Equals(total(lambda j: D(weighted(c, x, e), x[j]) * c[j], over=x), 0),
    ]


@claim
def backward_along_the_input(x=Vector["n"], c=Vector["n"], e=Positive):
    """Along x − μ the gradient is ε/(v + ε) times the loss: only ε breaks the scale invariance (Ba et al., 5)."""
    return Equals(
        total(lambda j: D(weighted(c, x, e), x[j]) * (x[j] - mean(x)), over=x),
        e / (variance(x) + e) * weighted(c, x, e),
    )


def backward_along_the_input_twins(x, c, e):
    loss = weighted(c, x, e)
    return [0, loss, variance(x) / (variance(x) + e) * loss]


@claim
def gain_and_bias(x=Vector["n"], c=Vector["n"], a=Vector["n"], b=Vector["n"], e=Positive, j=Index["n"]):
    """The gradient in a gain is the standardised entry times what arrives: ∂/∂γⱼ = cⱼ x̂ⱼ (Ba et al., section 3)."""
    return Equals(D(total(lambda i: c[i] * (a[i] * standard(x, e, i) + b[i]), over=x), a[j]), c[j] * standard(x, e, j))


def gain_and_bias_twins(x, c, a, e, j):
    return [c[j] * a[j] * standard(x, e, j), weighted(c, x, e), c[j]]


@claim
def batch_columns_are_separate(X=Matrix["m", "d"], e=Positive, i=Index["m"], k=Index["m"], j=Index["d"], l=Index["d"]):
    """Batch normalisation does not mix features: the Jacobian carries δⱼₗ (Ioffe & Szegedy, section 3)."""
    m = X.dims[0]
    column = vector(lambda r: X[r, j], over=m)
    jacobian = (delta(i, k) - 1 / m - standard(column, e, i) * standard(column, e, k) / m) / sqrt(variance(column) + e)
    return Equals(D(standard(column, e, i), X[k, l]), delta(j, l) * jacobian)


def batch_columns_are_separate_twins(X, e, i, k, j, l):
    m = X.dims[0]
    one, other = (vector(lambda r, c=c: X[r, c], over=m) for c in (j, l))
    mixed = (delta(i, k) - 1 / m - standard(one, e, i) * standard(other, e, k) / m) / sqrt(variance(one) + e)
    return [mixed, delta(j, l) * delta(i, k) / sqrt(variance(one) + e), delta(i, k) * mixed]


@claim
def folded_batchnorm(w=Vector["d"], x=Vector["d"], b=Real, mu=Real, v=Positive, e=Positive, gain=Real, bias=Real):
    """At inference batch normalisation folds into the linear layer before it (Jacob et al., 2018, section 3.2)."""
    scale = gain / sqrt(v + e)
    return Equals(
        gain * (dot(w, x) + b - mu) / sqrt(v + e) + bias,
        total(lambda k: scale * w[k] * x[k], over=w) + (bias + scale * (b - mu)),
    )


def folded_batchnorm_twins(w, x, b, mu, v, e, gain, bias):
    scale = gain / sqrt(v + e)
    inner = total(lambda k: scale * w[k] * x[k], over=w)
    return [inner + bias - scale * mu, inner + scale * (bias + b - mu), dot(w, x) + (bias + scale * (b - mu))]


@claim
def running_statistics(t=Natural, r0=Real, rho=Real, mu=Real):
    """Running statistics approach a constant: r_t = μ + (1 − ρ)ᵗ (r₀ − μ) (Ioffe & Szegedy, section 3.1)."""
    return Equals(recurrence(r0, lambda r, s: (1 - rho) * r + rho * mu, upto=t), mu + (1 - rho) ** t * (r0 - mu))


@running_statistics.proof
def statistics_by_induction(t, r0, rho, mu):
    """Each update shrinks the distance to μ by the factor 1 − ρ."""
    yield case("t = 0", t=0)
    yield "the start", r0
    yield case("from t to t + 1", t=successor)
    yield "the recurrence", (1 - rho) * recurrence(r0, lambda r, s: (1 - rho) * r + rho * mu, upto=t) + rho * mu
    yield (
        "induction hypothesis",
        (1 - rho) * (mu + (1 - rho) ** t * (r0 - mu)) + rho * mu,
        hypothesis(times=1 - rho),
    )


def running_statistics_twins(t, r0, rho, mu):
    return [mu + rho**t * (r0 - mu), (1 - rho) ** t * r0 + rho * mu, mu + (1 - rho) ** t * r0]


@claim
def rms_jacobian(n=Size, x=Vector["n"], e=Positive, i=Index["n"], j=Index["n"]):
    """∂yᵢ/∂xⱼ = (δᵢⱼ − yᵢyⱼ/n)/r with the root mean square r (Zhang & Sennrich, section 3)."""
    r, pair = root_mean_square(x, e), rms_norm(x, e, i) * rms_norm(x, e, j)
    return Equals(D(rms_norm(x, e, i), x[j]), (delta(i, j) - pair / n) / r)


def rms_jacobian_twins(n, x, e, i, j):
    r, pair = root_mean_square(x, e), rms_norm(x, e, i) * rms_norm(x, e, j)
    return [(delta(i, j) - pair) / r, (delta(i, j) - 1 / n - pair / n) / r, delta(i, j) / r - pair / n]


@claim
def rms_of_the_output(n=Size, x=Vector["n"], e=Positive):
    """The output of RMSNorm has a mean square of at most 1 (Zhang & Sennrich, section 3)."""
    return AtMost(total(lambda i: rms_norm(x, e, i) ** 2, over=x) / n, 1)


def rms_of_the_output_twins(n, x, e):
    square = total(lambda i: rms_norm(x, e, i) ** 2, over=x)
    return [AtMost(square, 1), AtLeast(square / n, 1), e]


@claim
def unit_length_backward(x=Vector["n", Positive], c=Vector["n"], j=Index["n"]):
    """Backward through x/‖x‖ the part along x is removed: (cⱼ − yⱼ Σ cᵢyᵢ)/‖x‖ (Salimans & Kingma, equation 3)."""
    loss = total(lambda i: c[i] * (x[i] / length(x)), over=x)
    return Equals(D(loss, x[j]), (c[j] - x[j] / length(x) * loss) / length(x))


def unit_length_backward_twins(x, c, j):
    loss = total(lambda i: c[i] * (x[i] / length(x)), over=x)
    return [c[j] / length(x), (c[j] - x[j] * loss) / length(x), (c[j] - x[j] / length(x) * loss) / dot(x, x)]


@claim
def cross_entropy_after_layernorm(n=Size, x=Vector["n"], y=Normalised["n"], e=Positive, j=Index["n"]):
    """Softmax cross-entropy on standardised logits: the residuals S − y take the place of c (chain rule)."""
    hat = vector(lambda k: standard(x, e, k), over=x)
    rest = vector(lambda k: softmax(hat, k) - y[k], over=x)
    along = total(lambda k: rest[k] * hat[k], over=x) / n
    return Equals(D(cross_entropy(hat, y), x[j]), (rest[j] - hat[j] * along) / sqrt(variance(x) + e))


def cross_entropy_after_layernorm_twins(n, x, y, e, j):
    hat = vector(lambda k: standard(x, e, k), over=x)
    rest = vector(lambda k: softmax(hat, k) - y[k], over=x)
    along, root = total(lambda k: rest[k] * hat[k], over=x) / n, sqrt(variance(x) + e)
    return [rest[j] / root, (rest[j] - 1 / n - hat[j] * along) / root, (rest[j] + hat[j] * along) / root]


@claim
def expected_batch_mean_error(n=Size, g=Stationary["n"], c=Real):
    """E[(1/n) Σ (gᵢ − c)²] = E[g²] − 2c E[g] + c² for any constant c (linearity)."""
    return Equals(E(total(lambda i: (g[i] - c) ** 2, over=n) / n), moment_of(g, 2) - 2 * c * moment_of(g) + c**2)


def expected_batch_mean_error_twins(n, g, c):
    return [
        moment_of(g, 2) - 2 * c * moment_of(g) + n * c**2,
        moment_of(g, 2) - c * moment_of(g) + c**2,
        moment_of(g, 2) - moment_of(g) ** 2,
    ]


@claim
def centring_the_penalty(w=Vector["d"], c=Real, lam=Real, ell=Functional["d"]):
    """Penalising deviations from c is penalising n(v + (μ − c)²), whatever the loss (parallel axes)."""
    return SameMinimiser(
        ell(w) + lam * total(lambda k: (w[k] - c) ** 2, over=w),
        ell(w) + lam * w.dims[0] * (variance(w) + (mean(w) - c) ** 2),
        over=w,
    )


def centring_the_penalty_twins(w, c, lam, ell):
    first, d = ell(w) + lam * total(lambda k: (w[k] - c) ** 2, over=w), w.dims[0]
    return [
        SameMinimiser(first, ell(w) + lam * (variance(w) + d * (mean(w) - c) ** 2), over=w),
        SameMinimiser(first, ell(w) + lam * d * variance(w), over=w),
        SameMinimiser(first, ell(w) + lam * d * (variance(w) + (mean(w) + c) ** 2), over=w),
    ]
