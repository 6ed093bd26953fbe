"""How often things are met, learned step by step."""

from __future__ import annotations

import torch

from coview.nn.frequency import Frequency


def test_gaps_that_do_not_change_are_known_at_once() -> None:
    counted = Frequency()
    for step in range(1, 61):
        met = [7] if step % 6 else [7, 8]
        counted.count(torch.tensor([*met, 7]))
    torch.testing.assert_close(counted.log_share(torch.tensor([7, 8])).exp(), torch.tensor([1.0, 1 / 6]))


def test_what_was_never_met_is_rarer_than_what_was_met_once() -> None:
    counted = Frequency()
    for _ in range(9):
        counted.count(torch.tensor([7]))
    counted.count(torch.tensor([8]))
    share = counted.log_share(torch.tensor([8, 9]))
    assert share[1] < share[0]


def test_a_new_rate_is_followed_by_the_latest_gaps() -> None:
    counted = Frequency(rate=0.5)
    for _ in range(4):
        counted.count(torch.tensor([3]))
    for step in range(8):
        counted.count(torch.tensor([3] if step % 4 == 3 else [4]))
    torch.testing.assert_close(counted.log_share(torch.tensor([3])).exp(), torch.tensor([1 / 3.25]))
