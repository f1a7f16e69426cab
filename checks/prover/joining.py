"""A difference of two sums over ranges from one start is a sum over what is between, whose sign may be visible."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .closing import close_sum
from .terms import ONE, ZERO, Atom, Mono, Poly, minus, number

if TYPE_CHECKING:
    from flint import fmpq

    from .signs import Signs

Found = tuple[Mono, "fmpq", Atom]


def without_prefix(signs: Signs, p: Poly) -> Poly | None:
    """Σ_{lo}^{h} f − Σ_{lo}^{g} f with lo − 1 ≤ g ≤ h as Σ_{g+1}^{h} f: one such pair put together, or None."""
    sums = [(m, c, a) for m, c in p.terms for a, e in m.powers if a.kind == "sum" and e == 1 and len(a.args[0]) == 1]
    for longer in sums:
        for shorter in sums:
            if longer[1] > 0 and shorter[1] == -longer[1] and _prefix(signs, shorter, longer):
                return _joined(p, longer, shorter)
    return None


def _prefix(signs: Signs, shorter: Found, longer: Found) -> bool:
    """The same summand and factors, and a range that surely ends no later than the longer one."""
    (n, _, b), (m, _, a) = shorter, longer
    ((_, lo, hi),), ((_, low, end),) = a.args[0], b.args[0]
    if a == b or lo != low or a.args[1] != b.args[1] or _others(m, a) != _others(n, b):
        return False
    least = signs.least(minus(hi, end))
    return least is not None and least >= 0 and signs.possible(lo, end)


def _others(m: Mono, a: Atom) -> Mono:
    return Mono([q for q in m.powers if q[0] != a])


def _joined(p: Poly, longer: Found, shorter: Found) -> Poly:
    (m, c, a), (n, _, b) = longer, shorter
    ((v, _, hi),), end = a.args[0], b.args[0][0][2]
    between = close_sum(((v, minus(end, number(-1)), hi),), [*a.args[1].powers])
    new = Mono([*_others(m, a).powers, (between, ONE)])
    terms = {k: q for k, q in p.terms if k not in (m, n)}
    return Poly({**terms, new: terms.get(new, ZERO) + c})
