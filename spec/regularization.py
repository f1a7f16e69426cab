"""Regularisation as a prior: the Gaussian prior gives the L2 penalty, the Laplace prior the L1 penalty."""

from .language import (
    Abs,
    Cite,
    D,
    Determines,
    Equals,
    Expr,
    Functional,
    Index,
    Positive,
    Real,
    SameMinimiser,
    Vector,
    claim,
    definition,
    exp,
    log,
    pi,
    product,
    sqrt,
    total,
    vector,
)
from .lectures import PETIUSHKO


@definition(notation=r"\frac{{lam}}{2}\|{w}\|^2", text="½{lam}‖{w}‖²")
def l2_penalty(w=Vector["d"], lam=Real) -> Expr:
    """The L2 penalty ½ λ Σⱼ wⱼ²."""
    return lam / 2 * total(lambda j: w[j] ** 2, over=w)


@definition(notation=r"{lam}\|{w}\|_1", text="{lam}‖{w}‖₁")
def l1_penalty(w=Vector["d"], lam=Real) -> Expr:
    """The L1 penalty λ Σⱼ |wⱼ|."""
    return lam * total(lambda j: Abs(w[j]), over=w)


@definition(notation=r"\mathcal{N}({w}; {mu}, {sigma}^2)", text="N({w}; {mu}, {sigma}²)")
def gaussian_density(w=Vector["d"], mu=Vector["d"], sigma=Positive) -> Expr:
    """The density of d independent normal variables with means μⱼ and common variance σ²."""
    return product(lambda j: exp(-((w[j] - mu[j]) ** 2) / (2 * sigma**2)) / (sqrt(2 * pi) * sigma), over=w)


@definition(notation=r"-\log\mathcal{N}({w}; {mu}, {sigma}^2)", text="−log N({w}; {mu}, {sigma}²)")
def gaussian_nll(w=Vector["d"], mu=Vector["d"], sigma=Positive) -> Expr:
    """The negative logarithm of the Gaussian prior density."""
    return -log(gaussian_density(w, mu, sigma))


@gaussian_nll.stable
def gaussian_nll_expanded(w, mu, sigma):
    return total(lambda j: (w[j] - mu[j]) ** 2, over=w) / (2 * sigma**2) + w.dims[0] * log(sigma * sqrt(2 * pi))


@definition(notation=r"\operatorname{Laplace}({w}; {b})")
def laplace_density(w=Vector["d"], b=Positive) -> Expr:
    """The density of d independent Laplace variables with mean 0 and scale b."""
    return product(lambda j: exp(-Abs(w[j]) / b) / (2 * b), over=w)


@definition(notation=r"-\log\operatorname{Laplace}({w}; {b})", text="−log Laplace({w}; {b})")
def laplace_nll(w=Vector["d"], b=Positive) -> Expr:
    """The negative logarithm of the Laplace prior density."""
    return -log(laplace_density(w, b))


@laplace_nll.stable
def laplace_nll_expanded(w, b):
    return total(lambda j: Abs(w[j]), over=w) / b + w.dims[0] * log(2 * b)


def origin(w):
    """The zero vector of the same length."""
    return vector(lambda j: 0, over=w)


@claim(cites=[Cite(PETIUSHKO, "A probabilistic view on regularization", "reg.gaussian_prior")])
def gaussian_prior(w=Vector["d"], mu=Vector["d"], sigma=Positive):
    """The isotropic Gaussian density in d dimensions: (√(2π) σ)^{−d} exp(−‖w − μ‖² / 2σ²)."""
    square = total(lambda j: (w[j] - mu[j]) ** 2, over=w)
    return Equals(
        gaussian_density(w, mu, sigma), (sqrt(2 * pi) * sigma) ** (-w.dims[0]) * exp(-square / (2 * sigma**2))
    )


@gaussian_prior.proof
def collect_the_factors(w, mu, sigma):
    """A product of exponentials, and d equal normalisers."""
    square = total(lambda j: (w[j] - mu[j]) ** 2, over=w)
    yield "exponential of a sum", exp(-square / (2 * sigma**2)) * product(lambda j: 1 / (sqrt(2 * pi) * sigma), over=w)
    yield "d equal factors", (sqrt(2 * pi) * sigma) ** (-w.dims[0]) * exp(-square / (2 * sigma**2))


@gaussian_prior.as_printed(
    PETIUSHKO, "reg.gaussian_prior", section="A probabilistic view on regularization",
    latex=r"p(w; h) = \frac{1}{\sqrt{2\pi}\sigma} e^{-\frac{\|w-\mu\|^2}{2\sigma^2}}",
    wrong="The normaliser of one dimension is printed for a vector: in d dimensions it is (√(2π) σ)⁻ᵈ.",
)  # fmt: skip
def gaussian_prior_printed(w, mu, sigma):
    """The density of the weight vector is printed with the one-dimensional normaliser."""
    square = total(lambda j: (w[j] - mu[j]) ** 2, over=w)
    return Equals(gaussian_density(w, mu, sigma), 1 / (sqrt(2 * pi) * sigma) * exp(-square / (2 * sigma**2)))


@claim(cites=[Cite(PETIUSHKO, "A probabilistic view on regularization", "reg.exercise_tau")])
def tau(w=Vector["d"], sigma=Positive, tau=Real, j=Index["d"]):
    """The strength of the L2 penalty that a Gaussian prior amounts to: τ = 1/σ², and no other value will do.

    The gradient of −log p(w) is the gradient of (τ/2)‖w‖² for all w exactly when τ = 1/σ².
    """
    equation = Equals(D(gaussian_nll(w, origin(w), sigma), w[j]), D(l2_penalty(w, tau), w[j]))
    return Determines(equation, tau, 1 / sigma**2, (w, j))


@tau.proof
def by_comparing_coefficients(w, sigma, j):
    """Take the logarithm, differentiate, compare."""
    constant = w.dims[0] * log(sqrt(2 * pi) * sigma)
    yield "logarithm of a product", D(total(lambda k: w[k] ** 2, over=w) / (2 * sigma**2) + constant, w[j])
    yield "the normaliser does not depend on w", D(total(lambda k: w[k] ** 2, over=w), w[j]) / (2 * sigma**2)
    yield "differentiate the squares", w[j] / sigma**2


@claim(cites=[Cite(PETIUSHKO, "A probabilistic view on regularization", "reg.map_l2_equiv")])
def map_l2(w=Vector["d"], sigma=Positive, ell=Functional["d"]):
    """MAP with a Gaussian prior is the L2-penalised fit with τ = 1/σ², whatever the negative log-likelihood ℓ."""
    return SameMinimiser(ell(w) + gaussian_nll(w, origin(w), sigma), ell(w) + l2_penalty(w, 1 / sigma**2), over=w)


@map_l2.proof
def drop_the_constant(w, sigma, ell):
    """The normaliser of the prior is a constant."""
    square = total(lambda j: w[j] ** 2, over=w)
    yield "logarithm of the density", ell(w) + square / (2 * sigma**2) + w.dims[0] * log(sqrt(2 * pi) * sigma)


@map_l2.as_printed(
    PETIUSHKO, "reg.map_l2_equiv", section="A probabilistic view on regularization",
    latex=r"\sum_{i=1}^m \ln p(x_i, y_i | w) + \ln p(w) \rightarrow \max_w \Leftrightarrow - \sum_{i=1}^m \ln p(x_i, y_i | w) + \frac{\tau}{2} \|w\|^2 \rightarrow \min_w",
)  # fmt: skip
def map_l2_printed(w, sigma, ell):
    """Maximising log-likelihood plus log-prior is minimising −log-likelihood + (τ/2)‖w‖², with the prior at μ = 0 and τ = 1/σ²."""
    log_prior = log(gaussian_density(w, origin(w), sigma))
    return SameMinimiser(-(-ell(w) + log_prior), ell(w) + 1 / sigma**2 / 2 * total(lambda j: w[j] ** 2, over=w), over=w)


@claim(cites=[Cite(PETIUSHKO, "L2-regularization and SGD", "reg.exercise_l1")])
def map_l1(w=Vector["d"], b=Positive, ell=Functional["d"]):
    """MAP with a Laplace prior is the L1-penalised fit with λ = 1/b, whatever the negative log-likelihood ℓ."""
    return SameMinimiser(ell(w) + laplace_nll(w, b), ell(w) + l1_penalty(w, 1 / b), over=w)


@map_l1.proof
def drop_the_laplace_constant(w, b, ell):
    """The normaliser of the prior is a constant."""
    yield "logarithm of the density", ell(w) + total(lambda j: Abs(w[j]), over=w) / b + w.dims[0] * log(2 * b)
