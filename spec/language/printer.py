"""The walk that both written forms share: precedence, order as written, and names of bound indices that never clash."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

import sympy as sp

from . import expressions as x
from .statements import (
    All,
    AtLeast,
    AtMost,
    Converges,
    Determines,
    Diverges,
    Equals,
    Identical,
    Iff,
    Less,
    Limit,
    SameMinimiser,
    Statement,
)

SUM, PRODUCT, POWER, ATOM = 1, 2, 3, 4
GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "eta": "η", "theta": "θ", "lambda": "λ",
    "lam": "λ",    "mu": "μ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ", "psi": "ψ", "omega": "ω", "ell": "ℓ",
}  # fmt: skip
_SPARE = "klrsuvabc"


def is_negative(term: Any) -> bool:
    return bool((term.is_Number and term < 0) or (isinstance(term, sp.Mul) and term.args and is_negative(term.args[0])))


def negated(term: Any) -> Any:
    if term.is_Number:
        return -term
    head, *rest = term.args
    with x.as_written():
        kept = rest if head == -1 else [negated(head), *rest]
        return kept[0] if len(kept) == 1 else sp.Mul(*kept)


def fraction(term: sp.Mul) -> tuple[list[Any], list[Any]]:
    """Numerator and denominator factors of a product, as written."""
    above: list[Any] = []
    below: list[Any] = []
    for f in term.args:
        if isinstance(f, sp.Mul) and not is_negative(f) and not fraction(f)[1]:
            above += fraction(f)[0]
        elif isinstance(f, sp.Pow) and f.exp.is_Rational and f.exp < 0:
            with x.as_written():
                below.append(f.base if f.exp == -1 else sp.Pow(f.base, -f.exp))
        elif f.is_Rational and not f.is_Integer:
            above, below = above + ([sp.Integer(f.p)] if f.p != 1 else []), [*below, sp.Integer(f.q)]
        else:
            above.append(f)
    return above, below


def open_ended(e: Any, inline: bool) -> bool:
    """Whether what follows the printed form would look like a part of it: the body of a sum, or what a log is of."""
    if isinstance(e, sp.Mul) and inline and not is_negative(e):
        _, below = fraction(e)
        return len(below) == 1 and open_ended(below[0], inline)
    return isinstance(e, (x.Binder, x.xlogy, x.Derivative, sp.log)) and not isinstance(e, x.Family)


class Printer(ABC):
    """The walk that both styles share: precedence, order as written, and names of bound indices that never clash."""

    minus: str
    times: str
    le: str
    ge: str
    iff: str
    inline: bool  # fractions stand on one line, so what follows one must not look like part of its denominator

    @abstractmethod
    def parens(self, s: str) -> str: ...
    @abstractmethod
    def words(self, s: str) -> str: ...
    @abstractmethod
    def number(self, e: Any) -> str: ...
    @abstractmethod
    def constant(self, e: Any) -> str: ...
    @abstractmethod
    def symbol(self, name: str) -> str: ...
    @abstractmethod
    def ratio(self, above: list[Any], below: list[Any]) -> str: ...
    @abstractmethod
    def exponential(self, arg: Any) -> str: ...
    @abstractmethod
    def power(self, e: Any) -> tuple[int, str]: ...
    @abstractmethod
    def call(self, name: str, arg: Any) -> str: ...
    @abstractmethod
    def binder(self, e: Any) -> str: ...
    @abstractmethod
    def named(self, e: x.Named) -> tuple[int, str]: ...
    @abstractmethod
    def argmin(self, over: Any) -> str: ...
    @abstractmethod
    def limit(self, variable: Any, to: Any) -> str: ...
    @abstractmethod
    def special(self, e: Any) -> tuple[int, str]: ...

    def __init__(self, what: Any) -> None:
        parts = what.expressions() if isinstance(what, Statement) else (what,)
        self.used = {s.name for p in parts for s in p.free_symbols if not isinstance(s, x.Bound)}
        self.names: dict[Any, str] = {}

    def show(self, e: Any, above: int) -> str:
        own, out = self.node(e)
        return self.parens(out) if own < above else out

    def node(self, e: Any) -> tuple[int, str]:
        if isinstance(e, sp.Add):
            return SUM, self.sum(e)
        if isinstance(e, sp.Mul):
            return (SUM if is_negative(e) else PRODUCT), self.product(e)
        if isinstance(e, sp.exp):
            return POWER, self.exponential(e.args[0])
        if isinstance(e, sp.Pow):
            return self.power(e)
        if e.is_Rational:
            return (SUM if e < 0 else ATOM if e.is_Integer else PRODUCT), self.number(e)
        if isinstance(e, sp.Symbol):
            return ATOM, self.symbol(self.names[e] if e in self.names else str(e.name))
        if isinstance(e, x.Named):
            return self.named(e)
        if isinstance(e, x.xlogy):
            weight = "" if e.args[0] == 1 else f"{self.show(e.args[0], PRODUCT)} "
            return PRODUCT, weight + self.call("log", e.args[1])
        if isinstance(e, x.Binder):
            return PRODUCT if not isinstance(e, x.Family) else ATOM, self.binder(e)
        if e is sp.pi:
            return ATOM, self.symbol("pi")
        if isinstance(e, sp.NumberSymbol | sp.core.numbers.Infinity | sp.core.numbers.NegativeInfinity):
            return ATOM, self.constant(e)
        return self.special(e)

    def sum(self, e: sp.Add) -> str:
        out = ""
        for term in e.args:
            minus = is_negative(term)
            shown = self.show(negated(term) if minus else term, PRODUCT if minus else SUM)
            out += (
                f" {self.minus} {shown}"
                if minus and out
                else f"{self.minus}{shown}"
                if minus
                else f" + {shown}"
                if out
                else shown
            )
        return out

    def product(self, e: sp.Mul) -> str:
        if is_negative(e):
            return self.minus + self.show(negated(e), PRODUCT)
        above, below = fraction(e)
        apart = below and not (self.inline and any(open_ended(f, True) for f in below))
        big = [f for f in above if isinstance(f, x.Binder) and not isinstance(f, x.Family)] if apart else []
        above = [f for f in above if not (f.is_Integer and f == 1)]
        head = [f for f in above if f not in big] if below else above
        out = self.ratio(head, below) if below else self.factors(head) or ("" if big else "1")
        tail = self.factors(big)
        return f"{out}{self.times}{tail}" if tail else out

    def factors(self, fs: list[Any]) -> str:
        shown = []
        for position, f in enumerate(fs):
            own, out = self.node(f)
            followed = position < len(fs) - 1 and own < ATOM and open_ended(f, self.inline)
            shown.append(self.parens(out) if own < PRODUCT or followed else out)
        return self.times.join(shown)

    def bind(self, *indices: Any) -> list[str]:
        for index in indices:
            taken = self.used | set(self.names.values())
            mine = self.names.get(index)
            name: str = next((c for c in (index.name, *_SPARE) if c not in taken or c == mine), index.name)
            self.names[index] = name
        return [self.symbol(self.names[i]) for i in indices]

    def statement(self, s: Statement) -> str:
        match s:
            case Equals(left, right) | Identical(left, right):
                return f"{self.show(left, 0)} = {self.show(right, 0)}"
            case All(parts):
                return self.words(" and ").join(self.statement(p) for p in parts)
            case Less(left, right):
                return f"{self.show(left, 0)} < {self.show(right, 0)}"
            case AtMost(left, right, equality) | AtLeast(left, right, equality):
                sign = self.le if isinstance(s, AtMost) else self.ge
                shown = f"{self.show(left, 0)} {sign} {self.show(right, 0)}"
                return shown + (
                    self.words(", with equality exactly when ") + self.statement(equality) if equality else ""
                )
            case Limit(expr, variable, to, value):
                return f"{self.limit(variable, to)} {self.show(expr, PRODUCT)} = {self.show(value, 0)}"
            case Converges(terms) | Diverges(terms):
                verb = " converges" if isinstance(s, Converges) else " diverges"
                return self.show(x.Total(*terms.args), 0) + self.words(verb)
            case Iff(left, right):
                return f"{self.statement(left)} {self.iff} {self.statement(right)}"
            case SameMinimiser(first, second, over):
                return f"{self.argmin(over)} {self.show(first, 0)} = {self.argmin(over)} {self.show(second, 0)}"
            case Determines(equation, unknown, value, for_all):
                whom = ", ".join(self.show(v, 0) for v in for_all)
                shown = f"{self.show(unknown, 0)} = {self.show(value, 0)}"
                return f"{self.parens(self.statement(equation) + self.words(' for all ') + whom)} {self.iff} {shown}"
        raise TypeError(f"no notation for {type(s).__name__}")
