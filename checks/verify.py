"""Verification: every selected claim put before every method, and what was found gathered into one record.

from lemmata.checks.verify import verify
run = verify(["softmax.*"])
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import count

import msgspec

from ..spec.language.claims import Claim
from ..spec.language.expressions import as_written
from ..spec.lectures import LECTURES
from . import catalogue, methods
from .evidence import ClaimRecord, Gathered, LectureRecord, Outcome, Run
from .goal import EFFORTS
from .parts import LINKS, TWINS, Keys, Part, Settings, perform
from .recall import Index, Question, decoded, known_index, remember
from .records import Assembly, definition_record
from .selection import UsageError, unknown
from .sources import environment
from .store import Store
from .workers import Workers

Work = Generator[list[Part], None, Gathered]
Found = Generator[Gathered, None, None]


def method_names() -> list[str]:
    return [m.name for m in methods.METHODS] + list(LINKS)


def settings(effort: str = "standard", seed: int = 0, method: str = "", file: str = "") -> Settings:
    """Settings from words, with the nearest names for words that nobody knows."""
    if effort not in EFFORTS:
        raise UsageError(unknown("effort", effort, EFFORTS))
    if method and method not in method_names():
        raise UsageError(unknown("method", method, method_names()))
    return Settings(EFFORTS[effort], seed, method, file)


@dataclass(frozen=True)
class Progress:
    """How far a run is: claims finished, all claims, and what is being worked on."""

    finished: int
    claims: int
    running: tuple[Part, ...] = ()


def verify(
    patterns: Iterable[str] = (),
    *,
    lecture: str = "",
    effort: str = "standard",
    seed: int = 0,
    method: str = "",
    chosen: list[Claim] | None = None,
    file: str = "",
    jobs: int = 0,
    store: Store | None = None,
    on_claim: Callable[[ClaimRecord], None] = lambda record: None,
    on_progress: Callable[[Progress], None] = lambda progress: None,
    on_death: Callable[[str], None] = lambda sentence: None,
) -> Run:
    """Verify claims by id or glob (all of them by default) and return the record of the run.

    chosen gives claims directly, those of the user's own `file`. With jobs, so many worker processes share the work,
    and a method that hangs or crashes is stopped and UNDECIDED; without, all is done in this process. What the store
    keeps is not done again. on_claim sees each record in the order of the catalogue, on_death why a
    worker died. Ctrl-C ends the run with what is known: `Run.finished` is then False. Raises UsageError for unknown
    names.
    """
    catalogue.load()
    asked = settings(effort, seed, method, file)
    patterns = list(patterns)
    picked = chosen if chosen is not None else catalogue.select(patterns, lecture)
    if not picked:
        raise UsageError(f"there is no claim of {lecture} in the catalogue yet; try: lemmata list claims")
    began, found, finished = time.perf_counter(), list[Gathered](), True
    with as_written():
        catalogue.check_acyclic(picked)
        desk = _Desk(asked, store, on_death)
        try:
            with closing(desk.in_order(picked, jobs, on_progress)) as gathered:
                for one in gathered:
                    found.append(one)
                    on_claim(one.record)
        except KeyboardInterrupt:
            finished = False
        named = {d for one in found for d in one.record.definitions}
        described = tuple(definition_record(d) for d in catalogue.definitions() if d.id in named)
        if store and chosen is None:
            _remember(store, desk, found)
    selection = " ".join(patterns) or ("everything" if chosen is None else file or "chosen claims")
    if lecture:
        selection += f" of {lecture}"
    return Run(
        claims=tuple(one.record for one in found),
        definitions=described,
        lectures=_lectures(),
        environment=environment(),
        selection=selection,
        effort=asked.effort.name,
        seed=seed,
        seconds=time.perf_counter() - began,
        problems=tuple(p for one in found for p in one.problems),
        finished=finished,
        kept=sum(not desk.anew & set(desk.needed[one.record.id]) for one in found),
    )


def _lectures() -> tuple[LectureRecord, ...]:
    return tuple(LectureRecord(x.key, x.title, x.author, x.language) for x in LECTURES)


def _remember(store: Store, desk: _Desk, found: list[Gathered]) -> None:
    """Keep whole claims, too, unless something in them is true of this run only.

    Their key covers the source of the catalogue; where somebody's own claims stand beside it, that is not all there is.
    """
    if not all(c.function.__module__.startswith("lemmata.spec.") for c in catalogue.claims()):
        return
    index = known_index(store) or Index(
        tuple(catalogue.entries()), _lectures(), tuple(map(definition_record, catalogue.definitions()))
    )
    lasting = [one for one in found if not any(desk.outcomes[p].passing for p in desk.needed[one.record.id])]
    asked = desk.asked
    remember(store, Question(asked.effort.name, asked.seed, asked.method), index, lasting)


class _Desk:
    """The outcomes of one run: those that are kept, and those that are worked out now."""

    def __init__(self, asked: Settings, store: Store | None, on_death: Callable[[str], None]) -> None:
        self.asked, self.store, self.keys, self.on_death = asked, store, Keys(asked), on_death
        self.outcomes: dict[Part, Outcome] = {}
        self.anew: set[Part] = set()
        self.needed: dict[str, list[Part]] = {}
        self.assembly = Assembly(asked, self.outcomes.__getitem__)

    def in_order(self, claims: list[Claim], jobs: int, on_progress: Callable[[Progress], None]) -> Found:
        works = [self._work(claim) for claim in claims]
        return self._by_workers(works, jobs, on_progress) if jobs else self._here(works, on_progress)

    def _work(self, claim: Claim) -> Work:
        """Ask for parts until everything about a claim is known."""
        self.needed[claim.id] = self.assembly.first_parts(claim)
        yield self._missing(self.needed[claim.id])
        if self.assembly.twins_wanted(claim):
            twins = [Part(claim.id, TWINS)]
            self.needed[claim.id] += twins
            yield self._missing(twins)
        return self.assembly.gathered(claim)

    def _missing(self, parts: list[Part]) -> list[Part]:
        """The parts that are neither known nor kept."""
        wanted = [p for p in parts if p not in self.outcomes]
        keys = {p: self.keys.key(p) for p in wanted} if self.store else {}
        kept = self.store.get(k for k in keys.values() if k) if self.store else {}
        for part, key in keys.items():
            outcome = decoded(kept.get(key), Outcome)
            if outcome is not None:
                self.outcomes[part] = outcome
        return [p for p in wanted if p not in self.outcomes]

    def _learn(self, part: Part, outcome: Outcome) -> None:
        self.outcomes[part] = outcome
        self.anew.add(part)
        key = self.keys.key(part) if self.store and not outcome.passing else ""
        if self.store and key:
            self.store.put({key: msgspec.json.encode(outcome)})

    def _here(self, works: list[Work], on_progress: Callable[[Progress], None]) -> Found:
        for i, work in enumerate(works):
            missing = _next(work)
            while isinstance(missing, list):
                for part in missing:
                    on_progress(Progress(i, len(works), (part,)))
                    self._learn(part, perform(part, self.asked))
                missing = _next(work)
            yield missing

    def _by_workers(self, works: list[Work], jobs: int, on_progress: Callable[[Progress], None]) -> Found:
        """The first claims first: their parts are handed in before those of later claims, twins included."""
        pool: Workers | None = None
        ready: list[tuple[int, int, Part]] = []
        waiting: dict[int, set[Part]] = {}
        results: dict[int, Gathered] = {}
        begun = shown = 0
        order = count()

        def advance(i: int) -> None:
            missing = _next(works[i])
            while isinstance(missing, list):
                open_parts = [p for p in missing if p not in self.outcomes]
                if open_parts:
                    at_work = {p for _, _, p in ready} | (set(pool.running.values()) if pool else set())
                    for part in (p for p in open_parts if p not in at_work):
                        heappush(ready, (i, next(order), part))
                    waiting[i] = set(open_parts)
                    return
                missing = _next(works[i])
            results[i] = missing

        try:
            while shown < len(works):
                while begun < len(works) and len(ready) <= jobs:
                    advance(begun)
                    begun += 1
                if ready and pool is None:
                    pool = Workers(jobs, self.asked, self.on_death)
                while ready and pool and pool.free:
                    pool.hand_in(heappop(ready)[-1])
                while shown in results:
                    yield results.pop(shown)
                    shown += 1
                on_progress(Progress(shown, len(works), tuple(pool.running.values()) if pool else ()))
                for part, outcome in pool.done() if pool and pool.running else ():
                    self._learn(part, outcome)
                    for i in [i for i, parts in waiting.items() if part in parts]:
                        waiting[i].discard(part)
                        if not waiting[i]:
                            del waiting[i]
                            advance(i)
        finally:
            if pool:
                pool.stop()


def _next(work: Work) -> list[Part] | Gathered:
    """The parts that a piece of work asks for next, or its result."""
    try:
        return next(work)
    except StopIteration as result:
        return result.value
