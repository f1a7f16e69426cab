"""Statements that the certificate search once proved, although each fails or has no value at some admissible input."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sympy as sp

from lemmata.checks import certificates
from lemmata.checks.goal import EFFORTS, Goal
from lemmata.spec.language import (
    Abs,
    AtLeast,
    AtMost,
    Equals,
    Identical,
    Less,
    Real,
    Size,
    Vector,
    exp,
    log,
    sqrt,
    vector,
    xlogy,
)
from lemmata.spec.language import expressions as x
from lemmata.spec.language.claims import Variable
from lemmata.spec.language.statements import check_statement

from .generate import binder, well_formed
from .world import VARIABLES, M, N, T, V

NAMES: dict[str, Any] = {"n": Size, "a": Vector["n"], "top": Real, "below": Real, "argmax": Real}


@dataclass(frozen=True)
class Finding:
    """A statement, where it fails, and the variables it speaks of."""

    name: str
    why: str
    make: Callable[[], Any]
    variables: dict[str, Variable] | None = None


def statement_of(finding: Finding) -> Any:
    return well_formed(lambda: check_statement(finding.make(), finding.name))


def verdict(finding: Finding) -> tuple[str, str]:
    """(proved | unproved | crash, the reason)."""
    goal = Goal("fuzz.found", finding.variables or VARIABLES, statement_of(finding))
    try:
        evidence, _ = certificates.check(goal, EFFORTS["quick"], 0)
    except Exception as error:
        return "crash", f"{type(error).__name__}: {error}"
    if evidence.side_conditions and "no value" in finding.why:
        return "unproved", "where it has a value, as its side conditions say"
    return ("proved" if evidence.verdict.name == "PROVED" else "unproved"), evidence.detail


def _variables() -> dict[str, Variable]:
    n = NAMES["n"].variable("n", None)
    return {k: Variable(k, s, n if k == "n" else s.variable(k, lambda _: n)) for k, s in NAMES.items()}


NAMED = _variables()
X, Y, C, E, W, B, BETA, P = (V[k] for k in ("x", "y", "c", "e", "w", "b", "beta", "p"))
A, Q, O, R, H = (V[k] for k in ("a", "q", "o", "r", "h"))
I, U = V["i"], V["u"]
HALF = sp.Rational(1, 2)


def _sum(f: Callable[[Any], Any], high: Any, low: Any = 1) -> Any:
    return binder(x.Total, high, f, "k", low)


def _largest(a: Any, high: Any) -> Any:
    return binder(x.Largest, high, lambda k: a[k], "k")


def _zero() -> Any:
    return vector(lambda k: sp.Integer(0), over=A)


def _gap(p: Any) -> Any:
    return log(p) - 1 + 1 / p


def _pairs_from(low: int) -> Any:
    """(w + Σ o)² + Σₖₗ k·l·(g(k) − g(l))² with k and l from a negative number."""

    def pair(k: Any, l: Any) -> Any:
        return k * l * exp(C * k**2) * exp(C * l**2) * (exp(Y * k**3) - exp(Y * l**3)) ** 2

    return (W + _sum(lambda k: O[k], N)) ** 2 + _sum(lambda k: _sum(lambda l: pair(k, l), M, low), M, low)


def _two_ranges(f: Callable[[Any], Any]) -> Any:
    return _sum(lambda k: k * _gap(f(k)), N, -2) + _sum(lambda k: _gap(P[k]), N)


def _name(name: str) -> Any:
    return NAMED[name].expr


FOUND = (
    # plain inequalities that are false
    Finding("growth through a pole", "false at c = 2", lambda: AtLeast(1 / (1 - C), 1)),
    Finding("growth through a pole, from 0", "false at c = 2", lambda: AtLeast(C / (1 - C), 0)),
    Finding("touching beside a pole", "false at x = 2", lambda: AtLeast(X**2 / (1 - X**2), 0)),
    Finding("pole in an exponent", "false at c = 2", lambda: AtLeast(exp(C / (1 - C)), 1)),
    Finding("pole at log", "false at c = 9", lambda: AtLeast(1 / (1 - log(1 + C)), 1)),
    Finding(
        "pole with company", "false at c = 11/4", lambda: AtLeast(C / (2 - C) / 2 + _sum(lambda k: H[k] ** 2 + 1, T), 0)
    ),
    Finding(
        "negative index as a weight", "false at p = 1, n = 1", lambda: AtLeast(_two_ranges(lambda k: 1 + C * k**2), 0)
    ),
    Finding(
        "negative index as a weight, exp", "false at p = 1",
        lambda: AtLeast(_two_ranges(lambda k: 1 + exp(X * k**2)), 0)
    ),
    Finding("negative index in pairs", "false at m = 1, w = 0, o = 0", lambda: AtLeast(_pairs_from(-1), 0)),
    Finding(
        "largest over two ranges", "false at a = (0, 1)", lambda: AtMost(_largest(A, N), _largest(A, sp.Integer(1)))
    ),
    Finding(
        "name of the largest", "false at top = 9", lambda: AtMost(_name("top"), _largest(_name("a"), _name("n"))), NAMED
    ),
    Finding(
        "name of the distance below", "false at below = −1",
        lambda: AtMost(_largest(_name("a"), _name("n")), _largest(_name("a"), _name("n")) + _name("below")), NAMED,
    ),
    Finding(
        "one side of a kink taken for both", "false at β = 1/2, x = 5/2",
        lambda: AtLeast(log(1 + exp(-BETA)), x.maximum(X - BETA, 0)),
    ),
    Finding(
        "one side of two kinks taken for both", "false at x = −5/2, y = 21/8",
        lambda: AtLeast(Abs(X + HALF * 3), Abs(Y - X) + Abs(Y + HALF * 3)),
    ),
    # strict where the two sides may be equal
    Finding("strict at the end of [0, 1]", "equal at n = 1", lambda: Less(Q[I], 1)),
    Finding("strict at the end of (0, 1]", "equal at m = 1", lambda: Less(R[U] ** 2, 1)),
    Finding("strict for a bit", "equal at b = 1", lambda: Less(B**2, 1)),
    Finding("strict between", "equal at m = n = 1", lambda: Less(R[U] + Q[I], 2)),
    Finding("strict entropy", "equal at m = 1", lambda: Less(_sum(lambda k: R[k] * log(R[k]), M), log(M))),
    Finding("strict with a factor 0", "equal at w = 0", lambda: Less(0, W * _sum(lambda k: exp(A[k]), N))),
    Finding("strict without terms", "equal at t = 0", lambda: Less(0, _sum(lambda k: exp(H[k]), T))),
    Finding(
        "strict without terms, termwise", "equal at t = 0",
        lambda: Less(_sum(lambda k: 2 * H[k], T), _sum(lambda k: H[k] ** 2 + 2, T)),
    ),
    Finding(
        "strict without terms, tangents", "equal at t = 0",
        lambda: Less(_sum(lambda k: 1 - 1 / (2 + exp(H[k])), T), _sum(lambda k: log(2 + exp(H[k])), T)),
    ),
    # wrong cases of equality
    Finding(
        "equality with a factor 0", "equal at w = 0 too",
        lambda: AtLeast(W * _sum(lambda k: A[k] ** 2, N), 0, equality=Identical(A, _zero())),
    ),
    Finding(
        "equality without terms", "equal at t = 0 too",
        lambda: AtLeast(T * _sum(lambda k: A[k] ** 2, N), 0, equality=Identical(A, _zero())),
    ),
    Finding("equality at the end of (0, 1]", "equal at m = 1 too", lambda: AtLeast(W, W * R[U], equality=Equals(W, 0))),
    Finding("equality never, said at c = 0", "equal at m = 1", lambda: AtMost(R[U] ** 2, 1, equality=Equals(C, 0))),
    Finding(
        "equality with a positive rest", "never equal",
        lambda: AtLeast((X - Y) ** 2 + (1 - BETA) * (2 - BETA), 0, equality=Equals(X, Y)),
    ),
    Finding(
        "equality after replacing a variable of a derivative", "not equal at x = y = 1",
        lambda: AtLeast(exp(X - Y) + (x.D(X * Y, X) - 2 * X) ** 2, 1 + X - Y, equality=Equals(X, Y)),
    ),
    # sides without a value
    Finding("infinities cancelled", "∞ − ∞ at w = 0", lambda: AtMost(xlogy(1, W) - xlogy(1, W), 0)),
    Finding("infinities cancelled in exp", "∞ · 0 at w = 0", lambda: AtMost(exp(xlogy(1, W)) * exp(-xlogy(1, W)), 1)),
    Finding("root of a negative number", "no value at x = −1", lambda: AtMost(sqrt(X) ** 2, X)),
    Finding(
        "root of a negative number in exp", "no value at x = 0",
        lambda: AtLeast(exp(sqrt(X - 1)), 1 + sqrt(X - 1)),
    ),
    Finding("root of a cube", "no value at x = −1", lambda: AtLeast((X**3) ** sp.Rational(1, 3), X)),
    Finding("largest of nothing", "no value at t = 0", lambda: AtLeast(_largest(H, T), _largest(H, T))),
    # crashes
    Finding("x log x of a sum", "false for large w", lambda: AtLeast(0, xlogy(W + O[I], W + O[I]) + W + O[I])),
    Finding(
        "members while ranges grow", "false at p = 1, o = 0",
        lambda: AtMost(1, _sum(lambda k: O[k] ** 2, N) - O[I] ** 2 + _sum(lambda k: _gap(P[k] + C), N)),
    ),
)  # fmt: skip
