"""What a modality needs installed, and how it is evaluated."""

from __future__ import annotations

import re
from pathlib import Path

import coview
from coview.evaluate.evaluate import AUTO, PROTOCOLS

OWN_PROTOCOLS: dict[str, tuple[str, ...]] = {
    "events": ("next-event",),
    "graph": ("link-prediction", "ranking"),
    "video": ("state",),
}
"""Modality -> protocols made for it. They are scored on any other whose data has what they need."""

SPOKEN = ("zero-shot",)
"""Protocols that need text beside."""


def extra(name: str) -> str:
    """The extra of coview that a modality asks for where it is missing; empty where it needs none."""
    room = Path(coview.__file__).parent / "modalities" / name
    asked = {
        found for file in room.glob("*.py") for found in re.findall(r'MissingExtra\([^)]*"(\w+)"\)', file.read_text())
    }
    return name if name in asked else ""


def protocols(name: str) -> str:
    """Protocols by which runs on a modality are scored."""
    special = {protocol for own in OWN_PROTOCOLS.values() for protocol in own}
    common = [p for p in PROTOCOLS if p not in special and p not in SPOKEN]
    by_itself, asked = ([p for p in common if (p in AUTO) is wanted] for wanted in (True, False))
    said = f"As far as the data allows: {_listed(by_itself)}; where asked for with `--protocol`: {_listed(asked)}."
    own = OWN_PROTOCOLS.get(name, ())
    if own:
        said += f" Its own: {_listed(own)}."
    text = "with another slot in one space" if name == "text" else "with text in one space"
    said += f" By methods that bring it together {text}: {_listed(SPOKEN)}."
    return said + " All are in [evaluation](../evaluation.md)."


def _listed(names: list[str] | tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)
