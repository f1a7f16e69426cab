"""Orders of growth as t → ∞, and the numbers that stand before them.

An order is exp(Σ c·m)·tᵃ·(log t)ᵇ·(log log t)ᶜ, where each m is an order that tends to ∞.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flint import arb, fmpq

from ..ball_arithmetic import PRECISIONS, Balls, ball, precision
from ..evaluate import Evaluation, Undecided, Undefined, Unsupported
from .leftover import expression
from .terms import ONE, Atom, Mono, Poly, number

LOGS = ("log t", "log log t", "log log log t")
NUMBERS = ("e", "exp", "prime", "pi", "log", "base")


class Order:
    """exp(Σ c·m)·tᵃ·(log t)ᵇ·(log log t)ᶜ: `powers` are (a, b, c), `grows` the pairs (m, c). Positive in the end."""

    __slots__ = ("grows", "key", "powers")

    def __init__(self, powers: Iterable[Poly], grows: Mapping[Order, Poly]) -> None:
        self.powers = tuple(powers)
        self.grows = tuple(sorted(((m, c) for m, c in grows.items() if c.terms), key=lambda g: g[0].key))
        inner = ";".join(f"{c.key}@{m.key}" for m, c in self.grows)
        self.key = f"<{'|'.join(p.key for p in self.powers)}|{inner}>"

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Order) and self.key == other.key

    def __repr__(self) -> str:
        return self.key

    @property
    def free(self) -> frozenset[str]:
        """The parameters and indices that the order depends on."""
        return frozenset().union(*[p.free for p in self.powers], *[m.free | c.free for m, c in self.grows])


def plain_order(*powers: int | fmpq) -> Order:
    return Order([number(p) for p in (*powers, *[0] * (len(LOGS) - len(powers)))], {})


UNIT, T, LOG, LOGLOG = plain_order(), plain_order(1), plain_order(0, 1), plain_order(0, 0, 1)


def is_number(p: Poly) -> bool:
    """Made of rationals, e, π, roots, exponentials and logarithms only."""
    return all(
        a.kind in NUMBERS and all(is_number(q if isinstance(q, Poly) else Poly({q: ONE})) for q in _inner(a))
        for m, _ in p.terms
        for a, _ in m.powers
    )


def _inner(a: Atom) -> list[Poly | Mono]:
    return [q for q in a.args if isinstance(q, (Poly, Mono))]


def value_of_number(p: Poly) -> arb:
    """An enclosure at the working precision."""
    return ball(Evaluation({}, Balls()).value(expression(p)))


def sign_of_number(p: Poly) -> int | None:
    """−1 or 1 where a ball excludes 0."""
    for bits in PRECISIONS:
        with precision(bits):
            try:
                found = value_of_number(p)
            except Undecided:
                continue
            except (Undefined, Unsupported):
                return None
            if found > 0 or found < 0:
                return 1 if found > 0 else -1
    return None
