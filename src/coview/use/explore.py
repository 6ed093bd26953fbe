"""`coview explore`: a run's embeddings as a map to walk about in, by Embedding Atlas."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from PIL import Image

from coview.data.source import Data
from coview.errors import MissingExtra, UserError
from coview.evaluate.embed import embed_data
from coview.use.embed import Embedded, fixed_lists, read_data
from coview.use.pictures import on_paper
from coview.use.tables import label_columns

if TYPE_CHECKING:
    import pyarrow as pa

    from coview.engine.run import Run

SIDE = 128
"""Greatest side of a picture in the table, in pixels."""

FILE = "explore.parquet"


def explore_table(run: Run | str | Path, data: Any = None, *, slot: str | None = None, **reading: Any) -> pa.Table:
    """A row for each sample that has the slot: what there is to see of it, its labels, and its embedding.

    Columns: `name`; `part` (train, valid or test); `picture` (a struct with PNG
    `bytes`) and `text`, from the first natural view of each slot that shows such; each label; `vector`, the mean of the
    slot's embeddings over natural views.

    Args:
        run: a run, or its folder.
        data: as `embed` takes it; default the data that the run was trained on.
        slot: whose embedding; default the first.
        reading: `columns`, `label`, `slots`, `strict` as `embed` takes them.

    Raises:
        UserError: there is no such run, data or slot.
    """
    import pyarrow as pa

    from coview.use.evaluation import as_run

    run = as_run(run)
    read = read_data(run, data, **reading)
    embedded = Embedded(read, embed_data(run.method, read))
    vectors = embedded.array(slot)
    at = np.flatnonzero(np.isfinite(vectors).all(1))
    columns: dict[str, Any] = {"name": [read.names[i] for i in at]}
    if read.split is not None:
        columns["part"] = [read.split[i] for i in at]
    for kind, cells in _shown(read, at).items():
        columns[kind] = pa.array(cells)
    for name, values in label_columns(read.labels, (*columns, "vector")).items():
        columns[name] = pa.array(values[at].tolist())
    columns["vector"] = fixed_lists(vectors[at])
    return pa.table(columns)


def check_viewer() -> None:
    """Raises MissingExtra where Embedding Atlas is not installed."""
    if find_spec("embedding_atlas") is None:
        raise MissingExtra("embedding-atlas", "explore")


def viewer_command(file: Path, table: pa.Table, more: Sequence[str] = ()) -> list[str]:
    """The words that start Embedding Atlas on a table."""
    shown = {"--image": "picture", "--text": "text"}
    flags = [word for flag, column in shown.items() if column in table.column_names for word in (flag, column)]
    return [sys.executable, "-m", "embedding_atlas.cli", str(file), "--vector", "vector", *flags, *more]


def explore(
    run: Run | str | Path,
    data: Any = None,
    *,
    slot: str | None = None,
    port: int = 5055,
    export: str | Path | None = None,
    **reading: Any,
) -> None:
    """Writes `explore.parquet` into the run's folder and serves it as an interactive map until interrupted.

    Args:
        run: a run, or its folder.
        data: as `embed` takes it; default the data that the run was trained on.
        slot: whose embedding; default the first.
        port: of the web page on this machine; the next free one where it is taken.
        export: write the page to this folder or `.zip` instead of serving it.
        reading: `columns`, `label`, `slots`, `strict` as `embed` takes them.

    Raises:
        MissingExtra: Embedding Atlas is not installed.
        UserError: it failed, the run is kept in memory, or as `explore_table`.
    """
    import pyarrow.parquet as parquet

    from coview.use.evaluation import as_run

    run = as_run(run)
    if run.folder is None:
        raise UserError("this run has no folder for the table; fit it with out=")
    check_viewer()
    table = explore_table(run, data, slot=slot, **reading)
    parquet.write_table(table, run.folder / FILE)
    more = ["--port", str(port), "--auto-port"] if export is None else ["--export-application", str(export)]
    try:
        status = subprocess.run(viewer_command(run.folder / FILE, table, more), check=False).returncode
    except KeyboardInterrupt:
        return
    if status:
        raise UserError(f"embedding-atlas ended with status {status}; what it read is {run.folder / FILE}")


def _shown(data: Data, at: np.ndarray) -> dict[str, list[Any]]:
    """`picture` and `text` of the samples, from the first slot that shows each."""
    found: dict[str, list[Any]] = {}
    for slot in data.slots:
        things = list(_things(data, slot, at))
        kind = next((("text" if isinstance(t, str) else "picture") for t in things if t is not None), None)
        if kind is not None and kind not in found:
            found[kind] = [t if t is None or isinstance(t, str) else {"bytes": _png(t)} for t in things]
    return found


def _things(data: Data, slot: str, at: np.ndarray) -> Iterator[Any]:
    for rows in torch.from_numpy(at).split(256):
        for views in data.modalities[slot].show(data.slots[slot][rows]):
            yield next((thing for thing in views if thing is not None), None)


def _png(picture: Image.Image) -> bytes:
    picture = on_paper(picture)
    picture.thumbnail((SIDE, SIDE))
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()
