"""Raw text: strings, bytes and files, as strings that can be encoded."""

from __future__ import annotations

import codecs
from pathlib import Path
from typing import Any

from coview.modalities.base import BadSample

MOST_CHARACTERS = 20_000
"""What lies beyond is not read: far more than `length` tokens hold, and a megabyte costs no more than a page."""

MOST_BYTES = 4 * MOST_CHARACTERS
"""That so many characters take at most."""


class Beginning(str):
    """The first `MOST_CHARACTERS` of a text that goes on."""


def read_text(raw: Any) -> str:
    """A string (the text itself), bytes (UTF-8) or a `pathlib.Path` (a UTF-8 file) as stripped text.

    Raises:
        BadSample: nothing but white space, not UTF-8, no such file, or not text at all.
    """
    match raw:
        case str():
            text, more = str(raw), False
        case bytes() | bytearray() | memoryview():
            text, more = _decode(raw[: MOST_BYTES + 1])
        case Path():
            text, more = _decode(_begin(raw))
        case _:
            raise BadSample(f"is {type(raw).__name__}, not text (a string, UTF-8 bytes or a Path to a text file)")
    more = more or not (len(text) <= MOST_CHARACTERS or text[MOST_CHARACTERS:].isspace())
    text = text[:MOST_CHARACTERS].removeprefix("\ufeff").strip()
    if not text:
        raise BadSample("is empty text")
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise BadSample(f"has half a surrogate pair at character {error.start}") from None
    return Beginning(text) if more else text


def _begin(path: Path) -> bytes:
    """Of a file, one byte more than is read."""
    try:
        with path.open("rb") as file:
            return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise BadSample(f"cannot be opened: {error.strerror or error}") from None


def _decode(data: bytes | bytearray | memoryview) -> tuple[str, bool]:
    """UTF-8, and whether it goes on: then the last character may be cut."""
    more = len(data) > MOST_BYTES
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(bytes(data[:MOST_BYTES]), final=not more), more
    except UnicodeDecodeError as error:
        raise BadSample(f"is not UTF-8 at byte {error.start}") from None
