"""Squares that hide in sums: Σᵢⱼ wₖ fᵢₖ fⱼₖ = Σₖ wₖ (Σᵢ fᵢₖ)², and n Σ f² − (Σ f)² ≥ 0."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import TYPE_CHECKING

from flint import fmpq

from .closing import Unproved, close_sum
from .terms import ONE, ZERO, Atom, Bounds, Mono, Poly, minus, number, rename

if TYPE_CHECKING:
    from .signs import Signs

MOST_OUTER = 3


def is_sum_of_squares(signs: Signs, a: Atom) -> bool:
    """Whether, some of its indices held fixed, the sum over the others is a product of squares and nonnegative factors.

    The rest of the indices falls into connected parts, each a sum of its own; two equal parts are a square. The indices
    held fixed are then summed over nonnegative terms.
    """
    bounds, mono = a.args
    for count in range(min(len(bounds) - 1, MOST_OUTER + 1)):
        for outer in combinations(bounds, count):
            inner = tuple(b for b in bounds if b not in outer)
            if {v for b in outer for v in b[1].free | b[2].free} & {b[0] for b in inner}:
                continue
            fixed = {b[0]: f"~fixed{i}" for i, b in enumerate(outer)}  # so that no index of an inner sum captures it
            parts = _parts(rename(inner, fixed), rename(mono, fixed))
            if (outer or len(parts) > 2) and _product_of_squares(signs, parts):
                return True
    return False


def _parts(bounds: Bounds, mono: Mono) -> list[tuple[Bounds, list[tuple[Atom, fmpq]]]]:
    """The factors by the indices that connect them; last those without any of these indices, with no bounds."""
    groups: list[tuple[set[str], list[tuple[Atom, fmpq]]]] = [({b[0]}, []) for b in bounds]
    for v, lo, hi in bounds:
        linked = [g for g in groups if v in g[0] or g[0] & (lo.free | hi.free)]
        groups = [g for g in groups if g not in linked] + [(set().union(*[g[0] for g in linked]), [])]
    alone: list[tuple[Atom, fmpq]] = []
    for a, e in mono.powers:
        touching = [g for g in groups if g[0] & a.free]
        if not touching:
            alone.append((a, e))
            continue
        joined = (set().union(*[g[0] for g in touching]), [p for g in touching for p in g[1]] + [(a, e)])
        groups = [g for g in groups if g not in touching] + [joined]
    out = [(tuple(b for b in bounds if b[0] in names), factors) for names, factors in groups]
    return [*out, ((), alone)]


def _product_of_squares(signs: Signs, parts: list[tuple[Bounds, list[tuple[Atom, fmpq]]]]) -> bool:
    powers: dict[Atom, fmpq] = {}
    for bounds, factors in parts:
        if not bounds:
            for a, e in factors:
                powers[a] = powers.get(a, ZERO) + e
        elif not factors:
            return False
        else:
            try:
                a = close_sum(bounds, factors)
            except Unproved:
                return False
            powers[a] = powers.get(a, ZERO) + 1
    return any(a.kind == "sum" for a in powers) and all(
        (e.q == 1 and int(e.p) % 2 == 0 and e > 0) or signs.mono_nonnegative(Mono([(a, e)])) for a, e in powers.items()
    )


def without_variance(signs: Signs, p: Poly) -> Poly | None:
    """p without a part c·w·(n Σ f² − (Σ f)²) or c·w·(Σ pₖ fₖ² − (Σ pₖ fₖ)²), c, w ≥ 0; None where there is none.

    The first is at least 0 by Cauchy–Schwarz, the second by Jensen, for weights pₖ ≥ 0 that sum to one.
    """
    coefficients = dict(p.terms)
    for m, c in p.terms:
        squared = [a for a, e in m.powers if e == 2 and a.kind == "sum" and len(a.args[0]) == 1]
        if c >= 0 or not squared:
            continue
        for a in squared:
            rest = [(b, e) for b, e in m.powers if b != a]
            if not signs.mono_nonnegative(Mono(rest)):
                continue
            for partner in _partners(signs, a):
                whole = Mono(_product(rest, partner))
                if coefficients.get(whole, ZERO) >= -c:
                    return minus(p, Poly({m: c, whole: -c}))
    return None


def _partners(signs: Signs, a: Atom) -> Iterator[list[tuple[Atom, fmpq]]]:
    """n Σ f², or Σ pₖ fₖ², for a sum Σ f or Σ pₖ fₖ."""
    ((v, lo, hi),) = a.args[0]
    powers = a.args[1].powers
    size = hi.variable()
    if lo == number(1) and size is not None:
        squares = Atom("sum", a.args[0], Mono([(b, 2 * e) for b, e in powers]))
        yield [(squares, ONE), (Atom("var", size), ONE)]
    for b, e in powers:
        weight = (
            b.kind == "entry" and e == 1 and len(b.args) == 2 and b.args[1].variable() == v and signs.nonnegative(b)
        )
        if weight and lo == number(1) and signs.ctx.sums_to_one.get(b.args[0]) == hi:
            body = [(d, k if d == b else 2 * k) for d, k in powers]
            yield [(Atom("sum", a.args[0], Mono(body)), ONE)]


def _product(one: list[tuple[Atom, fmpq]], other: list[tuple[Atom, fmpq]]) -> dict[Atom, fmpq]:
    out: dict[Atom, fmpq] = {}
    for a, e in (*one, *other):
        out[a] = out.get(a, ZERO) + e
    return out
