"""Clips to look at."""

from __future__ import annotations

import numpy as np
from PIL import Image
from torch import Tensor

SHOWN = 4


def contact_sheet(frames: Tensor) -> Image.Image:
    """Four frames, evenly spread, in reading order: two above, two below, a pixel or more between them.

    Args:
        frames: `(T, C, H, W)` uint8; of other than one or three channels the first is shown.
    """
    count, channels, height, width = frames.shape
    at = [round(i * (count - 1) / (SHOWN - 1)) for i in range(SHOWN)]
    shown = frames[at, : 3 if channels >= 3 else 1].expand(-1, 3, -1, -1).permute(0, 2, 3, 1).cpu().numpy()
    gap = max(1, round(height / 24))
    sheet = np.full((2 * height + gap, 2 * width + gap, 3), 255, np.uint8)
    for i, frame in enumerate(shown):
        top, left = (i // 2) * (height + gap), (i % 2) * (width + gap)
        sheet[top : top + height, left : left + width] = frame
    return Image.fromarray(sheet)
