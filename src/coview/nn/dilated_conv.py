"""Dilated convolutions over a sequence's tokens, which know no positions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from coview.nn.encoder import TokenOutput
from coview.nn.rows import as_view, pick, pick_valid, unread
from coview.nn.tokens import valid_or_all

if TYPE_CHECKING:
    from coview.modalities.base import Modality


class DilatedBlock(nn.Module):
    """Two convolutions of three tokens, `dilation` apart, each after a GELU, beside the input."""

    def __init__(self, dim: int, dilation: int) -> None:
        super().__init__()
        self.convs = nn.ModuleList(nn.Conv1d(dim, dim, 3, padding=dilation, dilation=dilation) for _ in range(2))

    def forward(self, x: Tensor, there: Tensor) -> Tensor:
        """`x (N, D, T)`, `there (N, 1, T)` 1 at valid tokens, 0 at padding, which stays 0 -> `(N, D, T)`."""
        y = x
        for conv in self.convs:
            y = conv(F.gelu(y)) * there
        return x + y


class DilatedConv(nn.Module):
    """The network of TS2Vec: a linear map of tokens, zeros where hidden, blocks of dilation 1, 2, 4 ..

    A token is told by what is around it and not by where it stands, so that contrast of places (TS2Vec, COMET) has to
    read the data. Pooled is the greatest of the valid tokens in each dimension.

    Paper: TS2Vec: Towards Universal Representation of Time Series. Yue et al. AAAI 2022.
    https://arxiv.org/abs/2106.10466 (authors' code: zhihanyue/ts2vec).

    Args:
        modality: gives tokens, which follow one another.
        dim: D.
        depth: blocks (the paper: 10).
        drop: dropout of what comes out (the paper: 0.1).

    Raises:
        ValueError: there is no block.
    """

    tokens_out = True

    def __init__(self, modality: Modality, *, dim: int = 128, depth: int = 5, drop: float = 0.1) -> None:
        super().__init__()
        if not depth:
            raise ValueError("it has no block; depth is at least 1")
        self.modality = modality
        self.dim = dim
        self.embed = modality.token_embedding(dim)
        self.blocks = nn.ModuleList(DilatedBlock(dim, 2**i) for i in range(depth))
        self.drop = nn.Dropout(drop)

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
        """Encodes rows; arguments as of `TokenNet`. Tokens that are not kept are read as hidden."""
        cut = self.modality.tokens(as_view(value, length, self.modality))
        x = self.embed(cut.value[:, 0])
        valid = valid_or_all(cut.valid, cut.value, 3)[:, 0]
        hidden = unread(masked, keep, keep_valid, valid.shape)
        seen = valid if hidden is None else valid & ~hidden
        x = (x * seen[..., None]).transpose(1, 2)
        there = valid[:, None].to(x.dtype)
        outputs: list[Tensor] = []
        for block in self.blocks:
            x = block(x, there)
            outputs.append(pick(x.transpose(1, 2), keep))
        tokens = self.drop(outputs[-1])
        told = pick_valid(None if cut.valid is None else valid, keep, keep_valid)
        return TokenOutput(_greatest(tokens, told), tokens, told, outputs if layers else None)


def _greatest(tokens: Tensor, valid: Tensor | None) -> Tensor:
    """Of each dimension over valid tokens, `(N, T, D)` -> `(N, D)`; 0 where none is valid."""
    if valid is None:
        return tokens.amax(1)
    lowest = torch.finfo(tokens.dtype).min
    most = tokens.masked_fill(~valid[..., None], lowest).amax(1)
    return most.masked_fill(~valid.any(1, keepdim=True), 0)
