"""Vectors, labels and sizes that must neither flatter a run nor bring a protocol down."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from coview.evaluate.clustering import clustering
from coview.evaluate.few_shot import few_shot
from coview.evaluate.items import Items, accuracies, unit
from coview.evaluate.knn import knn, knn_votes
from coview.evaluate.labels import classes_of
from coview.evaluate.linear import linear
from coview.evaluate.retrieval import retrieval, share_within

PROBES = [knn, linear, few_shot, clustering]


def items(x: np.ndarray, y: np.ndarray) -> Items:
    return Items(x.astype(np.float32), y, np.arange(len(y)))


def clouds(n: int = 60, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    y = np.arange(n) % 3
    return np.eye(3)[y] * 5 + np.random.default_rng(seed).normal(size=(n, 3)), y


@pytest.mark.parametrize("probe", PROBES)
@pytest.mark.parametrize("value", [0.0, 1.0, 1e6])
def test_an_embedding_that_is_the_same_everywhere_scores_as_one_class(probe, value):
    y = np.arange(60) % 3
    same = items(np.full((60, 4), value), y)
    assert probe(same, same, same, 3).metrics.get("accuracy", 1 / 3) == pytest.approx(1 / 3)


@pytest.mark.parametrize("probe", PROBES)
def test_one_dimension_is_enough_to_score(probe):
    y = np.arange(60) % 2
    line = items((2.0 * y - 1)[:, None] + 0.1 * np.random.default_rng(0).normal(size=(60, 1)), y)
    metrics = probe(line, line, line, 2).metrics
    assert metrics.get("accuracy", metrics.get("1-shot")) == 1


@pytest.mark.parametrize("probe", [knn, few_shot, clustering])
@pytest.mark.parametrize("scale", [1e-25, 1e25])
def test_the_length_of_vectors_changes_nothing_however_small_or_large(probe, scale):
    x, y = clouds()
    a, b = items(x, y), items(x * scale, y)
    assert probe(b, b, b, 3).metrics == pytest.approx(probe(a, a, a, 3).metrics)


def test_vectors_of_length_1_are_numpys():
    x = np.random.default_rng(0).normal(size=(9, 4))
    np.testing.assert_allclose(unit(x), x / np.linalg.norm(x, axis=1, keepdims=True))
    assert not unit(np.zeros((2, 3))).any()
    assert unit(np.zeros((0, 3))).shape == (0, 3)


@pytest.mark.parametrize("probe", PROBES)
def test_a_class_with_one_training_sample_can_be_scored(probe):
    x, y = clouds(61)
    y[-1] = 3
    train, test = items(x, y), items(*clouds(30, 1))
    assert probe(train, test, test, 4).metrics.get("accuracy", 1) > 0.8


@pytest.mark.parametrize("values", [float("nan"), float("inf")])
def test_vectors_that_are_not_finite_are_no_perfect_retrieval(values):
    z, of = torch.randn(10, 3), torch.arange(10)
    bad = z.clone()
    bad[4, 1] = values
    for pair in ((bad, z), (z, bad)):
        with pytest.raises(ValueError, match="finite"):
            retrieval(pair[0], of, pair[1], of)


def test_neighbours_as_near_as_the_last_share_its_places_whatever_the_order():
    gallery = np.array([[1, 0]] + [[0, 1]] * 6, np.float32)
    y = np.array([0, 1, 1, 2, 2, 2, 2])
    query = np.array([[1, 1]], np.float32)  # as near to all seven
    for order in (np.arange(7), np.arange(7)[::-1]):
        votes = knn_votes(gallery[order], y[order], query, 3, k=3)
        np.testing.assert_allclose(votes[0], 3 / 7 * np.array([1, 2, 4]), rtol=1e-5)
    votes = knn_votes(gallery, y, np.array([[1, 0.1]], np.float32), 3, k=3, temperature=1e9)
    np.testing.assert_allclose(votes[0], [1, 2 / 6 * 2, 4 / 6 * 2], rtol=1e-5)


def test_the_probe_is_fitted_to_the_end_where_classes_differ_in_directions_of_little_variance():
    rng = np.random.default_rng(0)
    h, w = rng.normal(size=(3000, 64)), rng.normal(size=(64, 5))
    y = (h @ w + rng.gumbel(size=(3000, 5))).argmax(1)
    x = (h / np.arange(1, 65)) @ np.linalg.qr(rng.normal(size=(64, 64)))[0]
    train, valid, test = (items(x[s], y[s]) for s in (slice(0, 1500), slice(1500, 2000), slice(2000, 3000)))
    found = linear(train, valid, test, 5)
    scale = StandardScaler().fit(train.x)
    reference = LogisticRegression(C=found.choices["C"], max_iter=20_000, tol=1e-8)
    reference.fit(scale.transform(train.x), train.y)
    expected = accuracies(reference.predict(scale.transform(test.x)), test.y)
    assert found.metrics == pytest.approx(expected, abs=0.004)


def test_a_rare_class_is_not_lost_when_items_are_drawn():
    y = np.zeros(5000, np.int64)
    y[[17, 3000]] = 1
    drawn = Items(np.zeros((5000, 1), np.float32), y, np.arange(5000)).most(50)
    assert set(drawn.y) == {0, 1}
    assert len(drawn) == 51
    assert len(np.unique(drawn.sample)) == 51


def test_chance_among_many_needs_no_table_of_pairs():
    n = 20_000  # pairs of which would take 3.2 GB
    tracemalloc.start()
    share = share_within(torch.arange(n) // 2, 0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert share == pytest.approx(2 / n)
    assert peak < 20e6


@settings(deadline=None, max_examples=30)
@given(st.lists(st.integers(-20, 20), min_size=1, max_size=30), st.integers(0, 10))
def test_the_share_of_near_pairs_is_the_one_counted(at, within):
    line = np.array(at)
    counted = (np.abs(line[:, None] - line[None]) <= within).mean()
    assert share_within(torch.from_numpy(line), within) == pytest.approx(counted)


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ([1.0, 2.0, float("inf")], [0, 1, -1]),
        ([2**60, 2**60 + 1, 2**60], [0, 1, 0]),
        ([True, 1, 0.0], [1, 1, 0]),
        ([float("nan"), None, ""], [-1, -1, -1]),
    ],
)
def test_odd_labels_are_classes_or_unknown(values, codes):
    found = classes_of(np.array(values, dtype=object))
    assert found is not None
    assert found[0].tolist() == codes


def test_infinity_among_floats_is_unknown():
    found = classes_of(np.array([1.0, np.inf, -np.inf, 2.0]))
    assert found is not None
    assert found[0].tolist() == [0, -1, -1, 1]


def test_what_pandas_calls_missing_is_unknown():
    found = classes_of(np.array(["a", pd.NA, "b", pd.NaT], dtype=object))
    assert found is not None
    assert found[0].tolist() == [0, -1, 1, -1]
