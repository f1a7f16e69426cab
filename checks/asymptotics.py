"""Limits and series at one point: what the algebra of growth proves there, confirmed by balls ever further out.

At a point every parameter is an exact number, so that every sign can be settled by a ball. A limit is refuted where
the algebra proves another one; the numbers far out must bear that out, or nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Any

import sympy as sp
from flint import arb

from ..spec.language import expressions as x
from ..spec.language.claims import unfold
from ..spec.language.printing import text
from ..spec.language.statements import Converges, Diverges, Limit, Statement
from ..spec.language.tending import infinity
from .ball_arithmetic import Balls, Dual, ball, precision, shown
from .evaluate import Evaluation, Undecided, Undefined, Unsupported
from .prover.behaviour import Summability, behaviour, engine_for, order_expression, summability
from .prover.context import Context
from .prover.derivative import derivative
from .prover.engine import Engine, Infinite, Unproved
from .prover.orders import value_of_number
from .prover.signs import minus
from .prover.terms import Poly, opened
from .prover.translate import normal
from .sampling import Point

LADDERS = ((10**2, 10**4, 10**8, 10**16), (8, 32, 128, 512), (4, 8, 16, 32))
BITS = (160, 640, 2560)
NEGLIGIBLE = arb(2) ** -40
FIRST_TERMS = 24
NO_VALUE = "no value here"
TRUSTED = ("the algebra of growth: orders e^…·tᵃ·(log t)ᵇ, and the first terms of exp, log(1 + ε) and (1 + ε)ᵖ",)
INTEGRAL_TEST = "the integral test against 1/k, 1/(k log k) and 1/(k log k log log k)"
LEIBNIZ = "Leibniz' test; what is made of exponentials, logarithms and arithmetic is monotone in the end (Hardy)"
CANNOT = (Unproved, Infinite, Unsupported, Undecided, OverflowError)


@dataclass(frozen=True)
class Tail:
    """What one point says of a limit or a series. at: the argument far out; outcome: agrees, refuted or undecided."""

    outcome: str
    left: str = ""
    relation: str = ""
    right: str = ""
    note: str = ""
    at: Mapping[str, Any] = field(default_factory=dict)


def examine(statement: Limit | Converges | Diverges, point: Point) -> Tail:
    """Agrees where the algebra proves the statement at this point and balls confirm it, refuted where it is false."""
    names = {s.name for e in statement.expressions() for s in e.free_symbols}
    if isinstance(statement, Limit):
        names.discard(statement.variable.name)
    values = {n: point[n] for n in sorted(names) if n in point}
    if not all(isinstance(v, (int, Fraction, dict)) for v in values.values()):
        return Tail("undecided", note="a limit with something random or unspecified")
    return _examined(statement, tuple((n, _frozen(v)) for n, v in values.items()))


def trusted(statement: Statement) -> tuple[str, ...]:
    """On what the answer at a point rests, beyond the balls themselves."""
    match statement:
        case Limit():
            return TRUSTED
        case Converges() | Diverges():
            return (*TRUSTED, INTEGRAL_TEST, LEIBNIZ)
    return ()


def _frozen(value: Any) -> Any:
    return tuple(sorted(value.items())) if isinstance(value, dict) else value


@lru_cache(maxsize=4096)
def _examined(statement: Any, frozen: tuple[tuple[str, Any], ...]) -> Tail:
    point = {n: dict(v) if isinstance(v, tuple) else v for n, v in frozen}
    try:
        with x.as_written():
            return _limit(statement, point) if isinstance(statement, Limit) else _series(statement, point)
    except Undefined as reason:
        return Tail("undecided", note=f"{NO_VALUE}: {reason}")
    except CANNOT as reason:
        return Tail("undecided", note=str(reason))


# ---------------------------------------------------------------------- limits
def far_out(s: Limit, taken: Iterable[str]) -> tuple[Any, sp.Symbol]:
    """The expression in a variable that tends to ∞: x itself, −t for x → −∞, a + 1/t for x → a from above."""
    e = plain(s.expr)
    if s.to == sp.oo:
        return e, s.variable
    t = sp.Symbol(unused("tusr", taken), real=True)
    with x.as_written():
        if s.to == -sp.oo:
            return x.substitute(e, {s.variable: -t}), t
        near = sp.Pow(t, sp.Integer(-1))
        return x.substitute(e, {s.variable: near if s.to == 0 else s.to + near}), t


def unused(letters: str, taken: Iterable[str]) -> str:
    """The first of these letters that is not taken."""
    taken = set(taken)
    return next(n for n in (*letters, *(f"{letters[0]}_{i}" for i in range(1, len(taken) + 2))) if n not in taken)


def _limit(s: Limit, point: Point) -> Tail:
    with precision(BITS[0]):
        for e in (s.to, s.value):
            if not infinity(e):
                _value(e, point)  # it must have one
    to = s.to if infinity(s.to) else concrete(plain(s.to), point)
    here = Limit(concrete(plain(s.expr), point), s.variable, to, concrete(plain(s.value), point))
    try:
        return _along(s, here, point)
    except Unproved:
        if not (s.variable.is_integer and s.to == sp.oo):
            raise
    return _by_parity(s, here, point)


def _by_parity(s: Limit, here: Limit, point: Point) -> Tail:
    """The limit over the even and over the odd numbers: the sequence tends to what both tend to."""
    for what, shift in (("even", 0), ("odd", 1)):
        with x.as_written():
            among = x.substitute(here.expr, {s.variable: 2 * s.variable + shift})
        found = _along(s, Limit(among, s.variable, s.to, here.value), point, shift, f" over the {what} numbers")
        if found.outcome != "agrees":
            return found
    return Tail("agrees")


def _along(s: Limit, here: Limit, point: Point, shift: int = 0, over: str = "") -> Tail:
    """What is proved of the concrete statement, borne out by values of the original one."""
    e, t = far_out(here, [s.variable.name])
    engine = engine_for(Context(), t)
    found = behaviour(engine, e, t).limit
    stated = infinity(s.value) or normal(engine, here.value)
    same = _same(engine, found, stated)
    if same is None:
        return Tail("undecided", note="two limits that balls do not tell apart")
    where, value, fault = _confirmed(s, point, found, shift)
    if fault:
        return Tail("undecided", note=fault)
    if same:
        return Tail("agrees")
    v = s.variable.name
    note = f"the limit{over} is {_shown(found)}; at {v} = {where} the expression is {value}"
    return Tail("refuted", _shown(found), "=", _shown(stated), note, {v: where})


def _same(engine: Engine, found: Poly | int, stated: Poly | int) -> bool | None:
    if isinstance(found, int) or isinstance(stated, int):
        return isinstance(found, int) and isinstance(stated, int) and found == stated
    apart = engine.canon(opened(minus(found, stated)))
    if engine.is_zero(apart):
        return True
    with precision(BITS[0]):
        gap = value_of_number(apart)
    return False if gap > 0 or gap < 0 else None


def _shown(limit: Poly | int) -> str:
    if isinstance(limit, int):
        return "∞" if limit > 0 else "−∞"
    with precision(BITS[0]):
        q = limit.constant()
        return str(q) if q is not None else shown(value_of_number(limit))


class FarBalls(Balls):
    """Balls for arguments so large that exact powers would fill the memory."""

    def power(self, a: Any, n: int) -> Any:
        return super().power(a if isinstance(a, Dual) or n < 64 else ball(a), n)


def _confirmed(s: Limit, point: Point, found: Poly | int, shift: int) -> tuple[Any, str, str]:
    """(the last argument, the value there, why the numbers do not bear the limit out or nothing)."""
    reason = "no value far out"
    for steps in LADDERS[_loops(s.expr, s.variable) :]:
        for bits in BITS:
            with precision(bits):
                try:
                    arguments = [_argument(s, point, n + shift) for n in steps]
                    values = [ball(_value(s.expr, {**point, s.variable.name: a})) for a in arguments]
                    if not all(v.is_finite() for v in values):
                        reason = "no finite value far out"
                        break
                    verdict = _bears_out(values, found)
                except Undefined:
                    raise
                except (Undecided, Unsupported, OverflowError) as trouble:
                    reason = f"no value far out: {trouble}"
                    continue
                if verdict:
                    last = arguments[-1]
                    where = last if isinstance(last, int) else str(last) if isinstance(last, Fraction) else shown(last)
                    return where, shown(values[-1]), ""
                reason = "balls far out do not bear the limit out"
    return "", "", reason


def _loops(e: Any, v: sp.Symbol) -> int:
    """1 where some sum runs up to the variable, else 0: the first ladder to try."""
    ranges = [p for b in x.subexpressions(plain(e)) if isinstance(b, (x.Binder, x.Recurrence)) for p in _ends(b)]
    return int(any(v in p.free_symbols for p in ranges))


def _ends(b: Any) -> tuple[Any, ...]:
    return (b.upto,) if isinstance(b, x.Recurrence) else (b.low, b.high)


def _argument(s: Limit, point: Point, n: int) -> Any:
    direction = infinity(s.to)
    if direction:
        return direction * n
    a = Evaluation(point, FarBalls()).value(s.to)
    return Fraction(a) + Fraction(1, n) if isinstance(a, int) else FarBalls().add([a, Fraction(1, n)])


def _value(e: Any, point: Point) -> Any:
    return Evaluation(point, FarBalls()).value(e)


def _bears_out(values: list[arb], found: Poly | int) -> bool:
    """Whether the distances to the limit shrink without end in sight, or the values grow so."""
    if isinstance(found, int):
        up = [v * found for v in values]
        return all(b > a for a, b in pairwise(up)) and bool(up[-1] > 0)
    limit = value_of_number(found)
    gaps = [abs(v - limit) for v in values]
    small = [g < NEGLIGIBLE * (1 + abs(limit)) for g in gaps]
    falling = all(ok or b < a for a, b, ok in zip(gaps, gaps[1:], small[1:], strict=False))
    return falling and bool(small[-1] or gaps[-1] < gaps[-2] * arb("0.95"))


# ---------------------------------------------------------------------- series
def _series(s: Converges | Diverges, point: Point) -> Tail:
    k = sp.Symbol(unused("kijl", point), integer=True)
    terms = x.substitute(plain(s.terms.body), {s.terms.index: k})
    engine = engine_for(Context(), k)
    found = summability(engine, concrete(terms, point), k)
    fault = _terms_fault(terms, point, s.terms.low, k) or _orders_fault(terms, point, found, k)
    if fault:
        return Tail("undecided", note=fault)
    if found.converges == isinstance(s, Converges):
        return Tail("agrees")
    said = "finite" if isinstance(s, Converges) else "infinite"
    way = "converges" if found.converges else "diverges"
    return Tail("refuted", f"the sum of {text(terms)} over {k.name}", "is", said, f"the series {way}: {found.reason}")


def _terms_fault(terms: Any, point: Point, low: Any, k: sp.Symbol) -> str:
    """Why the first terms have no values, or nothing."""
    with precision(BITS[0]):
        for i in range(int(low), int(low) + FIRST_TERMS):
            try:
                _value(terms, {**point, k.name: i})
            except Undefined as reason:
                return f"{NO_VALUE}: the term for {k.name} = {i} is undefined, {reason}"
    return ""


def _orders_fault(terms: Any, point: Point, found: Summability, k: sp.Symbol) -> str:
    """Why the terms far out do not bear out what was found, or nothing."""
    steps = LADDERS[_loops(terms, k)]
    with precision(BITS[1]):
        sizes = [abs(ball(_value(terms, {**point, k.name: n}))) for n in steps]
        if not all(v.is_finite() for v in sizes):
            return "no finite terms far out"
        if found.leading is None:
            return "" if sizes[-1] < NEGLIGIBLE or sizes[-1] < sizes[0] else "the terms do not fall far out"
        order, c = found.leading
        scale = [abs(value_of_number(c)) * abs(ball(_value(order_expression(order, k), {k.name: n}))) for n in steps]
        gaps = [abs(v / w - 1) for v, w in zip(sizes, scale, strict=True)]
        close = gaps[-1] < NEGLIGIBLE or (gaps[-1] < gaps[-2] and gaps[-1] < arb("0.5"))
        return "" if close else "the terms far out are not of the order that was found"


# ---------------------------------------------------------------------- expressions
def plain(e: Any) -> Any:
    """The expression without definitions and with its derivatives taken."""
    if isinstance(e, x.Named):
        return plain(unfold(e))
    if isinstance(e, x.Derivative):
        return plain(derivative(plain(e.args[0]), e.args[1]))
    if not e.args or not e.has(x.Named, x.Derivative):
        return e
    with x.as_written():
        return e.func(*[plain(a) for a in e.args])


def concrete(e: Any, point: Point) -> Any:
    """A plain expression with the numbers of the point in place of parameters, and its sums written out."""
    if isinstance(e, sp.Symbol):
        value = point.get(e.name) if not isinstance(e, x.Bound) else None
        return e if value is None else sp.Rational(Fraction(value).numerator, Fraction(value).denominator)
    match e:
        case x.Entry():
            return _entry(e.array, [concrete(i, point) for i in e.indices], point)
        case x.Total() | x.Product() | x.Largest():
            return _written_out(e, point)
        case x.ByValue():
            selector = concrete(e.selector, point)
            return concrete(next(v for key, v in e.branches if key == selector), point)
        case x.delta():
            i, j = (_whole(concrete(a, point)) for a in e.args)
            if i is None or j is None:
                raise Unsupported("δ of an index that is no number")
            return sp.Integer(int(i == j))
        case x.Recurrence() | x.Family():
            return e.func(*[a if isinstance(a, x.Bound) else concrete(a, point) for a in e.args])
        case x.Array() | x.Expectation() | x.Moment() | x.Application():
            raise Unsupported(f"the limit of {type(e).__name__}")
    return e.func(*[concrete(a, point) for a in e.args]) if e.args else e


def _whole(e: Any) -> int | None:
    """The integer that an expression without symbols is."""
    value = None if e.free_symbols else Evaluation({}, Balls()).value(e)
    return int(value) if value is not None and value == int(value) else None


def _entry(array: Any, indices: list[Any], point: Point) -> Any:
    places = [_whole(i) for i in indices]
    if None in places:
        raise Unsupported("an entry whose index is no number")
    if isinstance(array, x.Family):
        return concrete(array[places[0]], point)
    value = Fraction(point[array.name][tuple(places)])
    return sp.Rational(value.numerator, value.denominator)


def _written_out(e: Any, point: Point) -> Any:
    low, high = concrete(e.low, point), concrete(e.high, point)
    ends = _whole(low), _whole(high)
    if ends[0] is None or ends[1] is None:
        return e.func(concrete(e.body, point), e.index, low, high)
    terms = [concrete(x.substitute(e.body, {e.index: sp.Integer(i)}), point) for i in range(ends[0], ends[1] + 1)]
    if isinstance(e, x.Largest):
        if not terms:
            raise Undefined("the largest of no numbers")
        out = terms[0]
        for value in terms[1:]:
            out = x.maximum(out, value)
        return out
    empty, join = (sp.Integer(0), sp.Add) if isinstance(e, x.Total) else (sp.Integer(1), sp.Mul)
    return empty if not terms else terms[0] if len(terms) == 1 else join(*terms)
