"""What was found, as data: verdicts, evidence records, and everything a report shows.

Nothing here computes a verdict. A method of evidence fills an `Evidence`; `standing` alone turns
records into the word that a claim ends with, so that no standing is ever typed in.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

SCHEMA = 1


class Verdict(Enum):
    """What a record says. UNDECIDED is an honourable answer and never counts as a pass.

    >>> Verdict.PROVED.value, Verdict.NOT_RUN.label
    ('proved', 'NOT RUN')
    """

    PROVED = "proved"
    CERTIFIED = "certified"
    TESTED = "tested"
    REFUTED = "refuted"
    UNDECIDED = "undecided"
    NOT_RUN = "not_run"

    @property
    def label(self) -> str:
        return self.name.replace("_", " ")

    @property
    def means(self) -> str:
        """The verdict in a sentence, for legends and reports."""
        return _MEANS[self]


_MEANS = {
    Verdict.PROVED: "for every dimension and every input in the domain, by a stated method with a stated trusted base",
    Verdict.CERTIFIED: "by ball arithmetic, on a stated box or within a stated radius",
    Verdict.TESTED: "no counterexample in a stated, reproducible search",
    Verdict.REFUTED: "false: a certified counterexample is shown",
    Verdict.UNDECIDED: "tried and not settled; never counted as a pass",
    Verdict.NOT_RUN: "not run, for the reason given",
}

SETTLED = (Verdict.PROVED, Verdict.CERTIFIED, Verdict.TESTED)
STATEMENT = "statement"


@dataclass(frozen=True)
class Formula:
    """A formula in both of its written forms, made from the checked expression."""

    latex: str
    text: str


@dataclass(frozen=True)
class Counterexample:
    """Concrete inputs, lying in the sorts, at which something fails.

    `inputs` maps each variable to plain data: an integer, a rational as text ("-3/7"), or nested lists of these;
    for a link the floats are given by `repr`. `left` and `right` are the certified values of the two sides (for a link:
    expected and got) and `relation` is what should have held between them.
    """

    inputs: Mapping[str, Any]
    left: str
    relation: str
    right: str
    note: str = ""


@dataclass(frozen=True)
class NoValue:
    """An input that the sorts admit and at which a statement says nothing: a defect of the claim, never its truth.

    place: "the left side", say; inputs as of a `Counterexample`, of the variables that occur there; sorts by name.
    """

    place: str
    inputs: Mapping[str, Any]
    reason: str
    sorts: tuple[str, ...]


@dataclass(frozen=True)
class Evidence:
    """One record: who said what about which subject, on what it rests, and how to run it again.

    subject: "statement", "implementation:lemmata.impl.softmax.softmax" or "torch:softmax.jacobian".
    detail: the finding in one sentence. effort: counts such as {"inputs": 300}, {"points": 60}.
    """

    claim: str
    subject: str
    method: str
    verdict: Verdict
    detail: str = ""
    side_conditions: tuple[str, ...] = ()
    trusted: tuple[str, ...] = ()
    effort: Mapping[str, int] = field(default_factory=dict)
    seed: int | None = None
    counterexample: Counterexample | None = None
    seconds: float = 0.0
    command: str = ""
    no_value: NoValue | None = None


@dataclass(frozen=True)
class StepRecord:
    """One step of a proof. relation is "=", "≤" …; rule names how it was checked."""

    number: int
    case: str
    reason: str
    relation: str
    formula: Formula
    rule: str
    verdict: Verdict
    detail: str = ""
    counterexample: Counterexample | None = None


@dataclass(frozen=True)
class ProofRecord:
    name: str
    title: str
    start: Formula
    steps: tuple[StepRecord, ...]
    verdict: Verdict
    detail: str = ""


@dataclass(frozen=True)
class TwinRecord:
    """A deliberately wrong variant of a claim and how it fared.

    outcome: "refuted" (by balls), "equivalent" (proved equivalent to the claim, so not wrong after all),
    "proved" (an error of the suite) or "surviving" (neither; caps the claim at TESTED).
    """

    mutation: str
    formula: Formula
    outcome: str
    rejected_by: tuple[str, ...] = ()
    counterexample: Counterexample | None = None


@dataclass(frozen=True)
class Outcome:
    """What one part found. problem: how the method broke down; passing: of this run only, and not to be kept."""

    evidence: tuple[Evidence, ...] = ()
    proofs: tuple[ProofRecord, ...] = ()
    twins: tuple[TwinRecord, ...] = ()
    problem: str = ""
    passing: bool = False


@dataclass(frozen=True)
class PrintedRecord:
    """A formula as a lecture prints it, our reading of it as a claim, and what became of that claim.

    standing is the reading's own; an erratum is a reading with standing REFUTED, and then `wrong` says in one sentence
    what is wrong and `correction` names the claim that stands.
    """

    id: str
    lecture: str
    lecture_title: str
    section: str
    statement: str
    latex: str
    reading: Formula
    standing: Verdict
    erratum: bool
    evidence: tuple[Evidence, ...]
    wrong: str = ""
    correction: str = ""
    correction_formula: Formula | None = None


@dataclass(frozen=True)
class ClaimRecord:
    """All that is known about one claim after a run.

    quantifiers are phrases, one a variable; where spells out the definitions that the statement names, as equations;
    expected says that all is as the catalogue expects: the claim stands, and nothing about it is a problem.
    """

    id: str
    topic: str
    title: str
    note: str
    statement: Formula
    quantifiers: tuple[str, ...]
    witness: Mapping[str, Any]
    standing: Verdict
    expected: bool
    evidence: tuple[Evidence, ...]
    proofs: tuple[ProofRecord, ...] = ()
    printed: tuple[PrintedRecord, ...] = ()
    twins: tuple[TwinRecord, ...] = ()
    definitions: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = ()
    source: str = ""
    where: tuple[Formula, ...] = ()


@dataclass(frozen=True)
class Gathered:
    """One claim's record, and the sentences that make the run's exit status 1."""

    record: ClaimRecord
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class DefinitionRecord:
    id: str
    topic: str
    title: str
    notation: Formula
    formula: Formula
    stable: Formula | None
    quantifiers: tuple[str, ...]
    implementation: str
    source: str = ""


@dataclass(frozen=True)
class LectureRecord:
    key: str
    title: str
    author: str
    language: str


@dataclass(frozen=True)
class Run:
    """One verification: what was selected, what was found, with what tools.

    problems: each a sentence that makes the exit status 1 (a refuted claim, contradictory evidence, an erratum not
    refuted, a twin proved, an implementation that disagrees). environment: {"python": "3.11.7", "sympy": "1.14.0", …}.
    finished is False when the run was interrupted; what is known is still here. kept is how many of the claims needed
    no work, because nothing that they rest on has changed since an earlier run.
    """

    claims: tuple[ClaimRecord, ...]
    definitions: tuple[DefinitionRecord, ...]
    lectures: tuple[LectureRecord, ...]
    environment: Mapping[str, str]
    selection: str
    effort: str
    seed: int
    seconds: float
    problems: tuple[str, ...] = ()
    finished: bool = True
    kept: int = 0
    schema: int = SCHEMA


def conditions(records: Iterable[Evidence]) -> tuple[str, ...]:
    """The conditions under which alone a statement is proved; () where one of its proofs needs none.

    >>> conditions([Evidence("a.b", STATEMENT, "normal_form", Verdict.PROVED, side_conditions=("x ≠ 0",))])
    ('x ≠ 0',)
    """
    proofs = [e for e in records if e.subject == STATEMENT and e.verdict is Verdict.PROVED]
    return min((e.side_conditions for e in proofs), key=len, default=())


def no_value(records: Iterable[Evidence]) -> NoValue | None:
    """The input at which a statement was found to have no value, if any; of a refuted one it does not matter."""
    said = list(records)
    if standing(said) is Verdict.REFUTED:
        return None
    return next((e.no_value for e in said if e.no_value is not None), None)


_STRENGTH = (Verdict.PROVED, Verdict.CERTIFIED, Verdict.TESTED, Verdict.UNDECIDED)


def standing(records: Iterable[Evidence], surviving_twins: int = 0) -> Verdict:
    """The strongest statement evidence; links never count, refutation outweighs everything.

    A twin that survived caps the standing at TESTED: the methods were not seen to tell right from wrong.

    >>> proof = Evidence("a.b", STATEMENT, "normal_form", Verdict.PROVED)
    >>> link = Evidence("a.b", "implementation:f", "hypothesis", Verdict.REFUTED)
    >>> standing([proof, link]).label, standing([proof], surviving_twins=1).label, standing([link]).label
    ('PROVED', 'TESTED', 'NOT RUN')
    """
    verdicts = {e.verdict for e in records if e.subject == STATEMENT}
    if Verdict.REFUTED in verdicts:
        return Verdict.REFUTED
    best = next((v for v in _STRENGTH if v in verdicts), Verdict.NOT_RUN)
    if surviving_twins and best in (Verdict.PROVED, Verdict.CERTIFIED):
        return Verdict.TESTED
    return best


def contradictory(records: Iterable[Evidence]) -> bool:
    """PROVED and REFUTED of one statement: an error of the suite, to be shown as one."""
    verdicts = {e.verdict for e in records if e.subject == STATEMENT}
    return Verdict.REFUTED in verdicts and bool(verdicts & {Verdict.PROVED, Verdict.CERTIFIED})


def exit_status(run: Run) -> int:
    """0 when all is as expected, 1 on a problem, 130 when it was interrupted.

    3 when something is undecided, is proved only under a condition or has no value at an input that its sorts admit, or
    when nothing that was selected could be run.
    """
    if not run.finished:
        return 130
    if run.problems:
        return 1
    if run.claims and all(e.verdict is Verdict.NOT_RUN for c in run.claims for e in c.evidence):
        return 3
    if any(conditions(c.evidence) for c in run.claims):
        return 3
    if any(no_value(i.evidence) for c in run.claims for i in (c, *c.printed)):
        return 3
    readings = [p.standing for c in run.claims for p in c.printed if not p.erratum]
    passed = (*SETTLED, Verdict.NOT_RUN)  # with --method, the method does not apply to every claim
    return 3 if any(s not in passed for s in [*(c.standing for c in run.claims), *readings]) else 0


def plain(record: Any) -> Any:
    """A record as plain data for JSON: dataclasses become dictionaries, verdicts their lower-case names."""
    if isinstance(record, Verdict):
        return record.value
    if dataclasses.is_dataclass(record) and not isinstance(record, type):
        return {f.name: plain(getattr(record, f.name)) for f in dataclasses.fields(record)}
    if isinstance(record, Mapping):
        return {str(k): plain(v) for k, v in record.items()}
    if isinstance(record, (list, tuple)):
        return [plain(v) for v in record]
    return record
