"""Certificates under an expectation: E is linear, and E F ≥ 0 where F ≥ 0 for every outcome.

Where a mean μ = E f occurs in other ways than linearly, as in E eˣ ≥ e^{E x}, it is a number of its own: if
G(x, μ) ≥ σ(μ)·(f(x) − μ) for every outcome x and every number μ that a mean can be, then E G(x, μ) ≥ 0. The slope σ is
−∂G/∂μ, the only one that can do where G vanishes at f(x) = μ. How the outcomes depend on one another does not matter,
since F is shown nonnegative for all of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flint import fmpq

from ...spec.language.sorts import NONNEGATIVE, POSITIVE, REAL, Domain
from .calculus_steps import slope
from .engine import Engine, fresh_name
from .expectation import is_random
from .inequality import Found, Scope, Search
from .signs import minus
from .splitting import replaced
from .terms import ONE, Atom, Mono, Poly, Term, is_mean, opened, var

MOMENT = "moment:"


def under_expectation(search: Search, p: Poly, scope: Scope, depth: int) -> Found | None:
    """p = E F with F ≥ 0 for every outcome, or F above a multiple of f − E f that has the mean 0."""
    if "call(E;" not in p.key and f"call({MOMENT}" not in p.key:
        return None
    engine = search.engine
    for mean in (None, *sorted(set(_moments(p)), key=lambda a: a.key)):
        outcomes = _Outcomes(engine, p)
        body = outcomes.of_terms(p) if mean is None else _above_the_tangent(outcomes, p, mean)
        if body is not None and search.nonnegative(body, scope, depth) is not None:
            return Found([(p, "nonnegative for every outcome, under the expectation")], None)
    return None


def _above_the_tangent(outcomes: _Outcomes, p: Poly, mean: Atom) -> Poly | None:
    """G(x, μ) − σ·(f(x) − μ) with μ as a variable, or None where μ meets another mean."""
    engine, inner = outcomes.engine, outcomes.inside(mean)
    name = fresh_name()
    engine.ctx.domains[name] = _domain(engine, inner)
    moved = replaced(engine, p, {mean: var(name)})
    sigma = slope(engine, moved, name)
    body = outcomes.of_terms(moved)
    if body is None or any(True for _ in _moments(sigma)):
        return None
    tangent = engine.times(opened(sigma), opened(minus(inner, var(name))))
    return replaced(engine, engine.canon([*opened(body), *tangent]), {mean: var(name)})


def _domain(engine: Engine, f: Poly) -> Domain:
    """Where the mean of f lies: with f in an interval, or on one side of 0."""
    only = f.variable()
    if only is not None:
        d = engine.ctx.domain(only)
        if not d.values and not d.integer:
            return d
    return POSITIVE if engine.signs.poly_positive(f) else NONNEGATIVE if engine.signs.poly_nonnegative(f) else REAL


class _Outcomes:
    """One number for each random entry that occurs; a moment that all entries share is that of any of them."""

    def __init__(self, engine: Engine, p: Poly) -> None:
        self.engine = engine
        self.numbers: dict[Atom, Poly] = {}
        self.of_array: dict[str, Poly] = {}
        for a in sorted(
            {b for m in _moments(p) if is_mean(m) for b in _entries(engine, m.args[1])}, key=lambda a: a.key
        ):
            self._number(a.args[0], a)

    def _number(self, array: str, entry: Atom | None) -> Poly:
        name = fresh_name()
        self.engine.ctx.domains[name] = self.engine.ctx.domain(array)
        self.of_array.setdefault(array, var(name))
        if entry is not None:
            self.numbers[entry] = var(name)
        return var(name)

    def inside(self, a: Atom) -> Poly:
        """f(x) for a = E f(x)."""
        if is_mean(a):
            return replaced(self.engine, a.args[1], {b: q for b, q in self.numbers.items() if b.key in a.key})
        _, array, order = a.args[0].split(":")
        x = self.of_array.get(array) or self._number(array, None)
        return self.engine.canon(self.engine.power(x, fmpq(int(order))))

    def of_terms(self, p: Poly) -> Poly | None:
        """F with p = E F, where each term has one mean at most, and nothing else in it is a mean or random."""
        out: list[Term] = []
        for m, c in p.terms:
            means = [(a, e) for a, e in m.powers if _is_moment(a)]
            rest = Mono([(a, e) for a, e in m.powers if not _is_moment(a)])
            if len(means) > 1 or any(e != 1 for _, e in means) or any(True for _ in _moments(rest)):
                return None
            inner = opened(self.inside(means[0][0])) if means else [Term(ONE, (), {})]
            out += self.engine.times([Term(c, (), dict(rest.powers))], inner)
        body = self.engine.canon(out)
        return None if is_random(self.engine, body) else body


def _is_moment(a: Atom) -> bool:
    return a.kind == "call" and (is_mean(a) or a.args[0].startswith(MOMENT))


def _moments(obj: Any) -> Iterator[Atom]:
    """The means that occur, wherever they stand."""
    if isinstance(obj, Atom):
        if _is_moment(obj):
            yield obj
        parts = [a for a in obj.args if isinstance(a, (Poly, Mono))]
    else:
        parts = [q for q, _ in (obj.powers if isinstance(obj, Mono) else obj.terms)]
    for part in parts:
        yield from _moments(part)


def _entries(engine: Engine, obj: Any) -> Iterator[Atom]:
    """The random entries outside sums, each of which is one number for one outcome."""
    if isinstance(obj, Atom):
        if obj.kind == "entry" and obj.args[0] in engine.ctx.random:
            yield obj
        parts = [] if obj.kind in ("sum", "bind") else [a for a in obj.args if isinstance(a, (Poly, Mono))]
    else:
        parts = [q for q, _ in (obj.powers if isinstance(obj, Mono) else obj.terms)]
    for part in parts:
        yield from _entries(engine, part)
