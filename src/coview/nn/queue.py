"""The last rows of the steps before: negatives and company that a batch alone is too small for."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F


class Queue(nn.Module):
    """First in, first out: the last `size` rows pushed, oldest first.

    It starts with random unit vectors from a fixed seed, as MoCo's does; `filled` says how many of the last rows were
    pushed. Both are buffers: a checkpoint carries them.

    Args:
        size: rows kept; 0 keeps none.
        shape: shape of one row.
    """

    rows: Tensor
    filled: Tensor

    def __init__(self, size: int, *shape: int) -> None:
        super().__init__()
        start = torch.randn(size, *shape, generator=torch.Generator().manual_seed(0))
        self.register_buffer("rows", F.normalize(start, dim=-1))
        self.register_buffer("filled", torch.zeros((), dtype=torch.int64))

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def full(self) -> bool:
        """Whether nothing of the random start is left."""
        return int(self.filled) == len(self)

    @torch.no_grad()
    def push(self, rows: Tensor) -> None:
        """Takes in `(n, *shape)`, the newest last, and lets go of the oldest."""
        joined = torch.cat([self.rows, rows.to(self.rows.dtype)])
        self.rows.copy_(joined[len(joined) - len(self) :])
        self.filled.add_(len(rows)).clamp_(max=len(self))
