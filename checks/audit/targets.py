"""What is audited: a function of a file, of a module, or sent along; and the template by which it is called."""

from __future__ import annotations

import ast
import difflib
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ..selection import UsageError


@dataclass(frozen=True)
class Target:
    """kind: "file" (path is the file's), "module" (path is its dotted name) or "pickle" (data by cloudpickle).

    name may be dotted: a method, which is called on an object made without arguments. source: a pickled function's.
    """

    kind: str
    path: str
    name: str
    call: str = ""
    data: bytes = b""
    source: str = ""

    def __str__(self) -> str:
        return f"{self.path}:{self.name}" if self.path else self.name


def parse(text: str, call: str = "") -> Target:
    """The target that a user's words name.

    >>> parse("numpy.linalg:norm", "norm(x, ord=1)")
    Target(kind='module', path='numpy.linalg', name='norm', call='norm(x, ord=1)', data=b'', source='')
    """
    where, colon, name = text.rpartition(":")
    if not colon or not where or not name:
        raise UsageError(f"{text} does not name a function: write path/file.py:name or package.module:name")
    if not all(part.isidentifier() for part in name.split(".")):
        raise UsageError(f"{name} in {text} is not the name of a function")
    if call:
        template(call)
    if where.endswith(".py") or "/" in where or "\\" in where:
        path = Path(where).expanduser()
        if not path.is_file():
            raise UsageError(f"there is no file {where}")
        if path.suffix != ".py":
            raise UsageError(f"{where} is not a Python file")
        return Target("file", str(path.absolute()), name, call)
    if not all(part.isidentifier() for part in where.split(".")):
        raise UsageError(f"{where} is neither a Python file nor the name of a module")
    return Target("module", where, name, call)


def sent(function: Callable[..., Any], call: str = "") -> Target:
    """A function as it stands here: a closure, a lambda, a cell of a notebook. A template calls a lambda f."""
    try:
        import cloudpickle  # type: ignore[import-not-found]
    except ImportError:
        raise UsageError("to audit a function of this process, install cloudpickle; or name its file") from None
    if not callable(function):
        raise UsageError(f"{type(function).__name__} objects cannot be called, and so not be audited")
    if call:
        template(call)
    own = _own_module(function)
    try:
        if own is not None:  # by value, as the other interpreter may not find it
            cloudpickle.register_pickle_by_value(own)
        data = cloudpickle.dumps(function)
    except Exception as error:
        raise UsageError(f"the function cannot be sent to another process: {error}") from None
    finally:
        if own is not None:
            cloudpickle.unregister_pickle_by_value(own)
    try:
        source = textwrap.dedent(inspect.getsource(function))
    except (OSError, TypeError):
        source = ""
    name = str(getattr(function, "__name__", type(function).__name__))
    return Target("pickle", "", name if name.isidentifier() else "f", call, data, source)


def _own_module(function: Any) -> Any:
    """The user's own module that a function or the class of an object is of; None for installed ones."""
    name = getattr(function, "__module__", None) or type(function).__module__
    module = sys.modules.get(name)
    file = getattr(module, "__file__", None) or ""
    installed = "site-packages" in file or "dist-packages" in file or name.partition(".")[0] in sys.stdlib_module_names
    return None if not file or installed or name == "__main__" else module


# Templates


@dataclass(frozen=True)
class Template:
    """A call read as syntax: a tree of lists, and where its names stand, from column 1."""

    text: str
    tree: Sequence[Any]
    names: Sequence[tuple[str, int]]

    def check(self, arguments: Iterable[str], defined: Iterable[str]) -> None:
        """Every name is an argument, or defined where the target is."""
        arguments = list(arguments)
        known = {*arguments, *defined}
        for name, column in self.names:
            if name not in known:
                near = difflib.get_close_matches(name, known, n=3, cutoff=0.6)
                near = f"did you mean {' or '.join(near)}?" if near else f"choose from {', '.join(arguments)}"
                place = f"{name} in the call {_short(self.text)} (column {column})"
                raise UsageError(f"{place} is neither an argument nor defined; {near}")


@cache
def template(text: str) -> Template:
    """
    >>> template("f(x, axis=-1)[0]").names
    (('f', 1), ('x', 3))
    """
    if len(text) > 2000:
        raise UsageError("the call is longer than 2000 characters")
    try:
        body = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        column = getattr(error, "offset", None) or 1
        reason = error.msg if isinstance(error, SyntaxError) else "it is no expression"
        raise UsageError(f"the call {_short(text)} does not parse: column {column}: {reason}") from None
    names: list[tuple[str, int]] = []
    try:
        tree = _tree(body, text, names)
    except RecursionError:
        raise UsageError("the call is nested too deeply") from None
    if "call" not in _kinds(tree):
        raise UsageError(f"the call {_short(text)} calls nothing; write, say, f(x)")
    return Template(text, tree, tuple(names))


def _short(text: str) -> str:
    """What fits into a sentence, on one line.

    >>> _short("f(x,\\n  y)")
    'f(x, y)'
    """
    text = " ".join(text.split())
    return text if len(text) <= 120 else text[:119] + "…"


def _kinds(tree: Any) -> set[str]:
    """The kinds of nodes on the spine: what is called, indexed or looked into."""
    kinds = {tree[0]}
    parts = tree[1] if tree[0] in ("tuple", "list") else tree[1:2] if tree[0] != "constant" else ()
    return kinds.union(*(_kinds(p) for p in parts if isinstance(p, list)))


def _tree(node: ast.expr, text: str, names: list[tuple[str, int]]) -> list[Any]:
    def of(part: ast.expr) -> list[Any]:
        return _tree(part, text, names)

    match node:
        case ast.Name(id=name):
            names.append((name, node.col_offset + 1))
            return ["name", name]
        case ast.Constant(value=None | bool() | int() | float() | str() as value):
            return ["constant", value]
        case ast.Attribute(value=owner, attr=name) if not name.startswith("__"):
            return ["attribute", of(owner), name]
        case ast.Call(func=called, args=args, keywords=keywords) if all(k.arg for k in keywords):
            return ["call", of(called), [of(a) for a in args], [[k.arg, of(k.value)] for k in keywords]]
        case ast.Subscript(value=owner, slice=index):
            return ["item", of(owner), of(index)]
        case ast.Slice(lower=lower, upper=upper, step=step):
            return ["slice", *(of(end) if end else ["constant", None] for end in (lower, upper, step))]
        case ast.Tuple(elts=parts):
            return ["tuple", [of(part) for part in parts]]
        case ast.List(elts=parts):
            return ["list", [of(part) for part in parts]]
        case ast.Starred(value=part):
            return ["starred", of(part)]
        case ast.UnaryOp(op=ast.USub(), operand=part):
            return ["minus", of(part)]
    part = ast.get_source_segment(text, node) or text
    raise UsageError(
        f"{_short(part)} in the call {_short(text)} (column {node.col_offset + 1}) is not understood: "
        "a call has names, constants, calls, attributes, items, tuples and minus"
    )
