"""What a user may choose of text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from coview.kinds import Within
from coview.modalities.options import Options
from coview.modalities.text.tokenizer import RESERVED

LONGEST_BY_DEFAULT, LONGEST = 128, 4096
LEAST_VOCABULARY = 256 + RESERVED
"""Every byte has an id."""


@dataclass(frozen=True)
class TextOptions(Options, modality="text"):
    """Options of `Text.adapt`.

    Args:
        vocabulary: most ids; a small corpus has fewer, for pairs that occur once are not joined.
        length: tokens of every text that are kept; default the 95th percentile of the corpus, at most 128.
        lower: whether text is lower-cased.
        scale: least and greatest share of a text that an augmented look keeps. Two looks at half a text or less say
            the same in other words; of more, they share most of their words, and there is nothing to learn.
        drop: share of a look's tokens that augmentation leaves out.
    """

    vocabulary: Annotated[int, Within(LEAST_VOCABULARY, 1 << 20)] = 4096
    length: Annotated[int, Within(1, LONGEST)] | None = None
    lower: bool = True
    scale: Annotated[tuple[float, float], Within(0.001, 1, rising=True)] = (0.05, 0.5)
    drop: Annotated[float, Within(0, 0.9)] = 0.1
