"""Masked reconstruction: what was hidden, told from what was left. Every loss here is per sample, `(B,)`."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

from coview.losses.parts import check_alike, masked_mean
from coview.losses.precision import at_least_float32


@at_least_float32
def masked_squared_error(prediction: Tensor, target: Tensor, masked: Tensor) -> Tensor:
    """The mean squared error over a sample's masked tokens.

    Paper: Masked Autoencoders Are Scalable Vision Learners. He, Chen, Xie, Li, Dollar, Girshick. CVPR 2022.
    https://arxiv.org/abs/2111.06377 (its best targets are normalised: `normalise_patches`).

    Args:
        prediction: `(B, T, P)`, P values a token.
        target: `(B, T, P)`.
        masked: `(B, T)` bool, the tokens to be predicted; padding is never among them. Other tokens are not read.

    Returns:
        `(B,)` per sample; 0 where nothing is masked.

    Raises:
        ValueError: shapes that do not fit.
    """
    check_alike(prediction=prediction, target=target)
    return masked_mean((prediction - target).square().mean(-1), masked)


@at_least_float32
def masked_absolute_error(prediction: Tensor, target: Tensor, masked: Tensor) -> Tensor:
    """The mean absolute error over a sample's masked tokens.

    Paper: SimMIM: A Simple Framework for Masked Image Modeling. Xie, Zhang, Cao, Lin, Bao, Yao, Dai, Hu. CVPR 2022.
    https://arxiv.org/abs/2111.09886 (eq. 1).

    Args:
        prediction: `(B, T, P)`, P values a token.
        target: `(B, T, P)`.
        masked: `(B, T)` bool, the tokens to be predicted; padding is never among them. Other tokens are not read.

    Returns:
        `(B,)` per sample; 0 where nothing is masked.

    Raises:
        ValueError: shapes that do not fit.
    """
    check_alike(prediction=prediction, target=target)
    return masked_mean((prediction - target).abs().mean(-1), masked)


@at_least_float32
def masked_cross_entropy(logits: Tensor, tokens: Tensor, masked: Tensor) -> Tensor:
    """The cross entropy of a sample's masked discrete tokens: masked language modelling, and BEiT's visual tokens.

    Paper: BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding. Devlin, Chang, Lee,
    Toutanova. NAACL 2019. https://arxiv.org/abs/1810.04805

    Args:
        logits: `(B, T, C)`.
        tokens: `(B, T)` int64, true classes from 0 to C - 1; those of tokens not masked are not read.
        masked: `(B, T)` bool, the tokens to be predicted; padding is never among them.

    Returns:
        `(B,)` per sample, in nats a masked token; 0 where nothing is masked.

    Raises:
        ValueError: shapes that do not fit.
    """
    check_alike(tokens=tokens, masked=masked)
    known = tokens.masked_fill(~masked, 0)  # padding ids may lie outside the classes
    return masked_mean(F.cross_entropy(logits.transpose(1, 2), known, reduction="none"), masked)


@at_least_float32
def normalise_patches(patches: Tensor, *, epsilon: float = 1e-6) -> Tensor:
    """Each token's values brought to mean 0 and variance 1 (unbiased): MAE's targets for `masked_squared_error`.

    Args:
        patches: `(B, T, P)`, P >= 2 values a token.
        epsilon: added to the variance: a flat patch becomes zeros.

    Returns:
        `(B, T, P)`.
    """
    centred = patches - patches.mean(-1, keepdim=True)
    return centred / (patches.var(-1, keepdim=True) + epsilon).sqrt()
