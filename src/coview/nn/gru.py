"""A recurrent network over a sequence that padding cannot reach."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from coview.nn.rows import trim


class SequenceGRU(nn.Module):
    """A gated recurrent unit (Cho et al. 2014) read out at the last valid position.

    Args:
        embed: maps the input to vectors `(N, T, width)`.
        width: of the embedding.
        dim: D, of the state and the output.
    """

    def __init__(self, embed: nn.Module, width: int, dim: int) -> None:
        super().__init__()
        self.embed = embed
        self.dim = dim
        self.norm = nn.LayerNorm(width)
        self.body = nn.GRU(width, dim, batch_first=True)
        self.out = nn.Linear(dim, dim)

    def forward(self, value: Tensor, length: Tensor | None = None) -> Tensor:
        """`value (N, T, ...)`, of which the first `length (N,)` positions are valid -> `(N, D)`."""
        states, _ = self.body(self.norm(self.embed(trim(value, length))))
        last = states.shape[1] - 1 if length is None else (length - 1).clamp_min(0)
        rows = torch.arange(len(states), device=states.device)
        return self.out(states[rows, last])
