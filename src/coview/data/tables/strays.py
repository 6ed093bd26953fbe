"""Columns of words nearly all of which are numbers or times: the few others are missing cells, and named.

- The types of a file of lines are guessed, and one word makes a column words. Where 95 % of its cells, or of its
  different values, are numbers or dates, the column is read as such. Names of things (`id`, `product_code`), the group
  and what the user gives another modality stay words.
- A file that has types is believed; a column that the user names for times or numbers is read as them all the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import pyarrow as pa

from coview.data.kinds import count, some
from coview.data.mapping import Wanted
from coview.data.tables.infer_columns import first_values, is_code, is_entity, is_text
from coview.data.tables.read_table import of_lines
from coview.data.tables.table_rows import Reading
from coview.errors import UserError
from coview.modalities.cells import number_of, time_of

NEARLY = 0.95

Value = int | float | datetime


@dataclass(frozen=True)
class Meaning:
    """What words may stand for.

    Args:
        what: in the plural, for people.
        parse: a word's value, None where it has none.
        kind: of a column of values.
        written: how people write it.
    """

    what: str
    parse: Callable[[str], Value | None]
    kind: pa.DataType
    written: str


def settle(reading: Reading, columns: Sequence[Wanted] | None) -> None:
    """Columns of words in a file of lines as what nearly all of them stand for."""
    apart = {reading.id_column, reading.group, *(name for w in columns or [] if _of_words(w) for name in w.columns)}
    settle_columns(reading, [name for name in reading.table.column_names if name not in apart], (NUMBERS, TIMES))


def settle_columns(reading: Reading, names: Sequence[str], meanings: Sequence[Meaning]) -> None:
    """Those of some columns that are words in a file of lines, and no names of things, as one of the meanings."""
    if not of_lines(reading.table):
        return
    for name in names:
        column = reading.table[name]
        if is_code(name) or is_entity(name) or not is_text(column.type):
            continue
        for meaning in meanings:
            if any(meaning.parse(word) is not None for word in first_values(column)):
                found = _Found.of(column, meaning)
                if found.nearly:
                    _put(reading, name, meaning, found)
                    break


def read_as(reading: Reading, name: str, meaning: Meaning) -> None:
    """A column of words as what the user says it holds; any other column stays.

    Raises:
        UserError: too many of its words stand for nothing of the kind.
    """
    if not is_text(reading.table[name].type):
        return
    found = _Found.of(reading.table[name], meaning)
    if not found.nearly:
        row, word = next(iter(found.strays.items()))
        raise UserError(
            f"{reading.name}: column {name!r} holds words, such as {word!r} (row {row}), where {meaning.what} are "
            f"needed; {meaning.written}"
        )
    _put(reading, name, meaning, found)


@dataclass(frozen=True)
class _Found:
    """A column parsed.

    Args:
        values: null where a word stands for nothing.
        strays: row -> the word there that does not.
        nearly: whether those are few.
    """

    values: pa.Array
    strays: dict[int, str]
    nearly: bool

    @classmethod
    def of(cls, column: pa.ChunkedArray, meaning: Meaning) -> _Found:
        codes: Any = column.cast(pa.string()).combine_chunks().dictionary_encode()
        words = codes.dictionary.to_pylist()
        values = [meaning.parse(word) for word in words]
        said = np.array([bool(word.strip()) for word in words], dtype=bool)
        bad = said & np.array([value is None for value in values], dtype=bool)
        at = codes.indices.fill_null(len(words)).to_numpy(zero_copy_only=False)
        known, stray = (np.append(of_word, False)[at] for of_word in (said, bad))
        few = min(bad.sum() / max(1, said.sum()), stray.sum() / max(1, known.sum())) <= 1 - NEARLY
        strays = {row: words[at[row]] for row in np.flatnonzero(stray).tolist()}
        return cls(_array(values, meaning).take(codes.indices), strays, bool(few))


def _array(values: list[Value | None], meaning: Meaning) -> pa.Array:
    """Values by word; whole numbers as such where all are."""
    if meaning is NUMBERS and all(
        value is None or (isinstance(value, int) and abs(value) < _WHOLE) for value in values
    ):
        return pa.array(values, pa.int64())
    return pa.array([float(v) if isinstance(v, int) else v for v in values], meaning.kind)


def _put(reading: Reading, name: str, meaning: Meaning, found: _Found) -> None:
    """The values in place of the words, the strays told."""
    reading.table = reading.table.set_column(reading.table.column_names.index(name), name, found.values)
    reading.strays[name] = found.strays
    if found.strays:
        many = len(found.strays) > 1
        told = some([f"{word[:40]!r} (row {row})" for row, word in found.strays.items()], 2)
        reading.understood.append(
            f"{name} is {meaning.what} but for {count(len(found.strays), 'cell')}, which {'are' if many else 'is'} "
            f"missing: {told}"
        )


def _of_words(wanted: Wanted) -> bool:
    """Whether the columns of a slot are not for numbers or times by the user's word."""
    return wanted.modality not in ("table", "series", "events") and wanted.slot != "time"


def _number(word: str) -> int | float | None:
    """Whole numbers as such: a float does not hold all of them."""
    number = number_of(word)
    try:
        return None if number is None else int(word)
    except ValueError:
        return number


_WHOLE = 1 << 63
NUMBERS = Meaning("numbers", _number, pa.float64(), "write them with a point and nothing between thousands")
TIMES = Meaning("times", time_of, pa.timestamp("us"), "write them as 2024-01-31 or 2024-01-31 12:30")
