"""Relations over pairs of looks: each pair on the samples that have both, row by row."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import torch
from torch import Tensor

from coview.losses import binary_contrast, info_nce_rows, nt_xent_rows
from coview.losses.precision import at_least_float32
from coview.nn.by_rows import by_rows


def tiled_info_nce(a: Tensor, b: Tensor, temperature: float | Tensor) -> Tensor:
    """`symmetric_info_nce` of `(N, D)` and `(N, D)`, its similarities in tiles shared among processes: a scalar."""
    own = torch.arange(len(a), device=a.device)
    forth = by_rows(info_nce_rows, (a, own), (b, temperature))
    back = by_rows(info_nce_rows, (b, own), (a, temperature))
    return (forth.mean() + back.mean()) / 2


def tiled_nt_xent(looks: Tensor, temperature: float | Tensor) -> Tensor:
    """`nt_xent` of the two looks `(N, 2, D)` at each sample, its similarities in tiles shared among processes."""
    flat = looks.flatten(0, 1)
    own = torch.arange(len(flat), device=flat.device)
    return by_rows(
        lambda anchors, partner, own, all, t: nt_xent_rows(anchors, partner, all, own, t),
        (flat, own ^ 1, own),
        (flat, temperature),
    ).mean()


@at_least_float32
def summary_contrast(true: Tensor, wrong: Tensor, summary: Tensor) -> Tensor:
    """`binary_contrast` of true rows' and wrong ones' products with one summary: `(n, D)`, `(m, D)`, `(D,)`."""
    return binary_contrast(true @ summary, wrong @ summary)


def strangers(drawn: Tensor) -> Tensor:
    """Another sample for each of N, everyone drawn once: the next in the order of `drawn (N,)`; none where N is 1."""
    order = drawn.argsort(stable=True)
    return torch.empty_like(order).index_copy(0, order, order.roll(-1))[: len(order) if len(order) > 1 else 0]


def mean_over_pairs(
    relation: Callable[[Tensor, Tensor], Tensor],
    looks: Tensor,
    present: Tensor,
    pairs: Iterable[tuple[int, int]],
) -> Tensor | None:
    """The mean of a two-look relation over some pairs of looks, each on the samples that have both.

    A pair counts by its samples, so that every (sample, pair) weighs alike, as in `losses.all_pairs`.

    Args:
        relation: from two tensors `(n, D)` to a scalar.
        looks: `(N, V, D)`.
        present: `(N, V)` bool.
        pairs: positions along V.

    Returns:
        A scalar, or None where no sample has both looks of any pair.
    """
    terms: list[Tensor] = []
    count = 0
    for i, j in pairs:
        both = (present[:, i] & present[:, j]).nonzero()[:, 0]
        if len(both):
            terms.append(len(both) * relation(looks[both, i], looks[both, j]))
            count += len(both)
    return torch.stack(terms).sum() / count if terms else None
