"""The one way in which the language says no: a sentence with file and line."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any


class LanguageError(Exception):
    """A claim, definition or proof misuses the language. The message is one sentence with file and line."""

    def __init__(self, message: str, where: str = "") -> None:
        super().__init__(f"{where}: {message}" if where else message)
        self.bare = message
        self.where = where


def located(function: Callable[..., Any]) -> str:
    """file:line of a function, as a person would click it.

    >>> located(located).rpartition("/")[2].partition(":")[0]
    'errors.py'
    """
    code = inspect.unwrap(function).__code__
    return f"{code.co_filename}:{code.co_firstlineno}"
