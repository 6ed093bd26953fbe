"""Masked reconstruction beside a contrastive loss of whole samples, the baseline that Point-CMAE is held against."""

from __future__ import annotations

from coview.batch import Batch, Features, Relations, Reps, Views
from coview.methods.masked.point_cmae import PointCMAE
from coview.nn.encoder import Encoder
from coview.nn.heads import MLP
from coview.nn.pairs import tiled_nt_xent
from coview.views.draw import Draw
from coview.views.looks import Positives


class MaskedWithContrast(PointCMAE):
    """A sample is hidden in part twice and rebuilt by two decoders, and what is left each time agrees as in SimCLR.

    Paper: Bringing Masked Autoencoders Explicit Contrastive Properties for Point Cloud Self-Supervised Learning. Ren
    et al. ACCV 2024. https://arxiv.org/abs/2407.05862 (section 3, the naive combination).

    Views: as Point-CMAE.

    Loss: Point-CMAE's reconstruction, and w times NT-Xent of the two pooled features, projected.

    Requires: as Point-CMAE.

    Relations: Point-CMAE with the agreement of whole samples, against other samples, for that of hidden tokens.

    Args:
        encoder: the slot's encoder.
        contrast: w.
        dim: width of the projection.
        hidden: width of the projector's hidden layer.
        temperature: in units of cosine similarity.
        decoder_dim: width of the decoders.
        decoder_depth: their blocks.
        positives: where the view comes from.

    Example:
        >>> import coview
        >>> run = coview.fit("masked_with_contrast.py:MaskedWithContrast", data="shapes", steps=20)  # doctest: +SKIP
    """

    def __init__(
        self,
        encoder: Encoder,
        *,
        contrast: float = 1e-3,
        dim: int = 128,
        hidden: int = 512,
        temperature: float = 0.2,
        decoder_dim: int = 64,
        decoder_depth: int = 2,
        positives: Positives = Positives.NATURAL,
    ) -> None:
        super().__init__(encoder, decoder_dim=decoder_dim, decoder_depth=decoder_depth, positives=positives)
        self.projector = MLP(encoder.dim, hidden, dim)
        self.contrast = contrast
        self.temperature = temperature

    def views(self, batch: Batch, draw: Draw) -> Views:
        views = super().views(batch, draw)
        del views.weights["agreement"]
        return views

    def represent(self, views: Views) -> Reps:
        out = self.encode(views["view"])
        rebuilt = self.rebuild(views["view"], out)["reconstruction"]
        return Reps({"looks": out.pooled, "present": out.present.all(1)}, {"reconstruction": rebuilt})

    def relate(self, z: Features) -> Relations:
        (looks,) = z.there("looks")
        if not len(looks):
            return Relations()
        projected = self.projector(looks.flatten(0, 1)).unflatten(0, looks.shape[:2])
        loss = self.contrast * tiled_nt_xent(projected, self.temperature)
        return Relations({"nt_xent": loss}, seen={"projection": projected})
