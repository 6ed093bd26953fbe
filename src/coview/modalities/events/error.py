"""Hidden events told: numbers by error, words by cross entropy, each field in its own unit."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from coview.losses.precision import at_least_float32


@at_least_float32
def event_error(
    prediction: Tensor, events: Tensor, numbers: int, codes: Sequence[int], entropy: Sequence[float],
    *, absolute: bool = False,
) -> Tensor:  # fmt: skip
    """The mean over an event's fields that are there of how far each is told from the truth.

    A number of unit variance costs `(prediction - value)^2` (absolute: `|prediction - value|`), a word the cross
    entropy of its code over the entropy of its field: a guess by frequency so costs about 1 in every field.

    Args:
        prediction: `(..., numbers + sum(codes))`: numbers, then the logits of each field of words.
        events: `(..., 2 F)`: values of F fields, numbers before codes, and 1 where they are there, else 0.
        numbers: how many fields of numbers there are.
        codes: of each field of words.
        entropy: of each field of words, in nats.
        absolute: whether numbers are compared by their absolute difference.

    Returns:
        `(...)`; 0 where an event has nothing.
    """
    given, there = events.chunk(2, -1)
    apart = prediction[..., :numbers] - given[..., :numbers]
    errors = [apart.abs() if absolute else apart.square()]
    logits = prediction[..., numbers:].split(list(codes), -1) if codes else ()
    for field, (told, unit) in enumerate(zip(logits, entropy, strict=True)):
        truth = given[..., numbers + field].round().long()
        each = F.cross_entropy(told.flatten(0, -2), truth.flatten(), reduction="none").view(truth.shape)
        errors.append(each[..., None] / unit)
    return (torch.cat(errors, -1) * there).sum(-1) / there.sum(-1).clamp_min(1)
