"""What earlier runs found, kept on disk under the content that it was found for.

A row is believed only if it carries the signature of this installation: a damaged row, and a store that came from
elsewhere, are as good as empty. The file is SQLite's, so that two runs at once do not harm it; a file that SQLite
cannot read is set aside and begun anew. A store that cannot be used at all costs speed and nothing else.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from platformdirs import user_cache_path, user_state_path

NAME = "findings.sqlite"
LARGEST = 256 * 2**20  # bytes; beyond it what was not used for longest is dropped
DAY = 86_400
LENGTH = 32  # of the secret, in bytes

_TABLE = "CREATE TABLE IF NOT EXISTS kept (key TEXT PRIMARY KEY, data BLOB, seal BLOB, used INTEGER) WITHOUT ROWID"


def folder() -> Path:
    """Where findings are kept: LEMMATA_CACHE, or this user's cache folder."""
    given = os.environ.get("LEMMATA_CACHE")
    return Path(given) if given else user_cache_path("lemmata", appauthor=False)


class Store:
    """Findings by key. `unreadable` counts the rows that were there and could not be believed."""

    def __init__(self, where: Path | None = None) -> None:
        self.path = (where or folder()) / NAME
        self.unreadable = 0
        self.fault = ""
        self._secret = _secret()
        self._touched: set[str] = set()
        self._base: sqlite3.Connection | None = None
        self._open()

    # ------------------------------------------------------------------ reading and writing
    def get(self, keys: Iterable[str]) -> dict[str, bytes]:
        """What is kept under these keys, as far as it can be believed."""
        found: dict[str, bytes] = {}
        with self._guarded() as base:
            for key in keys:
                data = self._read(base, key) if base else None
                if data is not None:
                    found[key] = data
        return found

    def _read(self, base: sqlite3.Connection, key: str) -> bytes | None:
        row = base.execute("SELECT data, seal, used FROM kept WHERE key = ?", (key,)).fetchone()
        if row is None:
            return None
        data, seal, used = row
        if not (isinstance(data, bytes) and isinstance(seal, bytes) and self._believed(key, data, seal)):
            self.unreadable += 1
            base.execute("DELETE FROM kept WHERE key = ?", (key,))
            return None
        if not isinstance(used, int) or used < time.time() - DAY:
            self._touched.add(key)
        return data

    def put(self, items: Mapping[str, bytes]) -> None:
        now = int(time.time())
        rows = [(key, data, self._seal(key, data), now) for key, data in items.items()]
        with self._guarded() as base:
            if base:
                base.executemany("INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?)", rows)

    def close(self) -> None:
        """Note what was used, drop what is too much, and let go of the file."""
        with self._guarded() as base:
            if base:
                now = int(time.time())
                base.executemany("UPDATE kept SET used = ? WHERE key = ?", [(now, key) for key in self._touched])
                self._prune(base)
        if self._base:
            self._base.close()
            self._base = None

    def size(self) -> tuple[int, int]:
        """How many findings are kept, and in how many bytes."""
        with self._guarded() as base:
            if base:
                return base.execute("SELECT count(*), coalesce(sum(length(data)), 0) FROM kept").fetchone()
        return 0, 0

    def clear(self) -> None:
        """Forget everything."""
        if self._base:
            self._base.close()
            self._base = None
        for suffix in ("", "-wal", "-shm"):
            self.path.with_name(NAME + suffix).unlink(missing_ok=True)
        self._open()

    # ------------------------------------------------------------------ belief
    def _seal(self, key: str, data: bytes) -> bytes:
        return hmac.new(self._secret, key.encode() + b"\0" + data, hashlib.sha256).digest()

    def _believed(self, key: str, data: bytes, seal: bytes) -> bool:
        return hmac.compare_digest(seal, self._seal(key, data))

    # ------------------------------------------------------------------ the file
    def _open(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            for _ in range(2):
                try:
                    self._base = _connected(self.path)
                    return
                except sqlite3.DatabaseError as error:
                    if isinstance(error, sqlite3.OperationalError) and "unable to open" in str(error):
                        raise
                    self._set_aside()
        except (OSError, sqlite3.Error) as error:
            self.fault = str(error)

    def _set_aside(self) -> None:
        """What SQLite cannot read is of no use to anybody."""
        self.unreadable += 1
        if self._base:
            self._base.close()
            self._base = None
        for suffix in ("", "-wal", "-shm"):
            self.path.with_name(NAME + suffix).unlink(missing_ok=True)

    @contextmanager
    def _guarded(self) -> Iterator[sqlite3.Connection | None]:
        """One transaction. A file that turns out to be damaged is begun anew; while it is busy nothing is kept."""
        try:
            if self._base is None:
                yield None
                return
            with self._base:
                yield self._base
        except sqlite3.OperationalError as error:
            self.fault = str(error)
        except (sqlite3.DatabaseError, ValueError) as error:  # ValueError: text that is not UTF-8
            self.fault = str(error)
            with suppress(OSError):
                self._set_aside()
                self._open()

    @staticmethod
    def _prune(base: sqlite3.Connection) -> None:
        (total,) = base.execute("SELECT coalesce(sum(length(data)), 0) FROM kept").fetchone()
        for key, length in base.execute("SELECT key, length(data) FROM kept ORDER BY used").fetchall():
            if total <= LARGEST:
                return
            base.execute("DELETE FROM kept WHERE key = ?", (key,))
            total -= length


def _connected(path: Path) -> sqlite3.Connection:
    base = sqlite3.connect(path, timeout=5)
    try:
        base.execute("PRAGMA journal_mode=WAL")
        base.execute("PRAGMA synchronous=NORMAL")
        base.execute(_TABLE)
        base.execute("SELECT key, data, seal, used FROM kept LIMIT 1")
    except sqlite3.Error:
        base.close()
        raise
    return base


def _secret() -> bytes:
    """This user's own secret on this machine, made once. It stays where no store is copied from."""
    path = user_state_path("lemmata", appauthor=False) / "seal"
    for _ in range(2):
        with suppress(OSError):
            if len(found := path.read_bytes()) == LENGTH:
                return found
            path.unlink()
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
                file.write(secrets.token_bytes(LENGTH))
    return secrets.token_bytes(LENGTH)  # nothing can be written there: what this run keeps is for itself
