"""Raw text: strings, bytes and files, as strings that can be encoded."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Any

from coview.modalities.base import BadSample

MOST_CHARACTERS = 20_000
"""What lies beyond is not read: far more than `length` tokens hold, and a megabyte costs no more than a page."""


def read_text(raw: Any) -> str:
    """A string (the text itself), bytes (UTF-8) or a `pathlib.Path` (a UTF-8 file) as stripped text.

    Raises:
        BadSample: nothing but white space, not UTF-8, no such file, or not text at all.
    """
    match raw:
        case str():
            text = str(raw[:MOST_CHARACTERS])
        case bytes() | bytearray() | memoryview():
            text = _decode(bytes(raw[: 4 * MOST_CHARACTERS]), whole=len(raw) <= 4 * MOST_CHARACTERS)
        case Path():
            text = _read_file(raw)
        case _:
            raise BadSample(f"is {type(raw).__name__}, not text (a string, UTF-8 bytes or a Path to a text file)")
    text = text[:MOST_CHARACTERS].removeprefix("\ufeff").strip()
    if not text:
        raise BadSample("is empty text")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise BadSample(f"has half a surrogate pair at character {error.start}") from None
    return text


def _read_file(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(4 * MOST_CHARACTERS + 1)
    except OSError as error:
        raise BadSample(f"cannot be opened: {error.strerror or error}") from None
    return _decode(data[: 4 * MOST_CHARACTERS], whole=len(data) <= 4 * MOST_CHARACTERS)


def _decode(data: bytes, *, whole: bool) -> str:
    """UTF-8; the last character may be cut where the data is not whole."""
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(data, final=whole)
    except UnicodeDecodeError as error:
        raise BadSample(f"is not UTF-8 at byte {error.start}") from None
