"""An event as a vector: numbers mapped, words looked up, what is missing said."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import torch
from torch import Tensor, nn


class EventEmbedding(nn.Module):
    """The sum over an event's fields of `x w_j + b_j` for a number, `e_j[code]` for a word, `m_j` where it is missing.

    Vectors begin such that the sum has unit variance. The code of other words, 0, and what is missing begin at zero:
    what training never met says nothing.

    Args:
        numbers: how many fields of numbers there are, which come first.
        codes: how many codes each field of words has.
        dim: D.
    """

    offset: Tensor

    def __init__(self, numbers: int, codes: Sequence[int], dim: int) -> None:
        super().__init__()
        self.numbers, self.fields = numbers, numbers + len(codes)
        scale = self.fields**-0.5
        self.weight = nn.Parameter(torch.randn(numbers, dim) * scale)
        self.bias = nn.Parameter(torch.zeros(numbers, dim))
        self.missing = nn.Parameter(torch.zeros(self.fields, dim))
        starts = list(accumulate(codes, initial=0))
        self.words = nn.Embedding(starts[-1], dim) if codes else None
        self.register_buffer("offset", torch.tensor(starts[:-1], dtype=torch.int64), persistent=False)
        if self.words is not None:
            with torch.no_grad():
                self.words.weight.mul_(scale)
                self.words.weight[self.offset] = 0

    def forward(self, value: Tensor) -> Tensor:
        """`(..., 2 F)`, values of F fields and which are there -> `(..., D)`."""
        given, there = value.chunk(2, -1)
        numbers, has = given[..., : self.numbers], there[..., : self.numbers]
        found = (numbers * has) @ self.weight + has @ self.bias + (1 - there) @ self.missing
        if self.words is not None:
            codes = given[..., self.numbers :].round().long() + self.offset
            found = found + (self.words(codes) * there[..., self.numbers :, None]).sum(-2)
        return found
