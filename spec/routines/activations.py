"""Activations: softmax and its logarithms along an axis, and functions of one number."""

from .. import logistic
from .. import softmax as weights
from ..language import (
    Abs,
    Choice,
    Extended,
    Index,
    Real,
    Vector,
    exp,
    log,
    log1p,
    maximum,
    routine,
    total,
    where_nonnegative,
    xlogy,
)
from ..language import tanh as hyperbolic_tangent


@routine(maps="rows")
def softmax(x=Vector["k"], i=Index["k"], axis=Choice(-1, other=int)):
    """Softmax along an axis: Sᵢ(x) = e^{xᵢ} / Σₖ e^{xₖ}."""
    return weights.softmax(x, i)


@routine(maps="rows")
def log_softmax(x=Vector["k"], i=Index["k"], axis=Choice(-1, other=int)):
    """The logarithm of softmax along an axis: log Sᵢ(x) = xᵢ − log Σₖ e^{xₖ}."""
    return weights.log_softmax(x, i)


@routine(maps="rows")
def logsumexp(x=Vector["k", Extended], axis=Choice(-1, "none", other=int)):
    """The logarithm of a sum of exponentials along an axis, or of all: log Σₖ e^{xₖ}, with log 0 = −∞."""
    return xlogy(1, total(lambda k: exp(x[k]), over=x))


@logsumexp.stable
def logsumexp_shifted(x):
    return weights.logsumexp(x)


@routine(maps="elements")
def logaddexp(a=Real, b=Real):
    """The logarithm of the sum of two exponentials, log(eᵃ + eᵇ)."""
    return log(exp(a) + exp(b))


@logaddexp.stable
def logaddexp_shifted(a, b):
    return maximum(a, b) + log1p(exp(-Abs(a - b)))


@routine(maps="elements")
def sigmoid(x=Real):
    """The logistic sigmoid, σ(x) = 1/(1 + e⁻ˣ)."""
    return logistic.sigmoid(x)


@routine(maps="elements")
def log_sigmoid(x=Real):
    """The logarithm of the sigmoid, log σ(x) = −log(1 + e⁻ˣ)."""
    return logistic.log_sigmoid(x)


@routine(maps="elements")
def softplus(x=Real):
    """Softplus, log(1 + eˣ)."""
    return logistic.softplus(x)


@routine(maps="elements")
def tanh(x=Real):
    """The hyperbolic tangent, (eˣ − e⁻ˣ)/(eˣ + e⁻ˣ)."""
    return hyperbolic_tangent(x)


@routine(maps="elements")
def relu(x=Real):
    """The rectifier, max(x, 0)."""
    return maximum(x, 0)


@routine(maps="elements")
def relu_grad(x=Real, dout=Real):
    """The gradient through the rectifier, dout·[x > 0]."""
    return where_nonnegative(-x, 0, dout)


@routine
def softmax_jacobian(x=Vector["k"], i=Index["k"], j=Index["k"]):
    """The Jacobian of softmax, diag(s) − s sᵀ: sᵢ (δᵢⱼ − sⱼ)."""
    return weights.softmax_jacobian(x, i, j)
