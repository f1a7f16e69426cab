"""A report is written whole or not at all, and what cannot be written is said in one sentence."""

import os
import stat

import pytest

from lemmata.reports.write import Unwritable, write


def test_a_file_and_its_folders_are_made(tmp_path):
    path = write(tmp_path / "a" / "b" / "r.html", "∂ \ud800")
    assert path.read_text(encoding="utf-8") == "∂ \\ud800"
    assert os.listdir(path.parent) == ["r.html"]


def test_rights_are_those_of_any_new_file(tmp_path):
    plain = tmp_path / "plain"
    plain.write_text("")
    assert stat.S_IMODE(write(tmp_path / "r", "x").stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


@pytest.mark.parametrize("failing", ["replace", "write"])
def test_a_failure_on_the_way_leaves_the_old_file_and_no_part(tmp_path, monkeypatch, failing):
    path = tmp_path / "r.json"
    path.write_text("old")

    def full(*_):
        raise OSError(28, "No space left on device")

    if failing == "replace":
        monkeypatch.setattr(os, "replace", full)
    else:
        monkeypatch.setattr("lemmata.reports.write.open", lambda *a: _Full(path.parent / "x"), raising=False)
    with pytest.raises(Unwritable) as caught:
        write(path, "new")
    assert str(caught.value) == (
        f"Cannot write {path}: no space left on device; choose another place or make this one writable."
    )
    assert path.read_text() == "old"
    assert os.listdir(tmp_path) == ["r.json"]


class _Full:
    """A file on a full disk."""

    def __init__(self, path):
        self.path = path

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None

    def write(self, _):
        raise OSError(28, "No space left on device")


def test_ctrl_c_leaves_no_part(tmp_path, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "r", "x")
    assert os.listdir(tmp_path) == []


def test_a_folder_is_no_place_for_a_report(tmp_path):
    with pytest.raises(Unwritable, match=r"it is a folder; name a file in it\.$"):
        write(tmp_path, "x")


def test_a_file_where_a_folder_should_be(tmp_path):
    (tmp_path / "file").write_text("kept")
    with pytest.raises(Unwritable, match=r"Cannot write .*file/r\.html: "):
        write(tmp_path / "file" / "r.html", "x")
    assert (tmp_path / "file").read_text() == "kept"


def test_a_name_that_cannot_be_is_a_sentence_too(tmp_path):
    with pytest.raises(Unwritable, match="Cannot write "):
        write(str(tmp_path / "a\0b"), "x")
    with pytest.raises(Unwritable, match="file name too long"):
        write(tmp_path / ("x" * 300), "x")


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to("real")
    write(tmp_path / "link", "new")
    assert (tmp_path / "link").is_symlink() and (tmp_path / "real").read_text() == "new"


def test_a_pipe_is_written_to_and_not_replaced(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    end = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)
    try:
        write(pipe, "x")
        assert stat.S_ISFIFO(pipe.stat().st_mode)
        assert os.read(end, 10) == b"x"
    finally:
        os.close(end)
