"""What the catalogue holds, as rows for a listing and records for a single id."""

from __future__ import annotations

from typing import Any

from ..spec.language import routines
from ..spec.language.claims import REGISTRY, Claim, Definition
from ..spec.language.codings import TWO_VALUES
from ..spec.language.expressions import as_written
from ..spec.language.printing import text
from ..spec.lectures import LECTURES
from . import catalogue, hypothesis_link, stable_form, torch_link
from .evidence import ClaimRecord, DefinitionRecord
from .methods import METHODS
from .records import definition_record
from .selection import UsageError, unknown
from .store import Store
from .verify import verify


def rows(kind: str, lecture: str = "") -> list[dict[str, str]]:
    """The rows of `lemmata list KIND`: each maps a heading to text."""
    if kind == "routines":
        return _routines()
    catalogue.load()
    with as_written():
        return {
            "claims": _claims,
            "definitions": _definitions,
            "lectures": _lectures,
            "methods": _methods,
            "statements": _statements,
        }[kind](lecture)


def _claims(lecture: str) -> list[dict[str, str]]:
    return [{"id": c.id, "claim": c.title} for c in catalogue.select((), lecture)]


def _definitions(lecture: str) -> list[dict[str, str]]:
    mentioned = {d.id for c in catalogue.select((), lecture) for d in catalogue.named_definitions(c)}
    return [{"id": d.id, "formula": text(d.body)} for d in catalogue.definitions() if not lecture or d.id in mentioned]


def _lectures(lecture: str) -> list[dict[str, str]]:
    printed = [p for _, p in catalogue.printed().values()]
    shown = [x for x in LECTURES if lecture in ("", x.key)]
    return [
        {
            "key": x.key,
            "title": x.title,
            "author": x.author,
            "printed formulas read": str(sum(p.lecture == x for p in printed)),
        }
        for x in shown
    ]


def _methods(lecture: str) -> list[dict[str, str]]:
    links = (
        {"name": stable_form.NAME, "gives": "PROVED: a definition's stable formula is the definition"},
        {
            "name": hypothesis_link.NAME,
            "gives": "TESTED link: an implementation against its definition, within the error budget",
        },
        {"name": torch_link.NAME, "gives": "TESTED link: PyTorch's autograd against the derived formula"},
    )
    return [{"name": m.name, "gives": m.gives} for m in METHODS] + list(links)


def _routines() -> list[dict[str, str]]:
    """What an audit can ask of code; in brackets the arguments that may be missing."""
    return [
        {
            "definition": name,
            "arguments": ", ".join(_argument(n, given) for n, given in routine.arguments.items()) + _two(routine),
            "conventions": "; ".join(f"{n}: {options.words}" for n, options in routine.choices.items()) or "none",
        }
        for name in routines.NAMES
        for routine in [routines.find(name)]
    ]


def _two(routine: Any) -> str:
    """The arguments that say which two values labels have, where a convention asks for them."""
    by = {g.coded_by: v for g in routine.arguments.values() for v, c in (g.codings or {}).items() if c is TWO_VALUES}
    return "".join(f", [neg, pos with {name}={value}]" for name, value in by.items())


def _argument(name: str, given: Any) -> str:
    if given.when:
        return f"[{name} with {given.when[0]}={given.when[1]}]"
    return f"[{name}]" if given.may_lack else name


def _statements(lecture: str) -> list[dict[str, str]]:
    chosen = {c.id for c in catalogue.select((), lecture)}
    return [
        {
            "statement": p.statement,
            "lecture": p.lecture.key,
            "section": p.section,
            "read as": p.reading.id,
            "printed": "wrongly" if p.wrong else "rightly",
        }
        for c, p in catalogue.printed().values()
        if c.id in chosen and lecture in ("", p.lecture.key)
    ]


def record(given: str, effort: str = "quick", store: Store | None = None) -> ClaimRecord | DefinitionRecord:
    """The record that an id, of a claim, a printed formula, a statement or a definition, leads to; anew unless kept."""
    catalogue.load()
    item: Any = REGISTRY.get(given)
    if isinstance(item, Definition):
        with as_written():
            return definition_record(item)
    if isinstance(item, Claim):
        return verify([(item.outer or item).id], effort=effort, store=store).claims[0]
    if any(p.statement == given for _, p in catalogue.printed().values()):
        return verify([given], effort=effort, store=store).claims[0]
    statements = [p.statement for _, p in catalogue.printed().values()]
    raise UsageError(unknown("claim", given, [*REGISTRY, *statements]))
