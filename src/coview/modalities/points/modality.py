"""The points modality."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, ClassVar

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from coview.batch import View
from coview.errors import UserError
from coview.losses.chamfer import chamfer, chamfer_distance
from coview.modalities.base import Modality, flatten, stack_present, unflatten
from coview.modalities.points.options import PointsOptions, Scale, Up
from coview.modalities.points.patches import centres_first, nearest
from coview.modalities.points.picture import cloud_picture
from coview.modalities.points.read import MOST, read_points
from coview.nn.point_net import PatchEmbedding, PointNet, place_codes
from coview.nn.transformer import TokenNet
from coview.views.draw import Draw
from coview.views.points import draw_kept, draw_motion, draw_some, move, repeat_kept, shake
from coview.views.tiles import by_tiles

RAW_CELLS = 8
STORED = 4
"""Points stored for each one that a look reads, so that looks differ in which they have."""


class Points(Modality):
    """Clouds of points in space, from meshes or scans, as `(B, V, S, 3)` float32 in random order, z up.

    A cloud is moved to the middle of its box and brought to radius 1, by itself or all by one factor. Prepared:
    `(B, V, P, 3)`, P of the points, the first T of which lie far apart: the centres of patches (farthest point
    sampling), in an order in which neighbours are near in space. A token is a patch: the offsets of the points nearest
    to a centre, in any order; reconstruction is scored by Chamfer distance. Clouds of fewer points repeat some.

    `augment` keeps the part of a cloud around a drawn point (crop), leaves out one around another (cutout) and some at
    random (dropout), turns it about the vertical axis, stretches, shifts and shakes it. Its `params` are `shares (B, V,
    3)` kept around the first, left out around the second and at random; `matrix (B, V, 3, 3)` and `shift (B, V, 3)`: a
    point p is seen at `matrix p + shift`.

    Args:
        radius: that becomes 1, or None where each cloud's own does.
        options: as chosen, `PointsOptions` by name.
    """

    name = "points"
    arrays = (".npy", ".npz")
    hidden = 0.6  # Point-MAE, Pang et al. 2022
    default_encoder = "pointnet"

    def __init__(self, radius: float | None = None, options: Mapping[str, Any] | None = None) -> None:
        self.radius = radius
        self.options = PointsOptions.of(dict(options or {}))
        self.size, self.neighbours = self.options.size, self.options.neighbours
        self.patches = self.options.patches or max(2, self.size // 8)
        self.stored = max(self.size, min(STORED * self.size, MOST))
        self.token_dim = self.target_dim = 3 * self.neighbours

    @classmethod
    def adapt(cls, items: Iterable[np.ndarray], **options: Any) -> Points:
        """A scale from the data, where one is asked for; options: see `PointsOptions`.

        Raises:
            UserError: an option is unknown or out of range, or there is no cloud.
        """
        chosen = PointsOptions.of(options)
        radii = [_centred(item)[1] for item in items]
        if not radii:
            raise UserError("no cloud of points could be read, and a points slot is fitted to at least one")
        radius = float(np.percentile(radii, 95)) if chosen.scale is Scale.DATA else None
        return cls(radius, asdict(chosen))

    def config(self) -> dict[str, Any]:
        """The scale and the options."""
        said = {name: str(v) if isinstance(v, Scale | Up) else v for name, v in asdict(self.options).items()}
        return {"radius": self.radius, "options": said}

    @staticmethod
    def read(raw: Any) -> np.ndarray:
        """See `read_points`."""
        return read_points(raw)

    def collate(self, items: Sequence[Sequence[np.ndarray | None]]) -> View:
        """Clouds `(B, V, S, 3)` about the origin, z up."""
        present = stack_present(items)
        value = torch.zeros(*present.shape, self.stored, 3)
        for b, sample in enumerate(items):
            for v, item in enumerate(sample):
                if item is not None:
                    centred, own = _centred(item)
                    some = centred[np.arange(self.stored) % len(centred)] / (self.radius or own)
                    value[b, v] = torch.from_numpy(_upright(some, self.options.up).astype(np.float32))
        return View(value, self.name, present)

    def prepare(self, view: View) -> View:
        """The first P points, centres first."""
        return view.with_value(self._ordered(view.value[:, :, : self.size]))

    def _ordered(self, points: Tensor) -> Tensor:
        return centres_first(points.flatten(0, 1), self._patches_of(points.shape[2])).unflatten(0, points.shape[:2])

    def _patches_of(self, points: int) -> int:
        return max(2, round(points * self.patches / self.size))

    def augment(self, view: View, draw: Draw) -> View:
        """Part of a cloud, turned, stretched, shifted and shaken."""
        return self.crop(view, draw, scale=(self.options.crop, 1.0))

    def crop(self, view: View, draw: Draw, *, scale: tuple[float, float], size: float = 1.0) -> View:
        """As in the base class: `scale` is the share of points around one place, `size` the share of P and T."""
        extent = max(self.neighbours, 2, round(self.size * size))
        each = view.width * extent * 3  # of what is stored a look reads no more
        return by_tiles(lambda some, rows: self._crop(some, draw.of(draw.key[rows]), scale, extent), view, each)

    def _crop(self, view: View, draw: Draw, scale: tuple[float, float], extent: int) -> View:
        told = self.options
        at = draw_some(draw, view.width, self.stored, extent)
        points = view.value.gather(2, at[..., None].expand(-1, -1, -1, 3))
        kept, shares = draw_kept(draw, points, scale, told.cutout, told.dropout)
        matrix, shift = draw_motion(
            draw, view.width, rotation=told.rotation, tumble=told.tumble, scaling=told.scaling, shift=told.shift
        )
        points = shake(move(repeat_kept(points, kept), matrix, shift), draw, told.jitter)
        drawn = {"shares": shares, "matrix": matrix, "shift": shift}
        return view.with_value(self._ordered(points), params={**view.params, **drawn})

    def tokens(self, view: View) -> View:
        """Offsets of the K points nearest to each of the first T: `(B, V, T, K * 3)`."""
        points, _ = flatten(view)
        centres = points[:, : self._patches_of(points.shape[1])]
        offsets = nearest(points, centres, self.neighbours) - centres[:, :, None]
        return view.with_value(unflatten(offsets.flatten(2), view))

    def untokens(self, tokens: Tensor, like: View) -> Tensor:
        """The points of all patches, `(B, V, T * K, 3)`: one that is in two patches is there twice."""
        centres = like.value[:, :, : tokens.shape[2]]
        return (tokens.unflatten(-1, (self.neighbours, 3)) + centres[..., None, :]).flatten(2, 3)

    def token_loss(self, prediction: Tensor, tokens: Tensor) -> Tensor:
        """The Chamfer distance (squared) between two sets of offsets, as Point-MAE has it."""
        return chamfer(prediction.unflatten(-1, (-1, 3)), tokens.unflatten(-1, (-1, 3)))

    def token_distance(self, prediction: Tensor, tokens: Tensor) -> Tensor:
        """The Chamfer distance, not squared."""
        return chamfer_distance(prediction.unflatten(-1, (-1, 3)), tokens.unflatten(-1, (-1, 3)))

    def token_embedding(self, dim: int) -> nn.Module:
        """A small PointNet over a patch."""
        return PatchEmbedding(math.sqrt(self.patches), dim)  # of a surface of size 1, a patch has a T-th

    def blend(self, own: View, other: View, share: Tensor) -> View:
        """Points of one cloud exchanged for the other's, spread alike over it, patch centres for patch centres.

        Paper: PointCutMix: Regularization Strategy for Point Cloud Classification. Zhang et al. 2021.
        https://arxiv.org/abs/2101.01461 (the random one of its two).
        """
        at = torch.arange(own.value.shape[2], device=share.device)
        quota = (at * ((math.sqrt(5) - 1) / 2)) % 1.0  # evenly spread over any stretch of positions
        mine = quota < share[:, None]
        value = torch.where(mine[:, None, :, None], own.value, other.value)
        return own.with_value(value, present=own.present & other.present)

    def grid(self, view: View) -> tuple[int, ...]:
        """`(T,)`."""
        return (self._patches_of(view.value.shape[2]),)

    def places(self, view: View, dim: int) -> Tensor:
        """Codes of where each patch's centre lies: `(B, V, T, dim)`."""
        return place_codes(view.value[:, :, : self.grid(view)[0]], dim)

    def raw(self, view: View) -> Tensor:
        """The share of the points in each of 8 x 8 x 8 cells: `(B, V, 512)`."""
        cell = ((view.value + 1) / 2 * RAW_CELLS).long().clamp(0, RAW_CELLS - 1)
        at = (cell[..., 0] * RAW_CELLS + cell[..., 1]) * RAW_CELLS + cell[..., 2]
        counts = view.value.new_zeros(*view.present.shape, RAW_CELLS**3)
        return counts.scatter_add(2, at, torch.ones_like(view.value[..., 0])) / view.value.shape[2]

    def show(self, view: View) -> list[list[Image.Image | None]]:
        """The points seen from the front, the right and above, near ones darker."""
        return [
            [cloud_picture(view.value[b, v]) if there else None for v, there in enumerate(row)]
            for b, row in enumerate(view.present.tolist())
        ]

    def show_prepared(self, view: View) -> list[list[Any]] | None:
        """As `show`."""
        return self.show(view)

    encoders: ClassVar[Mapping[str, Callable[..., nn.Module]]] = {"pointnet": PointNet, "vit": TokenNet}


def _centred(points: np.ndarray) -> tuple[np.ndarray, float]:
    """A cloud about the middle of its box, and its radius."""
    points = points.astype(np.float64)
    points = points - (points.min(0) + points.max(0)) / 2
    return points, float(np.sqrt(np.square(points).sum(1).max()))


def _upright(points: np.ndarray, up: Up) -> np.ndarray:
    """Turned such that z is up."""
    x, y, z = points.T
    turned = {Up.Z: (x, y, z), Up.Y: (x, -z, y), Up.X: (y, z, x)}[up]
    return np.stack(turned, 1)
