"""Linear probes of a state: by hand, and in the limits."""

from __future__ import annotations

import math

import numpy as np
import pytest
from sklearn.metrics import f1_score

from coview.evaluate.items import Items
from coview.evaluate.state import entropy, mean_f1, state

NONE = Items(np.zeros((0, 2), np.float32), np.zeros((0, 1), np.int64), np.zeros(0, np.int64))


def items(x: list[list[float]], y: list[list[int]]) -> Items:
    return Items(np.array(x, np.float32), np.array(y), np.arange(len(y)))


def test_entropy_in_nats():
    assert entropy(np.array([3, 3, 7, 7])) == pytest.approx(math.log(2))
    assert entropy(np.array([5, 5, 5])) == 0.0


def test_f1_by_hand():
    truth, told = np.array([[1], [1], [1], [2]]), np.array([[1], [1], [2], [2]])
    # of 1: 2 * 2 / (2 + 3) = 0.8, three times true; of 2: 2 * 1 / (2 + 1) = 2/3, once true
    assert mean_f1(told, truth) == pytest.approx((3 * 0.8 + 2 / 3) / 4)


def test_f1_is_scikit_learns_weighted_one():
    rng = np.random.default_rng(0)
    told, truth = rng.integers(0, 5, (60, 3)), rng.integers(0, 4, (60, 3))
    want = np.mean([f1_score(t, p, average="weighted", zero_division=0) for p, t in zip(told.T, truth.T)])
    assert mean_f1(told, truth) == pytest.approx(want)


def test_a_state_that_stands_in_the_features_is_read_without_error():
    x = [[0.0, 0], [0, 1], [1, 0], [1, 1]] * 3
    y = [[10 * int(a), 7, int(b) + 3] for a, b in x]  # the middle one never changes
    found = state(items(x, y), NONE, items(x, y))
    assert found.metrics["F1"] == 1.0
    assert found.choices["variables"] == 2


def test_features_that_say_nothing_score_as_the_majority():
    x, y = [[1.0, 2.0]] * 6, [[1], [1], [1], [1], [2], [2]]
    found = state(items(x, y), NONE, items(x[:4], [[1], [1], [2], [2]]))
    # always told 1: F1 of 1 is 2 * 2 / (4 + 2), of 2 it is 0, each twice true
    assert found.metrics["F1"] == pytest.approx((2 * 2 / 3 + 0) / 4)
    assert found.metrics["majority F1"] == found.metrics["F1"]


def test_a_variable_that_hardly_changes_is_left_out():
    y = [[0]] * 19 + [[1]]
    found = state(items([[float(i), 0] for i in range(20)], y), NONE, items([[0, 0]], [[0]]))
    assert found.choices["variables"] == 0


def test_the_penalty_is_chosen_on_validation_items():
    rng = np.random.default_rng(1)
    truth = rng.integers(0, 2, (200, 1))
    x = np.concatenate([truth + 0.5 * rng.normal(size=(200, 1)), rng.normal(size=(200, 120))], 1).astype(np.float32)
    parts = [Items(x[a:b], truth[a:b], np.arange(b - a)) for a, b in ((0, 80), (80, 140), (140, 200))]
    chosen = state(*parts)
    middle = state(parts[0], parts[1].take(np.zeros(0, np.int64)), parts[2])
    assert middle.choices["alpha"] == 1.0
    assert chosen.choices["alpha"] > 0.001
    assert chosen.metrics["F1"] >= middle.metrics["F1"] - 0.05
    assert chosen.metrics["F1"] > chosen.metrics["majority F1"] + 0.1
