"""Information: entropy, divergences, mutual information, and what is estimated from counts or sequences."""

from .. import information
from ..language import (
    Choice,
    Index,
    JointTable,
    Matrix,
    Nonnegative,
    Nonpositive,
    Simplex,
    Stochastic,
    Vector,
    Weight,
    exp,
    log,
    per,
    routine,
    sqrt,
    total,
    vector,
    xlogy,
)


def in_base(base, nats):
    """An amount of information in units of log base."""
    return nats if base == "e" else nats / log(base)


@routine
def entropy(p=Simplex["k"], base=Choice("e", 2)):
    """Shannon's entropy −Σₖ pₖ log pₖ, with 0 log 0 = 0."""
    return in_base(base, information.entropy(p))


@routine
def kl(p=Simplex["k"], q=Simplex["k"], base=Choice("e", 2)):
    """The divergence of q from p, Σₖ pₖ log(pₖ/qₖ): +∞ where q vanishes and p does not."""
    return in_base(base, information.kl(p, q))


@routine
def kl_logq(logq=Matrix["n", "k", Nonpositive], p=Stochastic["n", "k"]):
    """The mean over rows of the divergence of q from p, given log q: (1/n) Σᵢₖ pᵢₖ (log pᵢₖ − log qᵢₖ)."""
    n, k = p.dims
    return total(lambda i: total(lambda j: xlogy(p[i, j], p[i, j]) - p[i, j] * logq[i, j], over=k), over=n) / n


def shares(w):
    """Nonnegative weights divided by their sum."""
    return vector(lambda k: w[k] / total(lambda l: w[l], over=w), over=w)


@routine
def js(
    p=per("normalise", {False: Simplex["k"], True: Vector["k", Nonnegative]}),
    q=per("normalise", {False: Simplex["k"], True: Vector["k", Nonnegative]}),
    output=Choice("divergence", "distance"),
    base=Choice("e", 2),
    normalise=Choice(False, True),
):
    """The Jensen–Shannon divergence ½ KL(p‖m) + ½ KL(q‖m) with m = (p + q)/2, or its root, the distance."""
    if normalise:
        p, q = shares(p), shares(q)
    middle = vector(lambda k: (p[k] + q[k]) / 2, over=p)
    divergence = in_base(base, (information.kl(p, middle) + information.kl(q, middle)) / 2)
    return sqrt(divergence) if output == "distance" else divergence


@routine
def mutual_information(P=JointTable["r", "c"], base=Choice("e", 2)):
    """The mutual information of a joint distribution, Σᵢⱼ Pᵢⱼ log(Pᵢⱼ/(Pᵢ· P·ⱼ))."""
    r, c = P.dims

    def by_chance(i, j):
        return total(lambda l: P[i, l], over=c) * total(lambda k: P[k, j], over=r)

    return in_base(base, total(lambda i: total(lambda j: xlogy(P[i, j], P[i, j] / by_chance(i, j)), over=c), over=r))


@routine
def perplexity(
    sequence=per("input", probs=Vector["n", Weight], log_probs=Vector["n", Nonpositive], nll=Vector["n", Nonnegative]),
    input=Choice("probs", "log_probs", "nll"),
):
    """The perplexity of a sequence from the probabilities of its tokens, exp(−(1/n) Σₜ log pₜ)."""
    surprise = {"probs": lambda p: -log(p), "log_probs": lambda l: -l, "nll": lambda l: l}[input]
    return exp(total(lambda t: surprise(sequence[t]), over=sequence) / sequence.dims[0])


@routine
def laplace_smoothing(counts=Vector["k", Nonnegative], alpha=Nonnegative, j=Index["k"]):
    """Smoothed shares of counts, (nⱼ + α)/(N + αK), where N counts all and K is the number of classes."""
    return (counts[j] + alpha) / (total(lambda l: counts[l], over=counts) + alpha * counts.dims[0])
