"""Video files made on the spot."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

CODECS = {".mp4": "mpeg4", ".mov": "mpeg4", ".avi": "mpeg4", ".mkv": "mpeg4", ".webm": "libvpx", ".gif": "gif"}


def brightening(count: int, height: int = 48, width: int = 64, step: int = 4) -> list[np.ndarray]:
    """Frames of one colour whose red tells their number: `step` more each."""
    return [np.full((height, width, 3), (i * step % 256, 100, 200), np.uint8) for i in range(count)]


def write_video(
    path: Path, frames: Sequence[np.ndarray], *, rate: int = 10, times: Sequence[float] | None = None, form: str = ""
) -> Path:
    """A file of frames `(H, W, 3)`, or `(H, W)` grey, at a rate or at times in seconds; the ending says the format."""
    height, width = frames[0].shape[:2]
    ticks = Fraction(1, 1000)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(CODECS[path.suffix], rate=rate if times is None else 1000)
        stream.codec_context.thread_count = 1  # a file must not depend on how many cores wrote it
        stream.width, stream.height = width, height
        stream.pix_fmt = form or ("rgb8" if path.suffix == ".gif" else "yuv420p")
        for i, frame in enumerate(frames):
            picture = av.VideoFrame.from_ndarray(frame, format="gray" if frame.ndim == 2 else "rgb24")
            if times is not None:
                picture.pts, picture.time_base = round(times[i] * 1000), ticks
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
    return path


def write_sound(path: Path, seconds: float = 1.0) -> Path:
    """A file that holds sound and no pictures."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", rate=8000, layout="mono")
        wave = np.sin(np.arange(int(8000 * seconds)) / 5).astype(np.float32)[None]
        frame = av.AudioFrame.from_ndarray(wave, format="fltp", layout="mono")
        frame.sample_rate = 8000
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path
