"""Sums over the last axis that neither drift nor overflow before their value does."""

from __future__ import annotations

import numpy as np

_NEVER = np.int32(-(2**20))  # below every exponent that a float can have


def two_sum(a: np.ndarray, b: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(s, δ) with s = fl(a + b) and s + δ = a + b exactly (Knuth)."""
    s = a + b
    t = s - a
    return s, (a - (s - t)) + (b - t)


def total(x: np.ndarray) -> np.ndarray:
    """Σ xᵢ as if summed in twice the precision: pairwise, the roundings summed beside (Ogita, Rump and Oishi).

    >>> total(np.array([1e16, 1.0, -1e16, 1.0]))
    array(2.)
    """
    plain = np.sum(x, axis=-1)
    lost = np.zeros_like(plain)
    while half := x.shape[-1] // 2:
        s, delta = two_sum(x[..., :half], x[..., half : 2 * half])
        lost = lost + np.sum(delta, axis=-1)
        x = np.concatenate((s, x[..., 2 * half :]), axis=-1)
    better = np.sum(x, axis=-1) + lost
    return np.where(np.isfinite(better), better, plain)  # δ is not a number beside an infinity


def scaled_total(m: np.ndarray, e: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(s, E) with Σ mᵢ 2^eᵢ = s 2ᴱ, E the largest exponent: what the largest terms do not reach is all that is lost."""
    top = np.max(np.where(m == 0, _NEVER, e), axis=-1, initial=_NEVER)
    return total(np.ldexp(m, e - top[..., None])), top


def mean(x: np.ndarray) -> np.ndarray:
    """(1/m) Σ xᵢ, divided first where the sum overflows."""
    m, s = x.shape[-1], total(x)
    return np.where(np.isinf(s), total(x / m), s / m)


def weighted(p: np.ndarray, x: np.ndarray) -> np.ndarray:
    """p·x with 0·∞ = 0, the limit of p log p; NaN stays NaN."""
    return np.where((p == 0) & np.isinf(x), 0, p * x)


def dot(A: np.ndarray, x: np.ndarray) -> np.ndarray:
    """Σⱼ Aᵢⱼ xⱼ; where a product or a partial sum overflows, again with the exponents apart."""
    b = np.matmul(A, x[..., None])[..., 0]
    if np.isfinite(b).all():
        return b
    (m, e), (n, f) = np.frexp(A), np.frexp(x[..., None, :])
    return np.where(np.isfinite(b), b, np.ldexp(*scaled_total(m * n, e + f)))
