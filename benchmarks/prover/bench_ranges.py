"""Sums over parts of a range: prefixes, suffixes, telescoping, summation by parts, triangles and convolutions.

Sources: Graham, Knuth & Patashnik, Concrete Mathematics (2nd ed.), chapter 2; Blelloch, Prefix Sums and Their
Applications (1990); Vaswani et al., Attention Is All You Need (2017), for causal masks.
"""

from lemmata.spec.language import (
    AtMost,
    D,
    Equals,
    Index,
    Matrix,
    Nonnegative,
    OpenUnit,
    Size,
    Vector,
    claim,
    delta,
    exp,
    recurrence,
    total,
    where_nonnegative,
)


def part(a, low, high):
    """Σ aₖ for k from low to high."""
    return total(lambda k: a[k], over=(low, high))


def prefix(a, i):
    """Σ aₖ for k up to i."""
    return total(lambda k: a[k], over=(1, i))


def pairs(x, y, n):
    """Σ xᵢ yⱼ over i < j."""
    return total(lambda j: total(lambda i: x[i] * y[j], over=(1, j - 1)), over=n)


# ---------------------------------------------------------------------- telescoping
@claim
def telescoping(a=Vector["n"], n=Size):
    """Σ_{k<n} (aₖ − aₖ₊₁) = a₁ − aₙ, also for n = 1."""
    return Equals(total(lambda k: a[k] - a[k + 1], over=(1, n - 1)), a[1] - a[n])


def telescoping_twins(n, a):
    return [a[n] - a[1], a[1], a[1] - part(a, n, n) / n]


@claim
def summation_by_parts(a=Vector["n"], b=Vector["n"], n=Size):
    """Σ_{k<n} aₖ (bₖ₊₁ − bₖ) = aₙbₙ − a₁b₁ − Σ_{k<n} bₖ₊₁ (aₖ₊₁ − aₖ) (Concrete Mathematics, 2.56)."""
    left = total(lambda k: a[k] * (b[k + 1] - b[k]), over=(1, n - 1))
    return Equals(left, a[n] * b[n] - a[1] * b[1] - total(lambda k: b[k + 1] * (a[k + 1] - a[k]), over=(1, n - 1)))


def summation_by_parts_twins(n, a, b):
    ends = a[n] * b[n] - a[1] * b[1]
    return [
        ends - total(lambda k: b[k] * (a[k + 1] - a[k]), over=(1, n - 1)),
        ends + total(lambda k: b[k + 1] * (a[k + 1] - a[k]), over=(1, n - 1)),
        a[n] * b[n] - total(lambda k: b[k + 1] * (a[k + 1] - a[k]), over=(1, n - 1)),
    ]


@claim
def abel_summation(a=Vector["n"], b=Vector["n"], n=Size):
    """Σ aₖbₖ = Aₙbₙ − Σ_{k<n} Aₖ (bₖ₊₁ − bₖ) with the prefix sums A of a."""
    right = prefix(a, n) * b[n] - total(lambda k: prefix(a, k) * (b[k + 1] - b[k]), over=(1, n - 1))
    return Equals(total(lambda k: a[k] * b[k], over=a), right)


def abel_summation_twins(n, a, b):
    return [
        prefix(a, n) * b[n] - total(lambda k: prefix(a, k + 1) * (b[k + 1] - b[k]), over=(1, n - 1)),
        prefix(a, n) * b[n] + total(lambda k: prefix(a, k) * (b[k + 1] - b[k]), over=(1, n - 1)),
        prefix(a, n) * b[1] - total(lambda k: prefix(a, k) * (b[k + 1] - b[k]), over=(1, n - 1)),
    ]


# ---------------------------------------------------------------------- prefixes and suffixes
@claim
def prefix_and_suffix(a=Vector["n"], i=Index["n"], n=Size):
    """What comes up to i and what comes after it is all there is."""
    return Equals(prefix(a, i) + part(a, i + 1, n), prefix(a, n))


def prefix_and_suffix_twins(n, a, i):
    return [prefix(a, n) - a[i], prefix(a, n) + a[i], 2 * prefix(a, i)]


@claim
def prefix_recursion(a=Vector["n"], i=Index["n"]):
    """Sᵢ = Sᵢ₋₁ + aᵢ, with S₀ = 0."""
    return Equals(prefix(a, i), prefix(a, i - 1) + a[i])


def prefix_recursion_twins(n, a, i):
    return [prefix(a, i - 1), prefix(a, i - 1) - a[i], prefix(a, n) + a[i]]


@claim
def masked_prefix(a=Vector["n"], i=Index["n"]):
    """A mask of ones up to i gives the prefix sum."""
    return Equals(total(lambda k: where_nonnegative(i - k, 1, 0) * a[k], over=a), prefix(a, i))


def masked_prefix_twins(n, a, i):
    return [prefix(a, i - 1), part(a, i, n), prefix(a, n)]


@claim
def causal_softmax(z=Vector["n"], v=Vector["n"], i=Index["n"]):
    """A softmax under a causal mask is a softmax over the prefix."""
    masked = total(lambda k: where_nonnegative(i - k, exp(z[k]), 0), over=z)
    left = total(lambda k: where_nonnegative(i - k, exp(z[k]), 0) * v[k], over=z) / masked
    below = total(lambda k: exp(z[k]), over=(1, i))
    return Equals(left, total(lambda k: exp(z[k]) * v[k], over=(1, i)) / below)


def causal_softmax_twins(n, z, v, i):
    return [
        total(lambda k: exp(z[k]) * v[k], over=(1, i)) / total(lambda k: exp(z[k]), over=z),
        total(lambda k: exp(z[k]) * v[k], over=(1, i - 1)) / total(lambda k: exp(z[k]), over=(1, i)),
        total(lambda k: exp(z[k]) * v[k], over=(i, n)) / total(lambda k: exp(z[k]), over=(i, n)),
    ]


@claim
def prefix_by_deltas(a=Vector["n"], i=Index["n"]):
    """A prefix sum is the sum of the entries that its indices pick."""
    return Equals(
        total(lambda l: total(lambda k: delta(k, l) * a[k], over=a), over=(1, i)),
        prefix(a, i),
    )


def prefix_by_deltas_twins(n, a, i):
    return [prefix(a, n), prefix(a, i - 1), part(a, i, n)]


@claim
def slope_of_a_prefix(a=Vector["n"], i=Index["n"], j=Index["n"]):
    """∂Sᵢ/∂aⱼ = 1 for j ≤ i, else 0."""
    return Equals(D(prefix(a, i), a[j]), where_nonnegative(i - j, 1, 0))


def slope_of_a_prefix_twins(a, i, j):
    return [where_nonnegative(i - j - 1, 1, 0), where_nonnegative(j - i, 1, 0), where_nonnegative(i - j, 0, 1)]


@claim
def backward_of_a_prefix_sum(a=Vector["n"], g=Vector["n"], j=Index["n"], n=Size):
    """The gradient of a prefix sum is a suffix sum: ∂(Σᵢ gᵢSᵢ)/∂aⱼ = Σ_{i≥j} gᵢ."""
    return Equals(D(total(lambda i: g[i] * prefix(a, i), over=a), a[j]), part(g, j, n))


def backward_of_a_prefix_sum_twins(n, a, g, j):
    return [prefix(g, j), part(g, j + 1, n), prefix(g, n)]


@claim
def prefix_at_most_whole(a=Vector["n", Nonnegative], i=Index["n"], n=Size):
    """A sum over a part of nonnegative terms is at most the whole."""
    return AtMost(prefix(a, i), prefix(a, n))


def prefix_at_most_whole_twins(n, a, i):
    return [prefix(a, i - 1), part(a, i, n), prefix(a, n) - a[1]]


# ---------------------------------------------------------------------- shifted and reversed
@claim
def autocovariance(a=Vector["n"], n=Size):
    """Products of neighbours, counted from the first or from the second one."""
    return Equals(
        total(lambda k: a[k] * a[k + 1], over=(1, n - 1)),
        total(lambda k: a[k - 1] * a[k], over=(2, n)),
    )


def autocovariance_twins(n, a):
    return [
        total(lambda k: a[k] ** 2, over=(2, n)),
        total(lambda k: a[k - 1] * a[k], over=(2, n)) + a[1] * a[n],
        total(lambda k: a[k - 1] ** 2, over=(2, n)),
    ]


@claim
def reversed_convolution(a=Vector["n"], b=Vector["n"], n=Size):
    """Either factor of a convolution may be the reversed one."""
    return Equals(
        total(lambda k: a[n + 1 - k] * b[k], over=a),
        total(lambda k: a[k] * b[n + 1 - k], over=a),
    )


def reversed_convolution_twins(n, a, b):
    return [
        total(lambda k: a[k] * b[k], over=a),
        total(lambda k: a[n + 1 - k] * b[n + 1 - k], over=a),
        total(lambda k: a[k] * b[n - k], over=(1, n - 1)),
    ]


@claim
def momentum_up_to(g=Vector["n"], beta=OpenUnit, i=Index["n"]):
    """m ← βm + gₛ, s = 1, …, i, from 0 is Σ_{s≤i} β^{i−s} gₛ."""
    return Equals(
        recurrence(0, lambda m, s: beta * m + g[s], upto=i), total(lambda s: beta ** (i - s) * g[s], over=(1, i))
    )


def momentum_up_to_twins(g, beta, i):
    return [
        total(lambda s: beta**s * g[s], over=(1, i)),
        total(lambda s: beta ** (i - s) * g[s], over=(1, i - 1)),
        total(lambda s: beta ** (i - s + 1) * g[s], over=(1, i)),
    ]


# ---------------------------------------------------------------------- triangles
@claim
def square_of_a_sum(x=Vector["n"], n=Size):
    """(Σx)² = Σx² + 2 Σ_{i<j} xᵢxⱼ."""
    right = total(lambda k: x[k] ** 2, over=x) + 2 * pairs(x, x, n)
    return Equals(prefix(x, n) ** 2, right)


def square_of_a_sum_twins(n, x):
    squares = total(lambda k: x[k] ** 2, over=x)
    return [
        squares + pairs(x, x, n),
        squares + 2 * total(lambda j: total(lambda i: x[i] * x[j], over=(1, j)), over=n),
        squares + 2 * total(lambda j: total(lambda i: x[i] ** 2, over=(1, j - 1)), over=n),
    ]


@claim
def product_of_sums(x=Vector["n"], y=Vector["n"], n=Size):
    """Σx Σy is the pairs below the diagonal, those above it, and the diagonal."""
    right = pairs(x, y, n) + pairs(y, x, n) + total(lambda k: x[k] * y[k], over=x)
    return Equals(prefix(x, n) * prefix(y, n), right)


def product_of_sums_twins(n, x, y):
    diagonal = total(lambda k: x[k] * y[k], over=x)
    return [2 * pairs(x, y, n) + diagonal, pairs(x, y, n) + pairs(y, x, n), pairs(x, y, n) + pairs(y, x, n) - diagonal]


@claim
def causal_scores(M=Matrix["n", "n"], n=Size):
    """A triangle by rows or by columns: Σᵢ Σ_{j≤i} Mᵢⱼ = Σⱼ Σ_{i≥j} Mᵢⱼ."""
    rows = total(lambda i: total(lambda j: M[i, j], over=(1, i)), over=n)
    return Equals(rows, total(lambda j: total(lambda i: M[i, j], over=(j, n)), over=n))


def causal_scores_twins(n, M):
    return [
        total(lambda j: total(lambda i: M[i, j], over=(1, j)), over=n),
        total(lambda j: total(lambda i: M[i, j], over=(j + 1, n)), over=n),
        total(lambda j: total(lambda i: M[j, i], over=(j, n)), over=n),
    ]
