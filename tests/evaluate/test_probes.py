"""Linear, few-shot and clustering: what they may read, and limit cases."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from coview.evaluate.clustering import clustering, hungarian_accuracy
from coview.evaluate.few_shot import few_shot, shots_of
from coview.evaluate.items import Items
from coview.evaluate.linear import GRID, linear, spanned

from .plain import clusters


def items(n: int, classes: int, noise: float, seed: int, views: int = 1) -> Items:
    x, y = clusters(n, classes, noise=noise, views=views)
    x = x + noise * np.random.default_rng(seed).normal(size=tuple(x.shape)).astype(np.float32)
    return Items(x.numpy().reshape(n * views, -1), np.repeat(y, views), np.repeat(np.arange(n), views))


def test_linear_is_scikit_learns_best_on_validation():
    train, valid, test = items(60, 3, 2.0, 1), items(40, 3, 2.0, 2), items(40, 3, 2.0, 3)
    found = linear(train, valid, test, 3)
    scale = StandardScaler().fit(train.x)
    fitted = {c: LogisticRegression(C=c, max_iter=2000).fit(scale.transform(train.x), train.y) for c in GRID}
    by_valid = {c: m.score(scale.transform(valid.x), valid.y) for c, m in fitted.items()}
    assert by_valid[found.choices["C"]] == pytest.approx(max(by_valid.values()), abs=0.03)
    expected = fitted[found.choices["C"]].score(scale.transform(test.x), test.y)
    assert found.metrics["accuracy"] == pytest.approx(expected, abs=0.05)


def test_linear_chooses_without_looking_at_test():
    train, valid, test = items(60, 3, 2.0, 1), items(40, 3, 2.0, 2), items(40, 3, 2.0, 3)
    shuffled = Items(test.x, np.random.default_rng(0).permutation(test.y), test.sample)
    assert linear(train, valid, test, 3).choices == linear(train, valid, shuffled, 3).choices


def test_linear_reads_what_only_weak_regularisation_tells():
    """Ten classes along two of forty directions, the others copies of one: strong regularisation reads next to none."""
    rng = np.random.default_rng(0)

    def part(n: int) -> Items:
        angle = 2 * np.pi * (y := rng.integers(0, 10, n)) / 10 + 0.05 * rng.normal(size=n)
        loud = rng.normal(size=(n, 1)) * np.ones((1, 38))
        quiet = loud[:, :2] + 0.1 * np.stack([np.cos(angle), np.sin(angle)], 1)
        return Items(np.concatenate([loud, quiet], 1), y, np.arange(n))

    train, valid, test = part(1000), part(300), part(300)
    found = linear(train, valid, test, 10)
    assert found.metrics["accuracy"] > 0.9
    assert found.choices["C"] > 1


def test_linear_goes_no_further_once_validation_is_clearly_worse(monkeypatch: pytest.MonkeyPatch):
    tried: list[float] = []
    fit = LogisticRegression.fit

    def noted(self, x, y):
        tried.append(self.C)
        return fit(self, x, y)

    monkeypatch.setattr(LogisticRegression, "fit", noted)
    rng = np.random.default_rng(0)
    train, valid = (Items(rng.normal(size=(n, 40)), rng.integers(0, 2, n), np.arange(n)) for n in (60, 4000))
    for part in (train, valid):  # one direction tells, the others are noise to be fitted
        part.x[:, 0] += part.y
    chosen = linear(train, valid, valid, 2).choices["C"]
    assert chosen < tried[-1] < GRID[-1]
    assert tried == list(GRID[: len(tried)])


def test_a_probe_in_the_span_of_wide_features_is_the_same_probe():
    rng = np.random.default_rng(0)
    y = np.arange(40) % 4
    x, other = (rng.normal(size=(n, 300)) + 0.3 * rng.normal(size=(4, 300))[np.arange(n) % 4] for n in (40, 30))
    near, far = spanned(x, other, classes=4)
    assert near.shape == (40, 40)
    for c in GRID:
        wide, narrow = (LogisticRegression(C=c, tol=1e-9, max_iter=5000).fit(features, y) for features in (x, near))
        np.testing.assert_allclose(narrow.predict_proba(far), wide.predict_proba(other), atol=1e-4)


def test_features_that_are_not_much_wider_than_long_stay_as_they_are():
    x = np.ones((40, 79))
    assert spanned(x, x, classes=4)[0] is x
    many = np.ones((801, 2000))  # of two classes, the basis would cost more than it saves
    assert spanned(many, classes=2)[0] is many


def test_linear_ignores_scale_shift_and_constant_features():
    train, valid, test = (items(60, 3, 1.0, s) for s in (1, 2, 3))

    def change(i: Items) -> Items:
        return Items(np.concatenate([i.x * 1000 + 7, np.full((len(i), 2), 5.0)], 1), i.y, i.sample)

    expected = linear(train, valid, test, 3).metrics["accuracy"]
    assert linear(change(train), change(valid), change(test), 3).metrics["accuracy"] == pytest.approx(
        expected, abs=0.02
    )


def test_linear_without_validation_items_takes_the_middle():
    train, test = items(60, 3, 0.1, 1), items(30, 3, 0.1, 2)
    found = linear(train, train.take(np.zeros(0, dtype=int)), test, 3)
    assert found.choices["C"] == GRID[len(GRID) // 2]
    assert found.metrics["accuracy"] == 1


def test_few_shot_on_separate_clusters_is_perfect_and_does_not_vary():
    found = few_shot(items(60, 3, 0.01, 1), items(1, 1, 0, 0), items(30, 3, 0.01, 2), 3).metrics
    assert found == {"1-shot": 1, "1-shot deviation": 0, "5-shot": 1, "5-shot deviation": 0}


def test_few_shot_gains_from_more_shots():
    found = few_shot(items(200, 5, 1.5, 1), items(1, 1, 0, 0), items(200, 5, 1.5, 2), 5).metrics
    assert 0.2 < found["1-shot"] < found["5-shot"] < 1
    assert found["1-shot deviation"] > found["5-shot deviation"] > 0


@settings(deadline=None, max_examples=25)
@given(st.integers(1, 6), st.integers(1, 4), st.integers(0, 10))
def test_shots_are_different_samples_as_many_as_asked_of_each_class(shots, views, seed):
    train = items(12, 3, 0.1, 0, views=views)
    at = shots_of(train, shots, np.random.default_rng(seed))
    assert len(np.unique(train.sample[at])) == len(at)
    assert np.bincount(train.y[at]).tolist() == [min(shots, 4)] * 3


def test_clusters_that_are_classes_score_one():
    found = clustering(items(1, 1, 0, 0), items(1, 1, 0, 0), items(60, 4, 0.01, 1), 4).metrics
    assert found == pytest.approx({"NMI": 1, "ARI": 1, "accuracy": 1})


def test_clusters_of_noise_score_near_nothing():
    random = np.random.default_rng(0)
    noise = Items(random.normal(size=(400, 8)).astype(np.float32), random.integers(0, 2, 400), np.arange(400))
    found = clustering(noise, noise, noise, 2).metrics
    assert abs(found["ARI"]) < 0.05
    assert found["accuracy"] < 0.6


def test_hungarian_accuracy_by_hand():
    y = np.array([0, 0, 0, 1, 1, 2, 2, 2])
    assert hungarian_accuracy(np.array([5, 5, 9, 9, 9, 3, 3, 5]), y) == 6 / 8
    assert hungarian_accuracy(np.zeros(8, dtype=int), y) == 3 / 8  # one cluster names one class


@settings(deadline=None, max_examples=25)
@given(st.permutations(range(4)))
def test_hungarian_accuracy_does_not_mind_names(names):
    y = np.random.default_rng(0).integers(0, 4, 50)
    assert hungarian_accuracy(np.array(names)[y], y) == 1
