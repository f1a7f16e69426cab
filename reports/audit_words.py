"""The words that every report on an audit uses."""

from __future__ import annotations

import math
import shlex
import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..checks.audit.findings import Audit, AuditVerdict, Finding, FormatRow
from .words import clean, count

MARKS = {
    AuditVerdict.ERROR: "!",
    AuditVerdict.WRONG: "✗",
    AuditVerdict.IMPURE: "✗",
    AuditVerdict.UNSTABLE: "✗",
    AuditVerdict.UNDECIDED: "?",
    AuditVerdict.CORRECT: "✓",
}
MEANS = {
    AuditVerdict.ERROR: "could not be loaded or called",
    AuditVerdict.WRONG: "computes another function, in exact arithmetic, too",
    AuditVerdict.IMPURE: "right on first calls, but changes its arguments, keeps state or is not deterministic",
    AuditVerdict.UNSTABLE: "right in exact arithmetic, but loses the result to rounding somewhere",
    AuditVerdict.UNDECIDED: "neither shown to be right nor to be wrong",
    AuditVerdict.CORRECT: "within the error budget on every input tried",
}
EXITS = {
    0: "correct",
    1: "wrong, unstable or impure",
    2: "could not be loaded or called",
    3: "undecided",
}
KINDS = {
    "value": "wrong value",
    "gradient": "wrong gradient",
    "nonfinite": "not finite",
    "exception": "no result",
    "mutation": "changes its arguments",
    "state": "depends on earlier calls",
    "nondeterminism": "not deterministic",
    "dtype": "another number format",
    "shape": "another shape",
}
ROLES = {"smallest": "Smallest counterexample", "worst": "Worst counterexample"}
LAYOUTS = {
    "readonly": "the arrays are read-only",
    "strided": "the arrays are not contiguous in memory",
    "fortran": "the arrays lie column by column in memory",
    "kept": "what is shown as got is the result of the earlier call, looked at after this one",
    "reused": "the arrays are those of the earlier call, with new numbers",
}
USUAL_DTYPES = ("float64", "float32")
_MOST, _EDGE = 36, 3


def label(verdict: AuditVerdict) -> str:
    return verdict.value.upper()


def number(value: float | None, unit: str = "") -> str:
    """A measured number, to three digits.

    >>> number(3.14159, "ulp"), number(6.5e14), number(None), number(float("inf")), number(0.0)
    ('3.14 ulp', '6.5 × 10¹⁴', '–', 'unbounded', '0')
    """
    if value is None or math.isnan(value):
        return "–"
    if math.isinf(value):
        return "unbounded"
    mantissa, _, exponent = f"{value:.3g}".partition("e")
    shown = f"{mantissa} × {power(int(exponent))}" if exponent else mantissa
    return f"{shown} {unit}".rstrip()


def power(exponent: int) -> str:
    """
    >>> power(-16)
    '10⁻¹⁶'
    """
    return "10" + str(exponent).translate(str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"))


def datum(value: Any, dtype: str = "") -> str:
    """One number of plain data: the shortest text that its format reads back.

    >>> datum(0.10000000149011612, "float32"), datum("-inf"), datum(True), datum(3, "int64")
    ('0.1', '-inf', 'True', '3')
    """
    if isinstance(value, float) and math.isfinite(value) and dtype == "float32" and abs(value) < 3.4028235e38:
        for digits in range(1, 10):
            short = f"{value:.{digits}g}"
            if struct.pack("f", float(short)) == struct.pack("f", value):
                return repr(float(short))
    return clean(repr(value) if not isinstance(value, str) else value)


def values(plain: Any) -> str:
    """Plain data as a reader would write them: a row to a line; of long ones the two ends of every axis.

    >>> print(values({"dtype": "float64", "shape": [2, 2], "data": [1.0, 0.0, 0.0, "inf"]}))
    [[1.0, 0.0],
     [0.0, inf]]
    >>> print(values({"dtype": "int64", "shape": [100], "data": list(range(100))}))
    [0, 1, 2, … 94 more, 97, 98, 99]
    """
    if isinstance(plain, list | tuple):
        return "\n".join(values(each) for each in plain)
    if not isinstance(plain, Mapping):
        return "–" if plain is None else clean(plain)
    shape = [int(n) for n in plain["shape"]]
    dtype, data = str(plain["dtype"]), plain["data"]
    if not shape:
        return datum(data[0], dtype) if data else "–"
    return _nested(data, shape, dtype, 1, len(data) > _MOST)


def _nested(data: Sequence[Any], shape: Sequence[int], dtype: str, depth: int, cut: bool) -> str:
    step = math.prod(shape[1:])
    shown: list[str] = []
    for i in _kept(shape[0], cut):
        if i < 0:
            shown.append(f"… {-i} more")
        elif len(shape) == 1:
            shown.append(datum(data[i], dtype))
        else:
            shown.append(_nested(data[i * step : (i + 1) * step], shape[1:], dtype, depth + 1, cut))
    between = ", " if len(shape) == 1 else ",\n" + " " * depth
    return f"[{between.join(shown)}]"


def _kept(length: int, cut: bool) -> Iterator[int]:
    """The indices to show; a negative number stands for so many that are left out."""
    if not cut or length <= 2 * _EDGE + 1:
        yield from range(length)
        return
    yield from range(_EDGE)
    yield 2 * _EDGE - length
    yield from range(length - _EDGE, length)


def expected(plain: Any) -> str:
    """The same of what is expected, where NaN stands for a number that nothing decides.

    >>> expected({"dtype": "float64", "shape": [2], "data": [1.0, "nan"]})
    '[1.0, any]'
    """
    if isinstance(plain, Mapping):
        plain = {**plain, "data": ["any" if value == "nan" else value for value in plain["data"]]}
    return values(plain)


def sort(plain: Any) -> str:
    """The format and the shape.

    >>> sort({"dtype": "float32", "shape": [2, 3], "data": []}), sort({"dtype": "int64", "shape": [], "data": [1]})
    ('float32 (2, 3)', 'int64')
    """
    if isinstance(plain, list | tuple):
        return ", ".join(sort(each) for each in plain)
    if not isinstance(plain, Mapping):
        return ""
    shape = [str(int(n)) for n in plain["shape"]]
    return clean(plain["dtype"]) + (f" ({', '.join(shape)}{',' if len(shape) == 1 else ''})" if shape else "")


def heading(finding: Finding) -> str:
    """
    >>> heading(Finding("value", "smallest", "float32", {}, None, None))
    'Smallest counterexample: wrong value, float32'
    """
    role = ROLES.get(finding.role, clean(finding.role).capitalize() or "Counterexample")
    what = KINDS.get(finding.kind, clean(finding.kind))
    by = f" by {clean(finding.wrt)}" if finding.wrt else ""
    return f"{role}: {what}{by}" + (f", {clean(finding.format)}" if finding.format else "")


def error(finding: Finding) -> str:
    """How far the result is off, in units of the last place and of the budget; "" where the error is no number."""
    parts = [number(finding.error_ulp, "ulp")] if finding.error_ulp is not None else []
    if finding.budget_units is not None:
        parts.append(number(finding.budget_units, "times the error budget"))
    return ", ".join(parts)


def conventions(audit: Audit) -> str:
    """
    >>> conventions(Audit("a.py:f", "kl", {"base": "e"}, AuditVerdict.CORRECT, ""))
    'base = e'
    """
    return clean(", ".join(f"{name} = {value}" for name, value in audit.conventions.items()))


def searched(audit: Audit) -> str:
    """
    >>> searched(Audit("a.py:f", "kl", {}, AuditVerdict.CORRECT, "", inputs=2000, seconds=1.5))
    '2,000 inputs in 1.5 s, seed 0'
    """
    return f"{audit.inputs:,} {'input' if audit.inputs == 1 else 'inputs'} in {audit.seconds:.1f} s, seed {audit.seed}"


def shown_format(row: FormatRow) -> tuple[str, ...]:
    """A row of the table of formats: format, inputs, results that nothing bounds, worst errors, lost bits."""
    if not row.inputs:
        return clean(row.format), "0", "–", "–", "–", "–"
    measured = (number(row.worst_units), number(row.worst_ulp), number(row.lost_bits))
    return clean(row.format), f"{row.inputs:,}", f"{row.unbounded:,}", *measured


FORMAT_HEADINGS = ("format", "inputs", "unbounded", "worst / budget", "worst ulp", "lost bits")


def command(audit: Audit) -> str:
    """What runs an audit again.

    >>> command(Audit("a.py:f", "kl", {"base": 2}, AuditVerdict.CORRECT, "", call="f(p, q)[0]"))
    "lemmata audit a.py:f --as kl --set base=2 --call 'f(p, q)[0]'"
    """
    words = ["lemmata", "audit", audit.target, "--as", audit.definition]
    for name, value in audit.conventions.items():
        words += ["--set", f"{name}={value}"]
    words += ["--call", audit.call] if audit.call else []
    formats = [row.format for row in audit.formats]
    words += [word for name in formats for word in ("--dtype", name)] if set(formats) - {*USUAL_DTYPES} else []
    words += ["--seed", str(audit.seed)] if audit.seed else []
    return shlex.join(clean(word) for word in words)


def exits(status: int, expected: bool = False) -> str:
    """
    >>> exits(3), exits(1, expected=True)
    ('exit status 3: undecided', 'exit status 1: wrong, unstable or impure, or another verdict than expected')
    """
    other = ", or another verdict than expected" if expected and status == 1 else ""
    return f"exit status {status}: {EXITS[status]}{other}"


def tally(audits: Sequence[Audit]) -> str:
    """How many came out with each verdict.

    >>> tally([Audit("a.py:f", "kl", {}, AuditVerdict.WRONG, ""), Audit("a.py:g", "kl", {}, AuditVerdict.CORRECT, "")])
    '2 audits: 1 wrong, 1 correct'
    """
    found = [(v.value, sum(a.verdict is v for a in audits)) for v in AuditVerdict]
    return f"{count(len(audits), 'audit')}: {', '.join(f'{n} {v}' for v, n in found if n)}"
