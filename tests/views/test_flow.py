from __future__ import annotations

import pytest
import torch
from torch import Tensor

from coview.views.flow import optical_flow, slopes


def waves(right: float, down: float) -> Tensor:
    """A smooth picture moved by so many pixels, `(1, 32, 40)`."""
    y, x = torch.arange(32)[:, None] - down, torch.arange(40) - right
    return (0.5 + 0.2 * torch.sin(0.4 * x + 0.1 * y) + 0.2 * torch.cos(0.35 * y - 0.05 * x))[None]


@pytest.mark.parametrize("moved", [(1.0, 0.0), (0.0, 2.0), (-2.5, 1.5)])
def test_flow_says_how_far_a_picture_moved(moved: tuple[float, float]) -> None:
    flow = optical_flow(waves(0, 0), waves(*moved))[0, :, 6:-6, 6:-6]  # away from borders, where things come and go
    assert (flow.mean((1, 2)) - torch.tensor(moved)).abs().max() < 0.05


def test_two_parts_may_move_apart() -> None:
    before, after = waves(0, 0), torch.cat([waves(1, 0)[..., :20], waves(-1, 0)[..., 20:]], -1)
    flow = optical_flow(before, after)[0, 0, 8:-8]
    assert flow[:, 6:14].mean() > 0.8
    assert flow[:, 26:34].mean() < -0.8


def test_what_stands_still_or_shows_nothing_does_not_move() -> None:
    assert not optical_flow(waves(0, 0), waves(0, 0)).abs().max() > 1e-4
    assert not optical_flow(torch.full((1, 8, 8), 0.2), torch.full((1, 8, 8), 0.9)).any()


def test_flow_does_not_depend_on_the_batch() -> None:
    before, after = torch.rand(2, 9, 20, 20, generator=torch.Generator().manual_seed(0))
    assert torch.equal(optical_flow(before, after)[4:5], optical_flow(before[4:5], after[4:5]))


def test_slopes_of_a_plane_are_its_own() -> None:
    plane = 3 * torch.arange(6.0)[:, None] + 2 * torch.arange(7.0)
    right, down = slopes(plane, (1.0, 1.0, 1.0))
    assert torch.allclose(right[:, 1:-1], torch.tensor(2.0))
    assert torch.allclose(down[1:-1], torch.tensor(3.0))
