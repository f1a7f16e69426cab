"""Information theory: entropies of tables, chain rules, mutual information, and what they look like in components.

A joint distribution is a table of positive weights divided by their sum; a channel is a table divided by its row sums.
Sources: Cover & Thomas, Elements of Information Theory (2nd ed.), chapter 2, and MacKay, Information Theory, chapter 2.
"""

from lemmata.spec.information import cross_entropy, entropy, kl
from lemmata.spec.language import (
    AtLeast,
    AtMost,
    D,
    Equals,
    Index,
    Matrix,
    OpenSimplex,
    OpenUnit,
    Positive,
    Real,
    Simplex,
    Size,
    Vector,
    at_least,
    claim,
    definition,
    delta,
    exp,
    gap,
    log,
    product,
    total,
    vector,
    xlogy,
)


@definition(notation=r"P_{i,j}")
def joint(A=Matrix["m", "n", Positive], i=Index["m"], j=Index["n"]):
    """The joint probability of i and j when the table A holds unnormalised weights."""
    return A[i, j] / total(lambda k: total(lambda l: A[k, l], over=A.dims[1]), over=A.dims[0])


@definition(notation=r"P_{i,\cdot}")
def row(A=Matrix["m", "n", Positive], i=Index["m"]):
    """The marginal probability of the row i."""
    return total(lambda j: joint(A, i, j), over=A.dims[1])


@definition(notation=r"P_{\cdot,j}")
def column(A=Matrix["m", "n", Positive], j=Index["n"]):
    """The marginal probability of the column j."""
    return total(lambda i: joint(A, i, j), over=A.dims[0])


@definition(notation=r"W_{j \mid i}")
def channel(A=Matrix["m", "n", Positive], i=Index["m"], j=Index["n"]):
    """The probability of the output j given the input i."""
    return A[i, j] / total(lambda l: A[i, l], over=A.dims[1])


@definition(notation=r"I({A})")
def mutual_information(A=Matrix["m", "n", Positive]):
    """The mutual information of a table, Σᵢⱼ Pᵢⱼ log(Pᵢⱼ / (Pᵢ· P·ⱼ))."""
    m, n = A.dims
    return total(
        lambda i: total(lambda j: joint(A, i, j) * log(joint(A, i, j) / (row(A, i) * column(A, j))), over=n), over=m
    )


@definition(notation=r"H({A})")
def joint_entropy(A=Matrix["m", "n", Positive]):
    """The entropy of a table, −Σᵢⱼ Pᵢⱼ log Pᵢⱼ."""
    return -total(lambda i: total(lambda j: joint(A, i, j) * log(joint(A, i, j)), over=A.dims[1]), over=A.dims[0])


def table_sum(A, f):
    """Σᵢⱼ f(i, j) over the entries of a table."""
    return total(lambda i: total(lambda j: f(i, j), over=A.dims[1]), over=A.dims[0])


@claim
def log_tangent(x=Positive):
    """The fundamental inequality log x ≥ 1 − 1/x, with equality exactly at 1 (MacKay, exercise 2.26)."""
    return AtLeast(log(x), 1 - 1 / x, equality=Equals(x, 1))


def log_tangent_twins(x):
    return [1 + 1 / x, x - 1, AtMost(log(x), 1 - 1 / x, equality=Equals(x, 1))]


@claim
def entropy_of_independent_pair(p=OpenSimplex["m"], q=OpenSimplex["n"]):
    """Independent variables add their entropies: H(X, Y) = H(X) + H(Y) (Cover & Thomas, theorem 2.2.1)."""
    pair = -total(lambda i: total(lambda j: p[i] * q[j] * log(p[i] * q[j]), over=q), over=p)
    return Equals(pair, entropy(p) + entropy(q))


def entropy_of_independent_pair_twins(p, q, m, n):
    return [entropy(p) * entropy(q), n * entropy(p) + m * entropy(q), entropy(p) - entropy(q)]


@claim
def chain_rule(A=Matrix["m", "n", Positive]):
    """The chain rule H(X, Y) = H(X) + H(Y | X), the condition entropy averaged over rows (Cover & Thomas, 2.2.1)."""
    given = -table_sum(A, lambda i, j: joint(A, i, j) * log(channel(A, i, j)))
    return Equals(joint_entropy(A), -total(lambda i: row(A, i) * log(row(A, i)), over=A.dims[0]) + given)


def chain_rule_twins(A):
    m, n = A.dims
    rows = -total(lambda i: row(A, i) * log(row(A, i)), over=m)
    columns = -total(lambda j: column(A, j) * log(column(A, j)), over=n)
    given = -table_sum(A, lambda i, j: joint(A, i, j) * log(channel(A, i, j)))
    unweighted = -table_sum(A, lambda i, j: channel(A, i, j) * log(channel(A, i, j)))
    return [columns + given, rows - given, rows + unweighted]


@claim
def mutual_information_by_entropies(A=Matrix["m", "n", Positive]):
    """I(X; Y) = H(X) + H(Y) − H(X, Y) (Cover & Thomas, equation 2.45)."""
    rows = -total(lambda i: row(A, i) * log(row(A, i)), over=A.dims[0])
    columns = -total(lambda j: column(A, j) * log(column(A, j)), over=A.dims[1])
    return Equals(mutual_information(A), rows + columns - joint_entropy(A))


def mutual_information_by_entropies_twins(A):
    rows = -total(lambda i: row(A, i) * log(row(A, i)), over=A.dims[0])
    columns = -total(lambda j: column(A, j) * log(column(A, j)), over=A.dims[1])
    return [joint_entropy(A) - rows - columns, rows - columns + joint_entropy(A), rows + columns - 2 * joint_entropy(A)]


@claim
def mutual_information_by_rows(A=Matrix["m", "n", Positive]):
    """I(X; Y) is the mean divergence of the rows of the channel from the output (Cover & Thomas, equation 2.36)."""
    return Equals(
        mutual_information(A),
        total(
            lambda i: (
                row(A, i) * total(lambda j: channel(A, i, j) * log(channel(A, i, j) / column(A, j)), over=A.dims[1])
            ),
            over=A.dims[0],
        ),
    )


def mutual_information_by_rows_twins(A):
    m, n = A.dims
    per_row = lambda i: total(lambda j: channel(A, i, j) * log(channel(A, i, j) / column(A, j)), over=n)  # noqa: E731
    other = lambda i: total(lambda j: column(A, j) * log(column(A, j) / channel(A, i, j)), over=n)  # noqa: E731
    return [
        total(per_row, over=m),
        total(lambda i: row(A, i) * other(i), over=m),
        total(lambda i: per_row(i) / m, over=m),
    ]


@claim
def mutual_information_nonnegative(A=Matrix["m", "n", Positive]):
    """Mutual information is nonnegative (Cover & Thomas, corollary to theorem 2.6.3)."""
    return AtLeast(mutual_information(A), 0)


@mutual_information_nonnegative.proof
def against_the_product(A):
    """log x ≥ 1 − 1/x at x = Pᵢⱼ / (Pᵢ· P·ⱼ), weighted by Pᵢⱼ."""
    ratio = lambda i, j: joint(A, i, j) / (row(A, i) * column(A, j))  # noqa: E731
    yield (
        "log x ≥ 1 − 1/x in each cell",
        at_least(
            table_sum(A, lambda i, j: joint(A, i, j) * (1 - 1 / ratio(i, j))),
            because=table_sum(A, lambda i, j: joint(A, i, j) * gap(log_tangent, x=ratio(i, j))),
        ),
    )
    yield "multiply out", table_sum(A, lambda i, j: joint(A, i, j) - row(A, i) * column(A, j))
    yield "both sum to one", 0


def mutual_information_nonnegative_twins(A):
    unconditioned = table_sum(A, lambda i, j: joint(A, i, j) * log(row(A, i) * column(A, j) / joint(A, i, j)))
    one_marginal = table_sum(A, lambda i, j: joint(A, i, j) * log(joint(A, i, j) / row(A, i)))
    return [AtMost(mutual_information(A), 0), AtLeast(unconditioned, 0), AtLeast(one_marginal, 0)]


@claim
def conditioning_reduces_entropy(A=Matrix["m", "n", Positive]):
    """Conditioning reduces entropy: H(Y | X) ≤ H(Y) (Cover & Thomas, theorem 2.6.5)."""
    given = -table_sum(A, lambda i, j: joint(A, i, j) * log(channel(A, i, j)))
    return AtMost(given, -total(lambda j: column(A, j) * log(column(A, j)), over=A.dims[1]))


def conditioning_reduces_entropy_twins(A):
    m, n = A.dims
    given = -table_sum(A, lambda i, j: joint(A, i, j) * log(channel(A, i, j)))
    columns = -total(lambda j: column(A, j) * log(column(A, j)), over=n)
    rows = -total(lambda i: row(A, i) * log(row(A, i)), over=m)
    return [rows, AtLeast(given, columns), AtMost(joint_entropy(A), columns)]


@claim
def output_entropy_of_a_noiseless_copy(p=OpenSimplex["n"]):
    """A variable tells all about itself: I(X; X) = H(X), the table being pᵢ δᵢⱼ (Cover & Thomas, equation 2.42)."""
    return Equals(
        total(lambda i: total(lambda j: xlogy(p[i] * delta(i, j), p[i] * delta(i, j) / (p[i] * p[j])), over=p), over=p),
        entropy(p),
    )


def output_entropy_of_a_noiseless_copy_twins(p, n):
    return [-entropy(p), log(n) - entropy(p), 2 * entropy(p)]


@claim
def grouping(lam=OpenUnit, p=OpenSimplex["m"], q=OpenSimplex["n"]):
    """The entropy of a mixture of disjoint sources: h(λ) + λ H(p) + (1 − λ) H(q) (Cover & Thomas, problem 2.10)."""
    parts = total(lambda i: lam * p[i] * log(lam * p[i]), over=p)
    others = total(lambda j: (1 - lam) * q[j] * log((1 - lam) * q[j]), over=q)
    chosen = -lam * log(lam) - (1 - lam) * log(1 - lam)
    return Equals(-parts - others, chosen + lam * entropy(p) + (1 - lam) * entropy(q))


def grouping_twins(lam, p, q):
    chosen = -lam * log(lam) - (1 - lam) * log(1 - lam)
    return [
        lam * entropy(p) + (1 - lam) * entropy(q),
        chosen + (1 - lam) * entropy(p) + lam * entropy(q),
        chosen + entropy(p) + entropy(q),
    ]


@claim
def binary_entropy_slope(p=OpenUnit):
    """The derivative of the binary entropy is the log odds against, log((1 − p)/p) (Cover & Thomas, section 2.1)."""
    return Equals(D(-p * log(p) - (1 - p) * log(1 - p), p), log((1 - p) / p))


def binary_entropy_slope_twins(p):
    return [log(p / (1 - p)), log((1 - p) / p) - 2, -log(p) - log(1 - p)]


@claim
def entropy_slope(p=Vector["n", Positive], j=Index["n"]):
    """∂/∂pⱼ of −Σ pₖ log pₖ is −log pⱼ − 1, the weights varied freely (Cover & Thomas, section 12.1)."""
    return Equals(D(-total(lambda k: p[k] * log(p[k]), over=p), p[j]), -log(p[j]) - 1)


def entropy_slope_twins(p, j):
    return [-log(p[j]), -log(p[j]) + 1, -p[j] * log(p[j]) - 1]


@claim
def divergence_slope(p=Vector["n", Positive], q=Vector["n", Positive], j=Index["n"]):
    """∂/∂qⱼ of Σ pₖ log(pₖ/qₖ) is −pⱼ/qⱼ (Murphy, Probabilistic Machine Learning, section 5.1)."""
    return Equals(D(total(lambda k: p[k] * log(p[k] / q[k]), over=p), q[j]), -p[j] / q[j])


def divergence_slope_twins(p, q, j):
    return [p[j] / q[j], -q[j] / p[j], 1 - p[j] / q[j]]


@claim
def entropy_of_the_uniform(n=Size, p=Simplex["n"]):
    """Divergence from the uniform distribution is the missing entropy: KL(p‖1/n) = log n − H(p) (C. & T., 2.107)."""
    return Equals(kl(p, vector(lambda k: 1 / n, over=p)), log(n) - entropy(p))


def entropy_of_the_uniform_twins(n, p):
    return [log(n) + entropy(p), entropy(p) - log(n), 1 / n - entropy(p)]


@claim
def perplexity(p=OpenSimplex["n"]):
    """The exponential of the entropy is the product Π pₖ^{−pₖ} (Jurafsky & Martin, section 3.2)."""
    return Equals(exp(entropy(p)), product(lambda k: p[k] ** (-p[k]), over=p))


def perplexity_twins(n, p):
    return [product(lambda k: p[k] ** p[k], over=p), product(lambda k: p[k] ** (-1 / n), over=p), exp(-entropy(p))]


@claim
def entropy_bounds_the_gini_index(p=OpenSimplex["n"]):
    """The entropy is at least the Gini index: H(p) ≥ 1 − Σ pₖ² (Hastie et al., section 9.2.3)."""
    return AtLeast(entropy(p), 1 - total(lambda k: p[k] ** 2, over=p))


@entropy_bounds_the_gini_index.proof
def by_the_tangent(p):
    """log(1/pₖ) ≥ 1 − pₖ, weighted by pₖ."""
    yield "minus the logarithm", total(lambda k: p[k] * log(1 / p[k]), over=p)
    yield (
        "log x ≥ 1 − 1/x at x = 1/pₖ",
        at_least(
            total(lambda k: p[k] * (1 - p[k]), over=p),
            because=total(lambda k: p[k] * gap(log_tangent, x=1 / p[k]), over=p),
        ),
    )
    yield "p sums to one", 1 - total(lambda k: p[k] ** 2, over=p)


def entropy_bounds_the_gini_index_twins(n, p):
    square = total(lambda k: p[k] ** 2, over=p)
    return [1 + square, AtMost(entropy(p), 1 - square), 2 * (1 - square) * n]


@claim
def one_hot_cross_entropy(q=OpenSimplex["n"], y=Index["n"]):
    """Against a one-hot target cross-entropy is −log q_y (Goodfellow et al., section 6.2.2)."""
    return Equals(cross_entropy(vector(lambda k: delta(k, y), over=q), q), -log(q[y]))


def one_hot_cross_entropy_twins(n, q, y):
    return [log(q[y]), -log(q[y]) / n, -log(1 - q[y] / 2)]


@claim
def label_smoothing(n=Size, e=Real, q=Vector["n", Positive], y=Index["n"]):
    """Smoothed labels mix −log q_y with the mean of all −log qₖ (Goodfellow et al., section 7.5.1)."""
    smooth = -total(lambda k: ((1 - e) * delta(k, y) + e / n) * log(q[k]), over=q)
    return Equals(smooth, -(1 - e) * log(q[y]) - e / n * total(lambda k: log(q[k]), over=q))


def label_smoothing_twins(n, e, q, y):
    others = total(lambda k: log(q[k]), over=q)
    return [
        -(1 - e) * log(q[y]) - e * others,
        -e * log(q[y]) - (1 - e) / n * others,
        -log(q[y]) - e / n * others,
    ]
