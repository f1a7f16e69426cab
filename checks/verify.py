"""Verification: every selected claim put before every method, and what was found gathered into one record.

from lemmata.checks.verify import verify
run = verify(["softmax.*"])
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from importlib import metadata, util
from platform import python_version
from typing import Any

from ..spec.language.claims import REGISTRY, Claim, Definition, Printed
from ..spec.language.expressions import as_written
from ..spec.language.printing import latex, text
from ..spec.language.statements import Equals
from ..spec.lectures import LECTURES
from . import catalogue, hypothesis_link, stable_form, torch_link, twins
from .catalogue import UsageError
from .evidence import (
    STATEMENT,
    ClaimRecord,
    DefinitionRecord,
    Evidence,
    Formula,
    LectureRecord,
    PrintedRecord,
    ProofRecord,
    Run,
    Verdict,
    conditions,
    contradictory,
    standing,
)
from .goal import EFFORTS, Effort, Goal, goal_of, plain_value
from .methods import METHODS
from .sampling import sample_point, sizes_of

LINKS = (stable_form.NAME, hypothesis_link.NAME, torch_link.NAME)
TOOLS = ("sympy", "python-flint", "z3-solver", "numpy", "hypothesis", "torch")
SETTLED = (Verdict.PROVED, Verdict.CERTIFIED, Verdict.TESTED)


@dataclass(frozen=True)
class Settings:
    """What a run was asked for: one method or all, how hard to look, and the seed of every search."""

    effort: Effort = EFFORTS["standard"]
    seed: int = 0
    method: str = ""
    file: str = ""

    def wants(self, method: str) -> bool:
        return self.method in ("", method)


def method_names() -> list[str]:
    return [m.name for m in METHODS] + list(LINKS)


def settings(effort: str = "standard", seed: int = 0, method: str = "") -> Settings:
    """Settings from words, with the nearest names for words that nobody knows."""
    if effort not in EFFORTS:
        raise UsageError(catalogue.unknown("effort", effort, EFFORTS))
    if method and method not in method_names():
        raise UsageError(catalogue.unknown("method", method, method_names()))
    return Settings(EFFORTS[effort], seed, method)


def verify(
    patterns: Iterable[str] = (),
    *,
    lecture: str = "",
    effort: str = "standard",
    seed: int = 0,
    method: str = "",
    chosen: list[Claim] | None = None,
    file: str = "",
    on_claim: Callable[[ClaimRecord], None] = lambda record: None,
) -> Run:
    """Verify claims by id or glob (all of them by default) and return the record of the run.

    chosen gives claims directly, those of the user's own `file`. on_claim sees each record as it is finished. Ctrl-C
    ends the run with what is known: `Run.finished` is then False. Raises UsageError for unknown names.
    """
    catalogue.load()
    asked = replace(settings(effort, seed, method), file=file)
    patterns = list(patterns)
    picked = chosen if chosen is not None else catalogue.select(patterns, lecture)
    if not picked:
        raise UsageError(f"there is no claim of {lecture} in the catalogue yet; try: lemmata list claims")
    began, records, finished = time.perf_counter(), [], True
    with as_written():
        catalogue.check_acyclic(picked)
        session = _Session(asked)
        try:
            for claim in picked:
                records.append(session.claim(claim))
                on_claim(records[-1])
        except KeyboardInterrupt:
            finished = False
        described = tuple(
            definition_record(d) for d in catalogue.definitions() if any(d.id in r.definitions for r in records)
        )
    selection = " ".join(patterns) or ("everything" if chosen is None else file or "chosen claims")
    if lecture:
        selection += f" of {lecture}"
    return Run(
        claims=tuple(records),
        definitions=described,
        lectures=tuple(LectureRecord(x.key, x.title, x.author, x.language) for x in LECTURES),
        environment=environment(),
        selection=selection,
        effort=asked.effort.name,
        seed=seed,
        seconds=time.perf_counter() - began,
        problems=tuple(p for r in records for p in session.problems.get(r.id, ())),
        finished=finished,
    )


def exit_status(run: Run) -> int:
    """0 when all is as expected, 1 on a problem, 130 when it was interrupted.

    3 when something is undecided, is proved only under a condition, or when nothing that was selected could be run.
    """
    if not run.finished:
        return 130
    if run.problems:
        return 1
    if run.claims and all(e.verdict is Verdict.NOT_RUN for c in run.claims for e in c.evidence):
        return 3
    if any(conditions(c.evidence) for c in run.claims):
        return 3
    readings = [p.standing for c in run.claims for p in c.printed if not p.erratum]
    passed = (*SETTLED, Verdict.NOT_RUN)  # with --method, the method does not apply to every claim
    return 3 if any(s not in passed for s in [*(c.standing for c in run.claims), *readings]) else 0


def environment() -> Mapping[str, str]:
    """The versions of what a verdict rests on."""
    found = {"python": python_version()}
    for name in ("lemmata", *TOOLS):
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "absent"
    return found


class _Session:
    """One run: settings, links that were already checked, standings of lemmas, problems by claim."""

    def __init__(self, asked: Settings) -> None:
        self.asked = asked
        self.links: dict[tuple[str, str], Evidence] = {}
        self.lemmas: dict[str, Verdict] = {}
        self.problems: dict[str, list[str]] = {}
        self.breakdowns: list[str] = []

    def claim(self, claim: Claim) -> ClaimRecord:
        goal = goal_of(claim)
        evidence, proofs = self._statement(goal)
        wrong_too = self.asked.method or standing(evidence) not in SETTLED  # then a variant may well be right
        judged = () if wrong_too else twins.check(goal, self.asked.effort, self.asked.seed)
        surviving = sum(t.outcome == "surviving" for t in judged)
        stands = standing(evidence, surviving)
        if not self.asked.method:
            self.lemmas.setdefault(claim.id, standing(evidence))
        evidence += self._links(claim)
        printed = tuple(self._printed(claim, p) for p in claim.printed)
        record = ClaimRecord(
            id=claim.id,
            topic=claim.topic,
            title=claim.title,
            note=claim.note,
            statement=_formula(claim.statement),
            quantifiers=_quantifiers(claim),
            witness=self._witness(goal),
            standing=stands,
            expected=False,
            evidence=tuple(evidence),
            proofs=tuple(proofs),
            printed=printed,
            twins=judged,
            definitions=tuple(d.id for d in catalogue.named_definitions(claim)),
            rests_on=tuple(catalogue.rests_on(claim)),
            where=tuple(_formula(Equals(_call(d), d.body)) for d in catalogue.definitions_behind(claim)),
            source=_source(claim),
        )
        self.problems[claim.id] = self._problems(record)
        return replace(record, expected=not self.problems[claim.id] and stands in SETTLED)

    def _statement(self, goal: Goal) -> tuple[list[Evidence], list[ProofRecord]]:
        evidence, proofs = [], []
        for method in METHODS:
            if not self.asked.wants(method.name):
                continue
            reason = method.applies(goal)
            if reason:
                if self.asked.method:
                    evidence.append(Evidence(goal.id, STATEMENT, method.name, Verdict.NOT_RUN, reason))
                continue
            began = time.perf_counter()
            try:
                found, steps = method.run(goal, self.asked.effort, self.asked.seed)
            except Exception as error:  # one method's breakdown must not cost the run what the others find
                found, steps = self._broken(goal.id, STATEMENT, method.name, error), ()
            evidence.append(self._stamped(found, began, goal.id))
            proofs += steps
        return evidence, proofs

    def _broken(self, item: str, subject: str, method: str, error: Exception) -> Evidence:
        """UNDECIDED, and a problem of the run: a method that breaks down is an error of the suite."""
        what = f"the method broke down: {type(error).__name__}: {error}"
        self.breakdowns.append(f"{item}: {method}: {what}")
        return Evidence(item, subject, method, Verdict.UNDECIDED, what)

    def _stamped(self, found: Evidence, began: float, claim_id: str) -> Evidence:
        return replace(found, seconds=time.perf_counter() - began, command=self._command(found.method, claim_id))

    def _command(self, method: str, claim_id: str) -> str:
        effort = "" if self.asked.effort.name == "standard" else f" --effort {self.asked.effort.name}"
        what = f"prove {self.asked.file}" if self.asked.file else f"verify {claim_id}"
        return f"lemmata {what} --method {method}{effort}"

    def _links(self, claim: Claim) -> list[Evidence]:
        out = []
        for d in catalogue.named_definitions(claim):
            if d.stable_function and self.asked.wants(stable_form.NAME):
                out.append(self._link(stable_form, d, claim))
            if self.asked.wants(hypothesis_link.NAME):
                out.append(self._link(hypothesis_link, d, claim))
        if self.asked.wants(torch_link.NAME) and (claim.id in torch_link.GRAPHS or self.asked.method):
            out.append(self._link(torch_link, claim, claim))
        return out

    def _link(self, method: Any, item: Claim | Definition, claim: Claim) -> Evidence:
        key = (method.NAME, item.id)
        if key not in self.links:
            began = time.perf_counter()
            try:
                found = method.check(item, self.asked.effort, self.asked.seed)
            except Exception as error:
                found = self._broken(item.id, f"link:{item.id}", method.NAME, error)
            self.links[key] = self._stamped(found, began, claim.id)
        return replace(self.links[key], claim=claim.id, command=self._command(method.NAME, claim.id))

    def _printed(self, claim: Claim, p: Printed) -> PrintedRecord:
        evidence, _ = self._statement(goal_of(p.reading))
        return PrintedRecord(
            id=p.reading.id,
            lecture=p.lecture.key,
            lecture_title=p.lecture.title,
            section=p.section,
            statement=p.statement,
            latex=p.latex,
            reading=_formula(p.reading.statement),
            standing=standing(evidence),
            erratum=bool(p.wrong),
            evidence=tuple(evidence),
            wrong=p.wrong,
            correction=claim.id if p.wrong else "",
            correction_formula=_formula(claim.statement) if p.wrong else None,
        )

    def _witness(self, goal: Goal) -> Mapping[str, Any]:
        """One admissible input: the hypotheses can be met together."""
        sizes = dict.fromkeys(sizes_of(goal.variables), 2)
        point = sample_point(goal.variables, sizes, random.Random(f"{self.asked.seed}:{goal.id}"))
        return {name: plain_value(v) for name, v in point.items() if not callable(v)}

    def _lemma(self, lemma_id: str) -> Verdict:
        if lemma_id not in self.lemmas:
            claim = REGISTRY[lemma_id]
            assert isinstance(claim, Claim)
            whole = _Session(replace(self.asked, method=""))
            self.lemmas[lemma_id] = standing(whole._statement(goal_of(claim))[0])
        return self.lemmas[lemma_id]

    def _problems(self, record: ClaimRecord) -> list[str]:
        """Why the exit status is 1: each reason is one sentence."""
        out, self.breakdowns = self.breakdowns, []
        if contradictory(record.evidence):
            out.append(f"{record.id} is both proved and refuted: an error of the suite")
        elif record.standing is Verdict.REFUTED:
            out.append(f"{record.id} is refuted")
        for e in record.evidence:
            if e.subject != STATEMENT and e.verdict is Verdict.REFUTED:
                out.append(f"{record.id}: {e.subject.replace(':', ' ', 1)} disagrees")
            if e.method == stable_form.NAME and e.verdict is Verdict.UNDECIDED:
                out.append(f"{record.id}: the {e.subject.replace(':', ' of ', 1)} was not proved equal to it")
        out += [
            f"{record.id}: the wrong twin {t.formula.text} was proved by {', '.join(t.rejected_by)}"
            for t in record.twins
            if t.outcome == "proved"
        ]
        for proved in [i for i in (record, *record.printed) if i.standing is Verdict.PROVED]:
            out += [
                f"{proved.id} rests on {used}, which is not proved"
                for used in catalogue.foundations(proved.id)
                if self._lemma(used) is not Verdict.PROVED
            ]
        for p in record.printed:
            if contradictory(p.evidence):
                out.append(f"{p.id} is both proved and refuted: an error of the suite")
            elif p.erratum and p.standing is not Verdict.REFUTED and not self.asked.method:
                out.append(f"{p.id} is listed as an erratum but was not refuted")
            elif not p.erratum and p.standing is Verdict.REFUTED:
                out.append(f"{p.id}, printed in {p.lecture}, is refuted but not listed as an erratum")
        return out


def _formula(what: Any) -> Formula:
    return Formula(latex(what), text(what))


def _call(d: Definition) -> Any:
    """The definition applied to its own parameters."""
    return d(*[v.expr for v in d.parameters])


def _quantifiers(item: Claim | Definition) -> tuple[str, ...]:
    return tuple(v.sort.words(v.name) for v in item.variables.values())


def _source(item: Claim | Definition) -> str:
    """The file inside the project or the user's folder, with its line."""
    path, _, line = item.where.rpartition(":")
    return f"{'/'.join(path.replace(chr(92), '/').split('/')[-2:])}:{line}"


def definition_record(d: Definition) -> DefinitionRecord:
    found = hypothesis_link.implementation_of(d) if util.find_spec("lemmata.impl") else None
    return DefinitionRecord(
        id=d.id,
        topic=d.topic,
        title=d.title,
        notation=_formula(_call(d)),
        formula=_formula(d.body),
        stable=_formula(d.stable_body) if d.stable_function else None,
        quantifiers=_quantifiers(d),
        implementation=f"{found.__module__}.{found.__name__}" if found else "",
        source=_source(d),
    )
