"""A strip of retrievals: each row a query and, to its right, what the run finds nearest."""

from __future__ import annotations

from typing import Any

import torch
from PIL import Image, ImageDraw

from coview.data.source import Data
from coview.use.neighbours import Answers, Side
from coview.use.pictures import FAINT, INK, PAPER, RIGHT, font, outlined, tile

SIDE, GAP, MARGIN = 88, 8, 20


def thing(data: Data, side: Side, row: int) -> Any:
    """What there is to see of a sample in a slot: the view asked for, else the first that is there."""
    view = data.slots[side.slot][torch.tensor([row])]
    shown = data.modalities[side.slot].show(view)[0]
    return shown[side.view] if side.view is not None else next((t for t in shown if t is not None), None)


def title(data: Data, answers: Answers) -> tuple[str, str]:
    """Names of both sides: `drawing by noto`, `drawing by twemoji`."""

    def name(side: Side) -> str:
        names = data.view_names.get(side.slot, ())
        if side.view is None:
            return side.slot
        return f"{side.slot}: {names[side.view]}" if names else f"{side.slot} {side.view + 1}"

    return name(answers.query), name(answers.gallery)


def credit(data: Data) -> str:
    """Sources and licences of the pictures, in one line; empty where nothing is known."""
    told = [data.about.get("credit") or data.about.get("origin", "")]
    if not data.about.get("credit"):
        told.append(data.about.get("licence", ""))
    return "; ".join(t for t in told if t)


def draw_strip(data: Data, answers: Answers) -> Image.Image:
    """The strip as a picture, right answers outlined, with a line of credit."""
    k = max(len(found) for found in answers.found)
    asked, given = title(data, answers)
    wide = any(isinstance(thing(data, answers.query, q), str) for q in answers.queries[:1])
    q_width = SIDE * 2 if wide else SIDE
    text = [f"query, {asked}", f"nearest of {answers.gallery_size:,}, {given}"]
    x_found = MARGIN + q_width + 4 * GAP
    width = max(x_found + k * (SIDE + GAP) - GAP + MARGIN, 480)
    lines = _wrapped(_credit_line(data, answers), width - 2 * MARGIN)
    top, rows = MARGIN + 26, len(answers.queries)
    image = Image.new("RGB", (width, top + rows * (SIDE + GAP) + 8 + 15 * len(lines) + MARGIN), PAPER)
    pen = ImageDraw.Draw(image)
    pen.text((MARGIN, MARGIN), text[0], INK, font=font(13, bold=True))
    pen.text((max(x_found, MARGIN + font(13, True).getlength(text[0]) + 16), MARGIN), text[1], INK, font=font(13, True))
    for r, (query, found) in enumerate(zip(answers.queries, answers.found)):
        y = top + r * (SIDE + GAP)
        image.paste(tile(thing(data, answers.query, query), SIDE, q_width), (MARGIN, y))
        pen.line((x_found - 2 * GAP, y + 8, x_found - 2 * GAP, y + SIDE - 8), fill="#d5d9e0", width=2)
        for i, one in enumerate(found):
            seen = tile(thing(data, answers.gallery, one.row), SIDE)
            image.paste(outlined(seen, RIGHT) if one.right else seen, (x_found + i * (SIDE + GAP), y))
    for i, line in enumerate(lines):
        pen.text((MARGIN, top + rows * (SIDE + GAP) + 8 + 15 * i), line, FAINT, font=font(11))
    return image


def _credit_line(data: Data, answers: Answers) -> str:
    rule = f"Outlined: {answers.rule}." if answers.rule else ""
    source = credit(data)
    return " ".join(
        t for t in (rule, "Held-out samples, not chosen by hand.", f"Pictures: {source}." if source else "") if t
    )


def _wrapped(text: str, width: int) -> list[str]:
    lines: list[str] = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if font(11).getlength(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines
