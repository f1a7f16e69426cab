"""Batches of inputs to look at, of built-in routines and of sorts that these lack, and what to look for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from itertools import islice
from typing import Any

import numpy as np

from lemmata.checks.audit.inputs import Batch, batches
from lemmata.spec.language import (
    Index,
    Natural,
    Normalised,
    OneHot,
    OpenJointTable,
    OpenSimplex,
    OpenStochastic,
    OpenUnit,
    Positive,
    Sign,
    Size,
    Symmetric,
    Vector,
    total,
)
from lemmata.spec.language.routines import Routine, find

Values = Mapping[str, np.ndarray]


def odd(A=Symmetric["n"], x=Vector["n + 1"], y=Vector[3], z=Vector["n", OpenUnit], n=Size, i=Index["n"]):
    """Sorts that no built-in routine has: symmetric, of other lengths, open on both sides."""
    return total(lambda j: A[i, j] * x[j] * z[j], over=n) + y[1]


def weights(
    w=Normalised["n"], p=OpenSimplex["n"], h=OneHot["n"], P=OpenJointTable["n", "m"], Q=OpenStochastic["n", "m"]
):
    """Weights of each kind."""
    return total(lambda i: w[i] * p[i] * h[i] * P[i, 1] * Q[i, 1], over=w)


def numbers(a=Positive, k=Natural, s=Sign, x=Vector["n", Positive], c=Vector["n", Natural]):
    """Numbers of each kind."""
    return a * s + k * x[1] * c[1]


OWN = {f.__name__: Routine(f, f.__name__) for f in (odd, weights, numbers)}


def variant(name: str, **conventions: Any) -> Any:
    """By name; "attention+mask" has its mask."""
    name, _, optional = name.partition("+")
    made = (OWN.get(name) or find(name)).variant(**conventions)
    return made.with_optional([optional]) if optional else made


@cache
def first(name: str, dtype: str = "float64", count: int = 60, **conventions: Any) -> tuple[Batch, ...]:
    made = batches(variant(name, **conventions), dtype, np.random.default_rng(7))
    return tuple(islice(made, count))


def sums(x: np.ndarray, axes: tuple[int, ...]) -> np.ndarray:
    return x.astype(np.float64).sum(axis=tuple(a + 1 for a in axes))


def every(x: np.ndarray) -> Any:
    return x.reshape(len(x), -1).all(axis=1)


def some(x: np.ndarray) -> Any:
    return x.reshape(len(x), -1).any(axis=1)


def top(x: np.ndarray) -> Any:
    return x.reshape(len(x), -1).max(axis=1).astype(np.float64)


def low(x: np.ndarray) -> Any:
    return x.reshape(len(x), -1).min(axis=1).astype(np.float64)


def near(a: np.ndarray, b: np.ndarray, bits: int) -> Any:
    """Different, and everywhere within a relative 2^−bits."""
    a, b = a.astype(np.float64), b.astype(np.float64)
    return some(a != b) & every(np.abs(a - b) <= 2.0**-bits * np.maximum(np.abs(a), np.abs(b)))


def subnormal(x: np.ndarray) -> Any:
    return (x != 0) & (np.abs(x) < np.finfo(x.dtype).tiny)


def leak(v: Values) -> Any:
    """What a query may not see outweighs by more than 10⁴ what it may."""
    with np.errstate(all="ignore"):
        scores = np.einsum("bnd,bmd->bnm", v["Q"].astype(np.float64), v["K"].astype(np.float64))
        hidden = np.where(v["mask"] == 0, scores, -np.inf).max(axis=2)
        seen = np.where(v["mask"] == 1, scores, -np.inf).max(axis=2)
        return some(np.isfinite(hidden) & np.isfinite(seen) & (hidden - seen > 1e4))


def offset(X: np.ndarray) -> Any:
    wide = X.astype(np.float64)
    with np.errstate(all="ignore"):
        spread = wide.std(axis=1)
        return some((np.abs(wide.mean(axis=1)) > 1e6 * spread) & (spread > 0))


def independent(P: np.ndarray) -> Any:
    wide = P.astype(np.float64)
    product = wide.sum(axis=2, keepdims=True) * wide.sum(axis=1, keepdims=True)
    return (np.abs(wide - product) < 1e-15).all(axis=(1, 2)) & (np.count_nonzero(P, axis=(1, 2)) > 3)


def tied(x: np.ndarray) -> Any:
    return (np.count_nonzero(x == x.max(axis=1, keepdims=True), axis=1) > 1) & (top(x) > low(x))
