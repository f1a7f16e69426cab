"""The mistake by name, where one fits: said after a certified failure, without any bearing on the verdict.

The target is asked at a few hundred fresh points. An explanation is named only if it predicts all answers there, those
that fail and those that are right; where none does, nothing is said.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import numpy as np

from ...spec.language.routines import Variant
from . import conditions
from .alternatives import Narrow, alternatives, changed, narrower, under, with_conventions
from .calling import ask
from .explaining import ENOUGH, Explanation, agrees, by_definition, holds, numbered
from .inputs import Batch
from .process import Process
from .reference import shapes
from .resemblances import resemblances
from .sampled import Sample, Stand, samples
from .searching import Found, Search
from .slips import Mutant, mutants
from .widening import Outcome

SAMPLING = 0.4  # of the time
FORMULA = "It is the formula"
TOGETHER = "It fails only where several points come in one call"
GRACE = 0.2  # seconds to try on all answers what agrees with the first few
PROBED = 10  # failing calls on which explanations are tried first


def name_mistake(process: Process, variant: Variant, search: Search, small: Found, seconds: float) -> str:
    """What the mistake is and where it shows, in one or two sentences; "" where nothing fits."""
    if search.died:  # and it might again
        return ""
    try:
        with np.errstate(all="ignore"):
            return _named(process, variant, search.seed, small, seconds)
    except Exception:  # a missing name is no reason to lose a verdict
        return ""


def _named(process: Process, variant: Variant, seed: int, small: Found, seconds: float) -> str:
    begun = time.monotonic()
    end = begun + seconds
    made = samples(process, small.points.variant or variant, small, seed, begun + SAMPLING * seconds)
    rounding = small.outcome is Outcome.HEALS  # then the formula is right
    explained = _explained(made, end, rounding)
    if explained and not explained.startswith(FORMULA):  # where it shows is no news then
        return f"{explained}."
    where = conditions.where(made)
    if where == TOGETHER and not explained:
        alone = _alone(process, made)
        return f"{TOGETHER}: alone, each is right, so they influence each other." if alone else ""
    return " ".join(f"{words}." for words in (explained, where) if words)


def _explained(made: Sequence[Sample], end: float, rounding: bool) -> str:
    """The first explanation that predicts everything."""
    chosen = _chosen(made)
    if not chosen:
        return ""
    probe = _probe(chosen)
    for explanation in narrower(chosen) if rounding else _explanations(chosen):
        if time.monotonic() > end:
            return ""
        if isinstance(explanation, Narrow):
            if explanation.agrees(chosen):
                return explanation.words
        elif agrees(probe, explanation) and holds(chosen, explanation.predict, end + GRACE):
            return explanation.words
    return ""


def _chosen(made: Sequence[Sample]) -> list[Sample]:
    """Samples in which the form of the results is plain, their mild calls where enough of these fail."""
    whole = [s for s in made if s.got is not None]
    mild = [s.take(np.flatnonzero(s.mild)) for s in whole if s.mild.any()]
    if _failing(mild) >= ENOUGH:
        return mild
    return whole if _failing(whole) >= ENOUGH else []


def _failing(made: Sequence[Sample]) -> int:
    return sum(int(numbered(s).sum()) for s in made)


def _probe(made: Sequence[Sample]) -> Sample:
    """A few failing calls, of small sizes that are not all the same if possible."""

    def rank(s: Sample) -> tuple[bool, bool, int, int]:
        dims = list(s.batch.dims.values())
        few, alike = numbered(s).sum() < ENOUGH, len(dims) > len(set(dims)) or 1 in dims
        return bool(few), alike, sum(v[0].size for v in s.batch.values.values()), -int(numbered(s).sum())

    best = min(made, key=rank)
    return best.take(np.flatnonzero(numbered(best))[:PROBED])


def _explanations(made: Sequence[Sample]) -> Iterator[Explanation]:
    yield from alternatives(made)
    yield from resemblances(made)
    yield from changed(made, likely=True)
    if all(s.fits for s in made):
        yield from map(_of, mutants(made[0].batch.variant))
    yield from changed(made, likely=False)
    if all(s.fits for s in made) and not made[0].wrt:
        for words, other in with_conventions(made[0].batch.variant):
            for mutant in mutants(other):
                yield by_definition(
                    f"This is {words}, and the formula {mutant.words}",
                    lambda s, other=other, mutant=mutant: _otherwise(s, other, mutant),
                )


def _of(mutant: Mutant) -> Explanation:
    return by_definition(f"{FORMULA} {mutant.words}", lambda sample: (Stand(mutant.outputs), sample.batch))


def _otherwise(sample: Sample, other: Variant, mutant: Mutant) -> tuple[Stand, Batch] | None:
    made = under(sample, other)
    return None if made is None else (Stand(mutant.outputs), made[1])


def _alone(process: Process, made: Sequence[Sample]) -> bool:
    """Whether the points of failing calls, one at a time, are right."""
    count = 0
    for sample in made:
        failing = np.flatnonzero(sample.status == 1)
        if sample.form.rows == 1 or not len(failing):
            continue
        points = sample.take(failing).batch
        form = type(sample.form)(sample.form.style, (1,))
        answers = ask(process, points, form, shapes(points.variant, points), seconds=0.3)
        if answers.replies.died or answers.replies.done < points.count:
            return False
        alone = Sample(points, form, answers, sample.take(failing).wants, np.zeros(points.count, bool))
        if (alone.status == 1).any():
            return False
        count += len(failing)
    return count >= ENOUGH
