"""What a method is: which looks, which encoders, which relations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from torch import Tensor, nn

from coview.batch import Batch, Embedding, Embeddings, Features, HeatMap, Relations, Reps, Views
from coview.data.sampler import Sampler
from coview.errors import UserError
from coview.nn.encoder import Encoder
from coview.views.draw import Draw

ALONE = 64
"""Samples a step of methods that learn from each sample by itself."""


@dataclass
class Clock:
    """Where a run is.

    Args:
        step: optimizer steps done.
        progress: 0 at the start, 1 at the end of the budget, whatever it is counted in.
    """

    step: int = 0
    progress: float = 0.0


@dataclass
class Turn:
    """Parameters and the signed weights of the losses they descend; adversaries have several turns.

    Args:
        parameters: what this turn's optimizer moves.
        losses: weight by loss name; losses not named are not descended. None: every loss, +1.
    """

    parameters: list[nn.Parameter]
    losses: dict[str, float] | None = None


Predictions = dict[str, Tensor | list[str | None]]
"""By name, a value for each sample: `(B, ...)` numbers (NaN where there is nothing to say), or B texts."""


class Method(nn.Module):
    """Base of every method. Three sentences: `views`, `represent`, `relate`; and what a user keeps: `embed`.

    A parameter of `__init__` annotated `Encoder` is given an encoder: named as a modality (`image`, `text`) it gets
    the first slot of that modality, else (`encoder`) the first slot chosen. One annotated `dict[str, Encoder]` gets
    all chosen slots by name. All other parameters are keyword-only options of the command line.
    """

    needs_tokens: bool = False
    """Whether its encoders must give tokens; they default to the modality's `token_encoder`."""

    encoder_defaults: ClassVar[Mapping[str, Any]] = {}
    """Options of its encoders where the user does not say, for networks that have them: `{"registers": 1}`."""

    batch_size: int = 256
    """Samples a step where the user does not say; `ALONE` where no loss needs another sample: more steps teach more."""

    own_encoders: ClassVar[Mapping[str, str]] = {}
    """Encoders by modality where the user names none and the modality's default is not what the method is about."""

    slot_counts: ClassVar[tuple[int, int | None]] = (1, None)
    """How many slots it relates where it takes the chosen ones by name: at least, and at most, None for any number."""

    spaces: ClassVar[tuple[str, ...]] = ()
    """Spaces that `embed` gives beside each slot's own: no slot that it reads may be called so."""

    balance: str = "sum"
    """How several losses share its encoders where the user does not say: a rule of `balance.rules`."""

    mixes_samples: bool = False
    """Whether its views mix samples of a chunk: then it is exact at equal chunk, not at any."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = Clock()

    @classmethod
    def needs_others(cls) -> bool:
        """Whether its losses need other samples of the step: it relates looks, and is none that learns `ALONE`."""
        return cls.relate is not Method.relate and cls.batch_size > ALONE

    def sampler(self, even: Sampler, within: Mapping[str, Tensor]) -> Sampler:
        """Who meets whom in a step: by default anyone does; losses may need samples that belong together.

        Args:
            even: of the training samples, by chance.
            within: by level, `(n,)` int64, what each training sample is a part of.
        """
        return even

    def views(self, batch: Batch, draw: Draw) -> Views:
        """How a chunk of samples is looked at: batched, on the device, drawn by key."""
        raise NotImplementedError

    def represent(self, views: Views) -> Reps:
        """What each look says; reads nothing beyond its chunk."""
        raise NotImplementedError

    def relate(self, z: Features) -> Relations:
        """What the looks teach each other; sees every sample of the step. The default relates nothing."""
        return Relations()

    def after_step(self, kept: dict[str, Tensor]) -> None:
        """Moves state (teachers, queues, centres), once a step that was taken."""

    def turns(self) -> list[Turn]:
        """Who descends what; by default everything trainable descends every loss."""
        return [Turn([p for p in self.parameters() if p.requires_grad])]

    def embed(self, batch: Batch) -> Embeddings:
        """What a user keeps; by default each encoder's pooled features, a space of its own for each slot."""
        found: Embeddings = {}
        for encoder in self.slot_encoders().values():
            if encoder.slot in batch:
                found[encoder.slot] = {encoder.slot: embed_slot(encoder, batch)}
        return found

    def predict(self, batch: Batch) -> Predictions:
        """What the method says of samples where its product is not an embedding: classes, depth, text, actions.

        Raises:
            UserError: an embedding is all there is.
        """
        raise UserError(f"{type(self).__name__} predicts nothing, it embeds: coview embed, or coview finetune first")

    def maps(self, batch: Batch) -> list[HeatMap]:
        """Where in a slot it finds what another says: drawn in reports. Most methods locate nothing."""
        return []

    def roles(self) -> dict[str, str]:
        """What each slot is to the method, where it reads them unlike: told by `--dry-run`."""
        return {}

    def slot_encoders(self) -> dict[str, Encoder]:
        """The method's own encoders by slot (teachers are elsewhere in the tree and left out)."""
        encoders: dict[str, Encoder] = {}
        for child in self.children():
            held: list[Any] = list(child.values()) if isinstance(child, nn.ModuleDict) else [child]
            encoders |= {e.slot: e for e in held if isinstance(e, Encoder) and e.slot not in encoders}
        return encoders


def embed_slot(encoder: Encoder, batch: Batch) -> Embedding:
    """An encoder's pooled features of its slot's natural views, unaugmented."""
    out = encoder(encoder.modality.prepare(batch[encoder.slot]))
    return Embedding(out.pooled, out.present)
