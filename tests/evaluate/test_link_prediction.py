"""Link prediction: ranks counted by hand, links that can and cannot be told."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.preprocessing import StandardScaler

from coview.data.links import Links, part_of_pairs
from coview.evaluate.link_prediction import apart, link_prediction, no_links, pair_code, ranks, spare


def blocks(n: int = 60, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Things of three kinds, linked within their kind alone: representations and links."""
    rng = np.random.default_rng(seed)
    kind = np.arange(n) % 3
    z = np.eye(3)[kind] * 2 + 0.3 * rng.normal(size=(n, 3))
    pairs = np.array([(a, b) for a in range(n) for b in range(a + 1, n) if kind[a] == kind[b]])
    return z, rng.permutation(pairs)


def test_ranks_are_those_counted_by_hand() -> None:
    # scores of 0 with 1 to 4: 1, 3, 2, 2; the link 0-2 is known and left out when 3 is sought
    z = np.array([[1.0], [1.0], [3.0], [2.0], [2.0]], np.float32)
    links, known = np.array([[0, 3]]), np.sort(pair_code(np.array([[0, 3], [0, 2]]), 5))
    found = ranks(z, np.ones(1, np.float32), links, known)
    # from 0: of 1 (1.0) and 4 (2.0, a tie) none is above, half of one: 1.5. From 3: 2 has 6 and 4 has 4, above 0's 2,
    # and 1 ties with 2: 1 + 2 + 0.5
    assert found["MRR"] == pytest.approx((1 / 1.5 + 1 / 3.5) / 2)
    assert found["Hits@10"] == 1.0


def test_pairs_that_are_no_link_are_neither_links_nor_loops() -> None:
    z, pairs = blocks(12)
    known = np.unique(pair_code(pairs, len(z)))
    drawn = no_links(500, len(z), known, np.random.default_rng(0))
    assert len(drawn) == 500
    assert not np.isin(pair_code(drawn, len(z)), known).any()
    assert (drawn[:, 0] != drawn[:, 1]).all()


def test_links_within_kinds_are_found_and_those_of_noise_are_not() -> None:
    z, pairs = blocks()
    parts = np.split(pairs, [300, 400])
    good = link_prediction(z, *parts).metrics
    noise = link_prediction(np.random.default_rng(1).normal(size=z.shape), *parts).metrics
    assert good["AUC"] > 0.95
    assert good["AP"] > 0.9
    assert 0.4 < noise["AUC"] < 0.6
    assert good["MRR"] > 2 * noise["MRR"]


def test_an_embedding_that_is_the_same_everywhere_scores_as_chance() -> None:
    _, pairs = blocks()
    found = link_prediction(np.ones((60, 4)), *np.split(pairs, [300, 400])).metrics
    assert found["AUC"] == 0.5
    assert found["Hits@10"] == 0.0 or found["MRR"] < 0.1


def test_rows_follow_ids_whatever_the_order_and_leave_out_who_is_not_there() -> None:
    links = Links(torch.tensor([[7, 5], [5, 9], [7, 3]]), np.array(["test", "train", "test"]))
    np.testing.assert_array_equal(links.rows(torch.tensor([9, 5, 7]), "test"), [[2, 1]])
    np.testing.assert_array_equal(links.rows(torch.tensor([9, 5, 7]), "train"), [[1, 0]])


def test_while_choices_are_made_links_of_validation_are_asked_and_those_of_test_unknown() -> None:
    links = Links(torch.tensor([[1, 2], [3, 4], [5, 6]]), np.array(["test", "train", "valid"])).before_test()
    assert links.ends.tolist() == [[3, 4], [5, 6]]
    assert links.part.tolist() == ["train", "test"]


def test_the_part_of_a_pair_does_not_depend_on_its_direction_and_keeps_the_shares() -> None:
    left, right = [f"a{i}" for i in range(2000)], [f"b{i}" for i in range(2000)]
    part = part_of_pairs(left, right, 0.1, 0.2)
    assert (part == part_of_pairs(right, left, 0.1, 0.2)).all()
    assert np.mean(part == "test") == pytest.approx(0.2, abs=0.03)
    assert np.mean(part == "valid") == pytest.approx(0.1, abs=0.03)


def test_a_link_that_was_seen_is_not_asked_for_again_either_way_round() -> None:
    train, valid, test = np.array([[0, 1], [2, 2]]), np.array([[1, 0], [1, 2]]), np.array([[2, 1], [3, 0], [0, 3]])
    kept = apart(train, valid, test, 4)
    assert [part.tolist() for part in kept] == [[[0, 1]], [[1, 2]], [[3, 0]]]


def test_things_that_are_all_linked_leave_nothing_to_tell_apart() -> None:
    every = np.array([[a, b] for a in range(5) for b in range(a + 1, 5)])
    assert not spare([every[:6], every[6:8], every[8:]], 5)
    assert spare([every[:6], every[6:8], every[8:9]], 5)


def test_auc_of_the_products_is_scikit_learns() -> None:
    z, pairs = blocks()
    parts = np.split(pairs, [300, 400])
    found = link_prediction(z, *parts)
    rng = np.random.default_rng(0)
    known = np.unique(pair_code(pairs, len(z)))
    scale = StandardScaler().fit(z[np.unique(parts[0])])
    sets = [np.concatenate([part, no_links(len(part), len(z), known, rng)]) for part in parts]
    features = [scale.transform(z)[both[:, 0]] * scale.transform(z)[both[:, 1]] for both in sets]
    truth = [np.repeat([1, 0], len(part)) for part in parts]
    fitted = LogisticRegression(C=found.choices["C"], max_iter=5000, tol=1e-8).fit(features[0], truth[0])
    expected = roc_auc_score(truth[2], fitted.decision_function(features[2]))
    assert found.metrics["AUC"] == pytest.approx(expected, abs=2e-3)
