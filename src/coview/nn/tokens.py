"""Small moves between tokens, positions and samples that masked methods share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from coview.batch import View, Views
from coview.modalities.base import Modality

if TYPE_CHECKING:
    from coview.nn.encoder import Encoded


def token_valid(modality: Modality, view: View) -> Tensor | None:
    """Which tokens of a prepared view are not padding, `(B, V, T)` bool, or None where all are."""
    return None if view.length is None else modality.tokens(view).valid


def valid_or_all(valid: Tensor | None, tokens: Tensor, dims: int) -> Tensor:
    """Which tokens count, bool of their first `dims` dimensions: those that are `valid`, or all where that is None."""
    return tokens.new_ones(tokens.shape[:dims], dtype=torch.bool) if valid is None else valid


def positions(inside: Tensor) -> tuple[Tensor, Tensor]:
    """The places a mask holds, first to last: `(..., T)` bool -> `(..., K)` int64 and which of them count, bool.

    K is what the fullest mask holds, at least one; what does not count is some other place.
    """
    most = max(int(inside.sum(-1).max()), 1) if inside.numel() else 1
    order = inside.byte().argsort(dim=-1, descending=True, stable=True)[..., :most]
    return order, inside.gather(-1, order)


def to_tell(view: View, hidden: Tensor, losses: Iterable[str], **params: Tensor) -> Views:
    """One look, its hidden tokens to be told: what a masked method's `views` returns.

    Args:
        view: `(B, 1, ...)` prepared.
        hidden: `(B, 1, T)` bool, the hidden tokens; their `positions` are the params `wanted` and `asked`.
        losses: those of `represent`, each a mean over hidden tokens: every sample weighs as many as it has.
        params: further ones of the look.
    """
    wanted, asked = positions(hidden)
    weight = (asked.flatten(1).sum(1) * view.present[:, 0]).float()
    look = view.with_value(view.value, params={**view.params, **params, "wanted": wanted, "asked": asked})
    return Views({"view": look}, weights=dict.fromkeys(losses, weight))


def take(tokens: Tensor, at: Tensor) -> Tensor:
    """The tokens at some positions: `(N, T, ...)`, `(N, ..., M)` int64 -> `(N, ..., M, ...)`."""
    rows = torch.arange(len(at), device=at.device).view(-1, *[1] * (at.ndim - 1))
    return tokens[rows, at]


def places_of(modality: Modality, view: View, dim: int, rows: slice | Tensor) -> Tensor:
    """Where the tokens of a view's first looks stand, `(T, dim)` or, for some rows of it, `(n, T, dim)`."""
    places = modality.places(view, dim)
    return places if places.ndim == 2 else places[rows, 0]


def rows_there(present: Tensor) -> slice | Tensor:
    """The samples whose one look is there: `(B, 1)` bool -> an index; a slice, which copies nothing, where all are."""
    return slice(None) if bool(present.all()) else present[:, 0].nonzero()[:, 0]


def all_there(looks: Iterable[View | Encoded]) -> Tensor:
    """Which samples have every look, `(B,)` bool, of views or of what encoders said of them."""
    return torch.stack([look.present.all(1) for look in looks]).all(0)


def spread(values: Tensor, rows: slice | Tensor, size: int) -> Tensor:
    """What some rows have put back in its place among `size`, zeros elsewhere: `(n, ...)` -> `(size, ...)`."""
    return values if isinstance(rows, slice) else values.new_zeros(size, *values.shape[1:]).index_copy(0, rows, values)


def on_grid(values: Tensor, at: Tensor, there: Tensor, size: int) -> tuple[Tensor, Tensor]:
    """Tokens put on their places, and which places have one: `(N, M, D)`, `(N, M)` int64, `(N, M)` bool ->
    `(N, size, D)`, `(N, size)` bool; zeros elsewhere. Places of one row differ.
    """
    rows = torch.arange(len(at), device=at.device)[:, None]
    held = torch.zeros(len(at), size, dtype=torch.bool, device=at.device).index_put((rows, at), there)
    whole = values.new_zeros(len(at), size, values.shape[-1])
    return whole.index_put((rows, at), values * there[..., None]), held
