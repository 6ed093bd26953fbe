"""Neighbourhoods written down: a walk through one that keeps its structure, and the document that the walk reads."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from coview.views.draw import Draw


def hops_away(beside: Tensor, most: int) -> Tensor:
    """How many edges each node is away from the first: `(B, T, T)` bool -> `(B, T)` int64, `most + 1` for any more."""
    found = torch.full(beside.shape[:2], most + 1, device=beside.device)
    reached = torch.zeros_like(found, dtype=torch.bool)
    reached[:, 0] = True
    found[:, 0] = 0
    for hop in range(1, most + 1):
        reached = (beside & reached[:, :, None]).any(1) & (found > most)
        found[reached] = hop
    return found


@dataclass(frozen=True)
class Walk:
    """What a walk from each first node met, W nodes at most.

    Args:
        order: `(B, W)` int64, the nodes in the order in which they were met.
        there: `(B, W)` bool, which of them count: the first ones.
        level: `(B, W)` int64, edges from the first node.
        refers: `(B, W, W)` bool, whether a node is beside one met before it that it was not come to from.
    """

    order: Tensor
    there: Tensor
    level: Tensor
    refers: Tensor


def walk(draw: Draw, beside: Tensor, hops: Tensor, farthest: int, steps: int, back: float) -> Walk:
    """A walk that reads a neighbourhood as a document is read: on to a part of where it is, or back to the whole.

    From a node it goes to a random one that is not met yet, beside it and one edge farther from the first; or back to
    where it came to the node from, where there is none such and, otherwise, with probability `back`. So nodes are met
    in the order of a document's sections: each followed by those that are told under it. With `back` 0 and twice as
    many steps as nodes all are met.

    Args:
        draw: keyed draws.
        beside: `(B, T, T)` bool, symmetric.
        hops: `(B, T)` int64, see `hops_away`.
        farthest: edges from the first node that it goes to at most.
        steps: of the walk; W is one more, T at most.
        back: the probability.
    """
    rows, size = torch.arange(len(beside), device=beside.device), beside.shape[1]
    unit, turn = draw("which", steps, size), draw("back", steps)
    here = torch.zeros_like(rows)
    parent = torch.zeros_like(hops)
    met = torch.zeros_like(hops, dtype=torch.bool)
    met[:, 0] = True
    rank = torch.full_like(hops, size)
    rank[:, 0] = 0
    for step in range(steps):
        level = hops[rows, here][:, None]
        open_to = beside[rows, here] & ~met & (hops == level + 1) & (hops <= farthest)
        on = open_to.any(1) & (turn[:, step] >= back)
        chosen = torch.where(on, unit[:, step].masked_fill(~open_to, -1).argmax(1), 0)
        new = torch.zeros_like(met).scatter(1, chosen[:, None], on[:, None])
        rank = torch.where(new, met.sum(1, keepdim=True), rank)
        parent = torch.where(new, here[:, None], parent)
        met = met | new
        here = torch.where(on, chosen, parent[rows, here])
    order = rank.argsort(dim=1, stable=True)[:, : steps + 1]
    there = met.gather(1, order)
    again = beside[rows[:, None, None], order[:, :, None], order[:, None, :]]
    before = torch.ones(order.shape[1], order.shape[1], dtype=torch.bool, device=order.device).tril(-1)
    from_there = parent.gather(1, order)[:, :, None] == order[:, None, :]
    refers = again & before & ~from_there & there[:, :, None]
    return Walk(order, there, hops.gather(1, order) * there, refers)


def documents(texts: Tensor, walked: Walk, headings: Tensor, references: Tensor, limit: int) -> tuple[Tensor, Tensor]:
    """Each node met as a section: its heading, which says its level and number, its text, and the numbers it refers to.

    A node without a text leaves nothing.

    Args:
        texts: `(B, T, L)` int64 ids of each node's text, 0 where padded.
        walked: through T nodes.
        headings: `(levels, W or more, H)` ids of a heading by level and number, 0 where padded.
        references: `(W or more, R)` ids that refer to a number, 0 where padded.
        limit: ids that a document has at most; what is longer is cut at its end.

    Returns:
        Ids `(B, limit)`, 0 where padded, and how many there are, `(B,)` int64.
    """
    rows, numbers = torch.arange(len(texts), device=texts.device)[:, None], walked.order.shape[1]
    heading = headings[walked.level, torch.arange(numbers, device=texts.device)]
    text = texts[rows, walked.order]
    referred = (walked.refers[..., None] * references[:numbers]).flatten(2)
    told = walked.there & (text != 0).any(-1)
    ids = (torch.cat([heading, text, referred], -1) * told[..., None]).flatten(1)
    order = (ids != 0).byte().argsort(dim=1, descending=True, stable=True)[:, :limit]
    found = ids.gather(1, order)
    return F.pad(found, (0, limit - found.shape[1])), (found != 0).sum(1)
