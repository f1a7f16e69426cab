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


INSTEAD = "use the functions of lemmata.spec.language, not those of math or NumPy"
HINTS = (
    ("truth value of Relational", "Python cannot choose between formulas; use maximum, minimum or where_nonnegative"),
    ("Cannot convert expression to float", INSTEAD),
    ("loop of ufunc", INSTEAD),
    ("unsupported operand type(s) for @", "a product of vectors is total(lambda k: a[k] * b[k], over=a)"),
    ("has no attribute 'T'", "the entries of the transpose of A are A[j, i]"),
    ("has no len()", "the length of a is a.dims[0], or n where it is declared as n=Size"),
    ("cannot be interpreted as an integer", "a sum over all k is total(lambda k: …, over=n)"),
)


def hint(error: BaseException) -> str:
    """What to write instead of what Python or SymPy refused, after a semicolon; or nothing.

    >>> hint(TypeError("object of type 'Array' has no len()"))
    '; the length of a is a.dims[0], or n where it is declared as n=Size'
    """
    return next((f"; {advice}" for said, advice in HINTS if said in str(error)), "")


def located(function: Callable[..., Any]) -> str:
    """file:line of a function, as a person would click it.

    >>> located(located).rpartition("/")[2].partition(":")[0]
    'errors.py'
    """
    code = inspect.unwrap(function).__code__
    return f"{code.co_filename}:{code.co_firstlineno}"
