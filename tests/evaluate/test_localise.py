from __future__ import annotations

import pytest
import torch

from coview.evaluate.localise import tile_hits


def test_the_tile_of_the_greatest_place_counts_row_by_row() -> None:
    values = torch.zeros(4, 4, 6)
    for n, (y, x) in enumerate([(0, 0), (1, 5), (2, 2), (3, 3)]):
        values[n, y, x] = 1
    assert tile_hits(values, torch.tensor([0, 1, 2, 3]), 2, 2).tolist() == [1, 1, 1, 1]
    assert tile_hits(values, torch.tensor([1, 0, 3, 2]), 2, 2).tolist() == [0, 0, 0, 0]
    assert tile_hits(values, torch.tensor([0, 2, 4, 4]), 3, 2).tolist() == [1, 1, 1, 1]


def test_equal_maxima_share_the_hit() -> None:
    values = torch.zeros(3, 2, 2)
    values[0] = -0.5
    values[1, 0] = 2.0
    values[2] = float("-inf")
    assert tile_hits(values, torch.tensor([3, 0, 1]), 2, 2).tolist() == [0.25, 0.5, 0.25]


def test_a_grid_that_tiles_cut_through_is_refused() -> None:
    with pytest.raises(ValueError, match="cannot be cut into 2 x 2 tiles"):
        tile_hits(torch.zeros(1, 4, 5), torch.zeros(1, dtype=torch.int64), 2, 2)
