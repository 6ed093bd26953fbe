"""Ratings one by one, a person and a film each, and films ranked for people by two towers."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from coview.data.links import rows_of
from coview.data.prepared.prepare import sample_ids
from coview.data.source import Column, Source
from coview.papers.claim import Metric
from coview.papers.metrics import scored_part
from coview.papers.recommending import DETAILS, cinema

if TYPE_CHECKING:
    from torch import Tensor

    from coview.data.source import Data
    from coview.engine.run import Run

TAIL = 0.8
"""Share of the films, the least rated ones, that are the tail."""


@cache
def ratings() -> Source:
    """Each rating of MovieLens 100K as a sample: `person` and `film`, both rows of a table of words.

    Of each person's ratings the last tenth is scored and the tenth before it chosen by. A film's words are its number,
    its decade, its genres and its title's first and longest word.
    """
    graph = cinema()
    wiring, rated = graph.columns["node"].items[0][0].wiring, graph.links["rated"]  # type: ignore[union-attr]
    rows = rows_of(rated.ends, sample_ids(graph.names)).numpy()
    features = wiring.x[wiring.number].numpy()
    people = {i: {"person": graph.names[i], **_about(graph, i)} for i in np.unique(rows[:, 0]).tolist()}
    title = graph.columns["title"].items
    films = {i: _film(graph.names[i], str(title[i][0]), features[i]) for i in np.unique(rows[:, 1]).tolist()}
    ends = rows.tolist()
    return Source(
        "ratings of ml-100k",
        {
            "person": Column("table", [[people[a]] for a, _ in ends]),
            "film": Column("table", [[films[b]] for _, b in ends]),
        },
        names=[f"{graph.names[a]}, {graph.names[b]}" for a, b in ends],
        split=rated.part.tolist(),
        within={"person": [graph.names[a] for a, _ in ends], "film": [graph.names[b] for _, b in ends]},
        about=graph.about,
    )


def _about(graph: Source, row: int) -> dict[str, str]:
    return {label: str(graph.labels[label][row]) for label in ("gender", "age", "occupation")}


def _film(name: str, told: str, features: np.ndarray) -> dict[str, str | None]:
    title, _, genres = told.rpartition(" (")
    own = [*genres.rstrip(")").split(), None, None, None]
    decade = int(features[-8:].argmax()) if features[-8:].any() else None
    words = title.split()
    return {
        "film": name,
        "decade": None if decade is None else f"{1920 + 10 * decade}s",
        **{f"genre {n + 1}": own[n] for n in range(3)},
        "first word": words[0],
        "longest word": max(words, key=len),
    }


def tower_metric(metric: str, *, tail: bool = False) -> Metric:
    """Recall@K or NDCG@K of films for people by products of embeddings, over the full ranking of all films.

    Args:
        metric: `Recall@20`, ...
        tail: whether only films of the tail are sought; all films are ranked either way.
    """
    how = {"metric": metric, "tail": TAIL if tail else None, **DETAILS}

    def score(run: Run, data: Data, rows: dict[str, Tensor]) -> tuple[float, dict[str, Any]]:
        from coview.evaluate.embed import embed_data
        from coview.evaluate.ranking import marks, tiled

        person, film = (np.unique(data.within[level].numpy(), return_index=True) for level in ("person", "film"))
        pairs = np.stack([np.searchsorted(person[0], data.within["person"].numpy()),
                          np.searchsorted(film[0], data.within["film"].numpy())], 1)  # fmt: skip
        some = torch.from_numpy(np.unique(np.concatenate([person[1], film[1]])))
        joint = embed_data(run.method, data, rows=some)["joint"]
        z = {slot: joint[slot].values[torch.from_numpy(at), 0].float().numpy()
             for slot, (_, at) in (("person", person), ("film", film))}  # fmt: skip
        size = len(person[0]), len(film[0])
        part = scored_part(rows)
        split = np.array(data.split)
        known, wanted = (marks(pairs[np.isin(split, of)], *size) for of in (_before(part), [part]))
        if tail:
            often = np.bincount(pairs[split == "train", 1], minlength=size[1])
            wanted = wanted.multiply(often <= np.sort(often)[int(TAIL * len(often)) - 1]).tocsr()
        found = tiled(lambda at: z["person"][at] @ z["film"].T, wanted, known)
        return found[metric], {"split": part, "people": size[0], "films": size[1], **how}

    return Metric(f"{metric} of {'the tail of ' if tail else ''}films by products", score, how)


def _before(part: str) -> list[str]:
    """The parts that are known when one is scored."""
    return ["train"] if part == "valid" else ["train", "valid"]
