"""Entropies of discrete distributions, in nats, over the last axis.

0 log 0 = 0, the limit. Nothing is normalised: each formula is that of the numbers given, and a negative one has no
logarithm (NaN). A distribution over nothing gives 0.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ._arrays import arrays, quiet, rounded
from ._sums import total, weighted


def entropy(p: ArrayLike) -> np.ndarray:
    """H(p) = −Σₖ pₖ log pₖ.

    Goodfellow, Bengio and Courville, Deep Learning, §3.13. (…, n) → (…); TypeError for what is not real, ValueError
    for a scalar.

    >>> entropy([0.5, 0.5, 0])
    np.float64(0.6931471805599453)
    """
    dtype, (p,) = arrays("(…, n)", p=p)
    with quiet():
        H = 0 - total(weighted(p, np.log(p)))
    return rounded(H, dtype)


def cross_entropy(p: ArrayLike, q: ArrayLike) -> np.ndarray:
    """H(p, q) = −Σₖ pₖ log qₖ; +∞ where q = 0 < p.

    Goodfellow, Bengio and Courville, Deep Learning, §3.13. (…, n), (…, n) → (…); TypeError for what is not real,
    ValueError for shapes that do not fit.

    >>> cross_entropy([1, 0], [[0.5, 0.5], [1, 0], [0, 1]])
    array([0.69314718, 0.        ,        inf])
    """
    dtype, (p, q) = arrays("(…, n), (…, n)", p=p, q=q)
    with quiet():
        H = 0 - total(weighted(p, np.log(q)))
    return rounded(H, dtype)


def kl(p: ArrayLike, q: ArrayLike) -> np.ndarray:
    """D(p‖q) = Σₖ pₖ log(pₖ/qₖ); +∞ where q = 0 < p.

    Goodfellow, Bengio and Courville, Deep Learning, §3.13. (…, n), (…, n) → (…); TypeError for what is not real,
    ValueError for shapes that do not fit.

    >>> kl([0.5, 0.5], [[0.25, 0.75], [0.5, 0.5], [0, 1]])
    array([0.14384104, 0.        ,        inf])
    >>> kl([0.5, 0.5], [0.5 + 2**-40, 0.5 - 2**-40]) == 2 * 2.0**-80  # though its terms are ±2⁻⁴⁰, rounded at 2⁻⁹³
    np.True_
    """
    dtype, (p, q) = arrays("(…, n), (…, n)", p=p, q=q)
    with quiet():
        # Near q, p log(p/q) is p − q, exact (Sterbenz), and a gap ≥ 0. The differences sum to next to nothing; the
        # gaps, which are the divergence, must not drown in them.
        ratio = p / q
        near = (q > 0) & (ratio >= 0.5) & (ratio <= 2)
        terms = np.where(near, _gap(p, q), _far(p, q, ratio))
        D = total(np.concatenate((np.where(near, p - q, 0), terms), axis=-1))
    return rounded(D, dtype)


def _gap(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """p log(p/q) − (p − q), by log(p/q) = 2 artanh s = 2 (s + s³/3 + s⁵/5 + …), s = (p − q)/(p + q), |s| ≤ ⅓."""
    x = (p - q) / q
    s = x / (2 + x)
    s2 = s * s
    series = np.zeros_like(s)
    for k in range(35, 1, -2):
        series = series * s2 + 1 / k
    return s * (p - q + 2 * p * s2 * series)


def _far(p: np.ndarray, q: np.ndarray, ratio: np.ndarray) -> np.ndarray:
    """p log(p/q), its logarithm split where p/q leaves the normal range; NaN for a negative p or q."""
    normal = (ratio >= np.finfo(ratio.dtype).tiny) & np.isfinite(ratio)
    terms = p * np.where(normal, np.log(ratio), np.log(p) - np.log(q))
    terms = np.where((p == 0) & (q >= 0), 0, terms)
    return np.where((p < 0) | (q < 0), np.nan, terms)
