"""The table modality."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor, nn

from coview.batch import View
from coview.modalities.base import Modality, Unfit, stack_present
from coview.modalities.cells import Cell
from coview.modalities.table.columns import Category, Kind, from_json, to_json
from coview.modalities.table.fit import fit_columns
from coview.modalities.table.loss import mixed_column_error
from coview.modalities.table.options import TableOptions
from coview.modalities.table.read import Row, read_row
from coview.modalities.table.store import Coder
from coview.nn.columns import ColumnEmbedding, ColumnLayout, ColumnMLP
from coview.nn.transformer import TokenNet
from coview.views.columns import blend_columns, corrupt, hide, shake
from coview.views.draw import Draw


class Table(Modality):
    """Rows of C columns, stored as `(B, V, C)` float32: numbers as normal scores, words as codes, NaN where missing.

    A number's score is its rank in the training data on the scale of a standard normal (scikit-learn's quantile
    transform), so that skewed columns and outliers need no care. A word met in training less than twice, or never, has
    code 0: another word. Prepared, `(B, V, C, 2)`, a cell is a value and whether it is missing (then the value is 0);
    nothing is filled in. A token is a column; its loss is a squared error or a cross-entropy, each in units of what a
    guess by the column's distribution costs, and a missing cell is predicted as missing.

    `augment` is SCARF's corruption in mild form: some cells are replaced by draws from their column's distribution in
    the training data; the other numbers move a little along their scale, and some cells are taken for missing. Its
    `params` are `corrupted` and `dropped`, `(B, V, C)` bool.

    Args:
        columns: fitted, in order.
        corrupt: share of the cells that an augmented look takes from the column's distribution.
        noise: standard deviation of what it adds to numbers, whose own is about 1.
        drop: share of the cells that it takes for missing.
    """

    name = "table"
    hidden = 0.5  # ReMasker, Du et al. 2024
    default_encoder = "mlp"
    token_dim = 3

    def __init__(
        self,
        columns: Sequence[Kind | Mapping[str, Any]],
        *,
        corrupt: float = 0.1,
        noise: float = 0.2,
        drop: float = 0.1,
    ) -> None:
        self.columns = [from_json(c) if isinstance(c, Mapping) else c for c in columns]
        self.corrupt, self.noise, self.drop = float(corrupt), float(noise), float(drop)
        self.coder = Coder(self.columns)
        self.layout = ColumnLayout.of([c.codes if isinstance(c, Category) else 0 for c in self.columns])
        self.target_dim = sum(column.width for column in self.columns)
        self.units = torch.tensor([column.unit for column in self.columns])
        self.marginals = torch.tensor([column.marginal for column in self.columns])
        self._there: dict[torch.device, Tensor] = {}

    @classmethod
    def adapt(cls, items: Iterable[Row], **options: Any) -> Table:
        """Columns, ranks and codes from rows; options: see `TableOptions`.

        Raises:
            UserError: an option is unknown or out of range, or no column tells rows apart.
        """
        chosen = TableOptions.of(options)
        return cls(fit_columns(items, chosen), corrupt=chosen.corrupt, noise=chosen.noise, drop=chosen.drop)

    def config(self) -> dict[str, Any]:
        """Columns and augmentation."""
        told = {name: getattr(self, name) for name in ("corrupt", "noise", "drop")}
        return {"columns": [to_json(c) for c in self.columns], **told}

    @staticmethod
    def read(raw: Any) -> Row:
        """See `read_row`."""
        return read_row(raw)

    def unfit(self, item: Row) -> str | None:
        """Which column a row lacks, or holds words in where the run has numbers."""
        try:
            self.coder.pick(item)
        except Unfit as unfit:
            return str(unfit)
        return None

    def notes(self, item: Row) -> list[str]:
        """In which columns a word has no code of its own."""
        return [f"with a word in {name} that has no code of its own" for name in self.coder.uncoded(item)]

    def collate(self, items: Sequence[Sequence[Row | None]]) -> View:
        """Scores and codes. A row that does not fit (`unfit`) is absent."""
        picked = [[None if row is None else self._picked(row) for row in sample] for sample in items]
        present = stack_present(picked)
        value = torch.zeros(*present.shape, len(self.columns))
        fitting = [cells for sample in picked for cells in sample if cells is not None]
        value[present] = torch.from_numpy(self.coder.encode(fitting))
        return View(value, self.name, present)

    def _picked(self, row: Row) -> list[Cell] | None:
        try:
            return self.coder.pick(row)
        except Unfit:
            return None

    def prepare(self, view: View) -> View:
        """Values, and which are missing."""
        missing = view.value.isnan()
        return view.with_value(torch.stack([view.value.masked_fill(missing, 0), missing.to(view.value.dtype)], -1))

    def augment(self, view: View, draw: Draw) -> View:
        """Cells drawn anew from their column, numbers moved, cells dropped."""
        return self._look(view, draw, self.drop)

    def crop(self, view: View, draw: Draw, *, scale: tuple[float, float], size: float = 1.0) -> View:
        """As `augment`, but a look keeps a share of the columns drawn from `scale`; `size` changes nothing."""
        return self._look(view, draw, 1 - draw.uniform("kept columns", *scale, view.width))

    def _look(self, view: View, draw: Draw, drop: float | Tensor) -> View:
        corrupted = corrupt(view.value, self._marginals(view.value.device), self.corrupt, draw)
        moved = shake(corrupted.value, self.noise, self.layout.is_word.to(view.value.device), draw)
        value, dropped = hide(moved, drop, draw)
        params = {**view.params, "corrupted": corrupted.changed, "dropped": dropped}
        return self.prepare(view.with_value(value, params=params))

    def _marginals(self, device: torch.device) -> Tensor:
        if device not in self._there:
            self._there[device] = self.marginals.to(device)
        return self._there[device]

    def tokens(self, view: View) -> View:
        """A token a column, `(B, V, C, 3)`: which column, its value, whether it is missing."""
        column = torch.arange(len(self.columns), device=view.value.device, dtype=view.value.dtype)
        return view.with_value(torch.cat([column[:, None].expand(*view.value.shape[:-1], 1), view.value], -1))

    def untokens(self, tokens: Tensor, like: View) -> Tensor:
        """Values and missing flags."""
        return tokens[..., 1:]

    def token_loss(self, prediction: Tensor, tokens: Tensor) -> Tensor:
        """Squared error of numbers, cross-entropy of words: see `mixed_column_error`."""
        return mixed_column_error(prediction, tokens, self.layout, self.units.to(prediction.device))

    def token_distance(self, prediction: Tensor, tokens: Tensor) -> Tensor:
        """As `token_loss`, with the absolute error of numbers."""
        return mixed_column_error(prediction, tokens, self.layout, self.units.to(prediction.device), absolute=True)

    def token_embedding(self, dim: int) -> nn.Module:
        """FT-Transformer's tokeniser."""
        return ColumnEmbedding(self.layout, dim)

    def blend(self, own: View, other: View, share: Tensor) -> View:
        """Numbers interpolated, of the words a share one's own."""
        return blend_columns(own, other, share, self.layout.is_word)

    def grid(self, view: View) -> tuple[int, ...]:
        """`(C,)`."""
        return (len(self.columns),)

    def raw(self, view: View) -> Tensor:
        """1 where a cell is missing; numbers as scores and, standardised, as they are; 1 for the cell's word.

        Numbers stand twice, for what is linear in them is lost in their ranks, and outliers drown what ranks tell.
        """
        value = view.value
        missing = value.isnan()
        scores = value[..., self.layout.numbers]
        plain = self.coder.ranks.standardised(scores.flatten(0, 1).cpu().numpy().astype(np.float64))
        plain = torch.from_numpy(plain).to(value).view_as(scores)
        parts = [missing.to(value.dtype), scores.nan_to_num(0), plain.nan_to_num(0)]
        for i in self.layout.words:
            codes = torch.arange(self.columns[i].width - 1, device=value.device)
            parts.append((value[..., i, None] == codes).to(value.dtype))
        return torch.cat(parts, -1)

    def show(self, view: View) -> list[list[str | None]]:
        """A row in words."""
        said = self.coder.decode(view.value.flatten(0, 1).cpu().numpy().astype(np.float64))
        rows = [said[b * view.width : (b + 1) * view.width] for b in range(len(view))]
        return [
            [self._line(row) if there else None for row, there in zip(sample, presence, strict=True)]
            for sample, presence in zip(rows, view.present.tolist(), strict=True)
        ]

    def show_prepared(self, view: View) -> list[list[str | None]]:
        """The same of prepared rows."""
        values, missing = view.value.float().unbind(-1)
        return self.show(view.with_value(values.masked_fill(missing > 0, torch.nan)))

    def _line(self, row: list[str | None]) -> str:
        line = ", ".join(f"{column.name} {'missing' if x is None else x}" for column, x in zip(self.columns, row))
        return textwrap.shorten(line, 240, placeholder=" ...")

    def _mlp(self, *, dim: int = 256, depth: int = 3, width: int = 16) -> nn.Module:
        """Columns embedded one by one, joined, and read by a perceptron."""
        return ColumnMLP(self.layout, dim=dim, depth=depth, width=width)

    encoders: ClassVar[Mapping[str, Callable[..., nn.Module]]] = {"mlp": _mlp, "vit": TokenNet}
