"""CVRL."""

from __future__ import annotations

import math
from enum import StrEnum
from typing import Annotated

from coview.batch import Batch, Views
from coview.kinds import AboveZero, Count, Part, Within
from coview.methods.contrastive.simclr import SimCLR
from coview.modalities.video import Video
from coview.nn.encoder import Encoder
from coview.views.clip import draw_pair_times
from coview.views.draw import Draw
from coview.views.looks import Positives, choose


class Drawn(StrEnum):
    """What has draws of its own when clips are cropped, mirrored and lit.

    - `clip`: each clip; all its frames are altered alike, so that what moves is what moved.
    - `frame`: each frame.
    """

    CLIP = "clip"
    FRAME = "frame"


class CVRL(SimCLR):
    """Two clips of one video agree, each altered alike in all its frames; the farther apart in time, the rarer a pair.

    Paper: Spatiotemporal Contrastive Video Representation Learning. Qian, Meng, Gong, Yang, Wang, Belongie, Cui.
    CVPR 2021. https://arxiv.org/abs/2008.03800; the density of gaps as in the authors' code (tensorflow/models,
    official/projects/video_ssl).

    Views: of one natural view two stretches, with t between their begins and T the longest there can be drawn in
    proportion to 1 - (t / T)^power, each augmented.

    Loss: SimCLR's NT-Xent.

    Requires: a slot of videos.

    Relations: SimCLR with another draw of time. SimCLR on videos draws stretches of any speed; here all play at one
    speed. At power 1 two stretches are as far apart as two draws by themselves; smaller powers bring them closer, so
    that invariance to what time changes is asked for less, greater ones farther apart. The paper's projector has three
    hidden layers of 2,048; here SimCLR's. The authors blur one clip always and the other once in ten,
    solarise that other once in five, and crop shapes of up to 2 to 1; here both clips are drawn alike: from 64 pixels
    on every second one is blurred, none is solarised, and crops are of up to 4 to 3.

    Args:
        video: the slot's encoder.
        share: of the stored clip, a stretch's extent; at a half its frames follow one another.
        power: of the density: 1 falls linearly (as in the paper), infinite is uniform.
        drawn: what has draws of its own.
        dim: width of the projection.
        hidden: width of the projector's hidden layer.
        temperature: t, in units of cosine similarity (as in the paper).

    Example:
        >>> import coview
        >>> small = {"video": {"size": 16}}
        >>> run = coview.fit("cvrl", data="pose2sim", modality=small, steps=10, batch_size=32)
        >>> run.verdict.status
        'healthy'
    """

    def __init__(
        self,
        video: Encoder,
        *,
        share: Part = 0.5,
        power: Annotated[float, Within(above=0, most=math.inf)] = 1.0,
        drawn: Drawn = Drawn.CLIP,
        dim: Count = 128,
        hidden: Count = 512,
        temperature: AboveZero = 0.1,
    ) -> None:
        super().__init__(video, dim=dim, hidden=hidden, temperature=temperature, positives=Positives.AUGMENT)
        self.share, self.power, self.drawn = share, power, Drawn(drawn)

    def views(self, batch: Batch, draw: Draw) -> Views:
        slot, modality = batch[self.encoder.slot], self.encoder.modality
        assert isinstance(modality, Video)
        at, there = choose(slot.present, draw, 1, self.positives)
        pair = slot.pick(at.expand(-1, 2))
        pair = pair.with_value(pair.value, present=pair.present & there)
        span = draw_pair_times(draw, self.share, self.power)
        augment = modality.augment_at if self.drawn is Drawn.CLIP else modality.augment_frames
        return Views({"looks": augment(pair, draw / "augment", span)})
