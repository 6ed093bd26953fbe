"""COMET."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from coview.batch import Batch, Features, Relations, Reps, Views
from coview.data.sampler import Sampler
from coview.data.together import Together
from coview.errors import UserError
from coview.kinds import AboveZero, Rate, Weight
from coview.losses import group_contrastive_rows, instance_contrast_rows, observation_contrast
from coview.losses.parts import has_partner
from coview.methods.base import Method
from coview.nn.by_rows import by_rows, tile_of
from coview.nn.encoder import Encoder
from coview.nn.heads import unit
from coview.nn.tokens import token_valid, valid_or_all
from coview.views.draw import Draw
from coview.views.looks import Positives, looks
from coview.views.masks import modality_mask


class COMET(Method):
    """Consistent at every level at once: moments of a segment, segments, those of one recording, those of one person.

    Paper: Contrast Everything: A Hierarchical Contrastive Framework for Medical Time-Series. Wang, Han, Wang, Zhang.
    NeurIPS 2023. https://arxiv.org/abs/2310.14017; the two lower levels' losses as in the authors' code.

    Views: one natural view as it is, and twice with spans of its tokens hidden.

    Loss: a weighted sum. *Observation*: at every place and scale of the sequence the two masked looks agree, against
    the sample's other places. *Sample*: they agree against the same place of other samples. Each further level that the
    data names (a recording, a subject): parts of one whole agree, against all other samples, by cosines over t of
    pooled features: the mean over i and over the others j of its whole of -log( exp(c_ij / t) / sum_{k != i} exp(c_ik /
    t) ).

    Requires: one slot of any modality and an encoder with tokens; `Source.within` (or groups: `--group`) for the levels
    above the sample. A level at which no two samples of a step meet says nothing in that step; so that they do, parts
    of one whole are dealt together, by the level of the most wholes.

    Relations: its two lower levels are TS2Vec's losses, the upper ones supervised contrast with a recording or subject
    for class. The authors encode each level anew, the upper ones twice with dropout; here one unmasked pass serves all
    upper levels, and a level of weight 0 costs nothing. Their upper levels compare sequences moment by moment, each
    dimension scaled over time, as suits heartbeats cut alike, and weigh 1; here pooled features, which need no common
    beginning, at the weight of the others. They put a recording into one step, with the same others at every epoch;
    here with others, and at most a quarter of a step is of one. They use the average of weights over the run; here the
    last.
    Series are read by TS2Vec's network, `dilated`, as theirs are. A network that knows positions tells places by them
    and need not read the data: of `vit` the observation level asks little.

    Args:
        encoder: the slot's encoder.
        observation: weight of the observation level (the paper: 0.25, or tuned).
        sample: weight of the sample level.
        wholes: weight of every level above.
        levels: which of those are used; default all that the data names.
        masked: share of the tokens hidden in a masked look (the paper: five spans of a tenth).
        temperature: t, in units of cosine similarity (as in the paper).
        positives: where the view comes from; natural reads it without augmentation.

    Example:
        >>> import coview
        >>> run = coview.fit("comet", data="watch", slots=["accelerometer"], steps=20, batch_size=32)
        >>> sorted(name for name in run.metrics[-1] if name.startswith("loss/"))
        ['loss/observation', 'loss/recording', 'loss/sample', 'loss/subject']
    """

    needs_tokens = True
    batch_size = 128
    own_encoders = {"series": "dilated"}  # noqa: RUF012

    def __init__(
        self,
        encoder: Encoder,
        *,
        observation: Weight = 0.25,
        sample: Weight = 0.25,
        wholes: Weight = 0.25,
        levels: Sequence[str] | None = None,
        masked: Rate = 0.4,
        temperature: AboveZero = 0.1,
        positives: Positives = Positives.NATURAL,
    ) -> None:
        super().__init__()
        if not (observation or sample or wholes):
            raise UserError("COMET needs a level: observation, sample and wholes all weigh 0")
        self.encoder = encoder
        self.observation, self.sample, self.wholes = observation, sample, wholes
        self.levels = levels
        self.masked, self.temperature = masked, temperature
        self.positives = Positives(positives)

    def sampler(self, even: Sampler, within: Mapping[str, Tensor]) -> Sampler:
        if not within or not self.wholes:
            return even
        smallest = max(within.values(), key=lambda wholes: len(wholes.unique()))
        return Together(smallest, even.batch_size, even.seed)

    def views(self, batch: Batch, draw: Draw) -> Views:
        modality = self.encoder.modality
        view = looks(batch[self.encoder.slot], modality, draw, 1, self.positives)
        valid = token_valid(modality, view)
        pair = None if valid is None else valid.expand(-1, 2, -1)
        masked = modality_mask(draw, modality.grid(view), self.masked, views=2, valid=pair, share=(0.1, 0.1))
        twice = view.pick([0, 0])
        twice = twice.with_value(twice.value, params={"masked": masked})
        there = view.present[:, 0].float()
        return Views({"plain": view, "masked": twice}, {"observation": there}, carry=self._wholes(batch))

    def _wholes(self, batch: Batch) -> dict[str, Tensor]:
        """What each sample is a part of, by level."""
        named = list(batch.within) if self.levels is None else list(self.levels)
        if missing := [level for level in named if level not in batch.within]:
            has = ", ".join(batch.within) or "none"
            raise UserError(f"the data has no level {missing[0]!r}; it has {has}")
        if not (named or self.observation or self.sample):
            raise UserError("COMET is to contrast wholes alone, and the data names none; say --group COLUMN")
        return {level: batch.within[level] for level in named} if self.wholes else {}

    def represent(self, views: Views) -> Reps:
        plain = views["plain"]
        features = {f"of {level}": wholes for level, wholes in views.carry.items()}
        features["present"] = plain.present[:, 0]
        if views.carry:
            features["whole"] = self.encoder(plain).pooled[:, 0]
        if not self.observation and not self.sample:
            return Reps(features)
        twice = views["masked"]
        out = self.encoder(twice, masked=twice.params["masked"])
        assert out.tokens is not None
        tokens, valid = out.tokens, valid_or_all(out.valid, out.tokens, 3)[:, 0]
        losses: dict[str, Tensor] = {}
        if self.observation:
            losses["observation"] = self.observation * observation_contrast(tokens, valid)
        if self.sample:
            features |= {"tokens": tokens, "valid": valid}
        return Reps(features, losses)

    def relate(self, z: Features) -> Relations:
        losses: dict[str, Tensor] = {}
        seen: dict[str, Tensor] = {}
        if "tokens" in z:
            tokens, valid = z.there("tokens", "valid")
            if len(tokens):
                own = torch.arange(len(tokens), device=tokens.device)
                tile = tile_of(4 * valid.numel())  # at every place two looks at a sample by both at all
                each = by_rows(instance_contrast_rows, (tokens, own), (tokens, valid), tile=tile)
                losses["sample"] = self.sample * each.mean()
                count = valid.sum(1).clamp_min(1)[:, None, None]
                seen["pooled"] = unit((tokens * valid[:, None, :, None]).sum(2) / count)
        for level in [name.removeprefix("of ") for name in z if name.startswith("of ")]:
            whole, group = z.there("whole", f"of {level}")
            own = has_partner(group).nonzero()[:, 0]
            if len(own):
                each = by_rows(group_contrastive_rows, (whole[own], own), (whole, group, self.temperature))
                losses[level] = self.wholes * each.mean()
                seen.setdefault("pooled", unit(whole))
        return Relations(losses, seen=seen)
