"""How accurate a floating-point result must be: the textbook formula, in balls that widen as the format would.

Inputs and hyper-parameters widen by u|x|, every operation and partial sum by u|v| + η: u = 2⁻ᵖ for p significant bits,
η the smallest normal number, so that a machine may flush what lies below to zero. The radius R of the result is what
the format itself costs a careful implementation: its error budget. No function has a tolerance of its own.

A ball is unbounded where the format promises nothing: past its largest number, where a divisor or the argument of a
logarithm may be zero, and wherever such a ball goes. An unbounded ball is Arb's NaN; it spreads, and never raises.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

from flint import arb

from ..spec.language import expressions as x
from ..spec.language.claims import Definition
from .ball_arithmetic import MINUS_INFINITY, Balls, ball, precision, rational
from .evaluate import Environment, Evaluation, Undecided, Undefined, Unsupported

UNBOUNDED = arb.nan()
WORKING_BITS = 128  # the midpoints' own rounding must drown in the radii: u is never below 2⁻⁵³
EXACT_BITS = (200, 500, 2000)
SMALLER = 2.0**-20  # an exact value is known when its ball is this much smaller than the budget
CORRECT = 4  # units of the budget
LOSABLE = 0.4  # of the format's bits may be lost before a result counts as wrong


@dataclass(frozen=True)
class Format:
    """A binary floating-point format: significant bits p, smallest normal number η, largest number.

    A `factor` gives away a part of the range, for code that multiplies and divides in another order than the formula.

    >>> FLOAT16.u, FLOAT16.eta, FLOAT16.largest
    (0.00048828125, 6.103515625e-05, 65504.0)
    """

    name: str
    bits: int
    eta: float
    largest: float
    factor: float = math.inf  # the largest operand or result of a product or quotient

    @property
    def u(self) -> float:
        """The unit roundoff 2⁻ᵖ: half the gap between 1 and the next number."""
        return 2.0**-self.bits


FLOAT64 = Format("float64", 53, 2.0**-1022, (2 - 2.0**-52) * 2.0**1023)
FLOAT32 = Format("float32", 24, 2.0**-126, (2 - 2.0**-23) * 2.0**127)
FLOAT16 = Format("float16", 11, 2.0**-14, (2 - 2.0**-10) * 2.0**15)
BFLOAT16 = Format("bfloat16", 8, 2.0**-126, (2 - 2.0**-7) * 2.0**127)
FORMATS: Mapping[str, Format] = {f.name: f for f in (FLOAT64, FLOAT32, FLOAT16, BFLOAT16)}


class FormatBalls:
    """The arithmetic of one format for `Evaluation`. Integers (sizes, indices, counts) are exact constants.

    A branch (`where_nonnegative`) goes by the midpoint, so on an input it goes by its exact value. An input
    may be −∞, exactly: a maximum ignores it, and its exponential is 0.

    >>> k = FormatBalls(FLOAT16)
    >>> k.variable(Fraction(3)).rad() >= 3 * FLOAT16.u, k.mul(2, 3).rad() >= 6 * FLOAT16.u
    (True, True)
    >>> k.div(1, k.add([1, -1])), k.mul(k.variable(Fraction(60000)), 2)
    (nan, nan)
    """

    def __init__(self, fmt: Format) -> None:
        self.format = fmt

    def _rounded(self, v: arb) -> arb:
        if not v.is_finite():
            return UNBOUNDED
        size = float(v.abs_upper())
        if size > self.format.largest:
            return UNBOUNDED
        return v + arb(0, self.format.u * size + self.format.eta)

    def exact(self, q: Fraction) -> arb:
        return arb(rational(q)) if _dyadic(q) else self.variable(q)

    def variable(self, value: Any) -> arb:
        v = ball(value)
        if isinstance(value, int) or _lowest(v):
            return v
        return v + arb(0, abs(v) * self.format.u) if float(v.abs_upper()) <= self.format.largest else UNBOUNDED

    def pi(self) -> arb:
        v = arb.pi()
        return v + arb(0, v * self.format.u)

    def add(self, terms: list[Any]) -> Any:
        """The partial sums in order; a sum of integers stays one, and adding the integer 0 costs nothing."""
        out = terms[0]
        for t in terms[1:]:
            if isinstance(out, int) and (isinstance(t, int) or out == 0):
                out = out + t if isinstance(t, int) else t
            elif not (isinstance(t, int) and t == 0):
                found = arb(out) + t
                out = found if _lowest(found) else self._rounded(found)
        return out

    def neg(self, a: Any) -> Any:
        return -a

    def mul(self, a: Any, b: Any) -> arb:
        return self._composed(arb(a) * b, a, b)

    def _composed(self, result: arb, *parts: Any) -> arb:
        """A product or quotient; of rounded numbers none may be so large that another order could overflow."""
        sizes = [arb(v) for v in parts]
        if not any(v.is_exact() for v in sizes):
            if any(float(v.abs_upper()) > self.format.factor for v in (*sizes, result)):
                return UNBOUNDED
        return self._rounded(result)

    def div(self, a: Any, b: Any) -> Any:
        """The quotient; where 0 is divided, or one integer by another and nothing is left, it is exact."""
        below = arb(b)
        if below.contains(0):
            return UNBOUNDED
        if isinstance(a, int) and isinstance(b, int) and a % b == 0:
            return a // b
        above = arb(a)
        return above if above.is_zero() else self._composed(above / below, a, b)

    def power(self, a: Any, n: int) -> arb:
        return a if n == 1 else self._composed(_power(arb(a), n), a)

    def real_power(self, a: Any, b: Any) -> arb:
        if a == 0 and b > 0:
            return arb(0)
        return self._rounded((arb(a).log() * b).exp())

    def function(self, name: str, a: Any) -> Any:
        v = arb(a)
        match name:
            case "exp" if _lowest(v):
                return 0
            case "Abs":
                return abs(v)
            case "signum":
                return arb(v.mid()).sgn()
            case "sqrt":
                return self._rounded(_root(v))
        return self._rounded(getattr(v, name)())

    def xlogy(self, a: Any, b: Any) -> arb:
        return self.mul(a, self.function("log", b))

    def largest(self, values: list[Any]) -> Any:
        values = [v for v in values if not _lowest(v)]
        if not values or any(not arb(v).is_finite() for v in values):
            return UNBOUNDED
        best = values[0]
        for v in values[1:]:
            best = max(best, v) if isinstance(best, int) and isinstance(v, int) else arb(best).max(arb(v))
        return best

    def floor(self, a: Any) -> Any:
        """An integer where the ball has one floor, else a ball around all that it has."""
        if not arb(a).is_finite():
            return UNBOUNDED
        low, high = arb(a).lower().floor(), arb(a).upper().floor()
        whole = low.unique_fmpz() if low == high else None
        return low.union(high) if whole is None else int(whole)

    def is_zero(self, a: Any) -> bool:
        return arb(a).is_zero()

    def is_nonnegative(self, a: Any) -> bool:
        """By the midpoint; an unbounded ball takes the first branch, in which it goes on as the argument."""
        return not arb(a).mid() < 0

    def derivative(self, evaluate: Callable[[Any], Any], at: Any) -> Any:
        raise Unsupported("a derivative has no budget; give its closed form")


def _lowest(v: Any) -> bool:
    """Whether this is −∞ and nothing else; a NaN is neither equal to it nor unequal."""
    return bool(arb(v) == MINUS_INFINITY)


def _dyadic(q: Fraction) -> bool:
    return q.denominator & (q.denominator - 1) == 0


def _power(v: arb, n: int) -> arb:
    """vⁿ; Arb's own power goes by the logarithm, which a ball around 0 does not have."""
    if n and v.contains(0):
        return arb(0, v.abs_upper() ** n)
    return v**n


def _root(v: arb) -> arb:
    """The square root of the nonnegative part of a ball."""
    if v.lower() >= 0 or not v.upper() >= 0:
        return v.sqrt()
    top = v.upper().sqrt()
    return arb(top / 2, top / 2)


@dataclass(frozen=True)
class Components:
    """A definition ready for many evaluations: its free indices are bound, so that components share work."""

    stable: Any
    literal: Any
    indices: tuple[x.Bound, ...]
    sizes: tuple[str, ...]

    def shape(self, env: Environment) -> tuple[int, ...]:
        return tuple(env[n] for n in self.sizes)

    def values(self, env: Environment, numbers: Any, literal: bool = False) -> Callable[[tuple[int, ...]], Any]:
        """The value at an index (from 1) in the given arithmetic; what two components share is computed once."""
        at, body = Evaluation(env, numbers, stable=not literal), self.literal if literal else self.stable
        return lambda index: at.value(body, dict(zip(self.indices, index, strict=True)))


@cache
def components(definition: Definition) -> Components:
    """The components of a definition: its Index parameters, in order, are the axes of the result."""
    free = [v for v in definition.parameters if v.sort.kind == "index"]
    bodies = definition.stable_body, definition.body
    top = max(map(x.level, bodies))
    bound = {v.expr: x.Bound(v.name, top + 1 + i) for i, v in enumerate(free)}
    stable, literal = (x.substitute(e, bound, reopen=False) for e in bodies)
    return Components(stable, literal, tuple(bound.values()), tuple(v.sort.dims[0] for v in free))


@dataclass(frozen=True)
class Judgement:
    """One result against the truth. outcome: correct, inaccurate, wrong or undecided; units: its error in budgets."""

    outcome: str
    expected: str = ""
    units: float = 0.0
    note: str = ""

    @property
    def lost_bits(self) -> float:
        """log₂(error / R) where the error is more than `CORRECT` budgets, else 0."""
        return math.log2(self.units) if CORRECT < self.units < math.inf else 0.0


def _infinite(value: arb) -> bool:
    """Certainly +∞ or −∞; for Arb this is an infinite midpoint with a finite radius, and [−∞, ∞] is none."""
    return not value.is_finite() and value.rad().is_finite() and not value.is_nan()


def _entries(value: Any) -> Iterable[Any]:
    return value.values() if isinstance(value, Mapping) else (value,)


class Reference:
    """A definition at one point of a format: exact values and error budgets of its components.

    env maps dimensions to integers, scalars to exact rationals and arrays to {(i, …): rational}.
    """

    def __init__(self, definition: Definition | Components, env: Environment, fmt: Format) -> None:
        self.format = fmt
        self.components = definition if isinstance(definition, Components) else components(definition)
        self.env = env
        self._balls = self.components.values(env, FormatBalls(fmt))
        self._exact: dict[tuple[int, bool], Callable[[tuple[int, ...]], Any]] = {}
        domains = () if isinstance(definition, Components) else definition.stable_domains.items()
        self._stable_holds = all(v in domain for name, domain in domains for v in _entries(env[name]))

    @property
    def shape(self) -> tuple[int, ...]:
        return self.components.shape(self.env)

    def ball(self, index: tuple[int, ...] = ()) -> arb:
        """All that the format may make of the value; NaN where that is unbounded."""
        with precision(WORKING_BITS):
            return ball(self._balls(index))

    def exact(self, index: tuple[int, ...] = (), budget: float = math.inf) -> arb | None:
        """The value: infinite, or in a ball much smaller than the budget. None where there is none or it stays open."""
        for bits in EXACT_BITS:
            with precision(bits):
                try:
                    value = ball(self._value(bits, index))
                except Undecided:
                    continue
                except (Undefined, Unsupported):
                    return None
            if _infinite(value) or (value.is_finite() and value.rad() <= budget * SMALLER):
                return value
        return None

    def _value(self, bits: int, index: tuple[int, ...]) -> Any:
        """By the stable formula where it is proved to be the definition, elsewhere (q = 0 in p/q) by the definition."""
        if self._stable_holds:
            try:
                return self._evaluator(bits, False)(index)
            except Undefined:
                pass
        return self._evaluator(bits, True)(index)

    def _evaluator(self, bits: int, literal: bool) -> Callable[[tuple[int, ...]], Any]:
        if (bits, literal) not in self._exact:
            self._exact[bits, literal] = self.components.values(self.env, Balls(), literal)
        return self._exact[bits, literal]

    def judge(self, got: float, index: tuple[int, ...] = ()) -> Judgement:
        """Whether a result is what careful code in this format may return."""
        allowed = self.ball(index)
        budget = float(allowed.rad()) if allowed.is_finite() else math.inf
        value = self.exact(index, budget)
        if value is None:
            return Judgement("undecided", note="no value, or none that the highest precision settles")
        if _infinite(value):
            same = got == float(value)
            return Judgement(
                "correct" if same else "wrong", str(float(value)), 0.0 if same else math.inf, "the value is infinite"
            )
        expected = value.str(12, radius=False)
        if budget == math.inf:
            return Judgement("undecided", expected, note="the budget is unbounded")
        if not allowed.overlaps(value):  # a branch on an unbounded ball went the other way
            return Judgement("undecided", expected, note="the budget does not reach the value")
        if not math.isfinite(got):
            return Judgement("wrong", expected, math.inf, "not finite, though no step on the way need overflow")
        return self._measured(got, value, budget, expected)

    def _measured(self, got: float, value: arb, budget: float, expected: str) -> Judgement:
        with precision(EXACT_BITS[-1]):
            error = float((got - value).abs_upper())
        units = error / budget if budget else (math.inf if error else 0.0)
        outcome = (
            "correct" if units <= CORRECT else "inaccurate" if units <= 2 ** (LOSABLE * self.format.bits) else "wrong"
        )
        return Judgement(outcome, expected, units)


def budget(definition: Definition, env: Environment, fmt: Format, index: tuple[int, ...] = ()) -> float | None:
    """The error budget R of a definition at one point, None where it is unbounded.

    >>> from ..spec.logistic import sigmoid
    >>> 1 < budget(sigmoid, {"x": Fraction(0)}, FLOAT64) / (FLOAT64.u * 0.5) < 4
    True
    """
    allowed = Reference(definition, env, fmt).ball(index)
    return float(allowed.rad()) if allowed.is_finite() else None
