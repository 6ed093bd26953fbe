"""Where the outcomes of claims lie: `results/claims` of a checkout, or what the installed package brought."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from coview.atomic import write_whole
from coview.errors import UserError

NEEDED = ("format", "key", "outcome", "comparisons", "arms", "seeds", "protocol", "versions", "machine", "commit")
"""Entries without which a record says nothing that could be checked."""
FORMAT = 2
"""Raised when a reader of another would misunderstand a record."""


def checkout() -> Path | None:
    """`results/claims` of the checkout that this code runs from, or None where it is installed."""
    root = Path(__file__).parents[3]
    return root / "results" / "claims" if (root / "pyproject.toml").is_file() else None


def folder() -> Path:
    """Where records are read from; it may not exist."""
    return checkout() or Path(__file__).parent / "results"


def read(key: str, where: Path | None = None) -> dict[str, Any] | None:
    """A paper's record, or None where its claim was not run.

    Raises:
        UserError: the file is no record, or one of another format.
    """
    path = (where or folder()) / f"{key}.json"
    if not path.is_file():
        return None
    try:
        record = json.loads(path.read_text())
    except json.JSONDecodeError as error:
        raise UserError(f"{path} is no record of a claim: {error}; coview reproduce {key} writes it anew") from error
    missing = [n for n in NEEDED if not isinstance(record, dict) or n not in record]
    if missing:
        raise UserError(f"{path} is no record of a claim: it lacks {missing[0]!r}; coview reproduce {key} writes it")
    if record["format"] != FORMAT:
        age = "a newer" if record["format"] > FORMAT else "an older"
        raise UserError(f"{path} was written by {age} coview; this one reads format {FORMAT}: coview reproduce {key}")
    return record


def write(record: dict[str, Any], where: Path | None = None) -> Path:
    """Keeps a record: in the checkout, or else under the current folder.

    Returns:
        The file.
    """
    into = where or checkout() or Path("results/claims")
    into.mkdir(parents=True, exist_ok=True)
    path = into / f"{record['key']}.json"
    write_whole(path, json.dumps(record, indent=1, ensure_ascii=False) + "\n")
    return path
