from __future__ import annotations

import math

import pytest
import torch

from coview.views.clip import draw_pair_times, draw_times, spread_frames, take_frames
from coview.views.draw import Draw
from coview.views.masks import random_keep, random_mask

DRAW = Draw(0, 1, torch.arange(500))


def test_stretches_lie_within_the_clip_and_have_the_shares_asked_for():
    begin, end = draw_times(DRAW, 2, (0.25, 0.75)).unbind(-1)
    extent = end - begin
    assert begin.min() >= 0
    assert end.max() <= 1 + 1e-6
    assert 0.25 <= extent.min() < 0.3
    assert 0.7 < extent.max() <= 0.75 + 1e-6


def test_frames_of_the_whole_are_the_middles_of_equal_parts():
    assert spread_frames(torch.tensor([0.0, 1.0]), 12, 4).tolist() == [1, 4, 7, 10]


def test_frames_of_half_follow_one_another():
    assert spread_frames(torch.tensor([0.5, 1.0]), 8, 4).tolist() == [4, 5, 6, 7]


def test_frames_are_taken_by_position():
    value = torch.randint(0, 256, (2, 5, 3, 4, 4), dtype=torch.uint8)
    at = torch.tensor([[0, 4], [2, 2]])
    got = take_frames(value, at)
    assert got.shape == (2, 2, 3, 4, 4)
    torch.testing.assert_close(got[1, 0], value[1, 2].float() / 255)
    torch.testing.assert_close(got[0, 1], value[0, 4].float() / 255)


def test_tubes_hide_the_same_places_at_every_time():
    masked = random_mask(DRAW, 4 * 25, 0.9, tubes=4).unflatten(-1, (4, 25))
    assert torch.equal(masked, masked[:, :, :1].expand_as(masked))
    assert (masked[:, 0, 0].sum(-1) == 23).all()  # 22.5 rounded
    assert len(masked[:, 0, 0].unique(dim=0)) > 100


def test_what_tubes_leave_is_kept_whole():
    kept = random_keep(DRAW, 4 * 25, 0.9, tubes=4)
    assert kept.keep.shape == (500, 1, 8)
    assert kept.keep_valid.all()
    assert not kept.masked.gather(-1, kept.keep).any()


@pytest.mark.parametrize(
    ("power", "share_below"),
    [(1.0, lambda x: 2 * x - x**2), (2.0, lambda x: (3 * x - x**3) / 2), (math.inf, lambda x: x)],
)
def test_gaps_of_a_pair_have_the_density_asked_for(power, share_below):
    begin, end = draw_pair_times(Draw(0, 1, torch.arange(20_000)), 0.25, power).unbind(-1)
    torch.testing.assert_close(end - begin, torch.full_like(begin, 0.25))
    assert begin.min() >= 0
    assert end.max() <= 1 + 1e-6
    gap = (begin[:, 0] - begin[:, 1]).abs() / 0.75
    for x in (0.1, 0.3, 0.5, 0.9):
        assert abs((gap <= x).float().mean().item() - share_below(x)) < 0.012  # three deviations of 20,000 draws


def test_either_of_a_pair_comes_first():
    begin = draw_pair_times(DRAW, 0.5)[..., 0]
    assert 0.4 < (begin[:, 0] < begin[:, 1]).float().mean() < 0.6
