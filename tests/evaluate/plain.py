"""Plain vectors as a modality, and a linear method on them: what the evaluation's tests score."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from coview.batch import Batch, Embedding, Embeddings, View
from coview.data.source import Data
from coview.methods.base import Method
from coview.modalities.base import Modality, stack_present
from coview.nn.encoder import Encoder


class Vectors(Modality):
    """Items are vectors of `dim` numbers; an augmented look is the vector with a little noise."""

    name = "vectors"

    def __init__(self, dim: int) -> None:
        self.token_dim = self.target_dim = self.dim = dim

    @classmethod
    def adapt(cls, items: Iterable[Any], **options: Any) -> Vectors:
        return cls(len(next(iter(items))))

    def config(self) -> dict[str, Any]:
        return {"dim": self.dim}

    @staticmethod
    def read(raw: Any) -> Any:
        return torch.as_tensor(raw, dtype=torch.float32)

    def collate(self, items: Sequence[Sequence[Any | None]]) -> View:
        value = torch.stack([torch.stack([torch.zeros(self.dim) if i is None else i for i in s]) for s in items])
        return View(value, self.name, stack_present(items))

    def prepare(self, view: View) -> View:
        return view

    def augment(self, view: View, draw: Any) -> View:
        return view.with_value(view.value + 0.1 * draw.normal("noise", *view.value.shape[1:]))

    def crop(self, view: View, draw: Any, *, scale: tuple[float, float], size: float = 1.0) -> View:
        return self.augment(view, draw)

    def tokens(self, view: View) -> View:
        return view.with_value(view.value[:, :, None])

    def untokens(self, tokens: Tensor, like: View) -> Tensor:
        return tokens[:, :, 0]

    def grid(self, view: View) -> tuple[int, ...]:
        return (1,)

    def raw(self, view: View) -> Tensor:
        return view.value

    def show(self, view: View) -> list[list[Any]]:
        return [[str(v) for v in sample] for sample in view.value]


class Words(Vectors):
    """Texts that are numbers: "3" is the third unit vector; so that a joint space can be planted."""

    name = "text"

    @staticmethod
    def read(raw: Any) -> Any:
        return torch.eye(10)[int(str(raw).split()[-1])]


class Map(nn.Module):
    """A linear map with dropout, so that the mode matters."""

    def __init__(self, width: int, dim: int) -> None:
        super().__init__()
        self.dim = dim
        self.linear = nn.Linear(width, dim, bias=False)
        self.dropout = nn.Dropout(0.5)

    def forward(self, x: Tensor) -> Tensor:
        return self.dropout(self.linear(x))


class Linear(Method):
    """An encoder for each slot; with `joint` a second space that holds all of them as they are."""

    def __init__(self, encoders: dict[str, Encoder], joint: bool = False) -> None:
        super().__init__()
        self.encoders = nn.ModuleDict(encoders)
        self.joint = joint

    def embed(self, batch: Batch) -> Embeddings:
        found = super().embed(batch)
        if self.joint:
            found["joint"] = {slot: Embedding(view.value, view.present) for slot, view in batch.items()}
        return found


def make_data(
    slots: dict[str, Tensor],
    labels: dict[str, Any] | None = None,
    present: dict[str, Tensor] | None = None,
    words: Sequence[str] = (),
) -> Data:
    """Data of vectors `(N, V, D)` by slot; slots named in `words` hold `Words`."""
    kinds = {s: (Words if s in words else Vectors)(v.shape[2]) for s, v in slots.items()}
    views = {}
    for slot, value in slots.items():
        there = (present or {}).get(slot, torch.ones(value.shape[:2], dtype=torch.bool))
        views[slot] = View(value * there[..., None], kinds[slot].name, there)
    n = len(next(iter(slots.values())))
    columns = {name: np.asarray(values) for name, values in (labels or {}).items()}
    return Data("made", views, dict(kinds), torch.arange(n), [f"sample {i}" for i in range(n)], columns)


def make_method(data: Data, dim: int = 8, joint: bool = False, seed: int = 0) -> Linear:
    torch.manual_seed(seed)
    encoders = {s: Encoder(Map(data.slots[s].value.shape[2], dim), data.modalities[s], s) for s in data.slots}
    return Linear(encoders, joint)


def clusters(n: int, classes: int, dim: int = 16, views: int = 1, noise: float = 0.1, seed: int = 0) -> tuple:
    """Views `(n, views, dim)` around a centre for each class, and the classes `(n,)`."""
    random = torch.Generator().manual_seed(seed)
    centres = torch.randn(classes, dim, generator=random)
    y = torch.arange(n) % classes
    return centres[y][:, None] + noise * torch.randn(n, views, dim, generator=random), y.numpy()
