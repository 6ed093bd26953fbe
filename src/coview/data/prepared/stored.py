"""Collated blocks put together: one stored view of a whole column in memory."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from coview.batch import View


class Stored:
    """Takes the blocks of N samples in any order and gives their view.

    Values are written into one tensor made when the first block comes; where positions (axis 2) differ from block to
    block, all are padded with zeros to the longest.

    Args:
        n: N.
    """

    def __init__(self, n: int) -> None:
        self.n = n
        self.fields: dict[str, Tensor] = {}
        self.modality = ""

    def put(self, rows: Any, view: View) -> None:
        """Writes the view of some samples to their rows."""
        self.modality = view.modality
        for name, value in tensors_of(view).items():
            self._write(name, rows, value)

    def _write(self, name: str, rows: Any, value: Tensor) -> None:
        into = self.fields.get(name)
        if into is None:
            into = self.fields[name] = value.new_zeros(self.n, *value.shape[1:])
        if name == "value" and value.ndim > 2 and value.shape[2] != into.shape[2]:
            longest = max(value.shape[2], into.shape[2])
            into = self.fields[name] = pad_positions(into, longest)
            value = pad_positions(value, longest)
        into[rows] = value

    def nbytes(self) -> int:
        """What is taken so far."""
        return sum(value.nbytes for value in self.fields.values())

    def view(self) -> View:
        """The view of all N samples."""
        return view_of(self.fields, self.modality)


def view_of(tensors: Mapping[str, Tensor], modality: str) -> View:
    """The view that `tensors_of` took apart."""
    params = {name.removeprefix("params."): x for name, x in tensors.items() if name.startswith("params.")}
    return View(tensors["value"], modality, tensors["present"], tensors.get("length"), params)


def tensors_of(view: View) -> dict[str, Tensor]:
    """A view's tensors by name."""
    found = {"value": view.value, "present": view.present}
    if view.length is not None:
        found["length"] = view.length
    return found | {f"params.{name}": value for name, value in view.params.items()}


def pad_positions(value: Tensor, extent: int) -> Tensor:
    """`(B, V, T, ...)` padded with zeros to `(B, V, extent, ...)`."""
    more = extent - value.shape[2]
    return F.pad(value, [0, 0] * (value.ndim - 3) + [0, more]) if more > 0 else value


def join(views: list[View], extent: int | None) -> View:
    """Views of consecutive samples as one, positions padded to `extent` where it is given."""
    if extent is not None:
        views = [view.with_value(pad_positions(view.value, extent)) for view in views]
    if len(views) == 1:
        return views[0]
    length = None if views[0].length is None else torch.cat([v.length for v in views if v.length is not None])
    params = {name: torch.cat([view.params[name] for view in views]) for name in views[0].params}
    value, present = torch.cat([v.value for v in views]), torch.cat([v.present for v in views])
    return View(value, views[0].modality, present, length, params)
