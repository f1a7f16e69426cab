"""What an expression does as its variable tends to ∞, and whether a series with such terms converges."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import sympy as sp
from flint import fmpq

from ...spec.language import expressions as x
from ...spec.language.printing import latex, text
from ...spec.language.sorts import SIZE, Domain
from .context import Context
from .engine import Engine, Unproved
from .expansion import Expansion, summable
from .growth import Algebra, Coarse, Growth, Unsettled
from .leftover import expression, readable
from .orders import Order, T
from .signs import minus
from .terms import Mono, Poly, number, var
from .translate import normal

DEPTHS = (1, 3, 6)
SECONDS = 5.0
FAR = Domain("a number of at least 1", r"[1,\infty)", low=1)
Found = TypeVar("Found")


@dataclass(frozen=True)
class Behaviour:
    """The growth of an expression and its limit: a constant, or ±1 for ±∞."""

    algebra: Algebra
    growth: Growth
    limit: Poly | int


@dataclass(frozen=True)
class Summability:
    """Whether the series converges, why, and the leading term where one is known.

    The growth is that of the terms, or (beside_sign) of what is left of them without (−1)ᵏ.
    """

    algebra: Algebra
    growth: Growth
    converges: bool
    reason: str
    leading: tuple[Order, Poly] | None
    beside_sign: bool = False


def engine_for(context: Context, t: sp.Symbol) -> Engine:
    """An engine for t far out: at least 1, and whole where it is."""
    context.domains[t.name] = SIZE if t.is_integer else FAR
    return Engine(context, SECONDS)


def behaviour(engine: Engine, e: Any, t: sp.Symbol) -> Behaviour:
    """The limit of e as t → ∞, or Unproved; Unsettled where it hangs on the sign of a constant."""

    def at(walk: Expansion) -> Behaviour:
        g = walk.growth(e)
        return Behaviour(walk.algebra, g, _limit(walk.algebra, g))

    return _fine_enough(engine, t, at)


def summability(engine: Engine, e: Any, t: sp.Symbol) -> Summability:
    """Whether Σ e(t) converges over whole t, by the growth of its terms; an alternating one by Leibniz."""
    rest = unsigned(engine, e, t)
    try:
        if rest is not None:
            return _fine_enough(engine, t, lambda walk: _alternating(walk, rest))
        return _fine_enough(engine, t, lambda walk: _one_signed(walk, e))
    except Unsettled:
        raise
    except Unproved:
        if not isinstance(e, sp.Add):
            raise
    return _by_parts([summability(engine, p, t) for p in e.args])


def _by_parts(parts: list[Summability]) -> Summability:
    """A sum of series converges where all of them do, and diverges where all but one do."""
    diverging = [p for p in parts if not p.converges]
    if len(diverging) > 1:
        raise Unproved("a sum of divergent series")
    if diverging:
        why = f"of its parts just one diverges: {diverging[0].reason}"
        return replace(diverging[0], reason=why)
    a = parts[0].algebra
    bound = a.made([], [m for p in parts for m in (*p.growth.terms, *p.growth.errors)])
    return Summability(a, bound, True, "each of its parts converges: " + "; ".join(p.reason for p in parts), None)


def _fine_enough(engine: Engine, t: sp.Symbol, find: Callable[[Expansion], Found]) -> Found:
    """By deeper and deeper expansions, and only where all that was divided by is not zero in the end."""
    last: Unproved | None = None
    for depth in DEPTHS:
        walk = Expansion(Algebra(engine, depth), t)
        try:
            found = find(walk)
            _check_side_conditions(walk)
            return found
        except Coarse as reason:
            last = reason
    raise Unproved(f"the expansion at infinity does not settle it: {last}")


def _check_side_conditions(walk: Expansion) -> None:
    engine, name = walk.algebra.engine, walk.variable.name
    for key, p in list(engine.side.items()):
        if name in p.free:
            sign = walk.algebra.eventual_sign(walk.of_poly(p))
            if sign == 0 or (sign < 0 and key.endswith("> 0")):
                raise Unproved(f"{readable(p)} is not known to be {key.removeprefix(p.key).strip()} in the end")
            del engine.side[key]


def _limit(a: Algebra, g: Growth) -> Poly | int:
    try:
        large, constant, _ = a.parted(g)
        if not large:
            return constant
    except Coarse:
        if not g.terms:
            raise
    lead = a.leading(g)
    if lead is None:
        return Poly({})
    if a.trend(lead[0]) <= 0:
        raise Coarse("the error does not tend to 0")
    return a.sign(lead[1])


# ---------------------------------------------------------------------- series
def unsigned(engine: Engine, e: Any, t: sp.Symbol) -> Any:
    """The terms without their factor (−1)^{t + c}, up to a sign; None where there is no such factor."""
    factors = list(_factors(e))
    for i, f in enumerate(factors):
        if isinstance(f, sp.Pow) and f.base == -1:
            c = minus(normal(engine, f.exp), var(t.name)).constant()
            if c is not None and c.q == 1:
                rest = factors[:i] + factors[i + 1 :]
                with x.as_written():
                    return rest[0] if len(rest) == 1 else sp.Mul(*rest) if rest else sp.Integer(1)
    return None


def _factors(e: Any) -> Iterator[Any]:
    if isinstance(e, sp.Mul):
        for f in e.args:
            yield from _factors(f)
    else:
        yield e


def _alternating(walk: Expansion, rest: Any) -> Summability:
    a, g = walk.algebra, walk.growth(rest)
    lead = a.leading(g)
    if lead is None:
        return Summability(a, g, True, "all terms are 0 in the end", None, True)
    m, c, _ = lead
    a.sign(c)
    if a.trend(m) >= 0:
        return Summability(a, g, False, "its terms do not tend to 0", (m, c), True)
    if summable(a, m):
        return Summability(a, g, True, f"its terms are of the order {shown_order(m, 'k')}", (m, c), True)
    if walk.oscillates:
        raise Unproved("an alternating series whose terms are not known to fall in the end")
    return Summability(a, g, True, "its terms alternate, and fall to 0 in the end", (m, c), True)


def _one_signed(walk: Expansion, e: Any) -> Summability:
    a, g = walk.algebra, walk.growth(e)
    terms = [m for m, c in g.terms.items() if not a.zero(c)]
    try:
        bounded = all(summable(a, m) for m in (*terms, *g.errors))
    except Unsettled:
        bounded = False
    lead = None
    if terms:
        try:
            lead = a.leading(g)
        except (Coarse, Unsettled):
            if not bounded:
                raise
    if lead is None:
        if not bounded:
            raise Coarse("nothing is known of the terms but a bound that is not summable")
        what = "all terms are 0 in the end" if not g.errors else "its terms are bounded by those of a convergent series"
        return Summability(a, g, True, what, None)
    m, c, _ = lead
    why = f"its terms are of the order {shown_order(m, 'k')}"
    if bounded or summable(a, m):
        return Summability(a, g, True, why, (m, c))
    a.sign(c)
    return Summability(a, g, False, f"{why}, and of one sign in the end", (m, c))


# ---------------------------------------------------------------------- for readers
def order_expression(m: Order, t: Any) -> Any:
    """An order as an expression of the language."""
    with x.as_written():
        factors, exponents = [], []
        for k, c in m.grows:
            base = _base(c) if k == T else None
            if base is None:
                exponents.append(_times(expression(c), order_expression(k, t)))
            else:
                factors.append(sp.Pow(expression(base[0]), _times(expression(number(base[1])), t)))
        if exponents:
            factors.append(sp.exp(exponents[0] if len(exponents) == 1 else sp.Add(*exponents)))
        logs = (t, sp.log(t), sp.log(sp.log(t)))
        factors += [_power(b, expression(p)) for b, p in zip(logs, m.powers, strict=True) if p.terms]
        return sp.Integer(1) if not factors else factors[0] if len(factors) == 1 else sp.Mul(*factors)


def _base(c: Poly) -> tuple[Poly, fmpq] | None:
    """c = q·log P as (P, q), so that e^{ct} can be shown as P^{qt}."""
    if len(c.terms) == 1 and len(c.terms[0][0].powers) == 1:
        a, e = c.terms[0][0].powers[0]
        if a.kind == "log" and e == 1:
            return a.args[0], c.terms[0][1]
    return None


def tidied(engine: Engine, p: Poly) -> Poly:
    """The polynomial as a product of its factors, where that is shorter."""
    if len(p.terms) < 2:
        return p
    coef, atoms = engine.factored(p)
    product = Poly({Mono(atoms): coef}) if coef != 0 else Poly({})
    return product if len(product.key) < len(p.key) else p


def _power(base: Any, p: Any) -> Any:
    return base if p == 1 else sp.Pow(base, p)


def _times(c: Any, e: Any) -> Any:
    return e if c == 1 else c if e == 1 else sp.Mul(c, e)


def shown_order(m: Order, name: str) -> str:
    return text(order_expression(m, sp.Symbol(name)))


def growth_formula(a: Algebra, g: Growth, t: Any, most: int = 3) -> tuple[str, str]:
    """The largest terms and what is left out, as LaTeX and as text."""
    terms = [m for m, c in g.terms.items() if not a.zero(c)]
    kept: list[Order] = []
    try:
        while terms and len(kept) < most:
            kept.append(a.largest(terms))
            terms.remove(kept[-1])
        beyond = [a.largest(terms)] if terms else []
    except Unproved:
        kept, beyond = list(g.terms)[:most], []
    beyond += [e for e in g.errors if not any(a.within(e, b) for b in beyond)]
    with x.as_written():
        parts = [_times(expression(tidied(a.engine, g.terms[m])), order_expression(m, t)) for m in kept]
        whole = sp.Integer(0) if not parts else parts[0] if len(parts) == 1 else sp.Add(*parts)
    errors = [order_expression(m, t) for m in beyond[:2]]
    out_latex = latex(whole) + "".join(f" + O({latex(e)})" for e in errors)
    return out_latex, text(whole) + "".join(f" + O({text(e)})" for e in errors)
