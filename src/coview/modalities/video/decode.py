"""Video files and encoded bytes, decoded frame by frame."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from coview.errors import MissingExtra
from coview.modalities.base import BadSample
from coview.modalities.video.footage import Footage

if TYPE_CHECKING:
    from av import VideoFrame
    from av.container import InputContainer
    from av.video.stream import VideoStream

MOST_RATE = 30.0
"""Frames a second that are kept of a file, at most."""

SIDE = 256
"""Shorter side in pixels that frames are kept at, at most."""

MOST_PIXELS = 1 << 26
"""Pixels of one frame, at most: what claims more is broken or a bomb."""


def decode(file: Path | bytes, begin: float, seconds: float) -> Footage:
    """What a file shows from `begin` on, for `seconds`.

    Frames are turned upright as the file says, laid on white where transparent, and brought to square pixels.

    Raises:
        BadSample: it cannot be decoded, shows nothing, or nothing in this stretch.
        MissingExtra: PyAV is not installed.
    """
    kept: list[np.ndarray] = []
    times: list[float] = []
    before: tuple[float, VideoFrame] | None = None
    end, last, seen, failed, more = begin, -1.0, 0, None, False
    with opened(file) as (container, stream):
        aspect = float(stream.sample_aspect_ratio or 1)
        try:
            for time, frame, until in _frames(container, stream, begin):
                seen += 1
                end = min(until, begin + seconds)
                if more := time >= begin + seconds:
                    break
                if time <= begin:
                    before, last = (time, frame), time  # on screen when the clip begins, unless another comes
                elif time - last >= 0.999 / MOST_RATE:
                    kept.append(_pixels(frame, aspect))
                    times.append(time)
                    last = time
        except _library().error.FFmpegError as error:
            failed = _said(error)
        if before is not None and end > begin:
            kept, times = [_pixels(before[1], aspect), *kept], [before[0], *times]
    if seen < 2 or not kept:
        raise BadSample(_nothing(seen, begin, failed))
    at = np.array(times) - begin
    return Footage(_stacked(kept), at - max(0.0, float(at[0])), end - begin, more)


def length(file: Path) -> float:
    """How many seconds a file shows, as its header says; where it does not, by the time stamps of its packets.

    Raises:
        BadSample: it cannot be opened.
        MissingExtra: PyAV is not installed.
    """
    with opened(file) as (container, stream):
        base = float(stream.time_base or 0)
        if stream.duration:
            return stream.duration * base
        if container.duration:
            return container.duration / 1e6
        start = (stream.start_time or 0) * base
        end = 0.0
        try:
            for packet in container.demux(stream):
                if packet.pts is not None:
                    end = max(end, (packet.pts + (packet.duration or 0)) * base - start)
        except _library().error.FFmpegError:
            pass  # as long as it lasts
        return end


@contextmanager
def opened(file: Path | bytes) -> Iterator[tuple[InputContainer, VideoStream]]:
    """A file and its moving pictures.

    Raises:
        BadSample: there are none.
        MissingExtra: PyAV is not installed.
    """
    av = _library()
    if isinstance(file, Path):
        if not file.is_file():
            raise BadSample("is not there" if not file.exists() else "is not a file")
        empty = not file.stat().st_size
    else:
        empty = not file
    if empty:
        raise BadSample("empty file")
    try:
        container = av.open(str(file) if isinstance(file, Path) else io.BytesIO(file), metadata_errors="replace")
    except (av.error.FFmpegError, ValueError) as error:
        raise BadSample(f"cannot be opened as a video, whatever its name says: {_said(error)}") from error
    with container:
        moving = [s for s in container.streams.video if not s.disposition & av.stream.Disposition.attached_pic]
        if not moving:
            sound = " and holds sound alone" if container.streams.audio else ""
            raise BadSample(f"has no moving pictures{sound}")
        stream = moving[0]
        if stream.codec_context is None:
            raise BadSample("is encoded in a way that is not known here")
        if not 0 < stream.codec_context.width * stream.codec_context.height <= MOST_PIXELS:
            raise BadSample(f"claims frames of {stream.codec_context.width} x {stream.codec_context.height} pixels")
        stream.codec_context.thread_count = 1  # files are read in threads already
        yield container, stream


def _frames(container: InputContainer, stream: VideoStream, begin: float) -> Iterator[tuple[float, VideoFrame, float]]:
    """Frames from a little before `begin` on: when each comes, the frame, when it goes; the first of a file at 0."""
    base = float(stream.time_base or 0)
    start = (stream.start_time or 0) * base
    gap = _least_gap(stream)
    if begin > 0:
        container.seek(max(0, int((begin + start - 1e-3) / base)), stream=stream, backward=True)
    last: float | None = None
    for frame in container.decode(stream):
        time = frame.pts * base - start if frame.pts is not None else (last + gap if last is not None else 0.0)
        if last is not None and time <= last:
            continue  # time stamps that stand still or go back
        last = time
        yield time, frame, time + (frame.duration * base if frame.duration else gap)


def _least_gap(stream: VideoStream) -> float:
    return 1 / float(stream.average_rate or stream.guessed_rate or 25)


def _pixels(frame: VideoFrame, aspect: float) -> np.ndarray:
    """`(H, W, C)` uint8, upright and small; `aspect` is a pixel's width over its height."""
    grey = frame.format.name.startswith(("gray", "ya", "mono"))
    alpha = any(component.is_alpha for component in frame.format.components) or frame.format.name == "pal8"
    wide, high = max(1, round(frame.width * aspect)), frame.height
    scale = min(1.0, SIDE / min(wide, high))
    size = {"width": max(1, round(wide * scale)), "height": max(1, round(high * scale))}
    form = "rgba" if alpha else "gray" if grey else "rgb24"
    pixels = frame.reformat(format=form, interpolation="AREA", **size).to_ndarray()
    if alpha:
        share = pixels[..., 3:].astype(np.uint16)
        pixels = ((pixels[..., :3] * share + 255 * (255 - share) + 127) // 255).astype(np.uint8)
        pixels = pixels[..., :1] if grey else pixels
    pixels = pixels[..., None] if pixels.ndim == 2 else pixels
    turns = round(getattr(frame, "rotation", 0) / 90) % 4
    return np.rot90(pixels, turns) if turns else pixels


def _stacked(kept: list[np.ndarray]) -> torch.Tensor:
    """`(T, C, H, W)`; frames of another size or colour than the first follow it."""
    first = kept[0].shape
    if any(frame.shape != first for frame in kept):
        raise BadSample("changes its size in the middle")
    return torch.from_numpy(np.ascontiguousarray(np.stack(kept).transpose(0, 3, 1, 2)))


def _nothing(seen: int, begin: float, failed: str | None) -> str:
    where = f" from {begin:g} s on" if begin else ""
    if failed:
        return f"is broken{where}: {failed}"
    if seen == 1:
        return f"has 1 frame{where}; a video has at least 2"
    return f"shows nothing{where}: cut short, or empty"


def _said(error: Any) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).splitlines()[0].lower()[:120]


def _library() -> ModuleType:
    try:
        import av
    except ModuleNotFoundError:
        raise MissingExtra("av", "video") from None
    return av
