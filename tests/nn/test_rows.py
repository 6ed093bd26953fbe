"""What is read, kept and trimmed of rows."""

from __future__ import annotations

import torch

from coview.nn.rows import pick, pick_valid, trim, unread

KEEP = torch.tensor([[2, 0], [1, 0]])
VALID = torch.tensor([[True, False]] * 2)


def test_what_is_not_kept_or_masked_or_does_not_count_is_unread() -> None:
    masked = torch.tensor([[False, False, True], [False, False, False]])
    hidden = [[False, True, False], [False, False, True]]
    assert unread(None, None, None, masked.shape) is None
    assert unread(masked, None, None, masked.shape) is masked
    assert torch.equal(unread(None, KEEP, None, masked.shape), torch.tensor(hidden))  # type: ignore[arg-type]
    both = unread(masked, KEEP, VALID, masked.shape)
    assert torch.equal(both, torch.tensor([[True, True, True], [True, False, True]]))  # type: ignore[arg-type]


def test_a_place_kept_twice_counts_where_one_of_them_does() -> None:
    twice = torch.tensor([[1, 1]])
    hidden = unread(None, twice, torch.tensor([[True, False]]), torch.Size((1, 2)))
    assert torch.equal(hidden, torch.tensor([[True, False]]))  # type: ignore[arg-type]


def test_what_is_kept_comes_in_its_order_and_counts_where_valid() -> None:
    tokens = torch.arange(6.0).view(2, 3, 1)
    assert pick(tokens, None) is tokens
    assert pick(tokens, KEEP)[..., 0].tolist() == [[2, 0], [4, 3]]
    there = torch.tensor([[True, True, False], [True, True, True]])
    assert pick_valid(None, KEEP, None) is None
    assert pick_valid(None, KEEP, VALID) is VALID
    assert pick_valid(there, KEEP, None).tolist() == [[False, True], [True, True]]  # type: ignore[union-attr]
    assert pick_valid(there, KEEP, VALID).tolist() == [[False, False], [True, False]]  # type: ignore[union-attr]


def test_trimmed_is_what_no_row_has_and_one_position_stays() -> None:
    value = torch.zeros(2, 5, 3)
    assert trim(value, None).shape == trim(value, torch.tensor([5, 1])).shape == (2, 5, 3)
    assert trim(value, torch.tensor([2, 3])).shape == (2, 3, 3)
    assert trim(value, torch.tensor([0, 0])).shape == (2, 1, 3)
