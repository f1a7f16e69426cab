"""Every definition written out once more, literally, in ball arithmetic, and the measure of an error in ulp."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from flint import arb, ctx

PRECISIONS = 256, 1300, 5200  # bits; the second reaches below the smallest double, the third is for cancellation
UNDERFLOW = arb(2) ** -1150
DTYPES = [np.float64, np.float32, np.float16]

Balls = list[arb]
Inputs = Iterator[tuple[Any, ...]]
Exact = Callable[..., tuple[Balls, Balls]]  # the values, and the sizes in whose ulp their errors count


# The measure


def ulps(got: float, exact: arb, size: arb, dtype: type) -> float:
    """|got − exact| in units of the last place of the format at `size`, or at `exact` where that is larger.

    Past the largest number only infinity is right, and less than half of the smallest one counts as nothing.
    """
    with ctx.workprec(PRECISIONS[0]):
        return _ulps(got, exact, size, dtype)


def _ulps(got: float, exact: arb, size: arb, dtype: type) -> float:
    info = np.finfo(dtype)
    largest = max(abs(exact).mid(), abs(size).mid())
    mantissa, exponent = largest.man_exp()
    top = int(mantissa).bit_length() + int(exponent) - 1 if mantissa else info.minexp
    ulp = arb(2) ** (max(top, info.minexp) - info.nmant)
    if math.isinf(got) and abs(exact) >= arb(float(info.max)) * (1 + arb(float(info.epsneg)) / 2):
        return 0.0 if (got > 0) == bool(exact > 0) else math.inf
    if not math.isfinite(got):
        return math.inf
    return float((abs(arb(got) - exact) / ulp).mid())


def known(ball: arb) -> bool:
    return ball.is_finite() and (ball.is_zero() or abs(ball) < UNDERFLOW or ball.rel_accuracy_bits() > 80)


def settled(exact: Exact, arguments: Sequence[Any]) -> tuple[Balls, Balls]:
    for precision in PRECISIONS:
        with ctx.workprec(precision):
            values, sizes = exact(*arguments)
            if all(map(known, values)) and all(map(known, sizes)):
                return values, sizes
    raise AssertionError(f"{PRECISIONS[-1]} bits do not settle {exact.__name__} at {arguments}")


def balls(argument: np.ndarray) -> Any:
    """The same numbers, nested the same way, as exact balls."""
    return [balls(row) for row in argument] if np.ndim(argument) else arb(float(argument))


# The definitions, literally. In a sum of terms of one sign, or a product, the size is the value itself.


def itself(values: Balls) -> tuple[Balls, Balls]:
    return values, values


def dot(x: Balls, y: Balls) -> arb:
    return sum((a * b for a, b in zip(x, y, strict=True)), arb(0))


def weights(a: Balls) -> Balls:
    top = max(a, key=float)
    e = [(x - top).exp() for x in a]
    return [x / sum(e, arb(0)) for x in e]


def log_weights(a: Balls) -> Balls:
    top = max(a, key=float)
    log = sum(((x - top).exp() for x in a), arb(0)).log()
    return [x - top - log for x in a]


def exact_softmax(a):
    return itself(weights(a))


def exact_log_softmax(a):
    return itself(log_weights(a))


def exact_logsumexp(a):
    top = max(a, key=float)
    log = sum(((x - top).exp() for x in a), arb(0)).log()
    return [top + log], [abs(top) + log]


def exact_jacobian(a):
    S = weights(a)
    return itself([S[i] * ((i == j) - S[j]) for i in range(len(S)) for j in range(len(S))])


def exact_ce(o, y):
    return itself([-dot(y, log_weights(o))])


def exact_ce_grad(o, y):
    S = weights(o)
    return [s - k for s, k in zip(S, y, strict=True)], [s * (1 - k) + k * (1 - s) for s, k in zip(S, y, strict=True)]


def sigma(x: arb) -> arb:
    return 1 / (1 + (-x).exp())


def zeta(x: arb) -> arb:
    return (1 + x.exp()).log()


def exact_sigmoid(x):
    return itself([sigma(v) for v in x])


def exact_sigmoid_derivative(x):
    return itself([sigma(v) * (1 - sigma(v)) for v in x])


def exact_log_sigmoid(x):
    return itself([sigma(v).log() for v in x])


def exact_softplus(x):
    return itself([zeta(v) for v in x])


def exact_bce_logits(z, y):
    return itself([sum((k * zeta(-v) + (1 - k) * zeta(v) for v, k in zip(z, y, strict=True)), arb(0)) / len(z)])


def exact_logistic_loss(f, y):
    return itself([sum((zeta(-k * v) for v, k in zip(f, y, strict=True)), arb(0)) / len(f)])


def exact_logreg_loss(w, X, y):
    """The size adds what rounding the scores wᵀxᵢ can do: |∂loss/∂zᵢ| times the terms of zᵢ."""
    loss = exact_bce_logits([dot(row, w) for row in X], y)[0][0]
    moved = [abs(sigma(dot(row, w)) - k) * absolute_dot(row, w) for row, k in zip(X, y, strict=True)]
    return [loss], [loss + sum(moved, arb(0)) / len(X)]


def exact_logreg_grad(w, X, y):
    m = len(X)
    residual = [sigma(dot(row, w)) - k for row, k in zip(X, y, strict=True)]
    spread = [
        s * (1 - k) + k * (1 - s) + s * (1 - s) * absolute_dot(row, w)
        for s, k, row in zip([sigma(dot(row, w)) for row in X], y, X, strict=True)
    ]
    columns = [list(column) for column in zip(*X, strict=True)]
    return [dot(residual, c) / m for c in columns], [absolute_dot(spread, c) / m for c in columns]


def absolute_dot(x: Balls, y: Balls) -> arb:
    return dot([abs(v) for v in x], [abs(v) for v in y])


def exact_l2_penalty(w, lam):
    return itself([lam * dot(w, w) / 2])


def exact_l2_penalty_grad(w, lam):
    return itself([lam * v for v in w])


def exact_l1_penalty(w, lam):
    return itself([lam * sum((abs(v) for v in w), arb(0))])


def exact_l1_penalty_grad(w, lam):
    return itself([lam * v.sgn() for v in w])


def exact_gaussian_nll(w, mu, sigma):
    squares = sum(((a - b) ** 2 for a, b in zip(w, mu, strict=True)), arb(0)) / (2 * sigma**2)
    logs = len(w) * (sigma.log() + (2 * arb.pi()).sqrt().log())
    return [squares + logs], [squares + len(w) * (abs(sigma.log()) + 1)]


def exact_laplace_nll(w, b):
    size, logs = sum((abs(v) for v in w), arb(0)) / b, len(w) * (2 * b).log()
    return [size + logs], [size + abs(logs)]


def exact_moment(beta, g):
    m = spread = arb(0)
    for v in g:
        m, spread = beta * m + (1 - beta) * v, beta * spread + (1 - beta) * abs(v)
    return [m], [spread]


def exact_moment_corrected(beta, g):
    (m,), (spread,) = exact_moment(beta, g)
    norm = 1 - beta ** len(g)
    return [m / norm], [spread / norm]


def exact_entropy(p):
    return itself([-sum((v * v.log() for v in p if v > 0), arb(0))])


def exact_cross_entropy(p, q):
    return itself([-sum((a * b.log() for a, b in zip(p, q, strict=True) if a > 0), arb(0))])


def exact_kl(p, q):
    """Its size: |Σp − Σq|, which is not quite 0 for rounded numbers, and the gaps p log(p/q) − p + q ≥ 0."""
    D = sum((a * (a / b).log() for a, b in zip(p, q, strict=True) if a > 0), arb(0))
    excess = sum(p, arb(0)) - sum(q, arb(0))
    return [D], [abs(excess) + (D - excess)]
