"""`pytest --lemmata-audit`: one test for each audit that a project names.

These are the functions marked with `@implements` in the modules that the collected tests import, and the entries of
`audits.toml` beside the project's configuration, or of the manifests that pyproject.toml names:

    [tool.lemmata]
    audits = ["audits.toml"]

Without the option nothing is loaded and nothing is added.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

OPTION = "--lemmata-audit"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.getgroup("lemmata").addoption(
        OPTION,
        action="store_true",
        help="audit the functions that are marked with @implements, and those that audits.toml names",
    )


@pytest.hookimpl(tryfirst=True)  # so that -k and the like choose among the audits, too
def pytest_collection_modifyitems(session: pytest.Session, config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption(OPTION):
        items.extend(_items(session, config.rootpath))


def _items(session: pytest.Session, root: Path) -> Iterator[pytest.Item]:
    audits: _Audits = _Audits.from_parent(session, name="lemmata", nodeid="lemmata")
    seen: dict[str, int] = {}
    for name, path, expect, run in (*_marked(root), *_manifests(root)):
        seen[name] = seen.get(name, 0) + 1
        shown = f"{name}[{seen[name]}]" if seen[name] > 1 else name
        yield _Item.from_parent(audits, name=shown, path=path, expect=expect, run=run)


def _marked(root: Path) -> Iterator[tuple[str, Path, str, Callable[[], Any]]]:
    """The marked functions of the project, once each however often their module was loaded."""
    from .marks import MARKED

    found = {(mark.file, mark.name, mark.definition, repr(mark.options)): mark for mark in MARKED}
    for mark in found.values():
        if not mark.file or not Path(mark.file).is_relative_to(root.resolve()):
            continue

        def run(mark: Any = mark) -> Any:
            from .marks import audit

            options = {key: value for key, value in mark.options.items() if key != "undecided"}
            return audit(mark.function, mark.definition, **options)

        expect = "correct or undecided" if mark.options.get("undecided") == "pass" else "correct"
        yield f"{mark.name} as {mark.definition}", Path(mark.file), expect, run


def _manifests(root: Path) -> Iterator[tuple[str, Path, str, Callable[[], Any]]]:
    for path in _named(root):
        from ..selection import UsageError
        from . import manifest

        try:
            requests = manifest.read(path)
        except UsageError as error:
            raise pytest.UsageError(str(error)) from None
        for request in requests:
            target = request.target.replace(f"{root.as_posix()}/", "")
            yield f"{target} as {request.definition}", path, request.expect or "correct", request.run


def _named(root: Path) -> list[Path]:
    try:
        project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        project = {}
    named = project.get("tool", {}).get("lemmata", {}).get("audits", [])
    if isinstance(named, str) or not all(isinstance(name, str) for name in named):
        raise pytest.UsageError('pyproject.toml: [tool.lemmata] audits has to be a list, as in ["audits.toml"]')
    usual = root / "audits.toml"
    return list(dict.fromkeys([root / name for name in named] + ([usual] if usual.exists() else [])))


class _Audits(pytest.Collector):
    def collect(self) -> list[pytest.Item]:
        return []


class _Failed(Exception):
    pass


class _Item(pytest.Item):
    def __init__(self, *, expect: str, run: Callable[[], Any], **others: Any) -> None:
        super().__init__(**others)
        self.expect, self.run = expect, run

    def runtest(self) -> None:
        from .marks import text

        found = self.run()
        if found.verdict.value not in self.expect.split(" or "):
            raise _Failed(f"expected: {self.expect}\n{text(found)}")

    def repr_failure(self, excinfo: Any, style: Any = None) -> Any:
        told = isinstance(excinfo.value, _Failed) or type(excinfo.value).__name__ in ("UsageError", "LanguageError")
        return str(excinfo.value) if told else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, f"lemmata: {self.name}"
