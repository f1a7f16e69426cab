"""Targets in files, and processes that run them."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import audited
import pytest

from lemmata.checks.audit.process import Calls, Process, Replies
from lemmata.checks.audit.targets import Target, parse


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("targets")
    for name, source in audited.FILES.items():
        (made / name).write_text(textwrap.dedent(source))
    return made


@pytest.fixture
def start(folder: Path) -> Iterator:
    """Starts processes; after the test each is closed, and nothing may be left of it."""
    started: list[Process] = []

    def begin(text: str | Target, call: str = "", **more) -> Process:
        target = text if isinstance(text, Target) else parse(f"{folder}/{text}", call)
        started.append(Process(target, **{"seed": next(audited.seeds), **more}))
        return started[-1]

    yield begin
    for process in started:
        process.close()
        audited.assert_gone(process.seed)


@pytest.fixture(scope="session")
def tensors(folder: Path) -> Iterator[Process]:
    """One process for every function of a file, each by a template: torch takes long to load."""
    with Process(Target("file", str(folder / "tensors.py"), "cube"), seed=next(audited.seeds)) as process:
        yield process


@pytest.fixture
def through(tensors: Process) -> Callable[[str, Calls], Replies]:
    """One of its functions on a batch."""

    def call(name: str, given: Calls) -> Replies:
        tensors.target = replace(tensors.target, call=f"{name}(x)")
        return tensors.call(given)

    return call
