"""Multiview-MAE."""

from __future__ import annotations

from typing import Annotated

from coview.batch import Batch, Reps, Views
from coview.errors import UserError
from coview.kinds import Count, Part, Weight, Within
from coview.methods.masked.mae import MAE
from coview.nn.depth_decoder import DepthDecoder
from coview.nn.encoder import Encoder
from coview.nn.tokens import places_of, rows_there, spread
from coview.views.depth import depth_pictures, draw_poses
from coview.views.draw import Draw
from coview.views.looks import Positives, choose
from coview.views.points import move


class MultiviewMAE(MAE):
    """From the few patches of a cloud that are left, the hidden ones are rebuilt, and what it looks like from around.

    Paper: Point Cloud Self-supervised Learning via 3D to Multi-view Masked Autoencoder. Chen, Li, Jing, Yang, Li. 2023.
    https://arxiv.org/abs/2311.10887 (first version)

    Views: one natural view, a random share of its patches kept; and depth pictures of the whole cloud, all that is
    stored of it, by a z-buffer from `poses` sides: equal steps around it from a drawn one on, each from a drawn height.

    Loss: the Chamfer distance of rebuilt and hidden patches, as MAE on points has it, and w times the mean squared
    error over the pixels of the depth pictures. One encoder reads the visible patches and no picture; the two decoders
    are two.

    Requires: one slot of points, and an encoder with tokens.

    Relations: MAE with a second decoder, into another modality, whose queries are rays: the point and the direction
    that a patch of a picture is seen at. Written from the abstract, for the authors' code is not public: poses drawn
    anew where they may be fixed ones, how a query is told its pose, the plain transformer and w are choices made here.

    Args:
        points: the slot's encoder.
        masked: share of patches hidden; default what suits points, 0.6.
        decoder_dim: width of the decoders.
        decoder_depth: their blocks.
        poses: depth pictures of a cloud at each step.
        rise: greatest angle in degrees that they look down or up by.
        side: pixels of a picture's side.
        patch: pixels of the side of the patches that it is told in.
        depth: w; by it both losses are of about one size.
        positives: where the view comes from; natural reads it without augmentation, auto augments it.

    Example:
        >>> import coview
        >>> small = {"dim": 32, "depth": 1}
        >>> run = coview.fit("multiview-mae", data="furniture", steps=5, batch_size=16, encoder_options=small)
        >>> run.steps
        5
    """

    def __init__(
        self,
        points: Encoder,
        *,
        masked: Part | None = None,
        decoder_dim: Count = 64,
        decoder_depth: Count = 2,
        poses: Count = 4,
        rise: Annotated[float, Within(0, 90)] = 30.0,
        side: Count = 32,
        patch: Count = 8,
        depth: Weight = 0.5,
        positives: Positives = Positives.NATURAL,
    ) -> None:
        super().__init__(
            points, masked=masked, decoder_dim=decoder_dim, decoder_depth=decoder_depth, positives=positives
        )
        if side % patch:
            raise UserError(
                f"pictures of {side} pixels a side do not fall into patches of {patch}; say side={4 * patch}"
            )
        self.depth_decoder = DepthDecoder(points.dim, decoder_dim, decoder_depth, side // patch, patch)
        self.poses, self.rise, self.side = poses, rise, side
        self.depth = depth

    def views(self, batch: Batch, draw: Draw) -> Views:
        views, slot = super().views(batch, draw), batch[self.encoder.slot]
        view = views["view"]
        whole = slot.pick(choose(slot.present, draw, 1, self.positives)[0]).value
        if "matrix" in view.params:  # of an augmented view: the same motion
            whole = move(whole, view.params["matrix"], view.params["shift"])
        poses = draw_poses(draw, self.poses, self.rise)
        views.carry = {"poses": poses, "pictures": depth_pictures(whole[:, 0], poses, self.side)}
        views.weights["depth"] = view.present[:, 0].float()
        return views

    def represent(self, views: Views) -> Reps:
        view = views["view"]
        out = self.encode(view)
        losses = {"reconstruction": self.rebuild(view, out), "depth": out.pooled.new_zeros(len(view))}
        if bool(out.present.any()):
            rows = rows_there(out.present)
            places = places_of(self.encoder.modality, view, self.decoder.width, rows)
            assert out.tokens is not None
            seen = self.depth_decoder(
                out.tokens[rows, 0], places, view.params["keep"][rows, 0], views.carry["poses"][rows]
            )
            error = (seen - views.carry["pictures"][rows]).square().flatten(1).mean(1)
            losses["depth"] = spread(self.depth * error, rows, len(view))
        return Reps(losses=losses)
