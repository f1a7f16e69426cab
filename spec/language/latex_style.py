"""Expressions and statements as LaTeX."""

from __future__ import annotations

import re
from typing import Any

import sympy as sp

from . import expressions as x
from .claims import GAP, definition_of, unfold
from .printer import ATOM, GREEK, POWER, PRODUCT, SUM, Printer


class Latex(Printer):
    """LaTeX for MathJax, KaTeX and latex2mathml alike: no packages, no macros of our own."""

    minus, times, le, ge, iff = "-", r" \, ", r"\le", r"\ge", r"\iff"
    inline = False

    def parens(self, s: str) -> str:
        return rf"\left( {s} \right)"

    def words(self, s: str) -> str:
        return rf"\text{{{s}}}"

    def number(self, e: Any) -> str:
        return str(e.p) if e.q == 1 else rf"{'-' if e.p < 0 else ''}\frac{{{abs(e.p)}}}{{{e.q}}}"

    def constant(self, e: Any) -> str:
        return sp.latex(e)

    def symbol(self, name: str) -> str:
        base, _, digits = re.fullmatch(r"(.*?)(_?)(\d*)", name.rstrip("_")).groups()  # type: ignore[union-attr]
        base = "lambda" if base == "lam" else base.replace("_", r"\_")
        shown = rf"\{base}" if base in GREEK else base if len(base) == 1 else rf"\mathrm{{{base}}}"
        return f"{shown}_{{{digits}}}" if digits else shown

    def ratio(self, above: list[Any], below: list[Any]) -> str:
        single = self.show(above[0], 0) if len(above) == 1 else self.factors(above) or "1"
        bottom = self.show(below[0], 0) if len(below) == 1 else self.factors(below)
        return rf"\frac{{{single}}}{{{bottom}}}"

    def exponential(self, arg: Any) -> str:
        if any(isinstance(p, (x.Binder, x.Named)) for p in sp.preorder_traversal(arg)):
            return rf"\exp\left( {self.show(arg, 0)} \right)"
        return f"e^{{{self.show(arg, 0)}}}"

    def power(self, e: sp.Pow) -> tuple[int, str]:
        if e.exp.is_Rational and e.exp < 0:
            with x.as_written():
                return PRODUCT, self.ratio([], [e.base if e.exp == -1 else sp.Pow(e.base, -e.exp)])
        if e.exp == sp.S.Half:
            return ATOM, rf"\sqrt{{{self.show(e.base, 0)}}}"
        return POWER, f"{self.show(e.base, ATOM)}^{{{self.show(e.exp, 0)}}}"

    def call(self, name: str, arg: Any) -> str:
        simple = isinstance(arg, (sp.Symbol, x.Entry)) or (arg.is_Integer and arg >= 0)
        shown = self.show(arg, 0)
        return rf"\{name} {shown}" if simple else rf"\{name}\left( {shown} \right)"

    def binder(self, e: Any) -> str:
        if isinstance(e, x.Family):
            (k,) = self.bind(e.index)
            shown = rf"\left( {self.show(e.body, 0)} \right)_{{{k}}}"
        else:
            (k,) = self.bind(e.index)
            sign = {x.Total: r"\sum", x.Product: r"\prod", x.Largest: r"\max"}[type(e)]
            limits = (
                rf"_{{{k}={self.show(e.low, 0)}}}^{{{self.show(e.high, 0)}}}"
                if not isinstance(e, x.Largest)
                else f"_{{{k}}}"
            )
            shown = rf"{sign}{limits} {self.show(e.body, PRODUCT)}"
        del self.names[e.index]
        return shown

    def named(self, e: x.Named) -> tuple[int, str]:
        if e.id.startswith(GAP):
            return ATOM, rf"\left[ {self.show(unfold(e), 0)} \right]"
        d = definition_of(e)
        values = {p.name: self.show(a, 0) for p, a in zip(d.parameters, e.arguments, strict=True)}
        return ATOM, re.sub(r"\{(\w+)\}", lambda m: f"{{{values[m[1]]}}}" if m[1] in values else m[0], d.notation)

    def argmin(self, over: Any) -> str:
        return rf"\operatorname*{{arg\,min}}_{{{self.show(over, 0)}}}"

    def limit(self, variable: Any, to: Any) -> str:
        return rf"\lim_{{{self.show(variable, 0)} \to {self.show(to, 0)}}}"

    def special(self, e: Any) -> tuple[int, str]:
        match e:
            case x.Array():
                return ATOM, self.symbol(e.name)
            case x.Entry():
                indices = [self.show(i, 0) for i in e.indices]
                separator = "," if any(len(i) > 1 for i in indices) else ""
                return ATOM, f"{self.symbol(e.array.name)}_{{{separator.join(indices)}}}"
            case x.delta():
                return ATOM, rf"\delta_{{{self.show(e.args[0], 0)}{self.show(e.args[1], 0)}}}"
            case x.Derivative():
                short = isinstance(e.args[0], (x.Named, x.Entry, sp.Symbol))
                below = rf"\partial {self.show(e.args[1], 0)}"
                if short:
                    return PRODUCT, rf"\frac{{\partial {self.show(e.args[0], 0)}}}{{{below}}}"
                return PRODUCT, rf"\frac{{\partial}}{{{below}}} {self.show(e.args[0], PRODUCT)}"
            case x.Expectation():
                return ATOM, rf"\mathbb{{E}}\left[ {self.show(e.args[0], 0)} \right]"
            case x.Moment():
                power = "" if e.args[1] == 1 else f"^{{{e.args[1]}}}"
                return ATOM, rf"\mathbb{{E}}\left[ {self.show(e.args[0], 0)}{power} \right]"
            case x.ByValue():
                rows = [rf"{self.show(v, 0)} & {self.show(e.selector, 0)} = {self.show(k, 0)}" for k, v in e.branches]
                return ATOM, r"\begin{cases} " + r" \\ ".join(rows) + r" \end{cases}"
            case x.WhereNonnegative():
                y, there, elsewhere = (self.show(a, 0) for a in e.args)
                return ATOM, rf"\begin{{cases}} {there} & {y} \ge 0 \\ {elsewhere} & {y} < 0 \end{{cases}}"
            case x.At():
                places = ", ".join(f"{self.show(v, 0)} = {self.show(value, 0)}" for v, value in e.places)
                return ATOM, rf"\left. {self.show(e.expr, 0)} \right|_{{{places}}}"
            case x.Application():
                return ATOM, rf"{self.symbol(e.name)}({self.show(e.vector, 0)})"
            case x.Recurrence():
                m, s = self.bind(e.previous, e.index)
                step = self.show(e.step, 0).replace(m, rf"{m}_{{{s}-1}}", 1)
                last, start = self.show(e.upto, 0), self.show(e.start, 0)
                shown = rf"{m}_{{{last}}}\ \text{{of}}\ {m}_0 = {start},\ {m}_{{{s}}} = {step}"
                del self.names[e.previous], self.names[e.index]
                return SUM, shown
            case sp.Abs():
                return ATOM, rf"\left| {self.show(e.args[0], 0)} \right|"
            case x.log1p():
                return POWER, rf"\operatorname{{log1p}}\left( {self.show(e.args[0], 0)} \right)"
            case x.expm1():
                return POWER, rf"\operatorname{{expm1}}\left( {self.show(e.args[0], 0)} \right)"
        if isinstance(e, (x.maximum, x.minimum)):
            shown = ", ".join(self.show(a, 0) for a in e.args)
            return POWER, rf"\{type(e).__name__[:3]}\left( {shown} \right)"
        if isinstance(e, (x.floor, x.ceiling)):
            bracket = "floor" if isinstance(e, x.floor) else "ceil"
            return ATOM, rf"\left\l{bracket} {self.show(e.args[0], 0)} \right\r{bracket}"
        if isinstance(e, x.signum):
            return POWER, rf"\operatorname{{sign}}\left( {self.show(e.args[0], 0)} \right)"
        if isinstance(e, sp.Function):
            return POWER, self.call(type(e).__name__, e.args[0])
        raise TypeError(f"no notation for {type(e).__name__}")
