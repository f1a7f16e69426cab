"""Runs a target for the audit: any interpreter from Python 3.8 on starts this file, which needs nothing but itself.

Two processes: a guardian, which runs no foreign code, and the worker, which the target may crash, hang or fork. When
the parent goes away or the worker ends, the guardian kills whatever the worker has left, and then says how it ended.
A message is two lengths, a JSON header, and raw buffers; nothing is ever unpickled on the way back.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import importlib.util
import json
import mmap
import os
import random
import select
import signal
import struct
import sys
import time
import traceback

ANSWERED = 86  # the status of a child that has sent its answer
LOST = 70  # the status where the connection to the parent is lost
TAIL = 2000  # bytes of stderr that are kept
BASELINE = 2 << 30  # of address space, for what the target imports only when it is called

try:
    import ctypes

    _libc = ctypes.CDLL(None)
except Exception:
    _libc = None


def sibling(name):
    """A file beside this one as a module, without its folder on the path."""
    if "_lemmata_" + name in sys.modules:
        return sys.modules["_lemmata_" + name]
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), name + ".py")
    spec = importlib.util.spec_from_file_location("_lemmata_" + name, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


# The guardian


def _prctl(option, value):
    try:
        if _libc is not None and sys.platform == "linux":
            _libc.prctl(option, value, 0, 0, 0)
    except Exception:
        pass


def guard(worker, errors):
    """Wait for the end of the worker or of the parent, then leave no process behind; what is known of the end."""
    awake, woken = os.pipe()
    os.set_blocking(woken, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(woken)
    parent, tail, status, listening = os.getppid(), b"", None, [0, errors, awake]
    while status is None:
        ready, _, _ = select.select(listening, [], [], 1.0)
        if errors in ready:
            text = os.read(errors, 1 << 16)
            tail = (tail + text)[-TAIL:]
            if not text:
                listening.remove(errors)
        if awake in ready:
            os.read(awake, 1 << 10)
        if (0 in ready and not os.read(0, 1)) or os.getppid() != parent:
            break
        status = _ended(worker)
    status = _end_all(worker, status)
    os.set_blocking(errors, False)
    try:
        while True:
            text = os.read(errors, 1 << 16)
            if not text:
                break
            tail = (tail + text)[-TAIL:]
    except OSError:
        pass
    return {"status": status, "stderr": tail.decode("utf-8", "replace")}


def _ended(worker):
    """How the worker ended, or None; what it has orphaned, and what has ended, is taken note of too."""
    pid = worker
    while pid:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == worker:
            return status
    return None


def _end_all(worker, status):
    """The worker's group and, as what it leaves becomes the guardian's children, those in groups of their own."""
    for _ in range(500):
        for kill, pid in [(os.killpg, worker)] + [(os.kill, pid) for pid in _children()]:
            with contextlib.suppress(OSError):
                kill(pid, signal.SIGKILL)
        try:
            while True:
                pid, ended = os.waitpid(-1, os.WNOHANG)
                if pid == worker:
                    status = ended
                if pid == 0:
                    break
        except ChildProcessError:
            break
        time.sleep(0.002)
    return status


def _children():
    try:
        with open(f"/proc/self/task/{os.getpid()}/children") as listed:
            return [int(pid) for pid in listed.read().split()]
    except (OSError, ValueError):
        return []


# Messages


class Channel:
    """Messages on private pipes, and the number of the call that is running in memory that the parent can see."""

    def __init__(self, commands, replies, progress):
        for fd in (commands, replies, progress):
            os.set_inheritable(fd, False)
        self.commands, self.replies = commands, replies
        self.progress = memoryview(mmap.mmap(progress, 8)).cast("q")

    def read(self):
        sizes = struct.unpack("<QQ", self._exactly(16))
        header = json.loads(self._exactly(sizes[0]).decode())
        return header, memoryview(self._exactly(sizes[1]))

    def _exactly(self, size):
        made = bytearray(size)
        view, done = memoryview(made), 0
        while done < size:
            got = os.readv(self.commands, [view[done : done + (1 << 20)]])
            if not got:
                os._exit(0)
            done += got
        return made

    def write(self, header, buffers=()):
        text = json.dumps(header).encode()
        buffers = [memoryview(b).cast("B") for b in buffers if memoryview(b).nbytes]
        for part in [struct.pack("<QQ", len(text), sum(b.nbytes for b in buffers)) + text, *buffers]:
            view = memoryview(part)
            while len(view):
                view = view[os.write(self.replies, view[: 1 << 20]) :]


# The worker


def _memory(name):
    with open("/proc/self/status") as status:
        for line in status:
            if line.startswith(name):
                return int(line.split()[1]) << 10
    return 0


def limit_memory(extra, importing):
    """So much beyond what is in use. While the target is imported only data counts: libraries map a lot beside it."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
        for kind, used, room in [
            (resource.RLIMIT_DATA, "VmData", extra + (BASELINE if importing else 0)),
            (resource.RLIMIT_AS, "VmSize", extra + BASELINE),
        ]:
            hard = resource.getrlimit(kind)[1]
            soft = hard if importing and kind == resource.RLIMIT_AS else _memory(used) + room
            resource.setrlimit(kind, (soft if hard < 0 else min(soft, hard) if soft >= 0 else hard, hard))
    except (ImportError, OSError, ValueError):
        pass


def seed(number):
    random.seed(number)
    numpy, torch = sys.modules.get("numpy"), sys.modules.get("torch")
    if numpy is not None:
        numpy.random.seed(number % (1 << 32))
    if torch is not None and hasattr(torch, "manual_seed"):
        torch.manual_seed(number)
        torch.set_num_threads(1)


def work(channel, forked):
    import warnings

    warnings.simplefilter("ignore")
    sys.dont_write_bytecode = True
    sys.path.pop(0)  # this file's folder, whose modules are no business of the target
    here = os.getcwd()
    try:
        import numpy
    except Exception:
        numpy = None
    loading, calls = sibling("worker_load"), sibling("worker_calls")
    channel.write({"python": sys.version.split()[0], "numpy": getattr(numpy, "__version__", ""), "worker": os.getpid()})
    target, asked = None, {}
    while True:
        header, data = channel.read()
        channel.progress[0] = -1
        if header["do"] == "load":
            asked = header
            limit_memory(header["memory"], importing=True)
            seed(header["seed"])
            target, told = loading.load(header, data)
            os.chdir(here)
            limit_memory(header["memory"], importing=False)
            seed(header["seed"])
            gc.collect()
            gc.freeze()
            if forked:
                os._exit(0)
            channel.write(told)
        else:
            if header["style"] == "torch" and "torch" not in sys.modules:
                limit_memory(asked["memory"], importing=True)
                with contextlib.suppress(Exception):
                    importlib.import_module("torch")
                limit_memory(asked["memory"], importing=False)
                seed(asked["seed"])
            child = os.fork() if header["fresh"] else 0
            if child:
                _end_with(os.waitpid(child, 0)[1])
                continue
            if header["fresh"]:
                forked.clear()
                _prctl(1, signal.SIGKILL)
                seed(header["seed"])
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                told, buffers = calls.run(header, data, target, asked, channel.progress, forked, sibling)
            channel.progress[0] = -2
            channel.write(told, buffers)
            if header["fresh"]:
                os._exit(ANSWERED)
            with contextlib.suppress(OSError):
                os.chdir(here)


def _end_with(status):
    """As the child ended that had the calls to make: nothing where it has answered."""
    if os.WIFSIGNALED(status):
        os.kill(os.getpid(), os.WTERMSIG(status))
    elif os.WEXITSTATUS(status) != ANSWERED:
        os._exit(os.WEXITSTATUS(status))


def main():
    commands, replies, progress = map(int, sys.argv[1:4])
    del sys.argv[1:]
    _prctl(36, 1)  # PR_SET_CHILD_SUBREAPER: what the worker orphans becomes a child of the guardian
    errors, said = os.pipe()
    guardian, worker = os.getpid(), os.fork()
    if worker:
        for fd in (commands, replies, progress, said):
            os.close(fd)
        ended = guard(worker, errors)
        os.write(1, json.dumps(ended).encode())
        os._exit(0)
    os.setsid()
    _prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG, should somebody kill the guardian
    if os.getppid() != guardian:
        os._exit(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)
    os.dup2(said, 2)
    for fd in (nowhere, said, errors):
        if fd > 2:
            os.close(fd)
    forked = []
    os.register_at_fork(after_in_child=lambda: forked.append(True))
    try:
        work(Channel(commands, replies, progress), forked)
    except BaseException:
        os.write(2, traceback.format_exc().encode("utf-8", "replace"))
    finally:
        os._exit(LOST)


if __name__ == "__main__":
    main()
