"""Where things are: the folders, the modules in them, and a Python of one's own to look at what gets loaded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from fnmatch import fnmatch
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
FOLDERS: Mapping[str, str] = PYPROJECT["tool"]["setuptools"]["package-dir"]  # {"lemmata.spec": "spec", …}


def files() -> list[Path]:
    """The files of the project, relative to its root: those that git tracks or would; without git, by .gitignore."""
    command = ["git", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\0")
    except (OSError, subprocess.CalledProcessError):
        return _walk()
    return sorted(Path(name) for name in set(listed) if name and (ROOT / name).is_file())


def _walk() -> list[Path]:
    ignored = [".git", *(line.rstrip("/") for line in (ROOT / ".gitignore").read_text().split())]
    found = []
    for folder, subfolders, names in os.walk(ROOT):
        here = Path(folder).relative_to(ROOT)

        def kept(name: str, here: Path = here) -> bool:
            return not any(fnmatch(name, pattern) or fnmatch(str(here / name), pattern) for pattern in ignored)

        subfolders[:] = filter(kept, subfolders)
        found += [here / name for name in filter(kept, names)]
    return sorted(found)


def text_files() -> dict[Path, str]:
    """Each text file of the project with what it says; files that are not UTF-8 are no text."""
    texts = {}
    for path in files():
        try:
            texts[path] = (ROOT / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
    return texts


def python_files(*folders: str) -> dict[Path, str]:
    """The Python source in some of the top-level folders."""
    return {path: text for path, text in text_files().items() if path.suffix == ".py" and path.parts[0] in folders}


def modules(package: str = "lemmata") -> list[str]:
    """The import name of every module below a package, `__main__` apart; nothing is imported to find out."""
    names = []
    for name, folder in FOLDERS.items():
        for path in python_files(folder):
            parts = path.with_suffix("").parts[1:]
            if parts[-1] != "__main__":
                names.append(".".join([name, *(part for part in parts if part != "__init__")]))
    return sorted(name for name in names if f"{name}.".startswith(f"{package}."))


def run_python(code: str, *arguments: str, path: str = "", cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Runs code in a fresh interpreter that finds, of its own accord, only what is installed, and what `path` adds."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"} | ({"PYTHONPATH": path} if path else {})
    command = [sys.executable, "-P", "-c", code, *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=120)


_RECORD_LOADS = """
import contextlib, importlib, io, json, runpy, sys

def roots():
    third_party = {name.partition(".")[0] for name, module in list(sys.modules.items())
                   if "site-packages" in (getattr(module, "__file__", None) or "")}
    return third_party | {name for name in sys.modules if name.startswith("lemmata.")}

loaded, before = {}, roots()
for target in sys.argv[1:]:
    name, *options = target.split()
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
        if options:
            sys.argv[1:] = options
            runpy.run_module(name, run_name="__main__")
        else:
            importlib.import_module(name)
    loaded[target] = sorted(roots() - before)
    before |= roots()
print(json.dumps(loaded))
"""


def loads(*targets: str, path: str = "") -> dict[str, list[str]]:
    """What each target loads beyond those before it: modules of lemmata by full name, other packages by their first.

    A target is a module, or a module and options, to be run as `python -m` would. The standard library is left out.
    """
    process = run_python(_RECORD_LOADS, *targets, path=path)
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout)
