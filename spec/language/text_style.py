"""Expressions and statements as one line of Unicode."""

from __future__ import annotations

import re
from typing import Any

import sympy as sp

from . import expressions as x
from .claims import GAP, definition_of, unfold
from .printer import ATOM, GREEK, POWER, PRODUCT, SUM, Printer, open_ended

SUBSCRIPTS = str.maketrans("0123456789+-−ijkmnt", "₀₁₂₃₄₅₆₇₈₉₊₋₋ᵢⱼₖₘₙₜ")
SUPERSCRIPTS = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
SHORT = {"maximum": "max", "minimum": "min", "signum": "sign"}


class Text(Printer):
    """One line that a terminal shows and a person can type back."""

    minus, times, le, ge, iff = "−", "·", "≤", "≥", "⇔"
    inline = True

    def parens(self, s: str) -> str:
        return f"({s})"

    def words(self, s: str) -> str:
        return s

    def number(self, e: Any) -> str:
        return str(e).replace("-", "−")

    def constant(self, e: Any) -> str:
        return str(e).replace("oo", "∞").replace("-", "−")

    def symbol(self, name: str) -> str:
        base, _, digits = re.fullmatch(r"(.*?)(_?)(\d*)", name.rstrip("_")).groups()  # type: ignore[union-attr]
        return GREEK.get(base, base) + digits.translate(SUBSCRIPTS)

    def subscript(self, s: str) -> str:
        low = s.translate(SUBSCRIPTS)
        return low if all(c in "₀₁₂₃₄₅₆₇₈₉₊₋ᵢⱼₖₘₙₜ" for c in low) else f"_{s}" if len(s) == 1 else f"_({s})"

    def ratio(self, above: list[Any], below: list[Any]) -> str:
        ends_open = bool(above) and open_ended(above[-1], self.inline)
        top = self.show(above[0], PRODUCT) if len(above) == 1 else self.factors(above) or "1"
        top = self.parens(top) if ends_open else top
        bottom = (
            self.show(below[0], POWER) if len(below) == 1 and not isinstance(below[0], x.Total) else self.factors(below)
        )
        return f"{top}/{bottom}" if len(below) == 1 else f"{top}/({bottom})"

    def exponential(self, arg: Any) -> str:
        return f"exp({self.show(arg, 0)})"

    def power(self, e: sp.Pow) -> tuple[int, str]:
        if e.exp.is_Rational and e.exp < 0:
            with x.as_written():
                return PRODUCT, self.ratio([], [e.base if e.exp == -1 else sp.Pow(e.base, -e.exp)])
        if e.exp == sp.S.Half:
            return ATOM, f"√({self.show(e.base, 0)})"
        base = self.show(e.base, ATOM)
        if e.exp.is_Integer:
            return POWER, base + str(e.exp).translate(SUPERSCRIPTS)
        return POWER, f"{base}^{self.show(e.exp, ATOM)}"

    def call(self, name: str, arg: Any) -> str:
        simple = isinstance(arg, (sp.Symbol, x.Entry)) or (arg.is_Integer and arg >= 0)
        return f"{name} {self.show(arg, 0)}" if simple else f"{name}({self.show(arg, 0)})"

    def binder(self, e: Any) -> str:
        (k,) = self.bind(e.index)
        if isinstance(e, x.Family):
            shown = f"({self.show(e.body, 0)}){self.subscript(k)}"
        else:
            sign = {x.Total: "Σ", x.Product: "Π", x.Largest: "max"}[type(e)]
            limits = (
                self.subscript(k) if _whole_length(e) else f"_{{{k}={self.show(e.low, 0)}..{self.show(e.high, 0)}}}"
            )
            shown = f"{sign}{limits} {self.show(e.body, PRODUCT)}"
        del self.names[e.index]
        return shown

    def named(self, e: x.Named) -> tuple[int, str]:
        if e.id.startswith(GAP):
            return ATOM, f"[{self.show(unfold(e), 0)}]"
        d = definition_of(e)
        shown = {p.name: self.show(a, 0) for p, a in zip(d.parameters, e.arguments, strict=True)}
        template = d.text or d.notation
        template = re.sub(r"\\(?:operatorname|mathrm|mathcal)\{(\w+)\}", r"\1", template)
        template = re.sub(r"_\{(\w+)\}", lambda m: self.subscript(shown[m[1]]) if m[1] in shown else m[0], template)
        template = re.sub(r"\{(\w+)\}", lambda m: shown.get(m[1], m[1]), template)
        return ATOM, re.sub(r"\\(\w+)", lambda m: GREEK.get(m[1], m[1]), template).replace("\\", "")

    def argmin(self, over: Any) -> str:
        return f"argmin{self.subscript(self.show(over, 0))}"

    def limit(self, variable: Any, to: Any) -> str:
        return f"lim_({self.show(variable, 0)}→{self.show(to, 0)})"

    def special(self, e: Any) -> tuple[int, str]:
        match e:
            case x.Array():
                return ATOM, self.symbol(e.name)
            case x.Entry():
                indices = [self.show(i, 0) for i in e.indices]
                return ATOM, self.symbol(e.array.name) + self.subscript(
                    ("," if any(len(i) > 1 for i in indices) else "").join(indices)
                )
            case x.delta():
                return ATOM, "δ" + self.subscript(self.show(e.args[0], 0) + self.show(e.args[1], 0))
            case x.Derivative():
                return PRODUCT, f"∂{self.show(e.args[0], ATOM)}/∂{self.show(e.args[1], 0)}"
            case x.Expectation():
                return ATOM, f"E[{self.show(e.args[0], 0)}]"
            case x.Moment():
                return (
                    ATOM,
                    f"E[{self.show(e.args[0], 0)}{'' if e.args[1] == 1 else str(e.args[1]).translate(SUPERSCRIPTS)}]",
                )
            case x.ByValue():
                rows = [f"{self.show(v, 0)} if {self.show(e.selector, 0)} = {self.show(k, 0)}" for k, v in e.branches]
                return ATOM, "{" + "; ".join(rows) + "}"
            case x.WhereNonnegative():
                y, there, elsewhere = (self.show(a, 0) for a in e.args)
                return ATOM, f"{{{there} if {y} ≥ 0; {elsewhere} if {y} < 0}}"
            case x.At():
                places = ", ".join(f"{self.show(v, 0)} = {self.show(value, 0)}" for v, value in e.places)
                return ATOM, f"({self.show(e.expr, 0)} at {places})"
            case x.Application():
                return ATOM, f"{self.symbol(e.name)}({self.show(e.vector, 0)})"
            case x.Recurrence():
                m, s = self.bind(e.previous, e.index)
                low = self.subscript(s)
                step = self.show(e.step, 0).replace(m, f"{m}_({s}−1)", 1)
                shown = (
                    f"{m}{self.subscript(self.show(e.upto, 0))} of {m}₀ = {self.show(e.start, 0)}, {m}{low} = {step}"
                )
                del self.names[e.previous], self.names[e.index]
                return SUM, shown
            case sp.Abs():
                return ATOM, f"|{self.show(e.args[0], 0)}|"
        if isinstance(e, (x.floor, x.ceiling)):
            left, right = "⌊⌋" if isinstance(e, x.floor) else "⌈⌉"
            return ATOM, f"{left}{self.show(e.args[0], 0)}{right}"
        if isinstance(e, sp.Function):
            name = type(e).__name__
            if name == "log":
                return POWER, self.call(name, e.args[0])
            shown = ", ".join(self.show(a, 0) for a in e.args)
            return POWER, f"{SHORT.get(name, name)}({shown})"
        raise TypeError(f"no notation for {type(e).__name__}")


def _whole_length(e: x.Binder) -> bool:
    """Whether a reader knows the limits: from 1 to a size, and of no array under the index only a part."""
    if e.low != 1 or not isinstance(e.high, sp.Symbol) or isinstance(e.high, x.Bound):
        return False
    lengths: set[Any] = set()
    for part in x.subexpressions(e.body):
        if isinstance(part, x.Entry):
            lengths |= {d for d, i in zip(part.array.dims, part.indices, strict=True) if i == e.index}
        elif isinstance(part, x.Named) and e.index in part.arguments:
            lengths |= {d for a in part.arguments if isinstance(a, (x.Array, x.Family)) for d in a.dims}
    return not lengths or e.high in lengths
