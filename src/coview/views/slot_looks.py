"""Looks at every slot of a sample, for relations between slots."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from coview.batch import Batch, View
from coview.nn.encoder import Encoder
from coview.views.draw import Draw
from coview.views.looks import Positives, looks


def slot_looks(
    batch: Batch,
    encoders: Mapping[str, Encoder],
    draw: Draw,
    counts: Mapping[str, int],
    positives: Positives = Positives.AUTO,
    plain: Collection[str] = ("text",),
) -> dict[str, View]:
    """Looks at each slot: `(B, n, ...)` prepared, by slot.

    Slots of a plain modality are read as they are wherever their natural views suffice: a caption loses its point when
    words are dropped from it, and its picture varies enough for both.

    Args:
        batch: stored.
        encoders: slot -> its encoder.
        draw: keyed draws; each slot draws its own.
        counts: slot -> n, the looks taken at it.
        positives: where the looks come from.
        plain: modalities that are not augmented.
    """
    taken: dict[str, View] = {}
    for slot, encoder in encoders.items():
        view, n = batch[slot], counts[slot]
        as_is = positives is Positives.AUTO and encoder.modality.name in plain and n <= view.width
        policy = Positives.NATURAL if as_is else positives
        taken[slot] = looks(view, encoder.modality, draw / slot, n, policy)
    return taken
