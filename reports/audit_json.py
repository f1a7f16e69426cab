"""Audits as JSON, in the format that templates/audit.schema.json publishes."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import Path
from typing import Any

from ..checks.audit.findings import Audit, Finding


def render(audit: Audit) -> str:
    """One audit as JSON text; floats read back as the same floats, and what is not finite is named.

    >>> from ..checks.audit.findings import AuditVerdict
    >>> json.loads(render(Audit("a.py:f", "kl", {}, AuditVerdict.CORRECT, "")))["verdict"]
    'correct'
    """
    return _text(document(audit))


def render_all(audits: Sequence[Audit], expects: Sequence[str] = ()) -> str:
    """Several audits as one JSON text, each with the verdict that it had to have, "" for none."""
    expected = expects or [""] * len(audits)
    return _text({"schema": 1, "audits": [document(a) | {"expect": e} for a, e in zip(audits, expected, strict=True)]})


def schema() -> dict[str, Any]:
    """The published JSON Schema of both.

    >>> schema()["title"]
    'lemmata audit'
    """
    return json.loads((Path(__file__).parent / "templates" / "audit.schema.json").read_text(encoding="utf-8"))


def document(audit: Audit) -> dict[str, Any]:
    return {
        "schema": 1,
        "target": audit.target,
        "definition": audit.definition,
        "title": audit.title,
        "formula": audit.formula,
        "conventions": _plain(audit.conventions),
        "call": audit.call,
        "style": audit.style,
        "verdict": audit.verdict.value,
        "diagnosis": audit.diagnosis,
        "mistake": audit.mistake,
        "findings": [_finding(finding) for finding in audit.findings],
        "notes": list(audit.notes),
        "formats": [_plain(vars(row)) for row in audit.formats],
        "points": [_plain(vars(point)) for point in audit.points],
        "search": {"inputs": audit.inputs, "seconds": _plain(audit.seconds), "seed": audit.seed},
        "environment": _plain(audit.environment),
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return _plain(vars(finding))


def _plain(value: Any) -> Any:
    """What JSON can say; a float that is not finite by its name, other things as text."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else str(float(value))
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return str(value)


def _text(found: Any) -> str:
    text = json.dumps(found, ensure_ascii=False, allow_nan=False, indent=1)
    return text.encode("utf-8", "backslashreplace").decode() + "\n"  # \ud800 is JSON, a lone surrogate is no UTF-8
