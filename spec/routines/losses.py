"""Losses and their gradients, and penalties on weights; `reduction` says what becomes of the losses of a batch."""

from fractions import Fraction

from ..language import (
    AS_IS,
    BITS,
    POSITIONS,
    SIGNS,
    TWO_VALUES,
    Bit,
    Choice,
    Index,
    Matrix,
    Nonnegative,
    OneHotRows,
    Sign,
    Unit,
    Vector,
    by_value,
    log,
    maximum,
    routine,
    signum,
    total,
    vector,
    xlogy,
)
from ..logistic import logreg_grad as logistic_gradient
from ..logistic import softplus
from ..regularization import l1_penalty as laplace_penalty
from ..softmax import log_softmax, softmax


def reduced(reduction, loss, over):
    """The mean or the sum of the losses of a batch, or all of them."""
    if reduction == "none":
        return vector(loss, over=over)
    return total(loss, over=over) / over if reduction == "mean" else total(loss, over=over)


def row(X, i):
    """The i-th row of a matrix."""
    return vector(lambda k: X[i, k], over=X.dims[1])


@routine
def logistic_loss(
    f=Vector["n"],
    y=Vector["n", Sign].coded(labels={"pm1": AS_IS, "01": BITS}),
    labels=Choice("pm1", "01"),
    reduction=Choice("mean", "sum", "none"),
):
    """The logistic loss of scores f with labels ±1, log(1 + exp(−yᵢ fᵢ))."""
    return reduced(reduction, lambda i: softplus(-y[i] * f[i]), over=f.dims[0])


@routine
def bce_probs(p=Vector["n", Unit], y=Vector["n", Bit], reduction=Choice("mean", "sum", "none")):
    """Binary cross-entropy from probabilities, −yᵢ log pᵢ − (1 − yᵢ) log(1 − pᵢ), with 0 log 0 = 0."""
    return reduced(reduction, lambda i: -xlogy(y[i], p[i]) - xlogy(1 - y[i], 1 - p[i]), over=p.dims[0])


@bce_probs.stable
def bce_probs_by_label(p, y, reduction):
    return reduced(reduction, lambda i: by_value(y[i], {1: -log(p[i]), 0: -log(1 - p[i])}), over=p.dims[0])


@routine
def bce_logits(z=Vector["n"], y=Vector["n", Bit], reduction=Choice("mean", "sum", "none")):
    """Binary cross-entropy from logits, yᵢ log(1 + e^{−zᵢ}) + (1 − yᵢ) log(1 + e^{zᵢ})."""
    return reduced(reduction, lambda i: by_value(y[i], {1: softplus(-z[i]), 0: softplus(z[i])}), over=z.dims[0])


@routine
def cross_entropy(
    logits=Matrix["n", "k"],
    y=OneHotRows["n", "k"].coded(labels={"index": POSITIONS, "onehot": AS_IS}),
    labels=Choice("index", "onehot"),
    reduction=Choice("mean", "sum", "none"),
):
    """Cross-entropy of labels with the softmax of logits: of a row with label c, log Σₖ e^{oₖ} − o_c."""
    n, k = logits.dims

    def loss(i):
        return total(lambda c: by_value(y[i, c], {1: -log_softmax(row(logits, i), c), 0: 0}), over=k)

    return reduced(reduction, loss, over=n)


@routine
def ce_grad(
    logits=Matrix["n", "k"],
    y=OneHotRows["n", "k"].coded(labels={"index": POSITIONS, "onehot": AS_IS}),
    i=Index["n"],
    j=Index["k"],
    labels=Choice("index", "onehot"),
    reduction=Choice("mean", "sum", "none"),
):
    """The gradient of cross-entropy by the logits: Sⱼ(oᵢ) − yᵢⱼ, divided by n for the mean."""
    slope = softmax(row(logits, i), j) - y[i, j]
    return slope / logits.dims[0] if reduction == "mean" else slope


@routine
def mse(pred=Vector["n"], target=Vector["n"], reduction=Choice("mean", "sum", "none")):
    """The squared error of predictions, (pᵢ − tᵢ)²."""
    return reduced(reduction, lambda i: (pred[i] - target[i]) ** 2, over=pred.dims[0])


@routine
def hinge(
    s=Vector["n"],
    y=Vector["n", Sign].coded(labels={"pm1": AS_IS, "01": BITS, "args": TWO_VALUES}),
    labels=Choice("pm1", "01", "args"),
    reduction=Choice("mean", "sum", "none"),
):
    """The hinge loss of scores s with labels ±1, max(0, 1 − yᵢ sᵢ)."""
    return reduced(reduction, lambda i: maximum(0, 1 - y[i] * s[i]), over=s.dims[0])


@routine(entrywise=True)
def l2_penalty(w=Vector["d"], lam=Nonnegative, factor=Choice(Fraction(1, 2), other=Fraction)):
    """The L2 penalty ½ λ Σⱼ wⱼ², or with another factor than ½."""
    return factor * lam * total(lambda j: w[j] ** 2, over=w)


@routine(entrywise=True)
def l2_penalty_grad(w=Vector["d"], lam=Nonnegative, j=Index["d"], factor=Choice(Fraction(1, 2), other=Fraction)):
    """The gradient of the L2 penalty, λ wⱼ for the factor ½."""
    return 2 * factor * lam * w[j]


@routine(entrywise=True)
def l1_penalty(w=Vector["d"], lam=Nonnegative):
    """The L1 penalty λ Σⱼ |wⱼ|."""
    return laplace_penalty(w, lam)


@routine(entrywise=True)
def l1_penalty_grad(w=Vector["d"], lam=Nonnegative, j=Index["d"]):
    """The gradient of the L1 penalty, λ sign(wⱼ), with sign 0 = 0."""
    return lam * signum(w[j])


@routine
def logreg_grad(
    w=Vector["d"],
    X=Matrix["n", "d"],
    y=Vector["n", Bit].coded(labels={"01": AS_IS, "pm1": SIGNS}),
    j=Index["d"],
    labels=Choice("01", "pm1"),
):
    """The gradient of logistic regression, Xᵀ(σ(Xw) − y)/n."""
    return logistic_gradient(w, X, y, j)


@routine
def softmax_reg_grad(W=Matrix["d", "c"], X=Matrix["n", "d"], Y=OneHotRows["n", "c"], j=Index["d"], k=Index["c"]):
    """The gradient of softmax regression, Xᵀ(softmax(XW) − Y)/n."""
    n, d = X.dims

    def scores(i):
        return vector(lambda l: total(lambda f: X[i, f] * W[f, l], over=d), over=W.dims[1])

    return total(lambda i: X[i, j] * (softmax(scores(i), k) - Y[i, k]), over=n) / n
