"""What a column is read from and by what, as short texts that change when either does."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from hashlib import blake2b
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from stat import S_ISREG
from typing import Any

import numpy as np

from coview.data.source import Column, origins

LOOKED_AT = 100


class Unknown(Exception):
    """A value of which nothing short can be said that changes whenever it does."""


class Fingerprint:
    """Takes values, nested as they like, and gives a text that is another one where any of them is.

    Files count by path, size and times (of the content and of the entry: the latter cannot be set back), and are not
    opened; anything else by its content.

    Attributes:
        newest: when the latest of the files was changed, in seconds since the epoch.
    """

    def __init__(self) -> None:
        self.newest = 0.0
        self._hash = blake2b(digest_size=16)
        self._seen: dict[Path, str] = {}

    def add(self, value: Any) -> None:
        """Takes one more value.

        Raises:
            Unknown: it is, or holds, something of another kind.
        """
        match value:
            case Enum():
                self._say("enum", str(value.value))
            case None | bool() | int() | float() | str():
                self._say(type(value).__name__, repr(value))
            case np.generic():
                self._say(str(value.dtype), repr(value.item()))
            case Path():
                self._say("file", self._file(value))
            case bytes() | bytearray() | memoryview():
                self._say("bytes", str(len(value)))
                self._hash.update(value)
            case np.ndarray() if value.dtype.kind in "biufcSU":
                self._say("array", f"{value.dtype}{value.shape}")
                self._hash.update(np.ascontiguousarray(value).tobytes())
            case tuple() | list():
                self._say("sequence", str(len(value)))
                for part in value:
                    self.add(part)
            case Mapping():
                self._say("mapping", str(len(value)))
                for key in sorted(value):
                    self.add(key)
                    self.add(value[key])
            case _ if is_dataclass(value) and not isinstance(value, type):
                self._say("of", type(value).__qualname__)
                for field in fields(value):
                    self.add(getattr(value, field.name))
            case _:
                raise Unknown(type(value).__name__)

    def text(self) -> str:
        """The text, 32 hexadecimal digits."""
        return self._hash.hexdigest()

    def _say(self, kind: str, what: str) -> None:
        self._hash.update(f"{kind} {len(what)} {what}\n".encode("utf-8", "surrogateescape"))

    def _file(self, path: Path) -> str:
        if path not in self._seen:
            self._seen[path] = self._stat(path)
        return self._seen[path]

    def _stat(self, path: Path) -> str:
        where = os.path.abspath(path)
        try:
            told = os.stat(where)
        except OSError as error:
            return f"{where} {type(error).__name__}"
        if not S_ISREG(told.st_mode):
            raise Unknown("a folder")
        self.newest = max(self.newest, told.st_mtime, told.st_ctime)
        return f"{where} {told.st_size} {told.st_mtime_ns} {told.st_ctime_ns} {told.st_ino}"


def of_values(*values: Any) -> str | None:
    """The text of some values, or None where one is unknown."""
    taken = Fingerprint()
    try:
        taken.add(values)
    except Unknown:
        return None
    return taken.text()


def of_column(column: Column) -> tuple[str, float] | None:
    """The text of all that a column is read from, and when that was last changed.

    None where nothing has to be decoded (no file or encoded bytes among the first hundred samples), or where something
    cannot be told from something else.
    """
    taken = Fingerprint()
    try:
        if not any(_encoded(origins(column.items, row)) for row in range(min(len(column.items), LOOKED_AT))):
            return None
        taken.add((column.modality, column.views, len(column.items)))
        for row in range(len(column.items)):
            taken.add(list(origins(column.items, row)))
    except Exception:  # a source computed on access may fail in any way; reading it names the reason
        return None
    return taken.text(), taken.newest


def _encoded(value: Any) -> bool:
    """Whether a raw value is, or names, a file or encoded bytes."""
    if isinstance(value, Path | bytes):
        return True
    if is_dataclass(value) and not isinstance(value, type):
        return any(_encoded(getattr(value, field.name)) for field in fields(value))
    return isinstance(value, Sequence) and not isinstance(value, str) and any(_encoded(part) for part in value)


@cache
def of_code() -> str:
    """The text of what reads: coview's own source, and the versions of all it builds on."""
    import coview

    root = Path(coview.__file__).parent
    taken = Fingerprint()
    for path in sorted(root.rglob("*.py")):
        taken.add((path.relative_to(root).as_posix(), path.read_bytes()))
    names = {re.split(r"[^\w.-]", line, maxsplit=1)[0].lower() for line in requires("coview") or ()}
    taken.add({name: _version(name) for name in names})
    return taken.text()


def _version(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
