"""Attention and kernels: weights, invariances, Jacobians, Gram matrices, kernel averages.

Sources: Vaswani et al., Attention Is All You Need, 2017; Zhang et al., Dive into Deep Learning, chapter 11; Schölkopf &
Smola, Learning with Kernels, chapters 1 and 2; Hastie et al., The Elements of Statistical Learning, chapter 6.
"""

from lemmata.spec.information import entropy
from lemmata.spec.language import (
    AtLeast,
    AtMost,
    D,
    Determines,
    Equals,
    Functional,
    Identical,
    Index,
    Matrix,
    Normalised,
    OpenSimplex,
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
    largest,
    log,
    sqrt,
    total,
    vector,
)
from lemmata.spec.logistic import sigmoid
from lemmata.spec.softmax import logsumexp, softmax


@definition(notation=r"\alpha_{j}({q})")
def weight(q=Vector["d"], K=Matrix["m", "d"], j=Index["m"]):
    """The weight of the j-th key for one query, softmax of q·kⱼ/√d."""
    d = q.dims[0]
    score = vector(lambda l: total(lambda s: q[s] * K[l, s], over=q) / sqrt(d), over=K.dims[0])
    return softmax(score, j)


@definition(notation=r"o({q})")
def attend(q=Vector["d"], K=Matrix["m", "d"], v=Vector["m"]):
    """One component of the output of attention, Σⱼ αⱼ vⱼ."""
    return total(lambda j: weight(q, K, j) * v[j], over=v)


@definition(notation=r"k({x}, {y})")
def gaussian(x=Vector["d"], y=Vector["d"], s=Positive):
    """The Gaussian kernel exp(−‖x − y‖²/(2s²))."""
    return exp(-total(lambda l: (x[l] - y[l]) ** 2, over=x) / (2 * s**2))


def dot(x, y):
    """The scalar product."""
    return total(lambda l: x[l] * y[l], over=x)


def row(X, i):
    """The i-th row of a matrix."""
    return vector(lambda l: X[i, l], over=X.dims[1])


@claim
def rows_sum_to_one(q=Vector["d"], K=Matrix["m", "d"]):
    """Attention weights form a distribution (Vaswani et al., equation 1)."""
    return Equals(total(lambda j: weight(q, K, j), over=K.dims[0]), 1)


def rows_sum_to_one_twins(m, q, K):
    return [m, 1 / m, Equals(total(lambda j: weight(q, K, j) ** 2, over=m), 1)]


@claim
def score_shift(n=Size, S=Matrix["n", "m"], c=Vector["n"], i=Index["n"], j=Index["m"]):
    """A number added to all scores of one query changes no weight (Dive into Deep Learning, section 11.3)."""
    moved = vector(lambda l: S[i, l] + c[i], over=S.dims[1])
    return Equals(softmax(moved, j), softmax(row(S, i), j))


def score_shift_twins(n, S, c, i, j):
    m = S.dims[1]
    return [
        softmax(row(S, i), j) + c[i],
        Equals(softmax(vector(lambda l: S[i, l] * c[i], over=m), j), softmax(row(S, i), j)),
        Equals(softmax(vector(lambda l: S[i, l] + l * c[i], over=m), j), softmax(row(S, i), j)),
    ]


@claim
def key_shift(q=Vector["d"], K=Matrix["m", "d"], u=Vector["d"], j=Index["m"]):
    """The same vector added to all keys changes no weight: scores move by q·u/√d together (no key bias is needed)."""
    d = q.dims[0]
    moved = vector(lambda l: total(lambda s: q[s] * (K[l, s] + u[s]), over=q) / sqrt(d), over=K.dims[0])
    return Equals(softmax(moved, j), weight(q, K, j))


def key_shift_twins(q, K, u, j):
    d, m = q.dims[0], K.dims[0]
    query = vector(lambda l: total(lambda s: (q[s] + u[s]) * K[l, s], over=q) / sqrt(d), over=m)
    unscaled = vector(lambda l: total(lambda s: q[s] * (K[l, s] + u[s]), over=q), over=m)
    scaled = vector(lambda l: total(lambda s: q[s] * K[l, s] * u[s], over=q) / sqrt(d), over=m)
    return [Equals(softmax(one, j), weight(q, K, j)) for one in (query, unscaled, scaled)]


@claim
def value_shift(q=Vector["d"], K=Matrix["m", "d"], v=Vector["m"], c=Real):
    """A constant added to all values is added to the output (D2L, section 11.2: a weighted mean)."""
    return Equals(attend(q, K, vector(lambda j: v[j] + c, over=v)), attend(q, K, v) + c)


def value_shift_twins(m, q, K, v, c):
    return [attend(q, K, v), attend(q, K, v) + m * c, attend(q, K, v) + c / m]


@claim
def score_jacobian(s=Vector["m"], v=Vector["m"], k=Index["m"]):
    """∂(Σ Sⱼ vⱼ)/∂sₖ = Sₖ (vₖ − Σ Sⱼ vⱼ) (D2L, section 11.3)."""
    out = total(lambda j: softmax(s, j) * v[j], over=v)
    return Equals(D(out, s[k]), softmax(s, k) * (v[k] - out))


def score_jacobian_twins(s, v, k):
    out = total(lambda j: softmax(s, j) * v[j], over=v)
    return [softmax(s, k) * v[k], softmax(s, k) * (1 - softmax(s, k)) * v[k], softmax(s, k) * (out - v[k])]


@claim
def query_gradient(q=Vector["d"], K=Matrix["m", "d"], v=Vector["m"], l=Index["d"]):
    """∂o/∂q_l = (1/√d) Σⱼ αⱼ (vⱼ − o) Kⱼₗ (scaled dot-product attention, backward)."""
    out = attend(q, K, v)
    return Equals(D(out, q[l]), total(lambda j: weight(q, K, j) * (v[j] - out) * K[j, l], over=v) / sqrt(q.dims[0]))


def query_gradient_twins(q, K, v, l):
    d, out = q.dims[0], attend(q, K, v)
    centred = total(lambda j: weight(q, K, j) * (v[j] - out) * K[j, l], over=v)
    return [centred, total(lambda j: weight(q, K, j) * v[j] * K[j, l], over=v) / sqrt(d), centred / d]


@claim
def key_gradient(q=Vector["d"], K=Matrix["m", "d"], v=Vector["m"], j=Index["m"], l=Index["d"]):
    """∂o/∂Kⱼₗ = αⱼ (vⱼ − o) q_l/√d (scaled dot-product attention, backward)."""
    return Equals(D(attend(q, K, v), K[j, l]), weight(q, K, j) * (v[j] - attend(q, K, v)) * q[l] / sqrt(q.dims[0]))


def key_gradient_twins(q, K, v, j, l):
    d, gap = q.dims[0], v[j] - attend(q, K, v)
    return [
        weight(q, K, j) * v[j] * q[l] / sqrt(d),
        weight(q, K, j) * gap * K[j, l] / sqrt(d),
        weight(q, K, j) * (1 - weight(q, K, j)) * gap * q[l] / sqrt(d),
    ]


@claim
def value_gradient(q=Vector["d"], K=Matrix["m", "d"], V=Matrix["m", "e"], j=Index["m"], a=Index["e"], b=Index["e"]):
    """∂oₐ/∂Vⱼᵦ = αⱼ δₐᵦ: the values enter linearly (scaled dot-product attention, backward)."""
    out = total(lambda k: weight(q, K, k) * V[k, a], over=K.dims[0])
    return Equals(D(out, V[j, b]), weight(q, K, j) * delta(a, b))


def value_gradient_twins(q, K, V, j, a, b):
    return [weight(q, K, j), weight(q, K, j) * V[j, b] * delta(a, b), delta(a, b) / K.dims[0]]


@claim
def weights_attract_and_repel(s=Vector["m"], k=Index["m"]):
    """Raising one score moves no total weight: Σⱼ ∂Sⱼ/∂sₖ = 0 (softmax Jacobian, column sums)."""
    return Equals(total(lambda j: D(softmax(s, j), s[k]), over=s), 0)


def weights_attract_and_repel_twins(s, k):
    return [1, softmax(s, k), softmax(s, k) * (1 - softmax(s, k))]


@claim
def temperature_slope(s=Vector["m"], beta=Real, i=Index["m"]):
    """∂Sᵢ(βs)/∂β = Sᵢ (sᵢ − Σ Sₖ sₖ): weights above the mean score grow (statistical mechanics of softmax)."""
    at = vector(lambda k: beta * s[k], over=s)
    mean = total(lambda k: softmax(at, k) * s[k], over=s)
    return Equals(D(softmax(at, i), beta), softmax(at, i) * (s[i] - mean))


def temperature_slope_twins(m, s, beta, i):
    at = vector(lambda k: beta * s[k], over=s)
    mean, plain = total(lambda k: softmax(at, k) * s[k], over=s), total(lambda k: s[k], over=s) / m
    return [softmax(at, i) * s[i], softmax(at, i) * (s[i] - plain), beta * softmax(at, i) * (s[i] - mean)]


@claim
def entropy_of_attention(s=Vector["m"]):
    """The entropy of the weights is logsumexp minus the mean score (free energy; MacKay, section 11)."""
    weights = vector(lambda k: softmax(s, k), over=s)
    return Equals(entropy(weights), logsumexp(s) - total(lambda k: softmax(s, k) * s[k], over=s))


def entropy_of_attention_twins(m, s):
    mean = total(lambda k: softmax(s, k) * s[k], over=s)
    return [logsumexp(s) + mean, mean - logsumexp(s), logsumexp(s) - total(lambda k: s[k], over=s) / m]


@claim
def mask_as_a_bias(s=Vector["m"], w=Vector["m", Positive], i=Index["m"]):
    """A bias log wₖ on the scores multiplies the exponentials by wₖ (masking; Vaswani et al., section 3.2.3)."""
    biased = vector(lambda k: s[k] + log(w[k]), over=s)
    return Equals(softmax(biased, i), w[i] * exp(s[i]) / total(lambda k: w[k] * exp(s[k]), over=s))


def mask_as_a_bias_twins(s, w, i):
    return [
        w[i] * softmax(s, i),
        w[i] * exp(s[i]) / total(lambda k: exp(s[k]), over=s),
        exp(w[i] * s[i]) / total(lambda k: exp(w[k] * s[k]), over=s),
    ]


@claim
def two_keys(a=Real, b=Real):
    """With two keys attention is a sigmoid of the difference of scores (Bishop, section 4.2)."""
    return Equals(exp(a) / (exp(a) + exp(b)), sigmoid(a - b))


def two_keys_twins(a, b):
    return [sigmoid(b - a), sigmoid(a) / (sigmoid(a) + sigmoid(b)), sigmoid(a) - sigmoid(b)]


@claim
def gaussian_is_a_product(x=Vector["d"], y=Vector["d"], s=Positive):
    """exp(−‖x−y‖²/2s²) = e^{−‖x‖²/2s²} e^{x·y/s²} e^{−‖y‖²/2s²} (Schölkopf & Smola, section 2.3)."""
    return Equals(
        gaussian(x, y, s), exp(-dot(x, x) / (2 * s**2)) * exp(dot(x, y) / s**2) * exp(-dot(y, y) / (2 * s**2))
    )


def gaussian_is_a_product_twins(x, y, s):
    lengths = exp(-dot(x, x) / (2 * s**2)) * exp(-dot(y, y) / (2 * s**2))
    return [lengths * exp(dot(x, y) / (2 * s**2)), lengths * exp(-dot(x, y) / s**2), lengths]


@claim
def gaussian_attention(q=Vector["d"], K=Matrix["m", "d"], j=Index["m"]):
    """Gaussian attention is dot-product attention with the bias −½‖kⱼ‖² (D2L, section 11.3.1)."""
    m = K.dims[0]
    near = vector(lambda l: -total(lambda s: (q[s] - K[l, s]) ** 2, over=q) / 2, over=m)
    biased = vector(lambda l: total(lambda s: q[s] * K[l, s] - K[l, s] ** 2 / 2, over=q), over=m)
    return Equals(softmax(near, j), softmax(biased, j))


def gaussian_attention_twins(q, K, j):
    m = K.dims[0]
    plain = vector(lambda l: total(lambda s: q[s] * K[l, s], over=q), over=m)
    plus = vector(lambda l: total(lambda s: q[s] * K[l, s] + K[l, s] ** 2 / 2, over=q), over=m)
    full = vector(lambda l: total(lambda s: q[s] * K[l, s] - K[l, s] ** 2, over=q), over=m)
    return [softmax(one, j) for one in (plain, plus, full)]


@claim
def gaussian_score(x=Vector["d"], y=Vector["d"], s=Positive, l=Index["d"]):
    """∂k/∂x_l = −(x_l − y_l)/s² · k: the pull of mean shift (Comaniciu & Meer, 2002)."""
    return Equals(D(gaussian(x, y, s), x[l]), -(x[l] - y[l]) / s**2 * gaussian(x, y, s))


def gaussian_score_twins(x, y, s, l):
    k = gaussian(x, y, s)
    return [(x[l] - y[l]) / s**2 * k, -(x[l] - y[l]) / (2 * s**2) * k, -(x[l] - y[l]) / s * k]


@claim
def gaussian_at_most_one(x=Vector["d"], y=Vector["d"], s=Positive):
    """The Gaussian kernel is at most 1, with equality exactly at x = y (Schölkopf & Smola, section 2.3)."""
    return AtMost(gaussian(x, y, s), 1, equality=Identical(x, y))


def gaussian_at_most_one_twins(x, y, s):
    zero = Identical(x, vector(lambda l: 0, over=x))
    return [1 / s, AtMost(gaussian(x, y, s), 1, equality=zero), AtLeast(gaussian(x, y, s), 1, equality=Identical(x, y))]


@claim
def kernel_regression_is_a_fit(k=Vector["m", Positive], y=Vector["m"], c=Real):
    """The Nadaraya–Watson mean is where the weighted squares level out (Hastie et al., section 6.1.1)."""
    mass = total(lambda j: k[j], over=k)
    return Equals(
        D(total(lambda j: k[j] * (y[j] - c) ** 2, over=k) / 2, c),
        mass * (c - total(lambda j: k[j] / mass * y[j], over=y)),
    )


def kernel_regression_is_a_fit_twins(k, y, c):
    mass = total(lambda j: k[j], over=k)
    mean = total(lambda j: k[j] / mass * y[j], over=y)
    return [mass * (mean - c), c - mean, 2 * mass * (c - mean)]


@claim
def weighted_mean_at_most_the_largest(w=OpenSimplex["m"], v=Vector["m"]):
    """A weighted mean is at most the largest value, with equality exactly when all are (D2L, section 11.2)."""
    top = largest(lambda j: v[j], over=v)
    return AtMost(dot(w, v), top, equality=Identical(v, vector(lambda j: top, over=v)))


def weighted_mean_at_most_the_largest_twins(m, w, v):
    top = largest(lambda j: v[j], over=v)
    same = Identical(v, vector(lambda j: top, over=v))
    return [
        AtLeast(dot(w, v), top, equality=same),
        AtMost(m * dot(w, v), top, equality=same),
        AtMost(dot(w, v), top / m, equality=same),
    ]


@claim
def gram_is_positive(c=Vector["m"], F=Matrix["m", "d"]):
    """A Gram matrix is positive semidefinite; Σᵢⱼ cᵢcⱼ k(i,j) = 0 exactly when Σ cᵢ φᵢ = 0 (Schölkopf & Smola, 2.2)."""
    d, kernel = F.dims[1], lambda i, j: total(lambda l: F[i, l] * F[j, l], over=F.dims[1])
    image = vector(lambda l: total(lambda i: c[i] * F[i, l], over=c), over=d)
    return AtLeast(
        total(lambda i: total(lambda j: c[i] * c[j] * kernel(i, j), over=c), over=c),
        0,
        equality=Identical(image, vector(lambda l: 0, over=d)),
    )


@gram_is_positive.proof
def as_a_square(c, F):
    """The form is the squared norm of Σ cᵢ φᵢ."""
    square = total(lambda l: total(lambda i: c[i] * F[i, l], over=c) ** 2, over=F.dims[1])
    yield "exchange the sums", square
    yield "a sum of squares", at_least(0, because=square)


def gram_is_positive_twins(c, F):
    d, m = F.dims[1], F.dims[0]
    kernel = lambda i, j: total(lambda l: F[i, l] * F[j, l], over=d)  # noqa: E731
    form = total(lambda i: total(lambda j: c[i] * c[j] * kernel(i, j), over=m), over=m)
    return [
        AtMost(form, 0),
        AtLeast(total(lambda i: total(lambda j: c[i] * c[j] * F[i, 1] * kernel(i, j), over=m), over=m), 0),
        AtLeast(total(lambda i: total(lambda j: c[i] * kernel(i, j), over=m), over=m), 0),
    ]


@claim
def polynomial_kernel(x=Vector["d"], y=Vector["d"], c=Real):
    """(x·y + c)² = Σᵢⱼ (xᵢxⱼ)(yᵢyⱼ) + 2c Σ xᵢyᵢ + c²: the features of degree 2 (Bishop, section 6.2)."""
    pairs = total(lambda i: total(lambda j: x[i] * x[j] * (y[i] * y[j]), over=x), over=x)
    return Equals((dot(x, y) + c) ** 2, pairs + 2 * c * dot(x, y) + c**2)


def polynomial_kernel_twins(x, y, c):
    pairs = total(lambda i: total(lambda j: x[i] * x[j] * (y[i] * y[j]), over=x), over=x)
    squares = total(lambda i: x[i] ** 2 * y[i] ** 2, over=x)
    return [pairs + c * dot(x, y) + c**2, squares + 2 * c * dot(x, y) + c**2, pairs + c**2]


@claim
def mean_discrepancy(X=Matrix["m", "d"], Y=Matrix["n", "d"]):
    """The squared distance of two mean features by kernel sums (Gretton et al., 2012: MMD, biased)."""
    m, d, n = X.dims[0], X.dims[1], Y.dims[0]
    mean = lambda A, l: total(lambda i: A[i, l], over=A.dims[0]) / A.dims[0]  # noqa: E731
    sums = lambda A, B: total(  # noqa: E731
        lambda i: total(lambda j: total(lambda l: A[i, l] * B[j, l], over=d), over=B.dims[0]), over=A.dims[0]
    )
    return Equals(
        total(lambda l: (mean(X, l) - mean(Y, l)) ** 2, over=d),
        sums(X, X) / m**2 + sums(Y, Y) / n**2 - 2 * sums(X, Y) / (m * n),
    )


def mean_discrepancy_twins(X, Y):
    m, d, n = X.dims[0], X.dims[1], Y.dims[0]
    sums = lambda A, B: total(  # noqa: E731
        lambda i: total(lambda j: total(lambda l: A[i, l] * B[j, l], over=d), over=B.dims[0]), over=A.dims[0]
    )
    return [
        sums(X, X) / m**2 + sums(Y, Y) / n**2 - sums(X, Y) / (m * n),
        sums(X, X) / m + sums(Y, Y) / n - 2 * sums(X, Y) / (m * n),
        sums(X, X) / m**2 - sums(Y, Y) / n**2,
    ]


@claim
def linear_attention(f=Vector["r", Positive], G=Matrix["m", "r", Positive], v=Vector["m"]):
    """Feature attention in linear time: sum over keys first (Katharopoulos et al., 2020, equations 4 and 5)."""
    m = G.dims[0]
    alike = lambda j: total(lambda l: f[l] * G[j, l], over=f)  # noqa: E731
    first = total(lambda l: f[l] * total(lambda j: G[j, l] * v[j], over=v), over=f)
    return Equals(
        total(lambda j: alike(j) / total(alike, over=m) * v[j], over=v),
        first / total(lambda l: f[l] * total(lambda j: G[j, l], over=m), over=f),
    )


def linear_attention_twins(m, f, G, v):
    first = total(lambda l: f[l] * total(lambda j: G[j, l] * v[j], over=v), over=f)
    return [
        first,
        first / total(lambda l: total(lambda j: G[j, l], over=m), over=f),
        total(lambda l: f[l] * total(lambda j: G[j, l] * v[j], over=v) / total(lambda j: G[j, l], over=m), over=f),
    ]


@claim
def scale_of_the_scores(q=Vector["d"], k=Vector["d"], c=Real, l=Index["d"]):
    """The score c q·k has the gradient k_l/√d for all queries and keys exactly when c = 1/√d (Vaswani et al.)."""
    d = q.dims[0]
    return Determines(Equals(D(c * dot(q, k), q[l]), k[l] / sqrt(d)), c, 1 / sqrt(d), (q, k, l))


def scale_of_the_scores_twins(d, q, k, c, l):
    equation = Equals(D(c * dot(q, k), q[l]), k[l] / sqrt(d))
    return [
        Determines(equation, c, 1 / d, (q, k, l)),
        Determines(equation, c, sqrt(d), (q, k, l)),
        Determines(Equals(D(c * dot(q, k), k[l]), k[l] / sqrt(d)), c, 1 / sqrt(d), (q, k, l)),
    ]


@claim
def kernel_smoothing_as_a_fit(k=Normalised["m"], Y=Matrix["m", "d"], c=Vector["d"], ell=Functional["d"]):
    """Fitting weighted values is fitting their weighted mean: Σ kⱼ‖yⱼ − c‖² and ‖Σ kⱼyⱼ − c‖² (Hastie, 6.1.1)."""
    mean = lambda l: total(lambda j: k[j] * Y[j, l], over=k)  # noqa: E731
    every = total(lambda j: k[j] * total(lambda l: (Y[j, l] - c[l]) ** 2, over=c), over=k)
    return SameMinimiser(ell(c) + every, ell(c) + total(lambda l: (mean(l) - c[l]) ** 2, over=c), over=c)


def kernel_smoothing_as_a_fit_twins(m, k, Y, c, ell):
    every = ell(c) + total(lambda j: k[j] * total(lambda l: (Y[j, l] - c[l]) ** 2, over=c), over=k)
    mean = lambda l: total(lambda j: k[j] * Y[j, l], over=k)  # noqa: E731
    plain = lambda l: total(lambda j: Y[j, l], over=k)  # noqa: E731
    return [
        SameMinimiser(every, ell(c) + total(lambda l: (mean(l) + c[l]) ** 2, over=c), over=c),
        SameMinimiser(every, ell(c) + total(lambda l: (plain(l) - c[l]) ** 2, over=c), over=c),
        SameMinimiser(every, ell(c) + m * total(lambda l: (mean(l) - c[l]) ** 2, over=c) / 2, over=c),
    ]
