"""Splits: by hash, stable, whole groups, never empty."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from coview.data.source import Column, Source
from coview.data.split import AT_MOST, held_out, split
from coview.errors import UserError

NAMES = st.lists(st.text(max_size=6), min_size=2, max_size=60, unique=True)


def source(names, groups=None, own=None):
    return Source("made", {"text": Column("text", [[n] for n in names])}, list(names), groups=groups, split=own)


@given(NAMES, st.integers(0, 3))
def test_every_row_is_in_exactly_one_part_and_none_is_empty(names, seed):
    parts = split(source(names), seed=seed)
    assert set(parts) == {"train", "valid"}
    assert all(len(rows) for rows in parts.values())
    assert sorted(torch.cat(list(parts.values())).tolist()) == list(range(len(names)))


@given(NAMES, st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(names, random):
    shuffled = random.sample(names, len(names))
    before = {names[i] for i in split(source(names))["valid"]}
    after = {shuffled[i] for i in split(source(shuffled))["valid"]}
    assert before == after


@given(st.integers(0, 1000), st.integers(1, 300))
def test_added_samples_move_no_other(start, more):
    names = [f"sample {i}" for i in range(start, start + 300)]
    before = dict(zip(names, held_out(names)))
    after = dict(zip(names, held_out([*(f"new {i}" for i in range(more)), *names])[more:]))
    assert before == after


@given(st.lists(st.integers(0, 8), min_size=2, max_size=60))
def test_groups_never_straddle(groups):
    parts = split(source([str(i) for i in range(len(groups))], groups=[f"g{g}" for g in groups]))
    sides = [{groups[i] for i in rows} for rows in parts.values()]
    assert not set.intersection(*sides) or len(parts) == 1


def test_a_tenth_is_held_out():
    out = sum(held_out([str(i) for i in range(10_000)]))
    assert 900 < out < 1_100


def test_at_most_two_thousand_are_held_out():
    assert sum(held_out([str(i) for i in range(50_000)])) == AT_MOST


def test_another_seed_holds_out_others():
    names = [str(i) for i in range(1000)]
    assert held_out(names, seed=0) != held_out(names, seed=1)


def test_the_data_sets_own_split_is_kept():
    own = ["train", "test", "valid", "train"]
    parts = split(source("abcd", own=own))
    assert {p: rows.tolist() for p, rows in parts.items()} == {"train": [0, 3], "valid": [2], "test": [1]}


def test_an_own_test_part_is_never_held_out_from():
    names = [str(i) for i in range(100)]
    parts = split(source(names, own=["test"] * 50 + ["train"] * 50))
    assert parts["test"].tolist() == list(range(50))
    assert len(parts["valid"]) >= 1
    assert parts["valid"].min() >= 50


def test_a_single_group_trains():
    parts = split(source("abc", groups=["g", "g", "g"]))
    assert len(parts["train"]) == 3


@pytest.mark.parametrize("own", [["test", "test"], ["train", "holdout"]])
def test_a_split_that_cannot_be_used_is_named(own):
    with pytest.raises(UserError, match=r"test|holdout"):
        split(source("ab", own=own))


def test_rows_of_a_source_keep_everything_in_step():
    src = source("abcd", groups=list("xxyy"), own=["train", "test", "train", "test"])
    src.labels["kind"] = np.array([0, 1, 2, 3])
    part = src.rows(torch.tensor([3, 0]))
    assert part.names == ["d", "a"]
    assert [part.columns["text"].items[i][0] for i in range(2)] == ["d", "a"]
    assert (part.groups, part.split, part.labels["kind"].tolist()) == (["y", "x"], ["test", "train"], [3, 0])
