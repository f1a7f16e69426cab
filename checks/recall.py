"""A run that needs no work at all: every file that can change a verdict is as it was, and so is what was asked.

Only the standard library and the store are loaded here; SymPy stays where it is. What one edit changes is found out
by `parts.Keys`, claim by claim.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from .evidence import ClaimRecord, DefinitionRecord, Gathered, LectureRecord, Run
from .selection import Entry, select
from .sources import digest, environment, everything
from .store import Store

T = TypeVar("T")


@dataclass(frozen=True)
class Index:
    """The catalogue without its claims: what can be selected, and what is said beside the claims."""

    entries: tuple[Entry, ...]
    lectures: tuple[LectureRecord, ...]
    definitions: tuple[DefinitionRecord, ...]


@dataclass(frozen=True)
class Question:
    """What a run was asked for, in plain words."""

    effort: str = "standard"
    seed: int = 0
    method: str = ""

    def key(self, item: str) -> str:
        return digest("claim", everything(), self.effort, str(self.seed), self.method, item)


def _index_key() -> str:
    return digest("index", everything())


def known_index(store: Store) -> Index | None:
    return decoded(store.get([_index_key()]).get(_index_key()), Index)


def recalled(
    store: Store,
    asked: Question,
    patterns: Iterable[str] = (),
    lecture: str = "",
    on_claim: Callable[[ClaimRecord], None] = lambda record: None,
) -> Run | None:
    """The run, if every claim that it needs is kept; else None. Raises UsageError for unknown names."""
    began, patterns = time.perf_counter(), list(patterns)
    index = known_index(store)
    if index is None:
        return None
    ids = select(index.entries, [x.key for x in index.lectures], patterns, lecture)
    keys = [asked.key(i) for i in ids]
    kept = store.get(keys)
    found = [decoded(kept.get(key), Gathered) for key in keys]
    claims = [one for one in found if one is not None]
    if len(claims) < len(keys) or not keys:
        return None
    for one in claims:
        on_claim(one.record)
    named = {d for one in claims for d in one.record.definitions}
    selection = " ".join(patterns) or "everything"
    return Run(
        claims=tuple(one.record for one in claims),
        definitions=tuple(d for d in index.definitions if d.id in named),
        lectures=index.lectures,
        environment=environment(),
        selection=selection + (f" of {lecture}" if lecture else ""),
        effort=asked.effort,
        seed=asked.seed,
        seconds=time.perf_counter() - began,
        problems=tuple(p for one in claims for p in one.problems),
        kept=len(claims),
    )


def remember(store: Store, asked: Question, index: Index, found: Sequence[Gathered]) -> None:
    """Keep whole claims for a run that asks the same of the same files."""
    encode = msgspec.json.encode
    store.put({_index_key(): encode(index)} | {asked.key(one.record.id): encode(one) for one in found})


def decoded(data: bytes | None, kind: type[T]) -> T | None:
    """A kept record; None where there is none, or where records no longer look like this."""
    if data is None:
        return None
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.DecodeError:
        return None
