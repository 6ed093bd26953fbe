"""Looks that share no column."""

from __future__ import annotations

import torch

from coview.batch import View
from coview.views.complementary import Masking, complementary, related_columns
from coview.views.draw import Draw

N, C = 400, 6
INFORMATION = torch.eye(C, dtype=torch.float64) + torch.kron(torch.eye(2), torch.ones(3, 3)).double()
"""Columns 0 to 2 tell of each other, and so do 3 to 5."""


def looks(masking: Masking, drop: float = 0.0, columns: int = C, rows: int = 1) -> torch.Tensor:
    """What is shown in many steps: `(N * rows, 2, C)` bool."""
    view = View(torch.ones(rows, 1, columns), "table", torch.ones(rows, 1, dtype=torch.bool))
    told = INFORMATION[:columns, :columns].__getitem__
    draws = [Draw(0, step, torch.arange(rows)) for step in range(N)]
    steps = [complementary(view, told, masking, drop, draw) for draw in draws]
    return ~torch.cat([step.value for step in steps]).isnan()


def test_what_one_look_is_without_the_other_has() -> None:
    for masking in Masking:
        one, other = looks(masking).unbind(1)
        assert torch.equal(one, ~other)
        assert one.any(1).all()
        assert other.any(1).all()


def test_columns_that_tell_of_each_other_are_masked_together() -> None:
    """Of six columns four go: the seed, its two kin and one more."""
    masked = ~looks(Masking.CORRELATED)[:, 0]
    assert (masked.sum(1) == 4).all()
    assert (masked[:, :3].all(1) | masked[:, 3:].all(1)).all()
    random = ~looks(Masking.RANDOM)[:, 0]
    assert not (random[:, :3].all(1) | random[:, 3:].all(1)).all()


def test_the_seed_is_always_among_them() -> None:
    tie = Draw(0, 0, torch.arange(1)).step("tie", C)
    for seed in torch.arange(C):
        for information in (INFORMATION, torch.zeros(C, C)):
            assert related_columns(information[seed], seed, tie)[seed]


def test_rows_of_a_step_are_masked_alike_and_steps_are_not() -> None:
    for masking in Masking:
        shown = looks(masking, rows=4).unflatten(0, (N, 4))
        assert (shown == shown[:, :1]).all()
        assert len(shown[:, 0].unique(dim=0)) > 2


def test_drops_hide_a_share_and_never_all() -> None:
    shown = looks(Masking.RANDOM, drop=0.9)
    assert shown.any(2).all()
    assert shown.float().mean() < 0.3


def test_one_column_is_shown_whole_to_both() -> None:
    assert looks(Masking.CORRELATED, columns=1).all()
