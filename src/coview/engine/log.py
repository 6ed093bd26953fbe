"""A run's log: `metrics.jsonl`, one object a logged step."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from coview.atomic import write_whole
from coview.errors import UserError

LOG = "metrics.jsonl"


def write_line(folder: Path, line: dict[str, Any]) -> None:
    """Adds a step's line."""
    with (folder / LOG).open("a") as file:
        file.write(json.dumps(line) + "\n")


def read_lines(folder: Path) -> list[dict[str, Any]]:
    """The lines so far; none where nothing was logged. A last line that a killed process left half written is left out.

    Raises:
        UserError: a line before the last is broken.
    """
    path = folder / LOG
    if not path.is_file():
        return []
    found: list[dict[str, Any]] = []
    lines = [(i, line) for i, line in enumerate(path.read_bytes().split(b"\n"), 1) if line.strip()]
    for i, line in lines:
        read = _read(line)
        if read is not None:
            found.append(read)
        elif i != lines[-1][0]:
            raise UserError(f"{path}: line {i} is no step of a run; take the line out, or put back the file as it was")
    return found


def drop_after(folder: Path, step: int) -> None:
    """Takes out the lines of steps after `step`, which will be taken again, and a half-written last one."""
    if (folder / LOG).is_file():
        kept = [json.dumps(line) + "\n" for line in read_lines(folder) if line["step"] <= step]
        write_whole(folder / LOG, "".join(kept))


def _read(line: bytes) -> dict[str, Any] | None:
    """A step's object, or None where that cannot be read."""
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) and "step" in found else None
