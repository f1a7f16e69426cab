"""What a run shows while it goes: a line for each claim, and on a terminal what is at work and what fell short."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ..checks.evidence import ClaimRecord
from . import terminal, words

MOST_NAMED = 3  # claims that fell short are named so far, then counted


class Display:
    """Prints each claim as its record comes. detail: also all that is known of a claim that fell short."""

    def __init__(self, console: Console, detail: bool = False) -> None:
        self.console, self.detail = console, detail
        self.short: list[str] = []
        self.bar = Progress(
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.description}", markup=False),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self.task = self.bar.add_task("starting", total=None)

    def __enter__(self) -> Display:
        self.bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None) -> None:
        self.bar.stop()

    def on_claim(self, record: ClaimRecord) -> None:
        self.console.print(terminal.line(record), soft_wrap=True)
        if not record.expected:
            self.short.append(record.id)
            if self.detail:
                self.console.print(terminal.show(record))

    def on_progress(self, progress: Any) -> None:
        at_work = ", ".join(dict.fromkeys(words.clean(f"{p.item} ({p.method})") for p in progress.running[:2]))
        parts = [at_work, self.fell_short()]
        self.bar.update(
            self.task,
            total=progress.claims,
            completed=progress.finished,
            description=" · ".join(p for p in parts if p),
        )

    def on_death(self, sentence: str) -> None:
        self.console.print(f"! {words.clean(sentence)}", style="yellow", soft_wrap=True)

    def fell_short(self) -> str:
        if not self.short:
            return ""
        named = ", ".join(map(words.clean, self.short[-MOST_NAMED:]))
        earlier = len(self.short) - MOST_NAMED
        return f"fell short: {named}" + (f" and {earlier} earlier" if earlier > 0 else "")
