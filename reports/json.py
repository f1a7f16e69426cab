"""The machine-readable report, in the format that templates/verify.schema.json publishes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ..checks.evidence import ClaimRecord, PrintedRecord, Run, plain
from .words import by_standing, twins_by_outcome


def render(run: Run) -> str:
    """The whole run as JSON text; the same evidence gives the same bytes.

    >>> json.loads(render(Run((), (), (), {}, "", "quick", 0, 0.0)))["schema"]
    1
    """
    text = json.dumps(_document(run), ensure_ascii=False, allow_nan=False, indent=1, default=str)
    return text.encode("utf-8", "backslashreplace").decode() + "\n"  # \ud800 is JSON, a lone surrogate is no UTF-8


def schema() -> dict[str, Any]:
    """The published JSON Schema of what `render` writes.

    >>> schema()["title"]
    'lemmata verify'
    """
    return json.loads((Path(__file__).parent / "templates" / "verify.schema.json").read_text(encoding="utf-8"))


def _document(run: Run) -> dict[str, Any]:
    return {
        "schema": run.schema,
        "selection": run.selection,
        "effort": run.effort,
        "seed": run.seed,
        "seconds": run.seconds,
        "finished": run.finished,
        "kept": run.kept,
        "problems": list(run.problems),
        "counts": {verdict.value: number for verdict, number in by_standing(run.claims).items()},
        "claims": [_claim(claim) for claim in run.claims],
        "statements": [_statement(claim, printed) for claim in run.claims for printed in claim.printed],
        "definitions": plain(run.definitions),
        "lectures": plain(run.lectures),
        "environment": plain(run.environment),
    }


def _claim(claim: ClaimRecord) -> dict[str, Any]:
    outcomes = twins_by_outcome(claim)
    of = {outcome: [plain(t) for t in claim.twins if t.outcome == outcome] for outcome in ("proved", "surviving")}
    twins = {
        "total": len(claim.twins),
        "refuted": outcomes["refuted"],
        "equivalent": outcomes["equivalent"],
        **of,
        "records": plain(claim.twins),
    }
    return {**plain(claim), "twins": twins}


def _statement(claim: ClaimRecord, printed: PrintedRecord) -> dict[str, Any]:
    """What became of one statement of a lecture: the row behind coverage tables and `--against`."""
    return {
        "id": printed.statement,
        "lecture": printed.lecture,
        "section": printed.section,
        "claim": claim.id,
        "printed": printed.id,
        "standing": printed.standing.value,
        "erratum": printed.erratum,
    }
