"""Icon sets as the `@iconify-json` packages hold them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any


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
