"""Signs that follow from the sorts by structure alone: what is surely positive, nonnegative, below one, an integer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flint import fmpq

from ...spec.language.sorts import NATURAL, SIZE, Domain
from .context import Context
from .distributions import mean_of_positive
from .joining import without_part
from .squares import is_sum_of_squares, without_variance
from .terms import Atom, Mono, Poly, minus, number, var

Local = dict[str, Domain]


class Signs:
    """Sound and incomplete: False means not known, never refuted."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self.local: Local = {}
        self.limits: dict[str, Poly] = {}
        self.corners: dict[tuple[Any, ...], bool] | None = None

    def domain(self, atom: Atom) -> Domain:
        name = atom.args[0]
        return self.local.get(name) or self.ctx.domain(name)

    def least(self, p: Poly, rounds: int = 4) -> fmpq | None:
        """A lower bound of an integer combination of natural variables, or None.

        A variable that is subtracted is replaced by its upper limit, an added one by its least value.
        """
        for m, c in p.terms:
            name = Poly({m: fmpq(1)}).variable()
            limit = self.upper(name) if name and c < 0 else None
            if limit is not None and rounds:
                rest = Poly({n: q for n, q in p.terms if n != m})
                return self.least(minus(rest, Poly({n: -c * q for n, q in limit.terms})), rounds - 1)
        total = fmpq(0)
        for m, c in p.terms:
            if not m.powers:
                total += c
                continue
            ((a, e), *rest) = m.powers
            low = self.domain(a).low if a.kind == "var" else None
            if rest or e != 1 or c < 0 or low is None:
                return None
            total += c * low
        return total

    def upper(self, name: str) -> Poly | None:
        """The upper limit of an index, free or bound."""
        if name in self.limits:
            return self.limits[name]
        return self.ctx.ranges[name][1] if name in self.ctx.ranges else None

    def nonempty(self, lo: Poly, hi: Poly) -> bool:
        """The range from lo to hi surely has a member."""
        least = self.least(minus(hi, lo))
        return least is not None and least >= 0

    def possible(self, lo: Poly, hi: Poly) -> bool:
        """hi ≥ lo − 1: the sum from lo to hi has its usual meaning."""
        least = self.least(minus(hi, lo))
        return least is not None and least >= -1

    def positive(self, a: Atom) -> bool:
        match a.kind:
            case "exp" | "e" | "prime" | "pi":
                return True
            case "var" | "entry":
                d = self.domain(a)
                return d.low is not None and (d.low > 0 or (d.low == 0 and d.open_low))
            case "sum":
                return all(self.nonempty(lo, hi) for _, lo, hi in a.args[0]) and self._inside(
                    a, lambda m: self.mono_positive(m) or mean_of_positive(self.ctx, a, self.positive)
                )
            case "base":
                return self.poly_positive(a.args[0])
            case "log":
                return self.poly_positive(minus(a.args[0], number(1)))
        return False

    def nonnegative(self, a: Atom) -> bool:
        if self.positive(a):
            return True
        match a.kind:
            case "var" | "entry":
                low = self.domain(a).low
                return low is not None and low >= 0
            case "sum":
                possible = all(self.possible(lo, hi) for _, lo, hi in a.args[0])
                return self.termwise_nonnegative(a) or (possible and is_sum_of_squares(self, a))
            case "delta":
                return True
            case "call":
                return a.args[0] == "abs"
            case "base":
                return self.poly_nonnegative(a.args[0])
            case "log":
                return self.poly_nonnegative(minus(a.args[0], number(1)))
        return False

    def termwise_nonnegative(self, a: Atom) -> bool:
        """Whether each term of a sum is surely at least 0, which is more than that the sum is."""
        return all(self.possible(lo, hi) for _, lo, hi in a.args[0]) and self._inside(a, self.mono_nonnegative)

    def _inside(self, a: Atom, test: object) -> bool:
        """A test of a sum's monomial, its indices known to be natural numbers."""
        before = self.local
        self.local = {**before}
        for v, lo, _ in a.args[0]:
            low = lo.constant()
            if low is not None and low >= 0:
                self.local[v] = SIZE if low >= 1 else NATURAL
        try:
            return test(a.args[1])  # type: ignore[operator]
        finally:
            self.local = before

    def mono_positive(self, m: Mono) -> bool:
        return all(self.positive(a) for a, _ in m.powers)

    def mono_nonnegative(self, m: Mono) -> bool:
        return self.mono_sign(m) == 1

    def mono_sign(self, m: Mono) -> int:
        """1 for surely ≥ 0, −1 for surely ≤ 0, 0 for not known."""
        out = 1
        for a, e in m.powers:
            even = e.q == 1 and int(e.p) % 2 == 0
            if self.positive(a) or (e > 0 and (even or self.nonnegative(a))):
                continue
            if a.kind == "log" and e == 1 and self.poly_nonnegative(minus(number(1), a.args[0])):
                out = -out
                continue
            return 0
        return out

    def poly_positive(self, p: Poly) -> bool:
        """A sum of nonnegative terms, one of them positive; or 1 − x with x below one."""
        if p.terms and all(c > 0 and self.mono_nonnegative(m) for m, c in p.terms):
            return any(self.mono_positive(m) for m, _ in p.terms)
        if self._apart_from_one(p, strict=True) or self._between(p, self.poly_positive):
            return True
        rest = without_variance(self, p) or without_part(self, p)
        if rest is not None:
            return self.poly_positive(rest)
        least = self.least(p) if self.integers(p) else None  # such as n − 1 for a dimension n
        return least is not None and least > 0

    def poly_nonnegative(self, p: Poly) -> bool:
        signs = [(c > 0, self.mono_sign(m)) for m, c in p.terms]
        if all(s == (1 if up else -1) for up, s in signs):
            return True
        if self._apart_from_one(p, strict=False) or self._between(p, self.poly_nonnegative):
            return True
        rest = without_variance(self, p) or without_part(self, p)
        if rest is not None:
            return self.poly_nonnegative(rest)
        least = self.least(p) if self.integers(p) else None
        return least is not None and least >= 0

    def _between(self, p: Poly, test: Callable[[Poly], bool]) -> bool:
        """x·A + (1 − x)·B for x in [0, 1]: both ends pass the test, whatever A and B have to do with x."""
        lowering = {a for m, c in p.terms if c < 0 for a, e in m.powers if a.kind in ("var", "entry") and e == 1}
        for x in sorted(lowering, key=lambda a: (a.kind != "var", a.key)):
            d = self.domain(x)
            if d.low != 0 or d.high != 1 or d.values:
                continue
            ends: tuple[dict[Mono, fmpq], dict[Mono, fmpq]] = ({}, {})
            for m, c in p.terms:
                powers = dict(m.powers)
                e = powers.pop(x, fmpq(0))
                rest = Mono(powers)
                if e not in (0, 1):
                    break
                ends[1][rest] = ends[1].get(rest, fmpq(0)) + c
                if e == 0:
                    ends[0][rest] = ends[0].get(rest, fmpq(0)) + c
            else:
                if len(ends[0]) < len(p.terms) and all(self._once(test, Poly(e)) for e in ends):
                    return True
        return False

    def _once(self, test: Callable[[Poly], bool], p: Poly) -> bool:
        """The test, remembered while the corners of one cube are looked at: many ways lead to each of them."""
        outermost, self.corners = self.corners is None, self.corners if self.corners is not None else {}
        key = (test.__name__, p.key, *((v, self.local[v].low) for v in sorted(p.free) if v in self.local))
        try:
            if key not in self.corners:
                self.corners[key] = test(p)
            return self.corners[key]
        finally:
            if outermost:
                self.corners = None

    def _apart_from_one(self, p: Poly, strict: bool) -> bool:
        """a − c·m with 0 < c ≤ a and m in [0, 1], or c·m − a with 0 < a ≤ c and m ≥ 1; m apart from 1 where strict."""
        constant = [c for m, c in p.terms if not m.powers]
        rest = [(m, c) for m, c in p.terms if m.powers]
        if len(constant) != 1 or len(rest) != 1:
            return False
        m, c = rest[0]
        if constant[0] > 0:
            return 0 < -c <= constant[0] and self.below_one(m, strict)
        inverse = Mono([(a, -e) for a, e in m.powers])
        return c >= -constant[0] and self.mono_positive(m) and self.below_one(inverse, strict)

    def below_one(self, m: Mono, strict: bool) -> bool:
        """Every factor in [0, 1] with a positive exponent, and where strict at least one below 1."""
        below = [self._factor_below(a, e) for a, e in m.powers]
        return all(below) and (not strict or "strict" in below)

    def _factor_below(self, a: Atom, e: fmpq) -> str:
        if a.kind in ("var", "entry"):
            d = self.domain(a)
            if e > 0 and d.low is not None and d.low >= 0 and d.high is not None and d.high <= 1:
                return "strict" if d.open_high or d.high < 1 else "at most"
        if a.kind in ("e", "prime") and e < 0:
            return "strict"
        if a.kind == "exp" and e < 0 and self.mono_positive(a.args[0]):
            return "strict"
        if a.kind == "exp" and e < 0 and self.mono_nonnegative(a.args[0]):
            return "at most"
        if a.kind == "sum" and e > 0:
            return self._average_below(a)
        if a.kind == "exp":  # x^(t/…): the exponent is log x times something nonnegative
            logs = [(b, k) for b, k in a.args[0].powers if b.kind == "log"]
            others = [(b, k) for b, k in a.args[0].powers if b.kind != "log"]
            if e > 0 and len(logs) == 1 and logs[0][1] == 1 and all(self.nonnegative(b) for b, k in others if k > 0):
                inner = logs[0][0].args[0]
                if len(inner.terms) == 1 and inner.terms[0][1] <= 1 and all(k > 0 for _, k in others):
                    strict = self.below_one(inner.terms[0][0], True) and all(self.positive(b) for b, _ in others)
                    return "strict" if strict else "at most" if self.below_one(inner.terms[0][0], False) else ""
        return ""

    def _average_below(self, a: Atom) -> str:
        """Σₖ pₖ xₖ with nonnegative weights that sum to one is at most 1, or below 1, where every xₖ is."""
        if len(a.args[0]) != 1:
            return ""
        (v, lo, hi) = a.args[0][0]
        for b, e in a.args[1].powers:
            weight = b.kind == "entry" and e == 1 and b.args[1:] == (var(v),) and self.nonnegative(b)
            if weight and lo == number(1) and self.ctx.sums_to_one.get(b.args[0]) == hi:
                rest = Mono([(c, k) for c, k in a.args[1].powers if c != b])
                return next(
                    (w for strict, w in ((True, "strict"), (False, "at most")) if self.below_one(rest, strict)), ""
                )
        return ""

    def integer(self, a: Atom, e: fmpq) -> bool:
        """The power is surely an integer: a size, an index or a natural number to a natural power."""
        return a.kind == "var" and e.q == 1 and e > 0 and self.domain(a).integer

    def integers(self, p: Poly) -> bool:
        """The polynomial surely takes integer values: whole coefficients before products of integers."""
        return all(c.q == 1 and all(self.integer(a, e) for a, e in m.powers) for m, c in p.terms)

    def nonzero(self, a: Atom) -> bool:
        if self.positive(a):
            return True
        if a.kind in ("var", "entry"):
            d = self.domain(a)
            return bool(d.values) and 0 not in d.values
        return False
