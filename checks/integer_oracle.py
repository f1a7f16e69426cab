"""Polynomial systems over integers and reals, and z3, with a clock, to look for their solutions."""

from __future__ import annotations

import time
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

import sympy as sp

from ..spec.language import expressions as x
from ..spec.language.printing import text

try:
    import z3
except ImportError:  # without z3 the method applies to nothing, and says so
    z3: Any = None

# ------------------------------------------------------------------ polynomials with integer coefficients

Poly = dict[tuple[str, ...], int]  # a monomial is the sorted tuple of its unknowns, each as often as its power


def number(n: int) -> Poly:
    return {(): n} if n else {}


ONE = number(1)


def plus(p: Poly, q: Poly, scale: int = 1) -> Poly:
    """p + scale·q."""
    out = dict(p)
    for m, c in q.items():
        out[m] = out.get(m, 0) + scale * c
    return {m: c for m, c in out.items() if c}


def times(p: Poly, q: Poly) -> Poly:
    out: Poly = {}
    for m, c in p.items():
        for n, d in q.items():
            key = tuple(sorted(m + n))
            out[key] = out.get(key, 0) + c * d
    return {m: c for m, c in out.items() if c}


def constant(p: Poly) -> int | None:
    """The integer that this is, or None."""
    return p.get((), 0) if set(p) <= {()} else None


def without(m: tuple[str, ...], n: tuple[str, ...]) -> tuple[str, ...] | None:
    """The monomial m/n, None where n does not divide m."""
    rest = list(m)
    for name in n:
        if name not in rest:
            return None
        rest.remove(name)
    return tuple(rest)


def readable(p: Poly) -> str:
    """The polynomial as one line of Unicode.

    >>> readable({("n",): 1, ("s", "s"): -2, (): 3})
    'n − 2·s·s + 3'
    """
    with x.as_written():
        terms = [sp.Mul(*([sp.Integer(c)] if c != 1 or not m else []), *map(sp.Symbol, m)) for m, c in p.items()]
        return text(sp.Add(*terms))


class Quotient(NamedTuple):
    """above/below, with below > 0 wherever the facts of the case hold."""

    above: Poly
    below: Poly

    def __neg__(self) -> Quotient:
        return Quotient(plus({}, self.above, -1), self.below)


def added(terms: list[Quotient]) -> Quotient:
    p, q = terms[0]
    for above, below in terms[1:]:
        p, q = (plus(p, above), q) if below == q else (plus(times(p, below), times(above, q)), times(q, below))
    return Quotient(p, q)


def multiplied(factors: list[Quotient]) -> Quotient:
    p, q = ONE, ONE
    for above, below in factors:
        p, q = times(p, above), times(q, below)
    return Quotient(p, q)


class Fact(NamedTuple):
    """p > 0, p ≥ 0, p = 0 or p ≠ 0."""

    p: Poly
    relation: str


def fact(p: Poly, relation: str) -> Fact:
    """The fact that p relation 0, also for < and ≤."""
    turned = {"<": ">", "≤": "≥"}
    return Fact(plus({}, p, -1), turned[relation]) if relation in turned else Fact(p, relation)


# ------------------------------------------------------------------ questions to z3

Solution = Mapping[str, Fraction | None]
UNKNOWN: Solution = {}  # told by identity: a solution without unknowns is empty too


class Oracle:
    """z3 with a clock. One serves one check, so that no answer depends on what was asked for another claim."""

    RATE = 30_000_000  # z3's own units of work in a second; on an ordinary machine it does half of that

    def __init__(self, seconds: float) -> None:
        self.ctx = z3.Context()
        self.end = self.stop = time.monotonic() + seconds
        self.queries = 0

    def allow(self, seconds: float) -> None:
        """The questions that follow may take so long together, within the time of the whole."""
        self.stop = min(self.end, time.monotonic() + seconds)

    @property
    def spent(self) -> bool:
        """Nothing more will be answered."""
        return time.monotonic() >= self.stop

    def ask(self, facts: list[Fact], whole: set[str], relaxed: bool = False, most: float = 60) -> Solution | None:
        """None when the facts have no common solution; else one, its irrational values None; UNKNOWN if z3 cannot tell.

        relaxed: over the reals, where all that is left of the integers is that a positive one is at least 1.
        """
        left = min(self.stop - time.monotonic(), most)
        if left <= 0:
            return UNKNOWN
        self.queries += 1
        names = sorted({n for p, _ in facts for m in p for n in m})
        unknown = {n: (z3.Int if n in whole and not relaxed else z3.Real)(n, self.ctx) for n in names}
        solver = z3.Tactic("qfnra-nlsat", self.ctx).solver() if relaxed else z3.Solver(ctx=self.ctx)
        solver.set("timeout", max(1, int(1000 * left)))
        solver.set("rlimit", max(1, int(self.RATE * left)))  # on a busy machine the clock comes late
        solver.set("ctrl_c", False)  # or z3 would take it for itself
        for p, relation in facts:
            if relaxed and relation == ">" and all(n in whole for m in p for n in m):
                p, relation = plus(p, ONE, -1), "≥"
            value = self._value(p, unknown)
            solver.add({">": value > 0, "≥": value >= 0, "=": value == 0, "≠": value != 0}[relation])
        answer = solver.check()
        if answer == z3.unsat:
            return None
        if answer == z3.unknown:
            return UNKNOWN
        model = solver.model()
        return {n: _rational(model.eval(v, model_completion=True)) for n, v in unknown.items()}

    def _value(self, p: Poly, unknown: Mapping[str, Any]) -> Any:
        out = z3.IntVal(0, self.ctx)
        for m, c in p.items():
            term = z3.IntVal(c, self.ctx)
            for n in m:
                term = term * unknown[n]
            out = out + term
        return out


def linear_value(p: Poly, solution: Solution) -> Fraction | None:
    """The value of a linear polynomial; what the solution does not mention may be 0."""
    values = [(c, solution.get(m[0], Fraction(0)) if m else Fraction(1)) for m, c in p.items()]
    return None if any(v is None for _, v in values) else sum((c * v for c, v in values if v), Fraction(0))


def _rational(v: Any) -> Fraction | None:
    if z3.is_int_value(v):
        return Fraction(v.as_long())
    return Fraction(v.numerator_as_long(), v.denominator_as_long()) if z3.is_rational_value(v) else None
