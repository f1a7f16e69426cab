"""Findings for a terminal, as rich renderables: plain where it is no terminal, with marks and words beside colour."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import IO, Any

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from ..checks.evidence import (
    ClaimRecord,
    Counterexample,
    DefinitionRecord,
    Evidence,
    PrintedRecord,
    ProofRecord,
    Run,
    StepRecord,
    Verdict,
    conditions,
    no_value,
)
from . import words

_STYLES = {
    Verdict.PROVED: "green",
    Verdict.CERTIFIED: "cyan",
    Verdict.TESTED: "blue",
    Verdict.REFUTED: "red",
    Verdict.UNDECIDED: "yellow",
    Verdict.NOT_RUN: "dim",
}
_LABEL_WIDTH = 11  # "✓ CERTIFIED"


def console(file: IO[str] | None = None, width: int | None = None) -> Console:
    """A console that prints text as it is: no markup, no emoji names, no guessed highlights."""
    return Console(file=file, width=width, markup=False, emoji=False, highlight=False)


def plain(found: RenderableType, width: int = 80) -> str:
    """A renderable as plain text.

    >>> plain(chip(Verdict.PROVED))
    '✓ PROVED\\n'
    """
    file = io.StringIO()
    console(file, width).print(found, soft_wrap=isinstance(found, Text))
    return "".join(f"{row.rstrip()}\n" for row in file.getvalue().splitlines())


def chip(verdict: Verdict) -> Text:
    """A verdict as mark and word."""
    return Text(f"{words.MARKS[verdict]} {verdict.label}", style=_STYLES[verdict])


def line(record: ClaimRecord) -> Text:
    """One claim in one line, for printing as results come in: standing, id, the methods that decided it, time.

    Print it with soft_wrap=True, so that a long line stays one where it is piped on.
    """
    text = chip(record.standing)
    text.pad_right(_LABEL_WIDTH - len(text))
    text.append(f"  {words.clean(record.id):<36}")
    text.append(f"  {', '.join(words.decided_by(record)) or 'no method'}")
    text.append(f"  {words.seconds(sum(e.seconds for e in record.evidence))}", style="dim")
    for note in _remarks(record):
        text.append("  ").append_text(note)
    return text


def _remarks(record: ClaimRecord) -> Iterator[Text]:
    """What a claim's standing alone does not say."""
    if needed := conditions(record.evidence):
        yield Text(f"provided {words.clean('; '.join(needed))}", style="yellow")
    if found := no_value(record.evidence):
        yield Text(f"no value at {words.inputs(found.inputs)}", style="yellow")
    for e in record.evidence:
        if words.is_link(e) and e.verdict in (Verdict.REFUTED, Verdict.UNDECIDED):
            about = ": ".join(words.subject(e))
            yield Text(f"{words.MARKS[e.verdict]} {about} {words.finding(e)}", style=_STYLES[e.verdict])
    outcomes = words.twins_by_outcome(record)
    if outcomes["proved"]:
        yield Text(f"✗ {words.count(outcomes['proved'], 'wrong twin')} proved", style="red")
    if outcomes["surviving"]:
        yield Text(f"? {words.count(outcomes['surviving'], 'wrong twin')} surviving", style="yellow")
    if errata := [p for p in record.printed if p.erratum]:
        yield Text(words.count(len(errata), "erratum", "errata"), style="magenta")
    if open_errata := [p for p in errata if p.standing is not Verdict.REFUTED]:
        yield Text(f"✗ {len(open_errata)} not refuted", style="red")


def summary(run: Run) -> RenderableType:
    """What the run verified, its problems first."""
    parts: list[RenderableType] = [Text(f"✗ {words.clean(problem)}", style="red") for problem in run.problems]
    if not run.finished:
        parts.append(Text("Interrupted: this is what was known by then.", style="yellow"))
    if parts:
        parts.append(Text())
    parts.append(Text(" ".join(words.verified(run))))
    if run.kept:
        parts.append(Text(words.kept(run), style="dim"))
    parts.append(Text(f"{words.seconds(run.seconds)}, effort {words.clean(run.effort)}, seed {run.seed}", style="dim"))
    return Group(*parts)


def listing(rows: Iterable[Mapping[str, Any]]) -> RenderableType:
    """Rows under the names of their fields, as `lemmata list` prints them; a Verdict is shown with its mark.

    >>> print(plain(listing([{"id": "softmax.jacobian", "standing": Verdict.PROVED}])), end="")
    id                standing
    softmax.jacobian  ✓ PROVED
    """
    found = list(rows)
    if not found:
        return Text("Nothing to list.")
    table = with_headings(*found[0])
    for row in found:
        table.add_row(*(chip(v) if isinstance(v, Verdict) else Text(words.clean(v)) for v in row.values()))
    return table


def show(record: ClaimRecord | DefinitionRecord) -> RenderableType:
    """Everything known about one claim or definition, for `lemmata show ID`."""
    return Group(*(_definition(record) if isinstance(record, DefinitionRecord) else _claim(record)))


def _claim(record: ClaimRecord) -> Iterator[RenderableType]:
    yield Text.assemble((words.clean(record.id), "bold"), "  ", chip(record.standing))
    if record.title:
        yield Text(words.clean(record.title))
    if record.note:
        yield Text(words.clean(record.note), style="dim")
    yield Text()
    yield indented(Text(words.clean(record.statement.text), style="bold"), 4)
    for meaning in record.where:
        yield indented(Text(f"where {words.clean(meaning.text)}"), 4)
    if record.quantifiers:
        yield indented(Text(f"for all {words.clean('; '.join(record.quantifiers))}"), 4)
    if defect := words.no_value_sentence(record.evidence):
        yield indented(Text(defect, style="yellow"), 4)
    if record.witness:
        yield indented(Text(f"The hypotheses can be met: {words.inputs(record.witness)}.", style="dim"), 4)
    if against := words.refutation(record.evidence):
        yield from section("False", [indented(_example(against), 2)])
    for proof in record.proofs:
        yield from _proof(proof)
    for printed in record.printed:
        yield from _printed(printed)
    if record.twins:
        yield from _twins(record)
    records = _evidence(record.evidence) if record.evidence else Text("  No method looked at this claim.")
    yield from section("Evidence", [records])
    yield Text()
    trusted = dict.fromkeys(item for e in record.evidence for item in e.trusted)
    yield labelled(
        {
            "trusted": ", ".join(trusted),
            "definitions": ", ".join(record.definitions),
            "rests on": ", ".join(record.rests_on),
            "source": record.source,
            "run again": words.rerun(record),
        }
    )


def _definition(record: DefinitionRecord) -> Iterator[RenderableType]:
    yield Text(words.clean(record.id), style="bold")
    if record.title:
        yield Text(words.clean(record.title))
    yield Text()
    yield indented(Text(f"{words.clean(record.notation.text)} ≔ {words.clean(record.formula.text)}", style="bold"), 4)
    if record.quantifiers:
        yield indented(Text(f"for {words.clean('; '.join(record.quantifiers))}"), 4)
    yield Text()
    computed = record.stable.text if record.stable else ""
    yield labelled({"computed as": computed, "implementation": record.implementation, "source": record.source})


def _proof(proof: ProofRecord) -> Iterator[RenderableType]:
    heading = Text.assemble((f"Proof {words.clean(proof.title or proof.name)}", "bold"), "  ", chip(proof.verdict))
    steps = Table.grid(padding=(0, 1, 0, 0))
    for _ in range(3):
        steps.add_column(justify="right", no_wrap=True)
    steps.add_column(overflow="fold")
    steps.add_row("", "", "", Text(words.clean(proof.start.text)))
    case = ""
    for step in proof.steps:
        if step.case != case:
            case = step.case
            steps.add_row("", "", "", Text(f"Case {words.clean(case)}:" if case else "In all cases:", style="bold"))
        mark = Text(words.MARKS[step.verdict], style=_STYLES[step.verdict])
        steps.add_row(mark, Text(str(step.number)), Text(words.clean(step.relation)), _step(step))
    after = [indented(Text(words.clean(proof.detail)), 2)] if proof.detail else []
    yield from section(heading, [indented(steps, 2), *after])


def _step(step: StepRecord) -> RenderableType:
    parts: list[RenderableType] = [Text(words.clean(step.formula.text))]
    if reason := " · ".join(part for part in (step.reason, step.rule) if part):
        parts.append(Text(f"  {words.clean(reason)}", style="dim italic"))
    if step.detail:
        parts.append(Text(f"  {words.clean(step.detail)}", style=_STYLES[step.verdict]))
    if step.counterexample:
        parts.append(indented(_example(step.counterexample), 2))
    return Group(*parts)


def _printed(printed: PrintedRecord) -> Iterator[RenderableType]:
    kind = "Erratum" if printed.erratum else "As printed"
    name = words.clean(printed.statement or printed.id)
    heading = Text.assemble((f"{kind}: {name}", "bold"), "  ", chip(printed.standing))
    correct = printed.correction_formula.text if printed.correction_formula else ""
    if printed.correction:
        correct = f"{correct} ({printed.correction})" if correct else printed.correction
    place = f", “{printed.section}”" if printed.section else ""
    against = words.refutation(printed.evidence)
    fields = {
        "in": f"{printed.lecture_title or printed.lecture}{place}",
        "printed": printed.latex,
        "read as": printed.reading.text,
        "wrong": printed.wrong if printed.erratum else "",
        "no value": words.no_value_sentence(printed.evidence),
        **(_witness(against) if against else {}),
        "correct": correct,
    }
    yield from section(heading, [labelled(fields)])


def _twins(record: ClaimRecord) -> Iterator[RenderableType]:
    shown = [
        Text(f"  {twin.outcome}: {words.clean(twin.mutation)}: {words.clean(twin.formula.text)}", style="yellow")
        for twin in record.twins
        if words.is_suspicious(twin)
    ]
    yield from section("Wrong twins", [Text(f"  {words.twins_sentence(record)}"), *shown])


def _evidence(records: Sequence[Evidence]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    for _ in range(2):
        table.add_column(no_wrap=True)
    table.add_column(overflow="fold", ratio=1)
    table.add_column(justify="right", no_wrap=True)
    for e in records:
        kind, name = words.subject(e)
        about = Text(f"{kind} {name}".strip(), overflow="fold") if words.is_link(e) else None
        told: list[RenderableType] = [about.append(f" {words.finding(e)}")] if about else []
        if e.detail:
            told.append(Text(words.clean(e.detail)))
        if e.counterexample:
            told.append(_example(e.counterexample, words.is_link(e)))
        if particulars := words.particulars(e):
            told.append(Text(particulars, style="dim"))
        if e.command:
            told.append(Text(words.clean(e.command), style="dim"))
        method, took = Text(words.clean(e.method)), Text(words.seconds(e.seconds))
        table.add_row(indented(chip(e.verdict), 2), method, Group(*told), took)
    return table


def _example(found: Counterexample, link: bool = False) -> Table:
    return labelled(_witness(found, link), 0)


def _witness(found: Counterexample, link: bool = False) -> dict[str, str]:
    sides = {"expected": found.left, "got": found.right} if link else {"left": found.left, "right": found.right}
    should = {} if link else {"should be": f"left {found.relation} right"}
    return {"at": words.inputs(found.inputs), **sides, **should, "note": found.note}


def labelled(named: Mapping[str, str], indent: int = 2) -> Table:
    """Named texts, one under the other; those that are empty are left out."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, style="dim")
    table.add_column(overflow="fold")
    for name, text in named.items():
        if text:
            table.add_row(" " * indent + name, Text(words.clean(text)))
    return table


def with_headings(*headings: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold", show_edge=False)
    for heading in headings:
        table.add_column(words.clean(heading), overflow="fold")
    return table


def section(heading: str | Text, shown: Sequence[RenderableType]) -> Iterator[RenderableType]:
    yield Text()
    yield Text(heading, style="bold") if isinstance(heading, str) else heading
    yield from shown


def indented(found: RenderableType, columns: int) -> Padding:
    return Padding(found, (0, 0, 0, columns), expand=False)
