"""Where in a body something was written, as far as the source tells: errors of a built expression are shown there."""

from __future__ import annotations

import ast
import inspect
import linecache
from collections.abc import Callable, Iterator
from functools import lru_cache
from types import CodeType
from typing import Any

from .errors import located

Test = Callable[[ast.AST], bool]


def place_of(function: Callable[..., Any], test: Test, only: bool = False) -> str:
    """file:line of the first node in a function that passes the test, or of the function; only: if on one line alone.

    >>> def body(x):
    ...     return x
    >>> place_of(body, is_float) == located(body)
    True
    """
    code = inspect.unwrap(function).__code__
    lines = sorted({node.lineno for node in _nodes(code) if test(node)})  # type: ignore[attr-defined]
    return f"{code.co_filename}:{lines[0]}" if lines and (len(lines) == 1 or not only) else located(function)


def _nodes(code: CodeType) -> Iterator[ast.AST]:
    last = max(_last_lines(code))
    for node in _parsed("".join(linecache.getlines(code.co_filename))):
        if code.co_firstlineno <= getattr(node, "lineno", 0) <= last:
            yield node


def _last_lines(code: CodeType) -> Iterator[int]:
    yield max((line for _, _, line in code.co_lines() if line), default=code.co_firstlineno)
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _last_lines(inner)


@lru_cache(maxsize=4)
def _parsed(source: str) -> tuple[ast.AST, ...]:
    try:
        return tuple(ast.walk(ast.parse(source)))
    except SyntaxError:
        return ()


def is_float(node: ast.AST) -> bool:
    """A float, or a quotient of two whole numbers, which Python makes one."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return all(isinstance(side, ast.Constant) and isinstance(side.value, int) for side in (node.left, node.right))
    return isinstance(node, ast.Constant) and isinstance(node.value, float)


def names(word: str) -> Test:
    """Whether a node is this name, or an attribute of this name."""
    return lambda node: (
        (isinstance(node, ast.Name) and node.id == word) or (isinstance(node, ast.Attribute) and node.attr == word)
    )


def takes_entry(array: str) -> Test:
    """Whether a node is an entry of the array."""
    return lambda node: isinstance(node, ast.Subscript) and names(array)(node.value)
