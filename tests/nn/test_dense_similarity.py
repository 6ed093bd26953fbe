from __future__ import annotations

import torch
from torch import Tensor

from coview.modalities.base import present_mean
from coview.nn.dense_similarity import dense_similarity, own_volume, pooled_similarity, some_products

GENERATOR = torch.Generator().manual_seed(0)
PLACES, MOMENTS = (torch.randn(n, t, 2, 3, dtype=torch.float64, generator=GENERATOR) for n, t in ((4, 5), (6, 7)))
THERE = torch.arange(5) < torch.tensor([5, 4, 1, 5])[:, None]
HEARD = torch.arange(7) < torch.tensor([7, 3, 1, 7, 6, 2])[:, None]


def by_hand(n: int, m: int) -> Tensor:
    """The sum of the definition, one product at a time."""
    best = [
        max(PLACES[n, s, k] @ MOMENTS[m, t, k] for s in range(5) if THERE[n, s] for k in range(2))
        for t in range(7)
        if HEARD[m, t]
    ]
    return torch.stack(best).mean()


def test_dense_similarity_is_its_definition() -> None:
    expected = torch.stack([torch.stack([by_hand(n, m) for m in range(6)]) for n in range(4)])
    torch.testing.assert_close(dense_similarity(PLACES, THERE, MOMENTS, HEARD), expected)


def test_the_own_volume_holds_the_products_that_the_similarity_is_made_of() -> None:
    volume = own_volume(PLACES, MOMENTS[:4]).masked_fill(~THERE[:, None, :, None], float("-inf"))
    best = volume.amax((1, 2)).masked_fill(~HEARD[:4], 0).sum(1) / HEARD[:4].sum(1)
    torch.testing.assert_close(best, dense_similarity(PLACES, THERE, MOMENTS[:4], HEARD[:4]).diagonal())


def test_with_one_place_one_moment_and_one_head_both_similarities_are_a_product() -> None:
    places, moments, one = PLACES[:, :1, :1], MOMENTS[:, :1, :1], torch.ones(6, 1, dtype=torch.bool)
    product = places[:, 0, 0] @ moments[:, 0, 0].T
    for similarity in (dense_similarity, pooled_similarity):
        torch.testing.assert_close(similarity(places, one[:4], moments, one), product)


def test_pooled_similarity_is_the_mean_of_the_volume_over_places_and_moments() -> None:
    valid = THERE[:, :, None] & HEARD[:4, None]
    volume = (own_volume(PLACES, MOMENTS[:4]).sum(1) * valid).sum((1, 2)) / valid.sum((1, 2))
    torch.testing.assert_close(volume, pooled_similarity(PLACES, THERE, MOMENTS[:4], HEARD[:4]).diagonal())


def test_the_mean_of_tokens_reads_those_that_are_there() -> None:
    torch.testing.assert_close(present_mean(PLACES, THERE)[1], PLACES[1, :4].mean(0))
    assert not present_mean(PLACES, torch.zeros_like(THERE)).any()


def test_drawn_products_are_of_tokens_that_are_there() -> None:
    at = torch.rand(4, 2, 3, generator=GENERATOR)
    padded = torch.where(THERE[..., None, None], PLACES, torch.nan)
    silent = torch.where(HEARD[:4, :, None, None], MOMENTS[:4], torch.nan)
    found = some_products(padded, THERE, silent, HEARD[:4], at)
    assert found.shape == (12, 12, 2)
    assert not found.isnan().any()
    s, t = int(at[0, 0, 0] * 5), int(at[3, 1, 2] * 7)
    torch.testing.assert_close(found[0, 11], (PLACES[0, s] * MOMENTS[3, t]).sum(-1))
