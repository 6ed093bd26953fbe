"""Spatio-temporal statistics."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from coview.batch import Batch, Reps, Views
from coview.errors import UserError
from coview.kinds import Weight
from coview.losses.precision import at_least_float32
from coview.methods.base import ALONE, Method
from coview.modalities.video import Video
from coview.nn.encoder import Encoder
from coview.views.clip_statistics import appearance_statistics, motion_statistics
from coview.views.draw import Draw
from coview.views.looks import Positives, looks


class SpatioTemporalStatistics(Method):
    """Told from a clip: where most moves and which way, where colours change most and least and what they are.

    Paper: Self-supervised Spatio-temporal Representation Learning for Videos by Predicting Motion and Appearance
    Statistics. Wang, Jiao, Bao, He, Liu, Liu. CVPR 2019. https://arxiv.org/abs/1904.03597; Self-supervised Video
    Representation Learning by Uncovering Spatio-temporal Statistics. Wang, Jiao, Bao, He, Liu, Liu. TPAMI 2021.
    https://arxiv.org/abs/2008.13426; authors' code: laura-wang/video_repres_sts.

    Views: one augmented look at one natural view; the statistics are the look's own.

    Loss: `motion` times the mean squared error of 14 numbers (for both parts of optical flow: region and direction of
    the greatest motion boundaries by three patterns of regions, and when) plus `appearance` times that of 13 (region
    and colour of the most and the least diverse by three patterns, and the colour of all).

    Requires: a slot of videos. A clip in which nothing moves says nothing of motion.

    Relations: VoCo and D-SLA too make their labels of the sample itself. The authors read TV-L1 flow from files and
    regress numbers from 1 to n; here flow is Lucas and Kanade's, of the look, and numbers are brought to mean 0 and
    deviation 1 of an even spread. The curriculum of the second paper is left out.

    Args:
        video: the slot's encoder.
        motion: weight of the motion statistics (as in the authors' code).
        appearance: weight of the appearance statistics (as in the authors' code).
        positives: where the look comes from; natural reads it without augmentation.

    Example:
        >>> import coview
        >>> small = {"video": {"size": 16}}
        >>> run = coview.fit("spatio-temporal-statistics", data="pose2sim", modality=small, steps=5, batch_size=16)
        >>> sorted(name for name in run.metrics[-1] if name.startswith("loss/"))
        ['loss/appearance', 'loss/motion']
    """

    batch_size = ALONE

    def __init__(
        self,
        video: Encoder,
        *,
        motion: Weight = 1.0,
        appearance: Weight = 0.1,
        positives: Positives = Positives.AUGMENT,
    ) -> None:
        super().__init__()
        if not (motion or appearance):
            raise UserError("there is nothing to tell: motion and appearance both weigh 0")
        self.video = video
        self.motion, self.appearance = motion, appearance
        self.positives = Positives(positives)
        self.heads = nn.ModuleDict()
        if motion:
            self.heads["motion"] = nn.Linear(video.dim, 14)
        if appearance:
            self.heads["appearance"] = nn.Linear(video.dim, 13)

    def views(self, batch: Batch, draw: Draw) -> Views:
        modality = self.video.modality
        assert isinstance(modality, Video)
        look = looks(batch[self.video.slot], modality, draw, 1, self.positives)
        pixels, there = modality.pixels(look)[:, 0], look.present[:, 0]
        told: dict[str, Tensor] = {}
        weights: dict[str, Tensor] = {}
        if self.motion:
            numbers, counts, moves = motion_statistics(pixels)
            told["motion"], weights["motion"] = even(numbers, counts), (there & moves).float()
        if self.appearance:
            numbers, counts = appearance_statistics(pixels)
            told["appearance"], weights["appearance"] = even(numbers, counts), there.float()
        return Views({"look": look}, weights, carry=told)

    def represent(self, views: Views) -> Reps:
        pooled = self.video(views["look"]).pooled[:, 0]
        weights = {"motion": self.motion, "appearance": self.appearance}
        error = at_least_float32(lambda told, wanted: (told - wanted).square().mean(1))
        return Reps(losses={n: weights[n] * error(head(pooled), views.carry[n]) for n, head in self.heads.items()})


def even(numbers: Tensor, counts: tuple[int, ...]) -> Tensor:
    """Numbers from 0 to n - 1 brought to mean 0 and deviation 1 of an even spread: `(N, K)` int64 -> float32."""
    middle = torch.tensor([(n - 1) / 2 for n in counts], device=numbers.device)
    spread = torch.tensor([math.sqrt(max(n**2 - 1, 1) / 12) for n in counts], device=numbers.device)
    return (numbers - middle) / spread
