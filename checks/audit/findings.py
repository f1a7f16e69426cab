"""What an audit found: plain data, read by every report.

An input is plain data, too: {"dtype", "shape", "data"} with a flat list of numbers that round-trips; what is not finite
is named "nan", "inf" or "-inf". A number without axes that is passed as a Python number has the shape [].
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Plain = Mapping[str, Any]  # {"dtype", "shape", "data"}


class AuditVerdict(StrEnum):
    """In order of precedence."""

    ERROR = "error"
    WRONG = "wrong"
    IMPURE = "impure"
    UNSTABLE = "unstable"
    UNDECIDED = "undecided"
    CORRECT = "correct"

    @property
    def exit_status(self) -> int:
        """0 correct, 1 wrong, unstable or impure, 2 could not be loaded or called, 3 undecided."""
        return {"correct": 0, "undecided": 3, "error": 2}.get(self.value, 1)


KINDS = ("value", "gradient", "nonfinite", "exception", "mutation", "state", "nondeterminism", "dtype", "shape")


@dataclass(frozen=True)
class Finding:
    """One failing input.

    role: "smallest" (shrunk) or "worst". inputs are the code's own arguments, in calling order; expected and got are
    plain data, a list of them where several arrays are returned, or text for an exception. For a gradient `wrt` names
    the argument and `cotangent` the weights. before: the arguments of earlier calls, for hidden state. layout: how the
    arrays lie in memory, where that matters ("readonly", "strided", "fortran"). error_ulp and budget_units are None
    where the error is no number. reproduce: a complete Python program that shows the failure in a fresh interpreter and
    exits with 1 where it fails.
    """

    kind: str
    role: str
    format: str
    inputs: Mapping[str, Plain]
    expected: Any
    got: Any
    note: str = ""
    error_ulp: float | None = None
    budget_units: float | None = None
    wrt: str = ""
    cotangent: Plain | None = None
    before: Sequence[Mapping[str, Plain]] = ()
    layout: str = ""
    reproduce: str = ""


@dataclass(frozen=True)
class FormatRow:
    """What was seen in one format: how many results were judged, the worst honest error and the bits lost."""

    format: str
    inputs: int
    values: int
    unbounded: int
    worst_units: float
    worst_ulp: float
    lost_bits: float


@dataclass(frozen=True)
class Point:
    """One point of the plot of error against input.

    size is the largest |entry| of the input; error and budget are absolute.
    """

    format: str
    size: float
    error: float
    budget: float


@dataclass(frozen=True)
class Audit:
    """The outcome of one audit. diagnosis: one or more sentences; mistake: the mistake by name, where one fits."""

    target: str
    definition: str
    conventions: Mapping[str, Any]
    verdict: AuditVerdict
    diagnosis: str
    mistake: str = ""
    findings: Sequence[Finding] = ()
    notes: Sequence[str] = ()
    formats: Sequence[FormatRow] = ()
    points: Sequence[Point] = ()
    inputs: int = 0
    seconds: float = 0.0
    seed: int = 0
    style: str = ""  # how arguments are passed: numpy, torch, lists, numbers
    call: str = ""  # the template, where one was given
    environment: Mapping[str, str] = field(default_factory=dict)
    title: str = ""  # the definition in words
    formula: str = ""  # the definition as LaTeX, for reports

    @property
    def exit_status(self) -> int:
        return self.verdict.exit_status
