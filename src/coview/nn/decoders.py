"""From tokens that were seen to tokens that were not: MAE's decoder and I-JEPA's predictor are one network."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from coview.nn.tokens import take, valid_or_all
from coview.nn.transformer import Transformer


class TokenDecoder(nn.Module):
    """A transformer over seen tokens and mask tokens, each with its position; returns what stands at the mask tokens.

    Paper: Masked Autoencoders Are Scalable Vision Learners. He et al. CVPR 2022. https://arxiv.org/abs/2111.06377
    (section 3); Self-Supervised Learning from Images with a Joint-Embedding Predictive Architecture. Assran et al.
    CVPR 2023. https://arxiv.org/abs/2301.08243 (section 3).

    Args:
        width_in: width of the seen tokens.
        width: of the transformer.
        depth: blocks.
        width_out: numbers returned for a token, or None for what stands at it as it is.
        heads: attention heads; default `heads_for(width)`.
    """

    def __init__(self, width_in: int, width: int, depth: int, width_out: int | None, heads: int | None = None) -> None:
        super().__init__()
        self.width = width
        self.embed = nn.Linear(width_in, width)
        self.mask_token = nn.Parameter(torch.zeros(width))
        self.body = Transformer(width, depth, heads)
        self.out = nn.Identity() if width_out is None else nn.Linear(width, width_out)
        nn.init.normal_(self.mask_token, std=0.02)

    def forward(
        self,
        tokens: Tensor,
        at: Tensor,
        wanted: Tensor,
        places: Tensor,
        valid: Tensor | None = None,
        wanted_valid: Tensor | None = None,
    ) -> Tensor:
        """Predicts tokens by position: what stands at the mask tokens, mapped to `(N, M, width_out)`."""
        return self.out(self.everywhere(tokens, at, wanted, places, valid, wanted_valid)[:, at.shape[1] :])

    def everywhere(
        self,
        tokens: Tensor,
        at: Tensor,
        wanted: Tensor,
        places: Tensor,
        valid: Tensor | None = None,
        wanted_valid: Tensor | None = None,
        layers: list[Tensor] | None = None,
    ) -> Tensor:
        """What stands at the seen tokens, then at the mask tokens, before it is mapped to a prediction.

        Args:
            tokens: `(N, K, width_in)` seen.
            at: `(N, K)` int64, their positions on the grid.
            wanted: `(N, M)` int64, positions to be predicted.
            places: `(T, width)` or `(N, T, width)`, where every token stands (`Modality.places`).
            valid: `(N, K)` bool, which seen tokens are not padding; all where None.
            wanted_valid: `(N, M)` bool, likewise; the rest of the result is not meant to be read.
            layers: what stands there after each block is appended, the last before the norm that ends the transformer.

        Returns:
            `(N, K + M, width)`.
        """
        x = self.embed(tokens)
        places = places.to(x.dtype)
        seen_at, wanted_at = (places[i] if places.ndim == 2 else take(places, i) for i in (at, wanted))
        x = torch.cat([x + seen_at, self.mask_token.to(x.dtype) + wanted_at], 1)
        everyone: Tensor | None = None
        if valid is not None or wanted_valid is not None:
            everyone = torch.cat([valid_or_all(valid, at, 2), valid_or_all(wanted_valid, wanted, 2)], 1)
        return self.body(x, everyone, layers=layers)
