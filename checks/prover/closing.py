"""Closing a sum: canonical names for its indices, so that equal sums are one atom."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations, product
from math import factorial, prod

from flint import fmpq

from .terms import Atom, Bounds, Mono, Poly, depth, rename

MAX_ORDERS = 720
OUT_OF_TIME = "the time limit was reached"


class Unproved(Exception):
    """The expression leaves what this engine can treat; nothing is claimed about it."""


def close_sum(bounds: Bounds, factors: list[tuple[Atom, fmpq]]) -> Atom:
    """The sum atom under canonical index names: the assignment of names with the least key."""
    top = 1 + max(depth(a) for a, _ in factors)
    best: Atom | None = None
    for order in _orders(bounds, factors):
        names = {b[0]: f"%{top}.{i}" for i, b in enumerate(order)}
        atom = Atom("sum", rename(tuple(order), names), rename(Mono(factors), names))
        if best is None or atom.key < best.key:
            best = atom
    assert best is not None
    return best


def _orders(bounds: Bounds, factors: list[tuple[Atom, fmpq]]) -> Iterator[Bounds]:
    """The orders of the indices worth trying: sorted by what does not depend on names, permuted only among equals."""
    hidden = {b[0]: "%" for b in bounds}

    def invariant(b: tuple[str, Poly, Poly]) -> str:
        shown = {**hidden, b[0]: "%own"}
        own = sorted(f"{rename(a, shown).key}^{e}" for a, e in factors if b[0] in a.free)
        return f"{rename(b[1], hidden).key}..{rename(b[2], hidden).key}:{own}"

    classes: dict[str, list[tuple[str, Poly, Poly]]] = {}
    for b in bounds:
        classes.setdefault(invariant(b), []).append(b)
    if prod(factorial(len(c)) for c in classes.values()) > MAX_ORDERS:
        raise Unproved("a sum with too many interchangeable indices")
    for choice in product(*[permutations(classes[k]) for k in sorted(classes)]):
        yield tuple(b for part in choice for b in part)
