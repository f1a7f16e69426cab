"""Statements: our own relations between expressions. None of them is ever evaluated by SymPy.

`sympy.Eq(x, x)` is True before anyone has looked, and `Ge(positive, 0)` too; these are only data.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

import sympy as sp

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
    """Two vectors or two matrices agree entry by entry (or two numbers agree). Used as an equality case."""

    left: Any
    right: Any


@dataclass(frozen=True)
class All(Statement):
    """Several conditions hold. As an equality case it is written as a tuple of them."""

    parts: tuple[Equals | Identical, ...]


@dataclass(frozen=True)
class AtMost(Statement):
    """left ≤ right; with `equality`, equality holds exactly when that condition (or a tuple of them) does."""

    left: Any
    right: Any
    equality: Any = None

    def __post_init__(self) -> None:
        _join(self)


@dataclass(frozen=True)
class AtLeast(Statement):
    """left ≥ right; with `equality`, equality holds exactly when that condition (or a tuple of them) does."""

    left: Any
    right: Any
    equality: Any = None

    def __post_init__(self) -> None:
        _join(self)


def _join(s: AtMost | AtLeast) -> None:
    """A tuple of conditions as the one condition that it is."""
    if isinstance(s.equality, tuple) and s.equality:
        first, *others = s.equality
        object.__setattr__(s, "equality", All((first, *others)) if others else first)


def conditions(s: Equals | Identical | All) -> tuple[Equals | Identical, ...]:
    """The conditions of an equality case."""
    return s.parts if isinstance(s, All) else (s,)


@dataclass(frozen=True)
class Less(Statement):
    """left < right."""

    left: Any
    right: Any


@dataclass(frozen=True)
class Limit(Statement):
    """expr tends to value as the variable tends to a number (from above) or to ∞."""

    expr: Any
    variable: Any
    to: Any
    value: Any


@dataclass(frozen=True)
class Converges(Statement):
    """The series with these terms, `series(lambda k: …)`, has a finite sum."""

    terms: Any


@dataclass(frozen=True)
class Diverges(Statement):
    """The series with these terms, `series(lambda k: …)`, has no finite sum."""

    terms: Any


@dataclass(frozen=True)
class Iff(Statement):
    """Two statements hold for the same values of the variables."""

    left: Statement
    right: Statement


@dataclass(frozen=True)
class SameMinimiser(Statement):
    """Two functions of a vector, or of a real variable, have the same minimisers."""

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

    fault = _misplaced(statement)
    if fault:
        raise LanguageError(fault, where)

    def expression(value: Any) -> Any:
        try:
            value = plain_number(value)
        except LanguageError as error:
            raise LanguageError(error.bare, where) from error
        if not isinstance(value, (Expr, Array, Family)):
            raise LanguageError(f"{value} is a {type(value).__name__}, not an expression; use our own relations", where)
        return value

    built = statement.rebuild(expression)
    if isinstance(built, Determines) and any(built.value.has(v) for v in (*built.for_all, built.unknown)):
        raise LanguageError(f"the value of {built.unknown} may not depend on what it must hold for", where)
    return built


def _no_side(s: Any) -> str:
    """Why a statement cannot be a side of an equivalence, or nothing: whether it holds must show at one input."""
    kind = type(s).__name__
    if isinstance(s, (AtMost, AtLeast)) and s.equality is not None:
        return f"a side of Iff is {kind} without an equality case"
    decidable = isinstance(s, (Equals, Identical, Less, AtMost, AtLeast, Iff))
    return "" if decidable else f"a side of Iff is an equation, an inequality, Identical or Iff, not {kind}"


def _is_condition(part: Any) -> bool:
    return isinstance(part, (Equals, Identical))


def _misplaced(s: Statement) -> str:
    """What stands where something else is wanted, or nothing."""
    name = type(s).__name__
    for f in fields(s):
        part = getattr(s, f.name)
        kind = type(part).__name__
        match f.name:
            case "equality":
                wrong = [p for p in (part.parts if isinstance(part, All) else (part,)) if not _is_condition(p)]
                if part is not None and wrong:
                    kind = type(wrong[0]).__name__
                    return f"the equality case of {name} is Equals(…), Identical(…) or a tuple of them, not {kind}"
                fault = next((f for p in conditions(part) if (f := _misplaced(p))), "") if part is not None else ""
                if fault:
                    return fault
            case "equation":
                if not isinstance(part, Equals):
                    return f"the equation of {name} is Equals(…), not {kind}"
            case "for_all":
                if not isinstance(part, tuple) or not all(isinstance(v, (sp.Symbol, Array)) for v in part):
                    return f"for_all of {name} is a tuple of variables, such as (w, j)"
            case "terms" if not isinstance(part, Family):
                return f"{name} takes series(lambda k: …), not {kind}"
            case "over" if not isinstance(part, (Array, sp.Symbol)):
                return f"{name} is over a vector or a real variable, not {kind}"
            case "unknown" | "variable" if not isinstance(part, sp.Symbol):
                return f"the {f.name} of {name} is a variable, not {kind}"
            case "left" | "right" if isinstance(s, Iff):
                fault = _misplaced(part) if isinstance(part, Statement) else f"Iff takes statements, not {kind}"
                fault = fault or _no_side(part)
                if fault:
                    return fault
            case _:
                if part is None or isinstance(part, Statement):
                    return f"{name} takes expressions, not {kind}"
    return ""
