"""Recommendation as claims try it: films ranked for people by products of embeddings, and the samples for it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from coview.data import catalog
from coview.data.links import rows_of
from coview.data.prepared.prepare import sample_ids
from coview.papers.claim import Metric
from coview.papers.metrics import scored_part

if TYPE_CHECKING:
    from torch import Tensor

    from coview.data.source import Data, Source
    from coview.engine.run import Run

DETAILS = {
    "scores": "products of embeddings, as they are",
    "ranking": "all things on the right; links already known are left out, none is sampled",
}


@cache
def cinema() -> Source:
    """People and films as nodes; of each person's ratings the last tenth is scored, the tenth before it chosen by."""
    return catalog.source("ml-100k-graph")


@cache
def films_and_people() -> Source:
    """The same without titles."""
    return cinema().only(["node"])


def people(data: Data, train: Tensor) -> Tensor:
    """Who rated: training draws one of them and one of their films, each alike."""
    return rows_of(data.links["rated"].ends[:, 0].unique(), sample_ids(data.names))


def everybody(data: Data, train: Tensor) -> Tensor:
    """All nodes may be drawn from in training: what is held out are links."""
    return torch.arange(len(data))


def product_metric(slot: str, link: str, metric: str) -> Metric:
    """Recall@K or NDCG@K of held-out links by the products of embeddings, over the full ranking.

    Nothing is fitted: it is the score that recommenders are trained for. Links of training are known, and where test
    links are scored those of validation too. See `evaluate.ranking` for the metrics.

    Args:
        slot: whose embeddings.
        link: whose ends are on the left and on the right.
        metric: `Recall@20`, `NDCG@10`, ...
    """
    how = {"slot": slot, "link": link, "metric": metric, **DETAILS}

    def score(run: Run, data: Data, rows: dict[str, Tensor]) -> tuple[float, dict[str, Any]]:
        from coview.evaluate.embed import embed_data, features
        from coview.evaluate.linked import sides
        from coview.evaluate.ranking import marks, tiled
        from coview.modalities.base import present_mean

        embedding = features(embed_data(run.method, data), slot)
        z = present_mean(embedding.values, embedding.present).float().numpy()
        pairs = [data.links[link].rows(data.ids, part) for part in ("train", "valid", "test")]
        candidates = np.unique(np.concatenate(pairs)[:, 1])
        numbered, left, right = sides(pairs, embedding.present.any(1).numpy())
        seen, chosen_by, asked = (marks(part, len(left), right) for part in numbered)
        part = scored_part(rows)
        wanted, known = (asked, seen + chosen_by) if part == "test" else (chosen_by, seen)
        found = tiled(lambda at: z[left[at]] @ z[candidates].T, wanted, known)
        return found[metric], {"split": part, "left": len(left), "right": right, **how}

    return Metric(f"{metric} of {link} by products", score, how)
