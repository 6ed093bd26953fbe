"""Multiview-MAE."""

from __future__ import annotations

from typing import Annotated

from torch import Tensor

from coview.batch import Batch, Reps, View, Views
from coview.errors import UserError
from coview.kinds import Count, Part, Weight, Within
from coview.methods.masked.mae import MAE
from coview.nn.depth_decoder import DepthDecoder
from coview.nn.encoder import Encoded, Encoder
from coview.nn.tokens import places_of, rows_there, spread
from coview.views.depth import ball_around, depth_pictures, draw_poses
from coview.views.draw import Draw
from coview.views.looks import Positives, choose
from coview.views.points import move


class MultiviewMAE(MAE):
    """From the few patches of a cloud that are left, the hidden ones are rebuilt, and what it looks like from around.

    Paper: Point Cloud Self-supervised Learning via 3D to Multi-view Masked Autoencoder. Chen, Li, Jing, Yang, Li. 2023.
    https://arxiv.org/abs/2311.10887 (first version)

    Views: one natural view, a random share of its patches kept; and depth pictures of the whole cloud, all that is
    stored of it, turned, stretched and shifted as the view is, by a z-buffer from `poses` sides: equal steps around it
    from a drawn one on, each from a drawn height. The ball around what is stored fills them, wherever it was moved.

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
        depth: w; 0 leaves MAE.
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
        if side < patch or side % patch:
            raise UserError(
                f"pictures of {side} pixels a side do not fall into patches of {patch}; say side={4 * patch}"
            )
        self.poses, self.rise, self.side = poses, rise, side
        self.depth = depth
        if depth:
            self.depth_decoder = DepthDecoder(points.dim, decoder_dim, decoder_depth, side // patch, patch)

    def views(self, batch: Batch, draw: Draw) -> Views:
        views, slot = super().views(batch, draw), batch[self.encoder.slot]
        if not self.depth:
            return views
        view = views["view"]
        whole = slot.pick(choose(slot.present, draw, 1, self.positives)[0]).value
        if "matrix" in view.params:  # of an augmented view: the same motion
            whole = move(whole, view.params["matrix"], view.params["shift"])
        points, poses = whole[:, 0], draw_poses(draw, self.poses, self.rise)
        middle, radius = ball_around(points)
        pictures = depth_pictures((points - middle[:, None]) / radius[:, None, None], poses, self.side)
        views.carry = {"poses": poses, "pictures": pictures, "middle": middle, "radius": radius}
        views.weights["depth"] = view.present[:, 0].float()
        return views

    def represent(self, views: Views) -> Reps:
        view = views["view"]
        out = self.encode(view)
        losses = {"reconstruction": self.rebuild(view, out)}
        if self.depth:
            losses["depth"] = self.depth * self.look_around(view, out, views.carry)
        return Reps(losses=losses)

    def look_around(self, view: View, out: Encoded, carry: dict[str, Tensor]) -> Tensor:
        """The mean squared error of each sample's depth pictures, `(B,)`."""
        if not bool(out.present.any()):
            return out.pooled.new_zeros(len(view))
        rows = rows_there(out.present)
        places = places_of(self.encoder.modality, view, self.decoder.width, rows)
        assert out.tokens is not None
        keep, ball = view.params["keep"][rows, 0], (carry["middle"][rows], carry["radius"][rows])
        seen = self.depth_decoder(out.tokens[rows, 0], places, keep, carry["poses"][rows], ball)
        return spread((seen - carry["pictures"][rows]).square().flatten(1).mean(1), rows, len(view))
