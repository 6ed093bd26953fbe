"""References that a claim gives itself: vectors that nothing was trained for."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

from coview.methods.base import Method
from coview.papers.metrics import embedding_metric

if TYPE_CHECKING:
    from torch import Tensor

    from coview.batch import Batch, Embeddings
    from coview.data.source import Data
    from coview.engine.run import Run
    from coview.papers.claim import Embed, Metric


class AsGiven(Method):
    """Samples as a function embeds them.

    Args:
        given: that function.
    """

    def __init__(self, given: Embed) -> None:
        super().__init__()
        self.given = given

    def embed(self, batch: Batch) -> Embeddings:
        """What the function says of them."""
        return self.given(batch)


def given_score(given: Embed, run: Run, data: Data, rows: dict[str, Tensor], metric: Metric) -> float:
    """A metric of `coview evaluate`, read of what a function says of samples; of the run its settings alone."""
    read = embedding_metric(metric.plan["key"], metric.plan["metric"])
    return read.score(dataclasses.replace(run, method=AsGiven(given)), data, rows)[0]
