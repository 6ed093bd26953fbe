"""The supervised reference: the same architecture, trained on labels for as many steps."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from coview.data.source import Data
from coview.errors import UserError
from coview.evaluate.labels import classes_of
from coview.methods.base import Method
from coview.nn.encoder import Encoder
from coview.views.draw import Draw
from coview.views.looks import Positives, looks


class Supervised(Method):
    """An encoder with a linear head on labels; what it keeps is the encoder's features, as any method's.

    Args:
        encoder: the slot's.
        classes: how many the head tells apart.
    """

    def __init__(self, encoder: Encoder, classes: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = nn.Linear(encoder.dim, classes)


def train_supervised(
    encoder: Encoder,
    data: Data,
    rows: Tensor,
    label: str,
    *,
    steps: int,
    batch_size: int = 256,
    lr: float = 1e-3,
    weight_decay: float = 0.05,
    seed: int = 0,
) -> Supervised:
    """Trains the encoder on a label of the samples at `rows`, on their augmented views; its state is the last step's.

    Cross-entropy; AdamW under a cosine that starts with a warm-up of a tenth of the steps; one look at each sample a
    step, of a natural view drawn at random.

    Args:
        encoder: where its parameters are, the work is done; changed in place.
        data: the samples.
        rows: `(n,)` int64, those to train on; samples without the label or the slot are left out.
        label: column of `data.labels`.
        steps: optimizer steps.
        batch_size: samples a step; all where there are fewer.
        lr: the greatest learning rate.
        weight_decay: AdamW's.
        seed: of order, augmentation and head.

    Raises:
        UserError: there is no such label, it is a quantity, or fewer than two classes are there.
    """
    found = classes_of(data.labels[label]) if label in data.labels else None
    if found is None:
        raise UserError(f"{data.name} has no label column {label!r} with classes to train on")
    codes, names = torch.from_numpy(found[0]), found[1]
    rows = rows[(codes[rows] >= 0) & data.slots[encoder.slot][rows].present.any(1).cpu()]
    if len(np.unique(codes[rows].numpy())) < 2:
        raise UserError(f"label {label!r} has fewer than two classes among the training samples of {data.name}")
    device = next(encoder.parameters()).device
    random = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        method = Supervised(encoder, len(names)).to(device)
    optimizer = torch.optim.AdamW(method.parameters(), lr, weight_decay=weight_decay)
    warm = max(1, steps // 10)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: min(1.0, (s + 1) / warm) * 0.5 * (1 + math.cos(math.pi * s / steps))
    )
    batch_size = min(batch_size, len(rows))
    order = rows[:0]
    method.train()
    for step in range(steps):
        if len(order) < batch_size:
            order = rows[torch.randperm(len(rows), generator=random)]
        at, order = order[:batch_size], order[batch_size:]
        batch = data.only([encoder.slot]).batch(at).to(device)
        view = looks(batch[encoder.slot], encoder.modality, Draw(seed, step, batch.key), 1, Positives.AUTO)
        out = encoder(view)
        there = out.present[:, 0]
        loss = F.cross_entropy(method.head(out.pooled[there, 0]).float(), codes[at].to(device)[there])
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        schedule.step()
    return method.eval()


def supervised_reference(
    random: Method, data: Data, rows: Tensor, *, steps: int, batch_size: int = 256, lr: float = 1e-3, seed: int = 0
) -> Callable[[str, str], Method]:
    """Trains, for any slot and label asked for, a copy of an untrained method's encoder.

    Args:
        random: the method untrained; it is not changed.
        data: the samples.
        rows: the training rows.
        steps: as many as the run took.
        batch_size: as the run's.
        lr: the greatest learning rate.
        seed: of the training.
    """

    def reference(slot: str, label: str) -> Method:
        encoder = copy.deepcopy(random.slot_encoders()[slot])
        return train_supervised(encoder, data, rows, label, steps=steps, batch_size=batch_size, lr=lr, seed=seed)

    return reference
