"""The process that workers come from: it loads everything once, while its caller still loads, too."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def start_method() -> str:
    """Workers are forked by a server with a single thread; where there is none, each starts from nothing."""
    return "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"


def start_early() -> None:
    """Start the server, unless it runs; a second call does nothing."""
    if start_method() == "forkserver":
        from multiprocessing import forkserver, resource_tracker

        resource_tracker.ensure_running()  # it would unblock the signal
        multiprocessing.get_context("forkserver").set_forkserver_preload([f"{__package__}.loaded"])
        with _deaf():
            forkserver.ensure_running()


@contextmanager
def _deaf() -> Iterator[None]:
    """What is started here does not hear Ctrl-C, which a terminal sends to all, until it has found its own answer.

    The signal is held back rather than ignored, so that one that comes meanwhile is still heard here.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def hears_interruption() -> bool:
    """Whether Ctrl-C reaches this process."""
    return not hasattr(signal, "pthread_sigmask") or signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def let_interruption_end() -> None:
    """Ctrl-C ends this process at once and without a word."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
