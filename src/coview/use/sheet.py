"""A sheet of views: what is stored of some samples, and how augmentation looks at them."""

from __future__ import annotations

from typing import Any

import torch
from PIL import Image, ImageDraw

from coview.data.source import Data
from coview.use.pictures import FAINT, INK, PAPER, font, prepared_pictures, tile
from coview.views.draw import Draw

SIDE, GAP, HEAD, MOST_VIEWS = 84, 6, 34, 6


def draw_sheet(data: Data, rows: torch.Tensor | None = None, *, samples: int = 6, looks: int = 4) -> Image.Image:
    """A row a sample: its stored views, slot by slot, and beside them several augmented looks at the first view.

    Args:
        data: prepared.
        rows: the samples to draw from; default all. Those with the most slots and views there come first.
        samples: how many rows.
        looks: augmented looks at each slot.
    """
    rows = torch.arange(len(data)) if rows is None else rows
    presence = {slot: data.slots[slot].present for slot in data.slots}
    fullness = torch.stack([p[rows].float().sum(1) for p in presence.values()]).sum(0)
    spread_out = torch.arange(len(rows)) * 2654435761 % 1_000_003  # neighbours are often alike
    order = sorted(range(len(rows)), key=lambda i: (-float(fullness[i]), int(spread_out[i])))
    batch = data.batch(rows[torch.tensor(order[:samples])])

    blocks: list[tuple[str, list[list[Any]]]] = []
    for slot, view in batch.items():
        modality = data.modalities[slot]
        names = data.view_names.get(slot, ())
        stored = [row[:MOST_VIEWS] for row in modality.show(view)]
        more = f" (first {MOST_VIEWS} of {view.width})" if view.width > MOST_VIEWS else ""
        blocks.append((f"{slot}: {', '.join(names[:MOST_VIEWS]) or 'stored'}{more}", stored))
        seen = view.pick(view.first.expand(-1, looks).contiguous())
        augmented = modality.augment(seen, Draw(0, 0, batch.key))
        blocks.append((f"{slot}: augmented", prepared_pictures(modality, augmented)))
    return _paste(data.name, blocks)


def _paste(title: str, blocks: list[tuple[str, list[list[Any]]]]) -> Image.Image:
    n = len(blocks[0][1])
    texts = [any(isinstance(t, str) for row in block for t in row) for _, block in blocks]
    widths = [SIDE * 2 if text else SIDE for text in texts]
    extents = [len(block[0]) * (w + GAP) for (_, block), w in zip(blocks, widths)]
    total = sum(extents) + 3 * GAP * (len(blocks) + 1)
    sheet = Image.new("RGB", (max(total, 320), 40 + HEAD + n * (SIDE + GAP) + GAP), PAPER)
    pen = ImageDraw.Draw(sheet)
    pen.text((3 * GAP, 12), f"{title}: stored views, and augmented looks", INK, font=font(16, bold=True))
    x = 3 * GAP
    for (label, block), width, extent in zip(blocks, widths, extents):
        pen.text((x, 44), _fitted(label, extent), FAINT, font=font(12))
        for r, row in enumerate(block):
            for v, thing in enumerate(row):
                at = (x + v * (width + GAP), 40 + HEAD + r * (SIDE + GAP))
                if thing is not None:
                    sheet.paste(tile(thing, SIDE, width), at)
                pen.rectangle((at[0] - 1, at[1] - 1, at[0] + width, at[1] + SIDE), outline="#e4e7ec")
        x += extent + 3 * GAP
    return sheet


def _fitted(label: str, width: int) -> str:
    while font(12).getlength(label) > width and len(label) > 4:
        label = label[:-2].rstrip(" …") + "…"
    return label
