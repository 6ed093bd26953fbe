from __future__ import annotations

from collections import deque

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from coview.nn.queue import Queue


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 9), st.lists(st.integers(0, 12), max_size=5))
def test_it_holds_the_last_rows_pushed_in_order(size: int, pushes: list[int]):
    queue, want = Queue(size, 2), deque(maxlen=size)
    want.extend(queue.rows.clone())
    pushed = 0
    for n in pushes:
        rows = torch.arange(pushed, pushed + n).float()[:, None].expand(-1, 2)
        queue.push(rows)
        want.extend(rows)
        pushed += n
    assert torch.equal(queue.rows, torch.stack(list(want)))
    assert queue.full is (pushed >= size)


def test_a_queue_of_none_takes_in_nothing():
    queue = Queue(0, 3)
    queue.push(torch.ones(4, 3))
    assert len(queue) == 0


def test_its_random_start_is_the_same_whatever_was_drawn_before():
    first = Queue(5, 3)
    torch.rand(7)
    assert torch.equal(first.rows, Queue(5, 3).rows)
    torch.testing.assert_close(first.rows.norm(dim=1), torch.ones(5))


def test_a_checkpoint_carries_rows_and_how_many_are_real():
    queue, other = Queue(4, 2), Queue(4, 2)
    queue.push(torch.ones(3, 2))
    other.load_state_dict(queue.state_dict())
    assert torch.equal(other.rows, queue.rows)
    assert int(other.filled) == 3
