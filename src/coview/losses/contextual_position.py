"""Where a part lies, told by its likeness to parts whose place is known: VoCo. Per sample, `(B,)`."""

from __future__ import annotations

import torch
from torch import Tensor

from coview.losses.parts import check_alike, unit_rows
from coview.losses.precision import at_least_float32


@at_least_float32
def overlap_prediction(likeness: Tensor, overlap: Tensor, *, epsilon: float = 1e-6) -> Tensor:
    """How well likenesses tell overlaps: `-sum o log(1 - |o - l|) / sum o` where there is any, `mean l^2` where none.

    Paper: VoCo: A Simple-yet-Effective Volume Contrastive Learning Framework for 3D Medical Image Analysis. Wu, Zhuang,
    Chen. CVPR 2024. https://arxiv.org/abs/2402.17300 (section 3.2; authors' code: Luffy03/VoCo, both of its terms).

    Args:
        likeness: l, `(B, n, K)` from 0 to 1, of n parts to K others.
        overlap: o, `(B, n, K)` from 0 to 1, the share of each part's volume that lies in the other.
        epsilon: added where the authors add it: to the logarithm and to counts.

    Returns:
        `(B,)`; 0, but for epsilon, at l = o.

    Raises:
        ValueError: the two differ in shape.
    """
    check_alike(likeness=likeness, overlap=overlap)
    likeness, overlap = likeness.flatten(1), overlap.flatten(1)
    near = -overlap * (1 - (overlap - likeness).abs() + epsilon).log()
    apart = overlap == 0
    far = likeness.square() * apart
    return near.sum(1) / (overlap.sum(1) + epsilon) + far.sum(1) / (apart.sum(1) + epsilon)


@at_least_float32
def region_discrepancy(regions: Tensor) -> Tensor:
    """The mean over pairs of regions of their squared cosine, where it is positive: zero where all are unlike.

    Paper: VoCo (its regularisation). https://arxiv.org/abs/2402.17300. In the authors' code a pair moves only the first
    of the two.

    Args:
        regions: `(B, K, D)`, K >= 2.

    Returns:
        `(B,)`, from 0 to 1.
    """
    unit = unit_rows(regions)
    cosines = (unit @ unit.mT).relu().square()
    first, second = torch.triu_indices(regions.shape[1], regions.shape[1], 1, device=regions.device)
    return cosines[:, first, second].mean(1)
