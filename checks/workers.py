"""Parts done by worker processes, so that a claim that hangs, crashes or fills memory costs only itself.

Workers come from a server process that has loaded everything once. A part that takes longer than its effort allows is
stopped; one whose worker dies is given to another worker once more.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from .evidence import Outcome
from .parts import TWINS, Part, Settings, perform, unfinished
from .server import start_early, start_method

PARTS_PER_WORKER = 300  # then a fresh one takes over, so that what SymPy remembers stays bounded
TWINS_TAKE = 8  # times as long as one method may


class Workers:
    """A pool that does parts. `done` waits for at least one of those handed in, and yields (part, outcome)."""

    def __init__(self, jobs: int, asked: Settings, on_death: Callable[[str], None]) -> None:
        from pebble import ProcessPool

        start_early()
        self.jobs, self.asked, self.on_death = jobs, asked, on_death
        self.running: dict[Future[Outcome], Part] = {}
        self.died: set[Part] = set()
        self._scratch = TemporaryDirectory(prefix="lemmata-workers-")
        self._pool = ProcessPool(
            max_workers=jobs,
            max_tasks=PARTS_PER_WORKER,
            initializer=_prepare,
            initargs=(asked.file, self._scratch.name),
            context=multiprocessing.get_context(start_method()),  # type: ignore[arg-type]
        )

    @property
    def free(self) -> bool:
        """Whether another part should be handed in: one beyond those at work, so that no worker waits."""
        return len(self.running) <= self.jobs

    def hand_in(self, part: Part) -> None:
        self.running[self._pool.schedule(_perform, args=(part, self.asked), timeout=self._limit(part))] = part

    def _limit(self, part: Part) -> float:
        return self.asked.effort.seconds * (TWINS_TAKE if part.method == TWINS else 1)

    def done(self) -> Iterator[tuple[Part, Outcome]]:
        for future in wait(self.running, return_when=FIRST_COMPLETED).done:
            part = self.running.pop(future)
            outcome = self._outcome(part, future)
            if outcome is not None:
                yield part, outcome

    def _outcome(self, part: Part, future: Future[Outcome]) -> Outcome | None:
        """What a worker says, or why it does not say anything; None where the part was handed in once more."""
        from pebble import ProcessExpired

        try:
            return future.result()
        except TimeoutError:
            limit = self._limit(part)
            return unfinished(part, f"stopped after {limit:g} s, the limit at this effort", limit)
        except ProcessExpired as error:
            cause = _cause(error.exitcode)
            if part not in self.died:
                self.died.add(part)
                self.on_death(f"a worker died at {part.item}, {part.method} ({cause}); it is tried once more")
                self.hand_in(part)
                return None
            return unfinished(part, f"the worker died twice ({cause})")

    def stop(self) -> None:
        """Stop at once, whatever is at work."""
        self._pool.stop()
        self._pool.join()
        self._scratch.cleanup()


def _cause(exitcode: int | None) -> str:
    import signal

    if exitcode is not None and exitcode < 0:
        return f"signal {signal.Signals(-exitcode).name}; perhaps memory ran out"
    return f"exit status {exitcode}"


@contextmanager
def _nothing_printed() -> Iterator[None]:
    """A user's file may print, and has done so already in the parent."""
    from contextlib import redirect_stdout

    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere):
        yield


def _prepare(file: str, scratch: str) -> None:
    from hypothesis.configuration import set_hypothesis_home_dir

    from . import catalogue

    set_hypothesis_home_dir(scratch)  # Hypothesis would leave a folder where the user stands
    catalogue.load()
    if file:
        with _nothing_printed():
            catalogue.load_file(Path(file))


def _perform(part: Part, asked: Settings) -> Outcome:
    from ..spec.language.expressions import as_written

    with as_written():
        return perform(part, asked)
