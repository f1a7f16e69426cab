"""The way to a worker: its pipes, its guardian, its clock, and how its end is told."""

from __future__ import annotations

import json
import mmap
import os
import select
import signal
import struct
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

WORKER = Path(__file__).with_name("worker.py")
LOST = 70  # the status of a worker that cannot go on itself
LARGEST = 1 << 31  # bytes of one reply
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")


class Died(Exception):
    """The process ended, or was ended for this reason."""


class Connection:
    """A worker at work: its pipes, its guardian, and the memory in which it counts calls."""

    def __init__(self, executable: str, seed: int) -> None:
        self.stderr, self.row, self.worker = "", -1, 0
        self._greeted = False
        with tempfile.TemporaryFile() as counter:
            counter.write(bytes(8))
            counter.flush()
            shared = mmap.mmap(counter.fileno(), 8)
            self._progress = memoryview(shared).cast("q")
            command_out, self._commands = os.pipe()
            self._replies, reply_in = os.pipe()
            try:
                self._guardian = subprocess.Popen(
                    [executable, str(WORKER), str(command_out), str(reply_in), str(counter.fileno())],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    pass_fds=(command_out, reply_in, counter.fileno()),
                    start_new_session=True,
                    env=os.environ | {"PYTHONHASHSEED": str(seed % (1 << 32))} | dict.fromkeys(THREADS, "1"),
                )
            except BaseException:
                os.close(self._commands)
                os.close(self._replies)
                raise
            finally:
                os.close(command_out)
                os.close(reply_in)
        os.set_blocking(self._commands, False)
        self._ended = False

    def end(self) -> int | None:
        """Kill whatever is left; how the worker had ended, if it had."""
        if self._ended:
            return None
        self._ended = True
        os.close(self._commands)
        status = None
        try:
            patience = 10 if self._greeted else 1  # what never answered may be no guardian at all
            text, _ = self._guardian.communicate(timeout=patience)  # closes its stdin, at which it kills the worker
            told = json.loads(text)
            status, self.stderr = told["status"], str(told["stderr"])
        except (subprocess.TimeoutExpired, ValueError, KeyError, TypeError, OSError):
            with suppress(OSError):
                os.killpg(self._guardian.pid, signal.SIGKILL)
            self._guardian.communicate()
            if self.worker > 1:  # the target has killed the guardian
                with suppress(OSError):
                    os.killpg(self.worker, signal.SIGKILL)
        os.close(self._replies)
        return status if isinstance(status, int) else None

    def send(self, header: Mapping[str, Any], buffers: Sequence[Any], seconds: float) -> None:
        text = json.dumps(header).encode()
        views = [memoryview(b).cast("B") for b in buffers if memoryview(b).nbytes]
        parts = [memoryview(struct.pack("<QQ", len(text), sum(v.nbytes for v in views)) + text), *views]
        self._progress[0], self.row = -1, -1
        end = time.monotonic() + seconds
        for view in parts:
            while len(view):
                if not select.select([], [self._commands], [], max(0.0, end - time.monotonic()))[1]:
                    raise self._killed(f"took longer than {seconds:g} s to listen")
                try:
                    view = view[os.write(self._commands, view[: 1 << 20]) :]
                except BrokenPipeError:
                    raise self._gone() from None

    def reply(self, seconds: float, otherwise: float) -> tuple[Mapping[str, Any], memoryview]:
        """A message, if each call takes no longer than `seconds`, and what is not a call `otherwise`."""
        sizes = struct.unpack("<QQ", self._exactly(16, seconds, otherwise))
        if sum(sizes) > LARGEST:
            raise self._killed("broke the protocol of the audit")
        header = json.loads(bytes(self._exactly(sizes[0], seconds, otherwise)))
        self._greeted = True
        return header, self._exactly(sizes[1], seconds, otherwise)

    def _exactly(self, size: int, seconds: float, otherwise: float) -> memoryview:
        made, done = memoryview(bytearray(size)), 0
        last, since = self._progress[0], time.monotonic()
        while done < size:
            limit = seconds if self._progress[0] >= 0 else otherwise
            if select.select([self._replies], [], [], min(0.05, limit / 4))[0]:
                got = os.readv(self._replies, [made[done : done + (1 << 20)]])
                if not got:
                    raise self._gone()
                done, since = done + got, time.monotonic()
            elif self._progress[0] != last:
                last, since = self._progress[0], time.monotonic()
            elif time.monotonic() - since > limit:
                raise self._killed(f"took longer than {limit:g} s")
        return made

    def _killed(self, why: str) -> Died:
        self.row = max(int(self._progress[0]), -1)
        self.end()
        return Died(why)

    def _gone(self) -> Died:
        """It ended by itself: why."""
        try:
            self._guardian.wait(timeout=1.0)
            closed = False
        except subprocess.TimeoutExpired:
            closed = True
        self.row = max(int(self._progress[0]), -1)
        status = self.end()
        if closed:
            return Died("closed the connection to the audit")
        if status is None:
            return Died("crashed")
        if os.WIFSIGNALED(status):
            number = os.WTERMSIG(status)
            if "bad_alloc" in self.stderr or "MemoryError" in self.stderr.strip().rpartition("\n")[2]:
                return Died("ran out of memory")
            if number == signal.SIGKILL:
                return Died("was killed (signal 9), perhaps as memory ran out")
            return Died(f"crashed (signal {number})")
        if os.WEXITSTATUS(status) == LOST:
            return Died("closed the connection to the audit")
        return Died(f"exited with status {os.WEXITSTATUS(status)}")
