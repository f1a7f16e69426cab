"""The catalogue: every topic loaded, and the claims that a user's words select."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

from .. import spec
from ..spec.language.claims import REGISTRY, Claim, Definition, Printed
from ..spec.language.errors import LanguageError
from ..spec.language.expressions import Named, subexpressions
from ..spec.language.routines import ROUTINES, Routine, of_definition
from ..spec.lectures import LECTURES
from . import selection
from .derivation import lemmas_of
from .selection import Entry, UsageError, unknown

_OWN: set[str] = set()  # files of users whose definitions are in the catalogue for an audit


def load() -> None:
    """Import every topic module of the catalogue."""
    for module in pkgutil.iter_modules(spec.__path__):
        if not module.ispkg:
            importlib.import_module(f"{spec.__name__}.{module.name}")


def load_file(path: Path) -> list[Claim]:
    """The claims of a user's own file, built; a LanguageError or UsageError says where and what is wrong."""
    with _own_file(path, "claims") as (_, new):
        found = [c for c in new if isinstance(c, Claim)]
        for built in found:  # misuse is said before anything is verified
            _ = built.statement, built.proofs
    if not found:
        raise UsageError(f"{path}: there is no @claim in this file")
    return [c for c in found if c.outer is None]


def load_routine(path: Path, name: str) -> Routine:
    """A @routine or a @definition of a user's own file, built, for an audit; errors as of `load_file`.

    The file is read anew each time, and takes the place of what was loaded so before.
    """
    _forget_own()
    _OWN.add(str(path.absolute()))
    with _own_file(path, "definitions") as (module, _):
        item = getattr(module, name, None)
        if not isinstance(item, (Routine, Definition)):
            known = [n for n, v in vars(module).items() if isinstance(v, (Routine, Definition))]
            hint = unknown("definition", name, known).partition("; ")[2]
            if not known:
                raise UsageError(f"{path}: there is no @definition and no @routine in this file")
            raise UsageError(f"{path}: there is no definition {name} in this file; {hint}")
        found = item if isinstance(item, Routine) else of_definition(item)
        _ = found.variant().outputs
    return found


@contextmanager
def _own_file(path: Path, what: str) -> Iterator[tuple[ModuleType, list[Claim | Definition]]]:
    """A user's own file as a module, and what it adds to the catalogue: nothing where it, or the block, fails."""
    load()  # a file may build on the catalogue, and its ids must not collide with it
    if path.is_dir():
        raise UsageError(f"{path}: this is a folder; name a Python file of {what}")
    if not path.is_file():
        raise UsageError(f"{path}: there is no such file")
    if path.suffix != ".py":
        raise UsageError(f"{path}: a file of {what} is a Python file (.py)")
    before, name = (dict(REGISTRY), dict(ROUTINES)), path.stem
    if name in sys.modules:
        raise UsageError(f"{path}: a module named {name} exists already; rename the file")
    module_spec = importlib.util.spec_from_file_location(name, path.absolute())
    assert module_spec and module_spec.loader
    module = importlib.util.module_from_spec(module_spec)
    sys.modules[name] = module
    try:
        module_spec.loader.exec_module(module)
        yield module, [item for i, item in REGISTRY.items() if i not in before[0]]
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        for registry, kept in zip((REGISTRY, ROUTINES), before, strict=True):
            for i in set(registry) - set(kept):
                del registry[i]
        raise _explained(error, path.absolute(), what) from error
    finally:
        sys.modules.pop(name, None)


def _forget_own() -> None:
    """Take out of the catalogue what was loaded from users' files for audits."""
    for registry in (REGISTRY, ROUTINES):
        for i in [i for i, item in registry.items() if item.where.rpartition(":")[0] in _OWN]:
            del registry[i]
    _OWN.clear()


def _explained(error: BaseException, path: Path, what: str) -> Exception:
    """What went wrong in a user's file, with its line."""
    match error:
        case UsageError():
            return error
        case LanguageError():
            return LanguageError(error.bare, error.where or _place(error, path))
        case SyntaxError():
            line = f":{error.lineno}" if error.lineno else ""
            return UsageError(f"{error.filename or path}{line}: this does not parse: {error.msg}")
        case SystemExit():
            return UsageError(f"{_place(error, path)}: this ends the program; a file of {what} may not")
    try:
        text = " ".join(str(error).split())
    except Exception:  # an exception of the user's own
        text = ""
    return UsageError(f"{_place(error, path)}: {type(error).__name__}{text and ': '}{text}")


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


def entries() -> list[Entry]:
    """What a user can say to mean each claim."""
    return [
        Entry(
            c.id,
            tuple(name for p in c.printed for name in (p.reading.id, p.statement)),
            tuple(sorted({x.lecture.key for x in c.cites} | {p.lecture.key for p in c.printed})),
        )
        for c in claims()
    ]


def select(patterns: Iterable[str], lecture: str = "") -> list[Claim]:
    """The claims that ids or globs name; a printed formula or a lecture's statement id selects its claim."""
    chosen = set(selection.select(entries(), [x.key for x in LECTURES], patterns, lecture))
    return [c for c in claims() if c.id in chosen]


def rests_on(claim: Claim) -> list[str]:
    """The claims that the proofs of this claim, and of its printed readings, use."""
    used = set(lemmas_of(claim)).union(*[lemmas_of(p.reading) for p in claim.printed])
    return sorted(used - {claim.id})


def foundations(claim_id: str) -> list[str]:
    """The claims that the proofs of this one use, and those that their proofs use in turn."""
    found: list[str] = []
    todo = [claim_id]
    while todo:
        claim = REGISTRY[todo.pop()]
        assert isinstance(claim, Claim)
        new = [i for i in sorted(lemmas_of(claim)) if i not in found]
        found += new
        todo += new
    return sorted(found)


def check_acyclic(chosen: Iterable[Claim]) -> None:
    """Raise a LanguageError when some claim rests, through others, on itself."""
    done: set[str] = set()

    def visit(claim: Claim, path: list[str]) -> None:
        if claim.id in done:
            return
        if claim.id in path:
            raise LanguageError(
                f"{' → '.join([*path[path.index(claim.id) :], claim.id])}: a claim rests on itself", claim.where
            )
        for used in sorted(lemmas_of(claim)):
            lemma = REGISTRY[used]
            assert isinstance(lemma, Claim)
            visit(lemma, [*path, claim.id])
        done.add(claim.id)

    for claim in chosen:
        for one in (claim, *[p.reading for p in claim.printed]):
            visit(one, [])


def named_definitions(claim: Claim) -> list[Definition]:
    """The definitions that the statement of a claim names, in order."""
    return _named_in(claim.statement.expressions())


def definitions_behind(claim: Claim) -> list[Definition]:
    """The definitions that a statement names, and those that they name in turn, each once."""
    found: dict[str, Definition] = {}
    todo = named_definitions(claim)
    while todo:
        d = todo.pop(0)
        if d.id not in found:
            found[d.id] = d
            todo += _named_in([d.body])
    return list(found.values())


def _named_in(expressions: Iterable[Any]) -> list[Definition]:
    ids: dict[str, None] = {}
    for e in expressions:
        for node in subexpressions(e):
            if isinstance(node, Named):
                ids.setdefault(node.id)
    return [d for i in ids if isinstance(d := REGISTRY[i], Definition)]
