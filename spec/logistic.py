"""Logistic regression: the sigmoid, binary cross-entropy and the logistic loss, and their gradients."""

from .language import (
    Bit,
    Cite,
    D,
    Equals,
    Expr,
    Index,
    Matrix,
    Positive,
    Real,
    Sign,
    Size,
    Unit,
    Vector,
    by_value,
    case,
    claim,
    definition,
    exp,
    log,
    log1p,
    total,
    vector,
    where_nonnegative,
)
from .lectures import NGO, PETIUSHKO


@definition(notation=r"\sigma({x})")
def sigmoid(x=Real) -> Expr:
    """The logistic sigmoid σ(x) = 1/(1 + e^{−x})."""
    return 1 / (1 + exp(-x))


@sigmoid.stable
def sigmoid_by_sign(x):
    return where_nonnegative(x, 1 / (1 + exp(-x)), exp(x) / (1 + exp(x)))


@definition(notation=r"\log\sigma({x})")
def log_sigmoid(x=Real) -> Expr:
    """The logarithm of the sigmoid, log σ(x)."""
    return log(sigmoid(x))


@log_sigmoid.stable
def log_sigmoid_by_sign(x):
    return where_nonnegative(x, -log1p(exp(-x)), x - log1p(exp(x)))


@definition(notation=r"\operatorname{softplus}({x})")
def softplus(x=Real) -> Expr:
    """Softplus, log(1 + eˣ)."""
    return log(1 + exp(x))


@softplus.stable
def softplus_by_sign(x):
    return where_nonnegative(x, x + log1p(exp(-x)), log1p(exp(x)))


@definition(notation=r"\sigma'({x})")
def sigmoid_derivative(x=Real) -> Expr:
    """The derivative of the sigmoid in closed form, σ(x)(1 − σ(x))."""
    return sigmoid(x) * (1 - sigmoid(x))


@sigmoid_derivative.stable
def sigmoid_derivative_by_symmetry(x):
    return sigmoid(x) * sigmoid(-x)


@definition(notation=r"p({y}\mid {g})", text="p({y}|{g})")
def class_probability(y=Sign, g=Real) -> Expr:
    """Probability of class y ∈ {−1, +1} at score g: σ(g) for +1, and the rest for −1."""
    return by_value(y, {1: sigmoid(g), -1: 1 - sigmoid(g)})


@definition(notation=r"\operatorname{BCE}({z}, {y})")
def bce_logits(z=Vector["m"], y=Vector["m", Unit]) -> Expr:
    """Mean binary cross-entropy from logits, labels in [0, 1]: (1/m) Σᵢ yᵢ log(1 + e^{−zᵢ}) + (1 − yᵢ) log(1 + e^{zᵢ})."""
    m = z.dims[0]
    return 1 / m * total(lambda i: y[i] * softplus(-z[i]) + (1 - y[i]) * softplus(z[i]), over=z)


@definition(notation=r"L({f}, {y})")
def logistic_loss(f=Vector["m"], y=Vector["m", Sign]) -> Expr:
    """Mean logistic loss, labels ±1: (1/m) Σᵢ log(1 + exp(−yᵢ fᵢ))."""
    m = f.dims[0]
    return 1 / m * total(lambda i: softplus(-y[i] * f[i]), over=f)


def scores(w, X, over):
    """The linear scores zᵢ = wᵀxᵢ."""
    return vector(lambda i: total(lambda l: w[l] * X[i, l], over=w), over=over)


@definition(notation=r"J({w}; {X}, {y})")
def logreg_loss(w=Vector["d"], X=Matrix["m", "d"], y=Vector["m", Unit]) -> Expr:
    """The cost of logistic regression: binary cross-entropy of the scores wᵀxᵢ."""
    return bce_logits(scores(w, X, over=y), y)


@definition(notation=r"G_{j}({w}; {X}, {y})")
def logreg_grad(w=Vector["d"], X=Matrix["m", "d"], y=Vector["m", Unit], j=Index["d"]) -> Expr:
    """The gradient in closed form, (1/m) Σᵢ (σ(wᵀxᵢ) − yᵢ) xᵢⱼ."""
    z = scores(w, X, over=y)
    return 1 / y.dims[0] * total(lambda i: (sigmoid(z[i]) - y[i]) * X[i, j], over=y)


@claim
def derivative(x=Real):
    """The derivative of the sigmoid: σ′(x) = σ(x)(1 − σ(x))."""
    return Equals(D(sigmoid(x), x), sigmoid_derivative(x))


@derivative.proof
def by_the_reciprocal_rule(x):
    """Reciprocal rule, then split the fraction."""
    yield "reciprocal rule", exp(-x) / (1 + exp(-x)) ** 2
    yield "write the numerator as (1 + e⁻ˣ) − 1", (1 + exp(-x) - 1) / (1 + exp(-x)) ** 2
    yield "split the fraction", sigmoid(x) - sigmoid(x) ** 2
    yield "factor", sigmoid(x) * (1 - sigmoid(x))


@claim(cites=[Cite(PETIUSHKO, "Logistic regression", "logreg.exercise_any_class")])
def probability_of_any_class(y=Sign, g=Real):
    """The probability of either class is σ(y·g): p(y | x) = σ(y g(x)) for y ∈ {−1, +1}."""
    return Equals(class_probability(y, g), sigmoid(y * g))


@probability_of_any_class.proof
def by_the_two_classes(y, g):
    """Check each class; 1 − σ(g) = σ(−g)."""
    yield case("y = +1", y=1)
    yield "the positive class", sigmoid(g)
    yield case("y = −1", y=-1)
    yield "the other class", 1 - sigmoid(g)
    yield "one fraction", exp(-g) / (1 + exp(-g))
    yield "divide by e^{−g}", 1 / (exp(g) + 1)


@probability_of_any_class.as_printed(
    PETIUSHKO, "logreg.exercise_any_class", section="Logistic regression", latex=r"\sigma(g(x, w)y)",
)  # fmt: skip
def any_class_printed(y, g):
    """The probability of any class y is σ(g y), as the exercise prints it."""
    return Equals(by_value(y, {1: sigmoid(g), -1: 1 - sigmoid(g)}), sigmoid(g * y))


@claim(cites=[Cite(PETIUSHKO, "Binary cross-entropy and logistic loss", "bce.exercise_equals_logistic")])
def bce_equals_logistic(z=Vector["m"], y=Vector["m", Sign]):
    """Binary cross-entropy on labels {0, 1} is the logistic loss on labels {−1, +1}, the labels related by (1 + y)/2."""
    return Equals(bce_logits(z, vector(lambda i: (1 + y[i]) / 2, over=y)), logistic_loss(z, y))


@bce_equals_logistic.proof
def term_by_term(z, y):
    """Each term has one label, so one summand survives."""
    m = z.dims[0]
    yield (
        "labels (1 + y)/2 and (1 − y)/2",
        1 / m * total(lambda i: (1 + y[i]) / 2 * log(1 + exp(-z[i])) + (1 - y[i]) / 2 * log(1 + exp(z[i])), over=z),
    )
    yield "for y = ±1 one summand survives", 1 / m * total(lambda i: log(1 + exp(-y[i] * z[i])), over=z)


@bce_equals_logistic.as_printed(
    PETIUSHKO, "bce.formula", section="Binary cross-entropy and logistic loss",
    latex=r"R(w, X^m) = - \sum_i (y_i \log p(y_i|x_i) + (1 - y_i) \log(1 - p(y_i|x_i)))",
)  # fmt: skip
def bce_formula_printed(z, y):
    """−Σᵢ (yᵢ log pᵢ + (1 − yᵢ) log(1 − pᵢ)) with pᵢ = σ(zᵢ) and labels (1 + y)/2 is the logistic risk Σᵢ log(1 + e^{−yᵢzᵢ})."""
    label = vector(lambda i: (1 + y[i]) / 2, over=y)
    return Equals(
        -total(lambda i: label[i] * log(sigmoid(z[i])) + (1 - label[i]) * log(1 - sigmoid(z[i])), over=z),
        total(lambda i: log(1 + exp(-y[i] * z[i])), over=z),
    )


@claim(cites=[Cite(NGO, "Cost Function (II)", "bce.partial")])
def gradient(m=Size, d=Size, w=Vector["d"], X=Matrix["m", "d"], y=Vector["m", Unit], j=Index["d"]):
    """The gradient of the logistic cost: ∂J/∂wⱼ = (1/m) Σᵢ (σ(wᵀxᵢ) − yᵢ) xᵢⱼ.

    The labels may be soft: the identity holds for every y, not only for 0 and 1.
    """
    return Equals(D(logreg_loss(w, X, y), w[j]), logreg_grad(w, X, y, j))


@gradient.proof
def by_the_chain_rule(m, w, X, y, j):
    """Chain rule through the score of each sample."""
    z = scores(w, X, over=y)
    yield (
        "differentiate term by term",
        1 / m * total(lambda i: (y[i] * -sigmoid(-z[i]) + (1 - y[i]) * sigmoid(z[i])) * D(z[i], w[j]), over=m),
    )
    yield (
        "σ(−z) = 1 − σ(z)",
        1 / m * total(lambda i: (-y[i] * (1 - sigmoid(z[i])) + (1 - y[i]) * sigmoid(z[i])) * D(z[i], w[j]), over=m),
    )
    yield "collect", 1 / m * total(lambda i: (sigmoid(z[i]) - y[i]) * D(z[i], w[j]), over=m)
    yield "the score is linear in w", 1 / m * total(lambda i: (sigmoid(z[i]) - y[i]) * X[i, j], over=m)


@gradient.as_printed(
    NGO, "bce.partial", section="Cost Function (II)",
    latex=r"\frac{\partial}{\partial \theta_i} J(\theta) = \frac{1}{m} \sum_{i=1}^{m} (\sigma(\theta^T \cdot \mathbf{x}^{(i)}) - y^{(i)}) x_j^{(i)}",
    wrong="The derivative is taken in θᵢ while the sum carries xⱼ: the two indices must be the same.",
)  # fmt: skip
def gradient_partial_printed(w, X, y, j, i=Index["d"]):
    """∂J/∂θᵢ is printed with xⱼ in the sum, for any i and j."""
    return Equals(D(logreg_loss(w, X, y), w[i]), logreg_grad(w, X, y, j))


@gradient.as_printed(
    NGO, "logreg.dw_scalar", section="Vectorized Representation",
    latex=r"\frac{\partial \hat{y}^{[i]}}{\partial \boldsymbol{w}_{j}} \frac{\partial \boldsymbol{x}^{[i]}}{\partial \boldsymbol{w}_{j}} = \frac{1}{m} \sum_{i=1}^{m} \left(1 - \hat{y}^{[i]}\right) \boldsymbol{x}_{j}^{[i]}",
    wrong="The residual ŷ − y is printed as 1 − ŷ, which has the wrong sign for y = 1 and ignores the label otherwise.",
)  # fmt: skip
def gradient_residual_printed(w, X, y, j):
    """∂J/∂wⱼ is printed as (1/m) Σᵢ (1 − ŷᵢ) xᵢⱼ."""
    z = scores(w, X, over=y)
    return Equals(D(logreg_loss(w, X, y), w[j]), 1 / y.dims[0] * total(lambda i: (1 - sigmoid(z[i])) * X[i, j], over=y))


@claim(cites=[Cite(NGO, "Stochastic Gradient Descent", "logreg.sgd_w")])
def sgd_step(w=Vector["d"], x=Vector["d"], y=Bit, gamma=Positive, j=Index["d"]):
    """One stochastic step on one sample: wⱼ − γ ∂ℓ/∂wⱼ = wⱼ − γ (ŷ − y) xⱼ, with ŷ = σ(wᵀx)."""
    z = total(lambda l: w[l] * x[l], over=w)
    loss = -(y * log(sigmoid(z)) + (1 - y) * log(1 - sigmoid(z)))
    return Equals(w[j] - gamma * D(loss, w[j]), w[j] - gamma * (sigmoid(z) - y) * x[j])


@sgd_step.as_printed(
    NGO, "logreg.sgd_w", section="Stochastic Gradient Descent",
    latex=r"\boldsymbol{w}_{j,[n+1]} = \boldsymbol{w}_{j,[n]} - \gamma \frac{\partial \mathcal{L}\left(\hat{\boldsymbol{y}}^{[i]}, \boldsymbol{y}^{[i]}\right)}{\partial \boldsymbol{w}_{j}} = \boldsymbol{w}_{j,[n]} - \gamma \left(1 - \hat{\boldsymbol{y}}^{[i]}\right) \boldsymbol{x}_{j}^{[i]}",
    wrong="The residual ŷ − y is printed as 1 − ŷ: the step would climb for y = 1 and ignore the label for y = 0.",
)  # fmt: skip
def sgd_step_printed(w, x, y, gamma, j):
    """The step is printed as wⱼ − γ (1 − ŷ) xⱼ."""
    z = total(lambda l: w[l] * x[l], over=w)
    loss = -(y * log(sigmoid(z)) + (1 - y) * log(1 - sigmoid(z)))
    return Equals(w[j] - gamma * D(loss, w[j]), w[j] - gamma * (1 - sigmoid(z)) * x[j])
