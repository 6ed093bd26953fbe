"""What methods that find in one slot what another says have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from torch import Tensor

from coview.batch import Batch, Embedding, Embeddings, HeatMap, Views
from coview.methods.base import Method
from coview.nn.encoder import Encoded, Encoder
from coview.nn.slot_dict import SlotDict
from coview.views.draw import Draw
from coview.views.looks import Positives
from coview.views.slot_looks import slot_looks

SEEN = ("image", "spectral", "video", "volume")
"""Modalities that have places to look at."""

SAYING = ("audio", "text")
"""Modalities that are not looked at where they come with one of `SEEN`."""


class LocatingMethod(Method):
    """Base of the methods that look for one slot's meaning in another's tokens: two slots, one look at each.

    Args:
        encoders: two slots' encoders: what is looked at, and what is said of it, as `--slots LOOKED SAID` orders them;
            sound and text are never looked at beside pictures, spectral ones, video or volumes.
        positives: where a look comes from.
        plain: modalities that are read without augmentation.
    """

    slot_counts = (2, 2)
    needs_tokens = True

    def __init__(self, encoders: dict[str, Encoder], *, positives: Positives, plain: Sequence[str]) -> None:
        super().__init__()
        for encoder in encoders.values():
            encoder.require_tokens(type(self).__name__)
        self.where, self.said = in_roles(encoders)
        self.encoders = SlotDict({slot: encoders[slot] for slot in (self.where, self.said)})
        self.positives, self.plain = Positives(positives), tuple(plain)

    def roles(self) -> dict[str, str]:
        return {self.where: "what is looked at", self.said: "what is said of it"}

    def views(self, batch: Batch, draw: Draw) -> Views:
        encoders = self.slot_encoders()
        return Views(slot_looks(batch, encoders, draw, dict.fromkeys(encoders, 1), self.positives, self.plain))

    def locate(self, where: Encoded, said: Encoded) -> Tensor:
        """How strongly each token of one look answers what a look at the other slot says: `(B, 1, ...)` -> `(B, S)`."""
        raise NotImplementedError

    def maps(self, batch: Batch) -> list[HeatMap]:
        if self.where not in batch or self.said not in batch:
            return []
        encoders = self.slot_encoders()
        looks = {
            slot: encoders[slot].modality.prepare(batch[slot].pick(batch[slot].first))
            for slot in (self.where, self.said)
        }
        where, said = (encoders[slot](look) for slot, look in looks.items())
        present = (where.present & said.present)[:, 0]
        grid = encoders[self.where].modality.grid(looks[self.where])
        values = self.locate(where, said) if present.any() else present.new_zeros(len(batch), *grid).float()
        return [HeatMap(self.where, self.said, values.reshape(len(batch), *grid), present)]


def in_roles(encoders: Mapping[str, Encoder]) -> list[str]:
    """Of two slots the one that is looked at, then the one that says what is looked for: `LocatingMethod`'s rule."""
    first, second = encoders
    kinds = [encoder.modality.name for encoder in encoders.values()]
    return [second, first] if kinds[0] in SAYING and kinds[1] in SEEN else [first, second]


def joint_too(method: Method, batch: Batch, joint: Callable[[str, Encoded], Tensor]) -> Embeddings:
    """Each slot's pooled features in a space of its own, then in `joint` what is said of it there, `(B, V, dim)`.

    Args:
        method: whose encoders.
        batch: any of its slots.
        joint: from a slot and its encoded natural views.
    """
    own: Embeddings = {}
    compared: dict[str, Embedding] = {}
    for slot, encoder in method.slot_encoders().items():
        if slot in batch:
            look = encoder(encoder.modality.prepare(batch[slot]))
            own[slot] = {slot: Embedding(look.pooled, look.present)}
            compared[slot] = Embedding(joint(slot, look), look.present)
    return {**own, "joint": compared} if compared else own
