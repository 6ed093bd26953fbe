"""Retrieval: whether a view finds the other views of its sample."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from coview.batch import Embedding
from coview.evaluate.moments import Moments

AT = (1, 5, 10)
TIE = 1e-6
"""Cosines nearer than this are the same: float32 rounding must not rank copies, nor a collapsed embedding."""
MOST_PAIRS = 132
"""Ordered pairs of natural views: all pairs of 12, evenly spaced ones of more."""
METRICS = (*(f"R@{k}" for k in AT), "MRR", "median rank")


def retrieval(
    queries: Tensor, query_of: Tensor, gallery: Tensor, gallery_of: Tensor, within: float = 0
) -> dict[str, float]:
    """R@1, R@5, R@10, mean reciprocal rank and median rank of the best-ranked item of the query's own sample.

    Ranked by cosine. Ties are broken at random, in expectation: R@k counts the chance of a hit, ranks are the expected
    ones; an embedding that says the same of everything scores as chance.

    Args:
        queries: `(q, D)`.
        query_of: `(q,)` sample of each query; every one is in the gallery.
        gallery: `(n, D)`.
        gallery_of: `(n,)` sample of each item.
        within: how far the two may lie apart, where samples are moments.

    Raises:
        ValueError: NaN or infinity among the vectors, of which nothing can be ranked.
    """
    if not (queries.isfinite().all() and gallery.isfinite().all()):
        raise ValueError("retrieval ranks finite vectors; among these are NaN or infinity")
    queries, gallery = F.normalize(queries.float(), dim=1), F.normalize(gallery.float(), dim=1)
    above, tied, own = [], [], []
    step = max(1, (1 << 24) // max(1, len(gallery)))
    for start in range(0, len(queries), step):
        cosine = queries[start : start + step] @ gallery.T
        mine = (query_of[start : start + step, None] - gallery_of[None]).abs() <= within
        best = cosine.masked_fill(~mine, -2.0).max(1, keepdim=True).values
        above.append(((cosine > best + TIE) & ~mine).sum(1))
        near = (cosine - best).abs() <= TIE
        tied.append((near & ~mine).sum(1))
        own.append((near & mine).sum(1))
    return _summary(*(torch.cat(x).double() for x in (above, tied, own)))


def _summary(above: Tensor, tied: Tensor, own: Tensor) -> dict[str, float]:
    """From how many others rank above, how many tie, and how many of one's own are in the tie."""
    rank = above + (tied + own + 1) / (own + 1)
    hit = {f"R@{k}": float(_chance(k - above, tied, own).mean()) for k in AT}
    return {**hit, "MRR": float((1 / rank).mean()), "median rank": float(np.median(rank.numpy()))}


def _chance(places: Tensor, tied: Tensor, own: Tensor) -> Tensor:
    """The chance that one of `own` items is among the first `places` of `own + tied` in random order.

    One minus C(tied, places) / C(tied + own, places).
    """
    open_places = places.clamp_min(0)
    sure = (open_places > tied) & (places > 0)
    inside = torch.minimum(open_places, tied)

    def log_choose(n: Tensor, k: Tensor) -> Tensor:
        return torch.lgamma(n + 1) - torch.lgamma(k + 1) - torch.lgamma(n - k + 1)

    miss = torch.exp(log_choose(tied, inside) - log_choose(tied + own, inside))
    return torch.where(sure, 1.0, torch.where(places <= 0, 0.0, 1 - miss))


def across_views(
    embedding: Embedding, rows: np.ndarray, when: Moments | None = None
) -> tuple[dict[str, float], dict[str, float]] | None:
    """From one natural view to another of the same slot: the mean over all ordered pairs of views.

    Queries and gallery of the pair (a, b) are the samples of `rows` that have both. Where samples are moments, one
    near enough to the query's is a hit too.

    Returns:
        Metrics, and details (pairs, mean gallery size, R@1 by chance); None where no pair has two samples.
    """
    values, present = embedding.values[rows], embedding.present[rows]
    pairs = [p for p in permutations(range(present.shape[1]), 2) if int(present[:, list(p)].all(1).sum()) >= 2]
    if not pairs:
        return None
    scored = [pairs[i * len(pairs) // min(len(pairs), MOST_PAIRS)] for i in range(min(len(pairs), MOST_PAIRS))]
    found, sizes, chances = [], [], []
    samples = torch.arange(len(rows)) if when is None else torch.from_numpy(when.at[rows])
    within = 0.0 if when is None else when.within
    for a, b in scored:
        both = present[:, a] & present[:, b]
        of = samples[both]
        found.append(retrieval(values[both, a], of, values[both, b], of, within))
        sizes.append(len(of))
        chances.append(share_within(of, within))
    metrics = {name: float(np.mean([f[name] for f in found])) for name in METRICS}
    chance = float(np.mean(chances))
    details = {"pairs of views": len(scored), "gallery": float(np.mean(sizes)), "chance R@1": chance}
    if len(scored) < len(pairs):
        details["of pairs"] = len(pairs)
    return metrics, details


def share_within(at: Tensor, within: float) -> float:
    """The share of ordered pairs `(i, j)` that lie within `within` of each other: `(n,)`."""
    line = np.sort(at.numpy().astype(np.float64))
    first, last = np.searchsorted(line, line - within, "left"), np.searchsorted(line, line + within, "right")
    return float((last - first).mean() / len(line))


def across_slots(
    query: Embedding, gallery: Embedding, rows: np.ndarray
) -> tuple[dict[str, float], dict[str, float]] | None:
    """From one slot to another in a joint space: every view that is there is a query, or an item of the gallery.

    A query hits where any view of its sample is among the first k, as the field scores several captions a picture.
    Samples of `rows` that have both slots take part.

    Returns:
        Metrics, and details (queries, gallery size, R@1 by chance); None where fewer than two samples have both.
    """
    asked, there = query.present[rows], gallery.present[rows]
    both = asked.any(1) & there.any(1)
    if int(both.sum()) < 2:
        return None
    q_of, q_view = (asked & both[:, None]).nonzero(as_tuple=True)
    g_of, g_view = (there & both[:, None]).nonzero(as_tuple=True)
    found = retrieval(query.values[rows][q_of, q_view], q_of, gallery.values[rows][g_of, g_view], g_of)
    chance = float(there.sum(1)[q_of].double().mean() / len(g_of))
    return found, {"queries": len(q_of), "gallery": len(g_of), "chance R@1": chance}
