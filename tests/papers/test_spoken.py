"""Handwritten and spoken digits, and what is measured on them."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from coview.batch import Batch, Embedding, Embeddings, HeatMap
from coview.data.catalog import is_fetched
from coview.data.prepared.prepare import load
from coview.data.source import Data, Source
from coview.data.split import split
from coview.methods.base import Method
from coview.papers import spoken
from coview.papers.across_slots import found_metric, hit_metric

pytestmark = [
    pytest.mark.data,
    pytest.mark.skipif(not (is_fetched("digits") and is_fetched("prompts")), reason="digits or prompts not fetched"),
]


@pytest.fixture(scope="module", autouse=True)
def _few():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(spoken, "COUNTS", {"train": 60, "valid": 20, "test": 40})
        for build in (spoken.spoken_digits, spoken.spoken_mosaics, spoken.shuffled_mosaics):
            build.cache_clear()
        yield
        for build in (spoken.spoken_digits, spoken.spoken_mosaics, spoken.shuffled_mosaics):
            build.cache_clear()


def said(source: Source) -> list[str]:
    return [str(sample[0]) for sample in source.columns["speech"].items]


def test_a_mosaic_holds_two_digits_of_its_own_part_and_the_spoken_one_is_where_its_label_says() -> None:
    mosaics, pictures = spoken.spoken_mosaics(), spoken._handwritten()
    for i, (picture,) in enumerate(mosaics.columns["image"].items):
        tiles = np.asarray(picture).reshape(2, 28, 2, 28).swapaxes(1, 2).reshape(4, 28, 28)
        assert tiles.any((1, 2)).sum() == 2
        own = pictures[mosaics.split[i]][mosaics.labels["digit"][i]]
        assert any(np.array_equal(tiles[mosaics.labels["tile"][i]], each) for each in own)


def test_the_recording_says_the_digit() -> None:
    words = spoken._recordings()
    for source in (spoken.spoken_digits(), spoken.spoken_mosaics()):
        for path, digit in zip(said(source), source.labels["digit"]):
            assert path in map(str, words[digit])


def test_shuffling_deals_out_the_training_recordings_and_no_others() -> None:
    mosaics, shuffled = said(spoken.spoken_mosaics()), said(spoken.shuffled_mosaics())
    assert sorted(mosaics[:60]) == sorted(shuffled[:60])
    assert mosaics[:60] != shuffled[:60]
    assert mosaics[60:] == shuffled[60:]


class Knowing(Method):
    """Finds the digit that is spoken, or its opposite corner, and embeds by the digit; told both by the labels."""

    def __init__(self, data: Data, *, right: bool) -> None:
        super().__init__()
        self.row = {int(i): n for n, i in enumerate(data.ids)}
        self.labels, self.right = {k: torch.from_numpy(v) for k, v in data.labels.items()}, right

    def maps(self, batch: Batch) -> list[HeatMap]:
        tile = self.labels["tile"][[self.row[int(i)] for i in batch.ids]]
        at = tile if self.right else 3 - tile
        values = torch.nn.functional.one_hot(at, 4).float().view(-1, 2, 2)
        return [HeatMap("image", "speech", values, batch["image"].present[:, 0])]

    def embed(self, batch: Batch) -> Embeddings:
        digit = self.labels["digit"][[self.row[int(i)] for i in batch.ids]]
        picture = torch.nn.functional.one_hot(digit, 10).float()[:, None]
        word = 2 * picture if self.right else -picture
        there = batch["image"].present
        return {"joint": {"image": Embedding(picture, there), "speech": Embedding(word, there)}}


@pytest.mark.parametrize(("right", "score"), [(True, 1.0), (False, 0.0)])
def test_who_knows_hits_and_finds_and_who_knows_better_does_not(right: bool, score: float) -> None:
    data = load(spoken.spoken_mosaics())
    rows = split(data)
    run: Any = SimpleNamespace(method=Knowing(data, right=right))
    for metric in (hit_metric("tile", 2, 2), found_metric("image", "speech", "digit")):
        found, how = metric.score(run, data, rows)
        assert found == pytest.approx(score, abs=1e-6)
        assert (how["split"], how["scored"]) == ("test", 40)
