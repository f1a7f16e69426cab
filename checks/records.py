"""From outcomes to records: what a claim's parts found, gathered into what reports show."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib import util
from typing import Any

from ..spec.language.claims import REGISTRY, Claim, Definition, Printed
from ..spec.language.printing import latex, text
from ..spec.language.statements import Equals
from . import catalogue, hypothesis_link, methods, stable_form, torch_link
from .evidence import (
    SETTLED,
    STATEMENT,
    ClaimRecord,
    DefinitionRecord,
    Evidence,
    Formula,
    Gathered,
    Outcome,
    PrintedRecord,
    Verdict,
    contradictory,
    standing,
)
from .goal import Goal, goal_of, plain_value
from .parts import TWINS, Part, Settings
from .sampling import sample_point, sizes_of


class Assembly:
    """The parts that each claim needs, and its record once their outcomes are known."""

    def __init__(self, asked: Settings, outcome: Callable[[Part], Outcome]) -> None:
        self.asked = asked
        self.outcome = outcome
        self._applying: dict[str, list[str]] = {}

    # ------------------------------------------------------------------ what has to be done
    def first_parts(self, claim: Claim) -> list[Part]:
        """Everything but the twins, which are judged only where the claim stands."""
        lemmas = [REGISTRY[i] for one in (claim, *_readings(claim)) for i in catalogue.foundations(one.id)]
        parts = self._own_parts(claim) + [p for lemma in lemmas for p in self._on_statement(lemma)]
        return list(dict.fromkeys(parts))

    def _own_parts(self, claim: Claim) -> list[Part]:
        statements = [p for one in (claim, *_readings(claim)) for p in self._on_statement(one, self.asked.method)]
        return statements + self._link_parts(claim)

    def _on_statement(self, claim: Any, method: str = "") -> list[Part]:
        """One part for each method that applies, or for the one that was asked for."""
        if claim.id not in self._applying:
            goal = goal_of(claim)
            self._applying[claim.id] = [m.name for m in methods.METHODS if not m.applies(goal)]
        return [Part(claim.id, name) for name in self._applying[claim.id] if method in ("", name)]

    def twins_wanted(self, claim: Claim) -> bool:
        """A variant of a claim that does not stand may well be right; with --method the twins are left alone."""
        return not self.asked.method and standing(self._found(claim)) in SETTLED

    def _link_parts(self, claim: Claim) -> list[Part]:
        parts = []
        for d in catalogue.named_definitions(claim):
            if d.stable_function and self.asked.wants(stable_form.NAME):
                parts.append(Part(d.id, stable_form.NAME))
            if self.asked.wants(hypothesis_link.NAME):
                parts.append(Part(d.id, hypothesis_link.NAME))
        if self.asked.wants(torch_link.NAME) and (claim.id in torch_link.GRAPHS or self.asked.method):
            parts.append(Part(claim.id, torch_link.NAME))
        return parts

    # ------------------------------------------------------------------ what came of it
    def gathered(self, claim: Claim) -> Gathered:
        goal = goal_of(claim)
        judged = self.outcome(Part(claim.id, TWINS)).twins if self.twins_wanted(claim) else ()
        surviving = sum(t.outcome == "surviving" for t in judged)
        record = ClaimRecord(
            id=claim.id,
            topic=claim.topic,
            title=claim.title,
            note=claim.note,
            statement=_formula(claim.statement),
            quantifiers=_quantifiers(claim),
            witness=self._witness(goal),
            standing=standing(self._found(claim), surviving),
            expected=False,
            evidence=(*self._found(claim), *self._not_run(goal), *self._links(claim)),
            proofs=tuple(
                p for part in self._own_parts(claim) for p in self.outcome(part).proofs if part.item == claim.id
            ),
            printed=tuple(self._printed(claim, p) for p in claim.printed),
            twins=judged,
            definitions=tuple(d.id for d in catalogue.named_definitions(claim)),
            rests_on=tuple(catalogue.rests_on(claim)),
            where=tuple(_formula(Equals(_call(d), d.body)) for d in catalogue.definitions_behind(claim)),
            source=_source(claim),
        )
        problems = tuple(self._problems(claim, record))
        return Gathered(replace(record, expected=not problems and record.standing in SETTLED), problems)

    def _found(self, claim: Claim) -> tuple[Evidence, ...]:
        """The evidence on a statement, with the command that runs it again."""
        found = [e for part in self._on_statement(claim, self.asked.method) for e in self.outcome(part).evidence]
        return tuple(replace(e, command=self._command(e.method, claim.id)) for e in found)

    def _not_run(self, goal: Goal) -> tuple[Evidence, ...]:
        """Why the one method that was asked for does not apply."""
        chosen = [m for m in methods.METHODS if m.name == self.asked.method]
        reasons = [(m.name, m.applies(goal)) for m in chosen]
        return tuple(
            Evidence(goal.id, STATEMENT, name, Verdict.NOT_RUN, reason, command=self._command(name, goal.id))
            for name, reason in reasons
            if reason
        )

    def _links(self, claim: Claim) -> tuple[Evidence, ...]:
        found = [e for part in self._link_parts(claim) for e in self.outcome(part).evidence]
        return tuple(replace(e, claim=claim.id, command=self._command(e.method, claim.id)) for e in found)

    def _command(self, method: str, claim_id: str) -> str:
        effort = "" if self.asked.effort.name == "standard" else f" --effort {self.asked.effort.name}"
        what = f"prove {self.asked.file}" if self.asked.file else f"verify {claim_id}"
        return f"lemmata {what} --method {method}{effort}"

    def _printed(self, claim: Claim, p: Printed) -> PrintedRecord:
        evidence = (*self._found(p.reading), *self._not_run(goal_of(p.reading)))
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
            evidence=evidence,
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
        lemma = REGISTRY[lemma_id]
        assert isinstance(lemma, Claim)
        return standing([e for part in self._on_statement(lemma) for e in self.outcome(part).evidence])

    # ------------------------------------------------------------------ what makes the exit status 1
    def _problems(self, claim: Claim, record: ClaimRecord) -> list[str]:
        """Each reason is one sentence."""
        own = self._own_parts(claim)
        own += [Part(claim.id, TWINS)] if self.twins_wanted(claim) else []
        out = [problem for part in own if (problem := self.outcome(part).problem)]
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


def _readings(claim: Claim) -> list[Claim]:
    return [p.reading for p in claim.printed]


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
