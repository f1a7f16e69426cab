"""Joint distributions and channels as their sorts have them: Σᵢⱼ Pᵢⱼ = 1, and Σⱼ Wᵢⱼ = 1 for every i.

Sources: Cover & Thomas, Elements of Information Theory (2nd ed.), chapters 2, 4 and 7; Murphy, Probabilistic Machine
Learning.
"""

from lemmata.spec.information import entropy, kl, log_bound
from lemmata.spec.language import (
    AtLeast,
    AtMost,
    Equals,
    Index,
    JointTable,
    Matrix,
    OpenJointTable,
    OpenSimplex,
    OpenStochastic,
    Positive,
    Real,
    Simplex,
    Stochastic,
    Symmetric,
    Vector,
    at_most,
    claim,
    definition,
    gap,
    log,
    total,
    vector,
    xlogy,
)


def table_sum(P, f):
    """Σᵢⱼ f(i, j) over the entries of a table."""
    return total(lambda i: total(lambda j: f(i, j), over=P.dims[1]), over=P.dims[0])


@definition(notation=r"P_{i,\cdot}")
def row(P=JointTable["m", "n"], i=Index["m"]):
    """The marginal probability of the row i."""
    return total(lambda j: P[i, j], over=P.dims[1])


@definition(notation=r"P_{\cdot,j}")
def column(P=JointTable["m", "n"], j=Index["n"]):
    """The marginal probability of the column j."""
    return total(lambda i: P[i, j], over=P.dims[0])


@definition(notation=r"H(X, Y)")
def joint_entropy(P=JointTable["m", "n"]):
    """The entropy of a joint distribution, −Σᵢⱼ Pᵢⱼ log Pᵢⱼ."""
    return -table_sum(P, lambda i, j: xlogy(P[i, j], P[i, j]))


@definition(notation=r"H(X)")
def row_entropy(P=JointTable["m", "n"]):
    """The entropy of the first variable."""
    return -total(lambda i: xlogy(row(P, i), row(P, i)), over=P.dims[0])


@definition(notation=r"H(Y)")
def column_entropy(P=JointTable["m", "n"]):
    """The entropy of the second variable."""
    return -total(lambda j: xlogy(column(P, j), column(P, j)), over=P.dims[1])


@definition(notation=r"H(Y \mid X)")
def entropy_given_row(P=JointTable["m", "n"]):
    """The entropy of the second variable when the first is known, −Σᵢⱼ Pᵢⱼ log(Pᵢⱼ/Pᵢ·), zeros allowed."""
    return -table_sum(P, lambda i, j: xlogy(P[i, j], P[i, j]) - xlogy(P[i, j], row(P, i)))


@definition(notation=r"I(X; Y)")
def mutual_information(P=OpenJointTable["m", "n"]):
    """Σᵢⱼ Pᵢⱼ log(Pᵢⱼ/(Pᵢ· P·ⱼ))."""
    return table_sum(P, lambda i, j: P[i, j] * log(P[i, j] / (row(P, i) * column(P, j))))


@definition(notation=r"(pW)_{j}")
def output(p=Simplex["m"], W=Stochastic["m", "n"], j=Index["n"]):
    """The probability of the output j of a channel."""
    return total(lambda i: p[i] * W[i, j], over=p)


def outputs(p, W):
    return vector(lambda j: output(p, W, j), over=W.dims[1])


# ---------------------------------------------------------------------- joint distributions
@claim
def marginals_sum_to_one(P=JointTable["m", "n"]):
    """A marginal of a joint distribution is a distribution."""
    return Equals(total(lambda j: column(P, j), over=P.dims[1]), 1)


def marginals_sum_to_one_twins(m, n, P):
    return [1 / n, total(lambda j: column(P, j) ** 2, over=n) / n, total(lambda i: row(P, i) / m, over=m)]


@claim
def chain_rule(P=JointTable["m", "n"]):
    """H(X, Y) = H(X) + H(Y | X), zeros allowed (Cover & Thomas, theorem 2.2.1)."""
    return Equals(joint_entropy(P), row_entropy(P) + entropy_given_row(P))


def chain_rule_twins(P):
    return [
        column_entropy(P) + entropy_given_row(P),
        row_entropy(P) - entropy_given_row(P),
        row_entropy(P) + 2 * entropy_given_row(P),
    ]


@claim
def mutual_information_by_entropies(P=OpenJointTable["m", "n"]):
    """I(X; Y) = H(X) + H(Y) − H(X, Y) (Cover & Thomas, equation 2.45)."""
    return Equals(mutual_information(P), row_entropy(P) + column_entropy(P) - joint_entropy(P))


def mutual_information_by_entropies_twins(P):
    rows, columns, both = row_entropy(P), column_entropy(P), joint_entropy(P)
    return [both - rows - columns, rows - columns + both, rows + columns - 2 * both]


@claim
def mutual_information_by_condition(P=OpenJointTable["m", "n"]):
    """I(X; Y) = H(Y) − H(Y | X) (Cover & Thomas, equation 2.40)."""
    return Equals(mutual_information(P), column_entropy(P) - entropy_given_row(P))


def mutual_information_by_condition_twins(P):
    return [
        row_entropy(P) - entropy_given_row(P),
        column_entropy(P) + entropy_given_row(P),
        joint_entropy(P) - entropy_given_row(P),
    ]


@claim
def mutual_information_nonnegative(P=OpenJointTable["m", "n"]):
    """I(X; Y) ≥ 0 (Cover & Thomas, corollary of theorem 2.6.3)."""
    return AtLeast(mutual_information(P), 0)


def mutual_information_nonnegative_twins(m, P):
    return [1 - 1 / m, AtMost(mutual_information(P), 0), AtLeast(mutual_information(P), row_entropy(P))]


@claim
def conditioning_reduces_entropy(P=JointTable["m", "n"]):
    """H(Y | X) ≤ H(Y), zeros allowed (Cover & Thomas, theorem 2.6.5)."""
    return AtMost(entropy_given_row(P), column_entropy(P))


def conditioning_reduces_entropy_twins(P):
    return [
        row_entropy(P),
        AtLeast(entropy_given_row(P), column_entropy(P)),
        AtMost(joint_entropy(P), column_entropy(P)),
    ]


@claim
def subadditivity(P=JointTable["m", "n"]):
    """H(X, Y) ≤ H(X) + H(Y), zeros allowed (Cover & Thomas, theorem 2.6.6)."""
    return AtMost(joint_entropy(P), row_entropy(P) + column_entropy(P))


def subadditivity_twins(P):
    rows, columns = row_entropy(P), column_entropy(P)
    return [rows, (rows + columns) / 2, AtLeast(joint_entropy(P), rows + columns)]


@claim
def a_part_is_less_uncertain(P=JointTable["m", "n"]):
    """H(X) ≤ H(X, Y), zeros allowed (Cover & Thomas, problem 2.4)."""
    return AtMost(row_entropy(P), joint_entropy(P))


def a_part_is_less_uncertain_twins(P):
    return [column_entropy(P), AtLeast(row_entropy(P), joint_entropy(P)), joint_entropy(P) / 2]


@claim
def tower_rule(P=OpenJointTable["m", "n"], f=Vector["n"]):
    """The mean of the conditional means is the mean, E[E[f(Y) | X]] = E[f(Y)]."""
    m, n = P.dims
    given = lambda i: total(lambda j: P[i, j] * f[j], over=n) / row(P, i)  # noqa: E731
    return Equals(total(lambda i: row(P, i) * given(i), over=m), total(lambda j: column(P, j) * f[j], over=n))


def tower_rule_twins(m, n, P, f):
    mean = total(lambda j: column(P, j) * f[j], over=n)
    return [mean / m, total(lambda j: f[j], over=n) / n, mean**2]


@claim
def total_variance(P=OpenJointTable["m", "n"], f=Vector["n"]):
    """Var f(Y) = E[Var(f(Y) | X)] + Var(E[f(Y) | X]) (Murphy, section 2.2.5)."""
    m, n = P.dims
    given = lambda i, r: total(lambda j: P[i, j] * f[j] ** r, over=n) / row(P, i)  # noqa: E731
    within = total(lambda i: row(P, i) * (given(i, 2) - given(i, 1) ** 2), over=m)
    mean = total(lambda i: row(P, i) * given(i, 1), over=m)
    between = total(lambda i: row(P, i) * (given(i, 1) - mean) ** 2, over=m)
    plain = lambda r: total(lambda j: column(P, j) * f[j] ** r, over=n)  # noqa: E731
    return Equals(plain(2) - plain(1) ** 2, within + between)


def total_variance_twins(m, n, P, f):
    given = lambda i, r: total(lambda j: P[i, j] * f[j] ** r, over=n) / row(P, i)  # noqa: E731
    within = total(lambda i: row(P, i) * (given(i, 2) - given(i, 1) ** 2), over=m)
    mean = total(lambda i: row(P, i) * given(i, 1), over=m)
    between = total(lambda i: row(P, i) * (given(i, 1) - mean) ** 2, over=m)
    return [within, between, within - between]


@claim
def covariance_of_a_table(P=JointTable["m", "n"], f=Vector["m"], g=Vector["n"]):
    """E[fg] − E[f] E[g] = E[(f − E[f])(g − E[g])] (Murphy, section 3.1.1)."""
    m, n = P.dims
    one, other = total(lambda i: row(P, i) * f[i], over=m), total(lambda j: column(P, j) * g[j], over=n)
    centred = table_sum(P, lambda i, j: P[i, j] * (f[i] - one) * (g[j] - other))
    return Equals(table_sum(P, lambda i, j: P[i, j] * f[i] * g[j]) - one * other, centred)


def covariance_of_a_table_twins(m, n, P, f, g):
    one, other = total(lambda i: row(P, i) * f[i], over=m), total(lambda j: column(P, j) * g[j], over=n)
    return [
        table_sum(P, lambda i, j: P[i, j] * (f[i] - one) * (g[j] - other)) / n,
        table_sum(P, lambda i, j: P[i, j] * (f[i] - one) * (g[j] + other)) + one,
        table_sum(P, lambda i, j: row(P, i) * column(P, j) * (f[i] - one) * (g[j] - other)),
    ]


@claim
def divergence_chain_rule(P=OpenJointTable["m", "n"], Q=OpenJointTable["m", "n"]):
    """The divergence of tables: that of the rows, and on average that within a row (Cover & Thomas, theorem 2.5.3)."""
    m, n = P.dims
    whole = table_sum(P, lambda i, j: P[i, j] * log(P[i, j] / Q[i, j]))
    rows = total(lambda i: row(P, i) * log(row(P, i) / row(Q, i)), over=m)
    inside = lambda i, j: P[i, j] / row(P, i) * log(P[i, j] / row(P, i) / (Q[i, j] / row(Q, i)))  # noqa: E731
    return Equals(whole, rows + total(lambda i: row(P, i) * total(lambda j: inside(i, j), over=n), over=m))


def divergence_chain_rule_twins(m, n, P, Q):
    rows = total(lambda i: row(P, i) * log(row(P, i) / row(Q, i)), over=m)
    inside = lambda i, j: P[i, j] / row(P, i) * log(P[i, j] / row(P, i) / (Q[i, j] / row(Q, i)))  # noqa: E731
    within = total(lambda i: row(P, i) * total(lambda j: inside(i, j), over=n), over=m)
    return [rows - within, within - rows, rows + total(lambda i: total(lambda j: inside(i, j), over=n) / m, over=m)]


# ---------------------------------------------------------------------- channels
@claim
def output_is_a_distribution(p=Simplex["m"], W=Stochastic["m", "n"]):
    """What comes out of a channel is a distribution: Σⱼ (pW)ⱼ = 1."""
    return Equals(total(lambda j: output(p, W, j), over=W.dims[1]), 1)


def output_is_a_distribution_twins(m, n, p, W):
    return [
        total(lambda i: W[i, 1], over=m),
        total(lambda j: output(p, W, j) ** 2, over=n) / n,
        total(lambda j: output(p, W, j) / n, over=n),
    ]


@claim
def product_of_stochastic_matrices(A=Stochastic["m", "n"], B=Stochastic["n", "k"], i=Index["m"]):
    """The rows of a product of two row-stochastic matrices sum to one."""
    return Equals(total(lambda l: total(lambda j: A[i, j] * B[j, l], over=A.dims[1]), over=B.dims[1]), 1)


def product_of_stochastic_matrices_twins(n, k, A, B, i):
    return [1 / k, total(lambda j: A[i, j] ** 2, over=n) / n, total(lambda j: A[i, j] * B[j, 1], over=n)]


@claim
def three_steps_of_a_chain(W=Stochastic["n", "n"], p=Simplex["n"], f=Vector["n"], c=Real):
    """After three steps of a Markov chain a constant is still a constant: E[f(X₃) + c] = E[f(X₃)] + c."""
    n = W.dims[0]
    step = lambda g: lambda i: total(lambda j: W[i, j] * g(j), over=n)  # noqa: E731
    mean = lambda g: total(lambda i: p[i] * step(step(step(g)))(i), over=n)  # noqa: E731
    return Equals(mean(lambda j: f[j] + c), mean(lambda j: f[j]) + c)


def three_steps_of_a_chain_twins(n, W, p, f, c):
    step = lambda g: lambda i: total(lambda j: W[i, j] * g(j), over=n)  # noqa: E731
    mean = lambda g: total(lambda i: p[i] * step(step(step(g)))(i), over=n)  # noqa: E731
    back = lambda g: lambda i: total(lambda j: W[j, i] * g(j), over=n)  # noqa: E731
    return [
        mean(lambda j: f[j]) + n * c,
        total(lambda i: p[i] * step(step(f.__getitem__))(i), over=n) + c,
        total(lambda i: p[i] * back(step(step(lambda j: f[j] + c)))(i), over=n),
    ]


@claim
def mutual_information_of_a_channel(p=OpenSimplex["m"], W=OpenStochastic["m", "n"]):
    """I = H(pW) − Σᵢ pᵢ H(Wᵢ): output entropy minus noise entropy (Cover & Thomas, equation 7.17)."""
    m, n = W.dims
    noise = -total(lambda i: p[i] * total(lambda j: W[i, j] * log(W[i, j]), over=n), over=m)
    told = table_sum(W, lambda i, j: p[i] * W[i, j] * log(W[i, j] / output(p, W, j)))
    return Equals(told, entropy(outputs(p, W)) - noise)


def mutual_information_of_a_channel_twins(m, n, p, W):
    noise = -total(lambda i: p[i] * total(lambda j: W[i, j] * log(W[i, j]), over=n), over=m)
    even = -total(lambda i: total(lambda j: W[i, j] * log(W[i, j]), over=n), over=m) / m
    return [entropy(outputs(p, W)) + noise, entropy(p) - noise, entropy(outputs(p, W)) - even]


@claim
def noise_is_less_than_the_output(p=OpenSimplex["m"], W=OpenStochastic["m", "n"]):
    """Entropy is concave: Σᵢ pᵢ H(Wᵢ) ≤ H(pW) (Cover & Thomas, theorem 2.7.3)."""
    noise = -total(lambda i: p[i] * total(lambda j: W[i, j] * log(W[i, j]), over=W.dims[1]), over=p)
    return AtMost(noise, entropy(outputs(p, W)))


def noise_is_less_than_the_output_twins(m, n, p, W):
    noise = -total(lambda i: p[i] * total(lambda j: W[i, j] * log(W[i, j]), over=n), over=m)
    return [entropy(p), AtLeast(noise, entropy(outputs(p, W))), entropy(outputs(p, W)) / 2]


@claim
def data_processing(p=OpenSimplex["m"], q=OpenSimplex["m"], W=OpenStochastic["m", "n"]):
    """A channel brings distributions together: KL(pW‖qW) ≤ KL(p‖q) (Cover & Thomas, section 4.4)."""
    return AtMost(kl(outputs(p, W), outputs(q, W)), kl(p, q))


@data_processing.proof
def by_the_ratio_of_posteriors(p, q, W):
    """log x ≤ x − 1 at the ratio of the two posteriors of i when j came out, averaged."""
    ratio = lambda i, j: q[i] * output(p, W, j) / (p[i] * output(q, W, j))  # noqa: E731
    gaps = table_sum(W, lambda i, j: p[i] * W[i, j] * gap(log_bound, x=ratio(i, j)))
    yield "the tangent of the logarithm at each pair", at_most(kl(p, q), because=gaps)


def data_processing_twins(m, n, p, q, W):
    before, after = kl(p, q), kl(outputs(p, W), outputs(q, W))
    return [before * after, AtLeast(after, before), AtMost(after, 0)]


@claim
def jensen_in_a_row(W=Stochastic["m", "n"], v=Vector["n", Positive], i=Index["m"]):
    """A weighted mean of logarithms is at most the logarithm of the mean: Σⱼ Wᵢⱼ log vⱼ ≤ log Σⱼ Wᵢⱼ vⱼ."""
    n = W.dims[1]
    return AtMost(total(lambda j: W[i, j] * log(v[j]), over=n), log(total(lambda j: W[i, j] * v[j], over=n)))


def jensen_in_a_row_twins(n, W, v, i):
    logs, mean = total(lambda j: W[i, j] * log(v[j]), over=n), total(lambda j: W[i, j] * v[j], over=n)
    return [log(mean) / 2, AtLeast(logs, log(mean)), 1 - 1 / mean]


@claim
def attention_ignores_a_shift(W=Stochastic["m", "n"], V=Matrix["n", "d"], c=Vector["d"], i=Index["m"], e=Index["d"]):
    """Adding one vector to all values adds it to every output of attention: Σⱼ Wᵢⱼ (Vⱼ + c) = (WV)ᵢ + c."""
    n = W.dims[1]
    return Equals(
        total(lambda j: W[i, j] * (V[j, e] + c[e]), over=n), total(lambda j: W[i, j] * V[j, e], over=n) + c[e]
    )


def attention_ignores_a_shift_twins(m, n, W, V, c, i, e):
    plain = total(lambda j: W[i, j] * V[j, e], over=n)
    return [plain + n * c[e], plain + c[e] / m, plain * c[e]]


@claim
def spread_of_attention(W=Stochastic["m", "n"], v=Vector["n"], i=Index["m"]):
    """The values spread around an output by Σⱼ Wᵢⱼ vⱼ² − oᵢ², where oᵢ = Σⱼ Wᵢⱼ vⱼ."""
    n = W.dims[1]
    out = total(lambda j: W[i, j] * v[j], over=n)
    square = total(lambda j: W[i, j] * v[j] ** 2, over=n)
    return Equals(total(lambda j: W[i, j] * (v[j] - out) ** 2, over=n), square - out**2)


def spread_of_attention_twins(n, W, v, i):
    out = total(lambda j: W[i, j] * v[j], over=n)
    square = total(lambda j: W[i, j] * v[j] ** 2, over=n)
    return [square + out**2, square - out, square - n * out**2]


@claim
def reversible_chain_is_stationary(A=Symmetric["n", Positive], j=Index["n"]):
    """A walk on a weighted graph keeps the distribution πᵢ ∝ dᵢ = Σⱼ Aᵢⱼ: Σᵢ πᵢ Aᵢⱼ/dᵢ = πⱼ (C. & T., section 4.3)."""
    n = A.dims[0]
    degree = lambda i: total(lambda k: A[i, k], over=n)  # noqa: E731
    all_of_them = total(degree, over=n)
    return Equals(total(lambda i: degree(i) / all_of_them * (A[i, j] / degree(i)), over=n), degree(j) / all_of_them)


def reversible_chain_is_stationary_twins(n, A, j):
    degree = lambda i: total(lambda k: A[i, k], over=n)  # noqa: E731
    all_of_them = total(degree, over=n)
    return [degree(j) / (n * all_of_them), 1 / n, A[j, j] / all_of_them]
