"""What a user may choose of audio, and what the data says where they do not."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from coview.errors import UserError
from coview.modalities.audio.read import MOST_SECONDS


@dataclass(frozen=True)
class AudioOptions:
    """Options of `Audio.adapt`.

    Args:
        seconds: of every clip that are kept; default the 95th percentile of the data, at most 4.
        rate: samples a second; default the most common of the data, at most 16,000.
        mels: bands of the mel scale.
        hop: milliseconds from frame to frame; a frame sees twice that.
        patch: frames of a token.
    """

    seconds: float | None = None
    rate: int | None = None
    mels: int = 64
    hop: float = 16.0
    patch: int = 4

    @classmethod
    def of(cls, options: dict[str, Any]) -> AudioOptions:
        """Checked options; raises UserError for one that is unknown or out of range."""
        known = [field.name for field in fields(cls)]
        for name in options:
            if name not in known:
                raise UserError(f"audio has no option {name!r}; it has {', '.join(known)}")
        chosen = cls(**{name: given for name, given in options.items() if given is not None})
        limits = {"seconds": (0.05, MOST_SECONDS), "rate": (1000, 192_000), "mels": (4, 256), "hop": (1, 100)}
        for name, (least, most) in (limits | {"patch": (1, 256)}).items():
            given = getattr(chosen, name)
            if given is not None and not least <= given <= most:
                raise UserError(f"audio's {name} is {given}; it must lie between {least} and {most}")
        return chosen

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
