"""How often each of many things is in a batch, without a list of them."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from coview.views.draw import mix


class Frequency(nn.Module):
    """Steps between two that hold a thing, as a moving average; one by it is how likely a step holds it.

    Paper: Sampling-Bias-Corrected Neural Modeling for Large Corpus Item Recommendations. Yi et al. RecSys 2019.
    https://doi.org/10.1145/3298689.3346996 (algorithm 2). Things are hashed into places; those of one place share it.
    The average begins with the first gap and not with a constant; what was never met is taken for rarer than any.

    Args:
        size: places.
        rate: weight of the latest gap.
    """

    last: Tensor
    gap: Tensor
    steps: Tensor

    def __init__(self, size: int = 1 << 16, rate: float = 0.05) -> None:
        super().__init__()
        self.rate = rate
        self.register_buffer("last", torch.zeros(size, dtype=torch.int64))
        self.register_buffer("gap", torch.zeros(size))
        self.register_buffer("steps", torch.zeros((), dtype=torch.int64))

    def log_share(self, thing: Tensor) -> Tensor:
        """`(n,)` int64 -> `(n,)`, the logarithm of how likely a step holds each."""
        place = self._place(thing)
        gap = torch.where(self.last[place] > 0, self.gap[place], (self.steps + 1).to(self.gap.dtype))
        return -gap.log()

    @torch.no_grad()
    def count(self, thing: Tensor) -> None:
        """Takes in the things of a step, `(n,)` int64, each as often as it was met."""
        self.steps.add_(1)
        place = self._place(thing).unique()
        since = (self.steps - self.last[place]).to(self.gap.dtype)
        known = self.last[place] > 0
        self.gap[place] = torch.where(known, torch.lerp(self.gap[place], since, self.rate), since)
        self.last[place] = self.steps

    def _place(self, thing: Tensor) -> Tensor:
        return mix(thing) % len(self.last)
