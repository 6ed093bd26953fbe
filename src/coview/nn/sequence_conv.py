"""A small convolutional network over time that padding cannot reach."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from coview.nn.rows import trim


class SequenceConv(nn.Module):
    """Convolutions over time and the mean over the valid frames of the last one.

    Frames after a row's length are zeroed before every convolution, as if the row ended there, so that the output
    depends neither on how far a row is padded nor on other rows. Norms are over a frame's channels for that reason.

    Args:
        embed: maps the input to frames `(N, T, widths[0])`: an embedding of symbols, a linear map of frames.
        widths: channels, from the embedding's to the output's; one convolution for each step, residual
            where neither channels nor stride change anything.
        kernel: extent of every convolution in frames, odd.
        strides: of each convolution; default 1 everywhere.
    """

    def __init__(
        self, embed: nn.Module, widths: Sequence[int], *, kernel: int = 5, strides: Sequence[int] | None = None
    ) -> None:
        super().__init__()
        self.embed = embed
        self.dim = widths[-1]
        self.strides = list(strides or [1] * (len(widths) - 1))
        self.convs = nn.ModuleList(
            nn.Conv1d(a, b, kernel, stride=s, padding=kernel // 2)
            for a, b, s in zip(widths[:-1], widths[1:], self.strides, strict=True)
        )
        self.norms = nn.ModuleList(nn.LayerNorm(width) for width in widths[1:])
        self.out = nn.Linear(self.dim, self.dim)

    def forward(self, value: Tensor, length: Tensor | None = None) -> Tensor:
        """`value (N, T, ...)`, of which the first `length (N,)` frames are valid -> `(N, D)`."""
        x = self.embed(trim(value, length))
        count = torch.full((len(x),), x.shape[1], device=x.device) if length is None else length
        x = _cut(x, count)
        for conv, norm, stride in zip(self.convs, self.norms, self.strides, strict=True):
            y = F.gelu(norm(conv(x.transpose(1, 2)).transpose(1, 2)))
            count = torch.div(count + stride - 1, stride, rounding_mode="floor")
            x = _cut(y + x if stride == 1 and conv.in_channels == conv.out_channels else y, count)
        return self.out(x.sum(1) / count.clamp_min(1).to(x.dtype)[:, None])


def _cut(x: Tensor, length: Tensor) -> Tensor:
    """Zeros after each row's length: `(N, T, D)`, `(N,)` -> `(N, T, D)`."""
    after = torch.arange(x.shape[1], device=x.device) >= length[:, None]
    return x.masked_fill(after[..., None], 0)
