"""Optical flow: how far each point of a picture moved until the next one."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

WINDOW = (1.0, 4.0, 6.0, 4.0, 1.0)
"""Weights of a point's neighbours along an axis, binomial."""
FLAT = 1e-4
"""What is added to squared slopes (of light from 0 to 1, a pixel): where all is as flat, nothing is said to move."""
LEVELS = 2
"""Sizes, each half of the one before; each doubles how far a point may move."""
ROUNDS = 2
"""Of least squares at each size."""


def optical_flow(before: Tensor, after: Tensor) -> Tensor:
    """Where each point of `before` lies in `after`: `(N, H, W)` light from 0 to 1 -> `(N, 2, H, W)` pixels, right and
    down.

    Least squares of the change of light in a window about each point, from coarse to fine, the second picture brought
    back by what is known so far. Sums are of shifted copies: what a picture moves does not depend on its batch.

    Source: An Iterative Image Registration Technique with an Application to Stereo Vision. Lucas, Kanade. IJCAI 1981;
    pyramid: Pyramidal Implementation of the Lucas Kanade Feature Tracker. Bouguet. 2000.

    Args:
        before, after: of one size, at least 2 ** (LEVELS - 1) pixels a side.
    """
    sizes = [(before, after)]
    for _ in range(LEVELS - 1):
        first, second = sizes[-1]
        sizes.append((F.avg_pool2d(first, 2, ceil_mode=True), F.avg_pool2d(second, 2, ceil_mode=True)))
    flow = torch.zeros_like(sizes[-1][0])[:, None].repeat(1, 2, 1, 1)
    for first, second in reversed(sizes):
        if flow.shape[2:] != first.shape[1:]:
            flow = 2 * F.interpolate(flow, first.shape[1:], mode="bilinear", align_corners=False)
        flow = _refined(first, second, flow)
    return flow


def _refined(before: Tensor, after: Tensor, flow: Tensor) -> Tensor:
    right, down = slopes(before)
    rr, rd, dd = _window(right * right) + FLAT, _window(right * down), _window(down * down) + FLAT
    inverse = 1 / (rr * dd - rd * rd)
    for _ in range(ROUNDS):
        change = _moved(after, flow) - before
        r, d = _window(right * change), _window(down * change)
        flow = flow - torch.stack([(dd * r - rd * d) * inverse, (rr * d - rd * r) * inverse], 1)
    return flow


def slopes(x: Tensor, across: tuple[float, ...] = (1.0,)) -> tuple[Tensor, Tensor]:
    """Central differences to the right and down, `(..., H, W)` each, averaged across by weights; borders go on."""
    return weighted(_step(x, -1), across, -2), weighted(_step(x, -2), across, -1)


def _step(x: Tensor, axis: int) -> Tensor:
    wide = _extended(x, 1, axis)
    n = x.shape[axis]
    return (wide.narrow(axis, 2, n) - wide.narrow(axis, 0, n)) / 2


def weighted(x: Tensor, weights: tuple[float, ...], axis: int) -> Tensor:
    """A weighted mean of each value's neighbours along an axis; borders go on."""
    wide, n, total = _extended(x, len(weights) // 2, axis), x.shape[axis], sum(weights)
    found = wide.narrow(axis, 0, n) * (weights[0] / total)
    for i, weight in enumerate(weights[1:], 1):
        found.add_(wide.narrow(axis, i, n), alpha=weight / total)
    return found


def _window(x: Tensor) -> Tensor:
    return weighted(weighted(x, WINDOW, -1), WINDOW, -2)


def _extended(x: Tensor, by: int, axis: int) -> Tensor:
    if not by:
        return x
    first, last = x.narrow(axis, 0, 1), x.narrow(axis, x.shape[axis] - 1, 1)
    return torch.cat([*[first] * by, x, *[last] * by], axis)


def _moved(picture: Tensor, flow: Tensor) -> Tensor:
    """The picture as seen from where each point went: bilinear, borders go on."""
    height, width = picture.shape[1:]
    right = torch.arange(width, device=flow.device) + flow[:, 0]
    down = torch.arange(height, device=flow.device)[:, None] + flow[:, 1]
    at = torch.stack([right * (2 / max(1, width - 1)) - 1, down * (2 / max(1, height - 1)) - 1], -1)
    return F.grid_sample(picture[:, None], at, padding_mode="border", align_corners=True)[:, 0]
