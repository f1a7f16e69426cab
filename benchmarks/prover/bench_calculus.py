"""Vector calculus by components: quadratic forms, least squares, norms, one hidden layer, traces by double sums.

Sources: Petersen & Pedersen, The Matrix Cookbook, sections 1 and 2; Magnus & Neudecker, Matrix Differential Calculus,
chapters 9 and 10; Goodfellow et al., Deep Learning, sections 4.3 and 6.5; Bishop, Pattern Recognition, chapter 5.
"""

from fractions import Fraction

from lemmata.spec.language import (
    D,
    Determines,
    Equals,
    Functional,
    Index,
    Matrix,
    Positive,
    Real,
    SameMinimiser,
    Size,
    Vector,
    claim,
    definition,
    delta,
    exp,
    sqrt,
    tanh,
    total,
)
from lemmata.spec.logistic import sigmoid, softplus


@definition(notation=r"{x}^{\top} {A} {x}")
def quadratic(A=Matrix["n", "n"], x=Vector["n"]):
    """The quadratic form Σᵢⱼ xᵢ Aᵢⱼ xⱼ; A need not be symmetric."""
    return total(lambda i: total(lambda j: x[i] * A[i, j] * x[j], over=x), over=x)


@definition(notation=r"\|{x}\|")
def norm(x=Vector["n", Positive]):
    """The Euclidean norm √Σ xₖ²."""
    return sqrt(total(lambda k: x[k] ** 2, over=x))


@definition(notation=r"\|{x}\|_{e}")
def smooth_norm(x=Vector["n"], e=Positive):
    """The norm √(ε + Σ xₖ²), smooth also at the origin."""
    return sqrt(e + total(lambda k: x[k] ** 2, over=x))


@definition(notation=r"r_{i}")
def residual(X=Matrix["m", "d"], w=Vector["d"], y=Vector["m"], i=Index["m"]):
    """The residual of the i-th observation, Σⱼ Xᵢⱼ wⱼ − yᵢ."""
    return total(lambda j: X[i, j] * w[j], over=w) - y[i]


@definition(notation=r"f({x})")
def network(v=Vector["h"], W=Matrix["h", "d"], x=Vector["d"]):
    """One hidden layer of tanh units, Σₖ vₖ tanh(Σⱼ Wₖⱼ xⱼ)."""
    return total(lambda k: v[k] * tanh(total(lambda j: W[k, j] * x[j], over=x)), over=v)


def hidden(W, x, k):
    """The activation of the k-th hidden unit."""
    return tanh(total(lambda j: W[k, j] * x[j], over=x))


def dot(x, y):
    """The scalar product."""
    return total(lambda k: x[k] * y[k], over=x)


@claim
def quadratic_gradient(A=Matrix["n", "n"], x=Vector["n"], k=Index["n"]):
    """∂ xᵀAx / ∂xₖ = ((A + Aᵀ)x)ₖ (Matrix Cookbook, equation 81)."""
    return Equals(D(quadratic(A, x), x[k]), total(lambda j: (A[k, j] + A[j, k]) * x[j], over=x))


def quadratic_gradient_twins(A, x, k):
    return [
        2 * total(lambda j: A[k, j] * x[j], over=x),
        total(lambda j: (A[k, j] - A[j, k]) * x[j], over=x),
        total(lambda j: (A[k, j] + A[j, k]) * x[j], over=x) / 2,
    ]


@claim
def quadratic_hessian(A=Matrix["n", "n"], x=Vector["n"], k=Index["n"], l=Index["n"]):
    """∂² xᵀAx / ∂xₖ∂xₗ = Aₖₗ + Aₗₖ (Matrix Cookbook, equation 98)."""
    return Equals(D(D(quadratic(A, x), x[k]), x[l]), A[k, l] + A[l, k])


def quadratic_hessian_twins(A, k, l):
    return [2 * A[k, l], A[k, l] - A[l, k], A[k, k] + A[l, l]]


@claim
def bilinear_gradient(A=Matrix["m", "n"], x=Vector["m"], y=Vector["n"], k=Index["m"], l=Index["n"]):
    """∂ xᵀAy / ∂Aₖₗ = xₖ yₗ (Matrix Cookbook, equation 70)."""
    form = total(lambda i: total(lambda j: x[i] * A[i, j] * y[j], over=y), over=x)
    return Equals(D(form, A[k, l]), x[k] * y[l])


def bilinear_gradient_twins(A, x, y, k, l):
    return [A[k, l] * x[k] * y[l], x[k] + y[l], x[k] * total(lambda j: y[j], over=y)]


@claim
def least_squares_gradient(X=Matrix["m", "d"], w=Vector["d"], y=Vector["m"], k=Index["d"]):
    """The gradient of ½‖Xw − y‖² is Xᵀ(Xw − y) (Goodfellow et al., equation 4.22)."""
    loss = total(lambda i: residual(X, w, y, i) ** 2, over=y) / 2
    return Equals(D(loss, w[k]), total(lambda i: X[i, k] * residual(X, w, y, i), over=y))


def least_squares_gradient_twins(X, w, y, k):
    return [
        2 * total(lambda i: X[i, k] * residual(X, w, y, i), over=y),
        -total(lambda i: X[i, k] * residual(X, w, y, i), over=y),
        w[k] * total(lambda i: residual(X, w, y, i), over=y),
    ]


@claim
def ridge_gradient(m=Size, X=Matrix["m", "d"], w=Vector["d"], y=Vector["m"], b=Real, lam=Real, k=Index["d"]):
    """Mean squared error with intercept and L2 penalty: the penalty adds 2λwₖ (Hastie et al., section 3.4.1)."""
    loss = total(lambda i: (residual(X, w, y, i) + b) ** 2, over=y) / m + lam * dot(w, w)
    inner = total(lambda i: X[i, k] * (residual(X, w, y, i) + b), over=y)
    return Equals(D(loss, w[k]), 2 / m * inner + 2 * lam * w[k])


def ridge_gradient_twins(m, X, w, y, b, lam, k):
    inner = total(lambda i: X[i, k] * (residual(X, w, y, i) + b), over=y)
    return [2 / m * inner + lam * w[k], inner / m + 2 * lam * w[k], 2 / m * inner + 2 * lam * (w[k] + b)]


@claim
def least_squares_hessian(X=Matrix["m", "d"], w=Vector["d"], y=Vector["m"], k=Index["d"], l=Index["d"]):
    """The Hessian of ½‖Xw − y‖² is the Gram matrix XᵀX (Boyd & Vandenberghe, section 9.1.1)."""
    loss = total(lambda i: residual(X, w, y, i) ** 2, over=y) / 2
    return Equals(D(D(loss, w[k]), w[l]), total(lambda i: X[i, k] * X[i, l], over=y))


def least_squares_hessian_twins(X, w, y, k, l):
    return [
        total(lambda i: X[i, k] ** 2, over=y),
        2 * total(lambda i: X[i, k] * X[i, l], over=y),
        delta(k, l) * total(lambda i: X[i, k] * X[i, l], over=y),
    ]


@claim
def norm_gradient(x=Vector["n", Positive], k=Index["n"]):
    """∂‖x‖/∂xₖ = xₖ/‖x‖ (Matrix Cookbook, equation 129)."""
    return Equals(D(norm(x), x[k]), x[k] / norm(x))


def norm_gradient_twins(x, k):
    return [2 * x[k] / norm(x), x[k] / (2 * norm(x)), x[k] / norm(x) ** 2]


@claim
def normalised_jacobian(x=Vector["n"], e=Positive, i=Index["n"], j=Index["n"]):
    """The Jacobian of x/‖x‖ is δᵢⱼ/‖x‖ − xᵢxⱼ/‖x‖³, with an ε in the norm (Matrix Cookbook, equation 130)."""
    r = smooth_norm(x, e)
    return Equals(D(x[i] / r, x[j]), delta(i, j) / r - x[i] * x[j] / r**3)


def normalised_jacobian_twins(x, e, i, j):
    r = smooth_norm(x, e)
    return [delta(i, j) / r + x[i] * x[j] / r**3, 1 / r - x[i] * x[j] / r**3, delta(i, j) / r - x[i] * x[j] / r**2]


@claim
def normalised_is_scale_free(x=Vector["n", Positive], i=Index["n"]):
    """The Jacobian of x/‖x‖ has x in its kernel: Σⱼ ∂(xᵢ/‖x‖)/∂xⱼ · xⱼ = 0 (Euler, for degree 0)."""
    return Equals(total(lambda j: D(x[i] / norm(x), x[j]) * x[j], over=x), 0)


def normalised_is_scale_free_twins(x, i):
    return [x[i] / norm(x), Equals(total(lambda j: D(x[i] / norm(x), x[j]), over=x), 0), x[i]]


@claim
def norm_hessian(x=Vector["n"], e=Positive, i=Index["n"], j=Index["n"]):
    """The Hessian of √(ε + ‖x‖²) is (δᵢⱼ − uᵢuⱼ)/r with u = x/r (Magnus & Neudecker, chapter 10)."""
    r = smooth_norm(x, e)
    return Equals(D(D(r, x[i]), x[j]), (delta(i, j) - x[i] / r * (x[j] / r)) / r)


def norm_hessian_twins(x, e, i, j):
    r = smooth_norm(x, e)
    return [(delta(i, j) - x[i] * x[j]) / r, (1 - x[i] / r * (x[j] / r)) / r, delta(i, j) - x[i] / r * (x[j] / r)]


@claim
def euler_for_the_norm(x=Vector["n", Positive]):
    """Euler's theorem for degree 1: Σⱼ xⱼ ∂‖x‖/∂xⱼ = ‖x‖."""
    return Equals(total(lambda j: x[j] * D(norm(x), x[j]), over=x), norm(x))


def euler_for_the_norm_twins(n, x):
    return [1, norm(x) ** 2, n * norm(x)]


@claim
def divergence_of_a_radial_field(n=Size, x=Vector["n"]):
    """Σⱼ ∂(xⱼ ‖x‖²)/∂xⱼ = (n + 2) ‖x‖² (vector analysis, standard)."""
    return Equals(total(lambda j: D(x[j] * dot(x, x), x[j]), over=x), (n + 2) * dot(x, x))


def divergence_of_a_radial_field_twins(n, x):
    return [(n + 1) * dot(x, x), 3 * dot(x, x), n * dot(x, x) + 2]


@claim
def laplacian_of_a_gaussian(n=Size, x=Vector["n"]):
    """Σⱼ ∂²/∂xⱼ² e^{−‖x‖²/2} = (‖x‖² − n) e^{−‖x‖²/2} (the blob detector of Lindeberg, 1998)."""
    bump = exp(-dot(x, x) / 2)
    return Equals(total(lambda j: D(D(bump, x[j]), x[j]), over=x), (dot(x, x) - n) * bump)


def laplacian_of_a_gaussian_twins(n, x):
    bump = exp(-dot(x, x) / 2)
    return [(dot(x, x) - 1) * bump, (n - dot(x, x)) * bump, (dot(x, x) + n) * bump]


@claim
def output_weights(v=Vector["h"], W=Matrix["h", "d"], x=Vector["d"], k=Index["h"]):
    """The gradient in an output weight is the hidden activation (Bishop, section 5.3)."""
    return Equals(D(network(v, W, x), v[k]), hidden(W, x, k))


def output_weights_twins(v, W, x, k):
    return [v[k] * hidden(W, x, k), 1 - hidden(W, x, k) ** 2, total(lambda j: W[k, j] * x[j], over=x)]


@claim
def hidden_weights(v=Vector["h"], W=Matrix["h", "d"], x=Vector["d"], k=Index["h"], l=Index["d"]):
    """The gradient in a hidden weight is vₖ (1 − hₖ²) xₗ (Bishop, equation 5.65)."""
    return Equals(D(network(v, W, x), W[k, l]), v[k] * (1 - hidden(W, x, k) ** 2) * x[l])


def hidden_weights_twins(v, W, x, k, l):
    return [
        v[k] * (1 - hidden(W, x, k)) * x[l],
        (1 - hidden(W, x, k) ** 2) * x[l],
        v[k] * (1 - hidden(W, x, k) ** 2) * W[k, l],
    ]


@claim
def input_gradient(v=Vector["h"], W=Matrix["h", "d"], x=Vector["d"], l=Index["d"]):
    """The gradient in an input sums over all hidden units, Σₖ vₖ (1 − hₖ²) Wₖₗ (Bishop, section 5.3.4)."""
    return Equals(D(network(v, W, x), x[l]), total(lambda k: v[k] * (1 - hidden(W, x, k) ** 2) * W[k, l], over=v))


def input_gradient_twins(h, v, W, x, l):
    return [
        total(lambda k: v[k] * (1 - hidden(W, x, k) ** 2), over=v) * x[l],
        total(lambda k: v[k] * (1 + hidden(W, x, k) ** 2) * W[k, l], over=v),
        total(lambda k: v[k] * (1 - hidden(W, x, k) ** 2) * W[k, l], over=v) / h,
    ]


@claim
def squared_loss_through_tanh(v=Vector["h"], W=Matrix["h", "d"], x=Vector["d"], y=Real, k=Index["h"], l=Index["d"]):
    """Backpropagation of ½(f − y)²: the error times the gradient of the network (Goodfellow et al., section 6.5)."""
    loss = (network(v, W, x) - y) ** 2 / 2
    return Equals(D(loss, W[k, l]), (network(v, W, x) - y) * v[k] * (1 - hidden(W, x, k) ** 2) * x[l])


def squared_loss_through_tanh_twins(v, W, x, y, k, l):
    error, slope = network(v, W, x) - y, 1 - hidden(W, x, k) ** 2
    return [2 * error * v[k] * slope * x[l], error * slope * x[l], (y - network(v, W, x)) * v[k] * slope * x[l]]


@claim
def gauss_newton_vector(X=Matrix["m", "d"], w=Vector["d"], u=Vector["d"], y=Vector["m"], k=Index["d"]):
    """The Hessian of the logistic loss times u is Σᵢ σ′(zᵢ) xᵢₖ (xᵢ·u), without forming the Hessian (Bishop, 4.97)."""
    z = lambda i: total(lambda j: X[i, j] * w[j], over=w)  # noqa: E731
    loss = total(lambda i: softplus(z(i)) - y[i] * z(i), over=y)
    curved = lambda i: sigmoid(z(i)) * (1 - sigmoid(z(i)))  # noqa: E731
    return Equals(
        total(lambda l: D(D(loss, w[k]), w[l]) * u[l], over=w),
        total(lambda i: curved(i) * X[i, k] * total(lambda l: X[i, l] * u[l], over=u), over=y),
    )


def gauss_newton_vector_twins(X, w, u, y, k):
    z = lambda i: total(lambda j: X[i, j] * w[j], over=w)  # noqa: E731
    along = lambda i: total(lambda l: X[i, l] * u[l], over=u)  # noqa: E731
    return [
        total(lambda i: X[i, k] * along(i), over=y),
        total(lambda i: (sigmoid(z(i)) - y[i]) * X[i, k] * along(i), over=y),
        total(lambda i: sigmoid(z(i)) * (1 - sigmoid(z(i))) * X[i, k] ** 2, over=y) * u[k],
    ]


@claim
def tanh_and_sigmoid(x=Real):
    """tanh x = 2σ(2x) − 1 (Bishop, exercise 3.1)."""
    return Equals(tanh(x), 2 * sigmoid(2 * x) - 1)


def tanh_and_sigmoid_twins(x):
    return [2 * sigmoid(x) - 1, sigmoid(2 * x) - 1, 1 - 2 * sigmoid(2 * x)]


@claim
def swish_slope(x=Real):
    """The derivative of x σ(x) is f + σ(x)(1 − f) with f = xσ(x) (Ramachandran et al., 2017)."""
    f = x * sigmoid(x)
    return Equals(D(f, x), f + sigmoid(x) * (1 - f))


def swish_slope_twins(x):
    f = x * sigmoid(x)
    return [f + sigmoid(x) * (1 - sigmoid(x)), sigmoid(x) * (1 - f), f + sigmoid(x) * (1 + f)]


@claim
def cyclic_trace(A=Matrix["m", "n"], B=Matrix["n", "l"], C=Matrix["l", "m"]):
    """tr(ABC) = tr(CAB), by triple sums (Matrix Cookbook, equation 16)."""
    m, n, l = *A.dims, B.dims[1]
    entry = lambda i, k: total(lambda j: A[i, j] * B[j, k], over=n)  # noqa: E731
    turned = lambda k, j: total(lambda i: C[k, i] * A[i, j], over=m)  # noqa: E731
    return Equals(
        total(lambda i: total(lambda k: entry(i, k) * C[k, i], over=l), over=m),
        total(lambda k: total(lambda j: turned(k, j) * B[j, k], over=n), over=l),
    )


def cyclic_trace_twins(A, B, C, m, n, l):
    return [
        total(lambda i: total(lambda j: A[i, j], over=n) * total(lambda k: C[k, i], over=l), over=m),
        -total(lambda k: total(lambda j: total(lambda i: C[k, i] * A[i, j], over=m) * B[j, k], over=n), over=l),
        total(lambda k: total(lambda j: total(lambda i: C[k, i] * A[i, j], over=m), over=n), over=l),
    ]


@claim
def factorisation_gradient(A=Matrix["m", "r"], B=Matrix["r", "n"], C=Matrix["m", "n"], p=Index["m"], q=Index["r"]):
    """The gradient of ½‖AB − C‖² in A is (AB − C)Bᵀ (Koren et al., 2009, matrix factorisation)."""
    n = B.dims[1]
    gap = lambda i, j: total(lambda k: A[i, k] * B[k, j], over=B.dims[0]) - C[i, j]  # noqa: E731
    loss = total(lambda i: total(lambda j: gap(i, j) ** 2, over=n), over=A.dims[0]) / 2
    return Equals(D(loss, A[p, q]), total(lambda j: gap(p, j) * B[q, j], over=n))


def factorisation_gradient_twins(m, r, n, A, B, C, p, q):
    gap = lambda i, j: total(lambda k: A[i, k] * B[k, j], over=r) - C[i, j]  # noqa: E731
    return [
        2 * total(lambda j: gap(p, j) * B[q, j], over=n),
        total(lambda i: total(lambda j: gap(i, j) * B[q, j], over=n), over=m),
        total(lambda j: (gap(p, j) + C[p, j]) * B[q, j], over=n),
    ]


@claim
def outer_product_norm(x=Vector["m"], y=Vector["n"]):
    """‖xyᵀ‖² = ‖x‖²‖y‖² in the Frobenius norm (Golub & Van Loan, section 2.3)."""
    return Equals(total(lambda i: total(lambda j: (x[i] * y[j]) ** 2, over=y), over=x), dot(x, x) * dot(y, y))


def outer_product_norm_twins(m, n, x, y):
    return [
        dot(x, x) + dot(y, y),
        total(lambda i: x[i], over=x) ** 2 * total(lambda j: y[j], over=y) ** 2,
        n * dot(x, x) * dot(y, y) / m,
    ]


@claim
def lagrange_identity(x=Vector["n"], y=Vector["n"]):
    """‖x‖²‖y‖² − (x·y)² = ½ Σᵢⱼ (xᵢyⱼ − xⱼyᵢ)² (Steele, The Cauchy–Schwarz Master Class, chapter 3)."""
    pairs = total(lambda i: total(lambda j: (x[i] * y[j] - x[j] * y[i]) ** 2, over=x), over=x)
    return Equals(dot(x, x) * dot(y, y) - dot(x, y) ** 2, pairs / 2)


def lagrange_identity_twins(x, y):
    pairs = total(lambda i: total(lambda j: (x[i] * y[j] - x[j] * y[i]) ** 2, over=x), over=x)
    plus = total(lambda i: total(lambda j: (x[i] * y[j] + x[j] * y[i]) ** 2, over=x), over=x)
    return [pairs, plus / 2, total(lambda i: total(lambda j: (x[i] * y[j] - x[j] * y[j]) ** 2, over=x), over=x) / 2]


@claim
def polarisation(x=Vector["n"], y=Vector["n"]):
    """x·y = ¼(‖x + y‖² − ‖x − y‖²) (Halmos, Finite-Dimensional Vector Spaces, section 60)."""
    plus, minus = (total(lambda k, s=s: (x[k] + s * y[k]) ** 2, over=x) for s in (1, -1))
    return Equals(dot(x, y), (plus - minus) / 4)


def polarisation_twins(x, y):
    plus, minus = (total(lambda k, s=s: (x[k] + s * y[k]) ** 2, over=x) for s in (1, -1))
    return [(plus - minus) / 2, (plus + minus) / 4, (minus - plus) / 4]


@claim
def line_search_slope(X=Matrix["m", "d"], w=Vector["d"], g=Vector["d"], y=Vector["m"], a=Real):
    """The slope of ½‖X(w − αg) − y‖² in α is −Σᵢ rᵢ(α)(Xg)ᵢ (Nocedal & Wright, section 3.1)."""
    step = lambda i: total(lambda j: X[i, j] * (w[j] - a * g[j]), over=w) - y[i]  # noqa: E731
    along = lambda i: total(lambda j: X[i, j] * g[j], over=w)  # noqa: E731
    return Equals(
        D(total(lambda i: step(i) ** 2, over=y) / 2, a),
        a * total(lambda i: along(i) ** 2, over=y) - total(lambda i: residual(X, w, y, i) * along(i), over=y),
    )


def line_search_slope_twins(X, w, g, y, a):
    along = lambda i: total(lambda j: X[i, j] * g[j], over=w)  # noqa: E731
    square, cross = total(lambda i: along(i) ** 2, over=y), total(lambda i: residual(X, w, y, i) * along(i), over=y)
    return [square - cross, a * square + cross, a * square / 2 - cross]


@claim
def ridge_about_a_point(w=Vector["d"], c=Vector["d"], lam=Real, ell=Functional["d"]):
    """(λ/2)‖w − c‖² and (λ/2)‖w‖² − λ c·w give the same fit, whatever the loss (proximal algorithms, Parikh & Boyd)."""
    return SameMinimiser(
        ell(w) + lam / 2 * total(lambda j: (w[j] - c[j]) ** 2, over=w),
        ell(w) + lam / 2 * dot(w, w) - lam * dot(c, w),
        over=w,
    )


def ridge_about_a_point_twins(w, c, lam, ell):
    first = ell(w) + lam / 2 * total(lambda j: (w[j] - c[j]) ** 2, over=w)
    return [
        SameMinimiser(first, ell(w) + lam / 2 * dot(w, w) + lam * dot(c, w), over=w),
        SameMinimiser(first, ell(w) + lam / 2 * dot(w, w) - lam / 2 * dot(c, w), over=w),
        SameMinimiser(first, ell(w) + lam * dot(w, w) - lam * dot(c, w), over=w),
    ]


@claim
def scale_of_the_quadratic(A=Matrix["n", "n"], x=Vector["n"], c=Real, k=Index["n"], l=Index["n"]):
    """c(xᵀAx + xᵀAᵀx) has the Hessian A + Aᵀ for every A exactly when c = ½ (Magnus & Neudecker, chapter 10)."""
    both = quadratic(A, x) + total(lambda i: total(lambda j: x[i] * A[j, i] * x[j], over=x), over=x)
    return Determines(Equals(D(D(c * both, x[k]), x[l]), A[k, l] + A[l, k]), c, Fraction(1, 2), (A, x, k, l))


def scale_of_the_quadratic_twins(n, A, x, c, k, l):
    both = quadratic(A, x) + total(lambda i: total(lambda j: x[i] * A[j, i] * x[j], over=x), over=x)
    equation = Equals(D(D(c * both, x[k]), x[l]), A[k, l] + A[l, k])
    doubled = Equals(equation.left, 2 * A[k, l])
    return [
        Determines(equation, c, 1, (A, x, k, l)),
        Determines(equation, c, 1 / (2 * n), (A, x, k, l)),
        Determines(doubled, c, Fraction(1, 2), (A, x, k, l)),
    ]
