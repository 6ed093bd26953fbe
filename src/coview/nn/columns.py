"""Columns of numbers and words as vectors: FT-Transformer's tokeniser, and a perceptron over all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, pairwise

import torch
from torch import Tensor, nn


@dataclass(frozen=True)
class ColumnLayout:
    """Which of C columns hold numbers and which hold words, and where each stands among a decoder's outputs.

    Args:
        codes: of each column, how many codes its words have; 0 for a column of numbers.
    """

    codes: tuple[int, ...]

    @classmethod
    def of(cls, codes: Sequence[int]) -> ColumnLayout:
        """From the codes of each column."""
        return cls(tuple(codes))

    @cached_property
    def numbers(self) -> list[int]:
        """Columns of numbers."""
        return [i for i, n in enumerate(self.codes) if not n]

    @cached_property
    def words(self) -> list[int]:
        """Columns of words."""
        return [i for i, n in enumerate(self.codes) if n]

    @cached_property
    def is_word(self) -> Tensor:
        """`(C,)` bool."""
        return torch.tensor([bool(n) for n in self.codes])

    @cached_property
    def starts(self) -> list[int]:
        """Where each column's outputs begin: two of a number (value, missing), codes and missing of words."""
        return list(accumulate((n + 1 if n else 2 for n in self.codes), initial=0))[:-1]

    @cached_property
    def width(self) -> int:
        """Outputs of all columns."""
        return sum(n + 1 if n else 2 for n in self.codes)


class ColumnEmbedding(nn.Module):
    """A vector a cell: `x w_j + b_j` of a number, `e_j[x] + b_j` of a word, `m_j + b_j` where it is missing.

    Paper: Revisiting Deep Learning Models for Tabular Data. Gorishniy, Rubachev, Khrulkov, Babenko. NeurIPS 2021.
    https://arxiv.org/abs/2106.11959 (section 3.3). Missing cells are not in the paper. Vectors begin of length
    sqrt(dim), so that what a column holds is heard beside the positions that a transformer adds; the code of other
    words and the vectors of missing cells begin at zero, so that what training never met says only its column.

    Args:
        layout: of the columns.
        dim: D.
    """

    offset: Tensor
    order: Tensor

    def __init__(self, layout: ColumnLayout, dim: int) -> None:
        super().__init__()
        self.layout = layout
        self.weight = nn.Parameter(torch.randn(len(layout.numbers), dim))
        self.bias = nn.Parameter(torch.randn(len(layout.codes), dim) * 0.5)
        self.missing = nn.Parameter(torch.zeros(len(layout.codes), dim))
        sizes = [layout.codes[i] for i in layout.words]
        starts = list(accumulate(sizes, initial=0))
        self.words = nn.Embedding(starts[-1], dim) if sizes else None
        if self.words is not None:
            with torch.no_grad():
                self.words.weight[starts[:-1]] = 0
        back = torch.tensor([*layout.numbers, *layout.words]).argsort()
        self.register_buffer("offset", torch.tensor(starts[:-1], dtype=torch.int64), persistent=False)
        self.register_buffer("order", back, persistent=False)

    def forward(self, tokens: Tensor) -> Tensor:
        """`(..., C, 3)` of all columns in order (which column, value, missing) -> `(..., C, D)`."""
        value, missing = tokens[..., 1], tokens[..., 2] > 0.5
        parts = [value[..., self.layout.numbers, None] * self.weight]
        if self.words is not None:
            code = value[..., self.layout.words].round().long() + self.offset
            parts.append(self.words(code))
        content = parts[0] if len(parts) == 1 else torch.cat(parts, -2)
        if self.words is not None and self.layout.numbers:
            content = content.index_select(-2, self.order)
        return torch.where(missing[..., None], self.missing, content) + self.bias


class ColumnMLP(nn.Module):
    """Cells embedded and rectified one by one, joined, and a perceptron over them: it reads no other row.

    Paper: On Embeddings for Numerical Features in Tabular Deep Learning. Gorishniy, Rubachev, Babenko. NeurIPS 2022.
    https://arxiv.org/abs/2203.05556 (their MLP-LR), on the layers of SCARF's encoder (Bahri et al. 2022).

    Args:
        layout: of the columns.
        dim: D, also of the hidden layers.
        depth: layers.
        width: of a cell's embedding.
    """

    def __init__(self, layout: ColumnLayout, *, dim: int = 256, depth: int = 3, width: int = 16) -> None:
        super().__init__()
        self.dim = dim
        self.embed = ColumnEmbedding(layout, width)
        widths = [width * len(layout.codes), *[dim] * depth]
        self.layers = nn.Sequential(
            *(nn.Sequential(nn.Linear(a, b), nn.LayerNorm(b), nn.ReLU()) for a, b in pairwise(widths))
        )

    def forward(self, value: Tensor) -> Tensor:
        """`(N, C, 2)` prepared -> `(N, D)`."""
        cells = torch.cat([value[..., :1], value], -1)  # the embedding reads no column number
        return self.layers(self.embed(cells).relu().flatten(1))
