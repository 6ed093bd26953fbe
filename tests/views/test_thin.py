from __future__ import annotations

import torch

from coview.views.draw import Draw
from coview.views.thin import draw_kept, merge_gaps, thin


def test_what_stays_is_moved_to_the_front_in_order() -> None:
    value = torch.arange(24.0).view(1, 1, 6, 4) + 1
    kept = torch.tensor([[[True, False, True, False, False, True]]])
    out, length = thin(value, kept)
    assert length.tolist() == [[3]]
    assert torch.equal(out[0, 0, :3], value[0, 0, [0, 2, 5]])
    assert not out[0, 0, 3:].any()


def test_one_always_stays_where_there_is_one() -> None:
    count = torch.tensor([[1], [5], [0]]).repeat(40, 1)
    kept = draw_kept(Draw(0, 0, torch.arange(120)), count, 6, 0.99)
    assert kept.any(2)[count > 0].all()
    assert not kept[count == 0].any()
    assert not (kept & (torch.arange(6) >= count[..., None])).any()


def test_the_share_left_out_is_the_probability() -> None:
    kept = draw_kept(Draw(0, 0, torch.arange(400)), torch.full((400, 1), 100), 100, 0.25)
    assert abs(float(kept.float().mean()) - 0.75) < 0.01


def test_gaps_between_what_stays_are_sums() -> None:
    gaps = torch.tensor([[[float("nan"), 1.0, 2.0, 4.0, 8.0, float("nan"), 16.0]]])
    kept = torch.tensor([[[False, True, False, True, True, False, True]]])
    merged = merge_gaps(gaps, kept)[kept]
    assert merged[:3].tolist() == [1, 6, 8]
    assert merged[3].isnan()
