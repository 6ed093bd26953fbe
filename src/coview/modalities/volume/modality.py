"""The volume modality."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from statistics import median
from typing import Any, ClassVar

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from coview.batch import View
from coview.errors import UserError
from coview.losses.parts import mean_finite
from coview.losses.precision import at_least_float32
from coview.modalities.base import Modality, flatten, stack_present, unflatten
from coview.modalities.patches import cut_patches, join_patches
from coview.modalities.volume.options import Scale, VolumeOptions
from coview.modalities.volume.picture import slices
from coview.modalities.volume.read import Scan, read_volume
from coview.modalities.volume.resize import fit_cube, resize
from coview.nn.transformer import TokenNet
from coview.nn.volume_conv import VolumeConv, VoxelEmbedding
from coview.views.bands import jitter
from coview.views.draw import Draw
from coview.views.tiles import by_tiles
from coview.views.volume import bend, draw_cubes, speckle, warp_cubes

LONGEST_BY_DEFAULT = 24
RAW_CELLS = 8


class Volume(Modality):
    """Numbers on a grid in space, of one channel or several, as cubes `(B, V, C, S, S, S)` float16.

    A volume stands whole in the middle of its cube, its proportions those of space whatever the shape of voxels, and
    standardised; NaN is around it and wherever it has no data. Missing voxels stay missing: encoders read the mean
    there, and what is rebuilt is compared where there is something. Prepared: `(B, V, C, P, P, P)` float32. A token is
    a patch of `patch` voxels a side.

    `augment` crops, mirrors and turns in one warp, then changes contrast and brightness, bends grey values and adds
    noise. Its `params` are `box (B, V, 4)` (first corner and side as shares), `flip (B, V, 3)`, `turn (B, V, 3, 3)`,
    `contrast (B, V, 2)` (factor and shift), `gamma (B, V)` and `noise (B, V)`.

    Args:
        channels: C.
        size: P, voxels a side of a look.
        mean, std: of each channel over the data.
        options: as chosen, `VolumeOptions` by name.
    """

    name = "volume"
    arrays = (".npy",)

    def __init__(
        self,
        channels: int,
        size: int,
        mean: Sequence[float],
        std: Sequence[float],
        options: Mapping[str, Any] | None = None,
    ) -> None:
        self.channels, self.size = int(channels), int(size)
        self.mean, self.std = [float(x) for x in mean], [float(x) for x in std]
        self.options = VolumeOptions.of(dict(options or {}))
        self.patch = self.options.patch or _patch(self.size)
        self.stored = self.options.stored or self.size
        if self.size % self.patch:
            raise UserError(f"volume's size {self.size} cannot be cut into patches of {self.patch}")
        self.token_dim = self.target_dim = self.channels * self.patch**3

    @classmethod
    def adapt(cls, items: Iterable[Scan], **options: Any) -> Volume:
        """Channels, a size and statistics from the data; options: see `VolumeOptions`.

        The number of channels is the most common one.

        Raises:
            UserError: an option is unknown or out of range, or there is no volume.
        """
        chosen = VolumeOptions.of(options)
        counts: Counter[int] = Counter()
        sides: list[int] = []
        sums: dict[int, np.ndarray] = {}
        for item in items:
            c = len(item.values)
            counts[c] += 1
            sides.append(max(item.values.shape[1:]))
            sums.setdefault(c, np.zeros((3, c)))
            sums[c] += _sums(item.values)
        if not sides:
            raise UserError("no volume could be read, and a volume slot is fitted to at least one")
        channels = max(counts, key=lambda c: (counts[c], -c))
        size = chosen.size or _near(median(sides), chosen.patch)
        mean, std = _moments(sums[channels])
        return cls(channels, size, mean.tolist(), std.tolist(), asdict(chosen))

    def config(self) -> dict[str, Any]:
        """Extents, statistics and options."""
        said = {name: str(v) if isinstance(v, Scale) else v for name, v in asdict(self.options).items()}
        said = {name: list(v) if isinstance(v, tuple) else v for name, v in said.items()}
        return {"channels": self.channels, "size": self.size, "mean": self.mean, "std": self.std, "options": said}

    @staticmethod
    def read(raw: Any) -> Scan:
        """See `read_volume`."""
        return read_volume(raw)

    def unfit(self, item: Scan) -> str | None:
        """Of another number of channels."""
        if len(item.values) != self.channels:
            n = len(item.values)
            return f"has {n} channel{'' if n == 1 else 's'} where the slot has {self.channels}"
        return None

    def collate(self, items: Sequence[Sequence[Scan | None]]) -> View:
        """Whole volumes in cubes, standardised. What does not fit (`unfit`) is absent."""
        fitting = [[None if item is None or self.unfit(item) else item for item in sample] for sample in items]
        present = stack_present(fitting)
        cube = (self.stored,) * 3
        value = torch.zeros(*present.shape, self.channels, *cube, dtype=torch.float16)
        for b, sample in enumerate(fitting):
            for v, item in enumerate(sample):
                if item is not None:
                    cubed = fit_cube(self._standardised(item.values), item.spacing, self.stored)
                    value[b, v] = cubed.clamp(-1e4, 1e4).half()
        return View(value, self.name, present)

    def _standardised(self, values: np.ndarray) -> Tensor:
        mean, std = np.array(self.mean), np.array(self.std)
        if self.options.standardise is Scale.SAMPLE:
            mean, std = _moments(_sums(values))
        scaled = (values - mean[:, None, None, None]) / std[:, None, None, None]
        return torch.from_numpy(scaled.astype(np.float32))

    def prepare(self, view: View) -> View:
        """The whole volume at the size of a look, in float32."""
        values, _ = flatten(view)
        return view.with_value(unflatten(resize(values.float(), (self.size,) * 3), view))

    def augment(self, view: View, draw: Draw) -> View:
        """A part of the volume, mirrored, turned, in other grey values, with noise."""
        return self.crop(view, draw, scale=self.options.scale)

    def crop(self, view: View, draw: Draw, *, scale: tuple[float, float], size: float = 1.0) -> View:
        """As in the base class; the result's side is rounded to whole patches, at least two."""
        side = self.patch * max(2, round(self.size * size / self.patch))
        return by_tiles(lambda some, rows: self._crop(some, draw.of(draw.key[rows]), scale, side), view)

    def _crop(self, view: View, draw: Draw, scale: tuple[float, float], side: int) -> View:
        told = self.options
        placing = draw_cubes(draw, view.width, scale=scale, flip=told.flip, degrees=told.degrees)
        values, _ = flatten(view)
        seen = unflatten(warp_cubes(values.float(), placing.flat(), side), view)
        seen, gamma = bend(seen, draw, told.gamma)
        lit, contrast = jitter(seen.flatten(4), told.contrast, draw)
        seen, noise = speckle(lit.view_as(seen), draw, told.noise)
        drawn = {"box": placing.box, "flip": placing.flip, "turn": placing.turn}
        drawn |= {"contrast": contrast, "gamma": gamma, "noise": noise}
        return view.with_value(seen, params={**view.params, **drawn})

    def tokens(self, view: View) -> View:
        """Patches of all channels, `(B, V, T, patch ** 3 * C)`, NaN where there is nothing."""
        return view.with_value(cut_patches(view.value, self.grid(view), (self.patch,) * 3))

    def untokens(self, tokens: Tensor, like: View) -> Tensor:
        """Voxels `(B, V, C, P, P, P)`."""
        return join_patches(tokens, self.grid(like), (self.patch,) * 3)

    @at_least_float32
    def token_loss(self, prediction: Tensor, tokens: Tensor) -> Tensor:
        """The mean squared error where there is something, 0 where there is nothing.

        Tokens are not normalised one by one, as MAE has it: their level tells bone from air.
        """
        return mean_finite((prediction - tokens.nan_to_num(0)).square(), tokens)

    @at_least_float32
    def token_distance(self, prediction: Tensor, tokens: Tensor) -> Tensor:
        """The mean absolute error where there is something."""
        return mean_finite((prediction - tokens.nan_to_num(0)).abs(), tokens)

    def token_embedding(self, dim: int) -> nn.Module:
        """A linear map that reads the mean where there is nothing."""
        return VoxelEmbedding(self.token_dim, dim)

    def grid(self, view: View) -> tuple[int, ...]:
        """`(depth, height, width)` in patches."""
        side = view.value.shape[-1]
        if side % self.patch:
            raise UserError(f"a volume of {side} voxels a side cannot be cut into patches of {self.patch}")
        return (side // self.patch,) * 3

    def raw(self, view: View) -> Tensor:
        """Standardised values at no more than 8 x 8 x 8 voxels, 0 where there is nothing."""
        values, _ = flatten(view)
        small = resize(values.float(), (min(RAW_CELLS, self.stored),) * 3)
        return unflatten(small.nan_to_num(0).flatten(1), view)

    def show(self, view: View) -> list[list[Image.Image | None]]:
        """The three planes through the middle."""
        return [
            [slices(view.value[b, v]) if there else None for v, there in enumerate(row)]
            for b, row in enumerate(view.present.tolist())
        ]

    def show_prepared(self, view: View) -> list[list[Any]] | None:
        """As `show`."""
        return self.show(view)

    encoders: ClassVar[Mapping[str, Callable[..., nn.Module]]] = {"conv": VolumeConv, "vit": TokenNet}
    libraries: ClassVar[Mapping[str, str]] = {"torchvision": "coview.nn.torchvision_3d", **Modality.libraries}


def _sums(values: np.ndarray) -> np.ndarray:
    """Of each channel how many voxels there are, their sum and that of their squares: `(3, C)`."""
    flat = values.reshape(len(values), -1).astype(np.float64)
    there = np.isfinite(flat)
    flat = np.where(there, flat, 0)
    return np.stack([there.sum(1), flat.sum(1), np.square(flat).sum(1)])


def _moments(sums: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    count = np.maximum(sums[0], 1)
    mean = sums[1] / count
    std = np.sqrt(np.maximum(sums[2] / count - mean**2, 0))
    return mean, np.where(std > 0, std, 1.0)  # a channel that never changes stays 0


def _near(side: float, patch: int | None) -> int:
    """A size by the median longest side: a multiple of the patch, or of 8 where that is not told; at most 24."""
    step = patch or (8 if side >= 8 else 4)
    return max(step, min(LONGEST_BY_DEFAULT // step * step, step * round(side / step)))


def _patch(size: int) -> int:
    """The divisor of a size nearest to a quarter of it."""
    return min((p for p in range(1, size + 1) if size % p == 0), key=lambda p: (abs(p - size / 4), p))
