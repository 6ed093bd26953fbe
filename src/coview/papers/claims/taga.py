"""TAGA: neighbourhoods as graphs and as documents, against texts alone and graphs alone."""

from __future__ import annotations

from coview.papers.claim import Arm, Claim, Comparison
from coview.papers.graphs import described_packages, lone_packages, stored_features
from coview.papers.metrics import protocol_metric

FEW = protocol_metric("few-shot/package/section", "5-shot")
NODE = {"dim": 128, "depth": 2}
ALIGNED = {
    "slots": ["package", "description"],
    "encoder_options": {"package": NODE, "description": {"dim": 64}},
    "batch_size": 128,
}
VECTORS = "text vectors"
"""The paper's baseline of texts alone: what their encoder says, as it is."""
ALONE = {"slots": ["package"], "encoder_options": NODE, "batch_size": 128}


def claim(scale: int) -> Claim:
    """Packages of Debian; the section is told from few."""
    return Claim(
        "From five packages of each section, more of the others are told from the representation of a node whose "
        "neighbourhood and the documents written of it were aligned (TAGA) than from its text vector as it is and, at "
        "equal compute, from one learned of the same text vectors without the graph (SimCLR) and from one learned of "
        "the graph alone (GraphMAE).",
        (FEW,),
        {
            "taga": Arm(
                "taga", described_packages, (FEW.name,), ALIGNED, steps=140 * scale, given={VECTORS: stored_features}
            ),
            "text": Arm("simclr", lone_packages, (FEW.name,), ALONE, like="taga"),
            "graph": Arm("graphmae", described_packages, (FEW.name,), ALONE, like="taga"),
        },
        (
            Comparison("taga", VECTORS, FEW.name),
            Comparison("taga", "text", FEW.name),
            Comparison("taga", "graph", FEW.name),
        ),
        note="4,000 packages of Debian to train on, whose neighbourhoods and documents reach beyond them. A node's "
        "features are 64 numbers that sum up the words of its name and description: they stand for the paper's "
        "pretrained language model, and every arm reads them. Found: with every seed behind those vectors as they are "
        "and behind the graph alone, which takes nearly four times the steps for the same compute and is level with "
        "the vectors; ahead of what contrast learns of them without the graph, which tells less than they do at any "
        "learning rate.",
    )
