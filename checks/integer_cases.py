"""Statements about floors as systems of polynomial inequalities, case by case, and z3 to look for solutions.

Every expression becomes a quotient of two polynomials with integer coefficients, the lower one shown to be positive
by the sorts, and ⌊p/q⌋ a new integer k with k·q ≤ p < (k + 1)·q. Choices (a maximum, the value of a bit) make cases.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from math import gcd
from typing import Any

import sympy as sp

from ..spec.language import expressions as x
from ..spec.language import lengths
from ..spec.language.claims import expand
from ..spec.language.printing import text
from ..spec.language.statements import AtLeast, AtMost, Equals, Less, Statement, conditions
from .goal import Goal
from .integer_oracle import (
    ONE,
    UNKNOWN,
    Fact,
    Oracle,
    Poly,
    Quotient,
    Solution,
    added,
    constant,
    fact,
    linear_value,
    multiplied,
    number,
    plus,
    readable,
    times,
    without,
)

MOST_CASES = 200
QUICKLY = 0.5  # seconds for a question that is only a help

# ------------------------------------------------------------------ from statements to facts


class Unsettled(Exception):
    """Nothing can be proved: a divisor may be zero, or there are too many cases. case, facts: where that is so."""

    def __init__(self, reason: str, case: Translation | None = None, *facts: Fact) -> None:
        super().__init__(reason)
        self.case, self.facts = case, list(facts)


class Impossible(Exception):
    """The case at hand does not occur."""


@dataclass(frozen=True)
class Way:
    """How a statement is put before z3.

    relaxed: over the reals. residues: where r > 0, an integer n becomes r·n, …, r·n + r − 1, a case each, and a real
    the sum of its integer and its fractional part. merged: quotients whose sum or difference is one number are told
    so. anywhere: divisors are taken to be nonzero, which is right for those who look for a counterexample.
    """

    relaxed: bool = False
    residues: int = 0
    merged: bool = False
    anywhere: bool = False


class Translation:
    """The statement in one case of its choices: the facts that hold there, and in which ways it could fail."""

    def __init__(self, goal: Goal, oracle: Oracle, way: Way, trail: list[list[int]]) -> None:
        self.goal, self.oracle, self.way, self.trail = goal, oracle, way, trail
        self.taken = 0
        self.facts: list[Fact] = []
        self.whole: set[str] = set()
        self.variables: dict[str, Poly] = {}
        self.floors: dict[Any, tuple[Poly, Poly]] = {}  # the new integers, with their divisors
        self.memo: dict[Any, Quotient] = {}
        comparisons = negated(written_out(goal.statement))
        self.negations = [[self._compared(*c) for c in conditions] for conditions in comparisons]
        if way.merged:
            self._merge()

    def ask(self, more: list[Fact], most: float = 60) -> Solution | None:
        return self.oracle.ask(self.facts + more, self.whole, self.way.relaxed, most)

    def values(self, solution: Solution) -> dict[str, Fraction | None]:
        """The variables at a solution; None for what is irrational there."""
        return {name: linear_value(p, solution) for name, p in self.variables.items()}

    def _choose(self, options: int) -> int:
        """The next decision on the trail; `translations` goes through all of them."""
        if self.taken == len(self.trail):
            self.trail.append([0, options])
        self.taken += 1
        return self.trail[self.taken - 1][0]

    def _case(self, p: Poly, relations: str) -> str:
        """Which of the relations holds between p and 0: the one that does, or a case for each."""
        c = constant(p)
        if c is None:
            relation = relations[self._choose(len(relations))]
            self.facts.append(fact(p, relation))
            return relation
        holds = {">": c > 0, "≥": c >= 0, "=": c == 0, "<": c < 0, "≠": c != 0}
        for relation in relations:
            if holds[relation]:
                return relation
        raise Impossible

    # -------------------------------------------------------------- expressions
    def value(self, e: Any) -> Quotient:
        if e not in self.memo:
            self.memo[e] = self._value(e)
        return self.memo[e]

    def _value(self, e: Any) -> Quotient:
        match e:
            case sp.Symbol():
                return Quotient(self._variable(e.name), ONE)
            case sp.Rational():
                return Quotient(number(int(e.p)), number(int(e.q)))
            case sp.Add():
                return added([self.value(a) for a in e.args])
            case sp.Mul():
                return multiplied([self.value(a) for a in e.args])
            case sp.Pow():
                power = multiplied([self.value(e.base)] * abs(int(e.exp)))
                return power if e.exp >= 0 else self._inverse(power)
            case x.floor():
                return self._floor(self.value(e.args[0]))
            case x.ceiling():
                return -self._floor(-self.value(e.args[0]))
            case sp.Abs():
                v = self.value(e.args[0])
                return v if self._case(v.above, "≥<") == "≥" else -v
            case x.maximum() | x.minimum():
                v, w = (self.value(a) for a in e.args)
                above = self._case(added([v, -w]).above, "≥<") == "≥"
                return v if above == isinstance(e, x.maximum) else w
            case x.WhereNonnegative():
                there = self._case(self.value(e.args[0]).above, "≥<") == "≥"
                return self.value(e.args[1] if there else e.args[2])
            case x.ByValue():
                return self._choice(e)
        raise AssertionError(f"{e} is outside the fragment")

    def _variable(self, name: str) -> Poly:
        if name not in self.variables:
            self.variables[name] = self._introduced(name)
        return self.variables[name]

    def _introduced(self, name: str) -> Poly:
        """A variable as a polynomial, with the facts that its sort gives."""
        sort, p, r = self.goal.variables[name].sort, {(name,): 1}, self.way.residues
        d = sort.domain
        if d.values:
            return number(d.values[self._choose(len(d.values))])
        if d.integer or r:
            self.whole.add(name)
        if r and d.integer:
            p = plus(number(self._choose(r) if r > 1 else 0), p, r)
        elif r:
            fraction = {(f"{name} mod 1",): 1}
            self.facts += [fact(fraction, "≥"), fact(plus(fraction, ONE, -1), "<")]
            p = plus(p, fraction)
        if d.low is not None:
            self.facts.append(fact(plus(p, ONE, -d.low), ">" if d.open_low else "≥"))
        if d.high is not None:
            self.facts.append(fact(plus(p, ONE, -d.high), "<" if d.open_high else "≤"))
        if sort.kind == "index":
            size, more = lengths.parts(sort.dims[0])
            length = plus(self._variable(size) if size else number(0), number(more))
            self.facts.append(fact(plus(length, p, -1), "≥"))
        return p

    def _inverse(self, v: Quotient) -> Quotient:
        """1/v, once z3 has shown that v > 0 or that v < 0."""
        positive = self.ask([fact(v.above, "≤")], QUICKLY) is None
        if not positive and self.ask([fact(v.above, "≥")], QUICKLY) is not None:
            if not self.way.anywhere:
                reason = f"the divisor {readable(v.above)} is not known to be other than 0"
                raise Unsettled(reason, self, fact(v.above, "="))
            positive = self._case(v.above, "><") == ">"
        return Quotient(v.below, v.above) if positive else -Quotient(v.below, plus({}, v.above, -1))

    def _floor(self, v: Quotient) -> Quotient:
        """⌊w + p/q⌋ = w + ⌊p/q⌋ for an integer w, and ⌊p/q⌋ is a new integer."""
        p, q = v
        w: Poly = {}
        if len(q) == 1:
            ((divisor, c),) = q.items()
            for m, a in p.items():
                rest = without(m, divisor)
                if rest is not None and a // c and all(n in self.whole for n in rest):
                    w[rest] = a // c
            p = plus(p, times(w, q), -1)
        if constant(p) is not None and constant(q) is not None:  # what is left of a number is below 1
            return Quotient(w, ONE)
        common = gcd(*p.values(), *q.values())
        p, q = ({m: a // common for m, a in r.items()} for r in (p, q))
        key = (frozenset(p.items()), frozenset(q.items()))
        if key not in self.floors:
            name = f"⌊{len(self.floors) + 1}⌋"
            k = {(name,): 1}
            self.whole.add(name)
            self.floors[key] = k, q
            rest = plus(p, times(k, q), -1)
            self.facts += [fact(rest, "≥"), fact(plus(rest, q, -1), "<")]
        return Quotient(plus(w, self.floors[key][0]), ONE)

    def _choice(self, e: x.ByValue) -> Quotient:
        selector = self.value(e.selector)
        for v, branch in e.branches:
            if self._case(added([selector, Quotient(number(-int(v)), ONE)]).above, "=≠") == "=":
                return self.value(branch)
        if self.way.anywhere or self.ask([], QUICKLY) is None:
            raise Impossible
        raise Unsettled(f"{text(e.selector)} may have a value without a branch", self)

    def _compared(self, left: Any, relation: str, right: Any) -> Fact:
        return fact(added([self.value(left), -self.value(right)]).above, relation)

    def _merge(self) -> None:
        """Of any two quotients by one divisor: their sum or difference, where z3 shows that it is one number."""
        far = [fact(plus(p, ONE, -7), "≥") for p in self.variables.values() if constant(p) is None]
        near, distant = (self.oracle.ask(self.facts + more, self.whole, most=QUICKLY) or UNKNOWN for more in ([], far))
        for (j, q), (k, r) in combinations(self.floors.values(), 2):
            for both in (plus(j, k, -1), plus(j, k)) if q == r else ():
                at, there = linear_value(both, near), linear_value(both, distant or near)
                apart = plus(both, ONE, -int(at or 0))
                if at == there and all(self._never(fact(apart, r)) for r in "<>"):
                    self.facts.append(fact(apart, "="))

    def _never(self, more: Fact) -> bool:
        return self.oracle.ask([*self.facts, more], self.whole, relaxed=True, most=QUICKLY) is None


def translations(goal: Goal, oracle: Oracle, way: Way) -> Iterator[Translation]:
    """The statement in every case of its choices; together they cover the domain."""
    trail: list[list[int]] = []
    for _ in range(MOST_CASES):
        if oracle.spent:
            raise Unsettled("there was no time for all cases")
        try:
            translation = Translation(goal, oracle, way, trail)
        except Impossible:
            translation = None
        if translation:
            yield translation
        while trail and trail[-1][0] + 1 == trail[-1][1]:
            trail.pop()
        if not trail:
            return
        trail[-1][0] += 1
    raise Unsettled(f"the statement has more than {MOST_CASES} cases")


def written_out(s: Statement) -> Any:
    """The statement without definitions."""
    return s.rebuild(expand)


def negated(s: Statement) -> list[list[tuple[Any, str, Any]]]:
    """The ways in which the statement can fail; in each, all comparisons hold."""
    match s:
        case Equals(left, right):
            return [[(left, "<", right)], [(left, ">", right)]]
        case Less(left, right):
            return [[(left, "≥", right)]]
        case AtMost(low, high, equality) | AtLeast(high, low, equality):
            out: list[list[tuple[Any, str, Any]]] = [[(low, ">", high)]]
            if equality is not None:
                pairs = [(c.left, c.right) for c in conditions(equality)]
                out += [[(low, "=", high), (a, r, b)] for a, b in pairs for r in "<>"]
                out.append([(low, "<", high), *[(a, "=", b) for a, b in pairs]])
            return out
    raise AssertionError(f"{type(s).__name__} is outside the fragment")
