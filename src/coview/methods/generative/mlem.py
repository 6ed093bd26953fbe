"""MLEM."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn

from coview.batch import Batch, Features, Relations, Reps, Views
from coview.kinds import AboveZero, Count, Finite, Rate, Several, Shares, Weight
from coview.losses import pairwise_sigmoid_rows
from coview.methods.contrastive.coles import CoLES
from coview.methods.generative.sequence_autoencoder import SequenceAutoencoder
from coview.nn.by_rows import by_rows
from coview.nn.encoder import Encoder
from coview.nn.heads import unit
from coview.nn.logit_scale import LogitScale
from coview.views.draw import Draw
from coview.views.looks import Positives


class MLEM(SequenceAutoencoder):
    """A generative encoder is aligned to a contrastive one that was trained before it: two modalities of one sequence.

    Paper: MLEM: Generative and Contrastive Learning as Distinct Modalities for Event Sequences. Moskvoretskii, Osin,
    Shvetsov, Udovichenko, Zhelnin, Dukhovny, Zhimerikina, Burnaev. 2024. https://arxiv.org/abs/2401.15935

    Views: for the first part of the run CoLES's stretches, then one natural view.

    Loss: first CoLES's, of an encoder of its own, which is then kept as it is; after that the sequence autoencoder's
    plus w times SigLIP's between both encoders' embeddings of the same view: with g_i, c_j of length 1,
    -1/N sum_i sum_j log sigmoid( y_ij (s g_i.c_j + b) ), y = 1 for i = j and -1 otherwise, s and b learned.

    Requires: one slot of any modality; made for events.

    Relations: CoLES and the sequence autoencoder, one after the other and joined; what is kept is the generative
    encoder. The paper trains them in two runs, each with a schedule of its own; here one run has both, so that its
    compute is the sum, and both encoders are alike.

    Args:
        encoder: the slot's encoder; the contrastive one is another of its kind.
        first: share of the run that trains the contrastive encoder.
        weight: w (the paper: 10, beside errors summed over events and fields; of 64 events of seven fields that is
            0.02 beside means, which they are here).
        scale: s at the start (as in the paper); its logarithm is learned.
        bias: b at the start (as in the paper).
        n_views, share, margin, negatives: as of `CoLES`.
        decoder_dim, decoder_depth: as of `SequenceAutoencoder`.
        positives: where the view comes from; natural reads it without augmentation.

    Example:
        >>> import coview
        >>> run = coview.fit("mlem", data="digits", steps=20, batch_size=32)
        >>> run.verdict.status
        'healthy'
    """

    batch_size = CoLES.batch_size

    def __init__(
        self,
        encoder: Encoder,
        *,
        first: Rate = 1 / 3,
        weight: Weight = 0.02,
        scale: AboveZero = 10.0,
        bias: Finite = -10.0,
        n_views: Several = 5,
        share: Shares = (0.1, 0.5),
        margin: Weight = 0.5,
        negatives: Count = 5,
        decoder_dim: Count = 64,
        decoder_depth: Count = 2,
        positives: Positives = Positives.NATURAL,
    ) -> None:
        super().__init__(encoder, decoder_dim=decoder_dim, decoder_depth=decoder_depth, positives=positives)
        self.contrastive = CoLES(
            copy.deepcopy(encoder), n_views=n_views, share=share, margin=margin, negatives=negatives
        )
        self.scale = LogitScale(1 / scale)
        self.bias = nn.Parameter(torch.tensor(float(bias)))
        self.first, self.weight = first, weight

    @property
    def begins(self) -> bool:
        """Whether the contrastive encoder is still being trained."""
        return self.clock.progress < self.first

    def views(self, batch: Batch, draw: Draw) -> Views:
        return self.contrastive.views(batch, draw / "contrastive") if self.begins else super().views(batch, draw)

    def represent(self, views: Views) -> Reps:
        # once trained it is frozen in all it has, batch statistics and dropout as well
        self.contrastive.train(self.training and self.begins)
        if self.begins:
            return self.contrastive.represent(views)
        view = views["view"]
        out = self.encoder(view)
        with torch.no_grad():
            target = self.contrastive.encoder(view).pooled[:, 0]
        features = {"generative": out.pooled[:, 0], "contrastive": target, "present": out.present[:, 0]}
        return Reps(features, {"generation": self.generation(view, out)})

    def relate(self, z: Features) -> Relations:
        if self.begins:
            return self.contrastive.relate(z)
        generative, contrastive = z.there("generative", "contrastive")
        if not len(generative):
            return Relations()
        own = torch.arange(len(generative), device=generative.device)
        each = by_rows(pairwise_sigmoid_rows, (generative, own), (contrastive, self.scale(), self.bias))
        seen = torch.stack([unit(generative), unit(contrastive)], 1)
        return Relations({"alignment": self.weight * each.mean()}, seen={"embedding": seen})

    def after_step(self, kept: dict[str, Tensor]) -> None:
        self.scale.clip_()
