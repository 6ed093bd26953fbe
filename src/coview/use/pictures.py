"""Small pictures of samples: what the strips, sheets and reports are made of."""

from __future__ import annotations

import textwrap
from functools import cache
from pathlib import Path
from typing import Any

import torch
from PIL import Image, ImageDraw, ImageFont

from coview.batch import View
from coview.modalities.base import Modality

INK, FAINT, PAPER, RIGHT, WRONG = "#1c1f26", "#7a8190", "#ffffff", "#1a9e63", "#d5d9e0"


@cache
def font(size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    """The type face that comes with matplotlib, at a size in pixels."""
    import matplotlib

    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name, size)


def tile(thing: Any, side: int, width: int | None = None) -> Image.Image:
    """A thing as `Modality.show` gives it, fitted into a tile: a picture scaled, a text set, nothing left blank."""
    width = width or side
    canvas = Image.new("RGB", (width, side), PAPER)
    if isinstance(thing, Image.Image):
        picture = on_paper(thing)
        scale = min(width / picture.width, side / picture.height)
        size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        how = Image.Resampling.NEAREST if scale >= 3 else Image.Resampling.LANCZOS
        canvas.paste(picture.resize(size, how), ((width - size[0]) // 2, (side - size[1]) // 2))
    elif thing is not None:
        _set(canvas, str(thing))
    return canvas


def on_paper(picture: Image.Image) -> Image.Image:
    """A picture as RGB; what is transparent is white."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        with_alpha = picture.convert("RGBA")
        paper = Image.new("RGB", picture.size, PAPER)
        paper.paste(with_alpha, mask=with_alpha.getchannel("A"))
        return paper
    return picture.convert("RGB")


def outlined(picture: Image.Image, colour: str) -> Image.Image:
    """The picture with a frame drawn inside its edge."""
    framed = picture.copy()
    ImageDraw.Draw(framed).rectangle((0, 0, framed.width - 1, framed.height - 1), outline=colour, width=3)
    return framed


def prepared_pictures(modality: Modality, view: View) -> list[list[Any]]:
    """B x V things to look at of a *prepared* view: colours put back, frames as a heat map, symbols as text."""
    own = modality.show_prepared(view)
    if own is not None:
        return own
    value = view.value
    if not value.is_floating_point():
        return modality.show(view)
    shown: list[list[Any]] = []
    for b in range(len(view)):
        row: list[Any] = []
        for v in range(view.width):
            length = None if view.length is None else int(view.length[b, v])
            row.append(_picture(modality, value[b, v][:length]) if bool(view.present[b, v]) else None)
        shown.append(row)
    return shown


def _picture(modality: Modality, value: torch.Tensor) -> Image.Image:
    value = value.float().cpu()
    if value.ndim == 3:  # channels, height, width
        mean = torch.tensor(getattr(modality, "mean", [0.0]))[:, None, None]
        std = torch.tensor(getattr(modality, "std", [1.0]))[:, None, None]
        pixels = (value * std + mean).clamp(0, 1).mul(255).round().byte()
        pixels = pixels[:3] if len(pixels) >= 3 else pixels[:1].expand(3, -1, -1)
        return Image.fromarray(pixels.permute(1, 2, 0).contiguous().numpy())
    level = (value.reshape(len(value), -1).T.flip(0).clamp(-2, 2) + 2) / 4
    return Image.fromarray((level * 255).byte().contiguous().numpy()).resize((192, 96), Image.Resampling.BILINEAR)


def _set(canvas: Image.Image, text: str) -> None:
    """Sets a text in the middle, in the largest size that fits."""
    draw = ImageDraw.Draw(canvas)
    text = " ".join(text.split())[:240]
    box = (0.0, 0.0, 0.0, 0.0)
    lines, face = text, font(9)
    for size in (18, 16, 14, 12, 11, 10, 9):
        face = font(size)
        lines = textwrap.fill(text, max(4, int(canvas.width / (size * 0.58))))
        box = draw.multiline_textbbox((0, 0), lines, font=face, align="center")
        if box[2] - box[0] <= canvas.width - 4 and box[3] - box[1] <= canvas.height - 4:
            break
    at = ((canvas.width - box[2] + box[0]) / 2 - box[0], (canvas.height - box[3] + box[1]) / 2 - box[1])
    draw.multiline_text(at, lines, INK, font=face, align="center")
