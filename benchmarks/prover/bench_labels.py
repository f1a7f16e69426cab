"""One-hot labels and symmetric matrices as their sorts have them: yᵢyⱼ = δᵢⱼyᵢ, Σ yₖ = 1, and Aᵢⱼ = Aⱼᵢ.

Sources: Murphy, Probabilistic Machine Learning; Hastie, Tibshirani & Friedman, The Elements of Statistical Learning;
Boyd & Vandenberghe, Convex Optimization.
"""

from lemmata.spec.information import entropy
from lemmata.spec.language import (
    Bit,
    D,
    Equals,
    Index,
    Matrix,
    OneHot,
    OneHotRows,
    Positive,
    Symmetric,
    Vector,
    claim,
    delta,
    log,
    total,
    vector,
)
from lemmata.spec.softmax import softmax


def table_sum(M, f):
    """Σᵢⱼ f(i, j) over the entries of a matrix."""
    return total(lambda i: total(lambda j: f(i, j), over=M.dims[1]), over=M.dims[0])


# ---------------------------------------------------------------------- one-hot labels
@claim
def one_hot_quadratic_form(y=OneHot["k"], M=Matrix["k", "k"]):
    """Between one-hot vectors a matrix is its diagonal: yᵀM y = Σᵢ yᵢ Mᵢᵢ."""
    k = y.dims[0]
    return Equals(table_sum(M, lambda i, j: y[i] * y[j] * M[i, j]), total(lambda i: y[i] * M[i, i], over=k))


def one_hot_quadratic_form_twins(k, y, M):
    return [
        total(lambda i: M[i, i], over=k),
        total(lambda i: total(lambda j: y[i] * M[i, j], over=k), over=k),
        total(lambda i: y[i] * M[i, i], over=k) / k,
    ]


@claim
def brier_score(p=Vector["k"], y=OneHot["k"]):
    """Σ (pₖ − yₖ)² = 1 − 2 Σ yₖ pₖ + Σ pₖ² (Hastie et al., section 2.4)."""
    right = 1 - 2 * total(lambda c: y[c] * p[c], over=p) + total(lambda c: p[c] ** 2, over=p)
    return Equals(total(lambda c: (p[c] - y[c]) ** 2, over=p), right)


def brier_score_twins(k, p, y):
    told, square = total(lambda c: y[c] * p[c], over=p), total(lambda c: p[c] ** 2, over=p)
    return [1 - told + square, k - 2 * told + square, 1 - 2 * told + told**2]


@claim
def one_hot_entropy(y=OneHot["k"]):
    """A certain outcome has no entropy: H(y) = 0."""
    return Equals(entropy(y), 0)


def one_hot_entropy_twins(k, y):
    return [log(k), 1 - 1 / k, y[1]]


@claim
def one_hot_cross_entropy_gradient(o=Vector["k"], y=OneHot["k"], j=Index["k"]):
    """The gradient of −Σ yₖ log Sₖ(o) is S(o) − y (Murphy, section 10.3.3)."""
    return Equals(D(-total(lambda c: y[c] * log(softmax(o, c)), over=o), o[j]), softmax(o, j) - y[j])


def one_hot_cross_entropy_gradient_twins(k, o, y, j):
    return [y[j] - softmax(o, j), softmax(o, j) - 1, softmax(o, j) - y[j] / k]


@claim
def softmax_regression_gradient(
    X=Matrix["n", "d"], W=Matrix["d", "k"], Y=OneHotRows["n", "k"], j=Index["d"], c=Index["k"]
):
    """The gradient of softmax regression is Xᵀ(S(XW) − Y) (Murphy, section 10.3.3)."""
    (n, d), k = X.dims, W.dims[1]
    logits = lambda i: vector(lambda e: total(lambda l: X[i, l] * W[l, e], over=d), over=k)  # noqa: E731
    loss = -total(lambda i: total(lambda e: Y[i, e] * log(softmax(logits(i), e)), over=k), over=n)
    return Equals(D(loss, W[j, c]), total(lambda i: X[i, j] * (softmax(logits(i), c) - Y[i, c]), over=n))


def softmax_regression_gradient_twins(n, d, k, X, W, Y, j, c):
    logits = lambda i: vector(lambda e: total(lambda l: X[i, l] * W[l, e], over=d), over=k)  # noqa: E731
    told = lambda i: softmax(logits(i), c)  # noqa: E731
    return [
        total(lambda i: X[i, j] * (Y[i, c] - told(i)), over=n),
        total(lambda i: X[i, j] * (told(i) - Y[i, c]), over=n) / n,
        total(lambda i: X[i, j] * (told(i) - 1), over=n),
    ]


@claim
def gram_matrix_of_labels(Y=OneHotRows["n", "k"], c=Index["k"], e=Index["k"]):
    """YᵀY is diagonal and holds the class counts: Σᵢ Yᵢ꜀ Yᵢₑ = δ꜀ₑ Σᵢ Yᵢ꜀."""
    n = Y.dims[0]
    return Equals(total(lambda i: Y[i, c] * Y[i, e], over=n), delta(c, e) * total(lambda i: Y[i, c], over=n))


def gram_matrix_of_labels_twins(n, k, Y, c, e):
    count = total(lambda i: Y[i, c], over=n)
    return [count, delta(c, e) * n, count * total(lambda i: Y[i, e], over=n) / n]


@claim
def confusion_matrix_counts(Y=OneHotRows["n", "k"], Z=OneHotRows["n", "k"], c=Index["k"]):
    """A row of the confusion matrix YᵀZ holds all examples of its class: Σₑ Σᵢ Yᵢ꜀ Zᵢₑ = Σᵢ Yᵢ꜀."""
    n, k = Y.dims
    return Equals(total(lambda e: total(lambda i: Y[i, c] * Z[i, e], over=n), over=k), total(lambda i: Y[i, c], over=n))


def confusion_matrix_counts_twins(n, k, Y, Z, c):
    return [
        total(lambda i: Z[i, c], over=n),
        n / k,
        total(lambda i: Y[i, c] * Z[i, c], over=n),
    ]


@claim
def accuracy_by_distance(Y=OneHotRows["n", "k"], Z=OneHotRows["n", "k"]):
    """The correct predictions, the trace of the confusion matrix, are n − ‖Y − Z‖²/2."""
    n, k = Y.dims
    apart = total(lambda i: total(lambda c: (Y[i, c] - Z[i, c]) ** 2, over=k), over=n)
    return Equals(total(lambda c: total(lambda i: Y[i, c] * Z[i, c], over=n), over=k), n - apart / 2)


def accuracy_by_distance_twins(n, k, Y, Z):
    apart = total(lambda i: total(lambda c: (Y[i, c] - Z[i, c]) ** 2, over=k), over=n)
    return [n - apart, k - apart / 2, n - apart / (2 * k)]


@claim
def distortion_of_clusters(x=Vector["n"], m=Vector["k"], Y=OneHotRows["n", "k"]):
    """The loss of k-means opened: Σ (xᵢ − Σ꜀ Yᵢ꜀ m꜀)² = Σ xᵢ² − 2 Σ Yᵢ꜀ xᵢ m꜀ + Σ꜀ n꜀ m꜀² (Murphy, section 21.3)."""
    n, k = Y.dims
    centre = lambda i: total(lambda c: Y[i, c] * m[c], over=k)  # noqa: E731
    both = table_sum(Y, lambda i, c: Y[i, c] * x[i] * m[c])
    counted = total(lambda c: total(lambda i: Y[i, c], over=n) * m[c] ** 2, over=k)
    square = total(lambda i: x[i] ** 2, over=n)
    return Equals(total(lambda i: (x[i] - centre(i)) ** 2, over=n), square - 2 * both + counted)


def distortion_of_clusters_twins(n, k, x, m, Y):
    both = table_sum(Y, lambda i, c: Y[i, c] * x[i] * m[c])
    counted = total(lambda c: total(lambda i: Y[i, c], over=n) * m[c] ** 2, over=k)
    square = total(lambda i: x[i] ** 2, over=n)
    return [
        square - both + counted,
        square - 2 * both + total(lambda c: m[c] ** 2, over=k),
        square - 2 * both + counted / n,
    ]


# ---------------------------------------------------------------------- symmetric matrices
def form(A, x):
    return total(lambda i: total(lambda j: A[i, j] * x[i] * x[j], over=x), over=x)


@claim
def gradient_of_a_quadratic_form(A=Symmetric["n"], x=Vector["n"], k=Index["n"]):
    """∇ xᵀA x = 2 A x for a symmetric matrix (Boyd & Vandenberghe, appendix A.4)."""
    return Equals(D(form(A, x), x[k]), 2 * total(lambda j: A[k, j] * x[j], over=x))


def gradient_of_a_quadratic_form_twins(A, x, k):
    return [total(lambda j: A[k, j] * x[j], over=x), 2 * A[k, k] * x[k], 2 * total(lambda j: A[j, j] * x[j], over=x)]


@claim
def gradient_of_the_rayleigh_quotient(A=Symmetric["n"], x=Vector["n", Positive], k=Index["n"]):
    """∇ xᵀA x/xᵀx = 2 (A x − R x)/xᵀx, where R is the quotient."""
    square = total(lambda j: x[j] ** 2, over=x)
    quotient = form(A, x) / square
    return Equals(D(quotient, x[k]), 2 * (total(lambda j: A[k, j] * x[j], over=x) - quotient * x[k]) / square)


def gradient_of_the_rayleigh_quotient_twins(A, x, k):
    square, image = total(lambda j: x[j] ** 2, over=x), total(lambda j: A[k, j] * x[j], over=x)
    quotient = form(A, x) / square
    return [
        2 * image / square,
        (image - quotient * x[k]) / square + x[k],
        2 * (image + quotient * x[k]) / square,
    ]


@claim
def self_adjoint(A=Symmetric["n"], x=Vector["n"], y=Vector["n"]):
    """xᵀ(A y) = (A x)ᵀy for a symmetric matrix."""
    image = lambda v, i: total(lambda j: A[i, j] * v[j], over=v)  # noqa: E731
    return Equals(total(lambda i: x[i] * image(y, i), over=x), total(lambda i: image(x, i) * y[i], over=x))


def self_adjoint_twins(n, A, x, y):
    return [
        total(lambda i: A[i, i] * x[i] * y[i], over=x),
        total(lambda i: total(lambda j: A[i, j] * x[i] * y[i], over=x), over=x),
        form(A, x),
    ]


@claim
def laplacian(A=Symmetric["n", Bit], x=Vector["n"]):
    """Σᵢⱼ Aᵢⱼ (xᵢ − xⱼ)² = 2 xᵀ(D − A)x, with the degrees on the diagonal of D (Hastie et al., section 14.5.3)."""
    spread = total(lambda i: total(lambda j: A[i, j] * (x[i] - x[j]) ** 2, over=x), over=x)
    degrees = total(lambda i: total(lambda j: A[i, j], over=x) * x[i] ** 2, over=x)
    return Equals(spread, 2 * degrees - 2 * form(A, x))


def laplacian_twins(A, x):
    degrees = total(lambda i: total(lambda j: A[i, j], over=x) * x[i] ** 2, over=x)
    return [degrees - form(A, x), 2 * degrees + 2 * form(A, x), 2 * degrees - form(A, x)]


@claim
def square_of_a_symmetric_matrix(A=Symmetric["n"], i=Index["n"], j=Index["n"]):
    """The square of a symmetric matrix is symmetric: Σₖ Aᵢₖ Aₖⱼ = Σₖ Aⱼₖ Aₖᵢ."""
    n = A.dims[0]
    return Equals(total(lambda k: A[i, k] * A[k, j], over=n), total(lambda k: A[j, k] * A[k, i], over=n))


def square_of_a_symmetric_matrix_twins(n, A, i, j):
    return [
        total(lambda k: A[i, k] * A[k, i], over=n),
        A[i, j] ** 2,
        total(lambda k: A[i, k], over=n) * total(lambda k: A[k, j], over=n),
    ]
