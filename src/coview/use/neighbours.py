"""Who is nearest to whom: queries in one slot or view, answers in another."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from coview.data.source import Data
from coview.evaluate.embed import space_of
from coview.use.embed import Embedded


@dataclass(frozen=True)
class Found:
    """One answer: the sample's row, its cosine to the query, and whether it is right (None where nobody knows)."""

    row: int
    cosine: float
    right: bool | None


@dataclass(frozen=True)
class Side:
    """A slot in one natural view, or in all (None)."""

    slot: str
    view: int | None = None


@dataclass
class Answers:
    """Queries and what was nearest to each.

    Args:
        query, gallery: where both come from.
        queries: rows asked about.
        found: for each query its answers, nearest first.
        gallery_size: how many could have been found.
        rule: what `right` means.
    """

    query: Side
    gallery: Side
    queries: list[int]
    found: list[list[Found]]
    gallery_size: int
    rule: str


def nearest(vector: Tensor, gallery: Tensor, k: int) -> tuple[Tensor, Tensor]:
    """Cosines and places of the k nearest rows: `(q, D)`, `(n, D)` -> `(q, k)`, `(q, k)`."""
    cosine = F.normalize(vector.float(), dim=1) @ F.normalize(gallery.float(), dim=1).T
    return cosine.topk(min(k, cosine.shape[1]), dim=1)


def ask(embedded: Embedded, rows: Tensor, *, n: int = 6, k: int = 5) -> list[Answers]:
    """The questions that a run's held-out samples can be asked: across views, across slots, else within a slot.

    Queries are spread evenly over `rows` by id, not picked for their looks.

    Args:
        embedded: all samples.
        rows: those held out: queries and gallery.
        n: queries of each kind.
        k: answers to each.
    """
    slots = list(dict.fromkeys(s for space in embedded.spaces.values() for s in space))
    asked: list[Answers] = []
    for slot in slots:
        present = embedded.of(slot).present[rows]
        if present.shape[1] > 1:
            pairs = [(int(present[:, [a, b]].all(1).sum()), a, b) for a, b in permutations(range(present.shape[1]), 2)]
            best = max(pairs, key=lambda p: p[0])
            if best[0] > 1:
                asked.append(_across(embedded, rows, Side(slot, best[1]), Side(slot, best[2]), n, k))
    for a, b in permutations(slots, 2):
        if space_of(embedded.spaces, a, b) is not None:
            asked.append(_across(embedded, rows, Side(a), Side(b), n, k))
    if not asked:
        asked = [_within(embedded, rows, slot, n, k) for slot in slots[:1]]
    return [answers for answers in asked if answers.queries]


def _across(embedded: Embedded, rows: Tensor, query: Side, gallery: Side, n: int, k: int) -> Answers:
    """The sample itself is the right answer."""
    q, q_there = _vectors(embedded, query, gallery)
    g, g_there = _vectors(embedded, gallery, query)
    both = rows[(q_there & g_there)[rows]]
    queries = spread_evenly(embedded.data, both, n)
    cosine, at = nearest(q[queries], g[both], k)
    found = [
        [Found(int(both[j]), float(c), int(both[j]) == int(row)) for c, j in zip(cs, js)]
        for row, cs, js in zip(queries, cosine, at)
    ]
    return Answers(query, gallery, queries.tolist(), found, len(both), "the same sample")


def _within(embedded: Embedded, rows: Tensor, slot: str, n: int, k: int) -> Answers:
    """Other samples; those of the same class are right, where classes are known."""
    side = Side(slot)
    z, there = _vectors(embedded, side, side)
    rows = rows[there[rows]]
    queries = spread_evenly(embedded.data, rows, n)
    cosine, at = nearest(z[queries], z[rows], k + 1)
    label = next((name for name, values in embedded.data.labels.items() if values.ndim == 1), None)
    values = None if label is None else embedded.data.labels[label]
    found: list[list[Found]] = []
    for row, cs, js in zip(queries.tolist(), cosine, at):
        others = [(int(rows[j]), float(c)) for c, j in zip(cs, js) if int(rows[j]) != row][:k]
        found.append([Found(r, c, None if values is None else bool(values[r] == values[row])) for r, c in others])
    return Answers(side, side, queries.tolist(), found, len(rows) - 1, f"the same {label}" if label else "")


def _vectors(embedded: Embedded, side: Side, other: Side) -> tuple[Tensor, Tensor]:
    """`(N, D)` and who is there, in the space where both sides are comparable."""
    from coview.modalities.base import present_mean

    space = space_of(embedded.spaces, side.slot, other.slot)
    found = embedded.of(side.slot) if space is None else embedded.spaces[space][side.slot]
    if side.view is not None:
        return found.values[:, side.view], found.present[:, side.view]
    unit = F.normalize(found.values, dim=2)
    return present_mean(unit, found.present), found.present.any(1)


def spread_evenly(data: Data, rows: Tensor, n: int) -> Tensor:
    """N of the rows, ordered by the hash that their ids are."""
    order = np.argsort(data.ids[rows].numpy(), kind="stable")
    return rows[torch.from_numpy(order[np.linspace(0, len(order) - 1, min(n, len(order))).astype(int)])]
