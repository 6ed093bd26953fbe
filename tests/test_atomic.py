"""Files and folders that appear whole or not at all."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path

import pytest

from coview.atomic import landing, landing_file, write_whole


class Killed(Exception):
    """What ends a write halfway."""


def test_a_file_is_replaced_by_what_was_written(tmp_path: Path) -> None:
    write_whole(tmp_path / "a.json", "old")
    write_whole(tmp_path / "a.json", "größer")
    assert (tmp_path / "a.json").read_text(encoding="utf-8") == "größer"
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]


def test_a_write_that_ends_halfway_leaves_the_file_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_whole(tmp_path / "a.json", "old")

    def full(_: int) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_whole(tmp_path / "a.json", "new")
    assert (tmp_path / "a.json").read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["a.json"]


def test_readers_see_the_file_before_until_the_block_has_ended(tmp_path: Path) -> None:
    write_whole(tmp_path / "a", "old")
    with landing_file(tmp_path / "a") as draft:
        draft.write_text("new")
        assert (tmp_path / "a").read_text() == "old"
    assert (tmp_path / "a").read_text() == "new"


def test_of_two_that_write_one_file_at_once_the_last_wins(tmp_path: Path) -> None:
    with landing_file(tmp_path / "a") as one:
        one.write_text("one")
        with landing_file(tmp_path / "a") as other:
            other.write_text("other")
        assert (tmp_path / "a").read_text() == "other"
    assert (tmp_path / "a").read_text() == "one"


@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_files_and_folders_are_open_to_whom_the_user_lets(mask: int, tmp_path: Path) -> None:
    before = os.umask(mask)
    try:
        write_whole(tmp_path / "a", "x")
        with landing(tmp_path / "b"):
            pass
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o666 & ~mask
    assert stat.S_IMODE((tmp_path / "b").stat().st_mode) == 0o777 & ~mask


def test_a_folder_whose_block_fails_is_not_there(tmp_path: Path) -> None:
    def build() -> None:
        with landing(tmp_path / "a") as folder:
            (folder / "half").touch()
            raise Killed

    with pytest.raises(Killed):
        build()
    assert list(tmp_path.iterdir()) == []


def test_drafts_of_killed_processes_are_swept_after_a_day_or_as_asked(tmp_path: Path) -> None:
    old, new = tmp_path / ".building-old", tmp_path / ".building-new"
    torn, fresh = tmp_path / ".writing-old", tmp_path / ".writing-new"
    for folder in (old, new):
        folder.mkdir()
    for file in (torn, fresh):
        file.touch()
    for left in (old, torn):
        os.utime(left, (time.time() - 90_000, time.time() - 90_000))
    with landing(tmp_path / "a"):
        pass
    write_whole(tmp_path / "b", "x")
    assert {p.name for p in tmp_path.iterdir()} == {".building-new", ".writing-new", "a", "b"}
    with landing(tmp_path / "c", older=0):
        pass
    assert {p.name for p in tmp_path.iterdir()} == {".writing-new", "a", "b", "c"}
