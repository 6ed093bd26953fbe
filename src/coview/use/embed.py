"""`coview.embed`: what a run says of data, as arrays and as a table."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from coview.batch import Embedding, Embeddings
from coview.data.source import Data
from coview.errors import UserError
from coview.evaluate.embed import embed_data, features
from coview.kinds import listed
from coview.use.tables import label_columns, write_table

if TYPE_CHECKING:
    import pyarrow as pa

    from coview.engine.run import Run


@dataclass
class Embedded:
    """Embeddings of N samples.

    Args:
        data: what was embedded; names, labels and what was skipped are in it.
        spaces: space -> slot -> `values (N, V, D)` float32 and `present (N, V)`. Slots of one space are comparable.
    """

    data: Data
    spaces: Embeddings

    def __len__(self) -> int:
        return len(self.data)

    def of(self, slot: str | None = None) -> Embedding:
        """A slot's representation (default the first slot's).

        Raises:
            UserError: there is no such slot.
        """
        known = list(dict.fromkeys(s for space in self.spaces.values() for s in space))
        if slot is not None and slot not in known:
            raise UserError(f"there is no slot {slot!r} here; there are {', '.join(known)}")
        return features(self.spaces, slot or known[0])

    def array(self, slot: str | None = None) -> np.ndarray:
        """`(N, D)` float32: the mean over each sample's views that are there; NaN where none is."""
        from coview.modalities.base import present_mean

        found = self.of(slot)
        mean = present_mean(found.values, found.present)
        mean[~found.present.any(1)] = float("nan")
        return mean.numpy()

    def rows(self) -> Iterator[tuple[str, str, int, np.ndarray, np.ndarray]]:
        """(space, slot, view, indices of the samples that have it, their vectors `(n, D)`)."""
        for space, slots in self.spaces.items():
            for slot, found in slots.items():
                for view in range(found.present.shape[1]):
                    at = found.present[:, view].nonzero()[:, 0]
                    yield space, slot, view, at.numpy(), found.values[at, view].numpy()

    def table(self) -> pa.Table:
        """A row a sample, slot, view and space; views that are absent have no row.

        Columns: `id` int64 (a hash of the name), `name` string, `slot` string, `view` string (its name, else its
        number), `space` string (slots of one space are comparable), `vector` list of float32 (of fixed size where
        every space has the same width), and each label under its own name (`label_NAME` where that name is taken).
        """
        import pyarrow as pa

        columns: dict[str, list[Any]] = {n: [] for n in ("id", "name", "slot", "view", "space")}
        samples: list[np.ndarray] = []
        vectors: list[np.ndarray] = []
        for space, slot, view, at, values in self.rows():
            names = self.data.view_names.get(slot, ())
            columns["id"] += self.data.ids[at].tolist()
            columns["name"] += [self.data.names[i] for i in at]
            for name, value in (("slot", slot), ("view", names[view] if names else str(view)), ("space", space)):
                columns[name] += [value] * len(at)
            samples.append(at)
            vectors.append(values.astype(np.float32))
        arrays: dict[str, Any] = dict(columns)
        arrays["vector"] = _vectors(vectors)
        which = np.concatenate(samples) if samples else np.zeros(0, dtype=np.int64)
        for name, values in label_columns(self.data.labels, arrays).items():
            arrays[name] = pa.array(values[which].tolist())
        table = pa.table(arrays)
        about = {f"coview.{k}": v for k, v in self.data.about.items() if isinstance(v, str) and v}
        return table.replace_schema_metadata(about or None)

    def save(self, path: str | Path) -> Path:
        """Writes the table; the ending says how: `.parquet`, `.arrow` or `.feather`, `.csv`.

        Raises:
            UserError: the ending is another, or the folder does not exist.
        """
        return write_table(self.table(), path)


def embed(
    run: Run | str | Path,
    data: Any = None,
    *,
    columns: Sequence[str] | None = None,
    label: Sequence[str] | None = None,
    slots: Sequence[str] | None = None,
    batch_size: int = 256,
    strict: bool = False,
) -> Embedded:
    """What a run says of data.

    Args:
        run: a run, or its folder.
        data: a catalog name, a path, a `Source`, or in memory: a list of pictures or texts for the run's first slot
            of that kind, or a dict of slot -> list or array; default the data that the run was trained on.
        columns: slots of a table, as `fit` takes them.
        label: label columns to keep.
        slots: some of the run's slots; default those that the data has.
        batch_size: samples at a time.
        strict: stop at the first thing that cannot be read.

    Raises:
        UserError: there is no such run or data, or the data has none of the run's slots.

    Example:
        >>> vectors = coview.embed(run, ["red heart", "blue heart"]).array()
    """
    from coview.use.evaluation import as_run

    if batch_size < 1:
        raise UserError(f"batch_size is 1 at least; {batch_size} was given")
    run = as_run(run)
    read = read_data(run, data, columns=columns, label=label, slots=slots, strict=strict)
    return Embedded(read, embed_data(run.method, read, batch_size=batch_size))


def read_data(
    run: Run,
    data: Any = None,
    *,
    columns: Sequence[str] | None = None,
    label: Sequence[str] | None = None,
    slots: Sequence[str] | None = None,
    strict: bool = False,
) -> Data:
    """Data read as the run read its own.

    Raises:
        UserError: as `embed`.
    """
    from coview.data.open import open_source
    from coview.data.prepared.prepare import load
    from coview.use.train import as_slots, given, known_to

    slots, columns, label = (listed(names) for names in (slots, columns, label))
    unknown = [s for s in slots or () if s not in run.modalities]
    if unknown:
        raise UserError(f"the run has no slot {unknown[0]!r}; it has {', '.join(run.modalities)}")
    place, options = given(run.config, data), run.config.modality
    source = open_source(place, columns=columns, label=label, options=options, known=known_to(run.config, data))
    source = as_slots(source, run.modalities)
    wanted = {s: m for s, m in run.modalities.items() if slots is None or s in slots}
    return load(source, modalities=wanted, strict=strict)


def fixed_lists(rows: np.ndarray) -> pa.Array:
    """`(n, D)` as a column of fixed-size lists of float32."""
    import pyarrow as pa

    return pa.FixedSizeListArray.from_arrays(pa.array(rows.astype(np.float32).ravel()), rows.shape[1])


def _vectors(parts: list[np.ndarray]) -> pa.Array:
    import pyarrow as pa

    widths = {p.shape[1] for p in parts}
    flat = np.concatenate([p.ravel() for p in parts]) if parts else np.zeros(0, np.float32)
    if len(widths) == 1:
        return fixed_lists(np.concatenate(parts))
    lengths = np.concatenate([np.full(len(p), p.shape[1], np.int64) for p in parts]) if parts else np.zeros(0, np.int64)
    offsets = np.concatenate([[0], lengths.cumsum()]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(flat, pa.float32()))
