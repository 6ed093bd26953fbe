"""Films ranked for people by two towers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from coview.batch import Batch, Embedding, Embeddings
from coview.data.prepared.prepare import load
from coview.data.source import Column, Data, Source
from coview.papers.ratings import _film, tower_metric

SEEN = [(0, 0, "train"), (0, 1, "valid"), (0, 24, "test"), (1, 0, "train"), (1, 24, "train"), (1, 1, "test")]
SEEN += [(2, film, "train") for film in range(25) if film > 1]
PARTS = {"train": torch.arange(1), "test": torch.arange(1)}


def data() -> Data:
    """Three people and 25 films; 0 and 24 are rated twice in training, 1 not at all."""
    source = Source(
        "ratings",
        {
            "person": Column("table", [[{"number": float(p)}] for p, _, _ in SEEN]),
            "film": Column("table", [[{"number": float(f)}] for _, f, _ in SEEN]),
        },
        names=[f"{p} {f}" for p, f, _ in SEEN],
        split=[part for *_, part in SEEN],
        within={"person": [f"p{p}" for p, _, _ in SEEN], "film": [f"f{f}" for _, f, _ in SEEN]},
    )
    return load(source)


class Towers(torch.nn.Module):
    """Everybody likes films by their score."""

    def __init__(self, whole: Data, score: dict[int, float]) -> None:
        super().__init__()
        self.score = {int(i): score.get(f, 0.0) for i, (_, f, _) in zip(whole.ids, SEEN, strict=True)}

    def embed(self, batch: Batch) -> Embeddings:
        film = torch.tensor([self.score[int(i)] for i in batch.ids])[:, None, None]
        there = torch.ones(len(film), 1, dtype=torch.bool)
        return {"joint": {"film": Embedding(film, there), "person": Embedding(torch.ones_like(film), there)}}


class Trained:
    def __init__(self, method: torch.nn.Module) -> None:
        self.method: Any = method


@pytest.mark.parametrize(("score", "want"), [({24: 9.0}, 0.5), ({1: 9.0, 24: 8.0}, 1.0)])
def test_people_find_what_they_rated_next(score: dict[int, float], want: float) -> None:
    whole = data()
    low = dict.fromkeys((1, 24), -9.0)
    run = Trained(Towers(whole, low | score))
    found, how = tower_metric("Recall@20").score(run, whole, PARTS)  # type: ignore[arg-type]
    assert found == pytest.approx(want)
    assert (how["people"], how["films"], how["split"]) == (3, 25, "test")


def test_the_tail_is_sought_alone() -> None:
    """Film 24 is among the fifth rated most, film 1 is not."""
    whole = data()
    run = Trained(Towers(whole, {24: -9.0, 1: 9.0}))
    assert tower_metric("Recall@20", tail=True).score(run, whole, PARTS)[0] == 1.0  # type: ignore[arg-type]


def test_a_film_is_told_in_words() -> None:
    features = np.zeros(10)
    features[2 + 7] = 1
    assert _film("film 7", "Twelve Monkeys (drama sci-fi)", features) == {
        "film": "film 7",
        "decade": "1990s",
        "genre 1": "drama",
        "genre 2": "sci-fi",
        "genre 3": None,
        "first word": "Twelve",
        "longest word": "Monkeys",
    }
