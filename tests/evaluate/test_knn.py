"""Weighted nearest neighbours against scikit-learn and by hand."""

import numpy as np
import pytest
from sklearn.neighbors import KNeighborsClassifier

from coview.evaluate.items import Items, accuracies
from coview.evaluate.knn import knn, knn_votes


def made(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    y = random.integers(0, 4, n)
    return (random.normal(size=(4, 8))[y] + random.normal(size=(n, 8))).astype(np.float32), y


@pytest.mark.parametrize("k", [1, 5, 20])
def test_votes_are_scikit_learns_with_exponential_weights(k):
    (gallery, y), (queries, _) = made(200, 0), made(50, 1)
    reference = KNeighborsClassifier(k, metric="cosine", weights=lambda d: np.exp((1 - d) / 0.07), algorithm="brute")
    expected = reference.fit(gallery, y).predict_proba(queries)
    votes = knn_votes(gallery, y, queries, 4, k=k)
    np.testing.assert_allclose(votes / votes.sum(1, keepdims=True), expected, rtol=1e-3, atol=1e-5)


def test_at_a_high_temperature_each_neighbour_counts_alike():
    (gallery, y), (queries, _) = made(100, 2), made(20, 3)
    expected = KNeighborsClassifier(7, metric="cosine", algorithm="brute").fit(gallery, y).predict_proba(queries)
    votes = knn_votes(gallery, y, queries, 4, k=7, temperature=1e6)
    np.testing.assert_allclose(votes / 7, expected, atol=1e-4)


def test_fewer_items_than_k_are_all_asked():
    gallery, y = np.eye(3, dtype=np.float32), np.array([0, 1, 1])
    assert knn_votes(gallery, y, gallery[:1], 2, k=20, temperature=1e6)[0].tolist() == pytest.approx([1, 2], abs=1e-4)


def test_the_gallery_is_the_training_items_alone():
    x = np.eye(2, dtype=np.float32)
    train, test = Items(x, np.array([0, 1]), np.arange(2)), Items(x, np.array([1, 0]), np.arange(2))
    assert knn(train, test, test, 2).metrics["accuracy"] == 0


def test_balanced_accuracy_weighs_classes_alike():
    truth = np.array([0] * 8 + [3] * 2)
    assert accuracies(np.zeros(10, dtype=int), truth) == {"accuracy": 0.8, "balanced accuracy": 0.5}
