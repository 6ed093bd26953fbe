"""How features are brought to one scale."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from torch import Tensor


@dataclass(frozen=True)
class Scale:
    """What is taken off each feature and what it is divided by.

    Features that are 0 or 1 everywhere stay as they are: a rare kind, divided by its deviation, would drown the rest.

    Args:
        mean: `F` numbers.
        std: `F` numbers above 0.
    """

    mean: list[float]
    std: list[float]

    def __len__(self) -> int:
        return len(self.mean)

    def __call__(self, x: Tensor) -> Tensor:
        """`(..., F)` numbers -> floats."""
        if not len(self):
            return x.float()
        if x.device not in self._told:
            self._told[x.device] = torch.tensor([self.mean, self.std], device=x.device)
        mean, std = self._told[x.device]
        return (x.float() - mean).div_(std)

    @cached_property
    def _told(self) -> dict[torch.device, Tensor]:
        return {}


class Moments:
    """Adds up what `Scale` needs, rows at a time."""

    def __init__(self, width: int) -> None:
        self.n = 0
        self.total, self.squares = np.zeros(width), np.zeros(width)
        self.indicator = np.ones(width, bool)

    def add(self, x: np.ndarray) -> None:
        """Takes rows `(n, F)`."""
        wide = x.astype(np.float64)
        self.n += len(x)
        self.total += wide.sum(0)
        self.squares += np.square(wide).sum(0)
        self.indicator &= ((x == 0) | (x == 1)).all(0)

    def scale(self) -> Scale:
        """Mean and deviation of what was added; a constant feature is divided by 1."""
        n = max(self.n, 1)
        mean = self.total / n
        std = np.sqrt(np.clip(self.squares / n - np.square(mean), 0, None))
        constant = std <= 1e-6 * np.maximum(np.abs(mean), 1)
        return Scale(
            np.where(self.indicator, 0.0, mean).tolist(), np.where(self.indicator | constant, 1.0, std).tolist()
        )
