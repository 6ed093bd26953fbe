"""Pictures of any kind as `uint8 (C, H, W)`."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image as Pillow
from PIL import ImageOps
from torch import Tensor

from coview.errors import MissingExtra
from coview.modalities.base import BadSample
from coview.modalities.npy import load_npy

SVG_PIXELS = 96
"""Longer side of a drawn SVG: room for crops at up to 64 pixels."""

_CHANNELS = (1, 3, 4)

warnings.filterwarnings("ignore", category=Pillow.DecompressionBombWarning)  # sizes are checked here, and named


def read_picture(raw: Any) -> Tensor:
    """A picture as `(C, H, W)` uint8.

    Files and PIL pictures come out grey or RGB: turned upright by their EXIF orientation, transparency laid on white,
    16-bit values scaled to 8, the first frame where there are several. Arrays keep their channels: `(H, W)`,
    `(H, W, C)` or `(C, H, W)`; floats run from 0 to 1, 16-bit integers over their whole range.

    Args:
        raw: a path (`.npy` and `.svg` too), bytes, SVG text, a `PIL.Image`, an array or a tensor.

    Raises:
        BadSample: it cannot be read; the message is the reason.
        MissingExtra: an SVG, without the package that draws it.
    """
    if isinstance(raw, Tensor):
        raw = raw.detach().cpu().numpy()
    if isinstance(raw, np.ndarray):
        return _from_array(raw)
    if isinstance(raw, Pillow.Image):
        return _from_pillow(raw)
    if isinstance(raw, (bytes, bytearray, memoryview)):
        return _from_bytes(bytes(raw))
    if isinstance(raw, str) and raw.lstrip()[:1] == "<":
        return _from_bytes(raw.encode())
    if not isinstance(raw, (str, Path)):
        raise BadSample(f"a {type(raw).__name__} is no picture")
    path = Path(raw)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadSample(f"cannot be opened: {error.strerror or error}") from error
    if path.suffix.lower() != ".npy":
        return _from_bytes(content)
    return _from_array(load_npy(io.BytesIO(content)))


def _from_bytes(content: bytes) -> Tensor:
    if not content:
        raise BadSample("empty file")
    start = content[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<svg", b"<?xml", b"<!--", b"<!doctype svg")) and b"<svg" in content.lower():
        content = _draw_svg(content)
    try:
        picture = Pillow.open(io.BytesIO(content))
    except (Pillow.DecompressionBombError, Pillow.DecompressionBombWarning) as error:
        raise BadSample(_short(error)) from error
    except Pillow.UnidentifiedImageError as error:
        raise BadSample("not an image, whatever its name says") from error
    except Exception as error:  # decoders raise anything on broken headers (SyntaxError, struct.error, ...)
        raise BadSample(f"broken image: {_short(error)}") from error
    return _from_pillow(picture)


def _draw_svg(content: bytes) -> bytes:
    try:
        import resvg_py
    except ImportError as error:
        raise MissingExtra("resvg-py", "data") from error
    try:
        text = content.decode("utf-8-sig")
        # fitted into a square: a side left out would follow from the drawing's own shape, which may be a bomb
        return bytes(resvg_py.svg_to_bytes(svg_string=text, width=SVG_PIXELS, height=SVG_PIXELS))
    except Exception as error:  # the binding raises ValueError, decoding UnicodeDecodeError
        raise BadSample(f"broken SVG: {_short(error)}") from error


def _from_pillow(picture: Pillow.Image) -> Tensor:
    limit = Pillow.MAX_IMAGE_PIXELS
    if limit and picture.width * picture.height > limit:
        raise BadSample(f"{picture.width} x {picture.height} pixels are more than the limit of {limit:,}")
    if not picture.width or not picture.height:
        raise BadSample("a picture without pixels")
    try:
        picture.load()
        picture = ImageOps.exif_transpose(picture)
        array = _eight_bits(picture)
    except BadSample:
        raise
    except Exception as error:  # as above
        raise BadSample(f"broken image: {_short(error)}") from error
    return _channels_first(array)


def _eight_bits(picture: Pillow.Image) -> np.ndarray:
    """A loaded picture as `(H, W)` or `(H, W, 3)` uint8."""
    mode = picture.mode
    if mode.startswith("I;16"):
        return scaled(np.asarray(picture).astype(np.uint16))
    if mode == "I":  # 16-bit files arrive so, too
        values = np.asarray(picture)
        if values.min() < 0 or values.max() > 65535:
            raise BadSample(f"32-bit values from {values.min()} to {values.max()} have no known white")
        return scaled(values.astype(np.uint16))
    if mode == "F":
        return scaled(np.asarray(picture))
    if mode == "1":
        picture = picture.convert("L")
    if mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in picture.info:
        grey = mode in ("LA", "La", "L", "1")
        layer = picture.convert("RGBA")
        ground = Pillow.new("RGBA", layer.size, "white")
        picture = Pillow.alpha_composite(ground, layer).convert("L" if grey else "RGB")
    return np.asarray(picture if picture.mode == "L" else picture.convert("RGB"))


def _from_array(array: np.ndarray) -> Tensor:
    if array.ndim not in (2, 3):
        raise BadSample(f"a picture has 2 or 3 axes, this has shape {tuple(array.shape)}")
    if not array.size:
        raise BadSample(f"a picture without pixels: shape {tuple(array.shape)}")
    array = scaled(array)
    return _channels_first(array if array.ndim == 2 or _channels_last(array.shape) else array.transpose(1, 2, 0))


def scaled(array: np.ndarray) -> np.ndarray:
    """Numbers of any shape as uint8: floats run from 0 to 1, uint16 to 65,535, other integers to 255.

    Raises:
        BadSample: no numbers, NaN or infinity among them, or some outside of that range.
    """
    if array.dtype == np.uint8:
        return array
    if array.dtype == np.bool_:
        return array.astype(np.uint8) * 255
    if array.dtype == np.uint16:
        return ((array.astype(np.uint32) + 128) // 257).astype(np.uint8)
    if array.dtype.kind not in "iuf":
        raise BadSample(f"numbers of type {array.dtype} are no picture")
    least, most = array.min(), array.max()
    if array.dtype.kind == "f":
        if not np.isfinite(array).all():
            raise BadSample("NaN or Inf among its values")
        if least < 0 or most > 1:
            raise BadSample(f"floats run from 0 to 1, these from {least:g} to {most:g}")
        return np.rint(array * 255).astype(np.uint8)
    if least < 0 or most > 255:
        raise BadSample(f"{array.dtype} values run from 0 to 255, these from {least} to {most}")
    return array.astype(np.uint8)


def _channels_last(shape: tuple[int, ...]) -> bool:
    """Whether `(H, W, C)` is meant and not `(C, H, W)`: by a usual number of channels, else by the smaller axis."""
    first, last = shape[0] in _CHANNELS, shape[2] in _CHANNELS
    if first != last:
        return last
    return not shape[0] < min(shape[1], shape[2])


def _channels_first(array: np.ndarray) -> Tensor:
    """`(H, W)` or `(H, W, C)` uint8 -> `(C, H, W)`, contiguous and its own."""
    array = array[..., None] if array.ndim == 2 else array
    return torch.from_numpy(np.array(array.transpose(2, 0, 1), order="C", copy=True))


def _short(error: Exception) -> str:
    """The first line of an error's message, or its kind."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:120]
