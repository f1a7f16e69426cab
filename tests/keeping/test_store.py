"""What is kept on disk is believed only when it is whole and our own; a store that fails costs speed, nothing else."""

from __future__ import annotations

import sqlite3
import threading

import pytest

from lemmata.checks import store as stores
from lemmata.checks.store import NAME, Store

ITEMS = {f"key{i}": f"finding {i}".encode() * 20 for i in range(30)}


@pytest.fixture
def kept(tmp_path):
    store = Store(tmp_path)
    store.put(ITEMS)
    store.close()
    return tmp_path


def test_what_is_put_is_got(kept):
    store = Store(kept)
    assert store.get([*ITEMS, "nobody's"]) == ITEMS
    assert (store.unreadable, store.fault) == (0, "")
    assert store.size() == (len(ITEMS), sum(map(len, ITEMS.values())))


def changed(path, row, column, value):
    with sqlite3.connect(path / NAME) as base:
        base.execute(f"UPDATE kept SET {column} = ? WHERE key = ?", (value, row))
    base.close()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("data", b"finding 3" + b"finding 3" * 18 + b"finding 4"),
        ("data", b""),
        ("data", "text"),
        ("data", None),
        ("seal", b"\0" * 32),
        ("seal", None),
    ],
)
def test_a_row_that_was_changed_is_noticed_and_dropped(kept, column, value):
    changed(kept, "key3", column, value)
    store = Store(kept)
    assert "key3" not in store.get(ITEMS)
    assert store.unreadable == 1
    assert store.size()[0] == len(ITEMS) - 1


def test_a_finding_under_another_key_is_not_believed(kept):
    with sqlite3.connect(kept / NAME) as base:
        base.execute("DELETE FROM kept WHERE key = 'key4'")
        base.execute("UPDATE kept SET key = 'key4' WHERE key = 'key3'")
    base.close()
    store = Store(kept)
    assert not {"key3", "key4"} & set(store.get(ITEMS))
    assert store.unreadable == 1


def test_a_store_from_elsewhere_is_not_believed(kept, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another user"))
    store = Store(kept)
    assert store.get(ITEMS) == {}
    assert store.unreadable == len(ITEMS)


@pytest.mark.parametrize("content", [b"", b"not a database", b"SQLite format 3\0" + b"\xff" * 4000])
def test_a_file_that_is_no_store_is_begun_anew(kept, content):
    (kept / NAME).write_bytes(content)
    store = Store(kept)
    assert store.get(ITEMS) == {}
    store.put({"new": b"finding"})
    store.close()
    assert Store(kept).get(["new"]) == {"new": b"finding"}


@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_a_truncated_file_gives_nothing_wrong(kept, part):
    whole = (kept / NAME).read_bytes()
    (kept / NAME).write_bytes(whole[: int(len(whole) * part)])
    store = Store(kept)
    found = store.get(ITEMS)
    assert all(ITEMS[key] == data for key, data in found.items())
    store.put(ITEMS)
    store.close()
    assert Store(kept).get(ITEMS) == ITEMS


def test_a_flipped_byte_anywhere_gives_nothing_wrong(kept):
    whole = bytearray((kept / NAME).read_bytes())
    noticed = 0
    for place in range(0, len(whole), 97):
        whole[place] ^= 0x15
        (kept / NAME).write_bytes(whole)
        store = Store(kept)
        found = store.get(ITEMS)
        assert all(ITEMS[key] == data for key, data in found.items()), place
        noticed += bool(store.unreadable or store.fault)
        store.close()
        whole[place] ^= 0x15
        for suffix in ("-wal", "-shm"):
            (kept / (NAME + suffix)).unlink(missing_ok=True)
    assert noticed > 50


def test_two_at_once_do_no_harm(tmp_path):
    def write(first):
        store = Store(tmp_path)
        for i in range(first, first + 100):
            store.put({f"key{i}": b"%d" % i})
        store.close()

    threads = [threading.Thread(target=write, args=(start,)) for start in (0, 50)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    found = Store(tmp_path).get(f"key{i}" for i in range(150))
    assert found == {f"key{i}": b"%d" % i for i in range(150)}


def test_a_folder_that_cannot_be_used_is_said_and_does_no_harm(tmp_path):
    (tmp_path / "file").write_text("in the way")
    store = Store(tmp_path / "file" / "cache")
    store.put(ITEMS)
    assert store.get(ITEMS) == {}
    assert store.fault
    store.close()


def test_what_was_not_used_for_longest_goes_first(kept, monkeypatch):
    monkeypatch.setattr(stores, "LARGEST", 10 * len(ITEMS["key0"]))
    changed(kept, "key5", "used", 1)
    changed(kept, "key6", "used", 2)
    Store(kept).close()
    left = Store(kept).get(ITEMS)
    assert 0 < len(left) <= 10
    assert not {"key5", "key6"} & set(left)


def test_clearing_forgets_everything(kept):
    store = Store(kept)
    store.clear()
    assert store.size() == (0, 0)
    store.put({"new": b"finding"})
    assert store.get([*ITEMS, "new"]) == {"new": b"finding"}
