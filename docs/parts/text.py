"""Markdown from values and docstrings."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Any

_HEADING = re.compile(r"^([A-Z][A-Za-z ]*):(?: (.*))?$")
_ADDRESS = re.compile(r"(?<![<(\w])https?://[^\s)>,;]+[^\s)>,;.]")
KNOWN = ("Paper", "Papers", "Source", "Views", "Loss", "Requires", "Relations", "Args", "Example", "Returns", "Raises")


def table(head: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """A table of plain values."""
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    lines += ["| " + " | ".join(cell(value) for value in row) + " |" for row in rows]
    return "\n".join(lines)


def cell(value: Any) -> str:
    """One cell: no line breaks, no bars."""
    return " ".join(str(value).split()).replace("|", "\\|")


def spelled(value: Any) -> str:
    """A default value as the user would write it."""
    if value is None or value == "":
        return ""
    return f"`{' '.join(map(_plain, value)) if isinstance(value, list | tuple) else _plain(value)}`"


def _plain(value: Any) -> str:
    value = value.value if isinstance(value, Enum) else value
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def code(text: str) -> str:
    """Text as it was printed, on one line, whatever signs are in it."""
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    room = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{room}{' '.join(text.split())}{room}{fence}"


def sections(doc: str | None) -> dict[str, str]:
    """A docstring by its headings; what comes before the first is under an empty name."""
    found: dict[str, list[str]] = {"": []}
    name = ""
    for line in inspect.cleandoc(doc or "").splitlines():
        heading = _HEADING.match(line)
        if heading and heading[1] in KNOWN:
            name = heading[1]
            found[name] = [heading[2] or ""]
        else:
            found[name].append(line)
    return {n: inspect.cleandoc("\n".join(["", *lines])) if n in ("Args", "Example", "Raises", "Returns")
            else "\n".join(lines).strip() for n, lines in found.items()}  # fmt: skip


def linked(text: str) -> str:
    """Text with its bare addresses as links."""
    return _ADDRESS.sub(lambda m: f"<{m[0]}>", text)


def prose(text: str) -> str:
    """Text of a docstring outside code: stars are stars, and addresses links."""
    pieces = re.split(r"(`+[^`]*`+)", text)
    return "".join(p if i % 2 else linked(p.replace("*", "\\*").replace("_", "\\_")) for i, p in enumerate(pieces))
