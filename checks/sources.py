"""What a finding rests on besides the mathematics: the source of the method and the versions of the tools.

A finding that was kept is believed only while these are the same. The source counts, not a version number: after a
mended flaw nothing that the flawed method said may live on. Only the standard library is imported here, so that what
was kept can be looked up before SymPy is loaded.
"""

from __future__ import annotations

import hashlib
import importlib.util
import platform
import re
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from pathlib import Path

TOOLS = ("sympy", "python-flint", "z3-solver", "numpy", "hypothesis", "torch")
DECIDING = ("spec", "impl", "checks")  # the folders whose source can change a verdict

_IMPORT = re.compile(r"^[ \t]*(?:from[ \t]+([.\w]+)[ \t]+)?import[ \t]+(\([^)]*\)|[^\n#]*)", re.MULTILINE)


@cache
def environment() -> Mapping[str, str]:
    """The versions of what a verdict rests on."""
    found = {"python": platform.python_version()}
    for name in ("lemmata", *TOOLS):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "absent"
    return found


def digest(*parts: str) -> str:
    """One hash of several texts.

    >>> digest("ab", "c") == digest("a", "bc")
    False
    """
    out = hashlib.sha256()
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        out.update(len(data).to_bytes(8, "big"))
        out.update(data)
    return out.hexdigest()


@cache
def platform_and_tools() -> str:
    return digest(platform.system(), platform.machine(), *(f"{k}={v}" for k, v in environment().items()))


@cache
def everything() -> str:
    """A hash of all that can change a verdict: the source of spec, impl and checks, and the tools."""
    files = [f for name in DECIDING for f in sorted(_folder(f"lemmata.{name}").rglob("*.py"))]
    return digest(platform_and_tools(), *(part for f in files for part in (f.name, f.read_text(encoding="utf-8"))))


@cache
def behind(*modules: str) -> str:
    """A hash of these modules of lemmata, of all modules of lemmata that they import in turn, and of the tools.

    >>> behind("lemmata.checks.integers") == behind("lemmata.checks.normal_form")
    False
    """
    texts = [f"{name}\n{_source(name)}" for name in sorted(closure(*modules))]
    return digest(platform_and_tools(), *texts)


def closure(*modules: str) -> frozenset[str]:
    """The modules themselves, where they exist, and all of lemmata that they import in turn, also inside functions.

    >>> "lemmata.checks.prover.engine" in closure("lemmata.checks.normal_form")
    True
    """
    found: set[str] = set()
    todo = list(modules)
    while todo:
        name = todo.pop()
        if name not in found and _path(name) is not None:
            found.add(name)
            todo += imports(name)
    return frozenset(found)


@cache
def imports(module: str) -> frozenset[str]:
    """The modules of lemmata that a module's import statements name.

    Read from the text, since importing them all is what is to be saved; a test compares it with the syntax tree.
    """
    package = module if _is_package(module) else module.rpartition(".")[0]
    named: set[str] = set()
    for source, what in _IMPORT.findall(_source(module)):
        if not source:
            named |= {part.split(" as ")[0].strip() for part in what.split(",")}
            continue
        base = importlib.util.resolve_name(source, package) if source.startswith(".") else source
        names = (part.split(" as ")[0].strip() for part in what.strip("()").split(","))
        named |= {base} | {f"{base}.{name}" for name in names if name}
    return frozenset(name for name in named if name.startswith("lemmata.") and _path(name) is not None)


@cache
def _folder(package: str) -> Path:
    found = importlib.util.find_spec(package)
    assert found and found.submodule_search_locations
    return Path(next(iter(found.submodule_search_locations)))


@cache
def _path(module: str) -> Path | None:
    """The file of a module of lemmata, None where there is no such module (a name inside one, for example)."""
    project, top, *rest = [*module.split("."), ""]
    rest = [part for part in rest if part]
    if project != "lemmata" or top not in (*DECIDING, "reports", "cli"):
        return None
    base = _folder(f"lemmata.{top}").joinpath(*rest)
    return next((p for p in (base.with_suffix(".py") if rest else base, base / "__init__.py") if p.is_file()), None)


def _is_package(module: str) -> bool:
    path = _path(module)
    return path is not None and path.name == "__init__.py"


def _source(module: str) -> str:
    path = _path(module)
    assert path is not None, module
    return path.read_text(encoding="utf-8")
