"""Neighbourhoods of a large graph's nodes, written down in the symbols that a text encoder reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from coview.batch import View
from coview.modalities.graph.written import written
from coview.views.documents import documents, hops_away, walk
from coview.views.draw import Draw

if TYPE_CHECKING:
    from coview.modalities.text import Text


class Documents(nn.Module):
    """For each hop k = 1 .. K a document of what a walk meets that goes k edges far; see `views.documents`.

    A heading is as many `#` as the section is edges away, and its number; a reference is a number in brackets. The
    node's own text stands first and has no heading. There is nothing to be learned here.

    Args:
        text: the texts' modality.
        hops: K.
        steps: of each walk.
        back: probability to go back where a walk could go on.
        words: ids of a document at most.
    """

    headings: Tensor
    references: Tensor

    def __init__(self, text: Text, hops: int, steps: int, back: float, words: int) -> None:
        super().__init__()
        self.text, self.hops, self.steps, self.back, self.words = text, hops, steps, back, words
        numbers = range(steps + 1)
        signs = ["#" * level + f" {n}" if level else "" for level in range(hops + 1) for n in numbers]
        said = text.pairs.encode([*signs, *(f"({n})" for n in numbers)])
        longest = max(len(ids) for ids in said)
        table = torch.tensor([ids + [0] * (longest - len(ids)) for ids in said])
        self.register_buffer("headings", table[: len(signs)].unflatten(0, (hops + 1, len(numbers))), persistent=False)
        self.register_buffer("references", table[len(signs) :], persistent=False)

    def forward(self, nodes: View, names: Tensor, beside: Tensor, own: View, draw: Draw) -> View:
        """Documents `(B, K)`.

        Args:
            nodes: `(B, 1)` stored nodes of a large graph.
            names: `(B, T)` int64, which of its nodes are around each, itself first; -1 for none.
            beside: `(B, T, T)` bool, which of those are beside each other.
            own: `(B, 1)` texts of the samples, which go before what the graph has of them.
            draw: keyed draws.
        """
        texts = written(nodes, names, self.text)
        texts[:, 0] = torch.where(own.present, own.value[:, 0], texts[:, 0])
        hops = hops_away(beside, self.hops)
        told: list[tuple[Tensor, Tensor]] = []
        for k in range(1, self.hops + 1):
            walked = walk(draw / f"hop {k}", beside, hops, k, self.steps, self.back)
            told.append(documents(texts, walked, self.headings, self.references, self.words))
        value, length = (torch.stack(parts, 1) for parts in zip(*told, strict=True))
        return View(value, own.modality, nodes.present & (length > 0), length)
