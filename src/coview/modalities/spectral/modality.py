"""The spectral modality."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
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
from coview.modalities.image.resize import square_notes
from coview.modalities.patches import cut_patches, join_patches
from coview.modalities.spectral.bands import nanometres
from coview.modalities.spectral.fit import places, survey
from coview.modalities.spectral.options import SpectralOptions
from coview.modalities.spectral.picture import composite
from coview.modalities.spectral.read import Raster, read_raster
from coview.modalities.spectral.resize import fit_square, shrink
from coview.nn.bands import BandConv, BandEmbedding, BandGroupEmbedding
from coview.nn.transformer import TokenNet
from coview.views.bands import draw_turns, drop_bands, jitter, warp_bands
from coview.views.draw import Draw


class Spectral(Modality):
    """Rasters of C bands, stored as `(B, V, C, S, S)` float16: each band standardised, NaN where there is no data.

    Bands are known by their wavelengths, so that a slot may hold pictures of several sensors: C is all the bands that
    were met, and a picture lacks those that its sensor has not. Bands whose centres differ by less than 5 % are one.
    Without wavelengths bands are known by their place, and every picture has the same. Missing bands and pixels stay
    missing: encoders read what is there, and what is rebuilt is compared where there is something.

    `augment` crops, mirrors and turns by quarters in one warp (seen from above there is no upright), changes contrast
    and brightness of all bands alike, and leaves out some bands. Its `params` are `box (B, V, 4)` (left, top, width,
    height as shares), `flip (B, V)`, `angle (B, V)` in radians, `jitter (B, V, 2)` (factor and shift) and `dropped
    (B, V, C)` bool.

    Args:
        size: S, pixels a side.
        channels: C.
        wavelengths: of the bands in nm, or None.
        mean, std: of each band.
        patch: pixels a side of one token.
        group: neighbouring bands of one token, or None where a token has all: the grid begins with groups of bands.
        scale: least and greatest share of the area that `augment` crops.
        drop: share of the bands that it leaves out.
        jitter: greatest change of contrast and brightness.
    """

    name = "spectral"
    arrays = (".npy",)

    def __init__(
        self,
        size: int,
        channels: int,
        wavelengths: Sequence[float] | None,
        mean: Sequence[float],
        std: Sequence[float],
        *,
        patch: int | None = None,
        group: int | None = None,
        scale: Sequence[float] = (0.3, 1.0),
        drop: float = 0.2,
        jitter: float = 0.2,
    ) -> None:
        self.size, self.channels = int(size), int(channels)
        self.wavelengths = None if wavelengths is None else tuple(float(w) for w in wavelengths)
        self.mean, self.std = [float(x) for x in mean], [float(x) for x in std]
        self.patch = int(patch) if patch else _patch(self.size)
        if self.size % self.patch:
            raise UserError(f"size {self.size} cannot be cut into patches of {self.patch}; try {_patch(self.size)}")
        self.group = int(group) if group else None
        if self.channels % (self.group or 1):
            fitting = " or ".join(str(k) for k in range(1, self.channels) if self.channels % k == 0)
            raise UserError(f"{self.channels} bands cannot be cut into groups of {self.group}; try {fitting}")
        self.scale = (float(scale[0]), float(scale[1]))
        self.drop, self.jitter = float(drop), float(jitter)
        self.token_dim = self.target_dim = (self.group or self.channels) * self.patch**2

    @classmethod
    def adapt(cls, items: Iterable[Raster], **options: Any) -> Spectral:
        """Bands, their statistics and a size from rasters; options: see `SpectralOptions`.

        Raises:
            UserError: an option is unknown or out of range, or there is no raster.
        """
        chosen = SpectralOptions.of(options)
        found = survey(items, chosen.wavelengths and nanometres(chosen.wavelengths))
        size = chosen.size or _near(found.size)
        how = {name: getattr(chosen, name) for name in ("patch", "group", "scale", "drop", "jitter")}
        return cls(size, found.channels, found.wavelengths, found.mean, found.std, **how)  # type: ignore[arg-type]

    def config(self) -> dict[str, Any]:
        """Bands, statistics, extents and augmentation."""
        names = ("size", "channels", "wavelengths", "mean", "std", "patch", "group", "scale", "drop", "jitter")
        plain = {name: getattr(self, name) for name in names}
        return {name: list(x) if isinstance(x, tuple) else x for name, x in plain.items()}

    @staticmethod
    def read(raw: Any) -> Raster:
        """See `read_raster`."""
        return read_raster(raw)

    def unfit(self, item: Raster) -> str | None:
        """Why a raster's bands are not those of the slot."""
        at = places(item, self.wavelengths, self.channels)
        if at is None and item.wavelengths is not None and self.wavelengths is not None:
            return f"has bands at {_said(item.wavelengths)} nm, and the slot at {_said(self.wavelengths)} nm"
        if at is None:
            return f"has {len(item.values)} bands where the slot has {self.channels}, and names no wavelengths"
        there = [i for i in at if i is not None]
        return None if np.isfinite(item.values[there]).any() else "holds no data in the bands of the slot"

    def notes(self, item: Raster) -> list[str]:
        """More than twice as long as wide."""
        return square_notes(*item.values.shape[1:])

    def collate(self, items: Sequence[Sequence[Raster | None]]) -> View:
        """Centre squares at one size, standardised. A raster that does not fit (`unfit`) is absent."""
        fitting = [[None if item is None or self.unfit(item) else item for item in sample] for sample in items]
        present = stack_present(fitting)
        value = torch.full((*present.shape, self.channels, self.size, self.size), torch.nan, dtype=torch.float16)
        for b, sample in enumerate(fitting):
            for v, item in enumerate(sample):
                if item is None:
                    value[b, v] = 0
                    continue
                at = places(item, self.wavelengths, self.channels) or []
                bands = [band for band, i in enumerate(at) if i is not None]
                mean, std = (np.array(x, np.float32)[bands, None, None] for x in (self.mean, self.std))
                values = (item.values[[i for i in at if i is not None]] - mean) / std
                value[b, v, bands] = fit_square(torch.from_numpy(values), self.size).clamp(-1e4, 1e4).half()
        return View(value, self.name, present)

    def prepare(self, view: View) -> View:
        """As stored, in float32."""
        return view.with_value(view.value.float())

    def augment(self, view: View, draw: Draw) -> View:
        """A crop, mirrored and turned, in another light, without some bands."""
        return self._look(view, draw, self.scale, self.size)

    def crop(self, view: View, draw: Draw, *, scale: tuple[float, float], size: float = 1.0) -> View:
        """As in the base class; the result's side is rounded to whole patches, at least two."""
        return self._look(view, draw, scale, self.patch * max(2, round(self.size * size / self.patch)))

    def _look(self, view: View, draw: Draw, scale: tuple[float, float], size: int) -> View:
        placing = draw_turns(draw, view.width, scale)
        pixels, _ = flatten(view)
        seen = unflatten(warp_bands(pixels.float(), placing.flat(), (size, size)), view)
        seen, light = jitter(seen, self.jitter, draw)
        seen, dropped = drop_bands(seen, self.drop, draw)
        params = {"box": placing.box, "flip": placing.flip, "angle": placing.angle, "jitter": light, "dropped": dropped}
        return view.with_value(seen, params={**view.params, **params})

    def tokens(self, view: View) -> View:
        """Patches of all bands, `(B, V, T, patch * patch * C)`, or of a group's; NaN where there is no data."""
        if self.group is None:
            return view.with_value(cut_patches(view.value, self.grid(view), (self.patch, self.patch)))
        cubes = view.value[:, :, None]  # bands as an axis beside height and width
        return view.with_value(cut_patches(cubes, self.grid(view), (self.group, self.patch, self.patch)))

    def untokens(self, tokens: Tensor, like: View) -> Tensor:
        """Pixels `(B, V, C, H, W)`."""
        if self.group is None:
            return join_patches(tokens, self.grid(like), (self.patch, self.patch))
        return join_patches(tokens, self.grid(like), (self.group, self.patch, self.patch))[:, :, 0]

    @at_least_float32
    def token_loss(self, prediction: Tensor, tokens: Tensor) -> Tensor:
        """The mean squared error where there is data, 0 where there is none.

        Tokens are not normalised one by one, as MAE has it: the level of a patch in each band is what tells a field
        from a forest.
        """
        return mean_finite((prediction - tokens.nan_to_num(0)).square(), tokens)

    @at_least_float32
    def token_distance(self, prediction: Tensor, tokens: Tensor) -> Tensor:
        """The mean absolute error where there is data."""
        return mean_finite((prediction - tokens.nan_to_num(0)).abs(), tokens)

    def token_embedding(self, dim: int) -> nn.Module:
        """Weights made from the wavelengths."""
        if self.group is None:
            return BandEmbedding(self.wavelengths, self.channels, self.patch, dim)
        return BandGroupEmbedding(self.wavelengths, self.channels, self.patch, dim, self.group)

    def grid(self, view: View) -> tuple[int, ...]:
        """`(height, width)` in patches, after the groups of bands where tokens have such."""
        height, width = view.value.shape[-2:]
        if height % self.patch or width % self.patch:
            raise UserError(f"a raster of {height} x {width} cannot be cut into patches of {self.patch}")
        cells = (height // self.patch, width // self.patch)
        return cells if self.group is None else (self.channels // self.group, *cells)

    def raw(self, view: View) -> Tensor:
        """Standardised values at no more than 16 x 16 pixels, 0 where there is no data, and which bands are there."""
        pixels, _ = flatten(view)
        small = shrink(pixels.float(), 16)
        there = small.isfinite().flatten(2).any(-1)
        return unflatten(torch.cat([small.nan_to_num(0).flatten(1), there.float()], -1), view)

    def show(self, view: View) -> list[list[Image.Image | None]]:
        """False colours, by each picture's own range."""
        return [
            [composite(view.value[b, v], self.wavelengths) if there else None for v, there in enumerate(row)]
            for b, row in enumerate(view.present.tolist())
        ]

    def show_prepared(self, view: View) -> list[list[Any]] | None:
        """As `show`."""
        return self.show(view)

    encoders: ClassVar[Mapping[str, Callable[..., nn.Module]]] = {"conv": BandConv, "vit": TokenNet}
    libraries: ClassVar[Mapping[str, str]] = {"timm": "coview.nn.timm_bands", **Modality.libraries}


def _near(size: float) -> int:
    """A size by the median side: small ones as they are, others a multiple of 4, at most 64."""
    return max(2, round(size)) if size < 8 else max(8, min(64, 4 * round(size / 4)))


def _patch(size: int) -> int:
    """The divisor of a size nearest to an eighth of it, at most 16; 1 for the smallest."""
    divisors = [p for p in range(1 if size < 8 else 2, 17) if size % p == 0] or [1]
    return min(divisors, key=lambda p: (abs(p - size / 8), p))


def _said(wavelengths: Sequence[float]) -> str:
    return ", ".join(f"{w:g}" for w in wavelengths)
