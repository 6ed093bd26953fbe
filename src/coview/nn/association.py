"""How much columns of a table tell of each other, counted on the way."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from coview.nn.columns import ColumnLayout


class Association(nn.Module):
    """Mutual information of every two columns, from counts of pairs of values.

    Numbers (normal scores) are put into as many bins as likely as each other, words into bins by their code; what is
    missing has a bin of its own.

    Args:
        layout: of C columns.
        bins: K, of a column.
    """

    pairs: Tensor

    def __init__(self, layout: ColumnLayout, bins: int = 16) -> None:
        super().__init__()
        self.layout, self.width = layout, bins + 1
        size = self.width * len(layout.codes)
        self.register_buffer("pairs", torch.zeros(size, size))

    def bins(self, value: Tensor) -> Tensor:
        """Stored cells `(n, C)` -> bins `(n, C)` int64."""
        most = self.width - 1
        number = (torch.special.ndtr(value.double()) * most).clamp(0, most - 1)
        word = value.double() % most
        found = torch.where(self.layout.is_word.to(value.device), word, number)
        return torch.where(value.isnan(), most, found.nan_to_num(0)).long()

    @torch.no_grad()
    def add(self, bins: Tensor) -> None:
        """Counts rows `(n, C)`."""
        told = F.one_hot(bins, self.width).flatten(1).to(self.pairs.dtype)
        self.pairs.add_(told.T @ told)

    def information(self) -> Tensor:
        """`(C, C)` nats; 0 before anything was counted."""
        columns = len(self.layout.codes)
        joint = self.pairs.view(columns, self.width, columns, self.width).transpose(1, 2).double()
        joint = joint / joint.sum((2, 3), keepdim=True).clamp_min(1)
        alone = joint.sum(3, keepdim=True) * joint.sum(2, keepdim=True)
        return torch.where(joint > 0, joint * (joint / alone).log(), 0.0).sum((2, 3))
