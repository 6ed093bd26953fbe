from __future__ import annotations

import math

import torch

from coview.views.depth import ball_around, depth_pictures, draw_poses, rays
from coview.views.draw import Draw

POSES = draw_poses(Draw(3, 1, torch.arange(5)), 4, 30.0)
FRONT = torch.tensor([[1.0, 0, 0], [0, 0, 1], [0, 1, 0]])[None, None]
"""Seen along y: x to the right, z up."""


def test_a_pose_is_a_rotation_that_keeps_up_upright() -> None:
    eye = torch.eye(3).expand(5, 4, 3, 3)
    torch.testing.assert_close(POSES @ POSES.mT, eye, atol=1e-6, rtol=0)
    right, up, away = POSES.unbind(2)
    torch.testing.assert_close(torch.linalg.cross(right, away), up, atol=1e-6, rtol=0)
    assert (right[..., 2] == 0).all()
    assert (up[..., 2] >= math.cos(math.radians(30)) - 1e-6).all()


def test_poses_stand_at_equal_steps_around() -> None:
    right = POSES[:, :, 0, :2]
    turn = (right * right.roll(-1, 1)).sum(-1)
    torch.testing.assert_close(turn, torch.zeros(5, 4), atol=1e-6, rtol=0)  # cos of a quarter turn


def test_poses_are_drawn_by_key() -> None:
    some = draw_poses(Draw(3, 1, torch.tensor([3, 1])), 4, 30.0)
    assert torch.equal(some, POSES[[3, 1]])
    assert not torch.equal(draw_poses(Draw(3, 2, torch.arange(5)), 4, 30.0), POSES)


def test_the_nearest_point_is_seen() -> None:
    points = torch.tensor([[[0.0, 0.5, 0.0], [0.0, -0.5, 0.0], [0.0, 0.9, 0.0]]])
    picture = depth_pictures(points, FRONT, 4)[0, 0]
    expected = torch.zeros(4, 4)
    expected[1:3, 1:3] = 0.75  # half a radius before the middle
    torch.testing.assert_close(picture, expected)


def test_up_is_the_first_row_and_right_the_last_column() -> None:
    picture = depth_pictures(torch.tensor([[[0.6, 0.0, 0.7]]]), FRONT, 8)[0, 0]
    rows, columns = picture.nonzero().unbind(1)
    assert set(rows.tolist()) == {0, 1}
    assert set(columns.tolist()) == {5, 6}


def test_what_is_outside_of_the_ball_is_not_seen() -> None:
    points = torch.tensor([[[1.6, 0.0, 0.0], [0.0, 1.2, 0.0], [0.0, 0.0, -1.6]]])
    assert not depth_pictures(points, FRONT, 8).any()


def test_the_ball_around_a_cloud_fills_its_pictures_wherever_it_was_moved() -> None:
    torch.manual_seed(2)
    points = torch.randn(5, 200, 3) * torch.tensor([1.5, 1.0, 0.5]) + 3
    middle, radius = ball_around(points)
    fitted = (points - middle[:, None]) / radius[:, None, None]
    torch.testing.assert_close(fitted.norm(dim=-1).amax(1), torch.ones(5))
    torch.testing.assert_close(fitted.amax(1), -fitted.amin(1), atol=1e-5, rtol=0)
    torch.testing.assert_close(ball_around(2 * points - 1), (2 * middle - 1, 2 * radius))


def test_a_cloud_of_one_point_has_a_ball() -> None:
    middle, radius = ball_around(torch.full((1, 4, 3), 0.5))
    assert torch.equal(middle, torch.full((1, 3), 0.5))
    assert radius > 0


def test_turning_the_cloud_and_the_eye_together_changes_nothing() -> None:
    torch.manual_seed(0)
    points = torch.rand(5, 300, 3) - 0.5
    angle = torch.tensor(math.pi / 2)
    turn = torch.tensor([[0.0, -1, 0], [1, 0, 0], [0, 0, 1]])
    assert torch.isclose(turn[1, 0], angle.sin())
    seen, again = (depth_pictures(p, q, 16) for p, q in ((points, POSES), (points @ turn.T, POSES @ turn.T)))
    assert (seen - again).abs().gt(1e-5).float().mean() < 0.01  # a point on the edge of a pixel may go either way


def test_a_plain_loop_over_points_sees_the_same() -> None:
    torch.manual_seed(1)
    points = (torch.rand(2, 60, 3) - 0.5) * 1.8
    poses, side = POSES[:2], 12
    expected = torch.zeros(2, 4, side, side)
    for b in range(2):
        for a in range(4):
            for point in points[b]:
                x, y, z = (float(d @ point) for d in poses[b, a])
                for down in (0, 1):
                    for right in (0, 1):
                        column = math.floor((1 + x) * side / 2 - 0.5) + right
                        row = math.floor((1 - y) * side / 2 - 0.5) + down
                        if abs(z) <= 1 and 0 <= column < side and 0 <= row < side:
                            expected[b, a, row, column] = max(float(expected[b, a, row, column]), (1 - z) / 2, 1 / 255)
    torch.testing.assert_close(depth_pictures(points, poses, side), expected)


def test_a_point_lies_on_the_ray_of_the_patch_that_sees_it() -> None:
    centre, radius = torch.linspace(-1, 1, 15).view(5, 3), torch.linspace(0.5, 2, 5)
    on_plane, away = rays(POSES, 4, centre, radius)
    for cell in range(16):
        points = (on_plane[:, :, cell] - centre[:, None]) / radius[:, None, None] + 0.1 * away[:, :, cell]
        for pose in range(4):
            seen = depth_pictures(points[:, pose, None], POSES[:, pose, None], 16)[:, 0]
            middle = seen.unfold(1, 4, 4).unfold(2, 4, 4).flatten(1, 2)[:, cell]
            assert (middle[:, 1:3, 1:3] > 0).all()
            assert seen.gt(0).sum() == 4 * len(seen)
