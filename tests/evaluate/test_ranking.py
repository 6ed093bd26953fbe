"""Ranking metrics against scikit-learn and by hand; who already took what is left out."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.linear_model import Ridge
from sklearn.metrics import ndcg_score
from sklearn.preprocessing import StandardScaler

from coview.evaluate.linked import sides
from coview.evaluate.ranking import marks, popularity, ranking, tiled, top


def test_ndcg_is_scikit_learns() -> None:
    rng = np.random.default_rng(0)
    score, wanted = rng.normal(size=(30, 50)), rng.random((30, 50)) < 0.15
    wanted[:, 0] = True
    found = top(score, wanted, np.zeros_like(wanted))
    for k in (10, 20):
        assert found[f"NDCG@{k}"] == pytest.approx(ndcg_score(wanted, score, k=k))


def test_recall_and_ndcg_by_hand() -> None:
    score = np.array([[5.0, 4.0, 3.0, 2.0] + [0.0] * 20])
    wanted = np.zeros((1, 24), bool)
    wanted[0, [1, 3]] = True
    known = np.zeros((1, 24), bool)
    known[0, 0] = True  # then the wanted ones stand at places 1 and 3
    found = top(score, wanted, known)
    assert found["Recall@10"] == 1.0
    assert found["NDCG@10"] == pytest.approx((1 + 1 / np.log2(4)) / (1 + 1 / np.log2(3)))


def test_recall_counts_all_that_is_wanted() -> None:
    score, wanted = -np.arange(40.0)[None], np.zeros((1, 40), bool)
    wanted[0, [0, 30, 31, 32]] = True
    assert top(score, wanted, np.zeros_like(wanted))["Recall@20"] == 0.25


def test_rows_that_want_nothing_are_left_out() -> None:
    score, wanted = np.tile(-np.arange(30.0), (2, 1)), np.zeros((2, 30), bool)
    wanted[0, 0] = True
    assert top(score, wanted, np.zeros_like(wanted))["Recall@10"] == 1.0


def groups(seed: int = 0) -> tuple[np.ndarray, list[np.ndarray]]:
    """60 people of two tastes among 100 things, each taking 30 of 50: representations and links of three parts."""
    rng = np.random.default_rng(seed)
    taste = np.arange(60) % 2
    took = [rng.permutation(50)[:30] + 50 * t for t in taste]
    parts = [
        np.array([(u, i) for u, own in enumerate(took) for i in own[at]])
        for at in (slice(0, 20), slice(20, 25), slice(25, 30))
    ]
    return np.eye(2)[taste] + 0.1 * rng.normal(size=(60, 2)), parts


def test_a_representation_of_taste_beats_popularity() -> None:
    z, parts = groups()
    found = ranking(z, *parts, 100).metrics
    offered = popularity(*parts, 60, 100)
    assert found["Recall@20"] > 1.5 * offered["Recall@20"]


def test_a_representation_that_says_nothing_ranks_as_popularity_does() -> None:
    _, parts = groups()
    found = ranking(np.ones((60, 3)), *parts, 100).metrics
    for name, value in popularity(*parts, 60, 100).items():
        assert found[name] == pytest.approx(value, abs=0.02)


def test_sides_number_left_and_right_by_themselves() -> None:
    pairs = [np.array([[0, 5], [2, 6]]), np.array([[2, 5]]), np.array([[1, 6], [0, 6]])]
    there = np.ones(7, bool)
    numbered, left, right = sides(pairs, there)
    np.testing.assert_array_equal(left, [0, 2])  # 1 has no link that was seen
    assert right == 2
    np.testing.assert_array_equal(numbered[0], [[0, 0], [1, 1]])
    np.testing.assert_array_equal(numbered[2], [[0, 1]])


def test_the_whole_ranking_is_that_of_scikit_learns_ridge_and_ndcg() -> None:
    z, parts = groups()
    found = ranking(z, *parts, 100)
    seen, valid, asked = (marks(p, 60, 100).toarray() for p in parts)
    x = StandardScaler().fit_transform(z)
    score = Ridge(alpha=found.choices["alpha"] * len(z)).fit(x, seen).predict(x)
    score[(seen + valid) > 0] = -1e9
    for k in (10, 20):
        assert found.metrics[f"NDCG@{k}"] == pytest.approx(ndcg_score(asked, score, k=k), abs=1e-4)
        first = np.argsort(-score, 1)[:, :k]
        recall = np.take_along_axis(asked, first, 1).sum(1) / asked.sum(1)
        assert found.metrics[f"Recall@{k}"] == pytest.approx(recall.mean(), abs=1e-4)


def test_equal_scores_favour_no_end_of_the_right() -> None:
    first, last = np.zeros((1, 1000), bool), np.zeros((1, 1000), bool)
    first[0, :20] = last[0, -20:] = True
    for wanted in (first, last):
        assert top(np.ones((1, 1000)), wanted, np.zeros_like(wanted))["Recall@20"] <= 0.15


def test_tiles_are_the_whole() -> None:
    rng = np.random.default_rng(0)
    score = rng.normal(size=(50, 30))
    wanted, known = (csr_array((rng.random((50, 30)) < 0.1).astype(float)) for _ in range(2))
    whole = top(score, wanted.toarray() > 0, known.toarray() > 0)
    for cells in (1, 100, 1 << 22):
        assert tiled(lambda rows: score[rows], wanted, known, cells) == pytest.approx(whole)
