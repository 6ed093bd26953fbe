"""Audio-visual correspondence: whether two things are of one sample, told by a distance or by the best place."""

from __future__ import annotations

import torch
from torch import Tensor

from coview.losses.binary_contrast import binary_contrast
from coview.losses.parts import check_alike, unit_rows
from coview.losses.precision import at_least_float32


@at_least_float32
def distance_correspondence(
    a: Tensor, b: Tensor, strangers: Tensor, scale: float | Tensor, threshold: float | Tensor
) -> Tensor:
    """Partners and strangers are told by how near their vectors of length 1 are (AVE-Net).

    Cross entropy of `scale * (threshold - |a - b|)`, a pair and a stranger of each row weighing alike. The paper's
    softmax of two affine maps of the distance is the sigmoid of their difference, which is one affine map.

    Paper: Objects that Sound. Arandjelovic, Zisserman. ECCV 2018. https://arxiv.org/abs/1712.06651

    Args:
        a: `(N, D)`.
        b: `(N, D)`, row i the partner of `a`'s row i.
        strangers: `(N, D)`, row i no partner of `a`'s row i; or `(0, D)` where there is nobody else.
        scale, threshold: of distances; tensors may carry a gradient.

    Returns:
        A scalar.

    Raises:
        ValueError: `a` and `b` differ in shape.
    """
    check_alike(a=a, b=b)
    a = unit_rows(a)

    def logits(other: Tensor) -> Tensor:
        return scale * (threshold - torch.linalg.vector_norm(a[: len(other)] - unit_rows(other), dim=1))

    return binary_contrast(logits(b), logits(strangers))


@at_least_float32
def best_place(
    places: Tensor, said: Tensor, valid: Tensor, scale: float | Tensor = 1.0, bias: float | Tensor = 0.0
) -> Tensor:
    """The logit of the place that answers most: `max_s scale * p_s.v + bias` (AVOL-Net).

    Its sigmoid is the greatest of the places' sigmoids.

    Paper: Objects that Sound. Arandjelovic, Zisserman. ECCV 2018. https://arxiv.org/abs/1712.06651 (section 5)

    Args:
        places: `(N, S, D)`.
        said: `(N, D)`.
        valid: `(N, S)` bool, the places that are there, at least one in each row.
        scale, bias: of scalar products; tensors may carry a gradient.

    Returns:
        `(N,)`.
    """
    logits = scale * torch.einsum("nsd,nd->ns", places, said) + bias
    return logits.masked_fill(~valid, float("-inf")).amax(1)
