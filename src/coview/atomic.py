"""Files and folders that appear whole or not at all."""

from __future__ import annotations

import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

DAY = 24 * 3600.0


def write_whole(path: Path, text: str) -> None:
    """Writes a file as UTF-8, on disk before it takes the place of the one before.

    Raises:
        OSError: it cannot be written; the one before is untouched.
    """
    with landing_file(path) as draft:
        draft.write_text(text, encoding="utf-8")
        flush(draft)


def flush(path: Path) -> None:
    """Waits until a written file is on disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


@contextmanager
def landing_file(path: Path) -> Iterator[Path]:
    """A name beside a file for what is written in the block; it takes the file's place when the block has ended well.

    Of several processes that write the same file at once the last one wins.
    """
    _sweep(path.parent, ".writing-*", DAY)
    draft = path.parent / f".writing-{_own()}"
    try:
        yield draft
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def landing(folder: Path, *, prefix: str = ".building-", older: float = DAY) -> Iterator[Path]:
    """A new folder that appears under its name when the block has ended well, and not at all otherwise.

    Built beside its place and renamed, so that no reader sees half of it. Of several processes that build the same
    folder at once the first one wins, and the others' work is dropped.

    Args:
        folder: its name to be.
        prefix: of its name until then.
        older: seconds after which what is half built beside it was left by a killed process, and is swept; 0 where no
            other process builds there.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    _sweep(folder.parent, f"{prefix}*", older)
    building = folder.parent / f"{prefix}{_own()}"
    building.mkdir()
    try:
        yield building
        try:
            building.rename(folder)
        except OSError:
            if not folder.is_dir():
                raise
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _own() -> str:
    """A word that no other draft has."""
    return f"{os.getpid()}-{secrets.token_hex(4)}"


def _sweep(folder: Path, pattern: str, older: float) -> None:
    """Drops what killed processes left half written, seconds ago."""
    for left in folder.glob(pattern):
        with suppress(OSError):  # another process sweeps too
            if time.time() - left.stat().st_mtime > older:
                shutil.rmtree(left) if left.is_dir() else left.unlink()
