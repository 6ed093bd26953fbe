"""SEER: more pictures that nobody chose against fewer that somebody did."""

from __future__ import annotations

import torch
from torch import Tensor

from coview.data.source import Data
from coview.papers.claim import Arm, Claim, Comparison
from coview.papers.derived import pools
from coview.papers.metrics import protocol_metric

PROBE = protocol_metric("linear/image/class", "accuracy")
OPTIONS = {"modality": {"image": {"size": 28}}, "encoder_options": {"dim": 64}, "prototypes": 64, "local": 2}


def curated(data: Data, rows: Tensor) -> Tensor:
    """The balanced thousand."""
    return _pool(data, rows, "curated")


def uncurated(data: Data, rows: Tensor) -> Tensor:
    """The imbalanced, cluttered rest."""
    return _pool(data, rows, "uncurated")


def _pool(data: Data, rows: Tensor, name: str) -> Tensor:
    return rows[torch.from_numpy(data.labels["pool"][rows.numpy()] == name)]


def claim(scale: int) -> Claim:
    """Few labels: 20 of each class."""
    return Claim(
        "SwAV trained on a larger pool, uncurated and of imbalanced classes, matches (within 0.01) or beats SwAV on a "
        "smaller, balanced pool by a linear probe on 20 labels a class, at equal compute.",
        (PROBE,),
        {
            "uncurated": Arm("swav", pools, (PROBE.name,), OPTIONS, steps=160 * scale, pool=uncurated),
            "curated": Arm("swav", pools, (PROBE.name,), OPTIONS, like="uncurated", pool=curated),
        },
        (Comparison("uncurated", "curated", PROBE.name, margin=0.01),),
        note="Curated: 1,000 pictures of Fashion-MNIST, 100 of each class. Uncurated: about 2,400 others, 900 of one "
        "class down to 14 of another, with 1,700 emoji in grey among them. The paper finetunes; a linear probe is read "
        "here. A pool a thousand times larger is what the paper is about, and not tried.",
    )
