"""One search of the audit, measured: how many inputs and calls, and what its time is spent on."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np

from lemmata.checks.audit import searching
from lemmata.checks.audit.formats import FORMATS
from lemmata.checks.audit.metamorphic import Relations
from lemmata.checks.audit.process import Calls, Process, Replies
from lemmata.checks.audit.searching import Search
from lemmata.checks.audit.session import routine_of
from lemmata.checks.audit.styles import choose
from lemmata.checks.audit.targets import parse

HONEST = Path(__file__).with_name("honest.py")
KEPT = 1 << 25  # bytes of arguments that are kept for the bare loop


class Parts:
    """Wall-clock time by what is going on; what runs inside another part counts for itself only."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self._open: list[str] = []
        self._since = time.perf_counter()

    def _turn(self) -> None:
        now = time.perf_counter()
        self.seconds[self._open[-1] if self._open else "rest"] += now - self._since
        self._since = now

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        self._turn()
        self._open.append(name)
        try:
            yield
        finally:
            self._turn()
            self._open.pop()

    def told(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def measured(*given: Any, **more: Any) -> Any:
            with self.part(name):
                return function(*given, **more)

        return measured

    def drawn(self, batches: Callable[..., Iterator[Any]]) -> Callable[..., Iterator[Any]]:
        def measured(*given: Any) -> Iterator[Any]:
            stream = batches(*given)
            while True:
                with self.part("drawing"):
                    batch = next(stream)
                yield batch

        return measured


class Recording(Process):
    """A process that remembers what the target was called with."""

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.asked: list[Calls] = []
        self._bytes = 0

    def call(self, calls: Calls) -> Replies:
        size = sum(a.data.nbytes for a in calls.arguments)
        if not calls.wide and self._bytes + size < KEPT:
            self.asked.append(calls)
            self._bytes += size
        return super().call(calls)


@dataclass(frozen=True)
class Run:
    """inputs, calls: how many; inside: seconds in the target; asked: some of the calls; parts: seconds by part."""

    inputs: int
    calls: int
    seconds: float
    inside: float
    asked: list[Calls]
    parts: Mapping[str, float]
    failures: int


def searched(name: str, definition: str, conventions: Mapping[str, Any], seconds: float) -> Run:
    """The search alone, in float64 and float32, after loading and finding out how to call."""
    variant, formats = routine_of(definition).variant(**conventions), [FORMATS["float64"], FORMATS["float32"]]
    process = Recording(parse(f"{HONEST}:{name}"))
    with process:
        chosen = choose(process, variant, process.load(), formats, seed=0)
        assert not isinstance(chosen, str), chosen
        search = Search(process, chosen.variants, chosen.style, formats, seed=0, differentiable=False)
        process.spent, process.made, process.asked = 0.0, 0, []
        parts = Parts()
        with ExitStack() as patched:
            for owner, what, wrapped in (
                (searching, "batches", parts.drawn(searching.batches)),
                (searching, "screen", parts.told("screening", searching.screen)),
                (searching, "ask", parts.told("crossing", searching.ask)),
                (Search, "_look", parts.told("settling", Search._look)),
                (Relations, "turn", parts.told("relations", Relations.turn)),
            ):
                patched.enter_context(patch.object(owner, what, wrapped))
            began = time.perf_counter()
            search.run(seconds, lambda _: None)
            took = time.perf_counter() - began
        tried = sum(t.inputs for t in search.tallies.values())
        return Run(tried, process.made, took, process.spent, process.asked, dict(parts.seconds), len(search.found))


def bare(function: Callable[..., Any], asked: list[Calls], seconds: float = 1.5) -> float:
    """Calls a second of a loop that does nothing else, on what the search has called it with."""
    made, spent = 0, 0.0
    with np.errstate(all="ignore"):
        for calls in asked:
            columns = [_column(a, calls) for a in calls.arguments]
            every = list(zip(*columns, strict=True))
            began = time.perf_counter()
            for given in every:
                try:  # noqa: SIM105 - `suppress` takes as long as a short call
                    function(*given)
                except Exception:  # an input that the target refuses
                    pass
            spent += time.perf_counter() - began
            made += len(every)
            if spent > seconds:
                break
    return made / spent


def _column(argument: Any, calls: Calls) -> list[Any]:
    """One argument of all calls, as the target takes it."""
    data = argument.data if argument.each else np.broadcast_to(argument.data, (calls.count, *argument.data.shape))
    if argument.kind in ("float", "int") or calls.style in ("lists", "numbers"):
        return data.tolist()
    return [row.copy() if isinstance(row, np.ndarray) else row for row in data]
