"""Divergences: decompositions, additivity, convexity, data processing.

Sources: Cover & Thomas, Elements of Information Theory (2nd ed.), chapters 2 and 11; Csiszár & Shields, Information
Theory and Statistics, sections 3 and 4.
"""

from lemmata.spec.information import cross_entropy, entropy, kl
from lemmata.spec.language import (
    AtLeast,
    AtMost,
    Equals,
    Identical,
    Matrix,
    OpenSimplex,
    OpenUnit,
    Positive,
    Simplex,
    Size,
    Unit,
    Vector,
    at_least,
    at_most,
    claim,
    definition,
    gap,
    log,
    total,
    vector,
)


@definition(notation=r"D({p} \,\|\, {q})", text="D({p}‖{q})")
def divergence(p=Vector["n", Positive], q=Vector["n", Positive]):
    """The divergence Σₖ pₖ log(pₖ/qₖ) of positive weights, normalised or not."""
    return total(lambda k: p[k] * log(p[k] / q[k]), over=p)


def mixture(lam, p, q):
    """The distribution λ p + (1 − λ) q."""
    return vector(lambda k: lam * p[k] + (1 - lam) * q[k], over=p)


def normalised(W, i, j):
    """A row-stochastic matrix from positive weights."""
    return W[i, j] / total(lambda l: W[i, l], over=W.dims[1])


def sent(p, W):
    """The output distribution Σᵢ pᵢ Wᵢⱼ of a channel."""
    return vector(lambda j: total(lambda i: p[i] * normalised(W, i, j), over=p), over=W.dims[1])


@claim
def tilted_tangent(a=Positive, b=Positive):
    """One term of the information inequality: a log(a/b) ≥ a − b, with equality exactly when a = b (C. & T., 2.6.3)."""
    return AtLeast(a * log(a / b), a - b, equality=Equals(a, b))


def tilted_tangent_twins(a, b):
    return [b - a, AtLeast(b * log(a / b), a - b, equality=Equals(a, b)), (a - b) * a]


@claim
def information_inequality(p=OpenSimplex["n"], q=OpenSimplex["n"]):
    """The divergence of two distributions is nonnegative, and zero exactly when they agree (C. & T., theorem 2.6.3)."""
    return AtLeast(divergence(p, q), 0, equality=Identical(p, q))


@information_inequality.proof
def term_by_term(p, q):
    """Sum a log(a/b) ≥ a − b; both distributions sum to one."""
    yield (
        "one inequality for each outcome",
        at_least(
            total(lambda k: p[k] - q[k], over=p),
            because=total(lambda k: gap(tilted_tangent, a=p[k], b=q[k]), over=p),
        ),
    )
    yield "both sum to one", 0


def information_inequality_twins(p, q):
    return [
        AtMost(divergence(p, q), 0, equality=Identical(p, q)),
        AtLeast(total(lambda k: log(p[k] / q[k]), over=p), 0, equality=Identical(p, q)),
        AtLeast(divergence(p, q) - divergence(q, p), 0, equality=Identical(p, q)),
    ]


@claim
def log_sum_inequality(a=Vector["n", Positive], b=Vector["n", Positive]):
    """The log-sum inequality Σ aₖ log(aₖ/bₖ) ≥ (Σ aₖ) log(Σ aₖ / Σ bₖ), equality when proportional (C. & T., 2.7.1)."""
    s, t = total(lambda k: a[k], over=a), total(lambda k: b[k], over=b)
    proportional = Identical(vector(lambda k: t * a[k], over=a), vector(lambda k: s * b[k], over=a))
    return AtLeast(divergence(a, b), s * log(s / t), equality=proportional)


@log_sum_inequality.proof
def against_the_rescaled(a, b):
    """The one-term inequality against b rescaled to the sum of a."""
    s, t = total(lambda k: a[k], over=a), total(lambda k: b[k], over=b)
    yield (
        "a log(a/c) ≥ a − c with cₖ = bₖ s/t",
        at_least(
            s * log(s / t) + total(lambda k: a[k] - b[k] * s / t, over=a),
            because=total(lambda k: gap(tilted_tangent, a=a[k], b=b[k] * s / t), over=a),
        ),
    )
    yield "the rescaled weights have the same sum", s * log(s / t)


def log_sum_inequality_twins(a, b):
    s, t = total(lambda k: a[k], over=a), total(lambda k: b[k], over=b)
    proportional = Identical(vector(lambda k: t * a[k], over=a), vector(lambda k: s * b[k], over=a))
    return [s * log(t / s), log(s / t), AtMost(divergence(a, b), s * log(s / t), equality=proportional)]


@claim
def cross_entropy_exceeds_entropy(p=OpenSimplex["n"], q=OpenSimplex["n"]):
    """No code beats the entropy: H(p, q) ≥ H(p), with equality exactly when q = p (MacKay, section 5.3)."""
    return AtLeast(cross_entropy(p, q), entropy(p), equality=Identical(q, p))


def cross_entropy_exceeds_entropy_twins(p, q):
    return [entropy(q), 2 * entropy(p), AtMost(cross_entropy(p, q), entropy(p), equality=Identical(q, p))]


@claim
def jensen_shannon_by_entropies(p=Simplex["n"], q=Simplex["n"]):
    """JS(p, q) = H((p + q)/2) − (H(p) + H(q))/2, zeros allowed (Lin, 1991)."""
    mid = vector(lambda k: (p[k] + q[k]) / 2, over=p)
    return Equals(kl(p, mid) / 2 + kl(q, mid) / 2, entropy(mid) - entropy(p) / 2 - entropy(q) / 2)


def jensen_shannon_by_entropies_twins(p, q):
    mid = vector(lambda k: (p[k] + q[k]) / 2, over=p)
    return [
        entropy(mid) - entropy(p) - entropy(q),
        entropy(p) / 2 + entropy(q) / 2 - entropy(mid),
        2 * entropy(mid) - entropy(p) / 2 - entropy(q) / 2,
    ]


@claim
def jensen_shannon_nonnegative(p=OpenSimplex["n"], q=OpenSimplex["n"]):
    """JS(p, q) ≥ 0, zero exactly when p = q (Lin, 1991)."""
    mid = vector(lambda k: (p[k] + q[k]) / 2, over=p)
    return AtLeast(divergence(p, mid) / 2 + divergence(q, mid) / 2, 0, equality=Identical(p, q))


def jensen_shannon_nonnegative_twins(p, q):
    mid = vector(lambda k: (p[k] + q[k]) / 2, over=p)
    both = vector(lambda k: p[k] + q[k], over=p)
    return [
        AtLeast(divergence(p, both) / 2 + divergence(q, both) / 2, 0, equality=Identical(p, q)),
        AtLeast(divergence(p, mid) / 2 - divergence(q, mid) / 2, 0, equality=Identical(p, q)),
        AtMost(divergence(p, mid) / 2 + divergence(q, mid) / 2, 0, equality=Identical(p, q)),
    ]


@claim
def jensen_shannon_at_most_log_two(p=OpenSimplex["n"], q=OpenSimplex["n"]):
    """JS(p, q) ≤ log 2 (Lin, 1991)."""
    mid = vector(lambda k: (p[k] + q[k]) / 2, over=p)
    return AtMost(divergence(p, mid) / 2 + divergence(q, mid) / 2, log(2))


def jensen_shannon_at_most_log_two_twins(n, p, q):
    mid = vector(lambda k: (p[k] + q[k]) / 2, over=p)
    js = divergence(p, mid) / 2 + divergence(q, mid) / 2
    return [AtLeast(js, log(2)), AtMost(js, log(n) / 8), AtMost(divergence(p, q), log(2))]


@claim
def additive_over_products(p=OpenSimplex["m"], q=OpenSimplex["m"], r=OpenSimplex["n"], s=OpenSimplex["n"]):
    """Divergence adds over independent parts: D(p×r ‖ q×s) = D(p‖q) + D(r‖s) (Cover & Thomas, theorem 2.5.3)."""
    pairs = total(lambda i: total(lambda j: p[i] * r[j] * log(p[i] * r[j] / (q[i] * s[j])), over=r), over=p)
    return Equals(pairs, divergence(p, q) + divergence(r, s))


def additive_over_products_twins(m, n, p, q, r, s):
    return [
        divergence(p, q) * divergence(r, s),
        divergence(p, q) + divergence(s, r),
        n * divergence(p, q) + m * divergence(r, s),
    ]


@claim
def chain_rule_of_divergence(
    p=Vector["m", Positive], q=Vector["m", Positive], V=Matrix["m", "n", Positive], W=Matrix["m", "n", Positive]
):
    """D of two joint distributions is D of the inputs plus the mean D of the rows (Cover & Thomas, theorem 2.5.3)."""
    n = V.dims[1]
    one, other = lambda i, j: p[i] * normalised(V, i, j), lambda i, j: q[i] * normalised(W, i, j)
    left = total(lambda i: total(lambda j: one(i, j) * log(one(i, j) / other(i, j)), over=n), over=p)
    rows = lambda i: total(lambda j: normalised(V, i, j) * log(normalised(V, i, j) / normalised(W, i, j)), over=n)  # noqa: E731
    return Equals(left, divergence(p, q) + total(lambda i: p[i] * rows(i), over=p))


def chain_rule_of_divergence_twins(p, q, V, W, n):
    rows = lambda i: total(lambda j: normalised(V, i, j) * log(normalised(V, i, j) / normalised(W, i, j)), over=n)  # noqa: E731
    return [
        divergence(p, q) + total(rows, over=p),
        divergence(p, q) + total(lambda i: q[i] * rows(i), over=p),
        divergence(p, q) - total(lambda i: p[i] * rows(i), over=p),
    ]


@claim
def compensation_identity(w=Vector["m", Positive], P=Matrix["m", "n", Positive], q=Vector["n", Positive]):
    """Σ wᵢ D(Pᵢ‖q) = Σ wᵢ D(Pᵢ‖P̄) + D(P̄‖q) with the mixture P̄ = Σ wᵢ Pᵢ, in components (Csiszár & Shields, 3.1)."""
    mean = lambda k: total(lambda i: w[i] * P[i, k], over=w)  # noqa: E731
    to = lambda r: total(lambda i: w[i] * total(lambda k: P[i, k] * log(P[i, k] / r(k)), over=q), over=w)  # noqa: E731
    return Equals(to(lambda k: q[k]), to(mean) + total(lambda k: mean(k) * log(mean(k) / q[k]), over=q))


def compensation_identity_twins(w, P, q):
    mean = lambda k: total(lambda i: w[i] * P[i, k], over=w)  # noqa: E731
    to = lambda r: total(lambda i: w[i] * total(lambda k: P[i, k] * log(P[i, k] / r(k)), over=q), over=w)  # noqa: E731
    return [
        to(mean) - total(lambda k: mean(k) * log(mean(k) / q[k]), over=q),
        to(mean) + total(lambda k: q[k] * log(q[k] / mean(k)), over=q),
        total(lambda k: mean(k) * log(mean(k) / q[k]), over=q),
    ]


@claim
def three_point_identity(p=Vector["n", Positive], q=Vector["n", Positive], r=Vector["n", Positive]):
    """D(p‖r) = D(p‖q) + D(q‖r) + Σ (pₖ − qₖ)(log qₖ − log rₖ) (Csiszár & Shields, section 3)."""
    cross = total(lambda k: (p[k] - q[k]) * (log(q[k]) - log(r[k])), over=p)
    return Equals(divergence(p, r), divergence(p, q) + divergence(q, r) + cross)


def three_point_identity_twins(p, q, r):
    cross = total(lambda k: (p[k] - q[k]) * (log(q[k]) - log(r[k])), over=p)
    return [
        divergence(p, q) + divergence(q, r),
        divergence(p, q) + divergence(q, r) - cross,
        divergence(p, q) + divergence(q, r) + total(lambda k: (p[k] - q[k]) * (log(p[k]) - log(r[k])), over=p),
    ]


@claim
def jeffreys_divergence(p=OpenSimplex["n"], q=OpenSimplex["n"]):
    """The symmetrised divergence D(p‖q) + D(q‖p) is Σ (pₖ − qₖ) log(pₖ/qₖ) (Jeffreys, 1946)."""
    return Equals(kl(p, q) + kl(q, p), total(lambda k: (p[k] - q[k]) * log(p[k] / q[k]), over=p))


def jeffreys_divergence_twins(p, q):
    return [
        total(lambda k: (p[k] + q[k]) * log(p[k] / q[k]), over=p),
        total(lambda k: (q[k] - p[k]) * log(p[k] / q[k]), over=p),
        2 * total(lambda k: p[k] * log(p[k] / q[k]), over=p),
    ]


@claim
def divergence_is_jointly_convex(
    lam=OpenUnit, p=OpenSimplex["n"], q=OpenSimplex["n"], r=OpenSimplex["n"], s=OpenSimplex["n"]
):
    """D(λp + (1−λ)q ‖ λr + (1−λ)s) ≤ λ D(p‖r) + (1−λ) D(q‖s) (Cover & Thomas, theorem 2.7.2)."""
    return AtMost(
        divergence(mixture(lam, p, q), mixture(lam, r, s)), lam * divergence(p, r) + (1 - lam) * divergence(q, s)
    )


@divergence_is_jointly_convex.proof
def log_sum_in_each_outcome(lam, p, q, r, s):
    """The one-term inequality twice in each outcome, against r and s tilted by the ratio of the mixtures."""
    m, t = mixture(lam, p, q), mixture(lam, r, s)
    yield (
        "the log-sum inequality, outcome by outcome",
        at_most(
            lam * divergence(p, r) + (1 - lam) * divergence(q, s),
            because=total(
                lambda k: (
                    gap(tilted_tangent, a=lam * p[k], b=lam * r[k] * (m[k] / t[k]))
                    + gap(tilted_tangent, a=(1 - lam) * q[k], b=(1 - lam) * s[k] * (m[k] / t[k]))
                ),
                over=p,
            ),
        ),
    )


def divergence_is_jointly_convex_twins(lam, p, q, r, s):
    left = divergence(mixture(lam, p, q), mixture(lam, r, s))
    right = lam * divergence(p, r) + (1 - lam) * divergence(q, s)
    return [AtLeast(left, right), lam * divergence(p, s) + (1 - lam) * divergence(q, r), lam * divergence(p, r)]


@claim
def entropy_is_concave(lam=Unit, p=Simplex["n"], q=Simplex["n"]):
    """H(λp + (1−λ)q) ≥ λ H(p) + (1−λ) H(q), zeros allowed (Cover & Thomas, theorem 2.7.3)."""
    return AtLeast(entropy(mixture(lam, p, q)), lam * entropy(p) + (1 - lam) * entropy(q))


def entropy_is_concave_twins(lam, p, q):
    return [
        entropy(p) + entropy(q),
        (1 - lam) * entropy(p) + lam * entropy(q),
        AtMost(entropy(mixture(lam, p, q)), lam * entropy(p) + (1 - lam) * entropy(q)),
    ]


@claim
def data_processing(p=OpenSimplex["m"], q=OpenSimplex["m"], W=Matrix["m", "n", Positive]):
    """A channel brings distributions closer: D(pW‖qW) ≤ D(p‖q) (Csiszár & Shields, lemma 4.1)."""
    return AtMost(divergence(sent(p, W), sent(q, W)), divergence(p, q))


@data_processing.proof
def data_processing_in_cells(p, q, W):
    """The one-term inequality in each cell, against qᵢ Wᵢⱼ tilted by the ratio of the outputs."""
    u, v = sent(p, W), sent(q, W)
    tilted = lambda i, j: q[i] * normalised(W, i, j) * (u[j] / v[j])  # noqa: E731
    yield (
        "a log(a/b) ≥ a − b in each cell",
        at_most(
            divergence(p, q),
            because=total(
                lambda i: total(
                    lambda j: gap(tilted_tangent, a=p[i] * normalised(W, i, j), b=tilted(i, j)), over=W.dims[1]
                ),
                over=p,
            ),
        ),
    )


def data_processing_twins(p, q, W):
    out = divergence(sent(p, W), sent(q, W))
    raw = vector(lambda j: total(lambda i: p[i] * W[i, j], over=p), over=W.dims[1])
    also = vector(lambda j: total(lambda i: q[i] * W[i, j], over=p), over=W.dims[1])
    return [
        AtLeast(out, divergence(p, q)),
        divergence(p, q) - divergence(q, p),
        AtMost(divergence(raw, also), divergence(p, q)),
    ]


@claim
def processing_by_a_test(p=OpenSimplex["n"], q=OpenSimplex["n"], g=Vector["n", OpenUnit]):
    """Accepting k with probability gₖ leaves a binary divergence ≤ D(p‖q) (Csiszár & Shields, lemma 4.1)."""
    a, b = total(lambda k: p[k] * g[k], over=p), total(lambda k: q[k] * g[k], over=p)
    return AtMost(a * log(a / b) + (1 - a) * log((1 - a) / (1 - b)), divergence(p, q))


def processing_by_a_test_twins(p, q, g):
    a, b = total(lambda k: p[k] * g[k], over=p), total(lambda k: q[k] * g[k], over=p)
    binary = a * log(a / b) + (1 - a) * log((1 - a) / (1 - b))
    return [
        AtLeast(binary, divergence(p, q)),
        AtMost(a * log(a / (1 - b)) + (1 - a) * log((1 - a) / b), divergence(p, q)),
        divergence(p, q) - divergence(q, p),
    ]


@claim
def binary_pinsker(p=OpenUnit, q=OpenUnit):
    """Pinsker for two outcomes: p log(p/q) + (1−p) log((1−p)/(1−q)) ≥ 2 (p − q)² (Cover & Thomas, lemma 11.6.1)."""
    return AtLeast(p * log(p / q) + (1 - p) * log((1 - p) / (1 - q)), 2 * (p - q) ** 2, equality=Equals(p, q))


def binary_pinsker_twins(p, q):
    return [4 * (p - q) ** 2, 8 * (p - q) ** 2, p * (p - q) / q]


@claim
def chi_square_bound(p=OpenSimplex["n"], q=OpenSimplex["n"]):
    """D(p‖q) ≤ Σ (pₖ − qₖ)²/qₖ, with equality exactly when p = q (Csiszár & Shields, section 4; Gibbs & Su, 2002)."""
    return AtMost(divergence(p, q), total(lambda k: (p[k] - q[k]) ** 2 / q[k], over=p), equality=Identical(p, q))


@chi_square_bound.proof
def by_the_other_tangent(p, q):
    """log(q/p) ≥ 1 − p/q turned round, weighted by p."""
    yield (
        "log(pₖ/qₖ) ≤ pₖ/qₖ − 1",
        at_most(
            total(lambda k: p[k] * (p[k] / q[k] - 1), over=p),
            because=total(lambda k: p[k] / q[k] * gap(tilted_tangent, a=q[k], b=p[k]), over=p),
        ),
    )
    yield "both sum to one", total(lambda k: (p[k] - q[k]) ** 2 / q[k], over=p)


def chi_square_bound_twins(p, q):
    return [
        total(lambda k: (p[k] - q[k]) ** 2 / p[k], over=p) / 2,
        total(lambda k: (p[k] - q[k]) ** 2, over=p),
        total(lambda k: (p[k] - q[k]) ** 2 / q[k], over=p) / 2,
    ]


@claim
def collision_bound(n=Size, p=OpenSimplex["n"]):
    """Collisions are rarest for the uniform distribution: Σ pₖ² ≥ 1/n, equality only there (MacKay, exercise 2.21)."""
    return AtLeast(total(lambda k: p[k] ** 2, over=p), 1 / n, equality=Identical(p, vector(lambda k: 1 / n, over=p)))


@collision_bound.proof
def squares_about_the_uniform(n, p):
    """The squares of the deviations from 1/n."""
    yield "Σ (pₖ − 1/n)² ≥ 0", at_least(1 / n, because=total(lambda k: (p[k] - 1 / n) ** 2, over=p))


def collision_bound_twins(n, p):
    uniform = Identical(p, vector(lambda k: 1 / n, over=p))
    return [2 / n, AtMost(total(lambda k: p[k] ** 2, over=p), 1 / n, equality=uniform), 1 / n + (1 - 1 / n) / n]
