"""VoCo: where a part lies, as what is learnt before few labels."""

from __future__ import annotations

from coview.data import catalog
from coview.data.source import Source
from coview.papers.claim import Arm, Claim, Comparison
from coview.papers.metrics import finetuned_metric

NAMED = finetuned_metric("mri", "lobe", 10)
OPTIONS = {"modality": {"volume": {"size": 16, "stored": 24}}, "encoder_options": {"dim": 64}, "batch_size": 64}


def brain() -> Source:
    """Windows of 24 mm in one brain."""
    return catalog.source("mricron", window=24, step=4)


def claim(scale: int) -> Claim:
    """Ten labels for each of eight parts of the brain."""
    return Claim(
        "Fine-tuned on few labels to name the part of the brain that a window's middle voxel lies in, a 3-D encoder "
        "trained to tell positions (VoCo) beats the same encoder from random initialisation, and one trained to tell "
        "windows apart (SimCLR), at equal compute.",
        (NAMED,),
        {
            "voco": Arm("voco", brain, (NAMED.name,), OPTIONS, steps=80 * scale),
            "simclr": Arm("simclr", brain, (NAMED.name,), OPTIONS, like="voco"),
        },
        (Comparison("voco", "random", NAMED.name), Comparison("voco", "simclr", NAMED.name)),
        note="Windows of 24 mm in one brain, with layers of nine bases of 8 mm, where the paper has thousands of CT "
        "scans, in which a base is the same part of every body. The paper fine-tunes for segmentation; here a "
        "window's middle voxel is named, a segmentation one voxel at a time. Fine-tuning is the same for all: 100 "
        "steps on at most 80 labelled windows. Found: level with random initialisation and behind SimCLR with "
        "every seed; none names as many as always saying the largest part would: places of one brain, split by "
        "place, are too few to learn from what ten of each part look like; and at equal compute SimCLR takes eight "
        "times as many steps.",
    )
