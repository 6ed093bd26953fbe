"""KoLeo: keep away from your nearest neighbour."""

from __future__ import annotations

import torch
from torch import Tensor

from coview.losses.parts import mean_rows, row_index, unit_rows
from coview.losses.precision import at_least_float32


@at_least_float32
def koleo(z: Tensor, *, epsilon: float = 1e-8) -> Tensor:
    """Spreads a batch evenly over the sphere: the mean of `-log(distance to the nearest other row + epsilon)`.

    The Kozachenko-Leonenko estimate of entropy, negated and without its constants.

    Paper: Spreading vectors for similarity search. Sablayrolles, Douze, Schmid, Jegou. ICLR 2019.
    https://arxiv.org/abs/1806.03198 (eq. 2); as used in DINOv2, https://arxiv.org/abs/2304.07193

    Args:
        z: `(N, D)`, brought to length 1 in here.
        epsilon: in units of distance; bounds the loss of two equal rows.

    Returns:
        A scalar; 0 for fewer than two rows.
    """
    if len(z) < 2:
        return z.sum() * 0
    return mean_rows(koleo_rows(z, row_index(z), z, epsilon))


@at_least_float32
def koleo_rows(anchors: Tensor, own_index: Tensor, candidates: Tensor, epsilon: float = 1e-8) -> Tensor:
    """KoLeo of each anchor by itself; `by_rows` cuts the first two arguments.

    Args:
        anchors: `(n, D)`, some of the candidates.
        own_index: `(n,)` which candidate is the anchor itself.
        candidates: `(M, D)`, M >= 2.
        epsilon: in units of distance.

    Returns:
        `(n,)`, one loss an anchor; `koleo` is their mean.
    """
    anchors, candidates = unit_rows(anchors), unit_rows(candidates)
    with torch.no_grad():  # who is nearest has no gradient, how near has
        nearest = (anchors @ candidates.T).scatter_(1, own_index[:, None], -torch.inf).argmax(1)
    distance = (anchors - candidates[nearest]).norm(dim=1)
    return -(distance + epsilon).log()
