"""The parts of a verification: one method and one item each, done here or in a worker, and kept one by one."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import Any

from ..spec.language.claims import REGISTRY, Claim
from . import content, hypothesis_link, methods, stable_form, torch_link, twins
from .evidence import STATEMENT, Evidence, Formula, Outcome, TwinRecord, Verdict
from .goal import EFFORTS, Effort, goal_of
from .hypothesis_link import implementation_name
from .prover.closing import OUT_OF_TIME
from .sources import behind, closure, digest

LINKS: dict[str, Any] = {m.NAME: m for m in (stable_form, hypothesis_link, torch_link)}
TWINS = "twins"


@dataclass(frozen=True)
class Settings:
    """What a run was asked for: one method or all, how hard to look, and the seed of every search."""

    effort: Effort = EFFORTS["standard"]
    seed: int = 0
    method: str = ""
    file: str = ""

    def wants(self, method: str) -> bool:
        return self.method in ("", method)


@dataclass(frozen=True)
class Part:
    """One method on one claim, reading or definition; for its wrong twins the method is "twins"."""

    item: str
    method: str

    @property
    def subject(self) -> str:
        return STATEMENT if self.method not in LINKS else f"link:{self.item}"


def perform(part: Part, asked: Settings) -> Outcome:
    """Do one part. A method that breaks down must not cost the run what the others find."""
    began = time.perf_counter()
    try:
        found = _performed(part, asked)
    except Exception as error:
        return failed(part, f"the method broke down: {type(error).__name__}: {error}", time.perf_counter() - began)
    stamped = tuple(replace(e, seconds=time.perf_counter() - began) for e in found.evidence)
    return replace(found, evidence=stamped, passing=any(OUT_OF_TIME in e.detail for e in stamped))


def _performed(part: Part, asked: Settings) -> Outcome:
    item = REGISTRY[part.item]
    if part.method in LINKS:
        return Outcome((LINKS[part.method].check(item, asked.effort, asked.seed),))
    assert isinstance(item, Claim)
    goal = goal_of(item)
    if part.method == TWINS:
        return Outcome(twins=twins.check(goal, asked.effort, asked.seed))
    evidence, proofs = next(m for m in methods.METHODS if m.name == part.method).run(goal, asked.effort, asked.seed)
    return Outcome((evidence,), proofs)


def failed(part: Part, what: str, seconds: float = 0.0) -> Outcome:
    """UNDECIDED, and a problem of the run: a method that breaks down is an error of the suite."""
    return replace(unfinished(part, what, seconds), problem=f"{part.item}: {part.method}: {what}")


def unfinished(part: Part, what: str, seconds: float = 0.0) -> Outcome:
    """UNDECIDED with the reason; twins that nobody could judge survive, and cap what the claim may be called."""
    if part.method == TWINS:
        return Outcome(twins=(TwinRecord(what, Formula("", what), "surviving"),), passing=True)
    evidence = Evidence(part.item, part.subject, part.method, Verdict.UNDECIDED, what, seconds=seconds)
    return Outcome((evidence,), passing=True)


class Keys:
    """Under what an outcome is kept: equal keys mean the same question, put to the same source with the same tools."""

    def __init__(self, asked: Settings) -> None:
        self.asked = asked
        self._contents: dict[str, str] = {}

    def key(self, part: Part) -> str:
        """A hash, or "" where something in the question has no faithful text, or the method is not one of ours."""
        asked, modules = f"{self.asked.effort}:{self.asked.seed}", _modules(part)
        question = self._content(part.item) if closure(modules[0]) else ""
        return question and digest(part.item, part.method, asked, question, behind(*modules))

    def _content(self, item: str) -> str:
        if item not in self._contents:
            found = REGISTRY[item]
            try:
                of = content.of_claim(found) if isinstance(found, Claim) else content.of_definition(found)
            except content.Opaque:
                of = ""
            self._contents[item] = of
        return self._contents[item]


def _modules(part: Part) -> tuple[str, ...]:
    """The modules whose source decides what this part finds."""
    if part.method == hypothesis_link.NAME:
        module = implementation_name(REGISTRY[part.item]).rpartition(".")[0]  # type: ignore[arg-type]
        return hypothesis_link.__name__, module
    if part.method in LINKS:
        return (LINKS[part.method].__name__,)
    if part.method == TWINS:
        return (twins.__name__,)
    return (next(m.module for m in methods.METHODS if m.name == part.method),)
