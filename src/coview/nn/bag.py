"""A bag of symbols: the baseline that knows no order."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Bag(nn.Module):
    """The mean embedding of a sequence's symbols, then a small MLP.

    Args:
        symbols: how many there are.
        dim: D, of the embedding and of the output.
        hidden: width of the MLP's hidden layer.
    """

    def __init__(self, symbols: int, *, dim: int = 256, hidden: int = 512) -> None:
        super().__init__()
        self.dim = dim
        self.embed = nn.Embedding(symbols, dim)
        self.mlp = nn.Sequential(nn.LayerNorm(dim), nn.Linear(dim, hidden), nn.GELU(), nn.Linear(hidden, dim))

    def forward(self, value: Tensor, length: Tensor | None = None) -> Tensor:
        """`value (N, T)` int64, of which the first `length (N,)` are valid -> `(N, D)`."""
        each = self.embed(value)
        if length is None:
            return self.mlp(each.mean(1))
        valid = (torch.arange(value.shape[1], device=value.device) < length[:, None]).to(each.dtype)
        total = torch.einsum("ntd,nt->nd", each, valid)
        return self.mlp(total / length.clamp_min(1).to(each.dtype)[:, None])
