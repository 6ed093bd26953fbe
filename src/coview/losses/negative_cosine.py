"""Negative cosine similarity: a prediction meets its target."""

from __future__ import annotations

from torch import Tensor

from coview.losses.parts import check_alike, mean_rows, unit_rows
from coview.losses.precision import at_least_float32


@at_least_float32
def negative_cosine(prediction: Tensor, target: Tensor) -> Tensor:
    """The mean over rows of `-cos(prediction_i, target_i)`.

    The target is not detached in here: stop-gradient is the method's business, and what keeps SimSiam from collapse.
    BYOL's mean squared error of unit vectors is 2 + 2 times this.

    Paper: Exploring Simple Siamese Representation Learning. Chen, He. CVPR 2021. https://arxiv.org/abs/2011.10566
    (eq. 1). Bootstrap Your Own Latent. Grill et al. NeurIPS 2020. https://arxiv.org/abs/2006.07733 (eq. 2).

    Args:
        prediction: `(N, D)`.
        target: `(N, D)`.

    Returns:
        A scalar from -1 to 1; 0 for no rows.

    Raises:
        ValueError: the two differ in shape.
    """
    check_alike(prediction=prediction, target=target)
    return -mean_rows((unit_rows(prediction) * unit_rows(target)).sum(1))
