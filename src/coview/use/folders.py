"""Where runs and files go, checked before any work is done for them."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from coview.errors import UserError

PICTURES = (".png", ".jpg", ".jpeg", ".webp")
"""Endings of pictures that are drawn."""


def free_folder(method: str, data: str, root: Path = Path("runs")) -> Path:
    """`runs/METHOD-DATA`, or the first of `-2`, `-3`, ... that is not there yet."""
    wanted = root / f"{file_stem(method.rpartition(':')[2])}-{file_stem(data)}"
    n, free = 1, wanted
    while free.exists():
        n += 1
        free = wanted.with_name(f"{wanted.name}-{n}")
    return free


def refuse_used(out: str | None, mend: str = "give another --out, or --resume to go on with it") -> None:
    """Raises UserError where `out` is a folder with something in it, a file, or a place that cannot be written to."""
    if out is None:
        return
    folder = Path(out)
    if folder.is_dir() and any(folder.iterdir()):
        raise UserError(f"{out} exists already; {mend}")
    if folder.exists() and not folder.is_dir():
        raise UserError(f"--out {out} is a file; give a folder for the run")
    nearest = next(p for p in (folder, *folder.absolute().parents) if p.exists())
    try:
        with tempfile.TemporaryDirectory(dir=nearest):
            pass
    except OSError as error:
        raise UserError(f"--out {out} cannot be written: {nearest}: {error.strerror}; name another folder") from error


def check_file(path: str | Path, endings: Sequence[str] = ()) -> Path:
    """The path of a file to be written.

    Args:
        path: of the file.
        endings: with their dots; none allows any.

    Raises:
        UserError: its ending is none of those, or its folder does not exist.
    """
    path = Path(path)
    if endings and path.suffix.lower() not in endings:
        raise UserError(f"{path.name} ends in {path.suffix or 'nothing'}; write {', '.join(endings)}")
    if not path.parent.is_dir():
        raise UserError(f"there is no folder {path.parent} to write {path.name} to")
    if path.is_dir():
        raise UserError(f"{path} is a folder; name a file")
    return path


def file_stem(name: str) -> str:
    """A name or path as part of a file's name."""
    name = Path(name).stem or name
    return re.sub(r"[^A-Za-z0-9._]+", "-", name).strip("-.").lower() or "data"
