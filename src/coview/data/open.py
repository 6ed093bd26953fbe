"""What the user named as data, whatever it is, as a source."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import numpy as np

from coview.data import catalog
from coview.data.arrays import from_arrays
from coview.data.files.array_files import ARRAY_ENDINGS, PICKLED_ENDINGS, open_arrays, pickled
from coview.data.files.clips import cut_videos
from coview.data.files.folder import open_folder
from coview.data.files.rasters import cut_rasters
from coview.data.files.webdataset import open_webdataset
from coview.data.graphs.graph import from_graphs, is_graph
from coview.data.graphs.graph_folder import is_graph_folder, open_graph_folder
from coview.data.kinds import modality_of_name
from coview.data.mapping import Columns, Known, Wanted, missing, parse_columns
from coview.data.source import Source
from coview.data.tables.frames import as_arrow
from coview.data.tables.hf import is_saved_dataset, read_saved_dataset
from coview.data.tables.known import as_known
from coview.data.tables.read_table import is_table, read_shards, read_table
from coview.data.tables.table import from_table
from coview.data.tables.table_rows import Reading
from coview.errors import UserError

_METADATA = tuple(f"metadata.{ending}" for ending in ("csv", "jsonl", "parquet"))


def open_source(
    data: Any,
    *,
    columns: Columns | None = None,
    label: str | Sequence[str] | None = None,
    group: str | None = None,
    options: Mapping[str, Mapping[str, Any]] | None = None,
    known: Known | None = None,
) -> Source:
    """The samples that the user named; nothing is decoded yet.

    Args:
        data: a catalog name; a path (a folder of files, a table, array file, WebDataset shard or folder of shards, a
            saved Hugging Face data set); a `Source`; a data frame; or arrays in memory (a dict by slot, an array, a
            list).
        columns: slots as `slot:modality=column[,column2]`: columns of a table, sub-folders, fields or arrays.
        label: the labels to keep, the first one first; default those that look like labels.
        group: a column or label whose samples are kept together in splits.
        options: of modalities or slots by name, as far as they say what a sample is (`video.seconds`).
        known: how a run read its own data; what is not said is as the run has it, as far as the data has such columns.

    Raises:
        UserError: there is no such data, or it cannot be understood; the message says what would be.
    """
    wanted = parse_columns(columns)
    labels = [label] if isinstance(label, str) else list(label or [])
    path = _path(data)
    graphs = path is not None and is_graph_folder(path)
    reading = _as_frame(data) if path is None else None if graphs else _as_table(path)
    if reading is not None:
        reading.labels, reading.group = labels, group
        slots = as_known(reading, known) if known is not None and wanted is None else wanted
        source = from_table(reading, slots)
    else:
        known, source = known or Known(), None
        asked = labels or known.labels
        if wanted is None and known.said:
            with suppress(UserError):  # it has no such slots: it is read as it looks
                source = _other(data, path, graphs, known.said, asked)
        if source is None:
            source = _other(data, path, graphs, wanted, asked)
        labels = labels or [name for name in known.labels if name in source.labels]
        source = _grouped(source, group or (known.group if known.group in source.labels else None))
    source = cut_rasters(cut_videos(source, options), options)
    for name in labels:
        if name not in source.labels:
            raise UserError(f"{source.name} has no label {name!r}; it has {', '.join(source.labels) or 'none'}")
    if labels:
        source = replace(source, labels={name: source.labels[name] for name in labels})
    source.check()
    return source


def _other(data: Any, path: Path | None, graphs: bool, wanted: list[Wanted] | None, labels: list[str]) -> Source:
    """What is no table, its slots as named."""
    if path is None:
        return _renamed(_ready(data), wanted)
    return _renamed(open_graph_folder(path, labels), wanted) if graphs else _files(path, wanted, labels)


def _path(data: Any) -> Path | None:
    """The path meant, or None where data is in memory or in the catalog."""
    if not isinstance(data, str | os.PathLike):
        return None
    if isinstance(data, str) and data in catalog.names():
        return None
    if not os.fspath(data).strip():
        raise UserError("no data was named; give a catalog name (coview data list) or a path")
    path = Path(os.path.expanduser(data))
    if not _exists(path) and not ("{" in path.name and path.suffix == ".tar"):
        raise _not_there(os.fspath(data), path)
    return Path(os.path.abspath(path))


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):  # a name too long, or with a null byte
        return False


def _ready(data: Any) -> Source:
    """A catalog name, a source or what is in memory."""
    if isinstance(data, Source):
        return data
    if isinstance(data, str):
        return catalog.source(data)
    if is_graph(data) or (isinstance(data, list | tuple) and data and all(is_graph(thing) for thing in data)):
        return from_graphs(data)
    if isinstance(data, Mapping):
        return from_arrays(data)
    alone = from_arrays({"data": data})
    return replace(alone, columns={column.modality: column for column in alone.columns.values()})


def _as_frame(data: Any) -> Reading | None:
    """A data frame in memory."""
    table = as_arrow(data)
    return None if table is None else Reading("the data frame", table, Path.cwd())


def _as_table(path: Path) -> Reading | None:
    """What is read as a table: a table file, parquet shards, a saved data set, a folder with `metadata.csv`."""
    if path.is_file():
        if not is_table(path.name):
            return None
        table, skipped = read_table(path)
        return Reading(path.name, table, path.parent, skipped=skipped)
    if is_saved_dataset(path):
        return read_saved_dataset(path)
    metadata = next((path / name for name in _METADATA if (path / name).is_file()), None)
    if metadata is not None:
        table, skipped = read_table(metadata)
        return Reading(path.name, table, path, skipped=skipped)
    if _endings(path) == {".parquet"}:
        table, skipped, split = read_shards(path)
        return Reading(path.name, table, path, split=split, skipped=skipped)
    return None


def _endings(folder: Path) -> set[str]:
    """The endings of the files at the top of a folder and in its sub-folder `data`, papers and hidden ones apart.

    Empty where no shard is among them, so that a large folder of pictures costs nothing.
    """
    found: list[Path] = []
    for place in (folder, folder / "data"):
        try:
            names = os.listdir(place)
        except OSError:
            continue
        if any(name.endswith((".parquet", ".tar")) for name in names):
            found += [place / name for name in names if not name.lower().startswith((".", "readme", "license"))]
    return {path.suffix.lower() for path in found if path.is_file()}


def _files(path: Path, wanted: list[Wanted] | None, labels: list[str]) -> Source:
    lower = path.name.lower()
    endings = _endings(path) if path.is_dir() else set()
    if lower.endswith((".tar", ".tar.gz", ".tgz")) or {".tar"} <= endings <= {".tar", ".json"}:
        return open_webdataset(str(path), columns=wanted, label=labels or None)
    if path.is_dir():
        return open_folder(path, columns=wanted)
    if lower.endswith(ARRAY_ENDINGS):
        return open_arrays(path, wanted)
    if lower.endswith(PICKLED_ENDINGS):
        raise pickled(path)
    if modality_of_name(lower):
        raise UserError(f"{path} is one file; give the folder it is in, {path.parent}")
    raise UserError(
        f"{path.name} is of no kind that is read: tables (parquet, csv, tsv, arrow, feather, jsonl), "
        f"arrays ({', '.join(ARRAY_ENDINGS)}), WebDataset shards (.tar) and folders are"
    )


def _not_there(name: str, path: Path) -> UserError:
    known = catalog.names()
    beside = sorted(os.listdir(path.parent)) if _exists(path.parent) and path.parent.is_dir() else []
    near = get_close_matches(name, known, n=1) or [
        str(path.parent / found) for found in get_close_matches(path.name, beside, n=1)
    ]
    hint = f"did you mean {near[0]!r}?" if near else f"the catalog has {', '.join(known)}"
    return UserError(f"there is no file or folder {name!r}, nor a data set of that name in the catalog; {hint}")


def _grouped(source: Source, group: str | None) -> Source:
    """The source with the samples of one label value kept together; those without one are alone."""
    if group is None:
        return source
    if group not in source.labels:
        raise UserError(f"{source.name} has no {group!r} to group by; it has {', '.join(source.labels) or 'none'}")
    values = zip(source.names, source.labels[group], strict=True)
    groups = [f"alone: {name}" if _unknown(value) else str(value) for name, value in values]
    return replace(source, groups=groups, grouped_by=group)


def _unknown(value: Any) -> bool:
    return value is None or (isinstance(value, float | np.floating) and bool(np.isnan(value)))


def _renamed(source: Source, wanted: list[Wanted] | None) -> Source:
    """A ready source with the slots that the user named alone, under those names: `photo=image`."""
    if wanted is None:
        return source
    columns = {}
    for w in wanted:
        if len(w.columns) > 1 or w.columns[0] not in source.columns:
            raise missing(source.name, ",".join(w.columns), f"slot {w.slot!r}", "slot", list(source.columns))
        columns[w.slot] = source.columns[w.columns[0]]
    return replace(source, columns=columns)
