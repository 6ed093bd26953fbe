"""The video modality."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, ClassVar

import torch
from PIL import Image
from torch import Tensor, nn

from coview.batch import View
from coview.errors import UserError
from coview.modalities.base import Modality, flatten, stack_present, unflatten
from coview.modalities.image.resize import shrink
from coview.modalities.patches import cut_patches, join_patches
from coview.modalities.video.footage import Footage, Moments
from coview.modalities.video.options import VideoOptions
from coview.modalities.video.picture import contact_sheet
from coview.modalities.video.read import read_video
from coview.nn.transformer import TokenNet
from coview.nn.video_conv import VideoConv
from coview.views.blur import blur
from coview.views.clip import draw_times, frames_at, spread_frames, take_frames, warp_clips
from coview.views.color import ColorShift, draw_color, shift_color
from coview.views.draw import Draw
from coview.views.tiles import by_tiles
from coview.views.warp import Placing, draw_placing

BLUR_FROM = 64
"""Least size in pixels at which augmentation blurs, as of pictures."""


class Video(Modality):
    """Clips of a fixed length, stored as `uint8 (B, V, 2 T, C, S, S)`, prepared as floats `(B, V, T, C, S, S)` of mean
    0 and deviation 1 in each channel.

    A clip is what is on screen at even times: frames of files with a variable rate are placed by their time stamps,
    and what ends early holds its last frame. What lasts less than half a clip is left out and named.

    `augment` draws a stretch of time, a random-resized crop, a flip and a colour shift once for a look, the same for
    all its frames (CVRL), so that what moves is what moved. Its `params` are `span (B, V, 2)` (begin and end as shares
    of the clip), `box (B, V, 4)` (left, top, width, height as shares), `flip (B, V)`, `angle (B, V)` in radians,
    `color (B, V, 4)` (factors of brightness, contrast and saturation, hue in turns) and, where blurred, `blur (B, V)`
    in pixels. A token is a tubelet: `patch` x `patch` pixels over `tubelet` frames.

    Args:
        seconds: that a clip lasts.
        size: S, pixels a side; a multiple of 4.
        channels: C, 1 or 3.
        mean, std: of each channel, values from 0 to 1.
        patch: pixels a side of one token.
        options: as chosen, `VideoOptions` by name.
    """

    name = "video"
    encoders: ClassVar[Mapping[str, Callable[..., nn.Module]]] = {"conv": VideoConv, "vit": TokenNet}
    libraries: ClassVar[Mapping[str, str]] = {"torchvision": "coview.nn.torchvision_3d", **Modality.libraries}

    def __init__(
        self,
        seconds: float,
        size: int,
        channels: int,
        mean: Sequence[float],
        std: Sequence[float],
        patch: int,
        options: Mapping[str, Any] | None = None,
    ) -> None:
        self.seconds, self.size, self.channels, self.patch = float(seconds), int(size), int(channels), int(patch)
        self.mean, self.std = [float(x) for x in mean], [float(x) for x in std]
        self.options = VideoOptions.of(dict(options or {}))
        self.frames, self.tubelet = self.options.frames, self.options.tubelet
        if self.size % self.patch:
            raise UserError(f"size {self.size} cannot be cut into patches of {self.patch}")
        self.token_dim = self.target_dim = self.tubelet * self.channels * self.patch**2

    @classmethod
    def adapt(cls, items: Iterable[Footage], **options: Any) -> Video:
        """Length, size, channels, mean and deviation from the data; options: see `VideoOptions`.

        Raises:
            UserError: an option is unknown or out of range, or there is no video.
        """
        chosen = VideoOptions.of(options)
        moments = Moments()
        seconds: list[float] = []
        sides: list[int] = []
        channels: Counter[int] = Counter()
        for item in items:
            seconds.append(item.seconds)
            sides.append(min(item.frames.shape[2:]))
            channels[item.frames.shape[1]] += 1
            moments.add(item)
        if not seconds:
            raise UserError("no video could be read, and a video slot is fitted to at least one")
        found = max(channels)  # grey clips among coloured ones are repeated
        mean, std = moments.of(found)
        told = chosen.resolve(seconds, sides)
        return cls(**told, channels=found, mean=mean, std=std, options=asdict(chosen))

    def config(self) -> dict[str, Any]:
        """Extents, statistics and options."""
        names = ("seconds", "size", "channels", "mean", "std", "patch")
        told = {name: list(x) if isinstance(x, tuple) else x for name, x in asdict(self.options).items()}
        return {**{name: getattr(self, name) for name in names}, "options": told}

    @staticmethod
    def read(raw: Any) -> Footage:
        """See `read_video`."""
        return read_video(raw)

    def unfit(self, item: Footage) -> str | None:
        """Shorter than half a clip."""
        if item.seconds < self.seconds / 2:
            return f"lasts {item.seconds:.3g} s, less than half a clip of {self.seconds:.3g} s; see video.seconds"
        return None

    def notes(self, item: Footage) -> list[str]:
        """Cut at its end: frames come after the clip."""
        if item.times[-1] >= self.seconds or (item.more and item.seconds >= self.seconds):
            return [f"cut after {self.seconds:.3g} s (video.seconds)"]
        if item.more:
            return [f"cut after {item.seconds:.3g} s, the most that is read of a file that is not cut into clips"]
        return []

    def collate(self, items: Sequence[Sequence[Footage | None]]) -> View:
        """Centre squares at even times. What does not fit (`unfit`) is absent."""
        fitting = [[None if item is None or self.unfit(item) else item for item in sample] for sample in items]
        present = stack_present(fitting)
        kept = 2 * self.frames
        value = torch.zeros(*present.shape, kept, self.channels, self.size, self.size, dtype=torch.uint8)
        for b, sample in enumerate(fitting):
            for v, item in enumerate(sample):
                if item is not None:
                    value[b, v] = item.clip(kept, self.seconds, self.channels, self.size)
        return View(value, self.name, present)

    def prepare(self, view: View) -> View:
        """`frames` of a clip, spread over all of it."""
        return by_tiles(lambda some, _: self._whole(some), view)

    def _whole(self, view: View) -> View:
        value, _ = flatten(view)
        span = torch.tensor([0.0, 1.0], device=value.device).expand(len(value), 2)
        pixels = take_frames(value, spread_frames(span, value.shape[1], self.frames))
        return view.with_value(self._prepared(pixels, view))

    def augment(self, view: View, draw: Draw) -> View:
        """A stretch of the clip, cropped, mirrored and in another light, alike in all its frames."""
        return self.augment_at(view, draw, draw_times(draw, view.width, self.options.time))

    def augment_at(self, view: View, draw: Draw, span: Tensor, *, frames: int | None = None) -> View:
        """As `augment`, of stretches that are given.

        Args:
            view: stored, `(B, V, ...)`.
            draw: keyed draws.
            span: `(B, V, 2)` begin and end of each look as shares of the clip.
            frames: of a look; default as many as `prepare` gives.
        """
        return self._look(view, draw, self.options.scale, self.size, span, frames or self.frames)

    def augment_whole(self, view: View, draw: Draw) -> View:
        """As `augment`, of all frames that are stored."""
        span = torch.tensor([0.0, 1.0], device=view.present.device).expand(len(view), view.width, 2)
        return self.augment_at(view, draw, span, frames=view.value.shape[2])

    def augment_frames(self, view: View, draw: Draw, span: Tensor) -> View:
        """As `augment_at`, but every frame is cropped, mirrored and lit by draws of its own."""
        at = spread_frames(span, view.value.shape[2], self.frames)
        value, _ = flatten(view)
        single = frames_at(value, at.flatten(0, 1))
        frames = view.width * self.frames
        present = view.present[:, :, None].expand(-1, -1, self.frames).flatten(1)
        each = View(single.reshape(len(view), frames, 1, *single.shape[2:]), self.name, present)
        whole = torch.tensor([0.0, 1.0], device=at.device).expand(len(view), frames, 2)
        seen = self._look(each, draw, self.options.scale, self.size, whole, 1).value
        return view.with_value(seen[:, :, 0].unflatten(1, (view.width, self.frames)), params={"span": span})

    def crop(self, view: View, draw: Draw, *, scale: tuple[float, float], size: float = 1.0) -> View:
        """As in the base class; `scale` is of the area; sides are rounded to whole patches, frames to tubelets."""
        side = self.patch * max(2, round(self.size * size / self.patch))
        frames = self.tubelet * max(1, round(self.frames * size / self.tubelet))
        return self._look(view, draw, scale, side, draw_times(draw, view.width, self.options.time), frames)

    def _look(self, view: View, draw: Draw, scale: tuple[float, float], size: int, span: Tensor, frames: int) -> View:
        told = self.options
        flip = 0.5 if told.flip else 0.0
        placing = draw_placing(draw, view.width, scale=scale, flip=flip, degrees=told.degrees)
        shift = draw_color(draw, view.width, strength=told.color, grey=told.grey)
        params = {"span": span, "box": placing.box, "flip": placing.flip, "angle": placing.angle}
        params["color"] = shift.stacked()
        if size >= BLUR_FROM:
            share, sigma = draw("blur", view.width, 2).unbind(-1)
            params["blur"] = torch.where(share < 0.5, (sigma * 1.9 + 0.1) * size / 224, 0.0)

        def look(some: View, rows: slice) -> View:
            return self._seen(some, {name: param[rows].flatten(0, 1) for name, param in params.items()}, size, frames)

        seen = by_tiles(look, view)
        return seen.with_value(seen.value, params={**view.params, **params})

    def _seen(self, view: View, told: Mapping[str, Tensor], size: int, frames: int) -> View:
        """As what was drawn says, by name, `(B * V, ...)`."""
        value, _ = flatten(view)
        pixels = take_frames(value, spread_frames(told["span"], value.shape[1], frames))
        pixels = warp_clips(pixels, Placing(told["box"], told["flip"], told["angle"]), (size, size))
        pixels = shift_color(pixels, ColorShift(*told["color"].unbind(-1)))
        if "blur" in told:
            pixels = blur(pixels.flatten(1, 2), told["blur"]).view_as(pixels)
        return view.with_value(self._prepared(pixels, view))

    def _prepared(self, pixels: Tensor, like: View) -> Tensor:
        """`(N, t, C, H, W)` in [0, 1], normalised in place -> `(B, V, t, C, H, W)`."""
        mean, std = (torch.tensor(x, device=pixels.device)[:, None, None] for x in (self.mean, self.std))
        return unflatten(pixels.sub_(mean).div_(std), like)

    def pixels(self, view: View) -> Tensor:
        """A prepared view's values as light from 0 to 1, the inverse of what `prepare` does to them."""
        mean, std = (torch.tensor(x, device=view.value.device)[:, None, None] for x in (self.mean, self.std))
        return (view.value.float() * std + mean).clamp(0, 1)

    def tokens(self, view: View) -> View:
        """Tubelets, time first: `(B, V, T, tubelet * patch * patch * C)`."""
        sides = (self.tubelet, self.patch, self.patch)
        return view.with_value(cut_patches(view.value.movedim(3, 2), self.grid(view), sides))

    def untokens(self, tokens: Tensor, like: View) -> Tensor:
        """Prepared values `(B, V, T, C, H, W)`."""
        sides = (self.tubelet, self.patch, self.patch)
        return join_patches(tokens, self.grid(like), sides).movedim(2, 3)

    def grid(self, view: View) -> tuple[int, int, int]:
        """`(time, height, width)` in tubelets."""
        frames, _, height, width = view.value.shape[2:]
        if frames % self.tubelet or height % self.patch or width % self.patch:
            tubelet = f"{self.tubelet} x {self.patch} x {self.patch}"
            raise UserError(f"a clip of {frames} x {height} x {width} cannot be cut into tubelets of {tubelet}")
        return frames // self.tubelet, height // self.patch, width // self.patch

    def raw(self, view: View) -> Tensor:
        """Four frames at no more than 16 x 16 pixels, values from 0 to 1: `(B, V, 4 * C * h * w)`."""
        value, _ = flatten(view)
        at = [i * (value.shape[1] - 1) // 3 for i in range(4)]
        pixels = shrink(value[:, at].flatten(0, 1).float().div_(255), 16)
        return unflatten(pixels.unflatten(0, (-1, 4)).flatten(1), view)

    def show(self, view: View) -> list[list[Image.Image | None]]:
        """Four frames of each clip."""
        return [
            [contact_sheet(view.value[b, v]) if there else None for v, there in enumerate(row)]
            for b, row in enumerate(view.present.tolist())
        ]

    def show_prepared(self, view: View) -> list[list[Image.Image | None]]:
        """The same of a prepared view."""
        return self.show(view.with_value(self.pixels(view).mul(255).round().byte()))
