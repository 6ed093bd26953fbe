"""Retrieval by hand, at chance, and with views missing."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from coview.batch import Embedding
from coview.evaluate.retrieval import across_slots, across_views, retrieval


def angles(*degrees: float) -> torch.Tensor:
    a = torch.tensor(degrees).deg2rad()
    return torch.stack([a.cos(), a.sin()], 1)


def whole(values: torch.Tensor) -> Embedding:
    return Embedding(values, torch.ones(values.shape[:2], dtype=torch.bool))


def test_ranks_by_hand():
    gallery = angles(0, 10, 20, 90)
    queries = angles(1, 19, 0, 80) * torch.tensor([[1.0], [5.0], [0.1], [2.0]])
    # nearest first: 0* 1 2 3 / 2 1* 0 3 / 0 1 2* 3 / 3* 2 1 0
    found = retrieval(queries, torch.arange(4), gallery, torch.arange(4))
    assert found["R@1"] == 2 / 4
    assert found["R@5"] == found["R@10"] == 1
    assert found["MRR"] == pytest.approx((1 + 1 / 2 + 1 / 3 + 1) / 4)
    assert found["median rank"] == 1.5


def test_any_of_several_own_items_is_a_hit():
    gallery, of = angles(0, 40, 50, 90), torch.tensor([0, 1, 0, 1])
    found = retrieval(angles(48, 60), torch.tensor([0, 1]), gallery, of)
    # nearest first: 50*(0) 40(1) / 50(0) 40*(1)
    assert found["R@1"] == 1 / 2
    assert found["MRR"] == pytest.approx((1 + 1 / 2) / 2)


@pytest.mark.parametrize("scale", [0.0, 1e-8])
def test_an_embedding_that_says_nothing_scores_as_chance(scale):
    n = 50
    z = torch.ones(n, 8) + scale * torch.randn(n, 8, generator=torch.Generator().manual_seed(0))
    found = retrieval(z, torch.arange(n), z, torch.arange(n))
    assert found["R@1"] == pytest.approx(1 / n)
    assert found["R@10"] == pytest.approx(10 / n)
    assert found["median rank"] == (n + 1) / 2


def test_ties_with_several_own_items_are_the_hypergeometric_chance():
    of = torch.arange(20) // 4  # 5 samples of 4 items
    found = retrieval(torch.ones(5, 3), torch.arange(5), torch.ones(20, 3), of)
    assert found["R@1"] == pytest.approx(4 / 20)
    miss = np.prod([(16 - i) / (20 - i) for i in range(5)])
    assert found["R@5"] == pytest.approx(1 - miss)


def test_noise_scores_as_chance():
    random = torch.Generator().manual_seed(0)
    n = 1000
    a, b = (torch.randn(n, 16, generator=random) for _ in range(2))
    assert retrieval(a, torch.arange(n), b, torch.arange(n))["R@10"] == pytest.approx(10 / n, abs=0.01)


@settings(deadline=None, max_examples=30)
@given(st.integers(2, 30), st.integers(0, 1000))
def test_recall_grows_with_k_and_ranks_agree(n, seed):
    random = torch.Generator().manual_seed(seed)
    a, b = (torch.randn(n, 3, generator=random) for _ in range(2))
    found = retrieval(a, torch.arange(n), b, torch.arange(n))
    assert 0 <= found["R@1"] <= found["R@5"] <= found["R@10"] <= 1
    assert found["R@1"] <= found["MRR"] <= 1
    order = torch.randperm(n, generator=random)
    assert retrieval(a[order], order, b, torch.arange(n)) == pytest.approx(found)


def test_across_views_is_the_mean_over_ordered_pairs():
    a, b = angles(0, 10, 20), angles(1, 11, 21)
    c = angles(19, 9, 2)
    found, details = across_views(whole(torch.stack([a, b, c], 1)), np.arange(3))
    single = [
        retrieval(x, torch.arange(3), y, torch.arange(3))["R@1"]
        for x, y in [(a, b), (a, c), (b, a), (b, c), (c, a), (c, b)]
    ]
    assert found["R@1"] == pytest.approx(np.mean(single))
    assert details == {"pairs of views": 6, "gallery": 3, "chance R@1": pytest.approx(1 / 3)}


def test_across_views_takes_the_samples_that_have_both_views():
    z = torch.randn(10, 2, 4, generator=torch.Generator().manual_seed(0))
    present = torch.ones(10, 2, dtype=torch.bool)
    present[6:, 1] = False
    z[6:] = z[0]  # would be confused with sample 0
    found, details = across_views(Embedding(z, present), np.arange(10))
    expected, _ = across_views(whole(z[:6]), np.arange(6))
    assert found == pytest.approx(expected)
    assert details["gallery"] == 6


def test_across_views_reads_the_rows_asked_for():
    z = torch.randn(20, 2, 4, generator=torch.Generator().manual_seed(0))
    z[10:, 1] = z[10:, 0]
    assert across_views(whole(z), np.arange(10, 20))[0]["R@1"] == 1
    assert across_views(whole(z), np.arange(10))[0]["R@1"] < 1


def test_no_pair_of_views_is_nothing_to_score():
    lonely = torch.tensor([[True, False], [False, True], [True, False]])
    assert across_views(Embedding(torch.randn(3, 2, 4), lonely), np.arange(3)) is None


def test_many_views_are_scored_by_some_of_their_pairs():
    _, details = across_views(whole(torch.randn(4, 14, 3)), np.arange(4))
    assert details["pairs of views"] == 132
    assert details["of pairs"] == 14 * 13


def test_across_slots_both_ways_with_several_views():
    text = whole(angles(0, 90)[:, None])
    pictures = whole(torch.stack([angles(60, 88), angles(5, 40)], 1))
    to_pictures, details = across_slots(text, pictures, np.arange(2))
    assert to_pictures["R@1"] == 1  # 5 degrees is nearest to 0, 88 to 90
    assert details == {"queries": 2, "gallery": 4, "chance R@1": 0.5}
    to_text, details = across_slots(pictures, text, np.arange(2))
    assert to_text["R@1"] == 2 / 4  # 60 and 40 are nearer to the other's text
    assert details["queries"] == 4


def test_across_slots_leaves_out_samples_that_lack_one():
    text, pictures = whole(angles(0, 45, 90)[:, None]), whole(angles(2, 46, 88)[:, None])
    pictures.present[1] = False
    _, details = across_slots(text, pictures, np.arange(3))
    assert details["queries"] == details["gallery"] == 2
    assert across_slots(text, pictures, np.arange(2)) is None
