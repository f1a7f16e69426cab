"""Statements: our own relations between expressions. None of them is ever evaluated by SymPy.

`sympy.Eq(x, x)` is True before anyone has looked, and `Ge(positive, 0)` too; these are only data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from .errors import LanguageError
from .expressions import Array, Expr, Family, plain_number


@dataclass(frozen=True)
class Statement:
    """What a claim says. `expressions` are its parts in order, `rebuild` makes the same kind from other parts."""

    def expressions(self) -> tuple[Any, ...]:
        return tuple(v for f in fields(self) for v in _parts(getattr(self, f.name)))

    def rebuild(self, change: Callable[[Any], Any]) -> Any:
        return type(self)(*[_mapped(getattr(self, f.name), change) for f in fields(self)])


def _parts(value: Any) -> tuple[Any, ...]:
    if isinstance(value, Statement):
        return value.expressions()
    if isinstance(value, tuple):
        return tuple(p for v in value for p in _parts(v))
    return () if value is None else (value,)


def _mapped(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, Statement):
        return value.rebuild(change)
    if isinstance(value, tuple):
        return tuple(_mapped(v, change) for v in value)
    return None if value is None else change(value)


@dataclass(frozen=True)
class Equals(Statement):
    """left = right."""

    left: Any
    right: Any


@dataclass(frozen=True)
class Identical(Statement):
    """Two vectors agree entry by entry (or two numbers agree). Used as an equality case."""

    left: Any
    right: Any


@dataclass(frozen=True)
class AtMost(Statement):
    """left ≤ right; with `equality`, equality holds exactly when that condition does."""

    left: Any
    right: Any
    equality: Equals | Identical | None = None


@dataclass(frozen=True)
class AtLeast(Statement):
    """left ≥ right; with `equality`, equality holds exactly when that condition does."""

    left: Any
    right: Any
    equality: Equals | Identical | None = None


@dataclass(frozen=True)
class Less(Statement):
    """left < right."""

    left: Any
    right: Any


@dataclass(frozen=True)
class SameMinimiser(Statement):
    """Two functions of a vector have the same minimisers."""

    first: Any
    second: Any
    over: Any


@dataclass(frozen=True)
class Determines(Statement):
    """The equation holds for all values of `for_all` exactly when unknown = value."""

    equation: Equals
    unknown: Any
    value: Any
    for_all: tuple[Any, ...]


def check_statement(statement: Any, where: str) -> Statement:
    """The statement itself, with plain numbers made expressions, or a LanguageError that says what it is instead."""
    if not isinstance(statement, Statement):
        raise LanguageError(
            f"a claim must return a statement such as Equals(left, right), not {type(statement).__name__}", where
        )

    def expression(value: Any) -> Any:
        try:
            value = plain_number(value)
        except LanguageError as error:
            raise LanguageError(error.bare, where) from error
        if not isinstance(value, (Expr, Array, Family)):
            raise LanguageError(f"{value} is a {type(value).__name__}, not an expression; use our own relations", where)
        return value

    return statement.rebuild(expression)
