"""Structural mutations: the slips that people make in formulas, applied at every place where they apply.

Used twice: on statements, to make the wrong twins that every method must reject, and on the steps of proofs, to see
that a broken step is noticed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import sympy as sp

from ..spec.language import expressions as x
from ..spec.language.claims import GAP, Variable, unfold
from ..spec.language.printing import text
from ..spec.language.statements import (
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

Mutation = tuple[str, Any]
FEW = 6  # with fewer slips than this on the right, the left side is mutated too


def of_expression(e: Any, variables: Mapping[str, Variable]) -> Iterator[Mutation]:
    """(what was done, the mutated expression), each applicable slip once, no two alike."""
    seen = {e}
    with x.as_written():
        for what, mutated in _everywhere(e, _free_ranges(variables)):
            if mutated not in seen:
                seen.add(mutated)
                yield what, mutated


def of_statement(s: Statement, variables: Mapping[str, Variable]) -> Iterator[tuple[str, Statement]]:
    """The wrong twins of a statement: its right side mutated, relations reversed, equality cases and values changed.

    Of an inequality that says nothing about equality these are wrong wherever it holds; see `of_bound` for the others.
    """
    match s:
        case Equals(left, right):
            on_right = list(_whole(_opened(right), variables))
            yield from ((what, Equals(left, e)) for what, e in on_right)
            if len(on_right) < FEW:
                for what, e in of_expression(_opened(left), variables):
                    yield f"on the left, {what}", Equals(e, right)
        case AtMost(left, right, equality) | AtLeast(left, right, equality):
            kind = type(s)
            other = AtLeast if kind is AtMost else AtMost
            yield "the inequality reversed", other(left, right, equality)
            if equality is not None:
                low, high = (left, right) if kind is AtMost else (right, left)
                yield "the inequality made strict", Less(low, high)
                yield "equality claimed to be impossible", kind(left, right, Equals(sp.Integer(0), sp.Integer(1)))
                yield "equality claimed always", kind(left, right, Equals(sp.Integer(0), sp.Integer(0)))
                # twice an expression compared with 0 is the same inequality
                for what, e in _whole(_opened(left), variables, homogeneous=right == 0):
                    yield f"on the left, {what}", kind(e, right, equality)
                for what, e in _whole(_opened(right), variables, homogeneous=left == 0):
                    yield f"on the right, {what}", kind(left, e, equality)
        case Less(left, right):
            yield "the sides swapped", Less(right, left)
            yield "the inequality reversed, equality allowed", AtMost(right, left)
            yield "equality for the inequality", Equals(left, right)
            with x.as_written():
                yield "both signs flipped", Less(sp.Mul(sp.Integer(-1), left), sp.Mul(sp.Integer(-1), right))
        case SameMinimiser(first, second, over):
            with x.as_written():
                yield "the largest for the smallest", SameMinimiser(first, sp.Mul(sp.Integer(-1), second), over)
            for what, e in of_expression(_unfolded(second), variables):
                yield what, SameMinimiser(first, e, over)
        case Iff(left, right):
            on_right = list(_conditions(right, variables))
            yield from ((f"on the right, {what}", Iff(left, t)) for what, t in on_right)
            if len(on_right) < 2 * FEW:
                for what, t in _conditions(left, variables):
                    yield f"on the left, {what}", Iff(t, right)
        case Limit():
            yield from _limits(s, variables)
        case Converges(terms) | Diverges(terms):
            yield "the opposite claimed", (Diverges if isinstance(s, Converges) else Converges)(terms)
            for what, e in of_expression(terms.body, variables):
                yield f"in the terms, {what}", type(s)(x.Family(e, *terms.args[1:]))
        case Determines(equation, unknown, value, for_all):
            for what, e in _whole(value, variables):
                yield f"in the value, {what}", Determines(equation, unknown, e, for_all)
            for what, e in of_expression(_opened(equation.right), variables):
                yield f"in the equation, {what}", Determines(Equals(equation.left, e), unknown, value, for_all)


def of_bound(s: Statement, variables: Mapping[str, Variable]) -> Iterator[tuple[str, Statement]]:
    """An inequality that says nothing about equality, its sides mutated: some of these are weaker and hold too."""
    match s:
        case Less(left, right) | AtMost(left, right, None) | AtLeast(left, right, None):
            for what, e in _whole(_opened(right), variables, homogeneous=left == 0):
                yield f"on the right, {what}", type(s)(left, e)
            for what, e in _whole(_opened(left), variables, homogeneous=right == 0):
                yield f"on the left, {what}", type(s)(e, right)


def _conditions(s: Statement, variables: Mapping[str, Variable]) -> Iterator[tuple[str, Statement]]:
    """One side of an equivalence: the relation reversed, with or without equality, shifted, its right side mutated."""
    match s:
        case AtMost(left, right, None):
            yield "the inequality reversed", AtLeast(left, right)
            yield "the inequality made strict", Less(left, right)
        case AtLeast(left, right, None):
            yield "the inequality reversed", AtMost(left, right)
            yield "the inequality made strict", Less(right, left)
        case Less(left, right):
            yield "the inequality reversed", Less(right, left)
            yield "equality allowed", AtMost(left, right)
        case Equals(left, right):
            with x.as_written():
                yield "1 added", Equals(left, right + 1)
            for what, e in of_expression(right, variables):
                yield what, Equals(left, e)
            return
        case Identical(_, x.Array(dims=(_, _))):
            return  # a matrix cannot be written entry by entry
        case Identical(left, x.Array() | x.Family() as right):
            with x.as_written():
                yield "1 added to each entry", Identical(left, x.vector(lambda k: right[k] + 1, over=right))
            return
        case _:
            return
    with x.as_written():
        yield "1 added", type(s)(s.left, s.right + 1)
    for what, e in of_expression(s.right if s.right.args else s.left, variables):
        yield what, type(s)(s.left, e) if s.right.args else type(s)(e, s.right)


def _limits(s: Limit, variables: Mapping[str, Variable]) -> Iterator[tuple[str, Statement]]:
    """Another limit, another expression, another end of the domain."""
    if s.value in (sp.oo, -sp.oo):
        yield "the opposite infinity", Limit(s.expr, s.variable, s.to, -s.value)
        yield "0 for infinity", Limit(s.expr, s.variable, s.to, sp.Integer(0))
    else:
        for what, e in _whole(s.value, variables):
            yield f"in the limit, {what}", Limit(s.expr, s.variable, s.to, e)
    for what, e in of_expression(_opened(s.expr), variables):
        yield what, Limit(e, s.variable, s.to, s.value)
    d = variables[s.variable.name].sort.domain
    if not d.integer and not d.values and d.high is None and (d.low is None or d.low <= 0):
        if s.to in (0, sp.oo):
            yield "the other end", Limit(s.expr, s.variable, sp.oo if s.to == 0 else sp.Integer(0), s.value)


def _whole(e: Any, variables: Mapping[str, Variable], homogeneous: bool = False) -> Iterator[Mutation]:
    with x.as_written():
        if e != 0:
            if not homogeneous:
                yield "a factor 2", sp.Mul(sp.Integer(2), e)
            yield "the opposite sign", sp.Mul(sp.Integer(-1), e)
        else:
            yield "1 for 0", sp.Integer(1)
    yield from of_expression(e, variables)


def _opened(e: Any) -> Any:
    """A definition on its own, or under a derivative or an expectation, is unfolded once to be mutated inside."""
    if isinstance(e, (x.Derivative, x.Expectation)):
        with x.as_written():
            return e.func(_opened(e.args[0]), *e.args[1:])
    return unfold(e) if isinstance(e, x.Named) else e


def _unfolded(e: Any) -> Any:
    with x.as_written():
        return e.func(*[_opened(a) for a in e.args]) if isinstance(e, sp.Add) else _opened(e)


Ranges = dict[Any, Any]


def _free_ranges(variables: Mapping[str, Variable]) -> Ranges:
    return {v.expr: v.lengths[0] for v in variables.values() if v.sort.kind == "index"}


def _everywhere(e: Any, ranges: Ranges) -> Iterator[Mutation]:
    yield from _here(e, ranges)
    if isinstance(e, (x.Array, sp.Symbol)) or not e.args:
        return
    if isinstance(e, x.Derivative):
        for what, inner in _everywhere(e.args[0], ranges):
            yield what, x.Derivative(inner, e.args[1])
        return
    if isinstance(e, x.Binder):
        for what, body in _everywhere(e.body, {**ranges, e.index: e.high}):
            yield what, e.func(body, *e.args[1:])
        return
    if isinstance(e, x.Recurrence):
        for what, step in _everywhere(e.step, ranges):
            yield what, x.Recurrence(e.start, step, *e.args[2:])
        return
    skip = 1 if isinstance(e, (x.Named, x.Entry, x.Application)) else 0
    if isinstance(e, (x.Entry, x.Moment)) or (isinstance(e, x.Named) and e.id.startswith(GAP)):
        return
    for position, part in enumerate(e.args[skip:], start=skip):
        if isinstance(part, x.Array) or (part.is_number and not part.args):
            continue
        for what, changed in _everywhere(part, ranges):
            yield what, e.func(*e.args[:position], changed, *e.args[position + 1 :])


def _here(e: Any, ranges: Ranges) -> Iterator[Mutation]:
    match e:
        case sp.Add():
            yield from _terms(e)
        case sp.Mul():
            yield from _factors(e)
        case sp.exp():
            yield f"the sign in the exponent of {text(e)} flipped", sp.exp(sp.Mul(sp.Integer(-1), e.args[0]))
        case sp.Pow():
            yield from _powers(e)
        case sp.log():
            yield f"base 2 in {text(e)}", sp.Mul(e, sp.Pow(sp.log(sp.Integer(2)), sp.Integer(-1)))
        case x.Total():
            if not e.high.is_Integer:
                shorter = sp.Add(e.high, sp.Integer(-1))
                yield f"the last term of {text(e)} left out", x.Total(e.body, e.index, e.low, shorter)
        case x.Entry():
            yield from _indices(e, ranges)
        case x.delta():
            yield f"{text(e)} replaced by 1", sp.Integer(1)
        case x.floor() | x.ceiling():
            other = x.ceiling if isinstance(e, x.floor) else x.floor
            yield f"{text(other(*e.args))} for {text(e)}", other(*e.args)
        case x.maximum() | x.minimum():
            other = x.minimum if isinstance(e, x.maximum) else x.maximum
            yield f"{text(other(*e.args))} for {text(e)}", other(*e.args)
        case x.xlogy():
            yield f"the arguments of {text(e)} swapped", x.xlogy(e.args[1], e.args[0])
        case x.Named():
            yield from _arguments(e, ranges)
        case x.ByValue():
            (k, a), (m, b), *_ = e.branches
            yield "the two cases swapped", x.ByValue(e.selector, k, b, m, a)
        case x.Moment():
            order = int(e.args[1])
            yield "another moment", x.Moment(e.args[0], sp.Integer(2 if order == 1 else order - 1))
        case x.Expectation(args=(sp.Pow(base=base, exp=power),)) if power == 2:
            yield f"{text(e)} replaced by the square of the mean", sp.Pow(x.Expectation(base), power)


def _terms(e: sp.Add) -> Iterator[Mutation]:
    for i, term in enumerate(e.args):
        if term == 0:
            continue
        rest = e.args[:i] + e.args[i + 1 :]
        yield f"the term {text(term)} dropped", rest[0] if len(rest) == 1 else sp.Add(*rest)
        flipped = sp.Mul(sp.Integer(-1), term)
        yield f"the sign of {text(term)} flipped", sp.Add(*e.args[:i], flipped, *e.args[i + 1 :])


def _factors(e: sp.Mul) -> Iterator[Mutation]:
    for i, factor in enumerate(e.args):
        rest = e.args[:i] + e.args[i + 1 :]
        if factor == 1 or not rest:
            continue
        what = "the sign" if factor == -1 else f"the factor {text(factor)}"
        yield f"{what} dropped", rest[0] if len(rest) == 1 else sp.Mul(*rest)


def _powers(e: sp.Pow) -> Iterator[Mutation]:
    if e.exp == 2 or e.exp == sp.S.Half:
        yield f"{text(e)} replaced by {text(e.base)}", e.base
    elif not e.exp.is_Rational:
        yield f"one more factor in {text(e)}", sp.Pow(e.base, sp.Add(e.exp, sp.Integer(1)))


def _indices(e: x.Entry, ranges: Ranges) -> Iterator[Mutation]:
    for i, index in enumerate(e.indices):
        for other, length in ranges.items():
            if other != index and index in ranges and ranges[index] == length and e.array.dims[i] == length:
                indices = [*e.indices[:i], other, *e.indices[i + 1 :]]
                yield f"{text(other)} for the index of {text(e)}", x.Entry(e.array, *indices)
    if len(e.indices) == 2 and e.array.dims[0] == e.array.dims[1] and e.indices[0] != e.indices[1]:
        yield f"{text(e)} transposed", x.Entry(e.array, e.indices[1], e.indices[0])


def _arguments(e: x.Named, ranges: Ranges) -> Iterator[Mutation]:
    if e.id.startswith(GAP):
        return
    arguments = list(e.arguments)
    for i, a in enumerate(arguments):
        for j, b in enumerate(arguments[i + 1 :], start=i + 1):
            alike = a in ranges and b in ranges and ranges[a] == ranges[b]
            vectors = all(isinstance(v, (x.Array, x.Family)) for v in (a, b)) and getattr(a, "dims", 0) == getattr(
                b, "dims", 1
            )
            if a != b and (alike or vectors):
                swapped = [*arguments]
                swapped[i], swapped[j] = b, a
                yield f"the arguments of {text(e)} swapped", x.Named(e.args[0], *swapped)
        for other, length in ranges.items():
            if a in ranges and other != a and ranges[a] == length:
                yield (
                    f"{text(other)} for {text(a)} in {text(e)}",
                    x.Named(e.args[0], *arguments[:i], other, *arguments[i + 1 :]),
                )
