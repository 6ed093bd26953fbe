"""What each modality is tried on: real data of the catalog with a label or a natural pairing of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from coview.data.source import Data, Source

MOST = {"train": 5_000, "valid": 1_000, "test": 2_000}
"""Samples of each part that are read; of larger sets, drawn once by a fixed seed."""


@dataclass(frozen=True)
class Task:
    """What a modality is tried on.

    Args:
        data: a catalog name.
        slot: the slot that is learned from.
        steps: that take one core about two minutes: of methods that compare looks, of MAE, and of data2vec.
        protocol: of `coview evaluate`.
        metric: of the protocol, higher being better.
        label: the label column; none for a protocol without labels.
        link: the link that is ranked by.
        beside: a protocol whose score is recorded too.
    """

    data: str
    slot: str
    steps: tuple[int, int, int]
    protocol: str = "linear"
    metric: str = "accuracy"
    label: str | None = None
    link: str | None = None
    beside: str | None = None

    @property
    def what(self) -> str:
        """What is scored, as the keys of scores have it."""
        named = self.label or self.link
        return f"{self.slot}-{self.slot}" if named is None else f"{self.slot}/{named}"

    @property
    def protocols(self) -> list[str]:
        """The one that decides, and the one beside it."""
        return [self.protocol] if self.beside is None else [self.protocol, self.beside]


TASKS = {
    "image": Task("fashion-mnist", "image", (280, 680, 380), label="class", beside="knn"),
    "text": Task("newsgroups", "post", (220, 190, 170), label="newsgroup", beside="knn"),
    "audio": Task("prompts", "speech", (140, 560, 270), "retrieval", "R@1"),
    "video": Task("atari", "video", (190, 380, 190), "state", "F1", "ram"),
    "series": Task("watch", "accelerometer", (600, 860, 820), label="exercise", beside="knn"),
    "events": Task("flights", "flights", (300, 165, 155), label="size", beside="knn"),
    "table": Task("letter", "table", (3200, 1900, 1050), label="letter", beside="knn"),
    "graph": Task("molecules", "molecule", (1300, 1040, 2600), "ridge", "R2", "logP"),
    "points": Task("furniture", "shape", (360, 500, 450), label="category", beside="knn"),
    "volume": Task("mricron", "mri", (280, 640, 320), label="lobe", beside="knn"),
    "spectral": Task("satellite", "patch", (860, 3800, 2400), label="cover", beside="knn"),
}
"""Labels that the raw input gives away are not asked for: which game is played, who flies an aircraft."""

JOINED = {
    "image and text": Task("emoji", "drawing", (300, 300, 300), label="category"),
    "graph and text": Task("ml-100k-graph", "node", (1080, 1080, 1080), "ranking", "Recall@20", link="rated"),
}
"""Samples of several slots, for methods that relate them; a method that reads one has the first."""


def some(part: str, rows: Tensor, samples: Source | Data, task: Task, most: Mapping[str, int] | None = None) -> Tensor:
    """No more than `most` (default: `MOST`) of a part's rows, in order: of those whose label is known.

    Training rows as well: of the molecules one in eighteen has a label, too few of any thousand for a probe.
    """
    if task.label is not None and samples.labels[task.label].dtype.kind == "f":
        rows = rows[torch.from_numpy(np.isfinite(samples.labels[task.label][rows.numpy()]))]
    limit = (MOST if most is None else most)[part]
    if len(rows) <= limit:
        return rows
    order = torch.randperm(len(rows), generator=torch.Generator().manual_seed(0))[:limit]
    return rows[order.sort().values]
