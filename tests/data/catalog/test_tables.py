"""Tables of the catalog: their makers' counts, columns, splits and missing cells."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from tests.data.catalog.real import check_shape, real

COUNTS = {
    "letter": (20_000, 16, "letter", 26),
    "shuttle": (58_000, 9, "state", 7),
    "satellite": (6_435, 36, "cover", 6),
    "diamonds": (53_940, 9, "cut", 5),
    "credit": (4_454, 13, "status", 2),
}


@pytest.mark.parametrize("name", COUNTS)
def test_counts_columns_and_classes(name: str) -> None:
    source = real(name)
    check_shape(source)
    rows, columns, label, classes = COUNTS[name]
    assert len(source) == rows
    assert len(source.columns["table"].items[0][0]) == columns
    assert len(set(source.labels[label].tolist())) == classes
    assert label not in source.columns["table"].items[0][0]


@pytest.mark.parametrize(("name", "train"), [("letter", 16_000), ("satellite", 4_435)])
def test_the_usual_split_is_kept(name: str, train: int) -> None:
    split = real(name).split
    assert split is not None
    assert split == ["train"] * train + ["test"] * (len(split) - train)


def test_missing_cells_of_credit_are_missing() -> None:
    items = real("credit").columns["table"].items
    missing = Counter(
        name for i in range(len(items)) for name, cell in items[i][0].items() if cell is None or cell != cell
    )
    assert missing == {"Income": 381, "Assets": 47, "Debt": 18, "Home": 6, "Job": 2, "Marital": 1}


def test_a_patch_of_satellite_is_its_row() -> None:
    """Nine pixels from the left above, four bands each: the pixel in the middle is numbers 17 to 20."""
    source = real("satellite")
    (row,) = source.columns["table"].items[100]
    ((patch, wavelengths),) = source.columns["patch"].items[100]
    assert patch[:, 1, 1].tolist() == [row[f"x.{i}"] for i in (17, 18, 19, 20)]
    assert patch[:, 0, 2].tolist() == [row[f"x.{i}"] for i in (9, 10, 11, 12)]
    assert len(wavelengths) == 4


def test_neighbouring_pixels_of_satellite_are_alike() -> None:
    items = real("satellite").columns["patch"].items
    patches = np.stack([items[i][0][0] for i in range(500)])
    beside = np.corrcoef(patches[:, 0, 1, 1], patches[:, 0, 1, 2])[0, 1]
    assert beside > 0.8
