"""The files under a folder: links followed, hidden ones left out, what cannot be read named."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

_CLUTTER = {"__MACOSX", "Thumbs.db", "desktop.ini", "@eaDir"}


@dataclass
class Listing:
    """What is under a folder.

    Args:
        root: the folder.
        files: paths relative to it, `/` between, sorted.
        hidden: what was left out because its name starts with a dot, or a system wrote it.
        skipped: (relative path, reason) of what cannot be read.
    """

    root: Path
    files: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)


def list_files(root: Path) -> Listing:
    """Every file under `root`, once: a link back to a folder already listed is named and not followed."""
    found = Listing(root)
    seen = {os.path.realpath(root)}
    todo = [""]
    while todo:
        folder = todo.pop()
        try:
            with os.scandir(root / folder) as entries:
                ordered = sorted(entries, key=lambda e: e.name)
        except OSError as error:
            found.skipped.append((folder, f"cannot be listed: {error.strerror or error}"))
            continue
        for entry in ordered:
            _take(entry, f"{folder}{entry.name}", found, seen, todo)
    found.files.sort()
    found.hidden.sort()
    found.skipped.sort()
    return found


def _take(entry: os.DirEntry[str], name: str, found: Listing, seen: set[str], todo: list[str]) -> None:
    if entry.name.startswith(".") or entry.name in _CLUTTER:
        found.hidden.append(name)
        return
    try:
        is_folder, is_file = entry.is_dir(), entry.is_file()
    except OSError as error:  # a link to itself
        found.skipped.append((name, f"cannot be opened: {error.strerror or error}"))
        return
    if is_folder:
        real = os.path.realpath(entry.path)
        if real in seen:
            found.skipped.append((name, "a link to a folder that is read already"))
            return
        seen.add(real)
        todo.append(f"{name}/")
    elif is_file:
        found.files.append(name)
    elif entry.is_symlink():
        found.skipped.append((name, f"a link to {os.readlink(entry.path)}, which is not there"))
    else:
        found.skipped.append((name, "not a plain file"))


def printable(name: str) -> str:
    """A file's name as text: bytes that are not UTF-8 written as escapes."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
