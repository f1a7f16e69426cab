"""The slips that apply to one part of a formula: a term dropped, a sign, an exponent, a guard against 0."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp

from ...spec.language import expressions as x
from ...spec.language.printing import text

LONG = 60  # characters of a formula that is quoted
EPSILONS = (8, 12, 10, 7, 6, 5, 9, 15, 16, 4, 3)  # as powers of 1/10, the likeliest first
Ranges = Mapping[Any, Any]


@dataclass(frozen=True)
class Slip:
    """words: what was done, to follow "the formula"; kind: slips of one kind may come together."""

    kind: str
    words: str
    old: Any
    new: Any


def said(e: Any) -> str:
    return text(e)


def _instead(new: Any, old: Any) -> str:
    a, b = said(new), said(old)
    return f"with {a} instead of {b}" if len(a) + len(b) <= 2 * LONG else f"with {a[:LONG]}… instead"


def _without(what: str, e: Any) -> str:
    return f"without the {what} {said(e)}"


def slips_of(e: Any, ranges: Ranges, symbols: Mapping[str, Sequence[Any]]) -> Iterator[tuple[int, Slip]]:
    """(how likely, the slip): 0 is likeliest."""
    match e:
        case sp.Add():
            yield from _sums(e, ranges)
        case sp.Mul():
            yield from _products(e)
        case sp.Pow():
            yield from _powers(e, symbols)
        case sp.log():
            yield from _logs(e)
        case sp.exp():
            yield 2, _swap(e, sp.exp(sp.Mul(sp.Integer(-1), e.args[0])))
            yield 3, _swap(e, sp.Pow(sp.Integer(2), e.args[0]))
            yield from _stretched(e)
        case sp.Abs():
            yield 1, _swap(e, e.args[0])
            yield 1, _swap(e, sp.Pow(e.args[0], sp.Integer(2)))
            for k in EPSILONS:
                smooth = sp.Pow(sp.Add(sp.Pow(e.args[0], sp.Integer(2)), sp.Rational(1, 10**k)), sp.S.Half)
                yield (
                    4,
                    Slip(
                        f"smooth{k}", f"with √(({said(e.args[0])})² + 1e-{k}) instead of its absolute value", e, smooth
                    ),
                )
        case x.signum():
            yield 1, Slip("", f"with sign 0 = 1 in {said(e)}", e, x.where_nonnegative(e.args[0], 1, -1))
            yield 1, Slip("", f"with sign 0 = −1 in {said(e)}", e, x.where_nonnegative(-e.args[0], -1, 1))
        case x.xlogy():
            yield from _weighted_logs(e)
        case x.Total():
            yield from _totals(e, ranges)
        case x.Largest():
            yield 3, _swap(e, x.Total(*e.args))
        case x.maximum() | x.minimum():
            other = x.minimum if isinstance(e, x.maximum) else x.maximum
            yield 2, _swap(e, other(*e.args))
            for a in e.args:
                yield 2, _swap(e, a)
            yield 2, Slip("square", f"with the square of {short(e)}", e, sp.Pow(e, sp.Integer(2)))
        case x.floor() | x.ceiling():
            yield 2, _swap(e, (x.ceiling if isinstance(e, x.floor) else x.floor)(*e.args))
        case x.ByValue():
            (k, a), (m, b), *_ = e.branches
            yield 2, Slip("", "with its two cases exchanged", e, x.ByValue(e.selector, k, b, m, a))
        case x.WhereNonnegative():
            at, there, elsewhere = e.args
            shown = said(at)
            flipped = x.WhereNonnegative(sp.Mul(sp.Integer(-1), at), elsewhere, there)
            yield 1, Slip("", f"with {shown} > 0 instead of {shown} ≥ 0", e, flipped)
            yield 1, Slip("", f"without the case {shown} < 0", e, there)
            yield 1, Slip("", f"without the case {shown} ≥ 0", e, elsewhere)
            yield 3, Slip("", f"with the cases of {shown} ≥ 0 exchanged", e, x.WhereNonnegative(at, elsewhere, there))
            for step in (1, -1):
                moved = x.WhereNonnegative(sp.Add(at, sp.Integer(step)), there, elsewhere)
                yield 2, Slip("", f"with the case {shown} ≥ 0 for {said(sp.Add(at, sp.Integer(step)))} ≥ 0", e, moved)
        case x.delta():
            yield 2, _swap(e, sp.Integer(1))
            yield 2, _swap(e, sp.Integer(0))
        case sp.cos():
            yield from _stretched(e)
            yield 3, _swap(e, sp.sin(e.args[0]))
        case sp.tanh():
            yield from _stretched(e)
            yield 3, _swap(e, e.args[0])
        case x.Entry():
            yield from _entries(e, ranges, symbols)
        case sp.Symbol():
            yield from _names(e, symbols)


def _stretched(e: Any) -> Iterator[tuple[int, Slip]]:
    for factor in (sp.Integer(2), sp.S.Half):
        yield 3, _swap(e, e.func(sp.Mul(factor, e.args[0])))


def _swap(old: Any, new: Any, kind: str = "") -> Slip:
    return Slip(kind, _instead(new, old), old, new)


def _sums(e: sp.Add, ranges: Ranges) -> Iterator[tuple[int, Slip]]:
    for i, term in enumerate(e.args):
        if term == 0:
            continue
        rest = [*e.args[:i], *e.args[i + 1 :]]
        left = rest[0] if len(rest) == 1 else sp.Add(*rest)
        yield 0, Slip(f"term {type(term).__name__}", f"{_without('term', term)} in {short(e)}", e, left)
        flipped = [*e.args[:i], _negated(term), *e.args[i + 1 :]]
        yield 0, Slip("", _instead(sp.Add(*flipped), e), e, sp.Add(*flipped))
    if len(e.args) == 2:  # √a + b for √(a + b)
        for a, b in (e.args, e.args[::-1]):
            if isinstance(a, sp.Pow) and a.exp == sp.S.Half:
                yield 0, Slip("inside", f"with {said(b)} inside the root", e, sp.Pow(sp.Add(a.base, b), sp.S.Half))
                yield 2, _swap(e, x.maximum(a, b))
    for i, term in enumerate(e.args):
        if isinstance(term, sp.Mul) and sp.Integer(-1) not in term.args and len(term.args) == 2:
            for a, b in (term.args, term.args[::-1]):  # a·b + c for a·(b + c), and with a complement: a·b + (1 − a)·c
                rest = [*e.args[:i], *e.args[i + 1 :]]
                if a.is_Symbol and len(rest) == 1:
                    weighted = sp.Mul(sp.Add(sp.Integer(1), sp.Mul(sp.Integer(-1), a)), rest[0])
                    yield 1, _swap(e, sp.Add(term, weighted))
                    yield 2, _swap(e, sp.Mul(a, sp.Add(b, rest[0])))


def short(e: Any) -> str:
    shown = said(e)
    return shown if len(shown) <= LONG else shown[:LONG].rstrip() + "…"


def _negated(term: Any) -> Any:
    if isinstance(term, sp.Mul) and sp.Integer(-1) in term.args:
        rest = [a for a in term.args if a != -1]
        return rest[0] if len(rest) == 1 else sp.Mul(*rest)
    return -term if term.is_Number else sp.Mul(sp.Integer(-1), term)


def _products(e: sp.Mul) -> Iterator[tuple[int, Slip]]:
    for i, factor in enumerate(e.args):
        rest = [*e.args[:i], *e.args[i + 1 :]]
        if factor == 1 or not rest:
            continue
        left = rest[0] if len(rest) == 1 else sp.Mul(*rest)
        if factor == -1:
            yield 1, _swap(e, left)
            continue
        steps = []  # a correction such as 1 − βᵗ, by which is divided
        if isinstance(factor, sp.Pow) and factor.exp == -1 and not factor.has(x.Entry):
            steps = [p for p in x.subexpressions(factor.base) if isinstance(p, sp.Pow) and p.exp.is_Symbol]
        if isinstance(factor, sp.Pow) and factor.exp == -1:
            inverse = sp.Mul(*rest, factor.base)
            words = f"without the division by {said(factor.base)}"
            yield 2, Slip("", f"{_instead(factor.base, factor)} as a factor", e, inverse)
        else:
            words = f"{_without('factor', factor)} in {short(e)}"
        yield 0, Slip(f"correction {steps[0].exp}" if steps else "", words, e, left)
        if isinstance(factor, sp.Add):
            for k, term in enumerate(factor.args):
                others = [*factor.args[:k], *factor.args[k + 1 :]]
                inner = others[0] if len(others) == 1 else sp.Add(*others)
                signs = [a for a in e.args if a == -1]
                alone = sp.Mul(*signs, term) if signs else term
                outside = sp.Add(sp.Mul(*[*e.args[:i], inner, *e.args[i + 1 :]]), alone)
                yield 1, Slip("", f"with {said(term)} outside the product {short(e)}", e, outside)
        square = [*e.args[:i], sp.Pow(factor, sp.Integer(2)), *e.args[i + 1 :]]
        if not factor.is_Number:
            yield 3, Slip("", f"with the factor {said(factor)} twice", e, sp.Mul(*square))


def _powers(e: sp.Pow, symbols: Mapping[str, Sequence[Any]]) -> Iterator[tuple[int, Slip]]:
    base, power = e.base, e.exp
    if power == 2:
        yield 1, _swap(e, base)
        yield 1, _swap(e, sp.Abs(base))
    elif power == sp.S.Half:
        yield 0, Slip("root", f"without the square root in {said(e)}", e, base)
        if isinstance(base, sp.Add):
            for i, term in enumerate(base.args):
                rest = [*base.args[:i], *base.args[i + 1 :]]
                root = sp.Pow(rest[0] if len(rest) == 1 else sp.Add(*rest), sp.S.Half)
                yield (
                    0,
                    Slip(f"outside {i}", f"with {said(term)} outside the root in {short(e)}", e, sp.Add(root, term)),
                )
        yield from _guarded(e, base, lambda b: sp.Pow(b, sp.S.Half))
    elif power.is_Symbol:
        yield 0, _swap(e, base, f"power {power}")
        for step in (1, -1):
            moved = sp.Pow(base, sp.Add(power, sp.Integer(step)))
            yield 0, Slip(f"step {power}{step}", _instead(moved, e), e, moved)
    elif power == -1 and base.is_Symbol and base in symbols["size"]:
        for other in symbols["size"]:
            if other != base:
                yield 1, _swap(e, sp.Pow(other, power))
        for step in (-1, 1):
            moved = sp.Pow(sp.Add(base, sp.Integer(step)), power)
            yield (
                0,
                Slip(f"size {base}{step}", f"with division by {said(moved.base)} instead of {said(base)}", e, moved),
            )
    elif power == -1:
        yield from _guarded(e, base, lambda b: sp.Pow(b, sp.Integer(-1)))


def _guarded(e: Any, base: Any, f: Any) -> Iterator[tuple[int, Slip]]:
    """A guard against 0, or against its logarithm."""
    for k in EPSILONS:
        eps = sp.Rational(1, 10**k)
        shown = f"1e-{k}"
        yield (
            4 + (k not in EPSILONS[:4]),
            Slip(f"+{k}", f"with {shown} added to {short(base)}", e, f(sp.Add(base, eps))),
        )
        raised = f(x.maximum(base, eps))
        yield 4 + (k not in EPSILONS[:4]), Slip(f"max{k}", f"with {short(base)} cut off below {shown}", e, raised)


def _logs(e: Any) -> Iterator[tuple[int, Slip]]:
    of = e.args[0]
    if of.is_Number:
        return
    for base in (2, 10):
        other = sp.Mul(e, sp.Pow(sp.log(sp.Integer(base)), sp.Integer(-1)))
        yield 2, Slip(f"base {base}", f"with the logarithm to base {base} of {short(of)}", e, other)
    yield from _guarded(e, of, sp.log)
    yield 2, _swap(e, sp.log(sp.Add(sp.Integer(1), of)))


def _weighted_logs(e: Any) -> Iterator[tuple[int, Slip]]:
    weight, of = e.args
    yield 1, Slip("", f"with the arguments of {said(e)} exchanged", e, x.xlogy(of, weight))
    if weight != 1:
        yield 1, Slip("unweighted", f"without the weight {said(weight)} in {short(e)}", e, x.xlogy(sp.Integer(1), of))
    for base in (2, 10):
        other = sp.Mul(e, sp.Pow(sp.log(sp.Integer(base)), sp.Integer(-1)))
        yield 2, Slip(f"base {base}", f"with the logarithm to base {base} of {short(of)}", e, other)
    yield from _guarded(e, of, lambda b: x.xlogy(weight, b))
    if isinstance(of, sp.Mul):  # p/(q + ε)
        for part in of.args:
            if isinstance(part, sp.Pow) and part.exp == -1:
                rest = [a for a in of.args if a != part]
                yield from _guarded(e, part.base, lambda b, rest=rest: x.xlogy(weight, sp.Mul(*rest, sp.Pow(b, -1))))


def _totals(e: Any, ranges: Ranges) -> Iterator[tuple[int, Slip]]:
    size = e.high
    if size.is_Integer:
        return
    kind = f"over {e.index.name}"
    yield 1, Slip(kind, f"with the mean instead of the sum {short(e)}", e, sp.Mul(e, sp.Pow(size, sp.Integer(-1))))
    yield 2, Slip(kind, f"with the largest term instead of the sum {short(e)}", e, x.Largest(*e.args))
    yield 2, Slip("norm", f"with the square root of {short(e)}", e, sp.Pow(e, sp.S.Half))
    shorter = x.Total(e.body, e.index, e.low, sp.Add(size, sp.Integer(-1)))
    yield 2, Slip(kind, f"without the last term of {short(e)}", e, shorter)
    later = x.Total(e.body, e.index, sp.Add(e.low, sp.Integer(1)), size)
    yield 2, Slip(kind, f"without the first term of {short(e)}", e, later)


def _entries(e: Any, ranges: Ranges, symbols: Mapping[str, Sequence[Any]]) -> Iterator[tuple[int, Slip]]:
    for other in symbols["array"]:
        if other != e.array and other.dims == e.array.dims:
            yield 3, _swap(e, x.Entry(other, *e.indices))
    for i, index in enumerate(e.indices):
        for other, length in ranges.items():
            if other != index and ranges.get(index) == length:
                yield 2, _swap(e, x.Entry(e.array, *e.indices[:i], other, *e.indices[i + 1 :]))
    yield 3, Slip("", f"without {said(e)}", e, sp.Integer(0))
    yield 3, Slip("", f"with the absolute value of {said(e)}", e, sp.Abs(e))


def _names(e: Any, symbols: Mapping[str, Sequence[Any]]) -> Iterator[tuple[int, Slip]]:
    if e in symbols["scalar"]:
        for other in symbols["scalar"]:
            if other != e:
                yield 3, _swap(e, other)
        yield 2, _swap(e, sp.Add(sp.Integer(1), sp.Mul(sp.Integer(-1), e)))
    elif e in symbols["integer"]:
        for step in (1, -1):
            yield 1, Slip(f"count {e}{step}", _instead(sp.Add(e, sp.Integer(step)), e), e, sp.Add(e, sp.Integer(step)))
