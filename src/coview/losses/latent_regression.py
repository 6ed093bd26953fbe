"""Latent regression: a teacher's representation, predicted. Per sample, `(B,)`."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

from coview.errors import UserError
from coview.losses.parts import check_alike, masked_mean
from coview.losses.precision import at_least_float32


@at_least_float32
def latent_regression(prediction: Tensor, target: Tensor, masked: Tensor | None = None, *, beta: float = 1.0) -> Tensor:
    """Smooth L1 distance to the teacher's latents, over a sample's masked tokens.

    With d the difference in one dimension: `d^2 / (2 beta)` where |d| < beta, else `|d| - beta / 2`; the mean over
    dimensions and tokens. The target is not detached in here.

    Paper: data2vec: A General Framework for Self-supervised Learning in Speech, Vision and Language. Baevski, Hsu, Xu,
    Babu, Gu, Auli. ICML 2022. https://arxiv.org/abs/2202.03555 (its loss in section 3.3; beta 2 for images).
    Self-Supervised Learning from Images with a Joint-Embedding Predictive Architecture. Assran et al. CVPR 2023.
    https://arxiv.org/abs/2301.08243 (I-JEPA; the authors' code has beta 1).

    Args:
        prediction: `(B, ..., D)`, such as `(B, T, D)` tokens or `(B, blocks, T, D)`.
        target: the same shape.
        masked: `(B, ...)` bool, the tokens to be predicted; all of them when None. Other tokens are not read.
        beta: where the square turns into a line, in units of a latent.

    Returns:
        `(B,)` per sample; 0 where nothing is masked.

    Raises:
        ValueError: shapes that do not fit.
        UserError: beta not positive.
    """
    check_alike(prediction=prediction, target=target)
    if not beta > 0:
        raise UserError(f"a beta of {beta} was given; it must be above 0 (1 is usual)")
    distance = F.smooth_l1_loss(prediction, target, beta=beta, reduction="none").mean(-1)
    if masked is None:
        return distance.flatten(1).mean(1)
    return masked_mean(distance, masked)
