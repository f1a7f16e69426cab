"""A process that is none: the function is called here, with the arguments that an audit passes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from lemmata.checks.audit.process import Argument, Calls, Process, Replies


class Here(Process):
    """Stands where the engine wants a `Process`. shapes: those of the arguments of the last call."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self.arguments: list[Any] = []

    @property
    def shapes(self) -> list[tuple[int, ...]]:
        return [np.shape(a) for a in self.arguments]

    def call(self, calls: Calls) -> Replies:
        rows: list[list[np.ndarray] | None] = []
        errors, mutated, several = {}, {}, False
        for i in range(calls.count):
            given = [_taken(a, i, calls) for a in calls.arguments]
            self.arguments = [np.copy(a) if isinstance(a, np.ndarray) else a for a in given]
            try:
                got = self.function(*given)
            except Exception as error:
                errors[i] = f"{type(error).__name__}: {error}"
                rows.append(None)
                continue
            several = isinstance(got, tuple)
            rows.append([np.asarray(r) for r in (got if several else (got,))])
            held = zip(calls.arguments, self.arguments, given, strict=True)
            changed = tuple(a.name for a, b, g in held if not np.array_equal(b, g, equal_nan=True))
            mutated |= {i: changed} if changed else {}
        alike = {tuple((r.shape, r.dtype) for r in row) if row else None for row in rows}
        outputs = None
        if len(alike) == 1 and rows[0] is not None:
            outputs = [np.stack(r) for r in zip(*[row for row in rows if row], strict=True)]
        told: dict[str, Any] = {"several": several, "errors": errors, "mutated": mutated, "done": calls.count}
        return Replies(outputs, () if outputs is not None else rows, **told)


def _taken(argument: Argument, i: int, calls: Calls) -> Any:
    data = argument.data[i] if argument.each else argument.data
    if argument.kind in ("float", "int"):
        return float(data) if argument.kind == "float" else int(data)
    return data.tolist() if calls.style == "lists" else np.array(data)
