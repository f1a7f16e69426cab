"""Canonical polynomials back to readable mathematics, for what a proof attempt leaves over."""

from __future__ import annotations

from typing import Any

import sympy as sp
from flint import fmpq

from ...spec.language import expressions as x
from ...spec.language.printing import text
from .terms import Atom, Mono, Poly

LETTERS = "klrsuv"


def readable(p: Poly, longest: int = 300) -> str:
    """The polynomial as one line of Unicode, cut where it grows unreadable.

    >>> from lemmata.checks.prover.terms import var
    >>> readable(var("x"))
    'x'
    """
    with x.as_written():
        shown = text(expression(p))
    return shown if len(shown) <= longest else shown[:longest] + " …"


def expression(p: Poly) -> Any:
    """An expression of the language with this normal form (for reading, not for proving)."""
    terms = [_term(m, c) for m, c in p.terms]
    return sp.Integer(0) if not terms else terms[0] if len(terms) == 1 else sp.Add(*terms)


def _number(q: fmpq) -> Any:
    return sp.Rational(int(q.p), int(q.q))


def _term(m: Mono, c: fmpq) -> Any:
    factors = [_power(_atom(a), e) for a, e in m.powers]
    if c != 1 or not factors:
        factors.insert(0, _number(c))
    return factors[0] if len(factors) == 1 else sp.Mul(*factors)


def _power(base: Any, e: fmpq) -> Any:
    return base if e == 1 else sp.Pow(base, _number(e))


def _symbol(name: str) -> sp.Symbol:
    """Canonical index names become letters, by their depth."""
    level_and_place = name.removeprefix("%").removeprefix("e")
    if name.startswith("%") and level_and_place[0].isdigit():
        level, place = map(int, level_and_place.split("."))
        return x.Bound(LETTERS[(level - 1 + place) % len(LETTERS)], 100 * level + place)
    return sp.Symbol(name.lstrip("#%@~?"))


def _atom(a: Atom) -> Any:
    match a.kind:
        case "var":
            return _symbol(a.args[0])
        case "entry":
            return x.Entry(x.Array(str(a.args[0]), *[sp.Symbol("n")] * (len(a.args) - 1)), *map(expression, a.args[1:]))
        case "delta":
            return x.delta(*map(expression, a.args))
        case "exp":
            return sp.exp(_term(a.args[0], fmpq(1)))
        case "e":
            return sp.exp(sp.Integer(1))
        case "pi":
            return sp.pi
        case "prime":
            return sp.Integer(a.args[0])
        case "log":
            return sp.log(expression(a.args[0]))
        case "base":
            return expression(a.args[0])
        case "sum":
            out = _term(a.args[1], fmpq(1))
            for v, lo, hi in a.args[0]:
                out = x.Total(out, _symbol(v), expression(lo), expression(hi))
            return out
        case "bind":
            return _binding(*a.args)
    if a.args[0] == "xlogy":
        return x.xlogy(*map(expression, a.args[1:]))
    if a.args[0] == "where":
        return x.WhereNonnegative(*map(expression, a.args[1:]))
    if a.args[0] == "signum":
        return x.signum(expression(a.args[1]))
    if a.args[0] == "abs":
        return sp.Abs(expression(a.args[1]))
    if a.args[0] == "E":
        return x.Expectation(expression(a.args[1]))
    if a.args[0].startswith("moment:"):
        _, name, order = a.args[0].split(":")
        return x.Moment(x.Array(name, sp.Symbol("n")), sp.Integer(order))
    return sp.Function(a.args[0].replace(":", "_"))(*map(expression, a.args[1:]))


def _binding(name: str, mark: str, *parts: Poly) -> Any:
    *others, body = map(expression, parts)
    index = _symbol(f"{mark}.0")
    match name:
        case "max":
            return x.Largest(body, index, *others)
        case "product":
            return x.Product(body, index, *others)
        case "recurrence":
            start, upto = others
            return x.Recurrence(start, body, index, _symbol(f"{mark}.1"), upto)
    whole = isinstance(body, x.Entry) and body.indices == (index,)
    vector = x.Array(body.array.name, *others) if whole else x.Family(body, index, sp.Integer(1), *others)
    return x.Application(sp.Symbol(name.removeprefix("apply:")), vector)
