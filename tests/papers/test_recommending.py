"""Recommendation by products: what is known is left out, what is wanted is found."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from coview.batch import Batch, Embedding, Embeddings
from coview.data.graphs.graph import node_source
from coview.data.links import Links
from coview.data.prepared.prepare import load, sample_ids
from coview.data.source import Data
from coview.modalities.graph.wiring import Wiring
from coview.papers.recommending import everybody, product_metric

PEOPLE, FILMS = 2, 25
"""More films than are looked at."""


class Told(nn.Module):
    """Embeds nodes by what it was told."""

    def __init__(self, z: torch.Tensor) -> None:
        super().__init__()
        self.z = nn.Parameter(z)

    def embed(self, batch: Batch) -> Embeddings:
        view = batch["node"]
        return {"node": {"node": Embedding(self.z[view.value.index], view.present)}}


class Trained:
    def __init__(self, method: nn.Module) -> None:
        self.method: Any = method


def cinema() -> Data:
    """Each person knows film 0, may choose by film 1, and is scored by film 2 (the first) or films 2 and 3."""
    edges = np.array([[0, 2], [1, 2], [0, 3], [1, 3], [0, 4], [1, 4], [1, 5], *([0, 6 + k] for k in range(21))])
    part = np.array(["train", "train", "valid", "valid", "test", "test", "test", *["train"] * 21])
    names = [str(i) for i in range(PEOPLE + FILMS)]
    wiring = Wiring.of(np.eye(PEOPLE + FILMS), edges[part == "train"].T)
    ends = sample_ids(names)[edges]
    return load(node_source("cinema", wiring, names, links={"seen": Links(ends, part, ranked=True)}))


@pytest.mark.parametrize(("order", "want"), [(range(FILMS), 1.0), (range(FILMS)[::-1], (1.0 + 0.0) / 2)])
def test_held_out_links_are_sought_among_what_is_not_known(order: Any, want: float) -> None:
    """The first person knows all films but three, so that theirs is always found; the second knows two."""
    score = torch.zeros(FILMS)
    score[list(order)] = -torch.arange(FILMS, dtype=torch.float32)
    z = torch.cat([torch.ones(PEOPLE, 1), score[:, None]])
    found, how = product_metric("node", "seen", "Recall@20").score(
        Trained(Told(z)),  # type: ignore[arg-type]
        cinema(),
        {"train": torch.arange(27), "test": torch.arange(1)},
    )
    assert found == pytest.approx(want)
    assert (how["split"], how["left"], how["right"]) == ("test", 2, 25)


def test_choices_are_made_without_a_look_at_the_test_part() -> None:
    score = torch.zeros(FILMS)
    score[1] = 9
    z = torch.cat([torch.ones(PEOPLE, 1), score[:, None]])
    rows = {"train": torch.arange(27)}
    found, how = product_metric("node", "seen", "NDCG@10").score(Trained(Told(z)), cinema(), rows)  # type: ignore[arg-type]
    assert (found, how["split"]) == (1.0, "valid")


def test_all_nodes_are_learned_from() -> None:
    assert len(everybody(cinema(), torch.arange(3))) == PEOPLE + FILMS
