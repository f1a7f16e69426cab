"""Penalties on the weights, and the priors that they are the logarithms of.

Sums of squares carry their exponents apart, so λ‖w‖² is right wherever it is representable, whatever ‖w‖² is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ._arrays import arrays, quiet, rounded
from ._sums import scaled_total


def l2_penalty(w: ArrayLike, lam: ArrayLike) -> np.ndarray:
    """½ λ Σⱼ wⱼ².

    Goodfellow, Bengio and Courville, Deep Learning, §7.1.1. (…, d), (…) → (…); TypeError for what is not real,
    ValueError for shapes that do not fit. No weights cost 0.

    >>> l2_penalty([3, 4], 0.1)
    np.float64(1.25)
    >>> l2_penalty([3e200, 4e200], 1e-300)  # Σ wⱼ² overflows, the penalty does not
    np.float64(1.25e+101)
    """
    dtype, (w, lam) = arrays("(…, d), (…)", w=w, lam=lam)
    with quiet():
        (m, e), (k, f) = np.frexp(w), np.frexp(lam)
        s, top = scaled_total(m * m, 2 * e)
        penalty = np.ldexp(k * s / 2, f + top)
    return rounded(penalty, dtype)


def l2_penalty_grad(w: ArrayLike, lam: ArrayLike) -> np.ndarray:
    """∂/∂wⱼ of `l2_penalty`: λ wⱼ.

    Goodfellow, Bengio and Courville, Deep Learning, §7.1.1. (…, d), (…) → (…, d); TypeError for what is not real,
    ValueError for shapes that do not fit.

    >>> l2_penalty_grad([3, -4], 0.5)
    array([ 1.5, -2. ])
    """
    dtype, (w, lam) = arrays("(…, d), (…)", w=w, lam=lam)
    with quiet():
        gradient = lam[..., None] * w
    return rounded(gradient, dtype)


def l1_penalty(w: ArrayLike, lam: ArrayLike) -> np.ndarray:
    """λ Σⱼ |wⱼ|.

    Goodfellow, Bengio and Courville, Deep Learning, §7.1.2. (…, d), (…) → (…); TypeError for what is not real,
    ValueError for shapes that do not fit. No weights cost 0.

    >>> l1_penalty([3, -4], 0.5)
    np.float64(3.5)
    """
    dtype, (w, lam) = arrays("(…, d), (…)", w=w, lam=lam)
    with quiet():
        (m, e), (k, f) = np.frexp(np.abs(w)), np.frexp(lam)
        s, top = scaled_total(m, e)
        penalty = np.ldexp(k * s, f + top)
    return rounded(penalty, dtype)


def l1_penalty_grad(w: ArrayLike, lam: ArrayLike) -> np.ndarray:
    """∂/∂wⱼ of `l1_penalty`: λ sign(wⱼ), with sign(0) = 0, the subgradient of least norm.

    Goodfellow, Bengio and Courville, Deep Learning, §7.1.2. (…, d), (…) → (…, d); TypeError for what is not real,
    ValueError for shapes that do not fit.

    >>> l1_penalty_grad([3, 0, -4], 0.5)
    array([ 0.5,  0. , -0.5])
    """
    dtype, (w, lam) = arrays("(…, d), (…)", w=w, lam=lam)
    with quiet():
        gradient = lam[..., None] * np.sign(w)
    return rounded(gradient, dtype)


def gaussian_nll(w: ArrayLike, mu: ArrayLike, sigma: ArrayLike) -> np.ndarray:
    """Σⱼ (wⱼ − μⱼ)² / (2σ²) + d log(σ √(2π)): −log of the density of independent wⱼ ~ N(μⱼ, σ²).

    Petiushko, Introduction to Deep Learning Theory, "A probabilistic view on regularization". (…, d), (…, d), (…) →
    (…); TypeError for what is not real, ValueError for shapes that do not fit. NaN unless σ > 0.

    >>> gaussian_nll([1, 2], [1, 2], 1) == np.log(2 * np.pi)
    np.True_
    """
    dtype, (w, mu, sigma) = arrays("(…, d), (…, d), (…)", w=w, mu=mu, sigma=sigma)
    with quiet():
        gap = w - mu
        over = np.isinf(gap)  # then halves, and one more in the exponent
        m, e = np.frexp(np.where(over, w / 2 - mu / 2, gap))
        s, top = scaled_total(m * m, 2 * (e + over))
        k, f = np.frexp(sigma)
        squares = np.ldexp(s / (2 * k * k), top - 2 * f)
        nll = squares + w.shape[-1] * (np.log(sigma) + np.log(2 * np.pi) / 2)
    return rounded(nll, dtype)


def laplace_nll(w: ArrayLike, b: ArrayLike) -> np.ndarray:
    """Σⱼ |wⱼ| / b + d log(2b): −log of the density of independent wⱼ ~ Laplace(0, b).

    Goodfellow, Bengio and Courville, Deep Learning, §3.9.4 and §7.1.2. (…, d), (…) → (…); TypeError for what is not
    real, ValueError for shapes that do not fit. NaN unless b > 0.

    >>> laplace_nll([1, -2], 0.5)
    np.float64(6.0)
    """
    dtype, (w, b) = arrays("(…, d), (…)", w=w, b=b)
    with quiet():
        (m, e), (k, f) = np.frexp(np.abs(w)), np.frexp(b)
        s, top = scaled_total(m, e)
        log_2b = np.where(b < 1, np.log(2 * b), np.log(b) + np.log(2))  # 2b is exact, and may overflow
        nll = np.ldexp(s / k, top - f) + w.shape[-1] * log_2b
    return rounded(nll, dtype)
