"""Retrieval of moments: a hit is near enough in time, in the same recording."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch

from coview.batch import Embedding
from coview.data.source import Data
from coview.evaluate.moments import moments_of
from coview.evaluate.retrieval import across_views


def data(times: list[float], groups: list[str], seconds: float | None = 1.0) -> Data:
    n = len(times)
    modality = SimpleNamespace(seconds=seconds) if seconds else SimpleNamespace()
    ids = torch.arange(n)
    labels = {"moment": np.array(times)}
    return Data("made here", {}, {"clip": modality}, ids, [str(i) for i in range(n)], labels, groups)  # type: ignore[dict-item]


def test_clips_that_share_half_of_their_time_are_one_moment():
    when = moments_of(data([0.0, 0.5, 1.0, 0.0], ["a", "a", "a", "b"]), "clip")
    assert when is not None
    apart = np.abs(when.at[:, None] - when.at[None])
    assert (apart <= when.within).tolist() == [
        [True, True, False, False],
        [True, True, True, False],
        [False, True, True, False],
        [False, False, False, True],
    ]
    assert "within 0.5 s" in when.told


@pytest.mark.parametrize("made", [data([0.0, np.nan], ["a", "a"]), data([0.0, 1.0], ["a", "a"], None)])
def test_without_times_or_a_length_there_are_no_moments(made):
    assert moments_of(made, "clip") is None


def test_moments_of_whole_seconds_are_moments_too():
    assert moments_of(data([0, 2, 4], ["a", "a", "a"]), "clip") is not None


def test_a_neighbour_in_time_is_a_hit_by_hand():
    # camera 1 sees each moment as camera 0 sees the one after it: off by one, never by more
    angle = torch.arange(5) * 0.3
    seen = torch.stack([angle.cos(), angle.sin()], 1)
    values = torch.stack([seen, seen.roll(1, 0)], 1)
    embedding = Embedding(values, torch.ones(5, 2, dtype=torch.bool))
    rows = np.arange(5)
    strict = across_views(embedding, rows)
    lenient = across_views(embedding, rows, moments_of(data([0.0, 0.5, 1.0, 1.5, 2.0], ["a"] * 5), "clip"))
    assert strict is not None
    assert lenient is not None
    assert strict[0]["R@1"] == 0.0
    assert lenient[0]["R@1"] == pytest.approx(0.8)  # all but the one that is rolled around the end
    assert lenient[1]["chance R@1"] == pytest.approx((5 + 8) / 25)
