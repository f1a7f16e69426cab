"""What the language checks before anything is proved: known words only, every symbol declared, every index in range."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import sympy as sp

from . import bounds, functions
from . import expressions as x
from .errors import LanguageError
from .places import Test, is_float, names, place_of, takes_entry
from .sorts import RANDOM, Sort
from .statements import Identical, Limit, SameMinimiser, Statement
from .steps import Step, successor
from .tending import unreachable
from .whole import whole

if TYPE_CHECKING:
    from .claims import Claim, Definition


Ranges = dict[Any, tuple[Any, Any]]
VECTORS = (x.Array, x.Family)
OURS = (x.__name__, functions.__name__)
SYMPY = (sp.Symbol, sp.Rational, sp.Add, sp.Mul, sp.Pow, sp.exp, sp.log, sp.tanh, sp.Abs)
INSTEAD = {
    "Mod": "a remainder is no word of the language of claims; write n - m * floor(n / m) for n % m",
    "floor": "n // m is no word of the language of claims; write floor(n / m), with floor from lemmata.spec.language",
    "ceiling": "SymPy's ceiling is no word of the language of claims; take ceiling from lemmata.spec.language",
    "cos": "SymPy's cos is no word of the language of claims; take cos from lemmata.spec.language",
    "Max": "Max is no word of the language of claims; write maximum(a, b)",
    "Min": "Min is no word of the language of claims; write minimum(a, b)",
    "Sum": "Sum is no word of the language of claims; write total(lambda k: …, over=n)",
    "Product": "Product is no word of the language of claims; write product(lambda k: …, over=n)",
    "Piecewise": "Piecewise is no word of the language of claims; write where_nonnegative(x, there, elsewhere) or by_value",
}
ENDLESS = {x.Total: "sum", x.Product: "product", x.Largest: "maximum"}
CONSTANTS = (sp.pi, sp.E, sp.oo, -sp.oo)


def check_ranges(item: Claim | Definition, what: Statement | sp.Expr, lengths: bool = True) -> None:
    """Raise a LanguageError for a foreign word, a symbol that is nobody's, or an index that leaves its range.

    lengths=False is for the steps of a proof: in the step of an induction every array is longer by one.
    """
    ranges: Ranges = {}
    for v in item.variables.values():
        if v.sort.kind == "index":
            ranges[v.expr] = (sp.Integer(1), v.lengths[0])
        elif v.sort.kind in ("size", "scalar") and v.sort.domain.integer:
            low, high = v.sort.domain.low, v.sort.domain.high
            ranges[v.expr] = (low if low is None else sp.Integer(low), high if high is None else sp.Integer(high))
    walk = _Walk(item, lengths)
    for expr, may_be_vector in _places(what) if isinstance(what, Statement) else ((what, False),):
        (walk.any if may_be_vector else walk.number)(expr, ranges)
    fault = _no_space(item, what) if isinstance(what, SameMinimiser) else ""
    fault = fault or _unlike(what) if isinstance(what, Statement) else ""
    fault = fault or (unreachable(what, item.variables) if isinstance(what, Limit) else "")
    if fault:
        raise walk.wrong(fault)


def check_steps(item: Claim, steps: Iterable[Step], where: str) -> None:
    """Raise a LanguageError for a case that is none, a hypothesis outside an induction, or what check_ranges finds."""
    stepping = False
    for step in steps:
        if step.case is not None:
            stepping = successor in step.case.values()
            for name, value in step.case.items():
                fault = _no_case(item, name, value, successor)
                if fault:
                    raise LanguageError(f"case(…, {name}={getattr(value, 'name', value)}): {fault}", where)
        elif step.using and step.using.lemma is None and not stepping:
            raise LanguageError(f'"{step.reason}": hypothesis() belongs into a case with t=successor', where)
        for expr in (step.expr, step.because, step.using and step.using.times):
            if expr is not None:
                try:
                    check_ranges(item, expr, lengths=False)
                except LanguageError as error:
                    raise LanguageError(f'"{step.reason}": {error.bare}', where) from error


def _no_case(item: Claim, name: str, value: Any, successor: str) -> str:
    """Why a variable cannot be split so, or nothing."""
    variable = item.variables.get(name)
    if variable is None:
        return f"{name} is not a variable of {item.id}"
    if variable.sort.kind not in ("scalar", "size"):
        return f"cases are on numbers, and {name} is none"
    if isinstance(item.statement, SameMinimiser) and item.statement.over == variable.expr:
        return f"the minimisers are over all {name}"
    whole = variable.sort.domain.integer
    narrower = isinstance(value, Sort) and value.kind == "scalar"
    if isinstance(value, int) or narrower or (whole and value == successor):
        return ""
    return f"a case of {name} is a whole number or {'successor' if whole else 'a sort such as Positive'}"


def _places(s: Statement) -> Iterator[tuple[Any, bool]]:
    """Every expression of a statement, and whether a vector may stand there."""
    for f in fields(s):
        value = getattr(s, f.name)
        vector = isinstance(s, Identical) or f.name in ("over", "for_all", "terms")
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, Statement):
                yield from _places(part)
            elif part is not None:
                yield part, vector


def _no_space(item: Claim | Definition, s: SameMinimiser) -> str:
    """Why there are no minimisers over this, or nothing."""
    sort = getattr(item.variables.get(s.over.name), "sort", None)
    real = sort and (
        sort.kind == "array" or (sort.kind == "scalar" and not sort.domain.integer and not sort.domain.values)
    )
    return "" if real else f"SameMinimiser is over a vector or a real variable, and {s.over.name} is none"


def _unlike(s: Statement) -> str:
    """Why the two sides of an Identical in the statement cannot be compared, or nothing."""
    for f in fields(s):
        value = getattr(s, f.name)
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, Statement) and (fault := _unlike(part)):
                return fault
    if not isinstance(s, Identical):
        return ""
    shapes = [e.dims if isinstance(e, VECTORS) else () for e in (s.left, s.right)]
    same = len(shapes[0]) == len(shapes[1]) and not any(bounds.difference(*pair) for pair in zip(*shapes, strict=True))
    one, other = (" × ".join(_text(d) for d in dims) if dims else "one number" for dims in shapes)
    return "" if same else f"Identical compares what has one shape, not {one} and {other}"


class _Walk:
    """One walk over an expression of a claim or definition."""

    def __init__(self, item: Any, lengths: bool, placed: frozenset[str] = frozenset()) -> None:
        """placed: the names that an enclosing `at` gives values."""
        self.item, self.lengths, self.placed = item, lengths, placed

    def wrong(self, sentence: str, written: Test | None = None, only: bool = False) -> LanguageError:
        """The error, at the line where what passes the test is written (only: on one line alone), or at the claim's."""
        where = self.item.where if written is None else place_of(self.item.function, written, only)
        return LanguageError(f"{sentence}, in {self.item.id}", where)

    def number(self, e: Any, ranges: Ranges) -> None:
        if isinstance(e, VECTORS):
            name = e.name if isinstance(e, x.Array) else "vector(…)"
            raise self.wrong(f"{name} is a vector or matrix where a number is wanted; use its entries, {name}[…]")
        self.any(e, ranges)

    def any(self, e: Any, ranges: Ranges) -> None:
        self._word(e, ranges)
        match e:
            case x.Binder():
                if not isinstance(e, x.Family) and {sp.oo, -sp.oo} & {e.low, e.high}:
                    raise self.wrong(
                        f"a {ENDLESS[type(e)]} without end has no value; state Limit(…, n, oo, value) of the one up to n"
                        + (", or Converges(series(…))" if isinstance(e, x.Total) else ""),
                        names("oo"),
                        only=True,
                    )
                self._whole(e.low, ranges)
                self._whole(e.high, ranges)
                self.number(e.body, {**ranges, e.index: (e.low, e.high)})
            case x.Recurrence():
                self.number(e.start, ranges)
                self._whole(e.upto, ranges)
                self.number(e.step, {**ranges, e.previous: (None, None), e.index: (sp.Integer(1), e.upto)})
            case x.Entry():
                for axis, index in enumerate(e.indices):
                    self._whole(index, ranges)
                    self._index(index, axis, e, ranges)
                self.any(e.array, ranges)
            case x.Named():
                from .claims import unfold  # definitions live there, and claims are validated here

                self.number(unfold(e), ranges)
                for argument in e.arguments:
                    self.any(argument, ranges)
            case x.Derivative():
                self._variable(e.args[1])
                self.number(e.args[0], ranges)
                self.number(e.args[1], ranges)
            case x.At():
                for variable, value in e.places:
                    declared = self.item.variables.get(variable.name)
                    if declared and declared.sort.kind in RANDOM:
                        raise self.wrong(f"{variable.name} is random, and at(…) cannot give it a value")
                    (self.any if isinstance(variable, x.Array) else self.number)(value, ranges)
                inside = _Walk(self.item, self.lengths, self.placed | {v.name for v, _ in e.places})
                inside.number(e.expr, _without({v for v, _ in e.places}, ranges))
            case x.WhereNonnegative():
                condition, there, elsewhere = e.args
                self.number(condition, ranges)
                self.number(there, {condition: (sp.Integer(0), None), **ranges})  # there it is at least 0
                self.number(elsewhere, ranges)
            case x.Moment():
                self._random(e.args[0], int(e.args[1]))
                self.any(e.args[0], ranges)
            case x.Array() | x.Application():
                for part in e.args[1:]:
                    self.any(part, ranges)
            case _:
                for part in e.args:
                    self.number(part, ranges)

    def _word(self, e: Any, ranges: Ranges) -> None:
        if isinstance(e, sp.Float):
            raise self.wrong(f"{float(e)} is a float, and claims are exact; write x / 2 for 0.5 * x", is_float)
        if not isinstance(e, SYMPY) and e not in CONSTANTS and type(e).__module__ not in OURS:
            name = type(e).__name__
            said = INSTEAD.get(name, f"{name} is no word of the language of claims")
            raise self.wrong(said, names(name))
        known = isinstance(e, x.Bound) or e in CONSTANTS or getattr(e, "name", "") in self.placed
        if isinstance(e, sp.Symbol) and not known and e.name not in self.item.variables:
            raise LanguageError(
                f"{e.name} is not a variable of {self.item.id}; declare it as a parameter with a sort", self.item.where
            )
        if isinstance(e, x.Bound) and e not in ranges:
            raise self.wrong(f"the index {e.name} is used outside its sum")

    def _whole(self, e: Any, ranges: Ranges) -> None:
        self.number(e, ranges)
        states = {index for index, (low, _) in ranges.items() if low is None}
        if (not (e.is_integer or whole(e)) and e != sp.oo) or e.free_symbols & states:
            raise self.wrong(f"{e} is used as an index or a limit of a sum, but need not be a whole number")

    def _variable(self, v: Any) -> None:
        declared = self.item.variables.get(v.name) if isinstance(v, sp.Symbol) else None
        placed = isinstance(v, sp.Symbol) and v.name in self.placed
        if not isinstance(v, x.Entry) and not placed and (declared is None or declared.expr != v or v.is_integer):
            raise self.wrong(f"{v} is no real variable that one could differentiate by")
        if isinstance(v, x.Entry) and v.array.name not in self.placed:
            sort, name = self._sort(v.array), v.array.name
            if sort.kind in RANDOM:
                raise self.wrong(f"{name} is random, and no variable that one could differentiate by")
            if sort.symmetric:
                raise self.wrong(
                    f"{name} is symmetric, so that no entry changes alone; to differentiate, declare it as a Matrix"
                )

    def _random(self, g: Any, order: int) -> None:
        if not isinstance(g, x.Array) or self._sort(g).kind not in RANDOM:
            raise self.wrong(f"{g} has no moments; moment_of takes a random array, such as one of sort Independent")
        if order not in self._sort(g).moments:
            raise self.wrong(f"the entries of {g.name} need not have the same moment of order {order}")

    def _sort(self, array: Any) -> Any:
        if not isinstance(array, x.Array) or array.name not in self.item.variables:
            raise self.wrong(f"{array} is not a variable of the claim")
        return self.item.variables[array.name].sort

    def _index(self, index: Any, axis: int, entry: x.Entry, ranges: Ranges) -> None:
        """Raise a LanguageError unless 1 ≤ index ≤ length follows from the sorts and the sums around the entry."""
        name, length = entry.array.name, entry.array.dims[axis]
        if index.is_Integer and index < 1:
            raise self.wrong(f"{name}[{index}]: indices start at 1")
        if not self.lengths or ranges.get(index) == (sp.Integer(1), length) or bounds.within(index, length, ranges):
            return
        low, high = bounds.reach(index, ranges)
        which, end = f"the index {_text(index)} of {name}", _text(length)
        if low is None or high is None or low == high:
            raise self.wrong(f"{which} may lie outside 1, …, {end}", takes_entry(name), only=True)
        has = f"length {end}" if len(entry.array.dims) == 1 else f"{end} {('rows', 'columns')[axis]}"
        said = f"{which} runs from {_text(low)} to {_text(high)}, but {name} has {has}"
        raise self.wrong(said, takes_entry(name), only=True)


def _without(placed: set[Any], ranges: Ranges) -> Ranges:
    """The ranges without what an enclosing `at` gives another value."""

    def known(end: Any, otherwise: Any) -> Any:
        return otherwise if end is not None and end.free_symbols & placed else end

    return {v: (known(low, -sp.oo), known(high, sp.oo)) for v, (low, high) in ranges.items() if v not in placed}


def _text(e: Any) -> str:
    from .printing import text  # it prints definitions, which are validated here

    return text(e)
