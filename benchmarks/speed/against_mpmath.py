"""Balls against mpmath: the same formula at the same exact points and with the same number of bits, for growing n.

mpmath runs what SymPy's lambdify makes of the formula. Its result has no error bound; a ball is one.
"""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import mpmath
import sympy as sp
from as_sympy import _of
from tables import ratio, table, timed, words

from lemmata.checks.ball_arithmetic import Balls, precision
from lemmata.checks.evaluate import Evaluation
from lemmata.spec.language import D, exp, log, total
from lemmata.spec.language import expressions as x

BITS = 200
SIZES = (4, 16, 64)
N, I = sp.Symbol("n", integer=True), sp.Symbol("i", integer=True)
A, B = x.Array("a", N), x.Array("b", N)


def formulas() -> dict[str, Any]:
    with x.as_written():
        weights = total(lambda k: exp(A[k]), over=A)
        mean = total(lambda k: A[k] / N, over=A)
        return {
            "softmax": exp(A[I]) / weights,
            "variance": total(lambda k: (A[k] - mean) ** 2 / N, over=A),
            "cross-entropy": total(lambda k: -B[k] * log(exp(A[k]) / weights), over=A),
            "gradient of logsumexp": D(log(weights), A[I]),
        }


def point(n: int) -> dict[str, Any]:
    rng = random.Random(n)
    entries = lambda: {(k,): Fraction(rng.randint(-64, 64), 16) for k in range(1, n + 1)}  # noqa: E731
    return {"n": n, "i": 2, "a": entries(), "b": entries()}


def by_mpmath(e: Any) -> Any:
    """The formula as a Python function of n, i and two lists whose entries start at 1."""
    names = {"n": sp.Symbol("n", integer=True), "i": sp.Symbol("i", integer=True)}
    arrays = {"a": sp.IndexedBase("a"), "b": sp.IndexedBase("b")}
    with sp.evaluate(True):
        formula = _of(e, names | arrays)
    return sp.lambdify([names["n"], names["i"], arrays["a"], arrays["b"]], formula, "mpmath")


def measured() -> str:
    rows = []
    for name, e in formulas().items():
        closed = formulas()["softmax"] if name.startswith("gradient") else e  # SymPy's own derivative is wrong here
        theirs = by_mpmath(closed)
        for n in SIZES:
            at = point(n)
            lists = [[None, *(mpmath.mpf(v.numerator) / v.denominator for v in at[key].values())] for key in ("a", "b")]

            def ours(e: Any = e, at: Any = at) -> Any:
                with precision(BITS):
                    return Evaluation(at, Balls()).value(e)

            def other(theirs: Any = theirs, n: int = n, lists: Any = lists) -> Any:
                with mpmath.workprec(BITS):
                    return theirs(n, 2, *lists)

            mine, value = timed(ours, 7)
            peer, said = timed(other, 7)
            if abs(float(value) - float(said)) > 1e-12 * max(1, abs(float(said))):
                raise AssertionError(f"{name}: {value} and {said} differ")
            rows.append([name, n, words(mine), words(peer), ratio(peer, mine)])
    heads = ["formula", "n", "balls", "mpmath", "mpmath / balls"]
    note = (
        f"One value at {BITS} bits, the median of seven. For the gradient mpmath is given the softmax formula,\n"
        "because SymPy differentiates logsumexp to 1; the balls differentiate. lambdify hoists nothing.\n\n"
    )
    return note + table(heads, rows)


if __name__ == "__main__":
    print(measured())
