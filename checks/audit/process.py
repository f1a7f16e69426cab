"""The audited code in a process of its own, seen from here: what goes in, what comes back, and how it may end.

    with Process(parse("losses.py:softmax")) as process:
        loaded = process.load()
        replies = process.call(Calls([Argument("x", rows)], count=len(rows), style="numpy"))

The rows of `Replies` are numbered by their place in the batch; where there is an `order`, by their place in that.
"""

from __future__ import annotations

import os
import shutil
import sys
import weakref
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from ..selection import UsageError
from .connection import Connection, Died
from .targets import Target, parse, template

__all__ = ["Argument", "Calls", "Limits", "Loaded", "Process", "Replies", "Target", "parse"]

HELLO = 60.0  # seconds for an interpreter to start
FORMATS = {"float64", "float32", "float16", "int64", "int32", "int16", "int8", "bool"}
FORMATS |= {"uint64", "uint32", "uint16", "uint8"}


@dataclass(frozen=True)
class Limits:
    """Seconds per call, seconds to start and to import the target, and bytes of memory beyond those used then."""

    seconds: float = 10.0
    startup: float = 60.0
    memory: int = 4 << 30


@dataclass(frozen=True)
class Argument:
    """One argument of a batch of calls. each: call i gets data[i]; else every call gets data.

    kind: "array" or "labels" (arrays in the style; labels are never widened), "float" or "int" (Python numbers).
    """

    name: str
    data: np.ndarray
    each: bool = True
    kind: str = "array"


@dataclass(frozen=True)
class Calls:
    """A batch of calls. order: rows of the batch, with repetitions; reuse: one set of arrays, overwritten in place;
    keep: results are read only when all calls have been made.

    wide: in a wider format, plain Python in so many digits; deep: NumPy and torch, too, where all that the target calls
    is known, else the error is "no wider format: …"; wrt and cotangents (one for each row): the gradients of
    <cotangent, result> are the outputs. seconds: no further call is made after so long. fresh: in a copy of the process
    as it was after loading (of one that has had no other calls), with random generators seeded by `seed`.
    """

    arguments: Sequence[Argument]
    count: int
    style: str = "numpy"
    layout: str = ""
    order: Sequence[int] | None = None
    reuse: bool = False
    keep: bool = False
    wide: bool = False
    deep: bool = False
    digits: int = 50
    wrt: str = ""
    cotangents: np.ndarray | None = None
    seconds: float = 0.0
    fresh: bool = False
    seed: int = 0


@dataclass(frozen=True)
class Replies:
    """What came back. outputs: one array per output, (done, *shape), where all calls succeeded alike; else None.

    rows: the outputs by row, None where a call failed; empty where `outputs` say all. several: a tuple or a list of
    arrays was returned. kinds: the types returned; dtypes: the formats as returned ("float" for Python's). pairs:
    outputs have a last axis of 2, whose sum is the value. died: how the process ended, and at which row (-1: at none).
    """

    outputs: Sequence[np.ndarray] | None = None
    rows: Sequence[Sequence[np.ndarray] | None] = ()
    several: bool = False
    errors: Mapping[int, str] = field(default_factory=dict)
    mutated: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    kinds: tuple[str, ...] = ()
    dtypes: tuple[str, ...] = ()
    pairs: bool = False
    died: str = ""
    died_at: int = -1
    done: int = 0
    seconds: float = 0.0
    stderr: str = ""

    def row(self, i: int) -> Sequence[np.ndarray] | None:
        """The outputs of one call."""
        if self.outputs is not None:
            return [out[i] for out in self.outputs] if i < self.done else None
        return self.rows[i] if i < len(self.rows) else None


@dataclass(frozen=True)
class Loaded:
    """What is known of the target. error: why it cannot be called, in one sentence; else empty.

    known: whether it has a signature; names of positional arguments, the least and most of them (None: any number),
    keywords it needs beside. imports_torch: its module does; uses: the libraries that its code names, itself or through
    functions it calls. defines: the names that a template may use. wider: the bits of a longdouble, 0 if no wider.
    """

    error: str = ""
    known: bool = False
    names: tuple[str, ...] = ()
    least: int = 0
    most: int | None = None
    keywords: tuple[str, ...] = ()
    imports_torch: bool = False
    uses: tuple[str, ...] = ()
    defines: frozenset[str] = frozenset()
    python: str = ""
    numpy: str = ""
    torch: str = ""
    wider: int = 0

    def takes(self, count: int) -> bool:
        """Whether it can be called with so many positional arguments and nothing else."""
        if not self.known:
            return True
        return self.least <= count and (self.most is None or count <= self.most) and not self.keywords


class Process:
    """A target in a process of its own, under any interpreter. After the end of that process the next call starts it
    afresh. Nothing that the target starts outlives it."""

    def __init__(
        self, target: Target, python: str = sys.executable, limits: Limits | None = None, seed: int = 0
    ) -> None:
        if os.name != "posix":
            raise UsageError("an audit needs Linux or macOS")
        self.target, self.python, self.limits, self.seed = target, python, limits or Limits(), seed
        self.loaded = Loaded()
        self.spent, self.made = 0.0, 0  # seconds inside the target, and calls that took them
        self._connection: Connection | None = None
        self._finalizer: weakref.finalize[..., Any] | None = None

    def __enter__(self) -> Process:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self._finalizer is not None:
            self._finalizer()
        self._connection = self._finalizer = None

    def restart(self) -> Loaded:
        """A fresh interpreter, with the target loaded anew."""
        self.close()
        self.loaded = Loaded()
        return self.load()

    @property
    def pace(self) -> float:
        """Seconds that a call takes, on average so far."""
        return self.spent / self.made if self.made else 0.0

    def load(self) -> Loaded:
        if self._connection is None and not self.loaded.error:
            self.loaded = self._load()
            if self.loaded.error:
                self.close()
        return self.loaded

    def _load(self) -> Loaded:
        executable = shutil.which(os.path.expanduser(self.python))
        if not executable:
            return Loaded(error=f"there is no interpreter {self.python}")
        try:
            self._connection = connection = Connection(executable, self.seed)
        except OSError as error:
            return Loaded(error=f"{self.python} does not start: {error.strerror or error}")
        self._finalizer = weakref.finalize(self, connection.end)
        try:
            hello, _ = connection.reply(HELLO, HELLO)
            python, has_numpy, connection.worker = str(hello["python"]), str(hello["numpy"]), int(hello["worker"])
        except (Died, KeyError, TypeError, ValueError):
            self.close()
            return Loaded(error=f"{self.python} does not run the audit's worker: it has to be Python 3.8 or later")
        t = self.target
        about = {"do": "load", "kind": t.kind, "path": t.path, "name": t.name, "source": t.source}
        about |= {"memory": self.limits.memory, "seed": self.seed}
        try:
            connection.send(about, [t.data], self.limits.startup)
            told, _ = connection.reply(self.limits.startup, self.limits.startup)
            if told["error"]:
                return Loaded(error=str(told["error"]))
            return Loaded(
                known=bool(told["known"]),
                names=tuple(map(str, told["names"])),
                least=int(told["least"]),
                most=None if told["most"] is None else int(told["most"]),
                keywords=tuple(map(str, told["keywords"])),
                imports_torch=bool(told["imports_torch"]),
                uses=tuple(map(str, told["uses"])),
                defines=frozenset(map(str, told["defines"])) | {t.name.rpartition(".")[2]},
                python=python,
                numpy=has_numpy,
                torch=str(told["torch"]),
                wider=int(told["wider"]),
            )
        except (Died, KeyError, TypeError, ValueError) as error:
            self.close()
            how = str(error) if isinstance(error, Died) else "breaks the protocol"
            return Loaded(error=f"{Path(t.path).name or t.name}: importing it {_present(how)}")

    def call(self, calls: Calls) -> Replies:
        """Raises UsageError where the template has names that are not known."""
        loaded = self.load()
        if loaded.error:
            return Replies(died=loaded.error, rows=[None] * _rows(calls))
        count = _rows(calls)
        header, buffers = self._message(calls, count)
        if not count:
            return Replies()
        assert self._connection
        connection = self._connection
        try:
            connection.send(header, buffers, self.limits.startup)
            told, data = connection.reply(self.limits.seconds, self.limits.startup)
            replies = _replies(told, data)
            if not calls.wide:
                self.spent, self.made = self.spent + replies.seconds, self.made + replies.done
            return replies
        except Died as why:
            row, stderr = connection.row, connection.stderr
            self.close()
            return Replies(
                rows=[None] * count, died=str(why), died_at=row, done=max(row, 0), stderr=stderr.strip()[-500:]
            )
        except (KeyError, TypeError, ValueError, IndexError, AttributeError):
            self.close()
            return Replies(rows=[None] * count, died="broke the protocol of the audit")

    def _message(self, calls: Calls, count: int) -> tuple[dict[str, Any], list[Any]]:
        tree = None
        if self.target.call:
            read = template(self.target.call)
            read.check([a.name for a in calls.arguments], self.loaded.defines)
            tree = read.tree
        buffers, about = [], []
        for argument in calls.arguments:
            data, each = _taken(argument.data, calls.order if argument.each else None), argument.each
            shape = data.shape[1:] if each else data.shape
            if each and len(data) != count:
                raise ValueError(f"{argument.name} has {len(data)} rows, not {count}")
            entry = {"name": argument.name, "kind": argument.kind, "dtype": str(data.dtype)}
            about.append(entry | {"shape": shape, "each": each, "bytes": data.nbytes})
            buffers.append(data)
        weights = None
        if calls.wrt:
            assert calls.cotangents is not None
            data = _taken(calls.cotangents, calls.order)
            weights = {"dtype": str(data.dtype), "shape": data.shape}
            buffers.append(data)
        header = {"do": "call", "arguments": about, "count": count, "style": calls.style, "layout": calls.layout}
        header |= {
            "reuse": calls.reuse,
            "keep": calls.keep,
            "wide": calls.wide or calls.deep,
            "deep": calls.deep,
            "digits": calls.digits,
            "wrt": calls.wrt,
        }
        header |= {"cotangents": weights, "call": tree, "seconds": calls.seconds}
        header |= {"fresh": calls.fresh, "seed": calls.seed}
        return header, buffers


def _rows(calls: Calls) -> int:
    return calls.count if calls.order is None else len(calls.order)


def _taken(data: np.ndarray, order: Sequence[int] | None) -> np.ndarray:
    data = np.asarray(data)
    return np.ascontiguousarray(data if order is None else data[np.asarray(order, dtype=np.intp)]).reshape(
        data.shape if order is None else (len(order), *data.shape[1:])
    )


def _present(how: str) -> str:
    """As said of importing: "takes longer than 60 s"."""
    changes = {"took": "takes", "crashed": "crashes", "ran": "runs", "exited": "exits", "was": "is"}
    verb, space, rest = how.partition(" ")
    return changes.get(verb, verb) + space + rest


def _replies(told: Mapping[str, Any], data: memoryview) -> Replies:
    """A worker's message, which its target may have forged: every number in it is made sure of."""
    at, done = 0, int(told["done"])

    def block(about: Sequence[Any], rows: int | None) -> np.ndarray:
        nonlocal at
        dtype, shape = str(about[0]), tuple(map(int, about[1]))
        if dtype not in FORMATS or min((*shape, 0)) < 0:
            raise ValueError(dtype)
        whole = shape if rows is None else (rows, *shape)
        size = int(np.prod(whole, dtype=object)) * np.dtype(dtype).itemsize
        if at + size > len(data):
            raise ValueError("too little data")
        at += size
        return np.frombuffer(data[at - size : at], dtype).reshape(whole)

    count = int(told["count"])
    stacked = [block(about, count) for about in told["stacked"]]
    held = range(count) if told["rows"] == "all" else list(map(int, told["rows"]))
    rows: list[Sequence[np.ndarray] | None] = [None] * count
    outputs: list[np.ndarray] | None = None
    if stacked and len(held) >= done > 0 and not told["odd"]:
        outputs = [out[:done] for out in stacked]
    else:
        for i in held if stacked else ():
            rows[i] = [out[i] for out in stacked]
        for i, parts in told["odd"].items():
            rows[int(i)] = [block(about, None) for about in parts]
        outputs = _stacked(rows[:done])
    return Replies(
        outputs=outputs,
        rows=() if outputs is not None else rows[:done],
        several=bool(told["several"]),
        errors={int(i): str(text) for i, text in told["errors"].items()},
        mutated={int(i): tuple(map(str, names)) for i, names in told["mutated"].items()},
        kinds=tuple(map(str, told["kinds"])),
        dtypes=tuple(map(str, told["dtypes"])),
        pairs=bool(told["pairs"]),
        done=done,
        seconds=float(told["seconds"]),
    )


def _stacked(rows: Sequence[Sequence[np.ndarray] | None]) -> list[np.ndarray] | None:
    """The rows as one array for each output, where all are there and alike."""
    if not rows or rows[0] is None:
        return None
    like = [(part.dtype, part.shape) for part in rows[0]]
    if any(row is None or [(part.dtype, part.shape) for part in row] != like for row in rows):
        return None
    return [np.stack([row[k] for row in rows if row is not None]) for k in range(len(like))]
