"""Clips with and without an inner section, and sections of them."""

from __future__ import annotations

import torch
from torch import Tensor

from coview.views.clip import frames_at
from coview.views.draw import Draw


def cut_inside(value: Tensor, draw: Draw, frames: int, gone: int) -> tuple[Tensor, Tensor, Tensor]:
    """A continuous and a discontinuous clip of each video, and the section that is missing inside of the latter.

    Paper: Self-supervised Spatiotemporal Representation Learning by Exploiting Video Continuity. Liang et al. AAAI
    2022. https://arxiv.org/abs/2112.05883

    Args:
        value: `(N, T, ...)` videos.
        draw: keyed draws of N samples.
        frames: of a clip; with `gone` no more than T.
        gone: frames of a section, at most half of a clip's.

    Returns:
        Clips `(N, 2, frames, ...)`, continuous and discontinuous; sections `(N, 2, gone, ...)`, the inside one and one
        outside of it, from the far end of the longer side of the discontinuous clip; and `(N,)` int64, how many frames
        of that come before the cut, at least 1 and at most `frames - 1`.
    """
    have = value.shape[1]
    start = draw.integers("continuous", have - frames + 1)
    begin = draw.integers("discontinuous", have - frames - gone + 1)
    cut = 1 + draw.integers("cut", frames - 1)
    outside = torch.where(2 * cut >= frames, begin, begin + frames)
    clips = [take_run(value, start, frames), take_run(value, begin, frames, cut, gone)]
    sections = [take_run(value, begin + cut, gone), take_run(value, outside, gone)]
    return torch.stack(clips, 1), torch.stack(sections, 1), cut


def take_run(value: Tensor, begin: Tensor, frames: int, cut: Tensor | None = None, gone: int = 0) -> Tensor:
    """Frames that follow one another, with some left out where there is a cut: `(N, T, ...)` -> `(N, frames, ...)`.

    Args:
        value: videos.
        begin: `(N,)` first frame.
        frames: that are taken.
        cut: `(N,)` how many come before those left out.
        gone: how many are left out.
    """
    at = torch.arange(frames, device=begin.device)
    return frames_at(value, begin[:, None] + at + (0 if cut is None else gone * (at >= cut[:, None])))
