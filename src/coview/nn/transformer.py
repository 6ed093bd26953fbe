"""A small transformer over a modality's tokens, whole, masked or in part."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from coview.nn.alibi import cell_centres, distance_bias
from coview.nn.encoder import TokenOutput
from coview.nn.rows import as_view, pick, pick_valid

if TYPE_CHECKING:
    from coview.batch import View
    from coview.modalities.base import Modality


class Block(nn.Module):
    """Pre-norm attention and MLP (Vaswani et al. 2017; pre-norm as in ViT, Dosovitskiy et al. 2021)."""

    def __init__(self, dim: int, heads: int, drop: float = 0.0) -> None:
        super().__init__()
        self.heads = heads
        self.norm_1, self.norm_2 = nn.LayerNorm(dim), nn.LayerNorm(dim)
        self.qkv, self.out = nn.Linear(dim, 3 * dim), nn.Linear(dim, dim)
        self.mlp = nn.Sequential(nn.Linear(dim, 4 * dim), nn.GELU(), nn.Linear(4 * dim, dim))
        self.drop = nn.Dropout(drop)

    def forward(
        self, x: Tensor, valid: Tensor | None = None, *, bias: Tensor | None = None, causal: bool = False
    ) -> Tensor:
        """`x (N, T, D)`, `valid (N, T)` bool of the keys that may be attended to -> `(N, T, D)`.

        `bias`: `(N, heads, T, T)`, or of one row for all, added to what attention compares. `causal`: a token attends
        to itself and to those before it; padding, which comes last, needs no `valid` then.
        """
        n, t, d = x.shape
        q, k, v = self.qkv(self.norm_1(x)).view(n, t, 3, self.heads, d // self.heads).permute(2, 0, 3, 1, 4)
        mask = None if valid is None else valid[:, None, None, :]
        if bias is not None:
            mask = bias.to(q.dtype) if mask is None else bias.to(q.dtype).masked_fill(~mask, -torch.inf)
        mixed = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, is_causal=causal)
        x = x + self.drop(self.out(mixed.transpose(1, 2).reshape(n, t, d)))
        return x + self.drop(self.mlp(self.norm_2(x)))


def heads_for(dim: int) -> int:
    """Attention heads of a width by default: one for 32 features, or the next fewer that divide it."""
    return next(heads for heads in range(max(1, dim // 32), 0, -1) if dim % heads == 0)


class Transformer(nn.Module):
    """Blocks and a final norm over tokens that are embedded already.

    Args:
        dim: D.
        depth: blocks.
        heads: attention heads; default `heads_for(dim)`.
        drop: dropout on each residual branch.

    Raises:
        ValueError: `dim` does not fall into as many heads.
    """

    def __init__(self, dim: int, depth: int, heads: int | None = None, drop: float = 0.0) -> None:
        super().__init__()
        heads = heads or heads_for(dim)
        if dim % heads:
            raise ValueError(f"{dim} features do not fall into {heads} heads")
        self.blocks = nn.ModuleList(Block(dim, heads, drop=drop) for _ in range(depth))
        self.norm = nn.LayerNorm(dim)

    def forward(
        self,
        x: Tensor,
        valid: Tensor | None = None,
        *,
        bias: Tensor | None = None,
        at: Tensor | None = None,
        layers: list[Tensor] | None = None,
        causal: bool = False,
    ) -> Tensor:
        """`(N, T, D)` -> `(N, T, D)`, arguments as of `Block`; each block's output is appended to `layers`.

        `at`: `(N, T)` int64, the place of each token, for bodies that give positions of their own; not read here.
        """
        for block in self.blocks:
            x = block(x, valid, bias=bias, causal=causal)
            if layers is not None:
                layers.append(x)
        return self.norm(x)


class TokenNet(nn.Module):
    """Embeds a modality's tokens, adds positions, runs a transformer; hides or drops tokens where told.

    Args:
        modality: gives tokens, their width and their grid.
        body: reads embedded tokens in place of a `Transformer`, called as one; depth, heads and drop are its own then.
        dim: D.
        depth: blocks.
        heads: attention heads; default one for 32 features.
        drop: dropout rate.
        registers: learned tokens that are read beside the others and are no part of what comes out (Darcet et al.,
            "Vision Transformers Need Registers", ICLR 2024, https://arxiv.org/abs/2309.16588).
        alibi: attention weakened by distance on the grid (`distance_bias`) in place of positions that are added, so
            that larger inputs are read than were learned from. Tokens that stand by their value, as patches of points,
            have no grid and keep their positions.
    """

    tokens_out = True

    def __init__(
        self,
        modality: Modality,
        body: nn.Module | None = None,
        *,
        dim: int = 128,
        depth: int = 4,
        heads: int | None = None,
        drop: float = 0.0,
        registers: int = 0,
        alibi: bool = False,
    ) -> None:
        super().__init__()
        self.modality, self.alibi = modality, alibi
        self.dim = dim
        self.embed = modality.token_embedding(dim)
        self.mask_token = nn.Parameter(torch.zeros(dim))
        self.registers = nn.Parameter(torch.randn(registers, dim) * 0.02) if registers else None
        heads = heads or heads_for(dim)
        self.resolved = {"heads": heads}
        self.body = Transformer(dim, depth, heads, drop) if body is None else body
        nn.init.normal_(self.mask_token, std=0.02)

    def forward(
        self,
        value: Tensor,
        length: Tensor | None = None,
        *,
        keep: Tensor | None = None,
        keep_valid: Tensor | None = None,
        masked: Tensor | None = None,
        layers: bool = False,
    ) -> TokenOutput:
        """Encodes rows.

        Args:
            value: `(N, ...)` prepared.
            length: `(N,)` valid positions of the value, where it has such.
            keep: `(N, K)` int64, the only tokens to read, by position.
            keep_valid: `(N, K)` bool, which of them are not padding.
            masked: `(N, T)` bool, tokens to hide behind the learned mask token.
            layers: whether to return each block's output.
        """
        n = len(value)
        whole = as_view(value, length, self.modality)
        cut = self.modality.tokens(whole)
        x = self.embed(cut.value[:, 0])
        valid = None if cut.valid is None else cut.valid[:, 0]
        if masked is not None:
            x = torch.where(masked[..., None], self.mask_token.to(x.dtype), x)
        places = self.modality.places(whole, self.dim).to(x.dtype)
        biased = self.alibi and places.ndim == 2
        x = x if biased else x + (places if places.ndim == 2 else places[:, 0])
        x, valid = pick(x, keep), pick_valid(valid, keep, keep_valid)
        bias = self._bias(whole, keep) if biased else None
        outputs: list[Tensor] | None = [] if layers else None
        if self.registers is None:
            tokens = self.body(x, valid, bias=bias, at=keep, layers=outputs)
        else:
            first = len(self.registers)
            beside = torch.cat([self.registers.to(x.dtype).expand(n, -1, -1), x], 1)
            everyone = None if valid is None else F.pad(valid, (first, 0), value=True)
            bias = None if bias is None else F.pad(bias, (first, 0, first, 0))
            tokens = self.body(beside, everyone, bias=bias, layers=outputs)[:, first:]
            outputs = None if outputs is None else [y[:, first:] for y in outputs]
        return TokenOutput(_mean(tokens, valid), tokens, valid, outputs)

    def _bias(self, whole: View, keep: Tensor | None) -> Tensor:
        """By distance, of the tokens that are kept: `(N, heads, K, K)`, or `(1, heads, T, T)` for all rows alike."""
        grid = self.modality.grid(whole)
        at = cell_centres(grid, grid, whole.present.device)
        at = at[None] if keep is None else at[keep]
        return distance_bias(at, at, self.resolved["heads"])


def _mean(tokens: Tensor, valid: Tensor | None) -> Tensor:
    """The mean over valid tokens, `(N, T, D)` -> `(N, D)`."""
    if valid is None:
        return tokens.mean(1)
    weight = valid.to(tokens.dtype)[..., None]
    return (tokens * weight).sum(1) / weight.sum(1).clamp_min(1)
