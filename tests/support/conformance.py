"""The protocol that every method of evidence keeps."""

from __future__ import annotations

from typing import Any

from membership import strangers

from lemmata.checks.evidence import STATEMENT, Evidence, ProofRecord, Verdict
from lemmata.checks.goal import Effort, Goal
from lemmata.spec.language.expressions import as_written

EFFORT = Effort("quick", 8, 30, (1, 2, 3))


def conforming(method: Any, goal: Goal) -> Evidence | None:
    """What a method says of a goal, after looking at how it says it; None where it does not apply."""
    with as_written():
        reason = method.applies(goal)
        assert isinstance(reason, str)
        if reason:
            return None
        found, records = method.run(goal, EFFORT, 0)
        again, _ = method.run(goal, EFFORT, 0)
    assert (found.claim, found.subject, found.method) == (goal.id, STATEMENT, method.name)
    assert found.verdict is not Verdict.NOT_RUN
    assert found.verdict is not Verdict.PROVED or method.proves
    assert again == found, "the same goal, effort and seed give the same evidence"
    assert found.detail
    if found.verdict is not Verdict.UNDECIDED:
        assert found.trusted
    assert all(isinstance(r, ProofRecord) for r in records)
    if found.verdict is Verdict.PROVED and records:
        assert Verdict.PROVED in [r.verdict for r in records]
    for counterexample in [found.counterexample, *[s.counterexample for r in records for s in r.steps]]:
        if counterexample:
            assert strangers(goal.variables, counterexample.inputs) == []
    assert (found.counterexample is not None) == (found.verdict is Verdict.REFUTED)
    return found
