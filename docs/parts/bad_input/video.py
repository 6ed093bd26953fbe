"""Videos of a colour that grows brighter, made here."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np
from PIL import Image

from parts.bad_input.cases import Bad, Case, Kept, Refused
from parts.made import repository_on_path

repository_on_path()

from tests.modalities.made_videos import brightening, write_sound, write_video  # noqa: E402


def film(count: int, ending: str = ".avi", *, rate: int = 10, times: Sequence[float] | None = None) -> bytes:
    """So many frames as a file."""
    with tempfile.TemporaryDirectory() as folder:
        frames = brightening(count, 32, 48, step=8)
        return write_video(Path(folder) / f"a{ending}", frames, rate=rate, times=times).read_bytes()


def _sound() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        return write_sound(Path(folder) / "a.mp4").read_bytes()


def _grey(count: int, height: int, width: int) -> bytes:
    file = io.BytesIO()
    with av.open(file, "w", format="avi") as container:
        stream = container.add_stream("ffv1", rate=10)
        stream.width, stream.height, stream.pix_fmt = width, height, "gray"  # pyright: ignore[reportAttributeAccessIssue]
        for i in range(count):
            frame = av.VideoFrame.from_ndarray(np.full((height, width), 8 * i, np.uint8), format="gray")
            container.mux(stream.encode(frame))  # pyright: ignore[reportAttributeAccessIssue, reportArgumentType]
        container.mux(stream.encode())  # pyright: ignore[reportAttributeAccessIssue]
    return file.getvalue()


def _clear(count: int) -> bytes:
    """A dot that moves before nothing."""
    dots = [Image.new("RGBA", (32, 32), (0, 0, 0, 0)) for _ in range(count)]
    for i, dot in enumerate(dots):
        dot.paste((255, 0, 0, 255), (0, i, 4, i + 2))
    file = io.BytesIO()
    dots[0].save(file, "GIF", save_all=True, append_images=dots[1:], duration=100, disposal=2)
    return file.getvalue()


GOOD = [film(16 + n) for n in range(4)]
_WHOLE = film(16, ".mkv")
_SLOW_THEN_FAST = film(8, ".mkv", times=[0.0, 0.4, 0.8, 1.2, 1.3, 1.4, 1.5, 1.6])

CASES: dict[str, Case] = {
    "one frame": Bad(film(1)),
    "no bytes": Bad(b""),
    "a file cut off in its header": Bad(GOOD[0][:100]),
    "sound without pictures": Bad(_sound()),
    "words named .mp4": Bad(b"these are words" * 20),
    "less than half a clip": Bad(film(4)),
    "frames of two or four channels": Bad(np.zeros((8, 16, 16, 4), np.uint8)),
    "no file that is a video": Refused([b"these are words" * 20] * 4),
    "another ending than the format's": Kept(
        _WHOLE, "as what its content is", lambda m, v: v.present.all() and v.value.float().std() > 10
    ),
    "a stream that breaks off": Kept(
        _WHOLE[:-150], "as far as it could be decoded, if that fills half a clip", lambda m, v: v.present.all()
    ),
    "a variable frame rate": Kept(
        _SLOW_THEN_FAST,
        "its frames placed by their time stamps",
        lambda m, v: len(v.value[0, 0, :8, 0].float().mean((1, 2)).round().unique()) < 4,
    ),
    "odd sizes": Kept(_grey(16, 33, 47), "the centre square, resized", lambda m, v: v.value.shape[-1] == m.size),
    "grey": Kept(
        _grey(16, 32, 32),
        "repeated where other clips are coloured",
        lambda m, v: v.value.shape[3] == 3 and (v.value[:, :, :, 0] == v.value[:, :, :, 2]).all(),
    ),
    "transparency": Kept(_clear(16), "laid on white", lambda m, v: (v.value[0, 0, :, :, -1, -1] > 250).all()),
    "a clip that ends early": Kept(
        film(10), "its last frame stays", lambda m, v: (v.value[0, 0, -1] == v.value[0, 0, -2]).all()
    ),
}
