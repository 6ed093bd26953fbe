from __future__ import annotations

import pytest

from coview.data.items import Items


class Squares(Items):
    def __len__(self) -> int:
        return 4

    def of(self, row: int) -> list[int]:
        return [row * row]


def test_items_end_where_they_say() -> None:
    assert list(Squares()) == [[0], [1], [4], [9]]


@pytest.mark.parametrize("row", [4, -5])
def test_a_row_that_is_not_there_is_an_index_error(row: int) -> None:
    with pytest.raises(IndexError, match="of 4"):
        Squares()[row]


def test_rows_from_the_end_and_slices() -> None:
    assert Squares()[-1] == [9]
    assert Squares()[1:3] == [[1], [4]]
