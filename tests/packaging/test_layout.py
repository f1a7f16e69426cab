"""The layers, by what gets loaded: each is imported in a fresh interpreter, which then says what came along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatch

import layout
import pytest

# What a layer may load, beside the standard library.
SPEC = ["lemmata.spec", "lemmata.spec.*", "sympy", "mpmath", "flint"]  # SymPy itself loads flint where it is installed
IMPL = ["lemmata.impl", "lemmata.impl.*", "numpy"]
EVIDENCE = ["lemmata.checks", "lemmata.checks.evidence"]
AUDIT = "lemmata.checks.audit"
FOUND = [AUDIT, *(f"{AUDIT}.{name}" for name in ("findings", "manifest", "regression", "sources", "templates"))]
FOUND += ["lemmata.checks", "lemmata.checks.selection"]
REPORTS = ["lemmata.reports", "lemmata.reports.*", "jinja2", "markupsafe", "latex2mathml", *EVIDENCE, *FOUND, *SPEC]
REPORTS += ["rich", "pygments", "markdown_it", "mdurl"]

SLOW = {"sympy", "numpy", "torch", "flint", "z3", "hypothesis", "scipy"}


def trespasses(loaded: Mapping[str, Sequence[str]], may: Sequence[str]) -> list[str]:
    """What was loaded and may not be, with the target that brought it."""
    return [
        f"{target} loads {name}"
        for target, names in loaded.items()
        for name in names
        if not any(fnmatch(name, allowed) for allowed in may)
    ]


def assert_keeps(loaded: Mapping[str, Sequence[str]], may: Sequence[str]) -> None:
    found = trespasses(loaded, may)
    assert not found, "\n".join(["", *found])


def test_claims_load_sympy_alone():
    topics = layout.modules("lemmata.spec")
    assert "lemmata.spec.language" in topics
    assert_keeps(layout.loads(*topics), SPEC)


def test_implementations_load_numpy_alone():
    topics = layout.modules("lemmata.impl")
    assert len(topics) > 1
    assert_keeps(layout.loads(*topics), IMPL)


def test_evidence_is_data_and_loads_nothing():
    assert_keeps(layout.loads("lemmata.checks.evidence"), EVIDENCE)


def test_what_a_users_project_imports_loads_nothing():
    assert_keeps(layout.loads(*FOUND, f"{AUDIT}.marks"), [*FOUND, f"{AUDIT}.marks"])


def test_reports_load_claims_and_evidence_but_no_method():
    formats = layout.modules("lemmata.reports")
    assert len(formats) > 1
    assert_keeps(layout.loads(*formats), REPORTS)


def test_help_comes_at_once():
    loaded = layout.loads("lemmata.cli --help")["lemmata.cli --help"]
    assert "lemmata.cli" in loaded
    assert SLOW.isdisjoint(loaded)


def test_help_shows_how_to_use_it():
    process = layout.run_python("import runpy; runpy.run_module('lemmata.cli', run_name='__main__')", "--help")
    assert process.returncode == 0, process.stderr
    assert process.stdout.startswith("Usage:")


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("import lemmata.impl", "topic loads lemmata.impl"),
        ("import numpy", "topic loads numpy"),
        ("def f():\n    import click\nf()", "topic loads click"),
    ],
)
def test_a_trespass_is_seen(line, found, tmp_path):
    (tmp_path / "topic.py").write_text(line)
    assert found in trespasses(layout.loads("topic", path=str(tmp_path)), SPEC)


def test_a_slow_help_is_seen(tmp_path):
    (tmp_path / "tool.py").write_text("import sys\nif '--help' in sys.argv:\n    import numpy\n    sys.exit()")
    assert layout.loads("tool --help", path=str(tmp_path))["tool --help"] == ["numpy"]


def taken(path: str = "") -> list[str]:
    """Those of the folders' names that a Python outside this folder would import."""
    code = "import importlib.util, sys; print(*filter(importlib.util.find_spec, sys.argv[1:]))"
    process = layout.run_python(code, *layout.FOLDERS.values(), "tests", path=path, cwd=layout.ROOT.parent)
    assert process.returncode == 0, process.stderr
    return process.stdout.split()


def test_generic_names_are_left_to_others():
    assert taken() == []


def test_a_generic_name_that_is_taken_is_seen():
    assert taken(path=str(layout.ROOT)) == [*layout.FOLDERS.values(), "tests"]


@pytest.mark.parametrize("folder", layout.FOLDERS.values())
def test_a_folder_imported_by_its_own_name_raises(folder):
    process = layout.run_python(f"import {folder}", path=str(layout.ROOT))
    assert "ImportError" in process.stderr
