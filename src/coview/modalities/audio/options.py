"""What a user may choose of audio, and what the data says where they do not."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from coview.kinds import Within
from coview.modalities.audio.read import MOST_SECONDS
from coview.modalities.options import Options


@dataclass(frozen=True)
class AudioOptions(Options, modality="audio"):
    """Options of `Audio.adapt`.

    Args:
        seconds: of every clip that are kept; default the 95th percentile of the data, at most 4.
        rate: samples a second; default the most common of the data, at most 16,000.
        mels: bands of the mel scale.
        hop: milliseconds from frame to frame; a frame sees twice that.
        patch: frames of a token.
    """

    seconds: Annotated[float, Within(0.05, MOST_SECONDS)] | None = None
    rate: Annotated[int, Within(1000, 192_000)] | None = None
    mels: Annotated[int, Within(4, 256)] = 64
    hop: Annotated[float, Within(1, 100)] = 16.0
    patch: Annotated[int, Within(1, 256)] = 4

    def resolve(self, rates: Counter[int], seconds: Sequence[float]) -> tuple[int, int, int]:
        """Rate, samples of a view and hop in samples.

        Args:
            rates: how often each rate occurs; among equals the lower one is taken.
            seconds: how long every clip lasts.
        """
        common = min(rates, key=lambda rate: (-rates[rate], rate))
        rate = self.rate or max(1000, min(common, 16_000))
        hop = max(1, round(rate * self.hop / 1000))
        long = self.seconds or min(float(np.percentile(seconds, 95)), 4.0)
        step = hop * self.patch
        return rate, max(1, math.ceil(long * rate / step)) * step, hop
