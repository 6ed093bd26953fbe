"""A prediction at a hidden place finds what stands there among what stands at the sample's other hidden places."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from coview.losses.parts import check_temperature, masked_mean, unit_rows
from coview.losses.precision import at_least_float32


@at_least_float32
def masked_matching(
    predicted: Tensor, targets: Tensor, masked: Tensor, *, temperature: float | None = None, same: Tensor | None = None
) -> Tensor:
    """InfoNCE within a sample: the mean over hidden places i of `-log( exp(s_ii) / sum_j exp(s_ij) )`.

    j runs over the sample's hidden places; s is the dot product of prediction i and target j, or with a temperature
    their cosine over it.

    Papers: SSAST: Self-Supervised Audio Spectrogram Transformer. Gong, Lai, Chung, Glass. AAAI 2022.
    https://arxiv.org/abs/2110.09784 (eq. 1, dot products); wav2vec 2.0. Baevski, Zhou, Mohamed, Auli. NeurIPS 2020.
    https://arxiv.org/abs/2006.11477 (eq. 3, cosines, with 100 distractors drawn from the other hidden places).

    Args:
        predicted: `(N, M, D)`.
        targets: `(N, M, D)`.
        masked: `(N, M)` bool, the places that count.
        temperature: in units of cosine similarity; None compares by dot products.
        same: `(N, M, M)` bool, pairs of places whose targets are one thing: they are no negatives of each other.

    Returns:
        `(N,)`; 0 where one place or none is hidden.

    Raises:
        UserError: the temperature is not above 0.
    """
    if temperature is not None:
        check_temperature(temperature)
        predicted, targets = unit_rows(predicted) / temperature, unit_rows(targets)
    logits = predicted @ targets.transpose(1, 2)
    own = torch.eye(logits.shape[1], dtype=torch.bool, device=logits.device)
    out = ~masked[:, None] if same is None else ~masked[:, None] | same
    logits = logits.masked_fill(out & ~own, -torch.inf)
    places = torch.arange(logits.shape[1], device=logits.device).expand(len(logits), -1)
    each = F.cross_entropy(logits.flatten(0, 1), places.flatten(), reduction="none").unflatten(0, masked.shape)
    return masked_mean(each, masked)
