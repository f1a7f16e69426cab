"""What the language checks before anything is proved: every symbol is declared, every index stays in its range."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sympy as sp

from .errors import LanguageError
from .expressions import Array, Binder, Bound, Entry, Named, Recurrence
from .statements import Statement

if TYPE_CHECKING:
    from .claims import Claim, Definition

Range = tuple[Any, Any]


def check_ranges(item: Claim | Definition, what: Statement | sp.Expr) -> None:
    """Raise a LanguageError when a symbol is nobody's, or an index ranges over another length than its array."""
    declared = {v.name for v in item.variables.values()}
    ranges: dict[Any, Range] = {}
    for v in item.variables.values():
        if v.sort.kind == "index":
            ranges[v.expr] = (sp.Integer(1), item.variables[v.sort.dims[0]].expr)
    for expr in what.expressions() if isinstance(what, Statement) else (what,):
        _walk(expr, ranges, declared, item)


def _walk(e: Any, ranges: dict[Any, Range], declared: set[str], item: Any) -> None:
    if isinstance(e, sp.Symbol) and not isinstance(e, Bound) and e.name not in declared:
        raise LanguageError(
            f"{e.name} is not a variable of {item.id}; declare it as a parameter with a sort", item.where
        )
    if isinstance(e, Bound) and e not in ranges:
        raise LanguageError(f"the index {e.name} is used outside its sum in {item.id}", item.where)
    if isinstance(e, Binder):
        for side in (e.low, e.high):
            _walk(side, ranges, declared, item)
        return _walk(e.body, {**ranges, e.index: (e.low, e.high)}, declared, item)
    if isinstance(e, Recurrence):
        for side in (e.start, e.upto):
            _walk(side, ranges, declared, item)
        inner = {**ranges, e.previous: (None, None), e.index: (sp.Integer(1), e.upto)}
        return _walk(e.step, inner, declared, item)
    if isinstance(e, Entry):
        for index, length in zip(e.indices, e.array.dims, strict=True):
            _check_index(index, length, e, ranges, item)
    if isinstance(e, Named):
        from .claims import unfold  # definitions live there, and claims are validated here

        _walk(unfold(e), ranges, declared, item)
    for part in e.args[1:] if isinstance(e, (Array, Named)) else e.args:
        _walk(part, ranges, declared, item)


def _check_index(index: Any, length: Any, entry: Entry, ranges: dict[Any, Range], item: Any) -> None:
    """A bare index must run over the length, a number must be at least 1; other indices are left to the balls."""
    if index in ranges and ranges[index] != (None, None):
        low, high = ranges[index]
        inside = (
            low.is_Integer
            and low >= 1
            and (high == length or (high.is_Integer and length.is_Integer and high <= length))
        )
        if not inside:
            raise LanguageError(
                f"the index {index.name} of {entry.array.name} runs from {low} to {high}, "
                f"but {entry.array.name} has length {length}, in {item.id}",
                item.where,
            )
    elif index.is_Integer and index < 1:
        raise LanguageError(f"{entry.array.name}[{index}]: indices start at 1, in {item.id}", item.where)
