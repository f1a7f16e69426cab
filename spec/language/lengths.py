"""Dimensions: a name such as "n", a fixed number such as 3, or a name plus a number such as "n + 1"."""

from __future__ import annotations

import re
from collections.abc import Callable
from keyword import iskeyword
from typing import Any

from .errors import LanguageError


def dimension(given: Any, sort: str) -> str:
    """The dimension as canonical text, or a LanguageError that says what to write.

    >>> dimension("n", "Vector"), dimension("n+1", "Vector"), dimension(3, "Vector")
    ('n', 'n + 1', '3')
    """
    if isinstance(given, int) and not isinstance(given, bool) and given >= 1:
        return str(given)
    text = given if isinstance(given, str) else ""
    if text.strip().isdigit() and int(text) >= 1:
        raise LanguageError(f'a fixed length is written {sort}[{int(text)}], not {sort}["{given}"]')
    match = re.fullmatch(r"\s*(\w+?)\s*(?:\+\s*([0-9]+)\s*)?", text)
    if match and match[1].isidentifier() and not iskeyword(match[1]):
        return f"{match[1]} + {int(match[2])}" if int(match[2] or 0) else match[1]
    raise LanguageError(
        f'a dimension is a name such as {sort}["n"], a number such as {sort}[3], or a name plus a number such as '
        f'{sort}["n + 1"], not {given!r}'
    )


def parts(dim: str) -> tuple[str, int]:
    """The name ("" without one) and the number that is added to it.

    >>> parts("n"), parts("n + 1"), parts("3")
    (('n', 0), ('n', 1), ('', 3))
    """
    if dim.isdigit():
        return "", int(dim)
    name, _, more = dim.partition(" + ")
    return name, int(more or 0)


def value(dim: str, size: Callable[[str], Any], number: Callable[[int], Any] = int) -> Any:
    """The dimension where names have values.

    >>> value("n + 1", {"n": 4}.get), value("3", {}.get)
    (5, 3)
    """
    name, more = parts(dim)
    if not name:
        return number(more)
    return size(name) + number(more) if more else size(name)
