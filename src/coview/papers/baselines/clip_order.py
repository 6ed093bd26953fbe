"""Clip order prediction, the pretext that other pretexts on videos are held against."""

from __future__ import annotations

from itertools import combinations, permutations

import torch
from torch import nn
from torch.nn import functional as F

from coview.batch import Batch, Reps, Views
from coview.errors import UserError
from coview.losses.precision import at_least_float32
from coview.methods.base import ALONE, Method
from coview.modalities.video import Video
from coview.nn.encoder import Encoder
from coview.views.continuity import take_run
from coview.views.draw import Draw
from coview.views.looks import Positives, choose

ORDERS = list(permutations(range(3)))


class ClipOrder(Method):
    """In which order three clips of a video come.

    Paper: Self-Supervised Spatiotemporal Learning via Video Clip Order Prediction. Xu, Xiao, Zhao, Shao, Xie, Zhuang.
    CVPR 2019 (VCOP).

    Views: of one natural view, augmented alike in all its frames, three clips in random order; as many frames, or fewer
    by less than a tubelet, lie between them as are left over. Each frame is shown as many times as fit into the
    frames that are read later.

    Loss: cross entropy of the six orders, from the features of each pair of clips.

    Requires: a slot of videos.

    Relations: CPNet's clips are whole and have a section missing.

    Args:
        video: the slot's encoder.
        hidden: width of what is made of each pair (as in the paper).

    Example:
        >>> import coview
        >>> run = coview.fit("clip_order.py:ClipOrder", data="atari", steps=20)  # doctest: +SKIP
    """

    batch_size = ALONE

    def __init__(self, video: Encoder, *, hidden: int = 512) -> None:
        super().__init__()
        modality = video.modality
        assert isinstance(modality, Video)
        have, tubelet = 2 * modality.frames, modality.tubelet
        self.length = tubelet * (have // 4 // tubelet)
        if not self.length:
            raise UserError(f"three clips of {tubelet} frames do not fit into {have} frames; see video.frames")
        self.begin = [i * (have - self.length) // 2 for i in range(3)]
        self.video = video
        self.pair = nn.Sequential(nn.Linear(2 * video.dim, hidden), nn.ReLU())
        self.order = nn.Linear(3 * hidden, len(ORDERS))

    def views(self, batch: Batch, draw: Draw) -> Views:
        slot, modality = batch[self.video.slot], self.video.modality
        assert isinstance(modality, Video)
        at, there = choose(slot.present, draw, 1, Positives.AUGMENT)
        look = modality.augment_whole(slot.pick(at), draw / "augment")
        order = draw.integers("order", len(ORDERS))
        places = torch.tensor(self.begin, device=at.device)[torch.tensor(ORDERS, device=at.device)[order]]
        clips = torch.stack([take_run(look.value[:, 0], begin, self.length) for begin in places.unbind(1)], 1)
        present = (look.present & there).expand(-1, 3)
        clips = clips.repeat_interleave(modality.frames // self.length, 2)  # as many frames as are read later
        view = look.with_value(clips, present=present, params={})
        return Views({"clips": view}, {"order": present[:, 0].float()}, carry={"order": order})

    def represent(self, views: Views) -> Reps:
        clips = self.video(views["clips"]).pooled
        pairs = [self.pair(clips[:, [a, b]].flatten(1)) for a, b in combinations(range(3), 2)]
        logits = self.order(torch.cat(pairs, 1))
        return Reps(losses={"order": at_least_float32(F.cross_entropy)(logits, views.carry["order"], reduction="none")})
