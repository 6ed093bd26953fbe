"""Nearest samples to a text, a file, another sample, or anything a run can read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from coview.batch import Embedding, Embeddings
from coview.data.kinds import modality_of_name
from coview.data.source import Column, Data, Source
from coview.errors import UserError
from coview.evaluate.embed import embed_data
from coview.modalities import npy
from coview.modalities.base import BadSample, Modality
from coview.use.embed import Embedded, read_data
from coview.use.neighbours import nearest

if TYPE_CHECKING:
    from coview.engine.run import Run

SAMPLE = "sample="
"""Before a sample's name, which in a run that reads text may be a text as well."""

ALSO = {"image": ("spectral", "video")}
"""What else a file may be that its ending calls a picture: a raster, a GIF that moves."""


@dataclass(frozen=True)
class Hit:
    """A sample that was found: its name, its slot and natural view, its cosine to the query, its row in the data."""

    name: str
    slot: str
    view: str
    cosine: float
    row: int


def search(
    run: Run | str | Path, query: Any, data: Any = None, *, slot: str | None = None, k: int = 10, **reading: Any
) -> list[Hit]:
    """The k samples nearest to a query, one hit a sample, by cosine.

    Args:
        run: a run, or its folder.
        query: the path of a file that one of the run's slots reads, or `slot=path` where several do; or a text; or
            `sample=NAME`, a sample of the data (where the run reads no text, its name alone).
        data: where to look; default the data that the run was trained on.
        slot: where to look; default a slot comparable with the query's, another one where there is one.
        k: how many, at least 1.
        reading: `columns`, `label` as `embed` takes them.

    Raises:
        UserError: k is no number of samples, the query cannot be read, or no slot is comparable with it.
    """
    from coview.use.evaluation import as_run

    if k < 1:
        raise UserError(f"k (-k) is how many samples are wanted, 1 at least; {k} was given")
    run = as_run(run)
    asked, query = _named_slot(run, query)
    name = query.removeprefix(SAMPLE) if isinstance(query, str) and query.startswith(SAMPLE) else None
    asked = None if name is not None else asked or _query_slot(run, query)
    single = {} if asked is None else embed_data(run.method, _single(run, asked, query))
    gallery_data = read_data(run, data, **reading)
    row = _row_named(run, str(query) if name is None else name, gallery_data) if asked is None else None
    gallery = Embedded(gallery_data, embed_data(run.method, gallery_data))
    if row is not None:
        single = _row(gallery, row)
    asked = asked or next(s for of in single.values() for s in of)
    slots = list(dict.fromkeys(s for space in gallery.spaces.values() for s in space))
    comparable = [
        s for s in slots if any(asked in one and s in gallery.spaces.get(name, {}) for name, one in single.items())
    ]
    if slot is not None and slot not in comparable:
        raise UserError(f"slot {slot!r} cannot be compared with {asked}; {', '.join(comparable) or 'none'} can")
    if not comparable:
        raise UserError(
            f"no slot of the data shares a space with {asked}: train with a method across slots, such as clip"
        )
    where = slot or next((s for s in comparable if s != asked), asked)
    shared = {n: of for n, of in gallery.spaces.items() if asked in single.get(n, {})}
    space = next(n for n in reversed(shared) if where in shared[n])  # the last is the one made for comparing
    return _best(single[space][asked].values[:, 0], gallery, space, where, k)


def _best(vector: torch.Tensor, gallery: Embedded, space: str, slot: str, k: int) -> list[Hit]:
    found = gallery.spaces[space][slot]
    row, view = found.present.nonzero(as_tuple=True)
    names = gallery.data.view_names.get(slot, ())
    cosine, at = nearest(vector, found.values[row, view], len(row))
    hits: dict[int, Hit] = {}
    for c, j in zip(cosine[0].tolist(), at[0].tolist()):
        r, v = int(row[j]), int(view[j])
        hits.setdefault(r, Hit(gallery.data.names[r], slot, names[v] if names else str(v), c, r))
        if len(hits) == k:
            break
    return list(hits.values())


def _named_slot(run: Run, query: Any) -> tuple[str | None, Any]:
    """The slot of `slot=path` and the path; None and the query as it is where it is something else."""
    if isinstance(query, str) and _file(query) is None:
        slot, _, path = query.partition("=")
        if slot in run.modalities and _file(path) is not None:
            return slot, path
    return None, query


def _query_slot(run: Run, query: Any) -> str | None:
    """The slot that reads the query: by the file's kind, else the first text slot; None where it may name a sample."""
    kinds = ("text",) if isinstance(query, str) else ("image",)
    path = _file(query)
    if path is not None and path.suffix.lower() in npy.ENDINGS:
        return _array_slot(run, path)
    if path is not None:
        named = modality_of_name(path.name.lower()) or "text"
        kinds = (named, *ALSO.get(named, ()))
    fitting = [s for kind in kinds for s, m in run.modalities.items() if m.name == kind]
    if not fitting and (path is not None or not isinstance(query, str) or not query):
        raise _unasked(run, query)
    return fitting[0] if fitting else None


def _array_slot(run: Run, path: Path) -> str:
    """The one slot that a file of an array is for: by modality, and where several are left by reading it.

    Raises:
        UserError: no slot is read from such files, or several would read this one.
    """
    slots = [s for s, m in run.modalities.items() if path.suffix.lower() in m.arrays]
    if not slots:
        raise _unasked(run, path)
    fitting = [s for s in slots if _fits(run.modalities[s], path)] if len(slots) > 1 else slots
    if len(fitting) != 1:
        either = " or ".join(f"{s} ({run.modalities[s].name})" for s in fitting or slots)
        raise UserError(f"{str(path)!r} may be {either}; say which, as in {(fitting or slots)[0]}={path}")
    return fitting[0]


def _fits(modality: Modality, path: Path) -> bool:
    try:
        return modality.unfit(modality.read(path)) is None
    except BadSample:
        return False


def _unasked(run: Run, query: Any) -> UserError:
    return UserError(f"{str(query)!r} cannot be asked of this run, which reads {_reads(run)}")


def _row_named(run: Run, query: str, data: Data) -> int:
    """The row of a sample."""
    if query in data.names:
        return data.names.index(query)
    raise UserError(
        f"{query!r} is neither a file nor a sample of {data.name}, whose names are such as {data.names[0]!r}; "
        f"the run reads {_reads(run)}"
    )


def _row(gallery: Embedded, row: int) -> Embeddings:
    """What is known of one sample: its views that are there, the first of them first."""
    found: Embeddings = {}
    for space, slots in gallery.spaces.items():
        for slot, there in slots.items():
            at = there.present[row]
            if at.any():
                found.setdefault(space, {})[slot] = Embedding(there.values[row, at][None], at[at][None])
    return found


def _reads(run: Run) -> str:
    return ", ".join(f"{s} ({m.name})" for s, m in run.modalities.items())


def _file(query: Any) -> Path | None:
    if not isinstance(query, str | Path):
        return None
    try:
        return path if (path := Path(query)).is_file() else None
    except (OSError, ValueError):  # a text too long for a path
        return None


def _single(run: Run, slot: str, query: Any) -> Data:
    """The query as a data set of one sample."""
    from coview.data.prepared.prepare import load

    modality = run.modalities[slot]
    raw = _file(query) or query
    source = Source("the query", {slot: Column(modality.name, [[raw]])}, [str(query)[:200]], split=["test"])
    return load(source, modalities={slot: modality})
