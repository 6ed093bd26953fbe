"""SCGC: a graph in the loss against a graph in the network, and against none."""

from __future__ import annotations

from pathlib import Path

from coview.papers import baselines
from coview.papers.claim import Arm, Claim, Comparison
from coview.papers.graphs import noised_packages, packages
from coview.papers.metrics import protocol_metric

NMI = protocol_metric("clustering/package/section", "NMI")
ARI = protocol_metric("clustering/package/section", "ARI")
METRICS = (NMI.name, ARI.name)
GAE = f"{Path(baselines.__file__).parent / 'gae.py'}:GAE"
OPTIONS = {"encoder": "mlp", "encoder_options": {"dim": 64, "depth": 2}, "batch_size": 64}
OWN = {**OPTIONS, "clusters": 58}


def claim(scale: int) -> Claim:
    """Packages of Debian, clustered into as many groups as there are sections."""
    convolved = {**OPTIONS, "encoder": "gcn"}
    return Claim(
        "An autoencoder without graph layers and with a contrast of neighbours finds sections as clusters better than "
        "the same without the contrast, and, where half of the edges are wrong, better than a graph convolutional "
        "autoencoder, at equal compute.",
        (NMI, ARI),
        {
            "scgc": Arm("scgc", packages, METRICS, OWN, steps=300 * scale),
            "autoencoder": Arm("scgc", packages, METRICS, {**OWN, "contrast": 0.0}, like="scgc"),
            "scgc, noise": Arm("scgc", noised_packages, METRICS, OWN, like="scgc"),
            "gae, noise": Arm(GAE, noised_packages, METRICS, convolved, like="scgc"),
        },
        (
            Comparison("scgc", "autoencoder", NMI.name),
            Comparison("scgc, noise", "gae, noise", NMI.name),
            Comparison("scgc, noise", "gae, noise", ARI.name),
        ),
        note="Features of nodes are 64 numbers that sum up name and description. Half of the dependencies replaced by "
        "random pairs are the noise. Clusters are those of k-means on the embedding, alike for every arm, and not "
        "SCGC's own.",
    )
