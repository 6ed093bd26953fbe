"""Hugging Face datasets saved on disk (`save_to_disk`), read as the Arrow files they are.

Nothing of `datasets` is imported: a saved data set is a folder of Arrow streams with their names in `state.json` and
their features in `dataset_info.json`; a `DatasetDict` is a folder of such folders, named in `dataset_dict.json`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa

from coview.data.kinds import some, split_of
from coview.data.tables.table_rows import Reading
from coview.errors import UserError


def is_saved_dataset(folder: Path) -> bool:
    """Whether a folder was written by `save_to_disk`."""
    return (folder / "dataset_dict.json").is_file() or (folder / "state.json").is_file()


def read_saved_dataset(folder: Path) -> Reading:
    """A saved data set as a table; splits named train, validation and test are its own split.

    Raises:
        UserError: a file is missing or broken, or there are no rows.
    """
    if (folder / "dataset_dict.json").is_file():
        names = _json(folder / "dataset_dict.json").get("splits") or []
        tables = {str(name): _dataset(folder / str(name)) for name in names}
        if not tables:
            raise UserError(f"{folder} has no splits")
        table, split, lines = _joined(folder, tables)
    else:
        table, split, lines = _dataset(folder), None, []
    if not table.num_rows:
        raise UserError(f"{folder} has no rows")
    return Reading(folder.name, table, folder, split=split, understood=lines)


def _joined(folder: Path, tables: dict[str, pa.Table]) -> tuple[pa.Table, list[str] | None, list[str]]:
    parts = {name: split_of(name) for name in tables}
    kept = {name: table for name, table in tables.items() if parts[name] or None not in parts.values()}
    if "train" not in parts.values():
        kept, split = tables, None
    else:
        split = [str(parts[name]) for name, table in kept.items() for _ in range(table.num_rows)]
    left = [name for name in tables if name not in kept]
    lines = [f"splits that are no train, validation or test are left out: {some(left)}"] if left else []
    try:
        return pa.concat_tables(list(kept.values()), promote_options="default"), split, lines
    except pa.ArrowException as error:
        raise UserError(f"the splits {some(list(kept))} of {folder} do not have the same columns: {error}") from error


def _json(path: Path) -> dict[str, Any]:
    try:
        return json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise UserError(f"{path} cannot be read: {error}") from error


def _dataset(folder: Path) -> pa.Table:
    state = _json(folder / "state.json")
    info = folder / "dataset_info.json"
    features = (_json(info) if info.is_file() else {}).get("features") or {}
    tables = [_stream(folder / entry["filename"]) for entry in state.get("_data_files") or []]
    if not tables:
        raise UserError(f"{folder / 'state.json'} names no data files")
    table = pa.concat_tables(tables)
    chosen = state.get("_indices_data_files") or []
    if chosen:
        rows = pa.concat_tables([_stream(folder / entry["filename"]) for entry in chosen])
        table = table.take(rows.column(0))
    for name, feature in features.items():
        if isinstance(feature, dict) and feature.get("_type") == "ClassLabel" and name in table.column_names:
            table = table.set_column(table.column_names.index(name), name, _named(table[name], feature["names"]))
    return table


def _stream(path: Path) -> pa.Table:
    try:
        return pa.ipc.open_stream(pa.memory_map(str(path))).read_all()
    except (pa.ArrowException, OSError) as error:
        raise UserError(f"{path} cannot be read as an Arrow stream: {error}") from error


def _named(column: pa.ChunkedArray, names: list[str]) -> pa.ChunkedArray:
    """Class numbers as their names; what is out of range (-1 of a hidden test set) is unknown."""
    words = [names[i] if i is not None and 0 <= i < len(names) else None for i in column.to_pylist()]
    return pa.chunked_array([pa.array(words, pa.string()).dictionary_encode()])
