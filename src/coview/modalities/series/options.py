"""What a user may choose of series, and what the data says where they do not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated

import numpy as np

from coview.kinds import Within
from coview.modalities.options import Options
from coview.modalities.series.read import LEAST, Layout

LONGEST_BY_DEFAULT = 1024
TOKENS = 20
"""A series is cut into about so many tokens where the user does not say how long one is."""


class Scale(StrEnum):
    """What a channel's mean and deviation are taken over.

    - `data`: the training series; saved with the run. Levels and amplitudes tell series apart.
    - `sample`: each series by itself. Shape alone tells series apart, whatever unit it came in.
    """

    DATA = "data"
    SAMPLE = "sample"


@dataclass(frozen=True)
class SeriesOptions(Options, modality="series"):
    """Options of `Series.adapt`.

    Args:
        length: times of every series that are kept; default the 95th percentile of the data, at most 1,024.
        patch: times of a token; default such that there are about 20 tokens.
        layout: which axis of an array is time, `time-channels` or `channels-time`.
        step: from one time to the next, in seconds or the unit of the data; data that has times says it.
        standardise: over what mean and deviation are taken, `data` or `sample`.
        crop: least share of a series that augmentation looks at.
        jitter: noise of augmentation, in deviations of the channel.
        scaling: how much augmentation stretches a channel: deviation of the factor about 1.
        dropout: probability that augmentation hides a channel, where there are several.
        gaps: greatest share of a series in each of two stretches that augmentation takes for missing.
        segments: pieces that augmentation cuts a series into and shuffles; 1 leaves the order.
        rotation: greatest angle in degrees by which augmentation turns channels that are x, y, z of a sensor, three
            by three; 0 leaves them.
    """

    length: Annotated[int, Within(LEAST, 1 << 20)] | None = None
    patch: Annotated[int, Within(1, 4096)] | None = None
    layout: Layout | None = None
    step: Annotated[float, Within(1e-12, 1e12)] | None = None
    standardise: Scale = Scale.DATA
    crop: Annotated[float, Within(0.01, 1)] = 0.5
    jitter: Annotated[float, Within(0, 10)] = 0.05
    scaling: Annotated[float, Within(0, 1)] = 0.1
    dropout: Annotated[float, Within(0, 0.9)] = 0.1
    gaps: Annotated[float, Within(0, 0.5)] = 0.1
    segments: Annotated[int, Within(1, 64)] = 1
    rotation: Annotated[float, Within(0, 180)] = 0.0

    def resolve(self, lengths: Sequence[int]) -> tuple[int, int]:
        """Times of a view, a whole number of patches, and times of a patch.

        Args:
            lengths: of every series.
        """
        length = self.length or min(math.ceil(np.percentile(lengths, 95)), LONGEST_BY_DEFAULT)
        patch = self.patch or max(1, round(length / TOKENS))
        return math.ceil(length / patch) * patch, patch
