"""A learned temperature: the scale of similarities before a softmax or a sigmoid."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from coview.losses.parts import check_temperature

MOST = 100.0
"""The greatest scale (CLIP, section 2.5)."""


class LogitScale(nn.Module):
    """The factor that similarities are multiplied by, learned as its logarithm.

    Paper: Learning Transferable Visual Models From Natural Language Supervision. Radford et al. ICML 2021.
    https://arxiv.org/abs/2103.00020 (section 2.5: learned in log space, kept from exceeding 100).

    Args:
        temperature: 1 / the scale at the start, in units of similarity.

    Raises:
        UserError: the temperature is not above 0.
    """

    def __init__(self, temperature: float) -> None:
        super().__init__()
        check_temperature(temperature)
        self.log = nn.Parameter(torch.tensor(math.log(1 / temperature)))

    def forward(self) -> Tensor:
        """The scale, a scalar with a gradient."""
        return self.log.exp()

    @property
    def temperature(self) -> Tensor:
        """1 / the scale, a scalar with a gradient."""
        return (-self.log).exp()

    @torch.no_grad()
    def clip_(self) -> None:
        """Brings a scale above `MOST` back to it; for after a step: a clip in `forward` would end its gradient."""
        self.log.clamp_(max=math.log(MOST))
