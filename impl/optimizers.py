"""The moment estimates of Adam: an exponential moving average of the gradients along the last axis, 0 ≤ β < 1."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ._arrays import arrays, quiet, rounded, some
from ._sums import total


def moment(beta: ArrayLike, g: ArrayLike) -> np.ndarray:
    """mₜ of m₀ = 0, mₛ = β mₛ₋₁ + (1 − β) gₛ, step by step as the algorithm runs.

    Lekce 2, "Write down the Adam algorithm". (…), (…, t) → (…); TypeError for what is not real, ValueError for shapes
    that do not fit. No steps leave 0. Each step rounds: t of them are off by up to t/2 ulp of Σᵢ (1 − β) β^{t−i} |gᵢ|,
    `moment_closed_form` by 2.

    >>> moment(0.5, [4, 8])
    np.float64(5.0)
    """
    dtype, (beta, g) = arrays("(…), (…, t)", beta=beta, g=g)
    with quiet():
        m = np.zeros(np.broadcast_shapes(beta.shape, g.shape[:-1]), g.dtype)
        for g_s in np.moveaxis(g, -1, 0):
            m = beta * m + (1 - beta) * g_s
    return rounded(m, dtype)


def moment_closed_form(beta: ArrayLike, g: ArrayLike) -> np.ndarray:
    """(1 − β) Σᵢ β^{t−i} gᵢ, the recurrence of `moment` unrolled.

    Lekce 2, "Write down the Adam algorithm". (…), (…, t) → (…); TypeError for what is not real, ValueError for shapes
    that do not fit. No steps leave 0.

    >>> moment_closed_form(0.5, [4, 8])
    np.float64(5.0)
    """
    dtype, (beta, g) = arrays("(…), (…, t)", beta=beta, g=g)
    with quiet():
        m = total((1 - beta)[..., None] * _powers(beta, g.shape[-1]) * g)
    return rounded(m, dtype)


def moment_corrected(beta: ArrayLike, g: ArrayLike) -> np.ndarray:
    """m̂ₜ = mₜ / (1 − βᵗ), an average of the gradients with weights that sum to 1.

    Goodfellow, Bengio and Courville, Deep Learning, §8.5.3. (…), (…, t) → (…); TypeError for what is not real,
    ValueError for shapes that do not fit or t = 0. NaN for β = 1.

    >>> moment_corrected(1 - 1e-15, [4, 8])
    np.float64(6.000000000000001)
    """
    dtype, (beta, g) = arrays("(…), (…, t)", beta=beta, g=g)
    t = some("g", g)
    with quiet():
        norm = np.where(beta < 0.5, 1 - beta**t, -np.expm1(t * np.log(beta)))  # 1 − βᵗ cancels for β near 1
        m = total(((1 - beta) / norm)[..., None] * _powers(beta, t) * g)
    return rounded(m, dtype)


def _powers(beta: np.ndarray, t: int) -> np.ndarray:
    """β^{t−1}, …, β, 1 along a new last axis."""
    return beta[..., None] ** np.arange(t - 1, -1, -1, dtype=beta.dtype)
