"""Table files of any usual format as one Arrow table; lines that cannot be read are named."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa

from coview.data.files.listing import list_files
from coview.data.kinds import some, split_parts
from coview.errors import UserError

Skipped = list[tuple[str, str]]

_LARGEST_BLOCK = 1 << 30
_NULLS = ["", "#N/A", "<NA>", "N/A", "NA", "NULL", "NaN", "None", "n/a", "nan", "null"]
"""Words of a file of lines that stand for a missing cell, as pandas and R write them."""
_LINES = {b"coview": b"lines"}
_SEPARATORS = ",;\t|"
_HEADER = 1 << 16
"""Bytes at a file's beginning that its separator is read from."""
_INDEX = re.compile(r"__index_level_\d+__")
"""What pandas calls the numbers of rows that it keeps as a column."""


def is_table(name: str) -> bool:
    """Whether a file's ending means a table."""
    return _format(name) is not None


def _format(name: str) -> str | None:
    lower = name.lower()
    for packed in (".gz", ".bz2", ".zst"):
        if lower.endswith((f".csv{packed}", f".tsv{packed}")):
            lower = lower.removesuffix(packed)
    return next((kind for kind, endings in _ENDINGS.items() if lower.endswith(endings)), None)


def read_table(path: Path, *, least_rows: int = 1) -> tuple[pa.Table, Skipped]:
    """A table, and (line, reason) of what was skipped.

    Raises:
        UserError: it cannot be read as what its ending says, has fewer rows or no columns, or names a column twice.
    """
    kind = _format(path.name)
    if kind is None:
        raise UserError(f"{path} is no table; {', '.join(e for es in _ENDINGS.values() for e in es)} are")
    return _read(path, kind, _READERS[kind], least_rows)


def read_headless(path: Path) -> tuple[pa.Table, Skipped]:
    """A file of lines all of which are rows, its columns `f0`, `f1` and so on, and (line, reason) of what was skipped.

    Raises:
        UserError: as `read_table`.
    """
    kind = _format(path.name)
    assert kind in _SEPARATOR_OF
    return _read(path, kind, _delimited(_SEPARATOR_OF[kind], header=False), 1)


def first_line(path: Path) -> list[str] | None:
    """The fields of the first line of a file of lines; None for other files, and where it cannot be read."""
    kind = _format(path.name)
    if kind not in _SEPARATOR_OF:
        return None
    try:
        begin = _beginning(path)
    except (pa.ArrowException, OSError, ValueError):
        return None
    return _fields(begin, _separator(begin, _SEPARATOR_OF[kind]))


def _read(
    path: Path, kind: str, read: Callable[[Path, Skipped], pa.Table], least_rows: int
) -> tuple[pa.Table, Skipped]:
    skipped: Skipped = []
    try:
        table = read(path, skipped)
        table = table.drop_columns([name for name in table.column_names if _INDEX.fullmatch(name)])
    except (pa.ArrowException, OSError, ValueError) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise UserError(f"{path} cannot be read as {kind}: {reason}") from error
    names = table.column_names
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise UserError(f"{path} has two columns named {twice[0]!r}; each column needs a name of its own")
    if table.num_rows < least_rows or not names:
        raise UserError(f"{path} has no rows" if names else f"{path} has no columns")
    return table, skipped


def of_lines(table: pa.Table) -> bool:
    """Whether a table was read from a file of lines, whose types are guessed."""
    return table.schema.metadata == _LINES


def read_shards(folder: Path) -> tuple[pa.Table, Skipped, list[str] | None]:
    """The parquet files of a folder as one table, and the part of each row where the files' names say it.

    Files are taken in order of their names; `train-00000-of-00002.parquet` says that its rows train.

    Returns:
        The table, what was skipped, and the part of each row or None.

    Raises:
        UserError: a file cannot be read (as `read_table`), or they do not have the same columns.
    """
    files = [file for file in list_files(folder).files if _format(file) == "parquet"]
    tables, skipped, words = [], [], []
    for file in files:
        table, bad = read_table(folder / file)
        skipped += bad
        tables.append(table)
        words.append(Path(file).name.partition("-")[0].partition(".")[0])
    try:
        table = pa.concat_tables(tables, promote_options="default")
    except pa.ArrowException as error:
        raise UserError(f"the files {some(files, 3)} of {folder} do not have the same columns: {error}") from error
    parts = split_parts(words)
    return table, skipped, parts and [p for p, t in zip(parts, tables, strict=True) for _ in range(t.num_rows)]


def _parquet(path: Path, skipped: Skipped) -> pa.Table:
    import pyarrow.parquet as parquet

    return parquet.ParquetFile(path, memory_map=True).read()


def _delimited(delimiter: str, *, header: bool = True) -> Callable[[Path, Skipped], pa.Table]:
    def read(path: Path, skipped: Skipped) -> pa.Table:
        from pyarrow import csv as arrow_csv

        def bad_row(row: Any) -> str:
            where = f"line {row.number}" if row.number else f"the line {row.text[:40]!r}"
            skipped.append((where, f"{row.actual_columns} fields where {row.expected_columns} are named"))
            return "skip"

        how = arrow_csv.ParseOptions(
            delimiter=_separator(_beginning(path), delimiter), newlines_in_values=True, invalid_row_handler=bad_row
        )
        words = arrow_csv.ConvertOptions(null_values=_NULLS, strings_can_be_null=True, quoted_strings_can_be_null=False)
        before, block_size = len(skipped), 1 << 20
        while True:
            try:
                blocks = arrow_csv.ReadOptions(
                    use_threads=False, block_size=block_size, autogenerate_column_names=not header
                )
                return arrow_csv.read_csv(path, blocks, how, words).replace_schema_metadata(_LINES)
            except pa.ArrowInvalid as error:  # a row may not be longer than a block
                if "straddling" not in str(error) or block_size >= _LARGEST_BLOCK:
                    raise
            del skipped[before:]
            block_size = min(16 * block_size, _LARGEST_BLOCK)

    return read


def _beginning(path: Path) -> str:
    """The first characters of a file of lines, unpacked.

    Raises:
        ValueError: it begins with bytes that no text has.
    """
    with pa.input_stream(str(path)) as file:
        begin = file.read(_HEADER)
    if begin.startswith(b"PAR1") or b"\0" in begin:
        raise ValueError(f"it is {'a parquet file' if begin.startswith(b'PAR1') else 'not a file of lines'}")
    return begin.decode("utf-8-sig", errors="replace")


def _separator(begin: str, usual: str) -> str:
    """What parts the fields of the first line: the ending's own, or the one other that makes more than one field."""
    others = [separator for separator in _SEPARATORS if len(_fields(begin, separator)) > 1]
    return usual if usual in others or len(others) != 1 else others[0]


def _fields(begin: str, separator: str) -> list[str]:
    return next(csv.reader(io.StringIO(begin, newline=""), delimiter=separator), [])


def _arrow(path: Path, skipped: Skipped) -> pa.Table:
    mapped = pa.memory_map(str(path))
    try:
        return pa.ipc.open_file(mapped).read_all()
    except pa.ArrowInvalid:
        mapped.seek(0)
        return pa.ipc.open_stream(mapped).read_all()


def _feather(path: Path, skipped: Skipped) -> pa.Table:
    import pyarrow.feather as feather

    return feather.read_table(path, memory_map=True)


def _json_lines(path: Path, skipped: Skipped) -> pa.Table:
    rows: list[dict[str, Any]] = []
    for number, line in enumerate(path.read_bytes().splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:  # UnicodeDecodeError is one
            skipped.append((f"line {number}", f"not JSON: {error}"))
            continue
        if isinstance(row, dict):
            rows.append(row)
        else:
            skipped.append((f"line {number}", f"a {type(row).__name__}, not an object of columns"))
    return _of_rows(rows)


def _json(path: Path, skipped: Skipped) -> pa.Table:
    try:
        rows = json.loads(path.read_bytes())
    except ValueError:
        return _json_lines(path, skipped)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError("a table in JSON is a list of objects, or one object a line")
    return _of_rows(rows)


def _of_rows(rows: list[dict[str, Any]]) -> pa.Table:
    """Columns in order of their first appearance; what a row lacks is null."""
    names = dict.fromkeys(name for row in rows for name in row)
    columns: dict[str, pa.Array] = {}
    for name in names:
        try:
            columns[name] = pa.array([row.get(name) for row in rows])
        except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
            raise ValueError(f"column {name!r} holds values of several kinds: {error}") from error
    return pa.table(columns)


_ENDINGS: dict[str, tuple[str, ...]] = {
    "parquet": (".parquet", ".pq"),
    "CSV": (".csv",),
    "TSV": (".tsv", ".tab"),
    "Arrow": (".arrow", ".ipc"),
    "Feather": (".feather",),
    "JSON lines": (".jsonl", ".ndjson"),
    "JSON": (".json",),
}

_SEPARATOR_OF = {"CSV": ",", "TSV": "\t"}

_READERS: dict[str, Callable[[Path, Skipped], pa.Table]] = {
    "parquet": _parquet,
    **{kind: _delimited(separator) for kind, separator in _SEPARATOR_OF.items()},
    "Arrow": _arrow,
    "Feather": _feather,
    "JSON lines": _json_lines,
    "JSON": _json,
}
