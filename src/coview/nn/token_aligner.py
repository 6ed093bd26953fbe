"""Tokens of one encoder as several heads compare them with another's."""

from __future__ import annotations

from torch import Tensor, nn

from coview.errors import UserError
from coview.nn.encoder import Encoded


class TokenAligner(nn.Module):
    """A norm and a linear map of each token, cut into heads.

    Paper: Separating the "Chirp" from the "Chat": Self-supervised Visual Grounding of Sound and Language. Hamilton,
    Zisserman, Hershey, Freeman. CVPR 2024. https://arxiv.org/abs/2406.05629 (its pictures' aligner)

    Args:
        width: of the tokens.
        dim: of all heads together.
        heads: K.

    Raises:
        UserError: the heads do not divide `dim`.
    """

    def __init__(self, width: int, dim: int, heads: int) -> None:
        super().__init__()
        if heads < 1 or dim % heads:
            raise UserError(f"dim {dim} cannot be cut into {heads} heads: choose heads that divide it")
        self.heads = heads
        self.norm, self.map = nn.LayerNorm(width), nn.Linear(width, dim)

    def forward(self, look: Encoded) -> tuple[Tensor, Tensor]:
        """Tokens of looks `(B, V, T, K, C)`, and which are there, `(B, V, T)` bool."""
        tokens, there = tokens_of(look)
        return self.map(self.norm(tokens)).unflatten(-1, (self.heads, -1)), there


def tokens_of(look: Encoded) -> tuple[Tensor, Tensor]:
    """The tokens of looks, `(B, V, T, D)`, and which are there, `(B, V, T)` bool."""
    assert look.tokens is not None
    there = look.present[..., None].expand(look.tokens.shape[:3])
    return look.tokens, there if look.valid is None else there & look.valid
