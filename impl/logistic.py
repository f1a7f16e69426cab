"""The logistic sigmoid, its logarithms, and the losses of logistic regression.

Only e^{−|x|} is ever taken: it cannot overflow, and sums with it do not cancel. An infinite argument gives the limit.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ._arrays import arrays, quiet, rounded, some
from ._sums import dot, mean, weighted


def sigmoid(x: ArrayLike) -> np.ndarray:
    """σ(x) = 1 / (1 + e^{−x}), elementwise.

    Goodfellow, Bengio and Courville, Deep Learning, §3.10. (…) → (…); TypeError for what is not real.

    >>> sigmoid([-100, 0, 100])
    array([3.72007598e-44, 5.00000000e-01, 1.00000000e+00])
    """
    dtype, (x,) = arrays("(…)", x=x)
    with quiet():
        y = _sigmoid(x)
    return rounded(y, dtype)


def sigmoid_derivative(x: ArrayLike) -> np.ndarray:
    """σ′(x) = σ(x) (1 − σ(x)) = σ(|x|) σ(−|x|), elementwise.

    Goodfellow, Bengio and Courville, Deep Learning, §3.10. (…) → (…); TypeError for what is not real.

    >>> sigmoid_derivative([0, 40])  # σ(40) rounds to 1
    array([2.50000000e-01, 4.24835426e-18])
    """
    dtype, (x,) = arrays("(…)", x=x)
    with quiet():
        e = np.exp(-np.abs(x))
        y = e / (1 + e) ** 2
    return rounded(y, dtype)


def log_sigmoid(x: ArrayLike) -> np.ndarray:
    """log σ(x) = −log(1 + e^{−x}), elementwise.

    Goodfellow, Bengio and Courville, Deep Learning, §3.10. (…) → (…); TypeError for what is not real.

    >>> log_sigmoid([-1000, 0, 40])
    array([-1.00000000e+03, -6.93147181e-01, -4.24835426e-18])
    """
    dtype, (x,) = arrays("(…)", x=x)
    with quiet():
        y = -_softplus(-x)
    return rounded(y, dtype)


def softplus(x: ArrayLike) -> np.ndarray:
    """ζ(x) = log(1 + e^x), elementwise.

    Goodfellow, Bengio and Courville, Deep Learning, §3.10. (…) → (…); TypeError for what is not real.

    >>> softplus([-40, 0, 1000])
    array([4.24835426e-18, 6.93147181e-01, 1.00000000e+03])
    """
    dtype, (x,) = arrays("(…)", x=x)
    with quiet():
        y = _softplus(x)
    return rounded(y, dtype)


def bce_logits(z: ArrayLike, y: ArrayLike) -> np.ndarray:
    """(1/m) Σᵢ [yᵢ log(1 + e^{−zᵢ}) + (1 − yᵢ) log(1 + e^{zᵢ})], the binary cross-entropy of labels y in [0, 1].

    Petiushko, Introduction to Deep Learning Theory, "Binary cross-entropy and logistic loss". (…, m), (…, m) → (…);
    a zero weight adds 0. TypeError for what is not real, ValueError for shapes that do not fit or m = 0.

    >>> bce_logits([40, -np.inf], [1, 0])
    np.float64(2.1241771276457944e-18)
    """
    dtype, (z, y) = arrays("(…, m), (…, m)", z=z, y=y)
    some("z", z)
    with quiet():
        loss = _bce(z, y)
    return rounded(loss, dtype)


def logistic_loss(f: ArrayLike, y: ArrayLike) -> np.ndarray:
    """(1/m) Σᵢ log(1 + e^{−yᵢ fᵢ}) for labels yᵢ ∈ {−1, +1}.

    Petiushko, Introduction to Deep Learning Theory, "Logistic loss function". (…, m), (…, m) → (…); TypeError for
    what is not real, ValueError for shapes that do not fit or m = 0.

    >>> logistic_loss([40, -1000], [1, -1])
    np.float64(2.1241771276457944e-18)
    """
    dtype, (f, y) = arrays("(…, m), (…, m)", f=f, y=y)
    some("f", f)
    with quiet():
        loss = mean(_softplus(-y * f))
    return rounded(loss, dtype)


def logreg_loss(w: ArrayLike, X: ArrayLike, y: ArrayLike) -> np.ndarray:
    """The loss of logistic regression: `bce_logits(X w, y)`, one example per row of X, labels y in [0, 1].

    Ngo, Logistic Regression, "Vectorized Representation". (…, d), (…, m, d), (…, m) → (…); TypeError for what is not
    real, ValueError for shapes that do not fit or m = 0.

    >>> logreg_loss([1, -1], [[0, 0], [40, 0]], [0, 1]) == np.log(2) / 2
    np.True_
    """
    dtype, (w, X, y) = arrays("(…, d), (…, m, d), (…, m)", w=w, X=X, y=y)
    some("X", X, axis=-2)
    with quiet():
        loss = _bce(dot(X, w), y)
    return rounded(loss, dtype)


def logreg_grad(w: ArrayLike, X: ArrayLike, y: ArrayLike) -> np.ndarray:
    """∂/∂wⱼ of `logreg_loss`: (1/m) Σᵢ (σ(wᵀxᵢ) − yᵢ) xᵢⱼ.

    Ngo, Logistic Regression, "Vectorized Representation". (…, d), (…, m, d), (…, m) → (…, d); TypeError for what is
    not real, ValueError for shapes that do not fit or m = 0.

    >>> logreg_grad([1, -1], [[0, 0], [40, 0]], [0, 1])
    array([-8.49670851e-17,  0.00000000e+00])
    """
    dtype, (w, X, y) = arrays("(…, d), (…, m, d), (…, m)", w=w, X=X, y=y)
    m = some("X", X, axis=-2)
    with quiet():
        z = dot(X, w)
        residual = (1 - y) * _sigmoid(z) - y * _sigmoid(-z)  # σ(z) − y without the cancellation at σ ≈ y = 1
        gradient = dot(np.swapaxes(X, -1, -2), residual / m)  # divided first: no sum overflows
    return rounded(gradient, dtype)


def _sigmoid(x: np.ndarray) -> np.ndarray:
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)


def _softplus(x: np.ndarray) -> np.ndarray:
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def _bce(z: np.ndarray, y: np.ndarray) -> np.ndarray:
    return mean(weighted(y, _softplus(-z)) + weighted(1 - y, _softplus(z)))
