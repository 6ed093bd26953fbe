"""Any loss of two views, over all pairs of many views."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

from torch import Tensor

from coview.losses.precision import at_least_float32


@at_least_float32
def all_pairs(loss: Callable[[Tensor, Tensor], Tensor], views: Tensor, *, present: Tensor | None = None) -> Tensor:
    """The mean of a two-view loss over all pairs of views, each on the samples that have both.

    A pair counts by its samples, so that every (sample, pair) weighs alike; with all views present that is the plain
    mean over pairs. With `symmetric_info_nce` it is CMC's full graph, with `nt_xent` the multi-crop mean that Poly-View
    compares itself with.

    Paper: Contrastive Multiview Coding. Tian, Krishnan, Isola. ECCV 2020.
    https://arxiv.org/abs/1906.05849 (full graph).

    Args:
        loss: from two tensors `(n, D)` to a scalar; where the loss is not symmetric, the first is the earlier view.
        views: `(N, V, D)`.
        present: `(N, V)` bool, which views are there; all of them when None.

    Returns:
        A scalar; 0 where no sample has two views.

    Raises:
        ValueError: `views` is not `(N, V, D)` with V >= 2.
    """
    if views.ndim != 3 or views.shape[1] < 2:
        raise ValueError(f"views of shape {tuple(views.shape)} were given; (N, V, D) with V >= 2 is needed")
    total, count = views[:0].sum(), 0
    for i, j in combinations(range(views.shape[1]), 2):
        if present is None:
            a, b = views[:, i], views[:, j]
        else:
            both = present[:, i] & present[:, j]
            a, b = views[both, i], views[both, j]
        if len(a):
            total = total + len(a) * loss(a, b)
            count += len(a)
    return total / max(count, 1)
