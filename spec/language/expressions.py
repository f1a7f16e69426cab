"""Expressions: SymPy's arithmetic, and our own nodes for what SymPy has no safe word for.

Everything is built under `as_written`, so that nothing is simplified before anybody has looked (z/z stays z/z).
Bound indices are canonical: a binder names its index by a hint and a level above every binder inside it, so two
α-equal expressions written with the same letters are equal, and no index is ever shadowed. Only `substitute` may
replace anything: it opens each binder with a fresh index and closes it again, so nothing is captured.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sympy as sp
from sympy.core.parameters import global_parameters

from .errors import LanguageError
from .functions import (  # noqa: F401 (one door to all nodes)
    Abs,
    ceiling,
    cos,
    delta,
    exp,
    expm1,
    floor,
    log,
    log1p,
    maximum,
    minimum,
    plain_number,
    signum,
    tanh,
    xlogy,
)

Expr = sp.Expr


@contextmanager
def as_written() -> Iterator[None]:
    """Build SymPy expressions exactly as they are written."""
    before = global_parameters.evaluate
    global_parameters.evaluate = False
    try:
        yield
    finally:
        global_parameters.evaluate = before


class Node(sp.Expr):
    """Our own expression nodes: commutative, opaque to SymPy's simplifications, never iterable."""

    is_commutative = True

    def __iter__(self) -> Any:
        raise TypeError(f"{type(self).__name__} is not a sequence; use total(lambda k: …, over=…)")

    def _sympystr(self, printer: Any) -> str:
        """SymPy chooses by the name of the class, and takes our Derivative for its own."""
        return f"{type(self).__name__}({', '.join(printer.doprint(a) for a in self.args)})"


class Bound(sp.Dummy):
    """A bound index; equal when hint and level are equal."""

    def __new__(cls, hint: str, level: int) -> Bound:
        return super().__new__(cls, hint, dummy_index=level, integer=True)  # type: ignore[return-value]

    def __getnewargs_ex__(self) -> Any:
        return (self.name, self.dummy_index), {}

    @property
    def level(self) -> int:
        return self.dummy_index


class Array(Node):
    """A vector or matrix variable: Array(name, n) or Array(name, m, d). Its entries are a[k], X[i, j]."""

    def __new__(cls, name: Any, *dims: Any) -> Array:
        return sp.Expr.__new__(cls, name if isinstance(name, sp.Symbol) else sp.Symbol(name), *map(plain_number, dims))

    @property
    def name(self) -> str:
        return self.args[0].name

    @property
    def dims(self) -> tuple[Any, ...]:
        return self.args[1:]

    def __getitem__(self, index: Any) -> Expr:
        indices = index if isinstance(index, tuple) else (index,)
        if len(indices) != len(self.dims):
            row = f"its row is vector(lambda k: {self.name}[{indices[0]}, k], over={self.name}.dims[1])"
            raise LanguageError(
                f"{self.name} has {len(self.dims)} {'index' if len(self.dims) == 1 else 'indices'}, not {len(indices)}"
                + (f"; {row}" if len(indices) < len(self.dims) else "")
            )
        return Entry(self, *map(plain_number, indices))


class Entry(Node):
    """One entry of an array: Entry(a, k)."""

    @property
    def array(self) -> Array:
        return self.args[0]  # type: ignore[return-value]

    @property
    def indices(self) -> tuple[Any, ...]:
        return self.args[1:]


class Binder(Node):
    """body under one bound index that runs from low to high, both included: args (body, index, low, high).

    Where high < low there are no terms, however far apart the two are: a sum is then 0, a product 1.
    """

    body = property(lambda self: self.args[0])
    index = property(lambda self: self.args[1])
    low = property(lambda self: self.args[2])
    high = property(lambda self: self.args[3])

    @property
    def free_symbols(self) -> set[sp.Basic]:
        return (self.body.free_symbols - {self.index}) | self.low.free_symbols | self.high.free_symbols


class Total(Binder):
    """Σ over the index."""


class Product(Binder):
    """Π over the index."""


class Largest(Binder):
    """The largest value over the index."""


class Family(Binder):
    """The vector whose k-th entry is the body; z[i] is the body at i."""

    dims = property(lambda self: (self.high,))

    def __getitem__(self, index: Any) -> Expr:
        return substitute(self.body, {self.index: plain_number(index)})


class Recurrence(Node):
    """m_upto, where m_0 = start and m_s = step(m_{s−1}, s): args (start, step, previous, index, upto)."""

    start = property(lambda self: self.args[0])
    step = property(lambda self: self.args[1])
    previous = property(lambda self: self.args[2])
    index = property(lambda self: self.args[3])
    upto = property(lambda self: self.args[4])

    @property
    def free_symbols(self) -> set[sp.Basic]:
        inner = self.step.free_symbols - {self.previous, self.index}
        return self.start.free_symbols | inner | self.upto.free_symbols


class Derivative(Node):
    """∂ expr / ∂ variable, not yet taken: args (expr, variable)."""


class At(Node):
    """The value of an expression where variables have other values, after its derivatives: (expr, variable, value, …)."""

    expr = property(lambda self: self.args[0])

    @property
    def places(self) -> list[tuple[Any, Any]]:
        return list(zip(self.args[1::2], self.args[2::2], strict=True))

    @property
    def free_symbols(self) -> set[sp.Basic]:
        changed = {s for variable, _ in self.places for s in _own(variable)}
        return (self.expr.free_symbols - changed).union(
            *[v.free_symbols for _, v in self.places], *[d.free_symbols for a, _ in self.places for d in a.args[1:]]
        )


def _own(variable: Any) -> set[sp.Basic]:
    """The symbol of a variable: of an array its name."""
    return {variable.args[0] if isinstance(variable, Array) else variable}


class Expectation(Node):
    """𝔼[expr], linear, over the random variables among the claim's parameters."""


class Moment(Node):
    """The common r-th moment of a stationary sequence: args (array, r)."""


class ByValue(Node):
    """A choice by the value of a selector: args (selector, value₁, expr₁, value₂, expr₂, …)."""

    selector = property(lambda self: self.args[0])

    @property
    def branches(self) -> list[tuple[Any, Any]]:
        return list(zip(self.args[1::2], self.args[2::2], strict=True))


class WhereNonnegative(Node):
    """One expression where x ≥ 0, another where x < 0: args (x, there, elsewhere)."""


class Application(Node):
    """An unspecified real function at a vector: args (name, vector)."""

    name = property(lambda self: self.args[0].name)
    vector = property(lambda self: self.args[1])


class Named(Node):
    """A definition applied to arguments: args (id, *arguments). Printed by its notation, expanded by engines."""

    id = property(lambda self: self.args[0].name)
    arguments = property(lambda self: self.args[1:])


sqrt, pi, oo = sp.sqrt, sp.pi, sp.oo


def variable_hint(function: Callable[..., Any], position: int = 0) -> str:
    try:
        return list(inspect.signature(function).parameters)[position]
    except (ValueError, IndexError) as error:
        raise LanguageError("the body of a sum must be a function of one index, such as lambda k: a[k]") from error


def range_of(over: Any) -> tuple[Any, Any]:
    """(low, high) from a vector, a size, or a pair of limits."""
    if isinstance(over, tuple):
        low, high = over
        return plain_number(low), plain_number(high)
    if isinstance(over, (Array, Family)):
        if len(over.dims) != 1:
            each = [f"over={over.args[0]}.dims[{i}] (that is {d})" for i, d in enumerate(over.dims)]
            raise LanguageError(f"sum over {over.args[0]} needs one of its sizes: {' or '.join(each)}")
        return sp.Integer(1), over.dims[0]
    if isinstance(over, (int, sp.Basic)):
        return sp.Integer(1), plain_number(over)
    raise LanguageError(f"cannot sum over {over!r}; give a vector, a size, or (low, high)")


def level(expr: sp.Basic) -> int:
    """The highest level of a binder inside the expression; 0 without one."""
    return max((b.level for b in expr.atoms(Bound)), default=0)


def bind(kind: type[Binder], function: Callable[[Any], Any], over: Any) -> Any:
    low, high = range_of(over)
    fresh = sp.Dummy("i", integer=True)
    body = plain_number(function(fresh))
    if not isinstance(body, sp.Expr):
        raise LanguageError(f"the body of a sum must be an expression, not {type(body).__name__}")
    return close(kind, body, fresh, variable_hint(function), low, high)


def close(kind: type[Binder], body: Expr, fresh: sp.Symbol, hint: str, low: Any, high: Any) -> Any:
    index = Bound(hint, 1 + level(body))
    return kind(substitute(body, {fresh: index}, reopen=False), index, low, high)


def total(f: Callable[[Any], Any], over: Any) -> Expr:
    """Σₖ f(k), over the length of a vector, from 1 to a whole number such as floor(n / 2), or between (low, high).

    >>> a = Array("a", sp.Symbol("n"))
    >>> with as_written():
    ...     print(total(lambda k: exp(a[k]), over=a).args[2:])
    (1, n)
    """
    return bind(Total, f, over)


def product(f: Callable[[Any], Any], over: Any) -> Expr:
    """Πₖ f(k)."""
    return bind(Product, f, over)


def largest(f: Callable[[Any], Any], over: Any) -> Expr:
    """maxₖ f(k)."""
    return bind(Largest, f, over)


def vector(f: Callable[[Any], Any], over: Any) -> Family:
    """The vector with k-th entry f(k)."""
    return bind(Family, f, over)


def series(f: Callable[[Any], Any], start: int = 1) -> Family:
    """The terms f(start), f(start + 1), … of an infinite series."""
    return bind(Family, f, (start, oo))


def recurrence(start: Any, step: Callable[[Any, Any], Any], upto: Any) -> Expr:
    """m_upto of the sequence m₀ = start, m_s = step(m_{s−1}, s)."""
    previous, index = sp.Dummy("m", real=True), sp.Dummy("s", integer=True)
    body = plain_number(step(previous, index))
    top = level(body)
    names = variable_hint(step), variable_hint(step, 1)
    bound = {previous: Bound(names[0], top + 1), index: Bound(names[1], top + 2)}
    return Recurrence(plain_number(start), substitute(body, bound, reopen=False), *bound.values(), plain_number(upto))


def D(expr: Any, variable: Any, *more: Any) -> Expr:
    """∂ expr / ∂ variable, for a scalar variable or an entry such as a[j]."""
    if more:
        raise LanguageError("D takes one variable; a second derivative is D(D(f, x), x)")
    if isinstance(variable, Array):
        entry = f"{variable.name}[{', '.join('ij'[: len(variable.dims)])}]"
        raise LanguageError(f"D takes a number, and {variable.name} is an array; differentiate by an entry, {entry}")
    if not isinstance(variable, (sp.Symbol, Entry)):
        raise LanguageError(f"cannot differentiate with respect to {variable}; use a variable or an entry such as a[j]")
    return Derivative(plain_number(expr), variable)


def at(expr: Any, places: Mapping[Any, Any]) -> Expr:
    """The expression where some variables have other values; derivatives inside are taken before.

    >>> p = Array("p", sp.Symbol("n")); j = sp.Symbol("j", integer=True)
    >>> with as_written():
    ...     slope = at(D(p[j] ** 2, p[j]), {p: vector(lambda k: 1 / p.dims[0], over=p)})
    >>> slope.expr == D(p[j] ** 2, p[j])
    True
    """
    for variable, value in places.items():
        if not isinstance(variable, (sp.Symbol, Array)):
            raise LanguageError(f"at(…) puts values for variables, and {variable} is none")
        if isinstance(variable, Array) != isinstance(value, (Array, Family)):
            raise LanguageError(f"at(…): {value} cannot stand for {variable.name}")
    return At(plain_number(expr), *[plain_number(x) for pair in places.items() for x in pair])


def by_value(selector: Any, branches: Mapping[int, Any]) -> Expr:
    """The branch whose value the selector has: by_value(y, {1: p, -1: 1 - p})."""
    flat = [plain_number(x) for pair in branches.items() for x in pair]
    return ByValue(plain_number(selector), *flat)


def where_nonnegative(x: Any, there: Any, elsewhere: Any) -> Expr:
    """`there` where x ≥ 0 and `elsewhere` where x < 0: two stable forms of one function."""
    return WhereNonnegative(plain_number(x), plain_number(there), plain_number(elsewhere))


def substitute(expr: Any, mapping: Mapping[Any, Any], reopen: bool = True) -> Any:
    """Replace free variables, entries' arrays or whole sub-expressions, capture-safe.

    reopen=False is for a body whose binders cannot meet the replacement (a fresh index given its canonical name).

    >>> a = Array("a", sp.Symbol("n")); i = sp.Symbol("i")
    >>> inner = total(lambda k: a[k] * a[i], over=a)
    >>> moved = substitute(inner, {i: inner.index})          # must not be captured by the sum
    >>> inner.index in moved.free_symbols, moved.index == inner.index
    (True, False)
    """
    with as_written():
        return _substitute(expr, dict(mapping), reopen)


def _substitute(expr: Any, mapping: dict[Any, Any], reopen: bool) -> Any:
    if expr in mapping:
        return mapping[expr]
    if not expr.args:
        return expr
    if reopen and isinstance(expr, Binder):
        fresh = sp.Dummy("i", integer=True)
        inner = {k: v for k, v in mapping.items() if k != expr.index}
        body = _substitute(expr.body, {**inner, expr.index: fresh}, reopen)
        low, high = (_substitute(x, mapping, reopen) for x in (expr.low, expr.high))
        index = Bound(expr.index.name, 1 + level(body))
        return expr.func(_substitute(body, {fresh: index}, False), index, low, high)
    if reopen and isinstance(expr, Recurrence):
        previous, index = sp.Dummy("m", real=True), sp.Dummy("s", integer=True)
        step = _substitute(expr.step, {**mapping, expr.previous: previous, expr.index: index}, reopen)
        top = level(step)
        bound = {previous: Bound(expr.previous.name, top + 1), index: Bound(expr.index.name, top + 2)}
        start, upto = (_substitute(x, mapping, reopen) for x in (expr.start, expr.upto))
        return Recurrence(start, _substitute(step, bound, False), *bound.values(), upto)
    if isinstance(expr, At):
        outer = [(variable, _substitute(value, mapping, reopen)) for variable, value in expr.places]
        names = {s for variable, _ in expr.places for s in _own(variable)}
        inner = {k: v for k, v in mapping.items() if not (isinstance(k, (sp.Symbol, Array)) and _own(k) & names)}
        return _placed(expr.expr, inner, outer, reopen)
    if isinstance(expr, Derivative):
        return _placed(expr, mapping, [], reopen)
    args = [_substitute(a, mapping, reopen) for a in expr.args]
    if isinstance(expr, Entry) and isinstance(args[0], Family):
        return args[0][args[1]]
    return expr.func(*args)


def _placed(expr: Any, mapping: dict[Any, Any], places: list[tuple[Any, Any]], reopen: bool) -> Any:
    """A derivative, or an expression under `at`, with replacements: what would change its meaning is put at it instead.

    ∂f/∂aⱼ at a := 2b is not ∂f/∂(2bⱼ), and at b := a it is not the derivative of f(a, a).
    """
    fixed = {s for variable, _ in places for s in _own(variable)}
    by = {s for d in subexpressions(expr) if isinstance(d, Derivative) for s in _variable_of(d.args[1])} - fixed
    free, direct, moved = expr.free_symbols, {}, []
    variables = [(old, new) for old, new in mapping.items() if isinstance(old, (sp.Symbol, Array))]
    for old, new in variables:  # what is differentiated by may only change its name, to one that does not occur
        if _own(old) & by and not (isinstance(new, (sp.Symbol, Array)) and not _own(new) & (free | by | fixed)):
            moved.append((old, new))
        elif _own(old) & by:
            direct[old] = new
            by |= _own(new)
    for old, new in mapping.items():
        if (old, new) in moved or old in direct:
            continue
        if (old, new) in variables and _own(old) & free and new.free_symbols & (by | fixed):
            moved.append((old, new))
        else:
            direct[old] = new
    if isinstance(expr, Derivative):
        inside = Derivative(*[_substitute(a, direct, reopen) for a in expr.args])
    else:
        inside = _substitute(expr, direct, reopen)
    sizes = {k: v for k, v in direct.items() if isinstance(k, sp.Symbol)}
    every = [(_substitute(old, sizes, reopen), new) for old, new in [*places, *moved]]
    return At(inside, *[part for pair in every for part in pair]) if every else inside


def _variable_of(wrt: Any) -> set[sp.Basic]:
    return _own(wrt.array if isinstance(wrt, Entry) else wrt)


def subexpressions(expr: Any) -> Iterator[Any]:
    """Every node of the expression, outermost first."""
    yield expr
    for a in expr.args:
        yield from subexpressions(a)
