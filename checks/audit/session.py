"""One audit from beginning to end: load, find how to call, search, decide, make small, explain."""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from ...spec.language.claims import Definition
from ...spec.language.routines import NAMES, Routine, Variant, find
from .. import catalogue
from ..arithmetic import Unsupported
from ..format_balls import Format
from ..selection import UsageError, unknown
from . import deciding, describing, edges
from .findings import Audit, AuditVerdict, Finding
from .formats import FORMATS
from .inputs import batches
from .manifest import DEFAULT_DTYPES, DTYPES
from .naming import name_mistake
from .process import Limits, Loaded, Process, Target
from .purity import Purity
from .reference import screen
from .regression import reproduce
from .searching import Search
from .styles import Chosen, choose
from .targets import parse, sent

SEARCHED = 0.45  # of the budget goes into the search, the rest into what follows it
PURE = 4.0  # seconds, at most or half the budget, for the search for state
FEW = 30  # inputs, which are too few to call a function correct
NAMED = 1.0  # seconds at most for the mistake's name
NOT_DIFFERENTIATED = ("optimizers", "schedules")  # topics whose routines nobody takes gradients of


def audit(
    target: str | Callable[..., Any],
    definition: str | Routine | Definition,
    *,
    conventions: Mapping[str, Any] | None = None,
    call: str = "",
    dtypes: Sequence[str] = DEFAULT_DTYPES,
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
    call = call.strip()
    variant = routine_of(definition).variant(**(conventions or {}))
    formats = [_format(name) for name in dtypes]
    if not formats:
        raise UsageError("name a format, such as float64")
    if not 0 < budget < float("inf"):
        raise UsageError(f"the budget is {budget:g}, and has to be a number of seconds above 0")
    if not isinstance(seed, int) or seed < 0:
        raise UsageError(f"the seed is {seed}, and has to be a whole number from 0 on")
    _check(variant, formats[0])
    made = parse(target, call) if isinstance(target, str) else sent(target, call)
    name = target if isinstance(target, str) else str(made)
    definition = definition if isinstance(definition, str) else variant.name
    watch = on_progress or (lambda _: None)
    session = _Session(made, name, variant, definition, formats, python or sys.executable, budget, seed, watch)
    return session.run(exhaustive)


def routine_of(definition: str | Routine | Definition) -> Routine:
    """The routine that a name, or FILE.py:NAME, stands for."""
    if isinstance(definition, Routine):
        return definition
    if isinstance(definition, Definition):
        return find(definition.id)
    file, colon, name = definition.rpartition(":")
    if not colon and not definition.endswith(".py"):
        return find(definition)
    if not file or not name:
        raise UsageError(f"{definition} names no definition; write FILE.py:NAME, or a name of lemmata list routines")
    return catalogue.load_routine(Path(file), name)


def _check(variant: Variant, fmt: Format) -> None:
    """That a user's own definition can be evaluated at all: shown by its first arguments."""
    if variant.name in NAMES:
        return
    if not variant.parameters:
        raise UsageError(f"{variant.name} has no arguments, so there is nothing that code could be called with")
    try:
        for batch in islice(batches(variant, fmt.name, np.random.default_rng(0)), 1):
            screen(variant, batch, fmt)
    except Unsupported as reason:
        raise UsageError(f"{variant.name} cannot be audited: its formula has {reason}; write that out") from None


def _format(name: str) -> Format:
    if name not in DTYPES:
        raise UsageError(unknown("format", name, DTYPES))
    return FORMATS[name]


class _Session:
    def __init__(
        self,
        target: Target,
        name: str,
        variant: Variant,
        definition: str,
        formats: Sequence[Format],
        python: str,
        budget: float,
        seed: int,
        watch: Callable[[str], None],
    ) -> None:
        self.target, self.name, self.variant, self.formats = target, name, variant, formats
        self.definition, self.budget, self.seed, self.watch = definition, budget, seed, watch
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
                return self._audit(AuditVerdict.ERROR, f"It could not be loaded: {_ended(self.loaded.error)}")
            self.begun = time.monotonic()
            chosen = choose(self.process, self.variant, self.loaded, self.formats, self.seed)
            if isinstance(chosen, str):
                return self._audit(AuditVerdict.ERROR, f"It could not be called: {_ended(chosen)}")
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
        search.relate()
        self.notes |= search.notes
        batches = next(iter(search.first.values()), [])
        if batches and not search.died:
            self.notes |= dict.fromkeys(edges.notes(self.process, batches[0], chosen.forms(batches[0])[0]))
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
        tried = sum(t.inputs for t in search.tallies.values())
        if decision.verdict is AuditVerdict.CORRECT and tried < FEW:
            pace = f"a call takes {self.process.pace:.2g} s; try a larger budget"
            slow = f"No failure, but at {tried} input{'s' * (tried != 1)} only: {pace}."
            return self._audit(AuditVerdict.UNDECIDED, slow)
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
        if purity.too_slow:
            self.notes["calls take too long to look for state"] = None
        end = time.monotonic() + max(PURE, self.budget / 2)
        for asked in search.first.values():
            longest = max(asked, key=lambda b: sum(b.dims.values()))
            for batch in [*asked[:3], longest]:
                for form in self.chosen.forms(batch):
                    if time.monotonic() > end:
                        return None
                    points = batch.take(np.arange(min(batch.count, 8)))
                    found = purity.memory(points, form) or purity.chance(points, form)
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
        related = self.search.related.notes(verdict) if self.search else []
        return Audit(
            target=self.name,
            definition=self.definition,
            conventions=dict(self.variant.conventions),
            verdict=verdict,
            diagnosis=diagnosis,
            mistake=mistake,
            findings=tuple(findings),
            notes=(*self.notes, *related),
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
    return f"{finding.note[:1].upper()}{_ended(finding.note[1:])}"


def _ended(text: str) -> str:
    """With a full stop, if it ends with nothing like it.

    >>> _ended("no tanhh; did you mean tanh?"), _ended("none")
    ('no tanhh; did you mean tanh?', 'none.')
    """
    return text if text.endswith((".", "?", "!")) else f"{text}."
