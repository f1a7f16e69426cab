"""One offline HTML file in which every verdict can be checked: no script, no font, nothing from a network."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from jinja2 import Environment, FunctionLoader, StrictUndefined
from markupsafe import Markup, escape

from ..checks.evidence import ClaimRecord, Evidence, Formula, LectureRecord, PrintedRecord, Run, Verdict, conditions
from . import words
from .mathml import typeset, typeset_printed

_TEMPLATES = Path(__file__).parent / "templates"
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def render(run: Run) -> str:
    """The whole run as one self-contained page; the same evidence on the same SOURCE_DATE_EPOCH gives the same bytes.

    >>> page = render(Run((), (), (), {}, "", "quick", 0, 0.0))
    >>> page.startswith("<!doctype html>"), "<script" in page
    (True, False)
    """
    return environment().get_template("page.html.jinja").render(_view(run))


@dataclass(frozen=True)
class _Topic:
    name: str
    anchor: str
    claims: tuple[tuple[ClaimRecord, str], ...]


@dataclass(frozen=True)
class _Erratum:
    claim: ClaimRecord
    printed: PrintedRecord
    anchor: str


@dataclass(frozen=True)
class _Method:
    """What one method said in this run, and all that it named as its trusted base."""

    name: str
    records: int
    verdicts: tuple[tuple[Verdict, int], ...]
    trusted: tuple[str, ...]
    seconds: float


@dataclass(frozen=True)
class _Trusted:
    """One thing that had to be trusted: by which methods, and which claims have no deciding record without it."""

    name: str
    methods: tuple[str, ...]
    claims: tuple[ClaimRecord, ...]


def _view(run: Run) -> dict[str, Any]:
    claim_anchors = anchors("claim", [claim.id for claim in run.claims])
    topics: dict[str, list[tuple[ClaimRecord, str]]] = {}
    for claim, anchor in zip(run.claims, claim_anchors, strict=True):
        topics.setdefault(claim.topic, []).append((claim, anchor))
    definition_anchors = anchors("definition", [d.id for d in run.definitions])
    targets = {d.id: a for d, a in zip(reversed(run.definitions), reversed(definition_anchors), strict=True)}
    targets |= {c.id: a for c, a in zip(reversed(run.claims), reversed(claim_anchors), strict=True)}
    return {
        "run": run,
        "made_on": made_on(),
        "sentences": words.verified(run),
        "counts": words.by_standing(run.claims),
        "topics": [
            _Topic(topic, anchor, tuple(claims))
            for (topic, claims), anchor in zip(topics.items(), anchors("topic", list(topics)), strict=True)
        ],
        "attention": words.needs_attention(run.claims),
        "sheets": _sheets(run),
        "definitions": list(zip(run.definitions, definition_anchors, strict=True)),
        "used_by": {d.id: [c for c in run.claims if d.id in c.definitions] for d in run.definitions},
        "methods": _methods(run),
        "trusted": _trusted(run),
        "targets": targets,
        "lectures": {lecture.key: lecture for lecture in run.lectures},
    }


def anchors(kind: str, names: Sequence[str]) -> list[str]:
    """A fragment for each name, safe in an address and never twice the same.

    >>> anchors("claim", ["a.b", "a b", "a.b"])
    ['claim.a.b', 'claim.a~20~b', 'claim.a.b~2']
    """
    seen: dict[str, int] = {}
    anchors = []
    for name in names:
        plain = re.sub(r"[^A-Za-z0-9._-]", lambda m: f"~{ord(m[0]):x}~", name)
        seen[plain] = seen.get(plain, 0) + 1
        anchors.append(f"{kind}.{plain}" + (f"~{seen[plain]}" if seen[plain] > 1 else ""))
    return anchors


def _sheets(run: Run) -> list[tuple[LectureRecord, list[_Erratum]]]:
    """The errata of each lecture, in the order of the lectures."""
    found = words.errata(run)
    rows = [_Erratum(c, p, a) for (c, p), a in zip(found, anchors("erratum", [p.id for _, p in found]), strict=True)]
    lectures = {lecture.key: lecture for lecture in run.lectures}
    for row in rows:
        lectures.setdefault(row.printed.lecture, LectureRecord(row.printed.lecture, row.printed.lecture_title, "", ""))
    sheets = [(lecture, [row for row in rows if row.printed.lecture == key]) for key, lecture in lectures.items()]
    return [(lecture, rows) for lecture, rows in sheets if rows]


def _all_evidence(run: Run) -> list[Evidence]:
    return [e for c in run.claims for e in (*c.evidence, *(e for p in c.printed for e in p.evidence))]


def _methods(run: Run) -> list[_Method]:
    by_method: dict[str, list[Evidence]] = {}
    for evidence in _all_evidence(run):
        by_method.setdefault(evidence.method, []).append(evidence)
    return [
        _Method(
            name,
            len(records),
            tuple((v, n) for v in Verdict if (n := sum(e.verdict is v for e in records))),
            tuple(dict.fromkeys(item for e in records for item in e.trusted)),
            sum(e.seconds for e in records),
        )
        for name, records in sorted(by_method.items())
    ]


def _trusted(run: Run) -> list[_Trusted]:
    methods: dict[str, dict[str, None]] = {}
    for evidence in _all_evidence(run):
        for item in evidence.trusted:
            methods.setdefault(item, {})[evidence.method] = None
    alone: dict[str, list[ClaimRecord]] = {item: [] for item in methods}
    for claim in run.claims:
        deciding = [e for e in claim.evidence if not words.is_link(e) and e.method in words.decided_by(claim)]
        for item in dict.fromkeys(item for e in deciding for item in e.trusted):
            if all(item in e.trusted for e in deciding):
                alone[item].append(claim)
    return [_Trusted(item, tuple(names), tuple(alone[item])) for item, names in sorted(methods.items())]


def made_on() -> datetime:
    """The date of the report in UTC: SOURCE_DATE_EPOCH, or now."""
    try:
        return datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        return datetime.now(UTC)


def _template(name: str) -> str:
    """A template without its indentation, which would be a tenth of a page of thousands of rows."""
    return re.sub(r"^[ \t]+", "", (_TEMPLATES / name).read_text(encoding="utf-8"), flags=re.MULTILINE)


def stylesheet(name: str = "styles.css") -> str:
    return _template(name)


def environment() -> Environment:
    environment = Environment(
        loader=FunctionLoader(_template),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda found: words.clean(found) if type(found) is str else found,
    )
    environment.globals.update(
        words=words,
        conditions=conditions,
        Verdict=Verdict,
        typeset=_typeset,
        printed=typeset_printed,
        css=Markup(stylesheet()),
    )
    environment.filters.update(
        say=lambda text: Markup("<bdi>{}</bdi>").format(words.clean(text)),
        breakable=lambda name: Markup(re.sub(r"([._])", r"\1<wbr>", str(escape(words.clean(name))))),
        slug=lambda verdict: verdict.value.replace("_", "-"),
        mark=words.MARKS.__getitem__,
        language=lambda name: name if _LANGUAGE.fullmatch(name) else "",
        day=lambda moment: f"{moment.day} {moment:%B %Y}",
        cases=_cases,
    )
    environment.tests["suspicious"] = words.is_suspicious
    return environment


def _typeset(formula: Formula, block: bool = False) -> Markup:
    return typeset(formula.latex, formula.text, block)


def _cases(steps: Iterable[Any]) -> list[tuple[str, list[Any]]]:
    """Steps of one case that follow each other, under the name of their case."""
    groups: list[tuple[str, list[Any]]] = []
    for step in steps:
        if not groups or groups[-1][0] != step.case:
            groups.append((step.case, []))
        groups[-1][1].append(step)
    return groups
