"""Softmax: the weights, their Jacobian, logsumexp, and cross-entropy from logits."""

from .language import (
    Cite,
    D,
    Equals,
    Expr,
    Index,
    Normalised,
    Real,
    Size,
    Vector,
    claim,
    definition,
    delta,
    exp,
    largest,
    log,
    total,
    vector,
)
from .lectures import NGO, ZHAO


@definition(notation=r"S_{i}({a})")
def softmax(a=Vector["n"], i=Index["n"]) -> Expr:
    """The i-th softmax weight Sᵢ(a) = e^{aᵢ} / Σₖ e^{aₖ}."""
    return exp(a[i]) / total(lambda k: exp(a[k]), over=a)


@softmax.stable
def softmax_shifted(a, i):
    top = largest(lambda k: a[k], over=a)
    return exp(a[i] - top) / total(lambda k: exp(a[k] - top), over=a)


@definition(notation=r"\operatorname{logsumexp}({a})")
def logsumexp(a=Vector["n"]) -> Expr:
    """The logarithm of the normaliser, log Σₖ e^{aₖ}."""
    return log(total(lambda k: exp(a[k]), over=a))


@logsumexp.stable
def logsumexp_shifted(a):
    top = largest(lambda k: a[k], over=a)
    return top + log(total(lambda k: exp(a[k] - top), over=a))


@definition(notation=r"\operatorname{logsoftmax}_{i}({a})")
def log_softmax(a=Vector["n"], i=Index["n"]) -> Expr:
    """The logarithm of the i-th weight, log Sᵢ(a)."""
    return log(softmax(a, i))


@log_softmax.stable
def log_softmax_shifted(a, i):
    top = largest(lambda k: a[k], over=a)
    return (a[i] - top) - log(total(lambda k: exp(a[k] - top), over=a))


@definition(notation=r"J_{i,j}({a})", text="J_{i}_{j}({a})")
def softmax_jacobian(a=Vector["n"], i=Index["n"], j=Index["n"]) -> Expr:
    """The Jacobian in closed form, Sᵢ (δᵢⱼ − Sⱼ)."""
    return softmax(a, i) * (delta(i, j) - softmax(a, j))


@definition(notation=r"\operatorname{CE}({o}, {y})")
def cross_entropy(o=Vector["n"], y=Normalised["n"]) -> Expr:
    """Cross-entropy of weights y with the softmax of logits o, −Σₖ yₖ log Sₖ(o)."""
    return -total(lambda k: y[k] * log(softmax(o, k)), over=o)


@cross_entropy.stable
def cross_entropy_shifted(o, y):
    top = largest(lambda k: o[k], over=o)
    rest = log(total(lambda k: exp(o[k] - top), over=o))
    return total(lambda k: y[k] * (rest - (o[k] - top)), over=o)


@definition(notation=r"\operatorname{CE}'_{j}({o}, {y})")
def cross_entropy_gradient(o=Vector["n"], y=Normalised["n"], j=Index["n"]) -> Expr:
    """The gradient in closed form, Sⱼ(o) − yⱼ."""
    return softmax(o, j) - y[j]


@claim(cites=[Cite(NGO, "The softmax Function", "softmax.range")])
def sums_to_one(a=Vector["n"]):
    """The softmax weights sum to one: Σᵢ Sᵢ = 1."""
    return Equals(total(lambda i: softmax(a, i), over=a), 1)


@claim
def shift_invariance(a=Vector["n"], c=Real, i=Index["n"]):
    """Adding the same number to every logit changes nothing: S(a + c) = S(a).

    This is why the largest logit may be subtracted before exponentiating.
    """
    return Equals(softmax(vector(lambda k: a[k] + c, over=a), i), softmax(a, i))


@claim
def logsumexp_gradient(a=Vector["n"], j=Index["n"]):
    """The gradient of logsumexp is softmax: ∂ log Σₖ e^{aₖ} / ∂aⱼ = Sⱼ."""
    return Equals(D(logsumexp(a), a[j]), softmax(a, j))


@logsumexp_gradient.proof
def by_the_chain_rule(a, j):
    """Chain rule for the logarithm."""
    normaliser = total(lambda k: exp(a[k]), over=a)
    yield "derivative of a logarithm", D(normaliser, a[j]) / normaliser
    yield "differentiate the sum term by term", total(lambda k: exp(a[k]) * delta(k, j), over=a) / normaliser
    yield "sift the delta", exp(a[j]) / normaliser


@claim(cites=[Cite(NGO, "The Jacobian of softmax (IV)", "softmax.jacobian_delta")])
def jacobian(n=Size, a=Vector["n"], i=Index["n"], j=Index["n"]):
    """The Jacobian of softmax: ∂Sᵢ/∂aⱼ = Sᵢ (δᵢⱼ − Sⱼ)."""
    return Equals(D(softmax(a, i), a[j]), softmax_jacobian(a, i, j))


@jacobian.proof
def jacobian_by_the_quotient_rule(a, i, j):
    """Quotient rule, then split the fraction."""
    z = total(lambda k: exp(a[k]), over=a)
    yield "quotient rule", (D(exp(a[i]), a[j]) * z - exp(a[i]) * D(z, a[j])) / z**2
    yield (
        "differentiate the exponentials; the sum is sifted",
        (delta(i, j) * exp(a[i]) * z - exp(a[i]) * exp(a[j])) / z**2,
    )
    yield "split the fraction", exp(a[i]) / z * delta(i, j) - exp(a[i]) / z * (exp(a[j]) / z)
    yield "read off the weights", softmax(a, i) * delta(i, j) - softmax(a, i) * softmax(a, j)
    yield "factor out Sᵢ", softmax(a, i) * (delta(i, j) - softmax(a, j))


@jacobian.as_printed(
    NGO, "softmax.jacobian_delta", section="The Jacobian of softmax (IV)",
    latex=r"D_j S_i = S_i (\delta_{ij} - S_j)",
)  # fmt: skip
def jacobian_kronecker_printed(a, i, j):
    """DⱼSᵢ = Sᵢ (δᵢⱼ − Sⱼ), as printed."""
    return Equals(D(softmax(a, i), a[j]), softmax(a, i) * (delta(i, j) - softmax(a, j)))


@jacobian.as_printed(
    NGO, "softmax.jacobian_cases", section="The Jacobian of softmax (III)",
    latex=r"D_jS_i = \begin{cases} S_i(1-S_j) & i=j \\ -S_jS_i & i\neq j \end{cases}",
)  # fmt: skip
def jacobian_cases_printed(a, i, j):
    """DⱼSᵢ is Sᵢ(1 − Sⱼ) for i = j and −SⱼSᵢ for i ≠ j, as printed."""
    same = softmax(a, i) * (1 - softmax(a, j))
    other = -softmax(a, j) * softmax(a, i)
    return Equals(D(softmax(a, i), a[j]), delta(i, j) * same + (1 - delta(i, j)) * other)


@jacobian.as_printed(
    NGO, "softmax.jacobian_diag", section="The Jacobian of softmax (III)",
    latex=r"\frac{e^{a_i}}{\Sigma} \frac{\Sigma - e^{a_j}}{\Sigma} \\ & = S_i (1 - S_j)",
)  # fmt: skip
def jacobian_diagonal_printed(a, i, j):
    """(e^{aᵢ}/Σ)((Σ − e^{aⱼ})/Σ) = Sᵢ(1 − Sⱼ), as printed for i = j."""
    z = total(lambda k: exp(a[k]), over=a)
    return Equals(exp(a[i]) / z * ((z - exp(a[j])) / z), softmax(a, i) * (1 - softmax(a, j)))


@jacobian.as_printed(
    NGO, "softmax.jacobian_offdiag", section="The Jacobian of softmax (III)", latex=r"= -S_iS_i",
    wrong="The second factor should carry the index of the variable, Sⱼ, not Sᵢ again.",
)  # fmt: skip
def jacobian_offdiagonal_printed(a, i, j):
    """For i ≠ j the derivative is printed as −SᵢSᵢ."""
    return Equals((1 - delta(i, j)) * D(softmax(a, i), a[j]), (1 - delta(i, j)) * (-softmax(a, i) * softmax(a, i)))


@claim(cites=[Cite(ZHAO, "Softmax and Cross-Entropy Loss", "softmax.ce_logsumexp")])
def cross_entropy_from_logits(o=Vector["n"], y=Normalised["n"]):
    """Cross-entropy from logits: −Σₖ yₖ log Sₖ(o) = logsumexp(o) − Σₖ yₖ oₖ, because Σy = 1."""
    return Equals(cross_entropy(o, y), logsumexp(o) - total(lambda k: y[k] * o[k], over=o))


@cross_entropy_from_logits.proof
def by_splitting_the_logarithm(o, y):
    """Logarithm of a quotient, then Σy = 1."""
    scores = total(lambda k: y[k] * o[k], over=o)
    yield "logarithm of a quotient", -total(lambda k: y[k] * (o[k] - logsumexp(o)), over=o)
    yield "split the sum", total(lambda k: y[k] * logsumexp(o), over=o) - scores
    yield "take logsumexp out of the sum", logsumexp(o) * total(lambda k: y[k], over=o) - scores
    yield "the weights sum to one", logsumexp(o) - scores


@cross_entropy_from_logits.as_printed(
    ZHAO, "softmax.ce_logsumexp", section="Softmax and Cross-Entropy Loss",
    latex=r"= \sum_{j=1}^{q} y_j \log \sum_{k=1}^{q} \exp(o_k) - \sum_{j=1}^{q} y_j o_j$$ $$= \log \sum_{k=1}^{q} \exp(o_k) - \sum_{j=1}^{q} y_j o_j.",
)  # fmt: skip
def cross_entropy_logsumexp_printed(o, y):
    """Σⱼ yⱼ log Σₖ exp(oₖ) − Σⱼ yⱼoⱼ = log Σₖ exp(oₖ) − Σⱼ yⱼoⱼ, as printed."""
    scores = total(lambda j: y[j] * o[j], over=o)
    z = total(lambda k: exp(o[k]), over=o)
    return Equals(total(lambda j: y[j] * log(z), over=o) - scores, log(z) - scores)


@claim(cites=[Cite(ZHAO, "Softmax and Cross-Entropy Loss", "softmax.ce_grad")])
def cross_entropy_logit_gradient(o=Vector["n"], y=Normalised["n"], j=Index["n"]):
    """The gradient of cross-entropy from logits is softmax(o) − y, for every y with Σy = 1."""
    return Equals(D(cross_entropy(o, y), o[j]), cross_entropy_gradient(o, y, j))


@cross_entropy_logit_gradient.proof
def from_logsumexp(o, y, j):
    """Differentiate logsumexp(o) − Σ yₖ oₖ."""
    yield "cross-entropy from logits", D(logsumexp(o) - total(lambda k: y[k] * o[k], over=o), o[j])
    yield "differentiate each term", D(logsumexp(o), o[j]) - total(lambda k: y[k] * delta(k, j), over=o)
    yield "sift the delta", D(logsumexp(o), o[j]) - y[j]
    yield "the gradient of logsumexp is softmax", softmax(o, j) - y[j]


@cross_entropy_logit_gradient.as_printed(
    ZHAO, "softmax.ce_grad", section="Softmax and Cross-Entropy Loss",
    latex=r"\partial_{o_j} l(\mathbf{y}, \hat{\mathbf{y}}) = \frac{\exp(o_j)}{\sum_{k=1}^q \exp(o_k)} - y_j = \operatorname{softmax}(\mathbf{o})_j - y_j",
)  # fmt: skip
def cross_entropy_gradient_printed(o, y, j):
    """∂l/∂oⱼ = exp(oⱼ)/Σₖ exp(oₖ) − yⱼ, as printed."""
    loss = -total(lambda k: y[k] * log(softmax(o, k)), over=o)
    return Equals(D(loss, o[j]), exp(o[j]) / total(lambda k: exp(o[k]), over=o) - y[j])
