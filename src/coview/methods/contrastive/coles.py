"""CoLES."""

from __future__ import annotations

import torch

from coview.batch import Batch, Features, Relations, Reps, Views
from coview.kinds import Count, Several, Shares, Weight
from coview.losses import margin_contrastive_rows
from coview.methods.base import Method
from coview.nn.by_rows import by_rows
from coview.nn.encoder import Encoder
from coview.nn.heads import unit
from coview.views.crops import multi_crop
from coview.views.draw import Draw
from coview.views.looks import Positives


class CoLES(Method):
    """Stretches of one entity's history are alike, those of the most similar other entities are kept a margin away.

    Paper: CoLES: Contrastive Learning for Event Sequences with Self-Supervision. Babaev, Ovsov, Kireev, Ivanova, Gusev,
    Nazarov, Tuzhilin. SIGMOD 2022. https://arxiv.org/abs/2002.08232

    Views: `n_views` stretches of each sample, their lengths and beginnings drawn by key; of its natural views in turn,
    where it has several.

    Loss: with d the distance of embeddings brought to length 1 and H_i the h stretches of other samples nearest to
    stretch i, the mean over stretches of 1/2 sum_{j of the same sample} d_ij^2 + sum_{j in H_i} max(0, m - d_ij)^2.

    Requires: one slot of any modality; made for events, whose stretches repeat a habit.

    Relations: SimCLR with several looks, no projector, and a margin in place of the softmax: a negative beyond it is
    left alone. Beside the stretch, a modality's `crop` does what belongs to it (events: some left out, some fields
    hidden; `events.dropout=0` and `events.hide=0` leave stretches as the paper has them).

    Args:
        encoder: the slot's encoder.
        n_views: stretches of a sample (the paper: 5).
        share: least and greatest length of a stretch, as a share of the history (the paper: in events, 25 to 200 of
            some hundreds).
        margin: m, in units of distance on the unit sphere (the paper: 0.5).
        negatives: h, how many of the nearest others a stretch is pushed from (the paper: 5).
        positives: which natural views the stretches are of.

    Example:
        >>> import coview
        >>> run = coview.fit("coles", data="digits", steps=20, batch_size=32)
        >>> "loss/margin" in run.metrics[-1]
        True
    """

    def __init__(
        self,
        encoder: Encoder,
        *,
        n_views: Several = 5,
        share: Shares = (0.1, 0.5),
        margin: Weight = 0.5,
        negatives: Count = 5,
        positives: Positives = Positives.AUTO,
    ) -> None:
        super().__init__()
        self.encoder = encoder
        self.n_views, self.share = n_views, share
        self.margin, self.negatives = margin, negatives
        self.positives = Positives(positives)

    def views(self, batch: Batch, draw: Draw) -> Views:
        slot, modality = batch[self.encoder.slot], self.encoder.modality
        stretches, _ = multi_crop(
            slot, modality, draw, n_global=self.n_views, n_local=0, global_scale=self.share, positives=self.positives
        )
        return Views({"stretches": stretches})

    def represent(self, views: Views) -> Reps:
        out = self.encoder(views["stretches"])
        return Reps({"stretches": out.pooled, "present": out.present.all(1)})

    def relate(self, z: Features) -> Relations:
        (stretches,) = z.there("stretches")
        if not len(stretches):
            return Relations()
        rows = stretches.flatten(0, 1)
        sample = torch.arange(len(stretches), device=rows.device).repeat_interleave(self.n_views)
        each = by_rows(
            lambda anchors, own, every, all: margin_contrastive_rows(
                anchors, own, every, all, self.margin, self.negatives
            ),
            (rows, sample),
            (rows, sample),
        )
        return Relations({"margin": each.mean()}, seen={"embedding": unit(stretches[:, :2])})
