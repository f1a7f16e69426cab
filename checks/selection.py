"""Which claims a user's words select: ids, globs, statement ids of lectures, and a lecture's key."""

from __future__ import annotations

import difflib
import fnmatch
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


class UsageError(Exception):
    """A mistake that a user can mend, in one sentence."""


@dataclass(frozen=True)
class Entry:
    """What can be said to mean one claim: its id, its other names, and the lectures that state it."""

    id: str
    names: tuple[str, ...]
    lectures: tuple[str, ...]


def select(entries: Sequence[Entry], lectures: Sequence[str], patterns: Iterable[str], lecture: str = "") -> list[str]:
    """The ids of the claims that ids or globs name, in order; a printed formula or a statement selects its claim.

    >>> select([Entry("topic.one", ("topic.one_printed",), ("ngo",))], ["ngo"], ["*_printed"])
    ['topic.one']
    """
    if lecture and lecture not in lectures:
        raise UsageError(unknown("lecture", lecture, lectures))
    among = [e for e in entries if not lecture or lecture in e.lectures]
    wanted = list(patterns)
    if not wanted:
        return [e.id for e in among]
    chosen: set[str] = set()
    for pattern in wanted:
        found = {e.id for e in among if _means(pattern, e)}
        if not found and any(_means(pattern, e) for e in entries):
            raise UsageError(f"no claim of {lecture} is named {pattern}; leave out --lecture, or list its claims")
        if not found:
            ids, others = [e.id for e in among], [name for e in among for name in e.names]
            raise UsageError(unknown("claim", pattern, [*ids, *others]))
        chosen |= found
    return [e.id for e in among if e.id in chosen]


def _means(pattern: str, entry: Entry) -> bool:
    return any(fnmatch.fnmatchcase(name, pattern) for name in (entry.id, *entry.names))


def unknown(kind: str, given: str, known: Iterable[str]) -> str:
    """One sentence for a name that nobody has, with the nearest names."""
    known = list(known)
    near = difflib.get_close_matches(given, known, n=3, cutoff=0.5)
    near = near or [k for k in known if given.rpartition(".")[2] in k][:3]
    few = f"choose from {', '.join(known)}" if len(known) <= 8 else f"try: lemmata list {kind}s"
    hint = f"did you mean {' or '.join(near)}?" if near else few
    return f"there is no {kind} {given}; {hint}"
