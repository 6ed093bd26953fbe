"""DenseAV's equations on volumes of similarities: how pairs are told apart, and what keeps volumes in order."""

from __future__ import annotations

from itertools import combinations

import torch
from torch import Tensor
from torch.nn import functional as F

from coview.losses.parts import masked_mean, row_index
from coview.losses.precision import at_least_float32


@at_least_float32
def similarity_contrast(logits: Tensor) -> Tensor:
    """Cross entropy of N x N similarities in both directions, halved; partners are on the diagonal.

    `1/2 mean_i -log softmax_j(s_ij)_i + 1/2 mean_i -log softmax_j(s_ji)_i`: `symmetric_info_nce` of any similarity.

    Paper: Separating the "Chirp" from the "Chat": Self-supervised Visual Grounding of Sound and Language. Hamilton,
    Zisserman, Hershey, Freeman. CVPR 2024. https://arxiv.org/abs/2406.05629.

    Args:
        logits: `(N, N)`, scaled already.

    Returns:
        A scalar; 0 for no rows and for one.
    """
    if not len(logits):
        return logits.sum()
    own = row_index(logits)
    return (F.cross_entropy(logits, own) + F.cross_entropy(logits.T, own)) / 2


@at_least_float32
def head_overlap(volume: Tensor, valid: Tensor) -> Tensor:
    """How much two heads answer at one place: the mean of `|s_i| |s_j|` over pairs of heads, places and moments.

    DenseAV's disentanglement: of two heads, `mean |s_1 * s_2|`.

    Paper: Separating the "Chirp" from the "Chat": Self-supervised Visual Grounding of Sound and Language. Hamilton,
    Zisserman, Hershey, Freeman. CVPR 2024. https://arxiv.org/abs/2406.05629 (more heads as in its code).

    Args:
        volume: `(B, K, S, T)`, K heads, S places, T moments.
        valid: `(B, S, T)` bool, the entries that are not padding.

    Returns:
        `(B,)`; 0 where nothing is valid.

    Raises:
        ValueError: there are fewer than two heads.
    """
    strength = volume.abs().unbind(1)
    pairs = list(combinations(strength, 2))
    if not pairs:
        raise ValueError("heads overlap where there are two or more")
    return torch.stack([masked_mean(a * b, valid) for a, b in pairs]).mean(0)


@at_least_float32
def temporal_variation(volume: Tensor, valid: Tensor) -> Tensor:
    """How fast similarities change: the mean square of differences from moment to moment.

    Paper: Separating the "Chirp" from the "Chat": Self-supervised Visual Grounding of Sound and Language. Hamilton,
    Zisserman, Hershey, Freeman. CVPR 2024. https://arxiv.org/abs/2406.05629 (appendix, and its code).

    Args:
        volume: `(B, K, S, T)`.
        valid: `(B, S, T)` bool.

    Returns:
        `(B,)`; 0 where no two moments follow each other.
    """
    moves = (volume[..., 1:] - volume[..., :-1]).square()
    both = (valid[..., 1:] & valid[..., :-1])[:, None].expand_as(moves)
    return masked_mean(moves, both)


@at_least_float32
def negative_pressure(similarities: Tensor) -> Tensor:
    """The mean square of similarities below 0, any shape, a scalar: what does not match is 0, not opposite.

    Paper: Separating the "Chirp" from the "Chat": Self-supervised Visual Grounding of Sound and Language. Hamilton,
    Zisserman, Hershey, Freeman. CVPR 2024. https://arxiv.org/abs/2406.05629 (appendix, and its code).
    """
    return similarities.clamp_max(0).square().sum() / max(similarities.numel(), 1)
