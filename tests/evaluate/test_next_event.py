from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from coview.batch import Batch, Embedding, Embeddings
from coview.data.arrays import from_arrays
from coview.data.prepared.prepare import load
from coview.data.source import Data
from coview.errors import UserError
from coview.evaluate.evaluate import evaluate
from coview.evaluate.next_event import cut_short, next_event, prefixes
from coview.methods.base import Method
from tests.evaluate.plain import make_data, make_method

WORDS = ["a", "b", "c", "d"]


class LastWord(Method):
    """Keeps the last word of each history, and nothing else."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[Tensor] = []

    def embed(self, batch: Batch) -> Embeddings:
        view = batch["visits"]
        assert view.length is not None
        last = view.value[torch.arange(len(view)), 0, (view.length[:, 0] - 1).clamp_min(0), 1].long()
        self.seen.append(view.length[:, 0])
        return {"visits": {"visits": Embedding(torch.nn.functional.one_hot(last, 5).float()[:, None], view.present)}}


def cycles(n: int = 80, events: int = 8) -> Data:
    """Histories that walk a -> b -> c -> d -> a from a random start: the next word follows from the last alone."""
    starts = np.random.default_rng(0).integers(0, 4, n)
    rows = [{"goods": [WORDS[(s + i) % 4] for i in range(events + s)]} for s in starts]
    return load(from_arrays({"visits:events": rows}), adapt_rows=range(n))


SPLITS = {"train": torch.arange(40), "valid": torch.arange(40, 60), "test": torch.arange(60, 80)}


def test_an_embedding_of_the_last_word_tells_the_next_and_its_baselines_do_not() -> None:
    scores = evaluate(LastWord(), cycles(), SPLITS, protocols=["next-event"], raw=False)
    found = scores["next-event/visits/goods"]
    assert found["accuracy"]["run"] == found["MRR"]["run"] == 1
    assert found["accuracy"]["last value"] == 0
    assert found["accuracy"]["majority"] is not None
    assert found["accuracy"]["majority"] < 0.6
    assert found["MRR"]["last value"] is not None
    assert 0.3 < found["MRR"]["last value"] < 0.6


def test_the_event_that_is_asked_for_is_never_shown() -> None:
    data, method = cycles(), LastWord()
    evaluate(method, data, {**SPLITS, "train": torch.arange(40)}, protocols=["next-event"], raw=False)
    whole = data.slots["visits"].length[:, 0]
    prefix = torch.cat(method.seen[1:])  # the first pass is of whole histories
    assert prefix.max() < whole.max()
    assert torch.equal(torch.cat(method.seen[-1:]), whole[60:] - 1)


def test_prefixes_are_evenly_cut_and_know_what_follows() -> None:
    data = cycles(4)
    view = data.slots["visits"]
    some = prefixes(view, np.arange(4), 1, 3)
    assert view.length is not None
    for row, cut, last, following in zip(some.row, some.cut, some.last, some.following):
        codes = view.value[row, 0, :, 1]
        assert view.length[row, 0] // 2 <= cut < view.length[row, 0]
        assert (codes[cut - 1], codes[cut]) == (last, following)
    assert np.bincount(some.row).tolist() == [3] * 4


def test_what_is_cut_is_gone() -> None:
    data = cycles(3)
    some = prefixes(data.slots["visits"], np.arange(3), 1, 1)
    short = cut_short(data, "visits", some).slots["visits"]
    assert short.length[:, 0].tolist() == some.cut.tolist()
    for value, cut in zip(short.value[:, 0], some.cut.tolist()):
        assert not value[cut:].nan_to_num(0).any()


def test_histories_of_one_event_and_unknown_words_are_not_asked() -> None:
    rows = [{"goods": ["a"]}, {"goods": ["a", None]}, {"goods": ["a", "b"]}, {"goods": ["b", "a"]}]
    view = load(from_arrays({"visits:events": rows}), adapt_rows=range(4)).slots["visits"]
    assert prefixes(view, np.arange(4), 1, 4).row.tolist() == [2, 3]


def test_accuracy_and_reciprocal_rank_in_closed_form() -> None:
    scores = np.array([[3.0, 2, 1], [1, 2, 3], [1, 1, 0], [-np.inf, 2, 1]])
    found = next_event(scores, np.array([0, 1, 0, 0]))
    assert found == {"accuracy": 0.25, "MRR": pytest.approx((1 + 1 / 2 + 1 / 1.5 + 0) / 4)}


def test_data_without_events_says_what_it_lacks() -> None:
    data = make_data({"image": torch.randn(30, 1, 4, generator=torch.Generator().manual_seed(0))})
    rows = {"train": torch.arange(20), "test": torch.arange(20, 30)}
    with pytest.raises(UserError, match=r"next-event cannot be scored on made: it needs a slot of events"):
        evaluate(make_method(data), data, rows, protocols=["next-event"])
