"""From one vector back to a sequence, token after token."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from coview.modalities.base import Modality
from coview.nn.transformer import Transformer


class CausalDecoder(nn.Module):
    """Tells each token from a summary of the whole sequence and from the tokens before it (teacher forcing).

    The summary is mapped and added at every position. Attention to a memory of one vector is just that: its softmax
    over one key is 1.

    Args:
        modality: whose tokens; gives their embedding and what is told of one.
        summary_dim: width of the summary.
        width: of the transformer.
        depth: blocks.
    """

    def __init__(self, modality: Modality, summary_dim: int, width: int, depth: int) -> None:
        super().__init__()
        self.width = width
        self.embed = modality.token_embedding(width)
        self.summary = nn.Linear(summary_dim, width)
        self.start = nn.Parameter(torch.zeros(width))
        self.body = Transformer(width, depth)
        self.out = nn.Linear(width, modality.target_dim)
        nn.init.normal_(self.start, std=0.02)

    def forward(self, summary: Tensor, tokens: Tensor, places: Tensor) -> Tensor:
        """What each token is, given those before it.

        Args:
            summary: `(N, summary_dim)`.
            tokens: `(N, T, P)`, or ids `(N, T)`; what is not valid comes last.
            places: `(T, width)` or `(N, T, width)`, where every token stands (`Modality.places`).

        Returns:
            `(N, T, target_dim)`.
        """
        before = self.embed(tokens.to(self.start.dtype) if tokens.is_floating_point() else tokens)[:, :-1]
        start = self.start.to(before.dtype).expand(len(tokens), 1, -1)
        x = torch.cat([start, before], 1) + places.to(before.dtype) + self.summary(summary)[:, None]
        return self.out(self.body(x, causal=True))
