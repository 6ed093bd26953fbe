"""The image modality."""

from __future__ import annotations

import inspect
import warnings
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from functools import cache
from typing import Any, ClassVar

import torch
from PIL import Image as Pillow
from torch import Tensor, nn

from coview.batch import View
from coview.errors import UserError
from coview.modalities.base import Modality, flatten, stack_present, unflatten
from coview.modalities.image.options import ImageOptions, check_size, near_patch
from coview.modalities.image.read import read_picture
from coview.modalities.image.resize import fit_square, shrink, square_notes, to_channels
from coview.modalities.patches import cut_patches, join_patches
from coview.nn.conv import Conv, ResNet18
from coview.nn.transformer import TokenNet
from coview.views.blur import blur
from coview.views.color import draw_color, shift_color
from coview.views.draw import Draw
from coview.views.warp import draw_placing, warp

BLUR_FROM = 64
"""Least size in pixels at which augmentation blurs: below, blur removes what there is to see."""


class Image(Modality):
    """Pictures, stored as `uint8 (B, V, C, S, S)`, prepared as floats of mean 0 and deviation 1 in each channel.

    `augment` is SimCLR's recipe (Chen et al. 2020): a random-resized crop, a flip and a small rotation as one warp;
    brightness, contrast, saturation and hue as one map of colours; blur from 64 pixels on. Its `params` are `box
    (B, V, 4)` (left, top, width, height as shares), `flip (B, V)`, `angle (B, V)` in radians, `color (B, V, 4)`
    (factors of brightness, contrast and saturation, hue in turns) and, where blurred, `blur (B, V)` in pixels.

    Args:
        size: S, pixels a side; a multiple of 4.
        channels: C.
        mean, std: of each channel, values from 0 to 1.
        patch, scale, flip, degrees, color, grey: see `ImageOptions`.
    """

    name = "image"
    arrays = (".npy",)
    encoders: ClassVar[Mapping[str, Callable[..., nn.Module]]] = {"conv": Conv, "vit": TokenNet, "resnet18": ResNet18}
    libraries: ClassVar[Mapping[str, str]] = {"timm": "coview.nn.timm", **Modality.libraries}

    def __init__(
        self,
        size: int,
        channels: int = 3,
        mean: Sequence[float] = (0.5,),
        std: Sequence[float] = (0.25,),
        *,
        patch: int | None = None,
        scale: Sequence[float] = ImageOptions.scale,
        flip: bool = ImageOptions.flip,
        degrees: float = ImageOptions.degrees,
        color: float = ImageOptions.color,
        grey: float = ImageOptions.grey,
    ) -> None:
        self.size, self.channels = int(size), int(channels)
        check_size(self.size, patch)
        if self.channels < 1:
            raise UserError(f"a picture has at least one channel, not {channels}")
        self.patch = patch or near_patch(self.size)
        self.mean, self.std = ([float(x) for x in _each(s, self.channels)] for s in (mean, std))
        self.scale = (float(scale[0]), float(scale[1]))
        self.flip, self.degrees, self.color, self.grey = bool(flip), float(degrees), float(color), float(grey)
        self.token_dim = self.target_dim = self.channels * self.patch**2

    @classmethod
    def adapt(cls, items: Iterable[Tensor], **options: Any) -> Image:
        """Size, channels, mean and deviation from items, as far as options do not say; see `ImageOptions`.

        Raises:
            UserError: an option is unknown or out of range, or no picture fits.
        """
        chosen = ImageOptions.of(options)
        sides: list[int] = []
        counts: Counter[int] = Counter()
        moments: dict[tuple[int, int], list[Tensor]] = {}  # by channels had, channels made of them
        for item in items:
            channels = len(item)
            sides.append(min(item.shape[1:]))
            counts[channels] += 1
            square = fit_square(item, min(sides[-1], 64))
            for made in {channels, 1 if channels == 3 else channels}:
                pixels = to_channels(square, made).double().flatten(1) / 255  # type: ignore[union-attr]
                moments.setdefault((channels, made), []).append(torch.stack([pixels.mean(1), pixels.square().mean(1)]))
        if not sides:
            raise UserError("no picture could be read, and an image slot is fitted to at least one")
        commonest = [have for have, _ in counts.most_common() if have > 1] or [1]
        channels = chosen.channels or commonest[0]
        alike = [m for (have, made), many in moments.items() for m in many if channels == made or have == 1]
        if not alike:
            raise UserError(f"no picture has {channels} channels; they have {', '.join(map(str, sorted(counts)))}")
        total = torch.stack([m.expand(2, channels) for m in alike]).mean(0)
        std = (total[1] - total[0].square()).clamp_min(0).sqrt().clamp_min(0.05)
        told = {**asdict(chosen), "size": chosen.side(sides), "channels": channels}
        return cls(mean=total[0].tolist(), std=std.tolist(), **told)

    def config(self) -> dict[str, Any]:
        fields = inspect.signature(type(self)).parameters
        plain = {name: getattr(self, name) for name in fields}
        return {name: list(x) if isinstance(x, tuple) else x for name, x in plain.items()}

    @staticmethod
    def read(raw: Any) -> Tensor:
        return read_picture(raw)

    def notes(self, item: Tensor) -> list[str]:
        """More than twice as long as wide."""
        return square_notes(*item.shape[1:])

    def collate(self, items: Sequence[Sequence[Tensor | None]]) -> View:
        """Centre squares at one size. A picture whose channels do not fit is absent, with a warning that names them."""
        present = stack_present(items)
        value = torch.zeros(*present.shape, self.channels, self.size, self.size, dtype=torch.uint8)
        unfit: set[int] = set()
        for b, sample in enumerate(items):
            for v, item in enumerate(sample):
                if item is None:
                    continue
                fitted = to_channels(item, self.channels)
                if fitted is None:
                    unfit.add(len(item))
                    present[b, v] = False
                else:
                    value[b, v] = fit_square(fitted, self.size)
        if unfit:
            warnings.warn(f"pictures of {sorted(unfit)} channels left out of a slot of {self.channels}", stacklevel=2)
        return View(value, self.name, present)

    def prepare(self, view: View) -> View:
        pixels, _ = flatten(view)
        return view.with_value(unflatten(self._normalised(pixels.float().div_(255)), view))

    def augment(self, view: View, draw: Draw) -> View:
        return self._look(view, draw, self.scale, self.size)

    def crop(self, view: View, draw: Draw, *, scale: tuple[float, float], size: float = 1.0) -> View:
        """As in the base class; the result's side is rounded to whole patches, at least two."""
        return self._look(view, draw, scale, self.patch * max(2, round(self.size * size / self.patch)))

    def _look(self, view: View, draw: Draw, scale: tuple[float, float], size: int) -> View:
        flip = 0.5 if self.flip else 0.0
        placing = draw_placing(draw, view.width, scale=scale, flip=flip, degrees=self.degrees)
        shift = draw_color(draw, view.width, strength=self.color, grey=self.grey)
        params = {"box": placing.box, "flip": placing.flip, "angle": placing.angle, "color": shift.stacked()}
        pixels, _ = flatten(view)
        pixels = warp(pixels.float().div_(255), placing.flat(), (size, size))
        pixels = shift_color(pixels, shift.flat())
        if size >= BLUR_FROM:
            share, sigma = draw("blur", view.width, 2).unbind(-1)
            params["blur"] = torch.where(share < 0.5, (sigma * 1.9 + 0.1) * size / 224, 0.0)
            pixels = blur(pixels, params["blur"].flatten())
        return view.with_value(unflatten(self._normalised(pixels), view), params={**view.params, **params})

    def _normalised(self, pixels: Tensor) -> Tensor:
        """`(N, C, H, W)` in [0, 1], in place."""
        mean, std = (_column(tuple(x), pixels.device) for x in (self.mean, self.std))
        return pixels.sub_(mean).div_(std)

    def tokens(self, view: View) -> View:
        """Patches, `(B, V, T, patch * patch * C)`."""
        return view.with_value(cut_patches(view.value, self.grid(view), (self.patch, self.patch)))

    def untokens(self, tokens: Tensor, like: View) -> Tensor:
        """Pixels `(B, V, C, H, W)`."""
        return join_patches(tokens, self.grid(like), (self.patch, self.patch))

    def grid(self, view: View) -> tuple[int, int]:
        """`(height, width)` in patches."""
        height, width = view.value.shape[-2:]
        if height % self.patch or width % self.patch:
            raise UserError(f"a picture of {height} x {width} cannot be cut into patches of {self.patch}")
        return height // self.patch, width // self.patch

    def raw(self, view: View) -> Tensor:
        """Pixels from 0 to 1 at no more than 32 x 32, `(B, V, C * h * w)`."""
        pixels, _ = flatten(view)
        return unflatten(shrink(pixels.float().div_(255), 32).flatten(1), view)

    def show(self, view: View) -> list[list[Pillow.Image | None]]:
        """Stored pictures; of those with other than one or three channels the first three, or else the first."""
        bands = 3 if self.channels >= 3 else 1
        arrays = view.value[:, :, :bands].movedim(2, -1).cpu().numpy()
        return [
            [Pillow.fromarray(a if bands == 3 else a[..., 0]) if there else None for a, there in zip(row, presence)]
            for row, presence in zip(arrays, view.present.tolist())
        ]


@cache
def _column(values: tuple[float, ...], device: torch.device) -> Tensor:
    """`(C, 1, 1)` float32, kept on the device: a copy at each step would wait for it."""
    return torch.tensor(values, device=device)[:, None, None]


def _each(values: Sequence[float], channels: int) -> Sequence[float]:
    """One value a channel; a single one holds for all."""
    if len(values) not in (1, channels):
        raise UserError(f"{len(values)} channel statistics for {channels} channels")
    return list(values) * channels if len(values) == 1 else values
