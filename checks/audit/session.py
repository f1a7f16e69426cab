"""One audit from beginning to end: load, find how to call, search, decide, make small, explain."""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ...spec.language.claims import Definition
from ...spec.language.routines import Routine, Variant, find
from ..format_balls import FORMATS, Format
from ..selection import UsageError, unknown
from . import deciding, describing
from .findings import Audit, AuditVerdict, Finding
from .naming import name_mistake
from .process import Limits, Loaded, Process, Target
from .purity import Purity
from .regression import reproduce
from .searching import Search
from .styles import Chosen, choose
from .targets import parse, sent

DTYPES = ("float64", "float32")
SEARCHED = 0.45  # of the budget goes into the search, the rest into what follows it
NAMED = 1.0  # seconds at most for the mistake's name
NOT_DIFFERENTIATED = ("optimizers", "schedules")  # topics whose routines nobody takes gradients of


def audit(
    target: str | Callable[..., Any],
    definition: str | Routine | Definition,
    *,
    conventions: Mapping[str, Any] | None = None,
    call: str = "",
    dtypes: Sequence[str] = DTYPES,
    python: str = "",
    budget: float = 8.0,
    seed: int = 0,
    exhaustive: bool = False,
    on_progress: Callable[[str], None] | None = None,
) -> Audit:
    """Audit a function against a definition.

    target: "FILE.py:NAME", "MODULE:NAME" or a function. definition: a name of `lemmata list routines`, "FILE.py:NAME"
    or a routine. budget: seconds. exhaustive: every number of float16 and float32, for a function of one number.
    Raises UsageError or LanguageError, each one sentence, where the request itself makes no sense; what is wrong with
    the target is a finding.

    >>> audit("math:tanh", "tanh", budget=1.0).verdict
    <AuditVerdict.CORRECT: 'correct'>
    """
    variant = routine_of(definition).variant(**(conventions or {}))
    formats = [_format(name) for name in dtypes]
    made = parse(target, call) if isinstance(target, str) else sent(target, call)
    name = target if isinstance(target, str) else str(made)
    session = _Session(made, name, variant, formats, python or sys.executable, budget, seed, on_progress or (lambda _: None))
    return session.run(exhaustive)


def routine_of(definition: str | Routine | Definition) -> Routine:
    """The routine that a name, or FILE.py:NAME, stands for."""
    if isinstance(definition, Routine):
        return definition
    if isinstance(definition, Definition):
        return find(definition.id)
    file, colon, name = definition.rpartition(":")
    if not colon:
        return find(definition)
    from ..catalogue import load_module

    module = load_module(Path(file))
    item = getattr(module, name, None)
    if isinstance(item, Routine):
        return item
    if isinstance(item, Definition):
        return find(item.id)
    known = [k for k, v in vars(module).items() if isinstance(v, (Routine, Definition))]
    raise UsageError(unknown("definition", name, known))


def _format(name: str) -> Format:
    if name not in FORMATS or name == "bfloat16":
        raise UsageError(unknown("format", name, [n for n in FORMATS if n != "bfloat16"]))
    return FORMATS[name]


class _Session:
    def __init__(
        self,
        target: Target,
        name: str,
        variant: Variant,
        formats: Sequence[Format],
        python: str,
        budget: float,
        seed: int,
        watch: Callable[[str], None],
    ) -> None:
        self.target, self.name, self.variant, self.formats = target, name, variant, formats
        self.budget, self.seed, self.watch = budget, seed, watch
        limits = Limits()
        self.process = Process(target, python, limits, seed)
        self.pristine = Process(target, python, limits, seed)
        self.begun = time.monotonic()
        self.loaded = Loaded()
        self.notes: dict[str, None] = {}
        self.search: Search | None = None
        self.chosen: Chosen | None = None

    def run(self, exhaustive: bool) -> Audit:
        with self.process, self.pristine:
            self.loaded = self.process.load()
            if self.loaded.error:
                return self._audit(AuditVerdict.ERROR, f"It could not be loaded: {self.loaded.error}.")
            self.begun = time.monotonic()
            chosen = choose(self.process, self.variant, self.loaded, self.formats, self.seed)
            if isinstance(chosen, str):
                return self._audit(AuditVerdict.ERROR, f"It could not be called: {chosen}.")
            self.chosen = chosen
            return self._searched(chosen, exhaustive)

    def _searched(self, chosen: Chosen, exhaustive: bool) -> Audit:
        differentiable = (
            chosen.style == "torch"
            and not self.variant.several
            and self.variant.routine.function.__module__.rpartition(".")[2] not in NOT_DIFFERENTIATED
        )
        self.search = search = Search(
            self.process, chosen.variants, chosen.style, self.formats, self.seed, differentiable
        )
        search.run(self.budget * SEARCHED, self.watch)
        if exhaustive and not search.found:
            search.run_through(self.watch)
        self.notes |= search.notes
        decision = deciding.decide(search, self.process, self.pristine, self.budget / 4)
        purity = Purity(self.process, self.pristine, 1.0)
        impure = decision.impure
        if impure is None and decision.verdict is not AuditVerdict.WRONG:
            impure = self._impure(purity, search)
        self.notes |= dict.fromkeys(decision.notes)
        if impure is not None:
            finding = describing.impure_finding(impure, FORMATS[impure.points.dtype])
            return self._audit(AuditVerdict.IMPURE, _sentence(finding), [finding, *decision.findings])
        judged = sum(t.values for t in search.tallies.values())
        if decision.verdict is AuditVerdict.CORRECT and not judged:
            return self._audit(AuditVerdict.UNDECIDED, "No result could be judged: no error budget was bounded.")
        mistake = ""
        if decision.smallest is not None and decision.verdict in (AuditVerdict.WRONG, AuditVerdict.UNSTABLE):
            mistake = name_mistake(self.process, self.variant, search, decision.smallest, min(NAMED, self.budget / 2))
        return self._audit(decision.verdict, decision.diagnosis or self._praise(search), decision.findings, mistake)

    def _impure(self, purity: Purity, search: Search) -> Any:
        for answers in search.mutations[:3]:
            found = purity.mutation(answers)
            if found:
                return found
        assert self.chosen
        for batches in search.first.values():
            for batch in batches[:4]:
                for form in self.chosen.forms(batch):
                    found = purity.memory(batch.take(np.arange(min(batch.count, 8))), form)
                    if found:
                        return found
        return None

    def _praise(self, search: Search) -> str:
        rows = [t.row for t in search.tallies.values() if t.values]
        worst = max((r.worst_units for r in rows), default=0.0)
        inputs = sum(r.inputs for r in rows)
        text = f"No failure at {inputs:,} inputs; the worst error is {worst:.2g} times the error budget"
        lost = max((r.lost_bits for r in rows), default=0.0)
        text += f", which costs {lost:.1f} bits" if lost else ""
        if search.passed:
            text += f"; {search.passed} backward passes of many points agree with the derivative"
        return text + "."

    def _audit(
        self, verdict: AuditVerdict, diagnosis: str, findings: Sequence[Finding] = (), mistake: str = ""
    ) -> Audit:
        style = self.chosen.style if self.chosen else ""
        tallies = self.search.tallies.values() if self.search else ()
        if self.target.kind != "pickle":
            findings = [replace(f, reproduce=reproduce(self.name, self.target.call, style, f)) for f in findings]
        return Audit(
            target=self.name,
            definition=self.variant.name,
            conventions=dict(self.variant.conventions),
            verdict=verdict,
            diagnosis=diagnosis,
            mistake=mistake,
            findings=tuple(findings),
            notes=tuple(self.notes),
            formats=tuple(t.row for t in tallies),
            points=tuple(p for t in tallies for p in t.points),
            inputs=sum(t.inputs for t in tallies),
            seconds=time.monotonic() - self.begun,
            seed=self.seed,
            style=style,
            call=self.target.call,
            environment=self._environment(),
            title=self.variant.title,
            formula=self.variant.latex,
        )

    def _environment(self) -> dict[str, str]:
        told = {"python": self.loaded.python, "numpy": self.loaded.numpy, "torch": self.loaded.torch}
        return {k: v for k, v in told.items() if v} | {"platform": platform.platform()}


def _sentence(finding: Finding) -> str:
    return f"{finding.note[:1].upper()}{finding.note[1:]}."
