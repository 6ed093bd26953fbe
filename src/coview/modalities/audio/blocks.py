"""Frames of sounds of many lengths, without the padding."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

BLOCK = 16
"""Frames of a block: few, so that little is computed beyond the end of a short sound."""


@dataclass(frozen=True)
class Blocks:
    """Those blocks of frames that rows have, one after the other: work on them leaves out what is padding.

    Args:
        values: `(M, BLOCK, D)`, zeros after a row's last frame.
        row: `(M,)` int64, whose block it is.
        nth: `(M,)` int64, which of that row's blocks.
        shape: N, F: rows, and frames of each once there is padding.
    """

    values: Tensor
    row: Tensor
    nth: Tensor
    shape: tuple[int, int]

    @staticmethod
    def places(valid: Tensor, frames: int) -> tuple[Tensor, Tensor]:
        """`row` and `nth` of the blocks that hold the first `valid (N,)` of each row's frames."""
        begin = torch.arange(0, frames, BLOCK, device=valid.device)
        row, nth = (begin < valid[:, None]).nonzero().unbind(1)
        return row, nth

    def of(self, rows: Tensor) -> Tensor:
        """The blocks of what is told of every frame: `(N, F)` -> `(M, BLOCK)`."""
        return F.pad(rows, (0, -self.shape[1] % BLOCK)).unflatten(1, (-1, BLOCK))[self.row, self.nth]

    def sum(self) -> Tensor:
        """Of all that a row has, `(N,)`: to the bit the same, whatever the other rows."""
        n, frames = self.shape
        sums = self.values.new_zeros(n, -(-frames // BLOCK))
        sums[self.row, self.nth] = self.values.sum((1, 2))
        return sums.sum(1)

    def dense(self) -> Tensor:
        """With padding, zeros: `(N, F, D)`."""
        n, frames = self.shape
        dense = self.values.new_zeros(n, -(-frames // BLOCK), *self.values.shape[1:])
        dense[self.row, self.nth] = self.values
        return dense.flatten(1, 2)[:, :frames]
