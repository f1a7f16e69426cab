"""What must not stand in the source. A guard is a function from text to findings; no findings, no objection."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

LONGEST = 450

_PLACES = ["home", "mnt", "opt", "root", "tmp", "work", "Users"]  # in parts, so that this file does not name a path
_MACHINE_PATH = re.compile(rf"(?<![\w.~>-])/(?:{'|'.join(_PLACES)})/\w[\w./-]*")
_EVALUATORS = {"eval", "exec"}
_TEXT_READERS = {"sympify", "parse_expr"}


def machine_paths(text: str) -> list[str]:
    """A path that exists on somebody's machine only.

    >>> home = "/" + "home/ada"
    >>> machine_paths(f"see {home}/notes.txt"), machine_paths(f"https://example.org{home}")
    (['line 1: /...ada/notes.txt is a path of one machine'], [])
    """
    return [
        f"line {number}: {match[0]} is a path of one machine"
        for number, line in enumerate(text.splitlines(), start=1)
        for match in _MACHINE_PATH.finditer(line)
    ]


def evaluated_text(source: str) -> list[str]:
    """A function that could run text as code.

    `sympify(…, strict=True)` refuses text, and methods such as `model.eval()` are something else.

    >>> evaluated_text("eval(answer)"), evaluated_text("model.eval(); sympify(x, strict=True)")
    (['line 1: eval runs text as code'], [])
    """
    tree = ast.parse(source)
    strict = {id(call.func) for call in _calls(tree) if any(ast.unparse(k) == "strict=True" for k in call.keywords)}
    findings = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Name | ast.Attribute):
            continue
        bare = isinstance(node, ast.Name) or ast.unparse(node.value) == "builtins"
        if bare and _name(node) in _EVALUATORS:
            findings.append(f"line {node.lineno}: {_name(node)} runs text as code")
        elif _name(node) in _TEXT_READERS and id(node) not in strict:
            findings.append(
                f"line {node.lineno}: {_name(node)} runs text as code, unless it is called with strict=True"
            )
    return findings


def idle_tests(source: str) -> list[str]:
    """A test that no wrong value can fail: no assert of more than a constant, no pytest.raises, no assert_… or check_….

    >>> idle_tests("def test_sum(): 1 + 1 == 3")
    ['line 1: test_sum asserts nothing']
    """
    functions = (n for n in ast.walk(ast.parse(source)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))
    return [
        f"line {function.lineno}: {function.name} asserts nothing"
        for function in functions
        if function.name.startswith("test") and not _asserts(function)
    ]


def absolute_imports(source: str) -> list[str]:
    """Inside the packages an import of lemmata, by that name or by a folder's, instead of a relative one.

    >>> absolute_imports("from lemmata.spec import softmax"), absolute_imports("from ..spec import softmax")
    (['line 1: lemmata.spec is imported by its full name; say it relative to this file'], [])
    """
    own = {"lemmata", "spec", "impl", "checks", "reports", "cli"}
    findings = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            names = [node.module or ""]
        else:
            continue
        findings += [
            f"line {node.lineno}: {name} is imported by its full name; say it relative to this file"
            for name in names
            if name.partition(".")[0] in own
        ]
    return findings


def too_long(text: str) -> list[str]:
    """More lines than fit in the head."""
    lines = len(text.splitlines())
    return [f"{lines} lines; {LONGEST} is the most: find the two files that are in it"] if lines > LONGEST else []


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _name(node: ast.AST) -> str:
    """The last part of a name: `f` for f and for a.f."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _asserts(function: ast.AST) -> bool:
    says = any(isinstance(n, ast.Assert) and not isinstance(n.test, ast.Constant) for n in ast.walk(function))
    names = {_name(call.func) for call in _calls(function)}
    return says or any(name in {"raises", "warns", "fail"} or name.startswith(("assert_", "check_")) for name in names)
