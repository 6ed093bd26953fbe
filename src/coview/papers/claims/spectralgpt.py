"""SpectralGPT: tokens in space and spectrum."""

from __future__ import annotations

from coview.data import catalog
from coview.data.source import Source
from coview.papers.claim import Arm, Claim, Comparison
from coview.papers.metrics import protocol_metric

FEW = protocol_metric("few-shot/patch/cover", "5-shot")
SIZE = {"slots": ["patch"], "encoder_options": {"dim": 64, "depth": 2}}


def satellite() -> Source:
    """Neighbourhoods of Landsat pixels."""
    return catalog.source("satellite")


def claim(scale: int) -> Claim:
    """Six kinds of land cover, five labels each."""
    return Claim(
        "With five labels a class, embeddings of a transformer trained to rebuild cubes in space and spectrum, and "
        "their sums over the spectrum (SpectralGPT), tell more land cover apart than those of the same transformer "
        "trained to rebuild patches of all bands (MAE), at equal compute.",
        (FEW,),
        {
            "3-D": Arm(
                "spectralgpt", satellite, (FEW.name,), {**SIZE, "modality": {"patch": {"group": 2}}}, steps=600 * scale
            ),
            "2-D": Arm("mae", satellite, (FEW.name,), SIZE, like="3-D"),
        },
        (Comparison("3-D", "2-D", FEW.name),),
        note="Rasters of 3 x 3 pixels in four bands: 18 tokens of two bands and one pixel, a tenth of which is read, "
        "against 9 of four bands, of which MAE reads a quarter. The paper's pictures have 96 x 96 pixels in 12 "
        "bands, three of which and 8 x 8 pixels make a token, and its probes are fine-tuned networks. Found: "
        "behind by a hundredth with every seed: one pixel of nine tells little of the others that MAE's tokens of "
        "all bands do not.",
    )
