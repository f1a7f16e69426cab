"""What code sees of an argument: the conventions it depends on, how labels are coded, what may be left out.

A sort says what an argument is; a `Given` adds how it is presented to code. The mathematical value stays the sort's.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from enum import Enum
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from .errors import LanguageError

if TYPE_CHECKING:
    from .sorts import Sort


class Coding(Enum):
    """How an argument is presented to code."""

    AS_IS = "the numbers themselves"
    POSITIONS = "of each one-hot row the position of its 1, counted from 0"
    BITS = "0 for −1, 1 for +1"
    SIGNS = "−1 for 0, +1 for 1"
    TWO_VALUES = "one of two values for −1, the other for +1; both follow as the arguments neg and pos"
    TRUTH = "False for 0, True for 1"


AS_IS, POSITIONS, BITS = Coding.AS_IS, Coding.POSITIONS, Coding.BITS
SIGNS, TWO_VALUES, TRUTH = Coding.SIGNS, Coding.TWO_VALUES, Coding.TRUTH


@dataclass(frozen=True)
class Given:
    """An argument: its sorts and codings by the value of a convention ("": by none), and when it is there.

    when: the convention and the value with which it is there, or nothing. may_lack: whether it may be left out.
    """

    sorts: Mapping[Any, Sort]
    sort_by: str = ""
    codings: Mapping[Any, Coding] | None = None
    coded_by: str = ""
    when: tuple[str, Any] | None = None
    may_lack: bool = False

    def coded(self, always: Coding = AS_IS, **by: Mapping[Any, Coding]) -> Given:
        """The same argument, presented so: `coded(TRUTH)`, or `coded(labels={"pm1": AS_IS, "01": BITS})`."""
        if len(by) > 1:
            raise LanguageError(f"an argument is coded by one convention, not by {' and '.join(by)}")
        (name, codings), *_ = by.items() or [("", {None: always})]
        return replace(self, codings=dict(codings), coded_by=name)

    def only(self, **when: Any) -> Given:
        """The same argument, there only with this value of a convention: `only(weight_decay="decoupled")`."""
        if len(when) != 1:
            raise LanguageError("only(…) takes one convention and its value, such as only(weight_decay='decoupled')")
        return replace(self, when=next(iter(when.items())))

    @property
    def optional(self) -> Given:
        """The same argument, which a caller may leave out: the body then gets None."""
        return replace(self, may_lack=True)

    def there(self, conventions: Mapping[str, Any]) -> bool:
        return self.when is None or conventions[self.when[0]] == self.when[1]

    def sort(self, conventions: Mapping[str, Any]) -> Sort:
        return self.sorts[conventions[self.sort_by] if self.sort_by else None]

    def coding(self, conventions: Mapping[str, Any]) -> Coding:
        if self.codings is None:
            return AS_IS
        return self.codings[conventions[self.coded_by] if self.coded_by else None]

    def fault(self, choices: Mapping[str, Options]) -> str:
        """Why this does not fit the conventions of a routine, or nothing."""
        said = [(self.sort_by, self.sorts), (self.coded_by, self.codings or {})]
        said += [(self.when[0], None)] if self.when else []
        for name, by in said:
            if name and name not in choices:
                return f"depends on {name}, which is no convention{meant(name, choices)}"
            if name and by is not None and {*by} != {*choices[name].values}:
                return f"must say what it is for every value of {name}: {choices[name].words}"
        if self.when and self.when[1] not in choices[self.when[0]].values:
            return f"is there only with {self.when[0]}={self.when[1]}, but the values are {choices[self.when[0]].words}"
        return ""


def per(convention: str, sorts: Mapping[Any, Any] | None = None, **named: Any) -> Any:
    """An argument whose sort depends on a convention: per("input", probs=…, nll=…), per("normalise", {False: …})."""
    return Given({**(sorts or {}), **named}, sort_by=convention)


@dataclass(frozen=True)
class Options:
    """The values of a convention, the default first; `other` makes further values of what it accepts."""

    values: tuple[Any, ...]
    other: Callable[[Any], Any] | None = None

    @property
    def default(self) -> Any:
        return self.values[0]

    @property
    def words(self) -> str:
        kind = "a whole number" if self.other is int else "a number"
        return ", ".join(map(_shown, self.values)) + (f" or {kind}" if self.other else "")

    def read(self, given: Any) -> Any:
        """The value that is meant, also by text as a command line gives it; LookupError where there is none."""
        text = "none" if given is None else str(given).lower()
        for value in self.values:
            same = given == value and isinstance(given, bool) == isinstance(value, bool)
            if same or text == str(value).lower():
                return value
        if self.other is None or isinstance(given, bool):
            raise LookupError(given)
        try:
            found = self.other(str(given))  # as written: 0.1 is one tenth
        except (ValueError, ZeroDivisionError) as error:
            raise LookupError(given) from error
        return next((value for value in self.values if value == found), found)


def Choice(*values: Any, other: Callable[[Any], Any] | None = None) -> Any:
    """A convention: the default, then the other values; other=int admits any further whole number.

    >>> Choice("e", 2).read("2"), Choice(-1, "none", other=int).read(0), Choice(False, True).read("true")
    (2, 0, True)
    """
    if not values:
        raise LanguageError('a convention has a default, such as Choice("mean", "sum", "none")')
    shown = [str(v).lower() for v in values]
    if len({*shown}) < len(shown):
        raise LanguageError(f"the values of a convention differ, and these do not: {', '.join(map(_shown, values))}")
    if other is None and len(values) == 1:
        raise LanguageError(f"Choice({values[0]!r}) leaves no choice; give another value, or other=int")
    if other not in (None, int, Fraction):
        raise LanguageError("the further values of a convention are other=int or other=Fraction")
    return Options(values, other)


def _shown(value: Any) -> str:
    return str(float(value)) if isinstance(value, Fraction) else str(value)


def meant(name: Any, names: Any, otherwise: str = "") -> str:
    """The nearest names, as the end of a sentence.

    >>> meant("reducton", ["reduction", "labels"]), meant("x", [])
    ('; did you mean reduction?', '')
    """
    near = get_close_matches(str(name), [str(n) for n in names], n=3)
    return f"; did you mean {' or '.join(near)}?" if near else otherwise
