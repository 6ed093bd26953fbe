"""MVGRL: two structural views of a graph against one, and against three."""

from __future__ import annotations

from coview.papers.claim import Arm, Claim, Comparison
from coview.papers.graphs import packages
from coview.papers.metrics import embedding_metric

OPTIONS = {"encoder": "gcn", "encoder_options": {"dim": 64, "depth": 2}, "batch_size": 64}
STRUCTURES = ("adjacency", "ppr", "heat")
PROBE = embedding_metric("linear/package/section", "accuracy")
"""Of what the method keeps: the sum over its structures, as in the paper."""


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
        "adjacency, PageRank and heat has a network of its own, as in the paper. Found: no difference that the "
        "seeds agree on: two views are ahead of one, which takes four times the steps at equal compute, with two "
        "seeds, and of three with the same two. All are behind the raw input, a node's own numbers beside the mean "
        "of its neighbours'. One view is ahead of its untrained encoder by little more than a hundredth at most; a "
        "run of two views and every run of three are behind theirs.",
    )
