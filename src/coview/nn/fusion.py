"""One sensor's tokens, read in the light of another's: attention across, biased by distance."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from coview.nn.alibi import distance_bias


class Attention(nn.Module):
    """Queries of one sequence to keys and values of another (Vaswani et al. 2017), with a bias for each pair."""

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.q, self.kv, self.out = nn.Linear(dim, dim), nn.Linear(dim, 2 * dim), nn.Linear(dim, dim)

    def forward(self, x: Tensor, context: Tensor, bias: Tensor) -> Tensor:
        """`(N, Q, D)`, `(N, K, D)`, `(N, H, Q, K)` -> `(N, Q, D)`."""
        q = self.q(x).unflatten(-1, (self.heads, -1)).transpose(1, 2)
        k, v = self.kv(context).unflatten(-1, (2, self.heads, -1)).permute(2, 0, 3, 1, 4)
        return self.out(F.scaled_dot_product_attention(q, k, v, attn_mask=bias.to(q.dtype)).transpose(1, 2).flatten(2))


class FusionBlock(nn.Module):
    """Pre-norm attention within a sequence, attention to another, and an MLP."""

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.within, self.across = Attention(dim, heads), Attention(dim, heads)
        self.norms = nn.ModuleList(nn.LayerNorm(dim) for _ in range(4))
        self.mlp = nn.Sequential(nn.Linear(dim, 4 * dim), nn.GELU(), nn.Linear(4 * dim, dim))

    def forward(self, x: Tensor, context: Tensor, within: Tensor, across: Tensor) -> Tensor:
        """`x (N, Q, D)`, `context (N, K, D)`, biases `(N, H, Q, Q)` and `(N, H, Q, K)` -> `(N, Q, D)`."""
        first, second, other, last = self.norms
        y = first(x)
        x = x + self.within(y, y, within)
        x = x + self.across(second(x), other(context), across)
        return x + self.mlp(last(x))


class FusionEncoder(nn.Module):
    """Blocks in which one sensor's tokens read each other's and another sensor's.

    Paper: CROMA: Remote Sensing Representations with Contrastive Radar-Optical Masked Autoencoders. Fuller, Millard,
    Green. NeurIPS 2023. https://arxiv.org/abs/2311.00566 (its multimodal encoder).

    Args:
        dim: D.
        depth: blocks.
        heads: attention heads.
    """

    def __init__(self, dim: int, depth: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.blocks = nn.ModuleList(FusionBlock(dim, heads) for _ in range(depth))
        self.norm = nn.LayerNorm(dim)

    def forward(
        self,
        x: Tensor,
        context: Tensor,
        at: Tensor | None = None,
        context_at: Tensor | None = None,
        valid: Tensor | None = None,
        context_valid: Tensor | None = None,
    ) -> Tensor:
        """Fuses.

        Args:
            x: `(N, Q, D)`.
            context: `(N, K, D)`.
            at: `(N, Q, axes)` where the tokens of x stand; no bias within x where None.
            context_at: `(N, K, axes)`; no bias across where None.
            valid: `(N, Q)` bool, tokens of x that are not padding; all where None.
            context_valid: `(N, K)` bool, likewise.

        Returns:
            `(N, Q, D)`.
        """
        within = self._bias(x, x, at, at, valid)
        across = self._bias(x, context, at, context_at, context_valid)
        for block in self.blocks:
            x = block(x, context, within, across)
        return self.norm(x)

    def _bias(self, x: Tensor, y: Tensor, at: Tensor | None, to: Tensor | None, valid: Tensor | None) -> Tensor:
        if at is None or to is None:
            bias = x.new_zeros(len(x), self.heads, x.shape[1], y.shape[1])
        else:
            bias = distance_bias(at.to(x.dtype), to.to(x.dtype), self.heads)
        return bias if valid is None else bias.masked_fill(~valid[:, None, None], -torch.inf)
