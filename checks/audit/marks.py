"""Functions that say which definition they implement, and the assertion that they do."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, TypeVar

from .findings import Audit, AuditVerdict

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Mark:
    """A function, the definition that it is said to implement, and options of the audit."""

    function: Callable[..., Any]
    definition: str
    options: dict[str, Any] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """Where the function is written; "" where that is not known."""
        try:
            return os.path.realpath(inspect.getsourcefile(inspect.unwrap(self.function)) or "")
        except TypeError:
            return ""

    @property
    def name(self) -> str:
        return getattr(self.function, "__qualname__", "") or type(self.function).__name__


MARKED: list[Mark] = []


def implements(definition: str, **options: Any) -> Callable[[F], F]:
    """Marks a function as what computes a definition, for `pytest --lemmata-audit`; the function stays as it is.

    options are those of `audit`, such as conventions={"base": 2} and dtypes=["float64"], and `undecided` as for
    `assert_implements`.

    >>> @implements("softplus")
    ... def softplus(x):
    ...     return max(x, 0.0)
    >>> MARKED.pop().definition, softplus(2.0)
    ('softplus', 2.0)
    """

    def mark(function: F) -> F:
        MARKED.append(Mark(function, definition, options))
        return function

    return mark


def assert_implements(
    function: str | Callable[..., Any], definition: Any, *, undecided: str = "fail", **options: Any
) -> None:
    """Raises AssertionError, with the smallest input at which it fails, unless a function computes its definition.

    undecided: "fail", or "pass" where what the audit cannot settle is to be let through. options are those of `audit`.
    """
    if undecided not in ("fail", "pass"):
        raise ValueError(f"undecided is {undecided!r}, and has to be 'fail' or 'pass'")
    found = import_module(".session", __package__).audit(function, definition, **options)
    if not passes(found, undecided):
        raise AssertionError(text(found))


def passes(found: Audit, undecided: str = "fail") -> bool:
    return found.verdict is AuditVerdict.CORRECT or (found.verdict is AuditVerdict.UNDECIDED and undecided == "pass")


def text(found: Audit) -> str:
    """The report as plain text."""
    terminal = import_module("...reports.audit_terminal", __package__)
    return "\n" + terminal.text(found)
