"""The catalogue: every topic loaded, and the claims that a user's words select."""

from __future__ import annotations

import difflib
import fnmatch
import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Iterable
from pathlib import Path

from .. import spec
from ..spec.language.claims import REGISTRY, Claim, Definition, Printed
from ..spec.language.errors import LanguageError
from ..spec.language.expressions import Named, subexpressions
from ..spec.lectures import LECTURES
from .derivation import lemmas_of


class UsageError(Exception):
    """A mistake that a user can mend, in one sentence."""


def load() -> None:
    """Import every topic module of the catalogue."""
    for module in pkgutil.iter_modules(spec.__path__):
        if not module.ispkg:
            importlib.import_module(f"{spec.__name__}.{module.name}")


def load_file(path: Path) -> list[Claim]:
    """The claims of a user's own file, built; a LanguageError or UsageError says where and what is wrong."""
    load()  # a file may build on the catalogue, and its ids must not collide with it
    if not path.is_file():
        raise UsageError(f"{path}: there is no such file")
    if path.suffix != ".py":
        raise UsageError(f"{path}: a file of claims is a Python file (.py)")
    before = set(REGISTRY)
    name = path.stem
    if name in sys.modules:
        raise UsageError(f"{path}: a module named {name} exists already; rename the file")
    module_spec = importlib.util.spec_from_file_location(name, path)
    assert module_spec and module_spec.loader
    module = importlib.util.module_from_spec(module_spec)
    sys.modules[name] = module
    try:
        module_spec.loader.exec_module(module)
    except LanguageError:
        raise
    except SyntaxError as error:
        raise UsageError(f"{error.filename}:{error.lineno}: this does not parse: {error.msg}") from error
    except Exception as error:
        raise UsageError(f"{_place(error, path)}: {type(error).__name__}: {error}") from error
    finally:
        sys.modules.pop(name, None)
    found = [c for i, c in REGISTRY.items() if i not in before and isinstance(c, Claim) and c.outer is None]
    if not found:
        raise UsageError(f"{path}: there is no @claim in this file")
    return found


def _place(error: BaseException, path: Path) -> str:
    line, trace = 0, error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    return f"{path}:{line}" if line else str(path)


def claims() -> list[Claim]:
    """The claims of the catalogue in order; readings of printed formulas belong to their claims."""
    return [c for c in REGISTRY.values() if isinstance(c, Claim) and c.outer is None]


def definitions() -> list[Definition]:
    return [d for d in REGISTRY.values() if isinstance(d, Definition)]


def printed() -> dict[str, tuple[Claim, Printed]]:
    """Every printed formula by the id of its reading, with the claim it belongs to."""
    return {p.reading.id: (c, p) for c in claims() for p in c.printed}


def select(patterns: Iterable[str], lecture: str = "") -> list[Claim]:
    """The claims that ids or globs name; a printed formula or a lecture's statement id selects its claim."""
    every = claims()
    if lecture and lecture not in {x.key for x in LECTURES}:
        raise UsageError(unknown("lecture", lecture, [x.key for x in LECTURES]))
    if lecture:
        every = [c for c in every if lecture in {x.lecture.key for x in c.cites} | {p.lecture.key for p in c.printed}]
    wanted = list(patterns)
    if not wanted:
        return every
    names = {c.id: c for c in every}
    aliases = {p.reading.id: c for c in every for p in c.printed} | {p.statement: c for c in every for p in c.printed}
    chosen: dict[str, Claim] = {}
    for pattern in wanted:
        found = [c for i, c in {**aliases, **names}.items() if fnmatch.fnmatchcase(i, pattern)]
        if not found:
            raise UsageError(unknown("claim", pattern, [*names, *aliases]))
        chosen.update({c.id: c for c in found})
    return [c for c in every if c.id in chosen]


def unknown(kind: str, given: str, known: Iterable[str]) -> str:
    """One sentence for a name that nobody has, with the nearest names."""
    known = list(known)
    near = difflib.get_close_matches(given, known, n=3, cutoff=0.5)
    near = near or [k for k in known if given.rpartition(".")[2] in k][:3]
    hint = f"did you mean {' or '.join(near)}?" if near else f"try: lemmata list {kind}s"
    return f"there is no {kind} {given}; {hint}"


def rests_on(claim: Claim) -> list[str]:
    """The claims that the proofs of this claim, and of its printed readings, use."""
    used = set(lemmas_of(claim))
    return sorted(used - {claim.id})


def check_acyclic(chosen: Iterable[Claim]) -> None:
    """Raise a LanguageError when some claim rests, through others, on itself."""
    state: dict[str, str] = {}

    def visit(claim: Claim, path: list[str]) -> None:
        if state.get(claim.id) == "done":
            return
        if claim.id in path:
            raise LanguageError(
                f"{' → '.join([*path[path.index(claim.id) :], claim.id])}: a claim rests on itself", claim.where
            )
        for used in rests_on(claim):
            lemma = REGISTRY[used]
            assert isinstance(lemma, Claim)
            visit(lemma, [*path, claim.id])
        state[claim.id] = "done"

    for claim in chosen:
        visit(claim, [])


def named_definitions(claim: Claim) -> list[Definition]:
    """The definitions that the statement of a claim names, in order."""
    ids: dict[str, None] = {}
    for e in claim.statement.expressions():
        for node in subexpressions(e):
            if isinstance(node, Named):
                ids.setdefault(node.id)
    return [d for i in ids if isinstance(d := REGISTRY[i], Definition)]
