"""Outlines of leaves as series: the distance from the centre, once around."""

from __future__ import annotations

from coview.data.catalog.reading.ts_files import archive_set

SET = archive_set(
    "leaves",
    "OSULeaf",
    "OSULeaf of the UCR archive (Grandhi, Oregon State University) in aeon (BSD-3-Clause)",
    title="Outlines of leaves of six maples and oaks",
    counts="442 outlines of 427 points",
    label="species",
    classes={str(i): f"species {i}" for i in range(1, 7)},
)
