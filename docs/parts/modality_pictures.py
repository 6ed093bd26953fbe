"""A picture for each modality: samples of a catalog data set as they are stored, and augmented looks at them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from coview.data import catalog

SAMPLES, LOOKS, READ = 3, 4, 64


@cache
def shown(name: str) -> tuple[str, str] | None:
    """The data set and slot that a modality is shown by: the first of the catalog that is here and may be shown."""
    for data in catalog.names():
        declared = catalog.dataset(data)
        slots = [slot for slot, told in declared.slots.items() if told.modality == name]
        if slots and declared.shown and catalog.is_fetched(data):
            return data, slots[0]
    return None


def reference(name: str) -> str:
    """What a page says of the picture: the picture itself, whose it is and under which licence."""
    found = shown(name)
    if found is None:
        return ""
    told = catalog.describe(found[0])
    licences = "; ".join(f"{package} {licence}" for package, licence in told["licences"].items())
    return (
        f"![Samples of {found[0]} and augmented looks at them]({path(name)})\n\n"
        f"`{found[0]}`, slot `{found[1]}`: stored, and augmented looks. {told['title']}. Licences: {licences}."
    )


def path(name: str) -> str:
    """Where the picture lies, from the pages."""
    return f"pictures/{name}.png"


def draw(name: str, out: Path) -> None:
    """Draws a modality's picture where there is something to draw from."""
    found = shown(name)
    if found is None:
        return
    from coview.data.prepare import load
    from coview.use.sheet import draw_sheet

    source = catalog.source(found[0])
    data = load(source, slots=[found[1]], rows=list(range(0, len(source), max(1, len(source) // READ))))
    out.parent.mkdir(parents=True, exist_ok=True)
    draw_sheet(data, samples=SAMPLES, looks=LOOKS).save(out)
