"""Information: Gibbs' inequality with its equality case, and what follows from it for entropy and divergence.

Throughout 0 log 0 = 0, and x log 0 = −∞ for x > 0: distributions may have zeros.
"""

from .language import (
    AtLeast,
    AtMost,
    Cite,
    Equals,
    Expr,
    Identical,
    Nonnegative,
    OpenSimplex,
    Positive,
    Simplex,
    Size,
    at_least,
    at_most,
    case,
    claim,
    definition,
    gap,
    log,
    total,
    vector,
    xlogy,
)
from .lectures import LEKCE2, PETIUSHKO, ZHAO


@definition(notation=r"H({p})")
def entropy(p=Simplex["n"]) -> Expr:
    """Shannon's entropy H(p) = −Σₖ pₖ log pₖ, with 0 log 0 = 0."""
    return -total(lambda k: xlogy(p[k], p[k]), over=p)


@definition(notation=r"H({p}, {q})")
def cross_entropy(p=Simplex["n"], q=Simplex["n"]) -> Expr:
    """Cross-entropy H(p, q) = −Σₖ pₖ log qₖ, +∞ where q vanishes and p does not."""
    return -total(lambda k: xlogy(p[k], q[k]), over=p)


@definition(notation=r"D_{\mathrm{KL}}({p} \,\|\, {q})", text="KL({p}‖{q})")
def kl(p=Simplex["n"], q=Simplex["n"]) -> Expr:
    """Kullback–Leibler divergence Σₖ (pₖ log pₖ − pₖ log qₖ), +∞ where q vanishes and p does not."""
    return total(lambda k: xlogy(p[k], p[k]) - xlogy(p[k], q[k]), over=p)


@kl.stable
def kl_by_ratios(p=OpenSimplex["n"], q=OpenSimplex["n"]):
    return total(lambda k: xlogy(p[k], p[k] / q[k]), over=p)


@claim(cites=[Cite(PETIUSHKO, "Gibbs Inequality (1)", "gibbs.log_bound")])
def log_bound(x=Positive):
    """The logarithm lies below its tangent at 1: log x ≤ x − 1, with equality exactly at x = 1."""
    return AtMost(log(x), x - 1, equality=Equals(x, 1))


@log_bound.as_printed(
    PETIUSHKO, "gibbs.log_bound", section="Gibbs Inequality (1)",
    latex=r"\text{If } x > 0 \text{ then } \log x \leq x - 1, \text{ and the equality sign iff } x = 1",
)  # fmt: skip
def log_bound_printed(x):
    """If x > 0 then log x ≤ x − 1, and the equality sign iff x = 1, as printed."""
    return AtMost(log(x), x - 1, equality=Equals(x, 1))


@claim
def gibbs_term(x=Nonnegative, y=Nonnegative):
    """Gibbs' inequality for one term: x log y − x log x ≤ y − x, with equality exactly when x = y; zeros allowed."""
    return AtMost(xlogy(x, y) - xlogy(x, x), y - x, equality=Equals(x, y))


@gibbs_term.proof
def by_cases_on_zeros(x, y):
    """Where a number vanishes the claim is immediate; elsewhere log t ≤ t − 1 at t = y/x."""
    yield case("x = 0", x=0)
    yield "0 log 0 = 0, and y ≥ 0", at_most(y, because=y)
    yield case("y = 0 < x", x=Positive, y=0)
    yield "x log 0 = −∞ lies below everything", at_most(-x)
    yield case("x > 0 and y > 0", x=Positive, y=Positive)
    yield "difference of logarithms", x * log(y / x)
    yield "log t ≤ t − 1 at t = y/x, times x", at_most(x * (y / x - 1), because=x * gap(log_bound, x=y / x))
    yield "cancel x", y - x


@claim(
    cites=[
        Cite(PETIUSHKO, "Gibbs Inequality (1)", "gibbs.inequality"),
        Cite(ZHAO, "Properties of Entropy", "entropy.gibbs"),
    ]
)
def gibbs(n=Size, p=Simplex["n"], q=Simplex["n"]):
    """Gibbs' inequality: Σ pₖ log qₖ ≤ Σ pₖ log pₖ, with equality exactly when p = q."""
    return AtMost(
        total(lambda k: xlogy(p[k], q[k]), over=p), total(lambda k: xlogy(p[k], p[k]), over=p), equality=Identical(p, q)
    )


@gibbs.proof
def sum_the_terms(p, q):
    """Sum the one-term inequality; both distributions sum to one."""
    own = total(lambda k: xlogy(p[k], p[k]), over=p)
    yield (
        "the one-term inequality at each k",
        at_most(
            own + total(lambda k: q[k], over=q) - total(lambda k: p[k], over=p),
            because=total(lambda k: gap(gibbs_term, x=p[k], y=q[k]), over=p),
        ),
    )
    yield "both sum to one", own


@gibbs.as_printed(
    PETIUSHKO, "gibbs.inequality", section="Gibbs Inequality (1)",
    latex=r"\sum_{i=1}^n p_i \log p_i \geq \sum_{i=1}^n p_i \log q_i",
)  # fmt: skip
def gibbs_printed(p, q):
    """Σ pᵢ log pᵢ ≥ Σ pᵢ log qᵢ, with equality iff p = q, as printed."""
    return AtLeast(
        total(lambda i: xlogy(p[i], p[i]), over=p), total(lambda i: xlogy(p[i], q[i]), over=p), equality=Identical(p, q)
    )


@gibbs_printed.proof
def printed_gibbs(p, q):
    """The same certificate, read from the other side."""
    yield (
        "the one-term inequality at each k",
        at_least(
            total(lambda k: xlogy(p[k], q[k]), over=p),
            because=total(lambda k: gap(gibbs_term, x=p[k], y=q[k]), over=p),
        ),
    )


@claim(cites=[Cite(PETIUSHKO, "Kullback-Leibler divergence", "kl.nonneg")])
def kl_nonnegative(n=Size, p=Simplex["n"], q=Simplex["n"]):
    """The Kullback–Leibler divergence is nonnegative, and zero exactly when p = q."""
    return AtLeast(kl(p, q), 0, equality=Identical(p, q))


@kl_nonnegative.proof
def from_gibbs(p, q):
    """The divergence is the gap in Gibbs' inequality."""
    yield "split the sum", total(lambda k: xlogy(p[k], p[k]), over=p) - total(lambda k: xlogy(p[k], q[k]), over=p)
    yield "Gibbs' inequality", at_least(0, because=gap(gibbs, n=p.dims[0], p=p, q=q))


@kl_nonnegative.as_printed(
    PETIUSHKO, "kl.nonneg", section="Kullback-Leibler divergence",
    latex=r"D_{KL}(P||Q) = \sum_x p(x) \log \frac{p(x)}{q(x)} = \sum_x p(x) \log p(x) - \sum_x p(x) \log q(x) \geq 0",
)  # fmt: skip
def kl_nonnegative_printed(p, q):
    """Σ p log p − Σ p log q ≥ 0, as printed; its equality case p = q is stated beside it."""
    return AtLeast(
        total(lambda k: xlogy(p[k], p[k]), over=p) - total(lambda k: xlogy(p[k], q[k]), over=p),
        0,
        equality=Identical(p, q),
    )


@kl_nonnegative_printed.proof
def printed_from_gibbs(p, q):
    """Gibbs' inequality."""
    yield "Gibbs' inequality", at_least(0, because=gap(gibbs, n=p.dims[0], p=p, q=q))


@claim(
    cites=[
        Cite(PETIUSHKO, "Gibbs Inequality (2)", "entropy.max_log_n"),
        Cite(ZHAO, "Properties of Entropy", "entropy.max_discrete"),
    ]
)
def entropy_at_most_log_n(n=Size, p=Simplex["n"]):
    """The entropy is at most log n, with equality exactly for the uniform distribution."""
    return AtMost(entropy(p), log(n), equality=Identical(p, vector(lambda k: 1 / n, over=p)))


@entropy_at_most_log_n.proof
def against_the_uniform(n, p):
    """Gibbs' inequality against q = 1/n."""
    yield (
        "the one-term inequality at y = 1/n",
        at_most(
            total(lambda k: -xlogy(p[k], 1 / n) + 1 / n - p[k], over=p),
            because=total(lambda k: gap(gibbs_term, x=p[k], y=1 / n), over=p),
        ),
    )
    yield (
        "log(1/n) = −log n comes out of the sum",
        total(lambda k: p[k], over=p) * log(n) + 1 - total(lambda k: p[k], over=p),
    )
    yield "p sums to one", log(n)


@entropy_at_most_log_n.as_printed(
    PETIUSHKO, "entropy.max_log_n", section="Gibbs Inequality (2)",
    latex=r"H(p) = -\sum_{i=1}^n p_i \log p_i \leq -\sum_{i=1}^n p_i \log \frac{1}{n} = \log n \sum_{i=1}^n p_i = \log n",
)  # fmt: skip
def entropy_max_printed(n, p):
    """−Σ pᵢ log pᵢ ≤ −Σ pᵢ log(1/n), as printed; equality exactly for p = 1/n."""
    return AtMost(
        -total(lambda i: xlogy(p[i], p[i]), over=p),
        -total(lambda i: p[i] * log(1 / n), over=p),
        equality=Identical(p, vector(lambda k: 1 / n, over=p)),
    )


@entropy_max_printed.proof
def printed_against_the_uniform(n, p):
    """The one-term inequality at y = 1/n."""
    yield (
        "the one-term inequality at y = 1/n",
        at_most(
            -total(lambda i: p[i] * log(1 / n), over=p),
            because=total(lambda k: gap(gibbs_term, x=p[k], y=1 / n), over=p),
        ),
    )


@claim(cites=[Cite(PETIUSHKO, "Why we use cross-entropy for classification", "ce.decomposition")])
def cross_entropy_decomposition(p=Simplex["n"], q=OpenSimplex["n"]):
    """Cross-entropy is entropy plus divergence: H(p, q) = H(p) + KL(p‖q), for q without zeros."""
    return Equals(cross_entropy(p, q), entropy(p) + kl(p, q))


@cross_entropy_decomposition.as_printed(
    LEKCE2, "kl.ce_minus_h", section="Kullback-Leibler Divergence", latex=r"D_{KL}(P||Q) = H(P,Q) H(P)",
    wrong="The minus sign between H(P, Q) and H(P) is missing: the divergence is their difference, not their product.",
)  # fmt: skip
def kl_product_printed(p, q):
    """The divergence is printed as the product of cross-entropy and entropy."""
    return Equals(kl(p, q), cross_entropy(p, q) * entropy(p))
