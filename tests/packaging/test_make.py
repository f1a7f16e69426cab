"""How `make` sets up .venv, with a Python that only writes down what it is asked to do."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import layout
import pytest

PYTHON = """#!/bin/sh
case "$*" in
  -c*) exit $OLD ;;
  -V) echo Python 3.9.2 ;;
  '-m venv .venv') mkdir -p .venv/bin && cp "$0" .venv/bin/python && echo venv >> log ;;
  *"$BREAKS_AT") exit 1 ;;
  *--version) ;;
  *) shift 5; echo "install $*" >> log ;;
esac
"""


class Folder:
    """A folder in which make has been, or will be, asked to set up."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def make(self, *arguments: str, old: bool = False, breaks_at: str = "-") -> subprocess.CompletedProcess[str]:
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "MFLAGS"))}
        environment |= {"OLD": str(int(old)), "BREAKS_AT": breaks_at}
        command = ["make", "-C", str(self.path), "PYTHON=./python", *arguments]
        return subprocess.run(command, env=environment, capture_output=True, text=True)

    def log(self) -> list[str]:
        """What was asked of Python since the last look."""
        log = self.path / "log"
        lines = log.read_text().splitlines() if log.exists() else []
        log.unlink(missing_ok=True)
        return lines


TORCH = "install --constraint constraints.txt torch"
REST = [
    "install --constraint constraints.txt setuptools",
    "install --constraint constraints.txt --no-build-isolation --editable .[torch,dev]",
]


@pytest.fixture
def folder(tmp_path) -> Folder:
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(layout.ROOT / name, tmp_path)
    (tmp_path / "python").write_text(PYTHON)
    (tmp_path / "python").chmod(0o755)
    return Folder(tmp_path)


def test_sets_up_once_and_says_what_it_does(folder):
    first, second = folder.make("setup"), folder.make("setup")
    assert [line.partition(":")[2].strip() for line in first.stdout.splitlines() if "Setting up" in line] == [
        "creating the virtual environment",
        "installing PyTorch, the largest download; one that is already there is kept",
        "installing the other packages and lemmata itself",
        "done",
    ]
    assert folder.log() == ["venv", TORCH, *REST]
    assert second.returncode == 0 and "Setting up" not in second.stdout


@pytest.mark.parametrize(
    ("breaks_at", "before", "after"),
    [("torch", ["venv"], [TORCH, *REST]), ("setuptools", ["venv", TORCH], [TORCH, *REST])],
)
def test_goes_on_where_it_was_interrupted(folder, breaks_at, before, after):
    assert folder.make("setup", breaks_at=breaks_at).returncode != 0
    assert folder.log() == before
    assert folder.make("setup").returncode == 0
    assert folder.log() == after


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_sets_up_again_when_the_needs_change(folder, name):
    folder.make("setup")
    folder.log()
    with (folder.path / name).open("a") as file:
        file.write("# another need\n")
    again = folder.make("setup")
    assert again.returncode == 0 and "keeping the virtual environment that is there" in again.stdout
    assert folder.log() == [TORCH, *REST]


def test_a_copied_folder_is_set_up_for_itself(folder, tmp_path_factory):
    folder.make("setup")
    folder.log()
    copy = Folder(tmp_path_factory.mktemp("elsewhere") / "copy")
    shutil.copytree(folder.path, copy.path)
    assert copy.make("setup").returncode == 0
    assert copy.log() == [TORCH, *REST]


def test_an_old_python_is_refused_in_one_sentence(folder):
    process = folder.make("setup", old=True)
    assert process.returncode == 2
    assert process.stderr.splitlines()[0] == (
        "lemmata needs Python 3.11 or newer, and ./python is Python 3.9.2: "
        "name a newer one, as in make PYTHON=python3.12."
    )
    assert folder.log() == []


def test_no_python_is_said_in_one_sentence(folder):
    process = folder.make("setup", "PYTHON=no-such-python")
    assert process.returncode == 2
    assert process.stderr.startswith(
        "lemmata needs Python 3.11 or newer, and there is no no-such-python here: name one"
    )


def test_help_names_every_target(folder):
    makefile = (layout.ROOT / "Makefile").read_text()
    (phony,) = (line.split()[1:] for line in makefile.splitlines() if line.startswith(".PHONY:"))
    shown = [line.split()[1] for line in folder.make().stdout.splitlines() if line.startswith("make ")]
    assert "report" in shown and sorted(shown) == sorted(phony)
