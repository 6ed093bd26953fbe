"""Contrast at every place of a sequence and at every scale of it: TS2Vec's two losses."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor
from torch.nn import functional as F

from coview.losses.parts import mean_rows, row_index
from coview.losses.precision import at_least_float32


@at_least_float32
def observation_contrast(looks: Tensor, valid: Tensor) -> Tensor:
    """Two looks at one place of a sequence agree; those at its other places are pushed away.

    At each scale the mean over places t and both looks r of `-log( exp(r_t.r'_t) / (sum_s exp(r_t.r'_s) + sum_{s != t}
    exp(r_t.r_s)) )`, r' the other look; scales follow one another by taking the greater of two neighbours, until one
    place is left. The mean over the scales at which a sample has two places.

    Papers: TS2Vec: Towards Universal Representation of Time Series. Yue et al. AAAI 2022.
    https://arxiv.org/abs/2106.10466 (eq. 1, algorithm 1); Contrast Everything (COMET). Wang et al. NeurIPS 2023.
    https://arxiv.org/abs/2310.14017 (observation level). Vectors are not brought to length 1.

    Args:
        looks: `(N, 2, T, D)`, places aligned.
        valid: `(N, T)` bool, places that are no padding.

    Returns:
        `(N,)`; 0 for a sample of one place.
    """
    total = looks.new_zeros(len(looks))
    scales = looks.new_zeros(len(looks))
    for at, there in _scales(looks, valid):
        n, _, t, _ = at.shape
        flat = at.flatten(1, 2)
        both = there.repeat(1, 2)
        partner = torch.arange(2 * t, device=at.device).roll(t)
        logits = _told(flat @ flat.transpose(1, 2), both[:, None], torch.eye(2 * t, dtype=torch.bool, device=at.device))
        each = -logits.log_softmax(2).gather(2, partner.expand(n, -1)[..., None])[..., 0]
        count = there.sum(1)
        more = count > 1
        mean = each.masked_fill(~both, 0).sum(1) / (2 * count).clamp_min(1)
        total, scales = total + mean.masked_fill(~more, 0), scales + more
    return total / scales.clamp_min(1)


@at_least_float32
def instance_contrast(looks: Tensor, valid: Tensor) -> Tensor:
    """Two looks at one place of a sample agree; those at the same place of other samples are pushed away.

    At each scale and place t, with r_i a look at sample i there, the mean over samples and both looks of
    `-log( exp(r_i.r'_i) / (sum_j exp(r_i.r'_j) + sum_{j != i} exp(r_i.r_j)) )`. Scales as of `observation_contrast`; a
    sample's mean is over its places, then over its scales of two places or more (over its one place where it has one).

    Source: TS2Vec (eq. 2) and COMET's sample level; see `observation_contrast`.

    Args:
        looks: `(N, 2, T, D)`, places aligned.
        valid: `(N, T)` bool.

    Returns:
        A scalar; 0 for no samples and for one.
    """
    return mean_rows(instance_contrast_rows(looks, row_index(looks), looks, valid))


@at_least_float32
def instance_contrast_rows(anchors: Tensor, own_index: Tensor, candidates: Tensor, valid: Tensor) -> Tensor:
    """`instance_contrast` of each sample by itself, for `by_rows` to cut the first two arguments.

    Source: see `observation_contrast`.

    Args:
        anchors: `(n, 2, T, D)`, some of the candidates.
        own_index: `(n,)` which candidate is the anchor itself.
        candidates: `(M, 2, T, D)`.
        valid: `(M, T)` bool.

    Returns:
        `(n,)`.
    """
    total, scales = anchors.new_zeros(len(anchors)), anchors.new_zeros(len(anchors))
    alone = valid[own_index].sum(1) == 1
    pairs = zip(_scales(anchors, valid[own_index]), _scales(candidates, valid), strict=True)
    for scale, ((at, there), (all, present)) in enumerate(pairs):
        n, m = len(at), len(all)
        own = torch.stack([own_index, own_index + m], 1)  # of the two looks at each anchor among all looks
        every = all.transpose(0, 1).flatten(0, 1)
        logits = torch.einsum("nvtd,mtd->tnvm", at, every)
        itself = torch.zeros(n, 2, 2 * m, dtype=torch.bool, device=at.device).scatter_(2, own[..., None], True)
        logits = _told(logits, present.T.repeat(1, 2)[:, None, None], itself)
        partner = own.flip(1).expand(len(logits), -1, -1)[..., None]
        each = -logits.log_softmax(3).gather(3, partner)[..., 0].mean(2).T
        count = there.sum(1)
        counts = (count > 1) | (alone & (scale == 0))
        mean = each.masked_fill(~there, 0).sum(1) / count.clamp_min(1)
        total, scales = total + mean.masked_fill(~counts, 0), scales + counts
    return total / scales.clamp_min(1)


def _told(logits: Tensor, present: Tensor, itself: Tensor) -> Tensor:
    """Logits without padding and without the anchor itself; a row of padding, which nobody reads, is left finite."""
    out = ~present | itself
    return logits.masked_fill(out & ~out.all(-1, keepdim=True), -torch.inf)


def _scales(looks: Tensor, valid: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    """The sequence, then at half its places, until one is left: `(N, 2, t, D)` and `(N, t)` bool.

    A scale of one place is left out, as in COMET, unless it is the first.
    """
    yield looks, valid
    while looks.shape[2] > 2:
        odd = looks.shape[2] % 2
        looks = F.pad(looks, (0, 0, 0, odd))
        valid = F.pad(valid, (0, odd))
        greater = looks.masked_fill(~valid[:, None, :, None], -torch.inf).unflatten(2, (-1, 2)).amax(3)
        valid = valid.unflatten(1, (-1, 2)).any(2)
        looks = greater.masked_fill(~valid[:, None, :, None], 0)
        yield looks, valid
