"""MVGRL: two structural views of a graph against one, and against three."""

from __future__ import annotations

from typing import Any

from torch import Tensor

from coview.data.source import Data
from coview.engine.run import Run
from coview.papers.claim import Arm, Claim, Comparison, Metric
from coview.papers.graphs import packages

OPTIONS = {"encoder": "gcn", "encoder_options": {"dim": 64, "depth": 2}, "batch_size": 64}
STRUCTURES = ("adjacency", "ppr", "heat")
KEY = "linear/package/section"


def kept(run: Run, data: Data, rows: dict[str, Tensor]) -> tuple[float, dict[str, Any]]:
    """Accuracy of a linear probe of what the method keeps: the sum over its structures, as in the paper."""
    from coview.evaluate.evaluate import evaluate

    scores = evaluate(run.method, data, rows, protocols=["linear"], labels=["section"], raw=False)
    value = scores[KEY]["accuracy"]["run"]
    assert value is not None
    return value, scores.protocol[KEY]


PROBE = Metric(f"{KEY} accuracy, sum over structures", kept, {"key": KEY, "metric": "accuracy"})


def claim(scale: int) -> Claim:
    """Packages of Debian; the section is told from the representation of a package."""

    def arm(count: int) -> Arm:
        options = {**OPTIONS, "structures": list(STRUCTURES[:count])}
        return Arm("mvgrl", packages, (PROBE.name,), options, like="two views")

    two = {**OPTIONS, "structures": list(STRUCTURES[:2])}
    return Claim(
        "Relating a graph's adjacency and its diffusion beats relating the adjacency with itself (Deep Graph Infomax), "
        "and a second diffusion adds no more than 0.005 to it, by linear probe at equal compute.",
        (PROBE,),
        {
            "two views": Arm("mvgrl", packages, (PROBE.name,), two, steps=240 * scale),
            "one view": arm(1),
            "three views": arm(3),
        },
        (
            Comparison("two views", "one view", PROBE.name),
            Comparison("two views", "three views", PROBE.name, margin=0.005),
        ),
        note="The diffusion is of the sampled neighbourhood (up to 41 nodes), the paper's of the whole graph. Each of "
        "adjacency, PageRank and heat has a network of its own, as in the paper. Found: at equal compute one view "
        "takes four times the steps and comes out level; while negatives were dealt within a neighbourhood, which is "
        "harder than the paper's, it fell behind with every seed.",
    )
