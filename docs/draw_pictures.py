"""Draws the pictures of the modalities' pages, docs/pictures, from data of the catalog.

    coview data get DATA             # for those of `parts.modality_pictures.SHOWN`
    python docs/draw_pictures.py     # all, or those named: python docs/draw_pictures.py audio graph

What is not fetched keeps its picture, and is named.
"""

from __future__ import annotations

import sys

from parts import modality_pictures

from coview.data import catalog


def main(names: list[str]) -> None:
    """Draws the pictures of the modalities named; of all, where none is."""
    for name in names or sorted(modality_pictures.SHOWN):
        data = modality_pictures.SHOWN[name].data
        if not catalog.is_fetched(data):
            print(f"{name}: left as it is, for {data} is not fetched: coview data get {data}")
            continue
        size = modality_pictures.keep(name, *modality_pictures.draw(name))
        print(f"{name}: {size:,} bytes, from {data}")


if __name__ == "__main__":
    main(sys.argv[1:])
