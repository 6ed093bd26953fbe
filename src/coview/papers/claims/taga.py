"""TAGA: neighbourhoods as graphs and as documents, against texts alone and graphs alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from coview.papers.claim import Arm, Claim, Comparison, Metric
from coview.papers.graphs import described_packages
from coview.papers.metrics import protocol_metric

if TYPE_CHECKING:
    from torch import Tensor

    from coview.data.source import Data
    from coview.engine.run import Run


def few_shot(run: Run, data: Data, rows: dict[str, Tensor]) -> tuple[float, dict[str, Any]]:
    """The section of a package from five of each, by the encoder of its node, or of its description where none is."""
    slot = "package" if "package" in run.method.slot_encoders() else "description"
    return protocol_metric(f"few-shot/{slot}/section", "5-shot").score(run, data, rows)


FEW = Metric("few-shot/section 5-shot", few_shot, {"label": "section", "metric": "5-shot"})
SIZES = {"package": {"dim": 128, "depth": 2}, "description": {"dim": 64}}
OPTIONS = {"slots": ["package", "description"], "encoder_options": SIZES, "batch_size": 128}
TEXT = {**OPTIONS, "slots": ["description"], "encoder_options": {"dim": 64}}
GRAPH = {**OPTIONS, "slots": ["package"], "encoder_options": {"dim": 128, "depth": 2}}


def claim(scale: int) -> Claim:
    """Packages of Debian; the section is told from few."""
    return Claim(
        "From five packages of each section, more of the others are told from the representation of a node whose "
        "neighbourhood and the documents written of it were aligned (TAGA) than from that of its text alone (SimCLR "
        "on its description) and from that of the graph alone (GraphMAE), at equal compute.",
        (FEW,),
        {
            "taga": Arm("taga", described_packages, (FEW.name,), OPTIONS, steps=140 * scale),
            "text": Arm("simclr", described_packages, (FEW.name,), TEXT, like="taga"),
            "graph": Arm("graphmae", described_packages, (FEW.name,), GRAPH, like="taga"),
        },
        (
            Comparison("taga", "text", FEW.name),
            Comparison("taga", "graph", FEW.name),
        ),
        note="4,000 packages of Debian to train on, whose neighbourhoods and documents reach beyond them. A node's "
        "features are 64 numbers that sum up the words of its name and description: they stand for the paper's "
        "pretrained language model, and the graph alone reads them too. The text encoder starts from nothing. Found: "
        "far above texts alone, whose encoder starts from nothing; the graph alone, whose features sum up the same "
        "words beforehand, in many more steps for the same compute stays ahead.",
    )
