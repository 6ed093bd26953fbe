"""Icon sets as the `@iconify-json` packages hold them, and their drawings as pixels."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class IconSet:
    """One artist's drawings.

    Args:
        icons: name -> `body` (SVG) and what differs from the set's box.
        box: default `width` and `height`.
        by_code: Unicode sequence in lower-case hex joined by hyphens, without variation selectors -> name.
        categories: name -> category.
    """

    icons: dict[str, dict[str, Any]]
    box: tuple[float, float]
    by_code: dict[str, str]
    categories: dict[str, str]

    @classmethod
    def read(cls, package: Path) -> IconSet:
        """The set that an unpacked npm package holds."""
        icons = json.loads((package / "icons.json").read_text())
        codes = json.loads((package / "chars.json").read_text())
        categories = json.loads((package / "metadata.json").read_text()).get("categories", {})
        return cls(
            icons["icons"],
            (icons.get("width", 16), icons.get("height", 16)),
            {plain_code(code): name for code, name in codes.items() if name in icons["icons"]},
            {name: category for category, names in categories.items() for name in names},
        )

    def svg(self, name: str, size: int) -> str:
        """The drawing as an SVG document on a square canvas, which SVG's own aspect rule centres it in."""
        icon = self.icons[name]
        width, height = icon.get("width", self.box[0]), icon.get("height", self.box[1])
        box = f"{icon.get('left', 0)} {icon.get('top', 0)} {width} {height}"
        spaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        return f'<svg {spaces} width="{size}" height="{size}" viewBox="{box}">{icon["body"]}</svg>'


def plain_code(code: str) -> str:
    """A Unicode sequence without variation selectors, which only ask for colour and change no meaning."""
    return "-".join(point for point in code.lower().split("-") if point != "fe0f")


def render(svg: str, size: int) -> np.ndarray:
    """An SVG document of that size on white: `(size, size, 3)` uint8."""
    import numpy as np
    import resvg_py
    from PIL import Image

    # System fonts are left out: they take long to load and differ between machines.
    png = resvg_py.svg_to_bytes(svg_string=svg, background="#ffffff", skip_system_fonts=True)
    with Image.open(io.BytesIO(png)) as picture:
        pixels = np.asarray(picture.convert("RGB"))
    assert pixels.shape == (size, size, 3)
    return pixels
