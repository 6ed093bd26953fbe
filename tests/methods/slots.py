"""Small samples of named slots, and small token encoders that read them."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from coview.batch import Batch, Features, Reps, View, Views
from coview.methods.base import Method
from coview.nn.encoder import Encoder, build_encoder
from coview.views.draw import Draw
from tests.contracts.cases import ITEMS, modality

SEED, STEP = 7, 3


def encoders(**slots: str) -> dict[str, Encoder]:
    """Slot -> a token encoder for the modality named, in float64, always the same."""
    torch.manual_seed(0)
    return {slot: build_encoder(modality(name), slot, "vit", dim=32, depth=2).double() for slot, name in slots.items()}


def samples(n: int = 6, views: int | dict[str, int] = 1, **slots: str) -> Batch:
    """N samples with everything there."""
    rng = np.random.default_rng(2)
    stored: dict[str, View] = {}
    for slot, name in slots.items():
        v = views if isinstance(views, int) else views[slot]
        kind = modality(name)
        stored[slot] = kind.collate([[kind.read(ITEMS[name](rng)) for _ in range(v)] for _ in range(n)])
    ids = torch.arange(100, 100 + n)
    return Batch(stored, ids, ids)


def without(batch: Batch, slot: str, rows: list[int], view: int | slice = slice(None)) -> Batch:
    """The same samples, some lacking a slot (or one view of it)."""
    present = batch[slot].present.clone()
    present[rows, view] = False
    slots = dict(batch.slots) | {slot: batch[slot].with_value(batch[slot].value, present=present)}
    return Batch(slots, batch.ids, batch.key)


def draws(batch: Batch, step: int = STEP) -> Draw:
    return Draw(SEED, step, batch.key)


def look(method: Method, batch: Batch, step: int = STEP) -> tuple[Views, Reps]:
    with torch.no_grad():
        views = method.views(batch, draws(batch, step))
    return views, method.represent(views)


def joined(reps: Reps, batch: Batch) -> Features:
    return Features(reps.features, batch.key, draws(batch))


def relation_losses(method: Method, batch: Batch) -> dict[str, Tensor]:
    """The losses of `relate` for one whole batch."""
    return method.relate(joined(look(method, batch)[1], batch)).losses
