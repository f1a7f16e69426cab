"""How far from the truth: every function against balls, over scales, ties, subnormals and n = 1, in ulp.

Each definition is written out once more, literally, in ball arithmetic, and evaluated at rising precision until it is
known to 80 bits. Where a formula adds terms of both signs, the unit is the ulp of the largest thing that it has to add;
that unit is returned beside the value. Beside each function stands a formula from a textbook or a first attempt, which
must fail the same check.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from flint import arb

from lemmata.impl import information, logistic, optimizers, regularization, softmax

from .oracles import (
    DTYPES,
    Exact,
    Inputs,
    balls,
    exact_bce_logits,
    exact_ce,
    exact_ce_grad,
    exact_cross_entropy,
    exact_entropy,
    exact_gaussian_nll,
    exact_jacobian,
    exact_kl,
    exact_l1_penalty,
    exact_l1_penalty_grad,
    exact_l2_penalty,
    exact_l2_penalty_grad,
    exact_laplace_nll,
    exact_log_sigmoid,
    exact_log_softmax,
    exact_logistic_loss,
    exact_logreg_grad,
    exact_logreg_loss,
    exact_logsumexp,
    exact_moment,
    exact_moment_corrected,
    exact_sigmoid,
    exact_sigmoid_derivative,
    exact_softmax,
    exact_softplus,
    settled,
    ulps,
)

# The inputs


def logits(rng: np.random.Generator) -> Inputs:
    for n in 1, 2, 3, 8:
        for scale in 1e-300, 1e-8, 1.0, 30.0, 700.0, 1e4, 1e300:
            a = rng.normal(size=n) * scale
            yield (a,)
            yield (a + 1000,)
            yield (np.resize(a[: n // 2 + 1], n),)  # ties
        yield (rng.integers(-9, 9, n) * 5e-324,)
        yield (np.zeros(n),)
        yield (rng.normal(size=n) * 10.0 ** rng.uniform(-300, 300, n),)
        yield (np.where(np.arange(n) == n // 2, rng.uniform(1, 745), rng.normal(size=n)),)  # a dominant one
    yield (rng.normal(size=100),)
    yield (rng.normal(size=100) * 20,)


def labelled_logits(rng: np.random.Generator) -> Inputs:
    for (o,) in logits(rng):
        n = o.size
        yield o, np.eye(n)[o.argmax()]
        yield o, np.eye(n)[rng.integers(n)]
        if np.ptp(o / 2) < 2.0**1000:
            yield o, rng.dirichlet(np.ones(n))


def reals(rng: np.random.Generator) -> Inputs:
    edges = [0.0, -0.0, 5e-324, 2.2e-308, 1e-17, 0.5, 1.0, 18.0, 20.0, 33.0, 36.7, 37.5, 708.0, 745.2, 1e5, 1.7e308]
    x = np.concatenate(
        (
            edges,
            rng.normal(size=50),
            rng.uniform(0, 760, 200),
            rng.uniform(0, 40, 100),
            10.0 ** rng.uniform(-300, 300, 50),
        )
    )
    yield (x,)
    yield (-x,)


def bits(rng: np.random.Generator) -> Inputs:
    for (a,) in logits(rng):
        yield a, (a > 0).astype(float)
        yield a, rng.integers(0, 2, a.size).astype(float)
        yield a, rng.uniform(size=a.size)


def signs(rng: np.random.Generator) -> Inputs:
    for (a,) in logits(rng):
        yield a, np.where(a > 0, 1.0, -1.0)
        yield a, rng.choice([-1.0, 1.0], a.size)


def regressions(rng: np.random.Generator) -> Inputs:
    for m, d in (1, 1), (1, 3), (4, 1), (5, 3), (3, 6):
        for scale in 1e-300, 1e-4, 1.0, 10.0, 1e10, 1e300:
            w, X = rng.normal(size=d), rng.normal(size=(m, d)) * scale
            yield w, X, rng.integers(0, 2, m).astype(float)
            yield w, X, (X @ w > 0).astype(float)
            yield w, X, rng.uniform(size=m)
    yield np.array([1e200, -1e200]), np.array([[1e200, 1e200], [1e200, 1e199]]), np.array([1.0, 1.0])  # Xw overflows


def weight_vectors(rng: np.random.Generator) -> Inputs:
    for n in 1, 2, 7, 200:
        for scale in 5e-324, 1e-310, 1e-200, 1e-160, 1.0, 1e155, 1e200, 1e307:
            for lam in 0.0, 1e-300, 1e-160, 0.1, 3.0, 1e250:
                yield rng.normal(size=n) * scale, np.float64(lam)
        yield rng.normal(size=n) * 10.0 ** rng.uniform(-300, 300, n), np.float64(0.1)
        yield np.zeros(n), np.float64(1.0)


def scaled_vectors(rng: np.random.Generator) -> Inputs:
    for w, lam in weight_vectors(rng):
        yield w, lam if lam else np.float64(0.5 + 2.0**-40)


def gaussians(rng: np.random.Generator) -> Inputs:
    for w, sigma in scaled_vectors(rng):
        yield w, rng.permutation(w), sigma
        yield w, w + rng.normal(size=w.size), sigma
        yield w, -w, sigma
    yield np.array([1.7e308]), np.array([-1.7e308]), np.float64(1e300)  # w − μ overflows


def histories(rng: np.random.Generator) -> Inputs:
    for beta in 0.0, 1e-300, 0.1, 0.5, 0.9, 0.999, 1 - 1e-9, 1 - 2.0**-53:
        for t in 1, 2, 10, 100:
            for scale in 1e-310 if t == 1 else 1e-290, 1e-200, 1.0, 1e300:  # t subnormal terms round t times
                yield np.float64(beta), rng.normal(size=t) * scale
            yield np.float64(beta), rng.uniform(1, 2, t)
            yield np.float64(beta), rng.normal(size=t) * 10.0 ** rng.uniform(-300, 300, t)


def distributions(rng: np.random.Generator) -> Inputs:
    for n in 1, 2, 3, 8, 300:
        for alpha in 0.01, 1.0, 100.0:
            yield (rng.dirichlet(np.full(n, alpha)),)
        p = np.full(n, 10.0 ** -rng.uniform(3, 320 if n < 4 else 300))  # n subnormal terms round n times
        p[-1] = 1 - p[:-1].sum()
        yield (p,)
        yield (np.full(n, 1 / n),)
        yield (np.eye(n)[0],)


def positive(rng: np.random.Generator, p: np.ndarray) -> np.ndarray:
    q = rng.dirichlet(np.ones(p.size))
    return np.where(q > 0, q, 5e-324)


def pairs(rng: np.random.Generator) -> Inputs:
    for (p,) in distributions(rng):
        yield p, positive(rng, p)
        yield p, np.where(p > 0, p, 5e-324)
        yield p, np.full(p.size, 5e-324)  # p/q overflows
    yield np.array([5e-324, 1.0]), np.array([0.75, 0.25])  # p/q underflows
    for tail in 10.0 ** rng.uniform(-300, 0, (20, 1)):
        yield tail, tail * rng.uniform(2, 9)  # log p − log q cancels


def close_pairs(rng: np.random.Generator) -> Inputs:
    yield from pairs(rng)
    for n in 2, 3, 30:
        for digits in range(1, 16):
            p = rng.dirichlet(np.ones(n))
            q = np.abs(p * (1 + rng.normal(size=n) * 10.0**-digits))
            yield p, q / q.sum()
            yield p, np.nextafter(p, q)


def in_format(arguments: Sequence[np.ndarray], dtype: type) -> tuple[np.ndarray, ...]:
    """The arguments rounded to a format; past its range, their nearest in it, and β < 1 stays below 1."""
    if dtype is np.float64:
        return tuple(arguments)
    info = np.finfo(dtype)
    with np.errstate(under="ignore"):
        clipped = [np.clip(x, -float(info.max), float(info.max)).astype(dtype) for x in arguments]
    below_one = np.nextafter(dtype(1), dtype(0))
    kept = []
    for x, y in zip(arguments, clipped, strict=True):
        y = np.where((x != 0) & (y == 0), np.sign(x) * info.smallest_subnormal, y)
        kept.append(np.where((x < 1) & (y == 1), below_one, y).astype(dtype)[()])
    return tuple(kept)


# First attempts


def naive_sigmoid(x):
    return 1 / (1 + np.exp(-x))


def naive_sigmoid_derivative(x):
    return naive_sigmoid(x) * (1 - naive_sigmoid(x))


def naive_softplus(x):
    return np.log(1 + np.exp(x))


def naive_bce_logits(z, y):
    p = naive_sigmoid(z)
    return np.mean(-y * np.log(p) - (1 - y) * np.log(1 - p))


def naive_logreg_grad(w, X, y):
    return X.T @ (naive_sigmoid(X @ w) - y) / len(y)


def naive_gaussian_nll(w, mu, sigma):
    return np.sum((w - mu) ** 2) / (2 * sigma**2) + w.size * np.log(sigma * np.sqrt(2 * np.pi))


def split_laplace_nll(w, b):
    return np.abs(w).sum() / b + w.size * (np.log(b) + np.log(2))


def reversed_moment(beta, g):
    return optimizers.moment(beta, g[::-1])


def divided_moment(beta, g):
    return optimizers.moment(beta, g) / (1 - beta**g.size)


def shifted_log_softmax(a):
    z = a - a.max()
    return z - np.log(np.exp(z).sum())


def shifted_softmax(a):
    e = np.exp(a - a.max())
    return e / e.sum()


def jacobian_of_weights(a):
    S = shifted_softmax(a)
    return np.diag(S) - np.outer(S, S)


def clamped_cross_entropy(p, q):
    return -np.sum(p * np.log(q + 1e-12))


@dataclass(frozen=True)
class Row:
    """A function, its definition, its inputs, its worst float64 error over 20 seeds, and a formula that does worse."""

    function: Callable[..., Any]
    exact: Exact
    inputs: Callable[[np.random.Generator], Inputs]
    measured: float
    broken: Callable[..., Any]

    def __str__(self) -> str:
        return f"{self.function.__module__.rpartition('.')[2]}.{self.function.__name__}"

    def bound(self, dtype: type) -> float:
        """Room for the exp and log of another processor; narrower formats are computed in double and rounded once."""
        return 1.5 * self.measured + 0.5 if dtype is np.float64 else 0.501


ROWS = [
    Row(softmax.softmax, exact_softmax, logits, 2.90, shifted_softmax),
    Row(softmax.log_softmax, exact_log_softmax, logits, 1.41, shifted_log_softmax),
    Row(softmax.logsumexp, exact_logsumexp, logits, 1.13, lambda a: np.log(np.exp(a).sum())),
    Row(softmax.softmax_jacobian, exact_jacobian, logits, 5.32, jacobian_of_weights),
    Row(softmax.cross_entropy, exact_ce, labelled_logits, 1.52, lambda o, y: -(y @ shifted_log_softmax(o))),
    Row(softmax.cross_entropy_gradient, exact_ce_grad, labelled_logits, 2.44, lambda o, y: shifted_softmax(o) - y),
    Row(logistic.sigmoid, exact_sigmoid, reals, 1.68, naive_sigmoid),
    Row(logistic.sigmoid_derivative, exact_sigmoid_derivative, reals, 3.36, naive_sigmoid_derivative),
    Row(logistic.log_sigmoid, exact_log_sigmoid, reals, 1.17, lambda x: np.log(logistic.sigmoid(x))),
    Row(logistic.softplus, exact_softplus, reals, 1.17, naive_softplus),
    Row(logistic.bce_logits, exact_bce_logits, bits, 1.96, naive_bce_logits),
    Row(logistic.logistic_loss, exact_logistic_loss, signs, 1.54, lambda f, y: np.mean(naive_softplus(-y * f))),
    Row(logistic.logreg_loss, exact_logreg_loss, regressions, 1.48, lambda w, X, y: naive_bce_logits(X @ w, y)),
    Row(logistic.logreg_grad, exact_logreg_grad, regressions, 2.04, naive_logreg_grad),
    Row(regularization.l2_penalty, exact_l2_penalty, weight_vectors, 1.61, lambda w, lam: lam / 2 * (w @ w)),
    Row(regularization.l2_penalty_grad, exact_l2_penalty_grad, weight_vectors, 0.50, lambda w, lam: 2 * lam * w),
    Row(regularization.l1_penalty, exact_l1_penalty, weight_vectors, 1.27, lambda w, lam: lam * np.abs(w).sum()),
    Row(regularization.l1_penalty_grad, exact_l1_penalty_grad, weight_vectors, 0.0, lambda w, lam: lam * w / np.abs(w)),
    Row(regularization.gaussian_nll, exact_gaussian_nll, gaussians, 2.09, naive_gaussian_nll),
    Row(regularization.laplace_nll, exact_laplace_nll, scaled_vectors, 1.25, split_laplace_nll),
    Row(optimizers.moment, exact_moment, histories, 42.4, reversed_moment),  # of up to 100 steps
    Row(optimizers.moment_closed_form, exact_moment, histories, 1.70, reversed_moment),
    Row(optimizers.moment_corrected, exact_moment_corrected, histories, 2.20, divided_moment),
    Row(information.entropy, exact_entropy, distributions, 1.26, lambda p: -np.sum(p * np.log(p))),
    Row(information.cross_entropy, exact_cross_entropy, pairs, 1.41, clamped_cross_entropy),
    Row(information.kl, exact_kl, close_pairs, 3.17, lambda p, q: np.sum(np.where(p > 0, p * np.log(p / q), 0))),
]


def worst(row: Row, function: Callable[..., Any], dtype: type, seed: int = 2023) -> tuple[float, Any]:
    """The largest error in ulp, and where it is: the input, what came and what was due."""
    found: tuple[float, Any] = (0.0, None)
    for given in row.inputs(np.random.default_rng(seed)):
        arguments = in_format(given, dtype)
        values, sizes = settled(row.exact, [balls(x) for x in arguments])
        got = np.ravel(function(*arguments))
        assert got.size == len(values), f"{row} gives {got.size} values where {len(values)} are due"
        for g, value, size in zip(got, values, sizes, strict=True):
            error = ulps(float(g), value, size, dtype)
            if not error <= found[0]:
                found = error, (arguments, float(g), value)
    return found


@pytest.mark.parametrize("dtype", DTYPES, ids=lambda dtype: dtype.__name__)
@pytest.mark.parametrize("row", ROWS, ids=str)
def test_the_error_is_within_its_bound(row, dtype):
    error, where = worst(row, row.function, dtype)
    assert error <= row.bound(dtype), where


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_first_attempt_is_not(row):
    with np.errstate(all="ignore"):
        error, _ = worst(row, row.broken, np.float64)
    assert not error <= row.bound(np.float64)


def test_every_public_function_has_a_row():
    topics = [softmax, logistic, regularization, optimizers, information]
    public = {
        f"{topic.__name__.rpartition('.')[2]}.{name}"
        for topic in topics
        for name, value in vars(topic).items()
        if getattr(value, "__module__", None) == topic.__name__ and not name.startswith("_")
    }
    assert public == set(map(str, ROWS))


@pytest.mark.parametrize(
    "got, exact, dtype, error",
    [
        (1.0, 1, np.float64, 0),
        (1.0 + 2**-52, 1, np.float64, 1),
        (1.0 - 2**-53, 1, np.float64, 0.5),
        (1.0 + 2**-23, 1, np.float32, 1),
        (-1.0, 1, np.float64, 2.0**53),
        (5e-324, 0, np.float64, 1),
        (0.0, arb(2) ** -1075, np.float64, 0.5),
        (math.inf, arb(2) ** 1024, np.float64, 0),
        (-math.inf, arb(2) ** 1024, np.float64, math.inf),
        (math.inf, arb(2) ** 1023, np.float64, math.inf),
        (math.inf, 65519, np.float16, math.inf),
        (math.inf, 65520, np.float16, 0),
        (math.nan, 1, np.float64, math.inf),
    ],
)
def test_the_measure_itself(got, exact, dtype, error):
    assert ulps(got, arb(exact), arb(exact), dtype) == error
