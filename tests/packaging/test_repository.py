"""What must not stand in the source of the project, and that each guard against it is awake."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import guards
import layout
import pytest
from hypothesis import settings

PRODUCT = tuple(layout.FOLDERS.values())
PATH = "/" + "tmp/scratch/a.txt"
LINE = "pass\n"

GUARDED: dict[str, tuple[Callable[[str], list[str]], Mapping[Path, str]]] = {
    "machine_paths": (guards.machine_paths, layout.text_files()),
    "evaluated_text": (guards.evaluated_text, layout.python_files(*PRODUCT)),
    "idle_tests": (guards.idle_tests, layout.python_files("tests")),
    "absolute_imports": (guards.absolute_imports, layout.python_files(*PRODUCT)),
    "too_long": (guards.too_long, layout.python_files(*PRODUCT, "tests", "benchmarks")),
}


@pytest.mark.parametrize("name", GUARDED)
def test_the_source_keeps_the_rule(name):
    guard, texts = GUARDED[name]
    assert texts, "no file was looked at"
    findings = [f"{path}, {finding}" for path, text in texts.items() for finding in guard(text)]
    assert not findings, "\n".join(["", *findings])


@pytest.mark.parametrize(
    ("guard", "bad"),
    [
        (guards.machine_paths, f"open('{PATH}')"),
        (guards.machine_paths, PATH),
        (guards.machine_paths, f"#!{PATH}"),
        (guards.machine_paths, f"PREFIX={PATH}"),
        (guards.evaluated_text, "def f(t):\n    return eval(t)"),
        (guards.evaluated_text, "builtins.exec(t)"),
        (guards.evaluated_text, "sympy.sympify(t)"),
        (guards.evaluated_text, "sympify(t, strict=False)"),
        (guards.evaluated_text, "parse_expr(t)"),
        (guards.evaluated_text, "list(map(sympify, texts))"),
        (guards.idle_tests, "def test_a():\n    f() == 1"),
        (guards.idle_tests, "def test_a():\n    assert True"),
        (guards.idle_tests, "async def test_a():\n    ..."),
        (guards.idle_tests, "class TestA:\n    def test_a(self):\n        print(checked)"),
        (guards.absolute_imports, "import lemmata.spec"),
        (guards.absolute_imports, "def f():\n    from spec.softmax import softmax"),
        (guards.too_long, LINE * (guards.LONGEST + 1)),
    ],
)
def test_a_guard_sees_what_is_bad(guard, bad):
    assert len(guard(bad)) == 1


@pytest.mark.parametrize(
    ("guard", "good"),
    [
        (guards.machine_paths, "#!/usr/bin/env bash"),
        (guards.machine_paths, "the ratio work/time, reports/tmp/x, https://example.org" + PATH),
        (guards.evaluated_text, "z3_model.eval(x); torch_module.eval(); sympify(x, strict=True)"),
        (guards.idle_tests, "def test_a():\n    with pytest.raises(ValueError):\n        f()"),
        (guards.idle_tests, "def test_a():\n    check_conforms(method)"),
        (guards.idle_tests, "def helper():\n    f()"),
        (guards.absolute_imports, "import sympy\nfrom . import a\nfrom ..spec import b\nfrom specification import c"),
        (guards.too_long, LINE * guards.LONGEST),
    ],
)
def test_a_guard_lets_pass_what_is_good(guard, good):
    assert guard(good) == []


def test_files_are_found_with_and_without_git(monkeypatch):
    here = Path(__file__).relative_to(layout.ROOT)
    with_git = layout.files()
    monkeypatch.setenv("PATH", "")
    without_git = layout.files()
    for found in (with_git, without_git):
        assert here in found and Path(".ci/run") in found
        assert not any(part in {".venv", ".git", "__pycache__"} for path in found for part in path.parts)


def test_the_read_me_names_the_pytorch_that_is_pinned():
    (pin,) = (line for line in (layout.ROOT / "constraints.txt").read_text().split() if line.startswith("torch=="))
    assert f"pip install {pin} --index-url" in (layout.ROOT / "README.md").read_text()


def test_hypothesis_draws_the_same_examples_each_time():
    assert settings.default is not None and settings.default.derandomize and settings.default.deadline is None
