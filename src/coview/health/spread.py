"""Spread: how much each dimension moves."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def spread(z: Tensor) -> Tensor:
    """`(D,)` standard deviation of each dimension of vectors of length 1, in units of `1 / sqrt(D)`.

    1 everywhere for vectors spread evenly over the sphere, 0 for one constant vector: the measure by which SimSiam's
    paper shows collapse.

    Paper: Exploring Simple Siamese Representation Learning. Chen, He. CVPR 2021. https://arxiv.org/abs/2011.10566
    (section 4.1).

    Args:
        z: `(N, D)`, finite.
    """
    return F.normalize(z.double(), dim=1).std(0, correction=0) * z.shape[1] ** 0.5


def variation(z: Tensor) -> float:
    """How much of the vectors' length differs between them: rms distance to their mean over rms length, 0 to 1.

    Args:
        z: `(N, D)`, finite. 0 where all is zero.
    """
    z = z.double()
    length = z.square().sum(1).mean()
    return float(((z - z.mean(0)).square().sum(1).mean() / length).sqrt()) if length > 0 else 0.0


def dead_dimensions(z: Tensor, tolerance: float = 1e-3) -> float:
    """The share of dimensions that hardly move: standard deviation under `tolerance` of the largest dimension's.

    A rectifier that never fires gives exactly 0, and rounding in bf16 stays under 1e-2 of a value; live dimensions of
    one layer differ by far less than a thousandfold.

    Args:
        z: `(N, D)`, finite.
        tolerance: share of the largest standard deviation.

    Returns:
        1 where nothing varies.
    """
    std = z.double().std(0, correction=0)
    scale = z.double().square().mean().sqrt()
    if std.max() <= 1e-9 * scale or scale == 0:
        return 1.0
    return float((std < tolerance * std.max()).to(torch.float64).mean())
