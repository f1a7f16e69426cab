"""The audit: does a function compute its definition, how accurately, and on which smallest input does it fail?

    from lemmata.checks.audit import audit, assert_implements, implements

Importing this loads the standard library alone; the rest comes with the first audit.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .findings import Audit as Audit
    from .findings import AuditVerdict as AuditVerdict
    from .findings import Finding as Finding
    from .marks import assert_implements as assert_implements
    from .marks import audit as audit
    from .marks import implements as implements

_HOME = {
    "audit": "marks",
    "assert_implements": "marks",
    "implements": "marks",
    "Audit": "findings",
    "AuditVerdict": "findings",
    "Finding": "findings",
}
__all__ = ["Audit", "AuditVerdict", "Finding", "assert_implements", "audit", "implements"]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f".{_HOME[name]}", __name__), name)
