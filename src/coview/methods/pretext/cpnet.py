"""CPNet."""

from __future__ import annotations

from typing import Annotated

import torch
from torch import nn
from torch.nn import functional as F

from coview.batch import Batch, Features, Relations, Reps, Views
from coview.errors import UserError
from coview.kinds import AboveZero, Count, Weight, Within
from coview.losses import info_nce_rows
from coview.losses.precision import at_least_float32
from coview.methods.base import ALONE, Method
from coview.modalities.video import Video
from coview.nn.by_rows import by_rows
from coview.nn.encoder import Encoder
from coview.nn.heads import MLP
from coview.views.continuity import cut_inside
from coview.views.draw import Draw
from coview.views.looks import Positives, choose


class CPNet(Method):
    """Whether a clip is continuous, where it is not, and what is missing there.

    Paper: Self-supervised Spatiotemporal Representation Learning by Exploiting Video Continuity. Liang, Quader, Chi,
    Chen, Dai, Lu, Wang. AAAI 2022. https://arxiv.org/abs/2112.05883

    Views: of one natural view, augmented alike in all its frames: a continuous clip; one with an inner section cut out;
    that section, the inside one; and an outside one, as long, of what is left.

    Loss: a weighted sum. *Justification*: binary cross entropy of continuous or not, of both clips. *Localisation*:
    cross entropy of the frame after which the section is missing. *Approximation*: InfoNCE; from the discontinuous clip
    the inside section is told from the outside ones and from all sections of other samples.

    Requires: a slot of videos.

    Relations: tasks in the manner of speed and order (VCOP), but of a place in time within the clip; approximation is
    CPC's with a section between past and future. Written from what the abstract says of the tasks: the losses'
    form, lengths, widths and weights are this library's.

    Args:
        video: the slot's encoder.
        section: of a clip's length, how much is cut out, in whole tubelets; at most half.
        justification: weight of its loss.
        localisation: weight of its loss.
        approximation: weight of its loss.
        dim: width of the projections.
        hidden: width of their hidden layer.
        temperature: t, in units of cosine similarity.

    Example:
        >>> import coview
        >>> run = coview.fit("cpnet", data="pose2sim", modality={"video": {"size": 16}}, steps=5, batch_size=16)
        >>> sorted(name for name in run.metrics[-1] if name.startswith("loss/"))
        ['loss/approximation', 'loss/justification', 'loss/localisation']
    """

    batch_size = ALONE

    def __init__(
        self,
        video: Encoder,
        *,
        section: Annotated[float, Within(above=0, most=0.5)] = 0.5,
        justification: Weight = 1.0,
        localisation: Weight = 1.0,
        approximation: Weight = 1.0,
        dim: Count = 128,
        hidden: Count = 256,
        temperature: AboveZero = 0.1,
    ) -> None:
        super().__init__()
        if not (justification or localisation or approximation):
            raise UserError("there is nothing to tell: justification, localisation and approximation all weigh 0")
        modality = video.modality
        assert isinstance(modality, Video)
        self.frames = modality.frames
        self.section = modality.tubelet * max(1, round(section * self.frames / modality.tubelet))
        if 2 * self.section > self.frames:
            cut = f"{section} of {self.frames} frames in tubelets of {modality.tubelet}"
            raise UserError(f"a section is at most half of a clip, which {cut} is not; see section and video.frames")
        self.video = video
        self.weights = {"justification": justification, "localisation": localisation}
        self.approximation, self.temperature = approximation, temperature
        self.whole, self.place = nn.Linear(video.dim, 1), nn.Linear(video.dim, self.frames - 1)
        self.predictor, self.projector = (MLP(video.dim, hidden, dim) for _ in range(2))

    def views(self, batch: Batch, draw: Draw) -> Views:
        slot, modality = batch[self.video.slot], self.video.modality
        assert isinstance(modality, Video)
        at, there = choose(slot.present, draw, 1, Positives.AUGMENT)
        look = modality.augment_whole(slot.pick(at), draw / "augment")
        clips, sections, cut = cut_inside(look.value[:, 0], draw, self.frames, self.section)
        present = (look.present & there).expand(-1, 2)
        both = {"clips": clips, "sections": sections}
        views = {name: look.with_value(value, present=present, params={}) for name, value in both.items()}
        return Views(views, dict.fromkeys(self.weights, present[:, 0].float()), carry={"cut": cut})

    def represent(self, views: Views) -> Reps:
        clips = self.video(views["clips"])
        whole, place = self.whole(clips.pooled)[..., 0], self.place(clips.pooled[:, 1])
        continuous = whole.new_tensor([1.0, 0.0]).expand_as(whole)
        binary = at_least_float32(F.binary_cross_entropy_with_logits)(whole, continuous, reduction="none")
        placed = at_least_float32(F.cross_entropy)(place, views.carry["cut"] - 1, reduction="none")
        found = {"justification": binary.mean(1), "localisation": placed}
        losses = {name: self.weights[name] * loss for name, loss in found.items() if self.weights[name]}
        features = {"clip": clips.pooled[:, 1], "present": clips.present[:, 0]}
        if self.approximation:
            features["sections"] = self.video(views["sections"]).pooled
        return Reps(features, losses)

    def relate(self, z: Features) -> Relations:
        if "sections" not in z or not bool(z["present"].any()):
            return Relations()
        clip, sections = z.there("clip", "sections")
        told, both = self.predictor(clip), self.projector(sections.transpose(0, 1).flatten(0, 1))
        own = torch.arange(len(clip), device=clip.device)
        each = by_rows(lambda told, own, both: info_nce_rows(told, own, both, self.temperature), (told, own), (both,))
        seen = {"projection": torch.stack([told, both[: len(clip)]], 1)}
        return Relations({"approximation": self.approximation * each.mean()}, seen=seen)
