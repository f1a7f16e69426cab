"""Audits as one offline HTML file: nothing from a network, every text of a target escaped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from ..checks.audit.findings import Audit, AuditVerdict
from ..checks.audit.manifest import exit_status
from ..checks.audit.regression import regression_test
from ..checks.selection import UsageError
from . import audit_plot, audit_words
from .html import anchors, environment, made_on, stylesheet
from .mathml import typeset

_CLASSES = {
    AuditVerdict.CORRECT: "proved",
    AuditVerdict.UNDECIDED: "undecided",
    AuditVerdict.UNSTABLE: "unstable",
    AuditVerdict.IMPURE: "impure",
}
MOST_LINES = 600  # of a program are put on the page


def render(audits: Sequence[Audit], expects: Sequence[str] = ()) -> str:
    """Some audits as one self-contained page; the same audits on the same SOURCE_DATE_EPOCH give the same bytes.

    expects: the verdict that each had to have; "" for none.

    >>> page = render([Audit("a.py:f", "kl", {}, AuditVerdict.CORRECT, "Within the budget.")])
    >>> page.startswith("<!doctype html>"), "<script" in page
    (True, False)
    """
    known = environment()
    known.globals.update(say=audit_words, audit_css=Markup(stylesheet("audit.css")), shape=_shape, key=_KEY)
    known.filters.update(
        verdict_class=lambda verdict: _CLASSES.get(verdict, "refuted"),
        math=lambda latex: typeset(latex, block=True),
    )
    expected = list(expects) or [""] * len(audits)
    names = anchors("audit", [f"{a.target}.{a.definition}" for a in audits])
    pages = [_Page(a, e, n) for a, e, n in zip(audits, expected, names, strict=True)]
    status = exit_status(zip(audits, expected, strict=True))
    return known.get_template("audit.html.jinja").render(
        pages=pages, ends=audit_words.exits(status, any(expected)), made_on=made_on()
    )


@dataclass(frozen=True)
class _Page:
    """One audit, with what the page makes of it."""

    audit: Audit
    expect: str
    anchor: str

    @property
    def met(self) -> bool:
        return not self.expect or self.expect == self.audit.verdict.value

    @property
    def plot(self) -> audit_plot.Plot | None:
        return audit_plot.plot(self.audit)

    @property
    def regression(self) -> str:
        """The regression test; "" where there is nothing to test or the target has no name to load it by."""
        if not self.audit.findings:
            return ""
        try:
            return _short(regression_test(self.audit))
        except (UsageError, ValueError):
            return ""


def _short(program: str) -> str:
    return program if program.count("\n") <= MOST_LINES else ""


def _circle(x: float, y: float, size: float) -> str:
    return f"M{x - size:.1f} {y:.1f}a{size} {size} 0 1 0 {2 * size} 0a{size} {size} 0 1 0 {-2 * size} 0z"


def _square(x: float, y: float, size: float) -> str:
    return f"M{x - size:.1f} {y - size:.1f}h{2 * size}v{2 * size}h{-2 * size}z"


def _triangle(x: float, y: float, size: float) -> str:
    return f"M{x:.1f} {y - 1.2 * size:.1f}l{1.2 * size:.1f} {2.1 * size:.1f}h{-2.4 * size:.1f}z"


def _diamond(x: float, y: float, size: float) -> str:
    r = 1.35 * size
    return f"M{x:.1f} {y - r:.1f}l{r:.1f} {r:.1f}l{-r:.1f} {r:.1f}l{-r:.1f} {-r:.1f}z"


_SHAPES: dict[str, Callable[[float, float, float], str]] = {
    "circle": _circle,
    "square": _square,
    "triangle": _triangle,
    "diamond": _diamond,
}


_KEY = [audit_plot.Mark(6.0, 7.0, False)]


def _shape(name: str, marks: Sequence[Any], size: float = 2.6) -> str:
    """Some marks of one shape, as the data of one path."""
    return "".join(_SHAPES[name](mark.x, mark.y, size) for mark in marks)
