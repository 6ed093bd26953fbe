import torch

from coview.views.draw import Draw
from coview.views.points import draw_kept, draw_some, repeat_kept

KEYS = torch.arange(20) * 31 + 5


def some_points(count: int) -> torch.Tensor:
    return torch.randn(20, 2, count, 3, generator=torch.Generator().manual_seed(0))


def test_a_crop_keeps_the_share_drawn_around_one_point():
    points = some_points(50)
    kept, shares = draw_kept(Draw(0, 0, KEYS), points, (0.3, 0.8), 0.0, 0.0)
    assert torch.equal(kept.sum(-1), (shares[..., 0] * 50).ceil().long())
    for cloud, mine in zip(points.flatten(0, 1), kept.flatten(0, 1), strict=True):
        apart = torch.cdist(cloud, cloud)
        assert any(apart[i][mine].max() < apart[i][~mine].min() for i in range(50))


def test_a_cutout_leaves_out_the_share_drawn():
    kept, shares = draw_kept(Draw(0, 0, KEYS), some_points(50), (1.0, 1.0), 0.5, 0.0)
    assert torch.equal((~kept).sum(-1), (shares[..., 1] * 50).floor().long())


def test_of_points_in_one_place_the_first_are_kept():
    kept, shares = draw_kept(Draw(0, 0, KEYS), torch.zeros(20, 2, 30, 3), (0.2, 0.9), 0.0, 0.0)
    wanted = (shares[..., :1] * 30).ceil()
    assert torch.equal(kept, torch.arange(30) < wanted)


def test_one_point_stays_whatever_is_left_out():
    kept, _ = draw_kept(Draw(0, 0, KEYS), some_points(3), (0.01, 0.01), 0.95, 0.95)
    assert kept.any(-1).all()


def test_kept_points_come_again_in_their_order():
    points = torch.arange(5.0)[None, None, :, None].expand(2, 1, 5, 3)
    kept = torch.tensor([[[False, True, False, True, False]], [[True, True, True, False, True]]])
    assert repeat_kept(points, kept)[..., 0].tolist() == [[[1, 3, 1, 3, 1]], [[0, 1, 2, 4, 0]]]


def test_points_drawn_are_different_ones():
    at = draw_some(Draw(0, 0, KEYS), 2, 1024, 256)
    assert all(len(set(row.tolist())) == 256 for row in at.flatten(0, 1))
    assert 0 <= int(at.min()) <= int(at.max()) < 1024
