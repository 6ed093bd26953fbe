"""Mixed Barlow Twins: few samples, seen for long."""

from __future__ import annotations

from coview.papers.claim import Arm, Claim, Comparison
from coview.papers.derived import few_fashion
from coview.papers.metrics import protocol_metric

KNN = protocol_metric("knn/image/class", "accuracy")
OPTIONS = {"modality": {"image": {"size": 28}}, "encoder_options": {"dim": 48}}


def claim(scale: int) -> Claim:
    """A thousand pictures, many times over."""
    return Claim(
        "After long training on few pictures, nearest neighbours in Mixed Barlow Twins' features tell more classes "
        "apart than in Barlow Twins', at equal compute.",
        (KNN,),
        {
            "mixed": Arm("mixed-barlow-twins", few_fashion, (KNN.name,), OPTIONS, steps=800 * scale),
            "plain": Arm("barlow-twins", few_fashion, (KNN.name,), OPTIONS, like="mixed"),
        },
        (Comparison("mixed", "plain", KNN.name),),
        note="1,000 pictures of Fashion-MNIST. The blends are half as much work again, so that at equal compute plain "
        "Barlow Twins goes through the pictures half as often again; the paper compares at equal epochs. Whether the "
        "score declines from a peak is not tried.",
    )
