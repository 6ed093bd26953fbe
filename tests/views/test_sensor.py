from __future__ import annotations

import math

import torch

from coview.views.draw import Draw
from coview.views.sensor import draw_dropped, draw_gain, draw_order, draw_turns, turn


def draw(n: int) -> Draw:
    return Draw(0, 0, torch.arange(n))


def test_pieces_are_shuffled_whole_and_padding_stays() -> None:
    length = torch.tensor([[20], [7], [1], [0]]).repeat(30, 1)
    order = draw_order(draw(120), length, 24, 4)
    for row, n in zip(order[:, 0], length[:, 0].tolist()):
        assert row[:n].sort().values.tolist() == list(range(n))
        assert row[n:].tolist() == list(range(n, 24))
        assert int((row[:n].diff() != 1).sum()) <= 3


def test_one_piece_changes_nothing() -> None:
    order = draw_order(draw(5), torch.full((5, 2), 9), 12, 1)
    assert torch.equal(order, torch.arange(12).expand(5, 2, 12))


def test_turns_are_rotations_up_to_the_angle() -> None:
    turns = draw_turns(draw(500), 2, 1, 60).double()
    eye = torch.eye(3, dtype=torch.float64)
    assert torch.allclose(turns @ turns.mT, eye.expand_as(turns), atol=1e-6)
    cosine = (turns.diagonal(dim1=-2, dim2=-1).sum(-1) - 1) / 2
    assert float(cosine.min()) >= math.cos(math.radians(60)) - 1e-6
    assert float(cosine.min()) < 0.6


def test_turned_triples_are_matrix_products_and_what_is_left_over_stays() -> None:
    value = torch.randn(4, 2, 5, 8, generator=torch.Generator().manual_seed(0))
    turns = draw_turns(draw(4), 2, 2, 90)
    out = turn(value, turns)
    assert torch.equal(out[..., 6:], value[..., 6:])
    assert torch.allclose(out[1, 1, 3, 3:6], turns[1, 1, 1] @ value[1, 1, 3, 3:6], atol=1e-6)


def test_channels_are_off_as_often_as_told_and_one_that_is_there_never() -> None:
    seen = torch.ones(2000, 1, 10, dtype=torch.bool)
    assert abs(float(draw_dropped(draw(2000), seen, 0.3).float().mean()) - 0.3) < 0.02
    seen[..., 1:] = False
    assert not draw_dropped(draw(2000), seen, 0.9)[..., 0].any()


def test_gain_has_the_deviation_told() -> None:
    gain = draw_gain(draw(2000), 1, 4, 0.2)
    assert abs(float(gain.mean()) - 1) < 0.01
    assert abs(float(gain.std()) - 0.2) < 0.01
