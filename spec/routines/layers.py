"""Layers: normalisation, attention and cross-correlation."""

from ..language import (
    TRUTH,
    Bit,
    Choice,
    Counting,
    Index,
    Matrix,
    Natural,
    Nonnegative,
    Vector,
    by_value,
    exp,
    floor,
    largest,
    oo,
    routine,
    sqrt,
    total,
    vector,
    where_nonnegative,
)
from ..softmax import softmax


def mean(f, n):
    return total(f, over=n) / n


def standardised(f, at, n, eps):
    """(f(at) − μ)/√(σ² + ε), with the mean μ and the biased variance σ² of f(1), …, f(n)."""
    mu = mean(f, n)
    return (f(at) - mu) / sqrt(mean(lambda l: (f(l) - mu) ** 2, n) + eps)


@routine
def batchnorm(X=Matrix["n", "d"], gamma=Vector["d"], beta=Vector["d"], eps=Nonnegative, i=Index["n"], j=Index["d"]):
    """Batch normalisation of each column, γⱼ (Xᵢⱼ − μⱼ)/√(σⱼ² + ε) + βⱼ, with the biased variance σⱼ²."""
    return gamma[j] * standardised(lambda k: X[k, j], i, X.dims[0], eps) + beta[j]


@routine
def layernorm(X=Matrix["n", "d"], gamma=Vector["d"], beta=Vector["d"], eps=Nonnegative, i=Index["n"], j=Index["d"]):
    """Layer normalisation of each row, γⱼ (Xᵢⱼ − μᵢ)/√(σᵢ² + ε) + βⱼ, with the biased variance σᵢ²."""
    return gamma[j] * standardised(lambda k: X[i, k], j, X.dims[1], eps) + beta[j]


def scores(Q, K, i):
    """The scores of query i with every key, qᵢ·kₗ/√d."""
    d = Q.dims[1]
    return vector(lambda l: total(lambda f: Q[i, f] * K[l, f], over=d) / sqrt(d), over=K.dims[0])


def attended(mask, i, weight, V, e, left_out=lambda l: 0):
    """The mean of the admitted values with these weights."""
    m = V.dims[0]
    above = total(lambda l: by_value(mask[i, l], {1: weight(l) * V[l, e], 0: left_out(l)}), over=m)
    return above / total(lambda l: by_value(mask[i, l], {1: weight(l), 0: 0}), over=m)


@routine
def attention(
    Q=Matrix["n", "d"],
    K=Matrix["m", "d"],
    V=Matrix["m", "e"],
    mask=Matrix["n", "m", Bit].coded(TRUTH).optional,
    i=Index["n"],
    j=Index["e"],
    empty_rows=Choice("excluded", "zero"),
):
    """Scaled dot-product attention, softmax(QKᵀ/√d) V, each query over the keys that the mask admits.

    A query that may attend to no key is excluded, or gets 0.
    """
    s = scores(Q, K, i)
    if mask is None:
        return total(lambda l: softmax(s, l) * V[l, j], over=V.dims[0])
    return unless_empty(empty_rows, mask, i, attended(mask, i, lambda l: exp(s[l]), V, j))


@attention.stable
def attention_shifted(Q, K, V, mask, i, j, empty_rows):
    s = scores(Q, K, i)
    if mask is None:
        return total(lambda l: softmax(s, l) * V[l, j], over=V.dims[0])
    top = largest(lambda l: by_value(mask[i, l], {1: s[l], 0: -oo}), over=s)
    # scores that are masked are computed, too: where one is past the format's range, nothing is promised
    mean = attended(mask, i, lambda l: exp(s[l] - top), V, j, left_out=lambda l: 0 * s[l])
    return unless_empty(empty_rows, mask, i, mean)


def unless_empty(empty_rows, mask, i, value):
    """The value, or 0 in a row without admissible keys."""
    if empty_rows == "excluded":
        return value
    return where_nonnegative(total(lambda l: mask[i, l], over=mask.dims[1]) - 1, value, 0)


@routine
def gaussian_attention(x_query=Vector["n"], x_key=Vector["m"], y_key=Vector["m"], i=Index["n"]):
    """Nadaraya–Watson regression: Σₗ softmax(−(x − xₗ)²/2)ₗ yₗ for each query x."""
    s = vector(lambda l: -((x_query[i] - x_key[l]) ** 2) / 2, over=x_key)
    return total(lambda l: softmax(s, l) * y_key[l], over=x_key)


def inside(position, size, value):
    """The value where 1 ≤ position ≤ size, and 0 in the padding around."""
    return where_nonnegative(position - 1, where_nonnegative(size - position, value, 0), 0)


@routine(where=lambda H, W, h, w, padding: h <= H + 2 * padding and w <= W + 2 * padding)
def corr2d(X=Matrix["H", "W"], K=Matrix["h", "w"], padding=Natural, stride=Counting):
    """Cross-correlation, Yᵢⱼ = Σₖₗ Kₖₗ X at (i·stride + k − padding, …), and 0 outside X."""
    (H, W), (h, w) = X.dims, K.dims

    def steps(size, kernel):
        return floor((size + 2 * padding - kernel) / stride) + 1

    def term(i, j, k, l):
        down, right = (i - 1) * stride + k - padding, (j - 1) * stride + l - padding
        return inside(down, H, inside(right, W, X[down, right] * K[k, l]))

    def entry(i, j):
        return total(lambda k: total(lambda l: term(i, j, k, l), over=w), over=h)

    return vector(lambda i: vector(lambda j: entry(i, j), over=steps(W, w)), over=steps(H, h))
