"""GIFs, which are pictures or videos."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from PIL import Image

LOOKED_AT = 20


def moving_gifs(root: Path, known: Mapping[str, str]) -> list[str]:
    """Those GIFs of a folder that are videos: all beside videos, or where most move and no other picture is there.

    Args:
        root: the folder.
        known: file -> modality by its ending.
    """
    gifs = [file for file in known if file.lower().endswith(".gif")]
    if not gifs or any(m == "image" and file not in set(gifs) for file, m in known.items()):
        return []
    if "video" in known.values():
        return gifs
    looked_at = gifs[:LOOKED_AT]
    return gifs if 2 * sum(_moves(root / file) for file in looked_at) > len(looked_at) else []


def _moves(path: Path) -> bool:
    try:
        with Image.open(path) as picture:
            return getattr(picture, "is_animated", False)
    except (OSError, SyntaxError, ValueError):
        return False
