"""A sum over a part subtracted from the whole is a sum over the rest, whose sign may be visible."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .closing import close_sum
from .terms import ONE, ZERO, Atom, Mono, Poly, minus, number, var

if TYPE_CHECKING:
    from flint import fmpq

    from .signs import Signs

Found = tuple[Mono, "fmpq", Atom]


def without_part(signs: Signs, p: Poly) -> Poly | None:
    """One sum over a part put together with the sum over the whole from which it is subtracted; None without such two.

    Σ_{lo}^{h} f − Σ_{lo}^{g} f = Σ_{g+1}^{h} f for lo − 1 ≤ g ≤ h, Σ_{lo}^{h} f − Σ_{g}^{h} f = Σ_{lo}^{g−1} f for
    lo ≤ g ≤ h + 1, and 1 − Σ_{k≤g} pₖ = Σ_{k>g} pₖ for weights that sum to 1.
    """
    sums = [(m, c, a) for m, c in p.terms for a, e in m.powers if a.kind == "sum" and e == 1 and len(a.args[0]) == 1]
    for part in (s for s in sums if s[1] < 0):
        for whole in sums:
            rest = _rest(signs, part, whole) if whole[1] == -part[1] else None
            if rest is not None:
                return _joined(p, whole, part, rest)
    return _after_a_part(signs, p, [s for s in sums if s[1] < 0])


def _rest(signs: Signs, part: Found, whole: Found) -> tuple[Poly, Poly] | None:
    """From where to where the whole goes on beyond the part, of the same summand and factors."""
    (n, _, b), (m, _, a) = part, whole
    ((_, lo, hi),), ((_, low, end),) = a.args[0], b.args[0]
    if a.args[1] != b.args[1] or _others(m, a) != _others(n, b) or not signs.possible(low, end):
        return None
    if lo == low and _at_least(signs, hi, end):
        return minus(end, number(-1)), hi
    if hi == end and _at_least(signs, low, lo):
        return lo, minus(low, number(1))
    return None


def _at_least(signs: Signs, p: Poly, q: Poly) -> bool:
    least = signs.least(minus(p, q))
    return least is not None and least >= 0


def _others(m: Mono, a: Atom) -> Mono:
    return Mono([q for q in m.powers if q[0] != a])


def _joined(p: Poly, whole: Found, part: Found, rest: tuple[Poly, Poly]) -> Poly:
    (m, c, a), (n, _, _) = whole, part
    terms = {k: q for k, q in p.terms if k not in (m, n)}
    return _added(terms, _others(m, a), a, rest, c)


def _added(terms: dict[Mono, fmpq], others: Mono, a: Atom, limits: tuple[Poly, Poly], c: fmpq) -> Poly:
    ((v, _, _),) = a.args[0]
    between = close_sum(((v, *limits),), [*a.args[1].powers])
    new = Mono([*others.powers, (between, ONE)])
    return Poly({**terms, new: terms.get(new, ZERO) + c})


def _after_a_part(signs: Signs, p: Poly, parts: list[Found]) -> Poly | None:
    terms = dict(p.terms)
    for m, c, a in parts:
        ((v, lo, end),) = a.args[0]
        ((b, e), *more) = a.args[1].powers
        others = _others(m, a)
        if more or e != 1 or b.kind != "entry" or b.args[1:] != (var(v),) or terms.get(others, ZERO) < -c:
            continue
        length = signs.ctx.sums_to_one.get(b.args[0])
        if length is not None and lo == number(1) and signs.possible(lo, end) and _at_least(signs, length, end):
            left = {k: q for k, q in terms.items() if k != m}
            left[others] += c
            return _added(left, others, a, (minus(end, number(-1)), length), -c)
    return None
