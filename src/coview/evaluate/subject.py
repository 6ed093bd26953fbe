"""What is scored: a run and its references, embedded once, and the rows that each part of a split holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from coview.batch import Embedding, Embeddings
from coview.data.source import Data
from coview.data.split import PARTS, held_out
from coview.errors import UserError
from coview.evaluate.embed import embed_data, features, raw_embed, slots_of
from coview.methods.base import Method

Supervised = Callable[[str, str], Method]
"""(slot, label) -> an encoder of the same architecture trained on that label."""


@dataclass
class Subject:
    """A run beside its references.

    Args:
        data: N samples.
        train, valid, scored: rows, `(n,)` int64; `valid` is what choices are made on, `scored` what is scored once.
        split: the name of the part that is scored.
        methods: column -> method.
        columns: column -> embeddings of N samples, absent those that no protocol reads.
        labels: label -> class codes `(N,)` and names.
        supervised: trains the third reference, or None.
        read: rows that are embedded, `(n,)` int64; None: all.
    """

    data: Data
    train: np.ndarray
    valid: np.ndarray
    scored: np.ndarray
    split: str
    methods: dict[str, Method]
    columns: dict[str, Embeddings]
    labels: dict[str, tuple[np.ndarray, list[str]]]
    supervised: Supervised | None = None
    read: Tensor | None = None
    _trained: dict[tuple[str, str], Embedding] = field(default_factory=dict)

    @property
    def slots(self) -> list[str]:
        """The run's slots."""
        return slots_of(self.columns["run"])

    def of_slot(self, slot: str, label: str | None = None) -> dict[str, Embedding]:
        """Each column's representation of a slot; with a label also that of an encoder trained on it."""
        found = {c: features(e, slot) for c, e in self.columns.items() if slot in slots_of(e)}
        if label is not None and self.supervised is not None:
            if (slot, label) not in self._trained:
                reference = self.supervised(slot, label)
                embedded = embed_data(reference, self.data.only([slot]), rows=self.read)
                check_finite(embedded, "the supervised reference's embedding", "it diverged: lower the run's --lr")
                self._trained[slot, label] = features(embedded, slot)
            found["supervised"] = self._trained[slot, label]
        return found


def parts_of(data: Data, splits: Mapping[str, Tensor]) -> tuple[np.ndarray, np.ndarray, np.ndarray, str]:
    """Rows to train on, to choose by and to score, and the name of what is scored.

    `test` is scored where there is one, else `valid`. Where `valid` is scored, a fifth of the training samples is set
    aside for choices by a hash of their groups.

    Raises:
        UserError: nothing is held out, a sample stands in two parts, or a row is none of the data's.
    """
    rows = {name: torch.as_tensor(at).cpu() for name, at in splits.items()}
    part = {n: (at.nonzero()[:, 0] if at.dtype == torch.bool else at).numpy() for n, at in rows.items() if len(at)}
    every = np.concatenate([np.zeros(0, dtype=np.int64), *(part[n] for n in PARTS if n in part)])
    if len(every) and (every.min() < 0 or every.max() >= len(data)):
        raise UserError(f"splits name rows from {every.min()} to {every.max()}; {data.name} has 0 to {len(data) - 1}")
    at, times = np.unique(every, return_counts=True)
    if (times > 1).any():
        twice = at[times > 1]
        raise UserError(
            f"{len(twice)} samples stand more than once in the splits of {data.name}, {data.names[twice[0]]!r} first: "
            "give each to one of train, valid and test"
        )
    train, valid, test = (part.get(n, np.zeros(0, dtype=np.int64)) for n in ("train", "valid", "test"))
    if len(test):
        return train, valid, test, "test"
    if not len(valid):
        raise UserError(f"nothing of {data.name} is held out: evaluation needs rows named valid or test")
    units = data.names if data.groups is None else data.groups
    aside = np.array(held_out([units[i] for i in train.tolist()], 0.2, len(train), salt="choice") if len(train) else [])
    aside = aside.astype(bool)
    return train[~aside], train[aside], valid, "valid"


def straddling(data: Data, train: np.ndarray, scored: np.ndarray) -> int:
    """How many scored samples have others of their group in training; a data set's own split may cut groups."""
    if data.groups is None:
        return 0
    known = {data.groups[i] for i in train.tolist()}
    return sum(data.groups[i] in known for i in scored.tolist())


def check_finite(embeddings: Embeddings, what: str, mend: str) -> None:
    """Raises UserError where a vector that is there has NaN or infinity: of such no protocol can say anything."""
    for space in embeddings.values():
        for slot, e in space.items():
            bad = int((~e.values.isfinite().all(2) & e.present).any(1).sum())
            if bad:
                there = int(e.present.any(1).sum())
                raise UserError(f"{what} of {slot} is not finite for {bad} of {there} samples; {mend}")


def embed_columns(
    method: Method,
    data: Data,
    random: Method | None,
    raw: bool,
    batch_size: int,
    device: torch.device | str | None,
    rows: Tensor | None = None,
) -> dict[str, Embeddings]:
    """The run's embeddings and, where asked for, its references'; of some rows alone where they are given."""
    columns = {"run": embed_data(method, data, batch_size=batch_size, device=device, rows=rows)}
    check_finite(
        columns["run"],
        "the run's embedding",
        "train it again with a lower --lr or in --precision 32, and look for extreme values in the data",
    )
    if raw:
        columns["raw"] = raw_embed(data.only([s for s in slots_of(columns["run"]) if s in data.slots]), rows=rows)
        check_finite(columns["raw"], "the raw input", "look for extreme values in the data")
    if random is not None:
        columns["random"] = embed_data(random, data, batch_size=batch_size, device=device, rows=rows)
        check_finite(columns["random"], "the untrained encoder's embedding", "look for extreme values in the data")
    return columns
