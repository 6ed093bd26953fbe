"""Claims on record."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from parts import text

FIELDS = ("claim", "status", "outcome", "scale", "metric")


def table(folder: Path) -> str:
    """What is on record under a folder of JSON files, or that nothing is."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.glob("*.json")) if folder.is_dir() else ():
        record = json.loads(path.read_text(encoding="utf-8"))
        if isinstance(record, dict):
            found[path.stem] = record
    if not found:
        return "No claim is on record yet."
    shown = [f for f in FIELDS if any(f in record for record in found.values())]
    rows = [(f"`{key}`", *(_spelled(record.get(f, "")) for f in shown)) for key, record in found.items()]
    return text.table(("paper", *shown), rows)


def _spelled(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
