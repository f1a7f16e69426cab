"""`pytest --lemmata-audit` in a user's project, in a process of its own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import layout
import pytest

CONFTEST = """
import dataclasses

import audit_samples as samples
import audit_stub


def find(target, definition):
    if definition == "unheard":
        from lemmata.checks.selection import UsageError

        raise UsageError("there is no definition unheard")
    return {"kl": samples.WRONG, "js": samples.UNDECIDED}.get(definition, samples.CORRECT)


audit_stub.install(audit_stub.engine(find))
"""
LOSSES = """
from lemmata.checks.audit import implements


@implements("softplus", dtypes=["float64"])
def softplus(x):
    return x


class Loss:
    @implements("kl", conventions={"base": 2})
    def value(p, q):
        return p


@implements("js", undecided="pass")
def js(p, q):
    return p
"""
TESTS = """
import losses


def test_of_the_users_own():
    assert losses.softplus(1) == 1
"""


class Project:
    """A project with marked functions."""

    def __init__(self, path: Path) -> None:
        self.path = path
        (path / "pytest.ini").write_text("[pytest]\npythonpath = .\n")
        (path / "conftest.py").write_text(CONFTEST)
        (path / "losses.py").write_text(LOSSES)
        (path / "test_losses.py").write_text(TESTS)

    def run(self, *words: str) -> tuple[subprocess.CompletedProcess[str], dict[str, str]]:
        """What pytest said, and the outcome of each test."""
        path = os.pathsep.join(map(str, (layout.ROOT / ".links", layout.ROOT, layout.ROOT / "tests" / "support")))
        environment = {**os.environ, "PYTHONPATH": path, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        command = [sys.executable, "-m", "pytest", "-p", "lemmata.checks.audit.plugin", "-p", "no:cacheprovider"]
        process = subprocess.run(
            [*command, "-q", "-rA", *words], cwd=self.path, env=environment, capture_output=True, text=True, timeout=60
        )
        outcomes = re.findall(r"(?m)^(PASSED|FAILED) (.*?)(?: - .*)?$", process.stdout)
        return process, {name: word for word, name in outcomes}


@pytest.fixture
def project(tmp_path):
    return Project(tmp_path)


def test_marked_functions_are_audited(project):
    process, found = project.run("--lemmata-audit")
    assert found == {
        "test_losses.py::test_of_the_users_own": "PASSED",
        "lemmata::softplus as softplus": "PASSED",
        "lemmata::Loss.value as kl": "FAILED",
        "lemmata::js as js": "PASSED",
    }, process.stdout + process.stderr
    assert process.returncode == 1
    assert "✗ WRONG  src/losses.py:kl as kl (base = e)" in process.stdout and "Traceback" not in process.stdout


def test_without_the_option_nothing_is_added(project):
    process, found = project.run()
    assert found == {"test_losses.py::test_of_the_users_own": "PASSED"} and process.returncode == 0


def test_audits_can_be_chosen(project):
    assert project.run("--lemmata-audit", "-k", "softplus")[1] == {"lemmata::softplus as softplus": "PASSED"}


def test_manifests_are_audited(project):
    (project.path / "audits.toml").write_text(
        '[[audit]]\ntarget = "losses.py:js"\nas = "kl"\nexpect = "wrong"\n'
        '[[audit]]\ntarget = "losses.py:js"\nas = "js"\n[[audit]]\ntarget = "losses.py:js"\nas = "unheard"\n'
    )
    (project.path / "more").mkdir()
    (project.path / "more" / "m.toml").write_text('[[audit]]\ntarget = "a.py:f"\nas = "mse"\n' * 2)
    (project.path / "pyproject.toml").write_text('[tool.lemmata]\naudits = ["more/m.toml", "audits.toml"]\n')
    (project.path / "test_losses.py").unlink()
    process, found = project.run("--lemmata-audit")
    assert found == {
        "lemmata::more/a.py:f as mse": "PASSED",
        "lemmata::more/a.py:f as mse[2]": "PASSED",
        "lemmata::losses.py:js as kl": "PASSED",
        "lemmata::losses.py:js as js": "FAILED",
        "lemmata::losses.py:js as unheard": "FAILED",
    }, process.stdout + process.stderr
    assert "expected: correct" in process.stdout and "there is no definition unheard" in process.stdout


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("audits.toml", "[[audit]]\n", "audits.toml, audit 1: target is missing"),
        ("pyproject.toml", "[tool.lemmata]\naudits = 'a.toml'\n", "[tool.lemmata] audits has to be a list"),
        ("pyproject.toml", "[tool.lemmata]\naudits = ['no.toml']\n", "no.toml cannot be read"),
    ],
)
def test_a_mistake_is_one_sentence(name, text, sentence, project):
    (project.path / name).write_text(text)
    process, _ = project.run("--lemmata-audit")
    assert process.returncode == 4 and sentence in process.stdout + process.stderr
    assert "Traceback" not in process.stdout + process.stderr


def test_the_plugin_loads_the_standard_library_alone():
    code = "import pytest, sys\nbefore = set(sys.modules)\nimport lemmata.checks.audit.plugin\n"
    code += "print(*set(sys.modules) - before)"
    process = layout.run_python(code, path=str(layout.ROOT / ".links"))
    assert process.returncode == 0, process.stderr
    foreign = {name.partition(".")[0] for name in process.stdout.split()} - set(sys.stdlib_module_names)
    assert foreign == {"lemmata"}
    assert {n for n in process.stdout.split() if n.startswith("lemmata.")} == {
        "lemmata.checks",
        "lemmata.checks.audit",
        "lemmata.checks.audit.plugin",
    }
