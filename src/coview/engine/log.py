"""A run's log: `metrics.jsonl`, one object a logged step."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

LOG = "metrics.jsonl"


def write_line(folder: Path, line: dict[str, Any]) -> None:
    """Adds a step's line."""
    with (folder / LOG).open("a") as file:
        file.write(json.dumps(line) + "\n")


def read_lines(folder: Path) -> list[dict[str, Any]]:
    """The lines so far; none where nothing was logged."""
    path = folder / LOG
    return [json.loads(line) for line in path.read_text().splitlines() if line] if path.is_file() else []


def drop_after(folder: Path, step: int) -> None:
    """Takes out the lines of steps after `step`, which will be taken again."""
    if (folder / LOG).is_file():
        kept = [json.dumps(line) + "\n" for line in read_lines(folder) if line["step"] <= step]
        (folder / LOG).write_text("".join(kept))
