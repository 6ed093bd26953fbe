"""Where a run goes when nobody says."""

from __future__ import annotations

import re
from pathlib import Path

from coview.errors import UserError


def free_folder(method: str, data: str, root: Path = Path("runs")) -> Path:
    """`runs/METHOD-DATA`, or the first of `-2`, `-3`, ... that is not there yet."""
    wanted = root / f"{file_stem(method.rpartition(':')[2])}-{file_stem(data)}"
    n, free = 1, wanted
    while free.exists():
        n += 1
        free = wanted.with_name(f"{wanted.name}-{n}")
    return free


def refuse_used(out: str | None) -> None:
    """Raises UserError where `out` is a folder with something in it, or a file."""
    if out is None or not Path(out).exists():
        return
    if not Path(out).is_dir():
        raise UserError(f"--out {out} is a file; give a folder for the run")
    if any(Path(out).iterdir()):
        raise UserError(f"{out} exists already; give another --out, or --resume to go on with it")


def file_stem(name: str) -> str:
    """A name or path as part of a file's name."""
    name = Path(name).stem or name
    return re.sub(r"[^A-Za-z0-9._]+", "-", name).strip("-.").lower() or "data"
