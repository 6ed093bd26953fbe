"""Mean cosine: how much all samples look the same."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F


def mean_cosine(z: Tensor) -> float:
    """The mean cosine between different rows: 1 where all point the same way, 0 where they are spread evenly.

    Args:
        z: `(N, D)`.

    Returns:
        1 where there is no pair.
    """
    n = len(z)
    if n < 2:
        return 1.0
    unit = F.normalize(z.double(), dim=1)
    return float((unit.sum(0).square().sum() - unit.square().sum()) / (n * (n - 1)))
