"""How much columns of a table tell of each other, counted on the way."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from coview.nn.columns import ColumnLayout

MOST = 1 << 22
"""Counts held at most, 16 MiB of them."""


class Association(nn.Module):
    """Mutual information of every two columns, from counts of pairs of values.

    Numbers (normal scores) are put into as many bins as likely as each other, words are told apart one by one, as long
    as the counts of all pairs fit into `MOST` numbers; of more, codes are folded and bins wider, with two bins a column
    at least. What is missing has a bin of its own.

    Args:
        layout: of C columns.
        numbers: bins of a column of numbers, at most.
    """

    pairs: Tensor

    def __init__(self, layout: ColumnLayout, numbers: int = 16) -> None:
        super().__init__()
        self.layout, columns = layout, len(layout.codes)
        fit = max(2, int(MOST**0.5 / columns) - 1)
        self.numbers = min(numbers, fit)
        self.width = 1 + min(max([numbers, *layout.codes]), fit)
        self.register_buffer("pairs", torch.zeros(columns, columns, self.width, self.width))

    def bins(self, value: Tensor) -> Tensor:
        """Stored cells `(n, C)` -> bins `(n, C)` int64."""
        most = self.width - 1
        number = (torch.special.ndtr(value.double()) * self.numbers).clamp(0, self.numbers - 1)
        word = value.double() % most
        found = torch.where(self.layout.is_word.to(value.device), word, number)
        return torch.where(value.isnan(), most, found.nan_to_num(0)).long()

    @torch.no_grad()
    def add(self, bins: Tensor) -> None:
        """Counts rows `(n, C)`."""
        column = torch.arange(bins.shape[1], device=bins.device)
        both = (column[:, None], column, bins[:, :, None], bins[:, None])
        self.pairs.index_put_(both, self.pairs.new_ones(()), accumulate=True)

    def information(self, column: Tensor) -> Tensor:
        """What each column tells of one, `()` int64: `(C,)` nats; 0 before anything was counted."""
        joint = self.pairs[column].double()
        joint = joint / joint.sum((1, 2), keepdim=True).clamp_min(1)
        alone = joint.sum(2, keepdim=True) * joint.sum(1, keepdim=True)
        return torch.where(joint > 0, joint * (joint / alone).log(), 0.0).sum((1, 2))
