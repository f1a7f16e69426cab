"""Python source written from what an audit found: literals, arguments, calls, and what loads the target.

Data become literals by repr, templates are read as syntax and written anew, text stands in comments with nothing that
could end a line: no text of a target or a finding becomes code.
"""

from __future__ import annotations

import ast
import json
import keyword
import math
import os
import re
import textwrap
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from ..selection import UsageError
from .findings import Plain

WIDTH = 112
_DTYPE = re.compile(r"(float|bfloat|int|uint|complex)[0-9]{1,3}|bool")
_NOT_FINITE = {"nan": "nan", "inf": "inf", "-inf": "-inf"}


@dataclass(frozen=True)
class Place:
    """Where a target is: a file or a module, and its name there, dotted for a method."""

    file: str
    module: str
    name: str

    @property
    def root(self) -> str:
        """What the module holds: the first part of the name."""
        return self.name.partition(".")[0]


def place(target: str) -> Place:
    """
    >>> place("lib/losses.py:Loss.value")
    Place(file='lib/losses.py', module='', name='Loss.value')
    >>> place("package.losses:kl").module
    'package.losses'
    """
    where, _, name = target.rpartition(":")
    is_file = where.endswith(".py") or "/" in where or os.sep in where
    if not where or not _dotted(name) or not (is_file or _dotted(where)):
        raise UsageError(
            f"{printable(target)} cannot be loaded by name; name a function of a file or a module: FILE.py:NAME"
        )
    return Place(where, "", name) if is_file else Place("", where, name)


def _dotted(name: str) -> bool:
    return all(is_name(part) for part in name.split("."))


def is_name(text: str) -> bool:
    return text.isidentifier() and not keyword.iskeyword(text)


def printable(text: object) -> str:
    """Text on one line, with nothing that ends a line or rearranges it.

    >>> printable("a\\nimport os\\x00")
    'a import os '
    """
    return "".join(c if c.isprintable() else " " for c in str(text))


def quoted(text: str) -> str:
    """Text as a literal, in ASCII."""
    return json.dumps(text)


def comment(text: str, indent: str = "") -> str:
    """Text as comment lines; "" for none."""
    words = " ".join(printable(text).split())
    filled = textwrap.wrap(words, WIDTH - len(indent) - 2, break_on_hyphens=False)
    return "".join(f"{indent}# {line}\n" for line in filled)


def number(value: object) -> str:
    """One number of plain data as a literal.

    >>> number(0.1), number("-inf"), number(True), number(float("nan"))
    ('0.1', '-inf', 'True', 'nan')
    """
    if isinstance(value, str) and value in _NOT_FINITE:
        return _NOT_FINITE[value]
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else str(value)
    if isinstance(value, bool | int):
        return repr(value)
    raise ValueError(f"{value!r} is not a number of plain data")


def floats(plain: Plain) -> list[float]:
    """The numbers of plain data."""
    return [float(number(value)) if isinstance(value, str) else float(value) for value in plain["data"]]


def listing(plain: Plain, indent: str) -> str:
    """The numbers as nested lists, which go on in lines of their own where they are long.

    >>> listing({"dtype": "float64", "shape": [2, 1], "data": [1.0, "inf"]}, "")
    '[[1.0], [inf]]'
    """
    shape = [int(n) for n in plain["shape"]]
    numbers = [number(value) for value in plain["data"]]
    if math.prod(shape) != len(numbers):
        raise ValueError(f"{len(numbers)} numbers do not fill the shape {shape}")
    return _nested(numbers, shape, indent)


def _nested(numbers: list[str], shape: list[int], indent: str) -> str:
    if not shape:
        return numbers[0]
    step = len(numbers) // shape[0] if shape[0] else 0
    parts = [_nested(numbers[i * step : (i + 1) * step], shape[1:], indent + "    ") for i in range(shape[0])]
    flat = f"[{', '.join(parts)}]"
    if len(flat) + len(indent) < WIDTH - 30 and "\n" not in flat:
        return flat
    inner = indent + "    "
    if len(shape) > 1:
        return "[\n" + "".join(f"{inner}{part},\n" for part in parts) + indent + "]"
    filled = textwrap.fill(", ".join(parts), WIDTH, initial_indent=inner, subsequent_indent=inner)
    return f"[\n{filled},\n{indent}]"


def dtype(plain: Plain) -> str:
    name = str(plain["dtype"])
    if not _DTYPE.fullmatch(name):
        raise ValueError(f"{name!r} is not the name of a number format")
    return name


def argument(plain: Plain, style: str, layout: str, indent: str) -> str:
    """One argument as the code takes it: a number, lists, an array or a tensor.

    >>> argument({"dtype": "float32", "shape": [1], "data": [2.0]}, "numpy", "strided", "")
    'strided(np.array([2.0], dtype="float32"))'
    """
    shape = [int(n) for n in plain["shape"]]
    text = listing(plain, indent)
    bare = not shape and plain.get("kind") != "array"  # an array without axes says so
    if bare or style in ("lists", "numbers"):
        return text
    maker = f"torch.tensor({text}, dtype=torch.{dtype(plain)})"
    if style != "torch":
        maker = f'np.array({text}, dtype="{dtype(plain)}")'
    if 0 in shape:
        maker += f".reshape({tuple(shape)})"
    layout = str(plain.get("layout", layout))
    return f"{layout}({maker})" if needs_helper(layout) else maker


def needs_helper(layout: str) -> bool:
    return layout in ("readonly", "strided", "fortran")


def arguments(inputs: Mapping[str, Plain], style: str, layout: str, indent: str) -> str:
    """A dict of the arguments, in calling order."""
    inner = indent + "    "
    rows = [f"{inner}{name!a}: {argument(value, style, layout, inner)},\n" for name, value in inputs.items()]
    return "{\n" + "".join(rows) + indent + "}" if rows else "{}"


# Calls

_SYNTAX = (
    ast.Attribute,
    ast.Call,
    ast.Constant,
    ast.expr_context,
    ast.keyword,
    ast.List,
    ast.Name,
    ast.Slice,
    ast.Starred,
    ast.Subscript,
    ast.Tuple,
    ast.UnaryOp,
    ast.unaryop,
)


_BUILTINS = {f.__name__ for f in (abs, bool, dict, float, int, len, list, max, min, str, sum, tuple)}


class _InPlace(ast.NodeTransformer):
    """Names of arguments become items of `given`, other names those of the module."""

    def __init__(self, arguments: Collection[str], where: Place) -> None:
        self.arguments, self.where = arguments, where

    def visit_Call(self, node: ast.Call) -> ast.expr:
        if isinstance(node.func, ast.Name) and node.func.id == self.where.name:  # though an argument has its name
            func: ast.expr = _expression(_function(self.where))
        else:
            func = self.visit(node.func)
        args = [self.visit(a) for a in node.args]
        return ast.Call(func, args, [ast.keyword(k.arg, self.visit(k.value)) for k in node.keywords])

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id in self.arguments:
            return _expression(f"given[{node.id!r}]")
        return _expression(node.id if node.id in _BUILTINS else f"module.{node.id}")


def _expression(source: str) -> ast.expr:
    return ast.parse(source, mode="eval").body


def _function(where: Place) -> str:
    """The target; a class of functions, or the owner of a method, is made an object first."""
    owner, _, method = where.name.rpartition(".")
    if owner:
        return f"made(module.{owner}, owner=True).{method}"
    return f"made(module.{method})" if method.lstrip("_")[:1].isupper() else f"module.{method}"


def call(template: str, where: Place, names: Collection[str]) -> str:
    """The call of a target as an expression of `module` and `given`.

    >>> call("f(logits=z, y=y)[0]", Place("a.py", "", "f"), ["z", "y"])
    "module.f(logits=given['z'], y=given['y'])[0]"
    >>> call("", Place("a.py", "", "Loss.value"), ["z"])
    'made(module.Loss, owner=True).value(*given.values())'
    """
    if not template.strip():
        return f"{_function(where)}(*given.values())"
    try:
        tree = ast.parse(template.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError):
        raise UsageError(f"the call {printable(template)} is not Python; write it as in f(logits=z, y=y)[0]") from None
    for node in ast.walk(tree):
        name = node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""
        if not isinstance(node, _SYNTAX) or name.startswith("__"):
            raise UsageError(
                f"the call {printable(template)} is not understood: only names, calls, items, attributes and"
                " constants may stand in it"
            )
    return ast.unparse(ast.fix_missing_locations(_InPlace(names, where).visit(tree)))


# Loading

_FROM_FILE = '''
PATH = {path}


def load():
    """The target's module, made anew from its file: nothing that earlier calls left behind is in it."""
    sys.path.insert(0, str(PATH.parent))
    name = "audited_" + PATH.stem
    spec = importlib.util.spec_from_file_location(name, PATH)
    sys.modules[name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
'''
_FROM_PACKAGE = '''
def load():
    """The target's module, made anew: nothing that earlier calls left behind is in it."""
    sys.path[:0] = [{folder}, {inner}]
    sys.modules.pop({module}, None)
    return importlib.import_module({module})
'''
_FROM_MODULE = '''
def load():
    """The target's module."""
    sys.path.insert(0, {folder})
    return importlib.import_module({module})
'''


def loading(where: Place, folder: Path | None) -> str:
    """What defines load(). folder: where the program will lie; None, where it may lie anywhere."""
    here = "Path(__file__).resolve().parent"
    if where.module:
        start = "os.getcwd()" if folder is None else _beside(Path.cwd(), folder, here, "str({})")
        return _FROM_MODULE.format(module=quoted(where.module), folder=start)
    path = Path(where.file).absolute()
    root = _root(path)
    if root != path.parent:
        module = ".".join(path.relative_to(root).with_suffix("").parts)
        shown = [quoted(str(f)) if folder is None else _beside(f, folder, here, "str({})") for f in (root, path.parent)]
        return _FROM_PACKAGE.format(module=quoted(module), folder=shown[0], inner=shown[1])
    shown = f"Path({str(path)!a})" if folder is None else _beside(path, folder, here, "{}")
    return _FROM_FILE.format(path=shown)


def _root(path: Path) -> Path:
    """The folder from which a file is imported: above all packages that it is in."""
    folder = path.parent
    while (folder / "__init__.py").is_file() and folder != folder.parent:
        folder = folder.parent
    return folder


def _beside(path: Path, folder: Path, here: str, form: str) -> str:
    try:
        relative = os.path.relpath(path, folder.absolute())
    except ValueError:  # on another drive
        return form.format(f"Path({str(path)!a})")
    return form.format(here if relative == "." else f"({here} / {Path(relative).as_posix()!a}).resolve()")
