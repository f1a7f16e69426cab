"""Is the benchmark itself right? Exact points and ball arithmetic, no prover, over every claim, twin and proof step.

No claim and no step of a proof may be refuted or lack a value anywhere; every twin must be refuted. Run it from the
root of the project: python benchmarks/prover/check_truth.py [file or claim …]
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import sympy as sp
from support import claims, twins_of

from lemmata.checks.balls import examine, search
from lemmata.checks.cases import cases_of
from lemmata.checks.goal import Effort, Goal, goal_of
from lemmata.checks.sampling import sample_point, size_choices, sizes_of
from lemmata.spec.language import AtLeast, AtMost, Claim, Determines, Equals, SameMinimiser, Statement, successor
from lemmata.spec.language import expressions as x
from lemmata.spec.language.sorts import Domain, Sort

SIZES = (1, 2, 3, 5)
EFFORT = Effort("benchmark", 30, 0, SIZES)
SEED = 20


def main(wanted: list[str]) -> int:
    faults, totals, kinds = [], Counter[str](), Counter[str]()
    for path, found in claims().items():
        began, here, of_kind = time.perf_counter(), Counter[str](), Counter[str]()
        for claim in found:
            if wanted and not {path.stem, claim.id, claim.function.__name__} & {*wanted}:
                continue
            here["claims"] += 1
            of_kind[kind(claim)] += 1
            here["proofs"] += len(claim.proofs)
            faults += [f"{claim.id}: {what}" for what in examined(claim, here)]
        totals += here
        kinds += of_kind
        if here["claims"]:
            print(f"{path.stem}: {counts(here)} ({counts(of_kind)}; {time.perf_counter() - began:.0f} s)", flush=True)
    print(f"all: {counts(totals)} ({counts(kinds)})")
    print("\n".join(["", *faults]) if faults else "every claim and step stands, every twin is refuted")
    return bool(faults)


def counts(of: Counter[str]) -> str:
    return ", ".join(f"{n} {what}" for what, n in of.items())


def kind(claim: Claim) -> str:
    """What the claim is, for the table: a recurrence or an expectation is an equation of its own kind."""
    s = claim.statement
    nodes = [n for e in s.expressions() for n in x.subexpressions(e)]
    if isinstance(s, (AtMost, AtLeast)):
        return "inequality with its equality case" if s.equality else "inequality"
    if isinstance(s, (SameMinimiser, Determines)):
        return type(s).__name__
    if any(isinstance(n, x.Recurrence) for n in nodes):
        return "recurrence"
    if any(isinstance(n, (x.Expectation, x.Moment)) for n in nodes):
        return "expectation"
    return "equation" if isinstance(s, Equals) else type(s).__name__


def examined(claim: Claim, here: Counter[str]) -> Iterator[str]:
    """What is wrong with the claim, its steps and its twins, as far as points can tell."""
    goal = goal_of(claim)
    yield from refuted(goal, "the claim")
    for proof in claim.proofs:
        for number, (statement, given) in enumerate(steps(goal, proof), 1):
            yield from refuted(goal.twin(statement), f"{proof.name}, check {number}", given)
    for number, twin in enumerate(twins_of(claim), 1):
        here["twins"] += 1
        witness, decided, reason = search(goal.twin(twin), EFFORT, SEED)
        if witness is None:
            yield f"twin {number} is not refuted at {decided} points {reason}"
        else:
            here["twins refuted"] += 1


def refuted(goal: Goal, what: str, given: Mapping[str, Any] | None = None) -> Iterator[str]:
    """At most one fault: a point where the statement is false or has no value, or too few points."""
    if isinstance(goal.statement, SameMinimiser):
        witness, decided, reason = search(goal, EFFORT, SEED)
        if witness or not decided:
            yield f"{what}: {witness or reason}"
        return
    decided, missed = 0, ""
    for point in points(goal, given or {}):
        finding = examine(goal.statement, point)
        if finding.outcome == "refuted" or "no value" in finding.note:
            yield f"{what}: {finding.left} {finding.relation} {finding.right} {finding.note} at {point}"
            return
        decided += finding.outcome == "agrees"
        missed = finding.note or missed
    if decided < EFFORT.points:
        yield f"{what}: only {decided} points decided: {missed}"


def points(goal: Goal, given: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Points of the sorts, within a case of a proof; in the step of an induction arrays are one entry longer."""
    rng = random.Random(f"{SEED}:{goal.id}")
    names = sizes_of(goal.variables)
    fixed = {n: int(v) for n, v in given.items() if not isinstance(v, (Sort, str))}
    narrowed: dict[str, Domain] = {n: v.domain for n, v in given.items() if isinstance(v, Sort)}
    for sizes in size_choices(names, SIZES) if names else [{}]:
        longer = {n: k + (given.get(n) == successor) for n, k in sizes.items()}
        for _ in range(EFFORT.points if names else 3 * EFFORT.points):
            sampled = sample_point(goal.variables, longer, rng, narrowed)
            yield {**sampled, **{n: k for n, k in sizes.items() if given.get(n) == successor}, **fixed}


def steps(goal: Goal, proof: Any) -> Iterator[tuple[Statement, Mapping[str, Any]]]:
    """What each step of a proof says, with its case: the relation, its certificate, the closing equation."""
    for case in cases_of(proof):
        mapping = {goal.variables[n].expr: sp.Integer(v) for n, v in case.given.items() if isinstance(v, int)}
        onward = {e: e + 1 for n, v in case.given.items() if v == successor for e in [goal.variables[n].expr]}
        s: Any = goal.statement
        ends = (s.first, s.second) if isinstance(s, SameMinimiser) else (s.left, s.right)
        previous, end = (x.substitute(x.substitute(e, onward), mapping) for e in ends)
        for step in case.steps:
            expr = x.substitute(step.expr, mapping)
            if step.because is not None:
                because = x.substitute(step.because, mapping)
                low, high = (previous, expr) if step.relation == "≤" else (expr, previous)
                with x.as_written():
                    yield Equals(high - low, because), case.given
                yield AtLeast(because, sp.Integer(0)), case.given
            elif step.using and step.using.times is not None:
                lemma: Any = s if step.using.lemma is None else step.using.lemma.statement
                with x.as_written():
                    left, right = previous - expr, step.using.times * (lemma.left - lemma.right)
                yield Equals(left, right), case.given
            else:
                yield {"=": Equals, "≤": AtMost, "≥": AtLeast}[step.relation](previous, expr), case.given
            previous = expr
        if not isinstance(s, SameMinimiser):
            yield Equals(previous, end), case.given


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
