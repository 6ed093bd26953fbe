"""Cells of a table told from the others: numbers by error, words by cross-entropy, each column in its own unit."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from coview.losses.precision import at_least_float32
from coview.nn.columns import ColumnLayout


@at_least_float32
def mixed_column_error(
    prediction: Tensor, tokens: Tensor, layout: ColumnLayout, units: Tensor, *, absolute: bool = False
) -> Tensor:
    """How far predicted cells are from true ones, in units of what a guess by the column's distribution costs.

    A number costs `(prediction - value)^2 / variance` (absolute: `|prediction - value| / deviation`) and the binary
    cross-entropy of being missing; a word the cross-entropy of its code, missing being one more, over the entropy. A
    guess by frequency so costs about 1 in every column, whatever it holds.

    Args:
        prediction: `(..., P)` outputs for every column, of which a cell's own are read.
        tokens: `(..., 3)`: which column, value (a number's score, a word's code), 1 where missing.
        layout: of the columns.
        units: `(C,)` variance of numbers, entropy of words.
        absolute: whether numbers are compared by their absolute difference.

    Returns:
        `(...)`.
    """
    column, missing = tokens[..., 0].long(), tokens[..., 2]
    starts = torch.tensor(layout.starts, device=prediction.device)
    codes = torch.tensor(layout.codes, device=prediction.device)
    start, unit, many = starts[column], units[column].to(prediction.dtype), codes[column]
    told, logit = (prediction.gather(-1, (start + i)[..., None])[..., 0] for i in (0, 1))
    apart = told - tokens[..., 1]
    error = apart.abs() / unit.sqrt() if absolute else apart.square() / unit
    loss = (1 - missing) * error + F.softplus(logit) - missing * logit
    words = many > 0
    if bool(words.any()):
        found = _cross_entropy(prediction[words], start[words], many[words], tokens[words]) / unit[words]
        loss = loss.masked_scatter(words, found)
    return loss


def _cross_entropy(prediction: Tensor, start: Tensor, codes: Tensor, tokens: Tensor) -> Tensor:
    """Of cells of words, `(N, P)` -> `(N,)` in nats."""
    place = torch.arange(int(codes.max()) + 1, device=prediction.device)
    inside = place <= codes[:, None]
    at = (start[:, None] + place).clamp_max(prediction.shape[-1] - 1)
    logits = prediction.gather(-1, at).masked_fill(~inside, -torch.inf)
    truth = torch.where(tokens[:, 2] > 0.5, codes, tokens[:, 1].round().long())
    return F.cross_entropy(logits, truth, reduction="none")
