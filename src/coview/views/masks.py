"""Which tokens are hidden: at random, in blocks, in spans; drawn by key, exact in number, never padding.

Every mask here hides `round(ratio * n)` of a look's n valid tokens, but at least one and all but one at most, so that
there is something to predict and something to predict it from; a look of one token keeps it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

import torch
from torch import Tensor

from coview.views.draw import Draw

ASPECT = (0.75, 1.5)
"""Least and greatest height over width of a block on two axes, relative to the grid's (I-JEPA, Assran et al. 2023)."""


class Masking(StrEnum):
    """How tokens are hidden at random.

    - `random`: one by one.
    - `tube`: the same places at every time, for grids that begin with time: what is hidden in one frame is hidden in
      all, and cannot be copied from the next.
    """

    RANDOM = "random"
    TUBE = "tube"


@dataclass
class Kept:
    """What a masked encoder reads and what it does not.

    Args:
        keep: `(B, V, K)` int64, positions of the visible tokens, first to last.
        keep_valid: `(B, V, K)` bool, which of them count; looks with fewer tokens keep fewer.
        masked: `(B, V, T)` bool, the hidden ones.
    """

    keep: Tensor
    keep_valid: Tensor
    masked: Tensor


def random_mask(
    draw: Draw,
    tokens: int,
    ratio: float,
    *,
    views: int = 1,
    valid: Tensor | None = None,
    tubes: int = 1,
) -> Tensor:
    """Tokens hidden one by one, or tube by tube: `(B, V, T)` bool.

    Args:
        draw: keyed draws of B samples.
        tokens: T.
        ratio: share of the valid tokens to hide.
        views: V.
        valid: `(B, V, T)` bool, the tokens that are not padding, or None where all are.
        tubes: tokens of one place along the first axis of the grid, hidden together (VideoMAE, Tong et al. 2022,
            section 3.3). Not with `valid`.
    """
    if tubes == 1:
        return _lowest(draw("mask", views, tokens), ratio, valid)
    return _lowest(draw("mask", views, tokens // tubes), ratio, None).repeat(1, 1, tubes)


def random_keep(
    draw: Draw,
    tokens: int,
    ratio: float,
    *,
    views: int = 1,
    valid: Tensor | None = None,
    tubes: int = 1,
) -> Kept:
    """Random masking as MAE reads it (He et al. 2022, section 3): the visible tokens by position.

    Arguments are those of `random_mask`. K is the same for any batch: what a look without padding keeps.
    """
    masked = random_mask(draw, tokens, ratio, views=views, valid=valid, tubes=tubes)
    visible = ~masked if valid is None else ~masked & valid
    most = tokens - hidden_count(tokens // tubes, ratio) * tubes
    keep = visible.byte().argsort(dim=-1, descending=True, stable=True)[..., :most]
    return Kept(keep, visible.gather(-1, keep), masked)


def block_mask(
    draw: Draw,
    grid: tuple[int, ...],
    ratio: float,
    sides: tuple[int, ...],
    *,
    views: int = 1,
    valid: Tensor | None = None,
) -> Tensor:
    """Tokens hidden block by block until the ratio is reached, the last block in part: `(B, V, T)` bool.

    As BEiT's blockwise masking (Bao et al. 2022, algorithm 1), in one pass: blocks of one size stand at every place,
    some reaching beyond the border so that all tokens are covered alike; each block has a random rank, a token the
    least rank of the blocks over it, and the tokens of least rank are hidden.

    Args:
        draw: keyed draws of B samples.
        grid: the tokens' arrangement, any number of axes; T is its product.
        ratio: share of the valid tokens to hide.
        sides: tokens a block holds along each axis.
        views: V.
        valid: `(B, V, T)` bool, the tokens that are not padding, or None where all are.
    """
    sides = tuple(min(side, cells) for side, cells in zip(sides, grid, strict=True))
    rank = draw("mask", views, *(cells + side - 1 for cells, side in zip(grid, sides)))
    for axis, side in enumerate(sides):
        rank = rank.unfold(2 + axis, side, 1).amin(-1)
    rank = rank.flatten(2)
    # a block that is cut is cut from any place alike: cut always from its end, it would hide the first tokens most
    tokens = rank.shape[-1]
    have = torch.full_like(rank[..., :1], tokens) if valid is None else valid.sum(-1, keepdim=True)
    first = (draw("mask cut", views, 1) * have).long()
    order = (first + torch.arange(tokens, device=rank.device)) % tokens
    masked = _lowest(rank.gather(-1, order), ratio, None if valid is None else valid.gather(-1, order))
    return torch.empty_like(masked).scatter(-1, order, masked)


def span_mask(
    draw: Draw,
    tokens: int,
    ratio: float,
    span: int,
    *,
    views: int = 1,
    valid: Tensor | None = None,
) -> Tensor:
    """Spans of a sequence hidden until the ratio is reached: `(B, V, T)` bool.

    wav2vec 2.0 (Baevski et al. 2020, section 3.1) draws starts with a probability and lets spans overlap; here spans
    overlap too, and the share hidden is exact. Arguments are those of `block_mask`, with `span` tokens a span.
    """
    return block_mask(draw, (tokens,), ratio, (span,), views=views, valid=valid)


def block_sides(draw: Draw, grid: tuple[int, ...], share: tuple[float, float] = (0.05, 0.15)) -> tuple[int, ...]:
    """A block's size, drawn once a step: tokens along each axis, at least one.

    Args:
        draw: keyed draws.
        grid: the tokens' arrangement.
        share: least and greatest share of the grid in one block.
    """
    part, stretch = (float(x) for x in draw.step("block size", 2))
    part = share[0] + part * (share[1] - share[0])
    stretch = math.exp(math.log(ASPECT[0]) + stretch * math.log(ASPECT[1] / ASPECT[0])) if len(grid) == 2 else 1.0
    edge = part ** (1 / len(grid))
    return tuple(
        max(1, min(cells, round(cells * edge * math.sqrt(stretch) ** (1 - 2 * axis))))
        for axis, cells in enumerate(grid)
    )


def modality_mask(
    draw: Draw,
    grid: tuple[int, ...],
    ratio: float,
    *,
    views: int = 1,
    valid: Tensor | None = None,
    share: tuple[float, float] = (0.05, 0.15),
) -> Tensor:
    """The mask that suits a modality's grid, `(B, V, T)` bool: spans along one axis, blocks on more.

    Args:
        draw: keyed draws of B samples.
        grid: the tokens' arrangement, as `Modality.grid` gives it.
        ratio: share of the valid tokens to hide.
        views: V.
        valid: `(B, V, T)` bool, the tokens that are not padding, or None where all are.
        share: least and greatest share of the grid in one span or block.
    """
    return block_mask(draw, grid, ratio, block_sides(draw, grid, share), views=views, valid=valid)


def hidden_count(tokens: int, ratio: float) -> int:
    """How many of `tokens` valid tokens are hidden."""
    return max(0, min(tokens - 1, max(1, math.floor(tokens * ratio + 0.5))))


def _lowest(score: Tensor, ratio: float, valid: Tensor | None) -> Tensor:
    """The valid tokens of least score, as many as the ratio asks: `(B, V, T)` -> bool."""
    if valid is None:
        count: Tensor | int = hidden_count(score.shape[-1], ratio)
    else:
        score = score.masked_fill(~valid, torch.inf)
        have = valid.sum(-1, keepdim=True)
        count = (have.double() * ratio + 0.5).floor().long().clamp_min(1).minimum(have - 1)
    return lowest(score, count)


def lowest(score: Tensor, count: int | Tensor) -> Tensor:
    """The `count` (an integer, or `(..., 1)`) positions of least score `(..., T)`, bool; of equals, the first."""
    return score.argsort(dim=-1, stable=True).argsort(-1) < count
