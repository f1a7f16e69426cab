"""Whether an index stays within its array, by linear bounds of whole numbers.

What is known of the sizes, the indices and the sums around an entry are inequalities between linear forms; whether
another one follows is decided by eliminating one variable after the other (Fourier and Motzkin). A product or a
function of indices is a number of its own, of which nothing is known; of a floor, that it is within 1 of its argument;
of a maximum or minimum, that it is one of its arguments, and which of them is the larger.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import product
from typing import Any

import sympy as sp

from . import expressions as x

Linear = dict[Any, Fraction]  # the coefficient of each variable; under ONE the constant
Ranges = Mapping[Any, tuple[Any, Any]]  # from where to where a variable runs; None where that is not known
ONE = sp.Integer(1)
MOST = 400  # inequalities; with more, nothing follows
MOST_EXTREMES = 4


def linear(e: Any) -> Linear:
    """The expression as a linear form.

    >>> n, k = sp.symbols("n k", integer=True)
    >>> with x.as_written():
    ...     found = linear(n - 2 * (k - 1))
    >>> [str(found[v]) for v in (n, k, ONE)]
    ['1', '-2', '2']
    """
    if e.is_Rational:
        return {ONE: Fraction(int(e.p), int(e.q))}
    if isinstance(e, sp.Pow) and e.base.is_Integer and e.base != 0 and e.exp == -1:
        return {ONE: Fraction(1, int(e.base))}
    if isinstance(e, sp.Add):
        return _sum((Fraction(1), linear(a)) for a in e.args)
    if isinstance(e, sp.Mul):
        factor, rest = Fraction(1), []
        for part in map(linear, e.args):
            if part.keys() <= {ONE}:
                factor *= part.get(ONE, Fraction(0))
            else:
                rest.append(part)
        if len(rest) < 2:
            return _sum([(factor, rest[0] if rest else {ONE: Fraction(1)})])
    return {e: Fraction(1)}


def _sum(parts: Iterable[tuple[Fraction, Linear]]) -> Linear:
    out: Linear = {}
    for factor, part in parts:
        for v, c in part.items():
            out[v] = out.get(v, Fraction(0)) + factor * c
    return {v: c for v, c in out.items() if c}


def difference(high: Any, low: Any) -> Linear:
    return _sum([(Fraction(1), linear(high)), (Fraction(-1), linear(low))])


def within(index: Any, length: Any, ranges: Ranges) -> bool:
    """Whether 1 ≤ index ≤ length wherever every variable is in its range."""
    known = [
        difference(*pair) for v, (low, high) in ranges.items() for pair in ((v, low), (high, v)) if None not in pair
    ]
    said = [e for e in (index, length, *[b for r in ranges.values() for b in r]) if e is not None]
    known += _floors({e for part in said for e in part.atoms(x.floor, x.ceiling)})
    extremes = {e for part in said for e in part.atoms(x.maximum, x.minimum)}
    if len(extremes) > MOST_EXTREMES:
        return False
    wanted = difference(index, ONE), difference(length, index)
    cases = product(*[_ends_of(e) for e in extremes])
    return all(_follows(w, [*known, *[f for part in case for f in part]]) for case in cases for w in wanted)


def _ends_of(e: Any) -> list[list[Linear]]:
    """Either argument of max(x, y) or min(x, y): the two are equal, and it is the larger or the smaller one."""
    one, other = e.args
    sign = 1 if isinstance(e, x.maximum) else -1
    return [
        [difference(e, end), difference(end, e), _sum([(Fraction(sign), difference(end, rest))])]
        for end, rest in ((one, other), (other, one))
    ]


def _floors(rounded: Iterable[Any]) -> list[Linear]:
    """x − 1 < ⌊x⌋ ≤ x and x ≤ ⌈x⌉ < x + 1; the strict side sharpened by the denominator of x."""
    out = []
    for e in rounded:
        inner, sign = linear(e.args[0]), Fraction(1 if isinstance(e, x.floor) else -1)
        apart = _sum([(sign, inner), (-sign, linear(e))])
        scale = Fraction(sp.ilcm(1, *[c.denominator for c in inner.values()]))
        whole = all(v is ONE or v.is_integer for v in inner)
        out += [apart, _sum([(Fraction(-1), apart), (1 - 1 / scale if whole else Fraction(1), {ONE: Fraction(1)})])]
    return out


def _follows(wanted: Linear, known: list[Linear]) -> bool:
    """Whether wanted ≥ 0 where all the known forms are: they and wanted ≤ −1 have no solution."""
    system = [*known, _sum([(Fraction(-1), wanted), (Fraction(-1), {ONE: Fraction(1)})])]
    while variables := {v for form in system for v in form} - {ONE}:
        counts = {v: [sum(f.get(v, 0) * s > 0 for f in system) for s in (1, -1)] for v in variables}
        v = min(variables, key=lambda v: (counts[v][0] * counts[v][1], str(v)))
        below = [f for f in system if f.get(v, 0) > 0]
        above = [f for f in system if f.get(v, 0) < 0]
        system = [f for f in system if v not in f]
        system += [_sum([(-g[v], f), (f[v], g)]) for f, g in product(below, above)]
        if len(system) > MOST:
            return False
    return any(form.get(ONE, Fraction(0)) < 0 for form in system)


def reach(index: Any, ranges: Ranges) -> tuple[Any, Any]:
    """From where to where the index can go, in sizes and numbers alone; None where that is not known.

    An index is put at the end of its range that its coefficient asks for, those of the innermost sums first.
    """
    return _end(index, ranges, low=True), _end(index, ranges, low=False)


def _end(index: Any, ranges: Ranges, low: bool) -> Any:
    form = linear(index)
    for v, (least, most) in reversed([*ranges.items()]):
        c = form.get(v)
        if c and least is not None and most is not None:
            end = least if (c > 0) == low else most
            form = _sum([(Fraction(1), {u: q for u, q in form.items() if u != v}), (c, linear(end))])
    if any(v is not ONE and not isinstance(v, sp.Symbol) for v in form) or any(isinstance(v, x.Bound) for v in form):
        return None
    parts = sorted(form, key=lambda v: (v is ONE, form[v] < 0, str(v)))
    with x.as_written():
        return sp.Add(*[v if form[v] == 1 else sp.Rational(form[v]) if v is ONE else form[v] * v for v in parts])
