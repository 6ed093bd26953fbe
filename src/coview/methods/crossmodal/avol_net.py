"""AVOL-Net."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from coview.batch import Features, Relations, Reps, Views
from coview.kinds import AboveZero, Count
from coview.losses import best_place, binary_contrast
from coview.methods.locating import LocatingMethod
from coview.modalities.base import present_mean
from coview.nn.encoder import Encoded, Encoder
from coview.nn.heads import RowMLP
from coview.nn.pairs import strangers
from coview.nn.slot_dict import SlotDict
from coview.nn.token_aligner import tokens_of
from coview.nn.tokens import all_there
from coview.views.looks import Positives


class AVOLNet(LocatingMethod):
    """Does this sound belong to this picture? The place that answers most decides, and shows what sounds.

    Paper: Objects that Sound. Arandjelovic, Zisserman. ECCV 2018. https://arxiv.org/abs/1712.06651 (section 5)

    Views: one of each slot: a natural view drawn by key, augmented; captions as they are.

    Loss: with p_s what each place says and v the vector of the sound, the cross entropy of max_s sigmoid(w p_s.v + c),
    w and c learned: of each sample's pair, and of its picture with another sample's sound, drawn by key.

    Requires: two slots with tokens: what is looked at (pictures), and what is said of it (sound, or text). A sample
    that lacks one takes no part.

    Relations: AVE-Net with the picture's places kept apart and nothing brought to length 1, so that a place may say
    nothing. DenseAV keeps the sound's moments apart too, and has each pair found among all.

    Args:
        encoders: two slots' encoders: what is looked at, and what is said of it, as `--slots LOOKED SAID` orders them;
            sound and text are never looked at beside pictures, spectral ones, video or volumes.
        dim: width of what is compared (as in the paper).
        hidden: width of the hidden layer before it (as in the paper).
        scale: w at the start.
        positives: where a look comes from.
        plain: modalities that are read without augmentation.

    Example:
        >>> import coview
        >>> small = {"dim": 32, "depth": 1}
        >>> run = coview.fit("avol-net", data="emoji", steps=5, batch_size=32, encoder_options=small)
        >>> list(coview.embed(run).spaces)
        ['drawing', 'name']
    """

    def __init__(
        self,
        encoders: dict[str, Encoder],
        *,
        dim: Count = 128,
        hidden: Count = 128,
        scale: AboveZero = 1.0,
        positives: Positives = Positives.AUTO,
        plain: Sequence[str] = ("text",),
    ) -> None:
        super().__init__(encoders, positives=positives, plain=plain)
        self.heads = SlotDict({slot: RowMLP(encoder.dim, hidden, dim) for slot, encoder in encoders.items()})
        self.scale = nn.Parameter(torch.tensor(float(scale)))
        self.bias = nn.Parameter(torch.tensor(0.0))

    def compared(self, where: Encoded, said: Encoded) -> tuple[Tensor, Tensor, Tensor]:
        """Of one look each: places `(B, S, dim)`, which are there, `(B, S)` bool, and the sound `(B, dim)`."""
        tokens, there = tokens_of(where)
        return self.heads[self.where](tokens[:, 0]), there[:, 0], self.heads[self.said](said.pooled[:, 0])

    def represent(self, views: Views) -> Reps:
        looks = [encoder(views[slot]) for slot, encoder in self.slot_encoders().items()]
        places, there, said = self.compared(*looks)
        return Reps({"places": places, "there": there, "said": said, "present": all_there(views.values())})

    def relate(self, z: Features) -> Relations:
        places, there, said = z.there("places", "there", "said")
        if not len(places):
            return Relations()
        others = strangers(z.draw("stranger")[z["present"]])
        own = best_place(places, said, there, self.scale, self.bias)
        other = best_place(places[: len(others)], said[others], there[: len(others)], self.scale, self.bias)
        pooled = torch.stack([present_mean(places, there), said], 1)
        seen = {f"{self.where}-{self.said}": pooled}
        return Relations({"correspondence": binary_contrast(own, other)}, seen=seen)

    def locate(self, where: Encoded, said: Encoded) -> Tensor:
        """Each place's probability to be what sounds."""
        places, there, vector = self.compared(where, said)
        logits = self.scale * torch.einsum("bsd,bd->bs", places, vector) + self.bias
        return logits.sigmoid().masked_fill(~there, 0)
