"""Put a report where it was asked for: all of it, or none of it and one sentence that says why."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


class Unwritable(Exception):
    """A report could not be written; the message is one sentence for the user."""


def write(path: str | os.PathLike[str], text: str) -> Path:
    """Write text as UTF-8, atomically: the file at path is the old one or the whole new one, never a part.

    Missing folders are made. A device or a pipe is written to directly. Raises Unwritable.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write(Path(folder) / "out" / "report.json", "{}").read_text()
    '{}'
    """
    data = text.encode("utf-8", "backslashreplace")
    try:
        target = Path(os.path.realpath(path))  # through a link, so that the link stays one
        if target.is_dir():
            raise Unwritable(f"Cannot write {path}: it is a folder; name a file in it.")
        if target.exists() and not target.is_file():
            target.write_bytes(data)
            return target
        target.parent.mkdir(parents=True, exist_ok=True)
        _replace(target, data)
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise Unwritable(f"Cannot write {path}: {reason}; choose another place or make this one writable.") from error
    return target


def check(path: str | os.PathLike[str]) -> None:
    """Raise Unwritable now, before hours of work, where `write` would raise it later. Missing folders are made."""
    target = Path(os.path.realpath(path))
    if target.is_dir():
        raise Unwritable(f"Cannot write {path}: it is a folder; name a file in it.")
    if target.exists() and not target.is_file():
        return
    beside = target.with_name(f".lemmata-{secrets.token_hex(8)}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        beside.touch()
        beside.unlink()
    except (OSError, ValueError) as error:
        reason = (getattr(error, "strerror", None) or str(error)).lower()
        raise Unwritable(f"Cannot write {path}: {reason}; choose another place or make this one writable.") from error


def _replace(target: Path, data: bytes) -> None:
    beside = target.with_name(f".lemmata-{secrets.token_hex(8)}.part")
    try:
        with open(beside, "xb") as file:
            file.write(data)
        os.replace(beside, target)
    except BaseException:  # Ctrl-C too must not leave the part behind
        beside.unlink(missing_ok=True)
        raise
