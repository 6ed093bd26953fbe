"""What `finetune` learns: one label of one slot, who has it, and what is held out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from coview.data.source import Data
from coview.data.split import unit_hash
from coview.errors import UserError
from coview.evaluate.labels import classes_of, scorable
from coview.use.classifier import with_codes

if TYPE_CHECKING:
    from coview.engine.run import Run


@dataclass
class LabelledTask:
    """What is learnt and scored: one label of one slot.

    Args:
        data: with the class codes in it.
        slot, label: which.
        classes: names, in the order of the codes; those of the training samples.
        codes: `(N,)` int64, -1 where unknown.
        train: rows to train on.
        held_out: rows to score, of these classes; `part` is their name.
        left_out: held-out samples of classes that nobody trains on.
    """

    data: Data
    slot: str
    label: str
    classes: list[str]
    codes: Tensor
    train: Tensor
    held_out: Tensor
    part: str
    left_out: int


def labelled_task(
    run: Run, data: Data, rows: dict[str, Tensor], *, label: str | None, slot: str | None, share: float
) -> LabelledTask:
    """What is to be learnt; arguments as of `finetune`.

    Raises:
        UserError: as `finetune`.
    """
    slots = list(run.method.slot_encoders())
    slot = slot or next((s for s in slots if s in data.slots), slots[0])
    if slot not in slots or slot not in data.slots:
        raise UserError(f"there is no slot {slot!r} to finetune; the run has {', '.join(slots)}")
    if not 0 < share <= 1:
        raise UserError(f"--label-share is a share above 0 and at most 1; {share:g} was given")
    part = "test" if len(rows.get("test", ())) else "valid"
    label = label or _only_label(data, rows["train"], rows[part])
    found = classes_of(data.labels[label])
    if found is None:
        raise UserError(f"label {label!r} is a quantity, and finetune needs classes; bin it into a column of classes")
    codes, names = torch.from_numpy(found[0]), found[1]
    there = data.slots[slot].present.any(1).cpu() & (codes >= 0)
    train = _share(data.names, rows["train"][there[rows["train"]]], codes, share)
    met = codes[train].unique().tolist()
    if len(met) < 2:
        raise UserError(f"label {label!r} has fewer than two classes among the training samples of {data.name}")
    place = torch.full((len(names) + 1,), -1)
    place[met] = torch.arange(len(met))
    codes = place[codes]
    known = rows[part][there[rows[part]]]
    held_out = known[codes[known] >= 0]
    coded = with_codes(data.only([slot]), codes)
    classes = [names[c] for c in met]
    return LabelledTask(coded, slot, label, classes, codes, train, held_out, part, len(known) - len(held_out))


def _only_label(data: Data, train: Tensor, scored: Tensor) -> str:
    fitting = [n for n, v in data.labels.items() if (found := classes_of(v)) is not None
               and scorable(found[0], train.numpy(), scored.numpy())]  # fmt: skip
    if len(fitting) != 1:
        has = ", ".join(data.labels) or "none"
        raise UserError(f"say what to learn with --label COLUMN; {data.name} has {has}")
    return fitting[0]


def _share(names: list[str], rows: Tensor, codes: Tensor, share: float) -> Tensor:
    """Of each class the samples of least hash: round(share * n), at least one; rows stay in order."""
    if share == 1:
        return rows
    kept: list[int] = []
    for code in codes[rows].unique().tolist():
        mine = sorted(rows[codes[rows] == code].tolist(), key=lambda row: unit_hash(names[row], salt="share"))
        kept += mine[: max(1, round(share * len(mine)))]
    return torch.tensor(sorted(kept), dtype=torch.int64)
