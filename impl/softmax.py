"""Softmax and what is built on it, along the last axis.

Everything here rests on one split: with the largest logit taken out, Σₖ e^{aₖ} = e^top (1 + rest), where rest sums the
other exponentials, each at most 1. Nothing overflows, and what is near 1 is never subtracted from 1.

A single +∞ among the logits is the limit: weight 1 there, 0 elsewhere. Two of them, or logits that are all −∞, have no
limit: softmax is NaN there. An empty axis gives an empty result, and −∞ for `logsumexp`.
"""

from __future__ import annotations

import operator

import numpy as np
from numpy.typing import ArrayLike

from ._arrays import arrays, quiet, rounded
from ._sums import total, two_sum, weighted


def softmax(a: ArrayLike, *, axis: int = -1) -> np.ndarray:
    """Sᵢ = e^{aᵢ} / Σₖ e^{aₖ}.

    Goodfellow, Bengio and Courville, Deep Learning, §6.2.2.3. (…, n) → (…, n); TypeError for what is not real,
    ValueError for a scalar or an axis that is not there.

    >>> softmax([1, 2, 3])
    array([0.09003057, 0.24472847, 0.66524096])
    >>> softmax([1000, 0, -np.inf])
    array([1., 0., 0.])
    """
    dtype, (a,) = arrays("(…, n)", a=a)
    with quiet():
        weights, _ = _weights(_last(a, axis))
    return np.moveaxis(rounded(weights, dtype), -1, axis)


def log_softmax(a: ArrayLike, *, axis: int = -1) -> np.ndarray:
    """log Sᵢ = aᵢ − log Σₖ e^{aₖ}, with full relative accuracy also where Sᵢ is near 1.

    Goodfellow, Bengio and Courville, Deep Learning, §6.2.2.3. (…, n) → (…, n); TypeError for what is not real,
    ValueError for a scalar or an axis that is not there.

    >>> log_softmax([0, 50])  # the last, by log S₂ = log(1 − S₁), is about −e⁻⁵⁰
    array([-5.00000000e+01, -1.92874985e-22])
    """
    dtype, (a,) = arrays("(…, n)", a=a)
    with quiet():
        logs = _log_weights(_last(a, axis))
    return np.moveaxis(rounded(logs, dtype), -1, axis)


def logsumexp(a: ArrayLike, *, axis: int | None = -1) -> np.ndarray:
    """log Σₖ e^{aₖ}; −∞ when all logits are, or when there are none.

    Blanchard, Higham and Higham, Accurately computing the log-sum-exp and softmax functions (2021). (…, n) → (…);
    axis=None sums over all axes. TypeError for what is not real, ValueError for an axis that is not there.

    >>> logsumexp([1000, 1000])
    np.float64(1000.6931471805599)
    """
    dtype, (a,) = arrays("(…)" if axis is None else "(…, n)", a=a)
    with quiet():
        top, _, _, rest, _ = _split(a.reshape(-1) if axis is None else _last(a, axis))
        sums = np.where(np.isinf(top), top, top + np.log1p(rest))[..., 0]
    return rounded(sums, dtype)


def softmax_jacobian(a: ArrayLike) -> np.ndarray:
    """∂Sᵢ/∂aⱼ = Sᵢ (δᵢⱼ − Sⱼ).

    Ngo, Logistic Regression, "The Jacobian of softmax (IV)". (…, n) → (…, n, n); TypeError for what is not real,
    ValueError for a scalar.

    >>> softmax_jacobian([0, 0])
    array([[ 0.25, -0.25],
           [-0.25,  0.25]])
    >>> softmax_jacobian([0, 50])[1, 1]  # S₂ rounds to 1, and 1 − S₂ is no zero
    np.float64(1.9287498479639178e-22)
    """
    dtype, (a,) = arrays("(…, n)", a=a)
    with quiet():
        S, others = _weights(a)
        delta = np.eye(a.shape[-1], dtype=bool)
        J = S[..., :, None] * np.where(delta, others[..., :, None], -S[..., None, :])
    return rounded(J, dtype)


def cross_entropy(o: ArrayLike, y: ArrayLike) -> np.ndarray:
    """−Σₖ yₖ log softmax(o)ₖ for weights y with Σₖ yₖ = 1, one-hot or soft; a zero weight adds 0.

    Zhao, Deep Learning, "Softmax and Cross-Entropy Loss". (…, n), (…, n) → (…); TypeError for what is not real,
    ValueError for shapes that do not fit. Nothing to sum over gives 0.

    >>> cross_entropy([0, 50], [0, 1])
    np.float64(1.9287498479639178e-22)
    >>> cross_entropy([[0, 0], [-np.inf, 0]], [0.5, 0.5])
    array([0.69314718,        inf])
    """
    dtype, (o, y) = arrays("(…, n), (…, n)", o=o, y=y)
    with quiet():
        loss = total(weighted(y, -_log_weights(o)))
    return rounded(loss, dtype)


def cross_entropy_gradient(o: ArrayLike, y: ArrayLike) -> np.ndarray:
    """∂/∂oⱼ of `cross_entropy`: softmax(o)ⱼ − yⱼ, where Σₖ yₖ = 1.

    Zhao, Deep Learning, "Softmax and Cross-Entropy Loss". (…, n), (…, n) → (…, n); TypeError for what is not real,
    ValueError for shapes that do not fit.

    >>> cross_entropy_gradient([0, 50], [0, 1])
    array([ 1.92874985e-22, -1.92874985e-22])
    """
    dtype, (o, y) = arrays("(…, n), (…, n)", o=o, y=y)
    with quiet():
        S, others = _weights(o)
        gradient = (1 - y) * S - y * others  # S − y without the cancellation at S ≈ y = 1
    return rounded(gradient, dtype)


def _weights(a: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """S and 1 − S, both with full relative accuracy; only the top weight can exceed ½."""
    _, _, e, rest, at_top = _split(a)
    S = e / (1 + rest)
    return S, np.where(at_top, rest / (1 + rest), 1 - S)


def _log_weights(a: np.ndarray) -> np.ndarray:
    _, z, _, rest, _ = _split(a)
    return z - np.log1p(rest)  # both terms are ≤ 0: no cancellation


def _split(a: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """(top, z, e, rest, at_top): zₖ = aₖ − top, eₖ = e^{zₖ}, rest = Σ eₖ but for the one entry at_top."""
    n = a.shape[-1]
    first = a.argmax(axis=-1) if a.size else np.zeros(a.shape[:-1], dtype=int)
    at_top = np.arange(n) == first[..., None]
    top = np.max(a, axis=-1, keepdims=True, initial=-np.inf)
    z, delta = two_sum(a, -top)
    z = np.where(at_top & ~np.isnan(a), 0, z)  # ∞ − ∞ is 0 at the top itself
    e = np.exp(z)
    e = e + e * np.where(np.isfinite(delta), delta, 0)  # e^{z+δ}: exp would magnify the rounding of z, |z| times
    rest = total(np.where(at_top, 0, e))[..., None]
    return top, z, e, rest, at_top


def _last(a: np.ndarray, axis: int) -> np.ndarray:
    """The array with the given axis last."""
    try:
        position = operator.index(axis)
    except TypeError:
        raise TypeError(f"axis must be an integer, and it is {axis!r}.") from None
    if not -a.ndim <= position < a.ndim:
        raise ValueError(f"axis must be one of the {a.ndim} axes of a, and it is {position}: a has shape {a.shape}.")
    return np.moveaxis(a, position, -1)
