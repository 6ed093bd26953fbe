"""A codebook that vectors are rounded to, learned by the Gumbel softmax."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from coview.errors import UserError
from coview.losses.precision import at_least_float32


@dataclass
class Quantized:
    """What a quantizer says of vectors `(..., D)`.

    Args:
        value: `(..., E)`, the codes' vectors of all groups side by side.
        ids: `(..., G)` int64, which code of each group.
        probabilities: `(..., G, K)`, of every code, without noise: what the diversity of codes is measured by.
    """

    value: Tensor
    ids: Tensor
    probabilities: Tensor


class GumbelQuantizer(nn.Module):
    """G codebooks of K codes, one code of each chosen for a vector; forward the code, backward the softmax.

    With logits l and Gumbel noise g, the softmax of (l + g) / tau; its greatest entry is chosen and its gradient passed
    on (straight-through).

    Papers: Categorical Reparameterization with Gumbel-Softmax. Jang, Gu, Poole. ICLR 2017.
    https://arxiv.org/abs/1611.01144; wav2vec 2.0. Baevski, Zhou, Mohamed, Auli. NeurIPS 2020.
    https://arxiv.org/abs/2006.11477 (section 2, product quantization).

    Args:
        dim: D.
        groups: G.
        codes: K of each group.
        width: E, a multiple of G.

    Raises:
        UserError: the width is no multiple of the groups.
    """

    def __init__(self, dim: int, groups: int, codes: int, width: int) -> None:
        super().__init__()
        if width % groups:
            raise UserError(f"codes of {width} numbers cannot be made of {groups} groups; take a multiple of them")
        self.groups, self.codes = groups, codes
        self.logits = nn.Linear(dim, groups * codes)
        self.table = nn.Parameter(torch.randn(groups, codes, width // groups) * (groups / width) ** 0.5)
        nn.init.normal_(self.logits.weight)
        nn.init.zeros_(self.logits.bias)

    def forward(self, x: Tensor, uniform: Tensor, temperature: float) -> Quantized:
        """Rounds vectors.

        Args:
            x: `(..., D)`.
            uniform: `(..., G, K)` in [0, 1), what the noise is made of.
            temperature: tau; the lower, the nearer the softmax to the choice.
        """
        logits = at_least_float32(F.linear)(x, self.logits.weight, self.logits.bias)  # bfloat16 would round the noise
        logits = logits.unflatten(-1, (self.groups, self.codes))
        noise = -(-uniform.clamp(1e-7, 1 - 1e-7).log()).log()
        soft = ((logits + noise.to(logits.dtype)) / temperature).softmax(-1)
        ids = soft.argmax(-1)
        hard = torch.zeros_like(soft).scatter_(-1, ids[..., None], 1.0)
        chosen = hard + (soft - soft.detach())
        value = torch.einsum("...gk,gke->...ge", chosen, self.table).flatten(-2)
        return Quantized(value, ids, logits.softmax(-1))
