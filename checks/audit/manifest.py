"""audits.toml: the audits of a project, one table each.

    [[audit]]
    target = "src/losses.py:kl"
    as = "kl"
    set = { base = 2 }
    call = "kl(p, q)"
    dtype = ["float64"]
    python = "env/bin/python"
    budget = 4
    expect = "correct"

Only `target` and `as` are needed. Paths are relative to the manifest. Loads the standard library alone.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

from ..selection import UsageError, unknown
from .findings import Audit, AuditVerdict

DTYPES = ("float64", "float32", "float16")
DEFAULT_DTYPES = ("float64", "float32")
_KEYS = ("target", "as", "set", "call", "dtype", "python", "budget", "seed", "exhaustive", "expect")
_WORST_FIRST = (2, 1, 3, 0)


@dataclass(frozen=True)
class Request:
    """One audit that is asked for. expect: the verdict that it has to have; "" for none."""

    target: str
    definition: str
    conventions: Mapping[str, Any] = field(default_factory=dict)
    call: str = ""
    dtypes: Sequence[str] = DEFAULT_DTYPES
    python: str = ""
    budget: float = 8.0
    seed: int = 0
    exhaustive: bool = False
    expect: str = ""

    def run(self, **more: Any) -> Audit:
        """The audit itself, which loads all that it takes."""
        audit = import_module(".session", __package__).audit
        return audit(
            self.target,
            self.definition,
            conventions=self.conventions,
            call=self.call,
            dtypes=self.dtypes,
            python=self.python,
            budget=self.budget,
            seed=self.seed,
            exhaustive=self.exhaustive,
            **more,
        )


def exit_status(done: Iterable[tuple[Audit, str]]) -> int:
    """That of the worst of some audits, each with the verdict that is expected of it or "".

    An audit that came out as expected counts as 0, another verdict than expected as 1.

    >>> wrong = Audit("a.py:f", "kl", {}, AuditVerdict.WRONG, "")
    >>> exit_status([(wrong, "")]), exit_status([(wrong, "wrong")]), exit_status([(wrong, "correct")])
    (1, 0, 1)
    """
    found = {_status(audit, expect) for audit, expect in done}
    return next((status for status in _WORST_FIRST if status in found), 0)


def _status(audit: Audit, expect: str) -> int:
    return audit.exit_status if not expect else int(audit.verdict.value != expect)


def read(path: str | os.PathLike[str]) -> list[Request]:
    """The requests of a manifest. Raises UsageError, one sentence that names the file and the entry."""
    file = Path(path)
    try:
        found = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {(error.strerror or str(error)).lower()}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8 text") from None
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path} is not TOML: {' '.join(str(error).split())}") from None
    entries = found.get("audit")
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
        raise UsageError(f"{path} names no audits; write [[audit]] with target and as for each")
    if more := [key for key in found if key != "audit"]:
        raise UsageError(f"{path} has {more[0]}, which is no part of a manifest; write [[audit]] for each audit")
    return [_request(entry, f"{path}, audit {n}", file.parent) for n, entry in enumerate(entries, start=1)]


def _request(entry: Mapping[str, Any], name: str, folder: Path) -> Request:
    if isinstance(entry.get("target"), str):
        name += f" ({entry['target']})"
    for key in entry:
        if key not in _KEYS:
            raise UsageError(f"{name}: there is no key {key}; choose from {', '.join(_KEYS)}")
    for key in ("target", "as"):
        if not entry.get(key):
            raise UsageError(f"{name}: {key} is missing")
    dtypes = _typed(entry, "dtype", (str, list), name, list(DEFAULT_DTYPES))
    expect = _typed(entry, "expect", str, name, "")
    if expect and expect not in [verdict.value for verdict in AuditVerdict]:
        raise UsageError(f"{name}: {unknown('verdict', expect, [verdict.value for verdict in AuditVerdict])}")
    budget = _typed(entry, "budget", (int, float), name, 8.0)
    if not 0 < budget < float("inf"):
        raise UsageError(f"{name}: budget is {budget}, and has to be a number of seconds above 0")
    python = _typed(entry, "python", str, name, "")
    return Request(
        target=_relative(_typed(entry, "target", str, name), folder, ":"),
        definition=_relative(_typed(entry, "as", str, name), folder, ":"),
        conventions=_typed(entry, "set", dict, name, {}),
        call=_typed(entry, "call", str, name, ""),
        dtypes=known_dtypes([dtypes] if isinstance(dtypes, str) else dtypes, f"{name}: "),
        python=str(folder / python) if "/" in python or os.sep in python else python,
        budget=float(budget),
        seed=_typed(entry, "seed", int, name, 0),
        exhaustive=_typed(entry, "exhaustive", bool, name, False),
        expect=expect,
    )


_WORDS: dict[Any, str] = {
    str: "text",
    int: "a whole number",
    dict: "a table, as in { base = 2 }",
    bool: "true or false",
    (int, float): "a number",
    (str, list): "text or a list of texts",
}


def _typed(entry: Mapping[str, Any], key: str, kind: Any, name: str, default: Any = None) -> Any:
    value = entry.get(key, default)
    boolean = isinstance(value, bool) and kind is not bool
    if boolean or not isinstance(value, kind):
        raise UsageError(f"{name}: {key} has to be {_WORDS[kind]}")
    return value


def _relative(text: str, folder: Path, mark: str) -> str:
    """A file of a target or of a definition, as seen from the manifest; a module or a name stays what it is.

    >>> _relative("a.py:f", Path("lib"), ":"), _relative("package.losses:f", Path("lib"), ":")
    ('lib/a.py:f', 'package.losses:f')
    """
    file, found, rest = text.rpartition(mark)
    if not found or not (file.endswith(".py") or "/" in file or os.sep in file):
        return text
    return f"{(folder / file).as_posix()}:{rest}"


def known_dtypes(given: Sequence[Any], where: str = "") -> tuple[str, ...]:
    """The formats, each once; raises UsageError for one that is not known."""
    for dtype in given:
        if dtype not in DTYPES:
            raise UsageError(f"{where}{unknown('format', str(dtype), DTYPES)}")
    return tuple(dict.fromkeys(given)) or DEFAULT_DTYPES
