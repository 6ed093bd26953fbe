"""Vector drawings as pixels."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def render(svg: str, size: int) -> np.ndarray:
    """An SVG document of that size on white: `(size, size, 3)` uint8."""
    import numpy as np
    import resvg_py
    from PIL import Image

    # System fonts are left out here and below: they take long to load and differ between machines.
    png = resvg_py.svg_to_bytes(svg_string=svg, background="#ffffff", skip_system_fonts=True)
    with Image.open(io.BytesIO(png)) as picture:
        pixels = np.asarray(picture.convert("RGB"))
    assert pixels.shape == (size, size, 3)
    return pixels


def render_png(path: Path, size: int) -> bytes:
    """An SVG file as a PNG with transparency; its longer side has `size` pixels.

    Raises:
        ValueError: it cannot be rendered.
    """
    import resvg_py
    from PIL import Image

    # Without dots per inch, sizes in centimetres or points are refused; 96 is what CSS says.
    def drawn(width: int | None, height: int | None) -> bytes:
        return resvg_py.svg_to_bytes(svg_path=str(path), dpi=96, skip_system_fonts=True, width=width, height=height)

    png = drawn(size, None)
    with Image.open(io.BytesIO(png)) as picture:
        upright = picture.height > picture.width
    return drawn(None, size) if upright else png
