"""Docstrings read as help: the idea, and what each argument means."""

from __future__ import annotations

import ast
import inspect
import re
from pathlib import Path

_HEADING = re.compile(r"^[A-Z][A-Za-z ]*:$")
_ENTRY = re.compile(r"^([A-Za-z_]\w*(?:\s*,\s*[A-Za-z_]\w*)*):\s*(.*)$")


def first_line(doc: str | None) -> str:
    """The sentence a docstring begins with."""
    return inspect.cleandoc(doc or "").split("\n\n")[0].replace("\n", " ").strip()


def arguments(doc: str | None) -> dict[str, str]:
    """Argument name -> its text, from the section `Args:`; names that share an entry share its text."""
    found: dict[str, str] = {}
    names: list[str] = []
    inside = False
    for line in inspect.cleandoc(doc or "").splitlines():
        if _HEADING.match(line):
            inside, names = line == "Args:", []
        elif inside and (entry := _ENTRY.match(line[4:])) and line.startswith("    ") and not line[4:].startswith(" "):
            names = [n.strip() for n in entry[1].split(",")]
            found |= dict.fromkeys(names, entry[2])
        elif inside and line.strip():
            found |= {n: f"{found[n]} {line.strip()}" for n in names}
    return found


def plain(doc: str | None) -> str:
    """A docstring without its `Args:` section, which the options tell better."""
    kept: list[str] = []
    inside = False
    for line in inspect.cleandoc(doc or "").splitlines():
        if _HEADING.match(line) or (line and not line.startswith(" ")):
            inside = line == "Args:"
        if not inside:
            kept.append(line)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(kept)).strip()


def module_idea(path: Path) -> str:
    """What the last class of a module says of itself in its first line, without importing it."""
    classes = [n for n in ast.parse(path.read_text(encoding="utf-8")).body if isinstance(n, ast.ClassDef)]
    told = [first_line(ast.get_docstring(c)) for c in classes if c.bases and ast.get_docstring(c)]
    return told[-1] if told else ""
