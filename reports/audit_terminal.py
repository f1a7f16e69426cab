"""An audit for a terminal, as rich renderables: the verdict first, then the reason, then the input that shows it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from ..checks.audit.findings import Audit, AuditVerdict, Finding, FormatRow
from . import audit_words as say
from .terminal import indented, labelled, plain, section
from .words import clean

STYLES = {
    AuditVerdict.ERROR: "bold red",
    AuditVerdict.WRONG: "bold red",
    AuditVerdict.IMPURE: "bold magenta",
    AuditVerdict.UNSTABLE: "bold yellow",
    AuditVerdict.UNDECIDED: "yellow",
    AuditVerdict.CORRECT: "bold green",
}
MOST_CALLS = 3  # of the earlier calls are shown


def text(audit: Audit, width: int = 100) -> str:
    """The whole report as plain text."""
    return plain(show(audit), width)


def chip(verdict: AuditVerdict) -> Text:
    """A verdict as mark and word.

    >>> plain(chip(AuditVerdict.WRONG))
    '✗ WRONG\\n'
    """
    return Text(f"{say.MARKS[verdict]} {say.label(verdict)}", style=STYLES[verdict])


def show(audit: Audit, expect: str = "") -> RenderableType:
    """All that an audit found. expect: the verdict that it had to have."""
    return Group(*_parts(audit, expect))


def _parts(audit: Audit, expect: str) -> Iterator[RenderableType]:
    chosen = f" ({say.conventions(audit)})" if audit.conventions else ""
    about = Text.assemble((clean(audit.target), "bold"), " as ", (clean(audit.definition), "bold"), chosen)
    yield Text.assemble(chip(audit.verdict), "  ", about)
    if audit.title:
        yield indented(Text(clean(audit.title), style="dim"), 2)
    if expect:
        met = expect == audit.verdict.value
        yield Text(f"  {'as expected' if met else f'expected: {clean(expect)}'}", style="" if met else "bold red")
    yield Text()
    yield Text(clean(audit.diagnosis))
    if audit.mistake:
        yield Text.assemble(("The mistake: ", "bold"), clean(audit.mistake))
    for finding in audit.findings:
        yield from section(say.heading(finding), [indented(_finding(finding), 2)])
    if audit.formats:
        yield from section("Accuracy", [indented(_formats(audit.formats), 2)])
    if audit.notes:
        yield from section("Notes", [_notes(audit.notes)])
    yield Text()
    yield labelled({"searched": say.searched(audit), "run again": say.command(audit)}, 0)
    yield Text(say.exits(audit.exit_status), style="dim")


def _finding(finding: Finding) -> RenderableType:
    parts: list[RenderableType] = [Text(clean(finding.note))] if finding.note else []
    if finding.before:
        parts.append(Text("after " + ("this call:" if len(finding.before) == 1 else "these calls:"), style="italic"))
        for number, earlier in enumerate(finding.before[:MOST_CALLS], start=1):
            parts += [Text(f"  call {number}", style="dim")] if len(finding.before) > 1 else []
            parts.append(indented(_table(_inputs(earlier)), 2))
        if (more := len(finding.before) - MOST_CALLS) > 0:
            parts.append(Text(f"  … {more} more"))
        parts.append(Text("and then:", style="italic"))
    rows = [*_inputs(finding.inputs)]
    if finding.cotangent:
        rows.append(("cotangent", say.sort(finding.cotangent), Text(say.values(finding.cotangent))))
    rows += _results("expected", finding.expected, "green")
    rows += _results("got", finding.got, "red")
    if off := say.error(finding):
        rows.append(("off by", "", Text(off)))
    if finding.layout:
        rows.append(("in memory", "", Text(clean(say.LAYOUTS.get(finding.layout, finding.layout)))))
    parts.append(_table(rows))
    return Group(*parts)


Row = tuple[str, str, Text]


def _inputs(inputs: Mapping[str, Any]) -> list[Row]:
    return [(clean(name), say.sort(value), Text(say.values(value))) for name, value in inputs.items()]


def _results(name: str, found: Any, style: str) -> list[Row]:
    """A row for each returned array."""
    if found is None:
        return []
    each = found if isinstance(found, list | tuple) else [found]
    names = [name] if len(each) == 1 else [f"{name} {i}" for i in range(1, len(each) + 1)]
    shown = say.expected if name == "expected" else say.values
    return [(n, say.sort(v), Text(shown(v), style=style)) for n, v in zip(names, each, strict=True)]


def _table(rows: Sequence[Row]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table


def _formats(rows: Sequence[FormatRow]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim", show_edge=False)
    for heading in say.FORMAT_HEADINGS:
        table.add_column(heading, justify="left" if heading == "format" else "right")
    for row in rows:
        table.add_row(*say.shown_format(row))
    return table


def _notes(notes: Sequence[str]) -> Table:
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for note in notes:
        table.add_row("  ·", Text(clean(note)))
    return table


def line(audit: Audit, expect: str = "") -> Text:
    """One audit in one line, for several of them.

    >>> plain(line(Audit("a.py:f", "kl", {}, AuditVerdict.WRONG, "Twice the value."), "correct"))
    '✗ WRONG       a.py:f as kl  Twice the value.  expected: correct\\n'
    """
    found = chip(audit.verdict)
    found.pad_right(12 - len(found))
    found.append(f"  {clean(audit.target)} as {clean(audit.definition)}")
    reason = audit.mistake or audit.diagnosis.partition("\n")[0]
    found.append(f"  {clean(reason)}", style="dim")
    if expect and expect != audit.verdict.value:
        found.append(f"  expected: {clean(expect)}", style="bold red")
    return found
