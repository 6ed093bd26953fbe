"""Samplers: every sample once an epoch, computed from the step alone; distinct labels; wrapped state."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from coview.data.distinct_labels import DistinctLabels, rank_within
from coview.data.sampler import Order, Sampler
from coview.data.together import Together, hands

LABELS = st.lists(st.integers(-1, 6), min_size=1, max_size=60).map(torch.tensor)


@given(st.integers(1, 80), st.integers(1, 90), st.integers(0, 5), st.integers(0, 3))
def test_no_sample_twice_in_an_epoch_and_all_but_the_last_partial_batch(n, batch_size, seed, epoch):
    sampler = Sampler(n, batch_size, seed)
    steps = range(epoch * sampler.steps_per_epoch, (epoch + 1) * sampler.steps_per_epoch)
    rows = torch.cat([sampler.rows(s) for s in steps])
    assert len(rows.unique()) == len(rows) == n - n % min(n, batch_size)
    assert {sampler.epoch(s) for s in steps} == {epoch}


def test_fewer_samples_than_the_batch_size_are_one_batch():
    assert sorted(Sampler(3, 8).rows(5).tolist()) == [0, 1, 2]


def test_rows_depend_on_the_step_alone():
    asked_in_order = [Sampler(50, 8, seed=1)]
    first = [asked_in_order[0].rows(s) for s in range(20)]
    restarted = Sampler(50, 8, seed=1)
    assert torch.equal(restarted.rows(17), first[17])
    assert torch.equal(restarted.rows(3), first[3])


def test_each_epoch_and_each_seed_has_an_order_of_its_own():
    orders = [Sampler(40, 40, seed).rows(epoch).tolist() for seed in (0, 1) for epoch in (0, 1)]
    assert len({tuple(o) for o in orders}) == 4


def test_what_a_caller_does_to_a_batch_does_not_reach_the_next():
    sampler = Sampler(10, 10)
    sampler.rows(0).zero_()
    assert sorted(sampler.rows(0).tolist()) == list(range(10))


def test_who_sits_out_changes_with_the_epoch():
    sampler = Sampler(10, 9)
    out = {(set(range(10)) - set(sampler.rows(e).tolist())).pop() for e in range(20)}
    assert len(out) > 1


@given(LABELS, st.integers(1, 12), st.integers(0, 3))
def test_no_label_is_met_twice_in_a_batch(labels, batch_size, epoch):
    order = DistinctLabels(Sampler(len(labels), batch_size), labels)
    seen = []
    for step in range(epoch * order.steps_per_epoch, (epoch + 1) * order.steps_per_epoch):
        rows = order.rows(step)
        assert len(rows) == order.batch_size
        known = labels[rows][labels[rows] >= 0]
        assert len(known.unique()) == len(known)
        seen.append(rows)
    assert len(torch.cat(seen).unique()) == sum(len(r) for r in seen)


@given(LABELS, st.integers(1, 12))
def test_as_many_batches_as_the_labels_allow(labels, batch_size):
    order = DistinctLabels(Sampler(len(labels), batch_size), labels)
    known = labels[labels >= 0]
    counts = torch.cat([known.unique(return_counts=True)[1], torch.ones(len(labels) - len(known), dtype=torch.int64)])
    more = order.steps_per_epoch + 1
    assert int(counts.clamp_max(more).sum()) < more * order.batch_size
    assert order.batch_size == min(batch_size, len(counts))


def test_balanced_labels_leave_nothing_out():
    order = DistinctLabels(Sampler(60, 6), torch.arange(60) % 6)
    assert order.steps_per_epoch == 10


def test_new_labels_hold_from_their_step_and_survive_a_restart():
    order = DistinctLabels(Sampler(30, 5, seed=2), torch.arange(30) % 5)
    order.relabel(torch.arange(30) % 7, step=4)
    again = DistinctLabels(Sampler(30, 5, seed=2), torch.arange(30) % 5)
    again.load_state(order.state())
    assert all(torch.equal(order.rows(s), again.rows(s)) for s in range(4, 20))
    assert all(len((order.rows(s) % 7).unique()) == 5 for s in range(4, 20))
    assert order.epoch(4) == 1


def test_labels_of_another_length_are_refused():
    with pytest.raises(ValueError, match="as many labels"):
        DistinctLabels(Sampler(3, 2), torch.zeros(4))


def test_rank_within_counts_earlier_ones():
    assert rank_within(torch.tensor([2, 0, 2, 2, 0])).tolist() == [0, 0, 1, 2, 1]


@given(LABELS, st.integers(1, 40), st.integers(0, 3))
def test_parts_of_a_whole_are_dealt_together_and_every_sample_once(wholes, batch_size, epoch):
    sampler = Together(wholes, batch_size, seed=3)
    order = sampler.order(epoch)
    assert sorted(order.tolist()) == list(range(len(wholes)))
    dealt = wholes[order].tolist()
    for whole in set(dealt):
        size = dealt.count(whole)
        if size <= max(sampler.batch_size // 4, 1):
            assert dealt[dealt.index(whole) :][:size] == [whole] * size
    again = Together(wholes, batch_size, seed=3)
    step = epoch * sampler.steps_per_epoch
    assert torch.equal(again.rows(step), order[: sampler.batch_size])


def test_wholes_come_in_another_order_each_epoch_and_for_each_seed():
    wholes = torch.arange(60) // 5
    orders = [(wholes[Together(wholes, 20, seed).order(epoch)]).tolist() for seed in (0, 1) for epoch in (0, 1)]
    assert len({tuple(o) for o in orders}) == 4


@given(LABELS, st.integers(1, 12))
def test_hands_are_of_one_whole_and_about_even(wholes, most):
    hand = hands(wholes + 1, most)
    for whole in wholes.unique():
        sizes = hand[wholes == whole].unique(return_counts=True)[1]
        assert len(sizes) == -(-int(sizes.sum()) // most)
        assert int(sizes.max()) <= most
        assert int(sizes.max() - sizes.min()) <= 1
    assert len({(int(h), int(w)) for h, w in zip(hand, wholes, strict=True)}) == len(hand.unique())


def test_almost_every_part_of_a_small_whole_meets_another():
    wholes = torch.arange(1200) // 12
    alone = {}
    for name, sampler in (("even", Sampler(1200, 60)), ("together", Together(wholes, 60))):
        counts = [wholes[sampler.rows(s)].unique(return_counts=True)[1] for s in range(20)]
        alone[name] = sum(int((c == 1).sum()) for c in counts) / 1200
    assert alone["even"] > 0.5
    assert alone["together"] < 0.02


@pytest.mark.parametrize(
    "order", [Sampler(4, 2), DistinctLabels(Sampler(4, 2), torch.arange(4)), Together(torch.arange(4), 2)]
)
def test_each_is_an_order(order):
    assert isinstance(order, Order)
