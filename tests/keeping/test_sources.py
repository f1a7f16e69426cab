"""What the source of a method is: all that it imports, and nothing else of lemmata."""

from __future__ import annotations

import ast
import importlib.util
import json
import subprocess
import sys

import layout
import pytest

from lemmata.checks import sources
from lemmata.checks.methods import METHODS

CHECKS = layout.modules("lemmata.checks")


def by_syntax_tree(module):
    """The imports of a module as Python reads them."""
    package = module if sources._is_package(module) else module.rpartition(".")[0]
    named = set()
    for node in ast.walk(ast.parse(sources._source(module))):
        if isinstance(node, ast.Import):
            named |= {a.name for a in node.names}
        if isinstance(node, ast.ImportFrom):
            base = importlib.util.resolve_name("." * node.level + (node.module or ""), package)
            named |= {base} | {f"{base}.{a.name}" for a in node.names}
    return {n for n in named if n.startswith("lemmata.") and sources._path(n) is not None}


@pytest.mark.parametrize("module", layout.modules())
def test_imports_are_read_as_python_reads_them(module):
    found = by_syntax_tree(module)
    assert found <= sources.imports(module) <= found | {module}  # a docstring may show how a module is imported


def test_what_a_method_loads_is_in_its_closure():
    """Seen in a fresh interpreter, which loads at import what the closure foresees."""
    code = "import importlib, json, sys; importlib.import_module(sys.argv[1]); print(json.dumps(sorted(sys.modules)))"
    for module in {m.module for m in METHODS}:
        loaded = json.loads(subprocess.run([sys.executable, "-c", code, module], capture_output=True).stdout)
        ours = {m for m in loaded if m.startswith("lemmata.") and m.count(".") > 1}
        assert ours - sources.closure(module) <= {"lemmata.checks.prover", "lemmata.spec.language"}, module


@pytest.mark.parametrize("edited", ["checks/prover/engine.py", "spec/language/sorts.py", "checks/integers.py"])
def test_an_edit_reaches_what_imports_the_file_and_nothing_else(edited, monkeypatch):
    name = f"lemmata.{edited.removesuffix('.py').replace('/', '.')}"
    before = {m.name: sources.behind(m.module) for m in METHODS}
    original = sources._source
    monkeypatch.setattr(sources, "_source", lambda m: original(m) + ("\n# edited" if m == name else ""))
    sources.behind.cache_clear()
    try:
        after = {m.name: sources.behind(m.module) for m in METHODS}
    finally:
        sources.behind.cache_clear()
    changed = {m.name for m in METHODS if before[m.name] != after[m.name]}
    assert changed == {m.name for m in METHODS if name in sources.closure(m.module)}
    assert changed


def test_a_missing_module_has_no_source_and_is_no_error():
    assert sources.closure("lemmata.impl.nosuch") == frozenset()
    assert sources.behind("lemmata.impl.nosuch") != sources.behind("lemmata.impl.softmax")
