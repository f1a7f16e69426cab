"""JUnit XML for Jenkins, GitHub and GitLab: one test case for each claim and evidence record.

A test case passes only when its record says that something stands: proved, certified or tested; an erratum, refuted.
What was tried and not settled is a failure of type "undecided", unless another record settled the same question; what
has no value at an input that its sorts admit is one of type "no value".
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from ..checks.evidence import ClaimRecord, Counterexample, Evidence, PrintedRecord, Run, Verdict, no_value
from .words import (
    broken,
    clean,
    count,
    finding,
    inputs,
    is_link,
    is_suspicious,
    no_value_sentence,
    refutation,
    twins_by_outcome,
    twins_sentence,
)

_STANDS = (Verdict.PROVED, Verdict.CERTIFIED, Verdict.TESTED)


@dataclass(frozen=True)
class _Case:
    """outcome: "" for a pass, "skipped", or the type of the failure."""

    classname: str
    name: str
    seconds: float = 0.0
    outcome: str = ""
    message: str = ""
    body: str = ""


def render(run: Run) -> str:
    """The run as JUnit XML: a suite per topic, and one for the problems of the whole run.

    >>> render(Run((), (), (), {}, "", "quick", 0, 0.0, problems=("a twin was proved",))).count("<failure")
    1
    """
    suites: dict[str, list[_Case]] = {}
    for claim in run.claims:
        suites.setdefault(claim.topic, []).extend(_distinct(_cases(claim)))
    if run_cases := list(_run_cases(run)):
        suites["run"] = suites.get("run", []) + run_cases
    root = ET.Element(
        "testsuites", {"name": "lemmata", **_totals([case for cases in suites.values() for case in cases])}
    )
    for topic, cases in suites.items():
        suite = ET.SubElement(root, "testsuite", {"name": clean(f"lemmata.{topic}"), **_totals(cases)})
        for case in cases:
            _write(suite, case)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _cases(claim: ClaimRecord) -> Iterator[_Case]:
    if not claim.evidence:
        yield _Case(claim.id, "statement", outcome="skipped", message="NOT RUN: no method looked at this claim")
    for evidence in claim.evidence:
        yield _of_evidence(evidence, claim.evidence)
    for printed in claim.printed:
        yield _of_printed(claim, printed)
    if claim.twins:
        yield _of_twins(claim)


def _of_evidence(evidence: Evidence, records: Sequence[Evidence]) -> _Case:
    settled = [e.method for e in records if e.subject == evidence.subject and e.verdict in (*_STANDS, Verdict.REFUTED)]
    said = f"{finding(evidence)}: {evidence.detail}" if evidence.detail else finding(evidence)
    case = _Case(evidence.claim, f"{evidence.subject} · {evidence.method}", evidence.seconds, message=said)
    if evidence.no_value and no_value(records):
        return replace(case, outcome="no value", message=no_value_sentence(records))
    if evidence.verdict in _STANDS:
        return replace(case, message="")
    if evidence.verdict is Verdict.NOT_RUN:
        return replace(case, outcome="skipped")
    if evidence.verdict is Verdict.UNDECIDED and settled:
        return replace(case, outcome="skipped", message=f"{said} (settled by {', '.join(settled)})")
    kind = "disagrees" if finding(evidence) == "disagrees" else evidence.verdict.value
    return replace(case, outcome=kind, body=_body(evidence.counterexample, is_link(evidence), evidence.command))


def _of_printed(claim: ClaimRecord, printed: PrintedRecord) -> _Case:
    took = sum(e.seconds for e in printed.evidence)
    case = _Case(claim.id, f"as printed · {printed.lecture} {printed.statement} · {printed.id}", took)
    if printed.erratum:
        if printed.standing is Verdict.REFUTED:
            return case
        return replace(case, outcome="erratum", message=f"an erratum that is not refuted but {printed.standing.label}")
    if defect := no_value_sentence(printed.evidence):
        return replace(case, outcome="no value", message=defect)
    if printed.standing in _STANDS:
        return case
    said = f"{printed.standing.label} as printed"
    outcome = "skipped" if printed.standing is Verdict.NOT_RUN else printed.standing.value
    return replace(case, outcome=outcome, message=said, body=_body(refutation(printed.evidence)))


def _of_twins(claim: ClaimRecord) -> _Case:
    outcomes = twins_by_outcome(claim)
    wrong = [f"{t.outcome}: {t.mutation}: {t.formula.text}" for t in claim.twins if is_suspicious(t)]
    case = _Case(claim.id, "wrong twins", message=twins_sentence(claim), body="\n".join(wrong))
    if outcomes["proved"]:
        return replace(case, outcome="twin proved")
    return replace(case, outcome="skipped") if wrong else replace(case, message="")


def _run_cases(run: Run) -> Iterator[_Case]:
    for number, problem in enumerate(run.problems, 1):
        yield _Case("lemmata.run", f"problem {number}", outcome="problem", message=problem)
    if not run.finished:
        known = count(len(run.claims), "claim")
        yield _Case("lemmata.run", "finished", outcome="interrupted", message=f"stopped early; {known} known by then")


def _body(example: Counterexample | None, link: bool = False, command: str = "") -> str:
    lines = []
    if example is not None:
        lines = [f"at {inputs(example.inputs)}" if example.inputs else "", broken(example, link), example.note]
    return "\n".join(line for line in [*lines, f"run again: {command}" if command else ""] if line)


def _distinct(cases: Iterable[_Case]) -> Iterator[_Case]:
    """Readers of JUnit merge cases of one name, so a second one is numbered."""
    seen: Counter[tuple[str, str]] = Counter()
    for case in cases:
        seen[case.classname, case.name] += 1
        again = seen[case.classname, case.name]
        yield case if again == 1 else replace(case, name=f"{case.name} ({again})")


def _totals(cases: list[_Case]) -> dict[str, str]:
    skipped = sum(case.outcome == "skipped" for case in cases)
    return {
        "tests": str(len(cases)),
        "failures": str(sum(bool(case.outcome) for case in cases) - skipped),
        "errors": "0",
        "skipped": str(skipped),
        "time": f"{sum(case.seconds for case in cases):.3f}",
    }


def _write(suite: ET.Element, case: _Case) -> None:
    names = {"classname": clean(case.classname), "name": clean(case.name), "time": f"{case.seconds:.3f}"}
    element = ET.SubElement(suite, "testcase", names)
    if not case.outcome:
        return
    if case.outcome == "skipped":
        ET.SubElement(element, "skipped", message=clean(case.message))
        return
    failure = ET.SubElement(element, "failure", type=case.outcome, message=clean(case.message))
    failure.text = clean(case.body) or None
