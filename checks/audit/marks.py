"""Functions that say which definition they implement, and the assertion that they do."""

from __future__ import annotations

import inspect
import os
import sys
import sysconfig
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
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


def audit(target: str | Callable[..., Any], definition: Any, **options: Any) -> Audit:
    """Audit a function against a definition.

    target: "FILE.py:NAME", "MODULE:NAME" or a function. definition: a name of `lemmata list routines`, "FILE.py:NAME"
    or a routine. options: conventions={"base": 2}, call="f(logits=z, y=y)[0]", dtypes=["float64"], python="EXE",
    budget=8.0 seconds, seed=0, exhaustive=False, on_progress=print. Raises UsageError or LanguageError, each one
    sentence, where the request itself makes no sense; what is wrong with the target is a finding.
    """
    engine = import_module(".session", __package__).audit
    if isinstance(target, str):
        return engine(target, definition, **options)
    with nullcontext() if options.get("python") else _found_from_here():
        return engine(named(target), definition, **options)


def named(function: Callable[..., Any]) -> str | Callable[..., Any]:
    """A function as "FILE.py:NAME", where it can be found by name in the file of its module; else itself.

    So a method gets an object, findings can be shown by programs, and what a closure or a notebook holds still travels.
    What the interpreter was started with is no such file: to load it again would run it again.
    """
    inner = inspect.unwrap(function)
    module = sys.modules.get(getattr(inner, "__module__", None) or "__main__")
    name, file = getattr(inner, "__qualname__", ""), getattr(module, "__file__", None) or ""
    if module is None or module.__name__ == "__main__" or not file.endswith(".py") or not os.path.isfile(file):
        return function
    found: Any = module
    for part in name.split("."):
        found = getattr(found, part, None)
    if not callable(found) or inspect.unwrap(found) is not inner:
        return function
    here = os.path.join(os.getcwd(), "")
    return f"{file.removeprefix(here)}:{name}"


@contextmanager
def _found_from_here() -> Iterator[None]:
    """What can be imported here can be imported in the process of the target."""
    standard = sysconfig.get_path("stdlib")
    before = os.environ.get("PYTHONPATH")
    paths = [os.path.abspath(p) for p in sys.path if not p.startswith(standard)]
    os.environ["PYTHONPATH"] = os.pathsep.join(dict.fromkeys([*paths, *filter(None, [before])]))
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before


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
    found = audit(function, definition, **options)
    if not passes(found, undecided):
        raise AssertionError(text(found))


def passes(found: Audit, undecided: str = "fail") -> bool:
    return found.verdict is AuditVerdict.CORRECT or (found.verdict is AuditVerdict.UNDECIDED and undecided == "pass")


def text(found: Audit) -> str:
    """The report as plain text."""
    terminal = import_module("...reports.audit_terminal", __package__)
    return "\n" + terminal.text(found)
