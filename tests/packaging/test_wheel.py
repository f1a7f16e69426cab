"""What is shipped: every file of the source folders, under `lemmata`, and nothing beside it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from pathlib import Path

import layout
import pytest

METADATA = "lemmata-0.1.0.dist-info/"


def expected(files: Iterable[Path]) -> set[str]:
    """The names in the wheel of the files that belong there."""
    return {f"lemmata/{path.as_posix()}" for path in files if path.parts[0] in layout.FOLDERS.values()}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """Built from a copy, which has nothing left over from earlier builds; without a network."""
    source, target = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for path in layout.files():
        if path.parts[0] in layout.FOLDERS.values() or len(path.parts) == 1:
            (source / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(layout.ROOT / path, source / path)
    command = [sys.executable, "-m", "pip", "wheel", "--no-build-isolation", "--no-deps", "--no-index", "-w", target]
    built = subprocess.run([*command, source], capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr
    (path,) = target.glob("*.whl")
    return path


@pytest.fixture
def names(wheel) -> set[str]:
    return set(zipfile.ZipFile(wheel).namelist())


def test_holds_every_file_and_nothing_generic(names):
    assert {name for name in names if not name.startswith(METADATA)} == expected(layout.files())


def test_a_forgotten_file_would_be_seen(names):
    forgotten = Path("checks/forgotten/method.py")
    assert expected([*layout.files(), forgotten]) - names == {"lemmata/checks/forgotten/method.py"}


def test_holds_all_sorts_of_files(names):
    assert {"lemmata/checks/evidence.py", "lemmata/spec/language/__init__.py", "lemmata/cli/__main__.py"} <= names
    assert any(name.startswith("lemmata/reports/templates/") for name in names)
    assert "lemmata/__init__.py" not in names


def test_offers_the_command_and_the_plugin(wheel):
    entry_points = zipfile.ZipFile(wheel).read(f"{METADATA}entry_points.txt").decode()
    command = "[console_scripts]\nlemmata = lemmata.cli:main\n"
    assert entry_points == f"{command}\n[pytest11]\nlemmata = lemmata.checks.audit.plugin\n"


def test_works_where_it_is_installed(wheel, tmp_path):
    zipfile.ZipFile(wheel).extractall(tmp_path)
    code = (
        "import importlib, sys\n"
        "for name in sys.argv[1:]: importlib.import_module(name)\n"
        "print(*{m.__file__ for n, m in sys.modules.items() if n.startswith('lemmata.')}, sep='\\n')"
    )
    process = layout.run_python(code, *layout.modules(), path=str(tmp_path), cwd=tmp_path)
    assert process.returncode == 0, process.stderr
    assert all(Path(file).is_relative_to(tmp_path) for file in process.stdout.split("\n") if file)
