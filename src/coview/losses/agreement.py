"""Agreement of two answers to one question: Point-CMAE. Per sample, `(B,)`."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

from coview.losses.parts import check_alike, masked_mean
from coview.losses.precision import at_least_float32


@at_least_float32
def masked_agreement(a: Tensor, b: Tensor, masked: Tensor) -> Tensor:
    """The mean of `1 - cos(a, b)` over a sample's masked tokens.

    Paper: Bringing Masked Autoencoders Explicit Contrastive Properties for Point Cloud Self-Supervised Learning. Ren,
    Mei, Paudel, Wang, Li, Liu, Cucchiara, Van Gool, Sebe. ACCV 2024. https://arxiv.org/abs/2407.05862

    Args:
        a: `(B, T, D)`.
        b: `(B, T, D)`.
        masked: `(B, T)` bool, the tokens to be compared. Others are not read.

    Returns:
        `(B,)` per sample, from 0 to 2; 0 where nothing is masked.

    Raises:
        ValueError: shapes that do not fit.
    """
    check_alike(a=a, b=b)
    return masked_mean(1 - F.cosine_similarity(a, b, dim=-1), masked)
