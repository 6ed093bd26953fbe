from __future__ import annotations

import pytest
import torch

from coview.batch import View
from coview.views import tiles
from coview.views.draw import Draw
from coview.views.tiles import by_tiles


@pytest.mark.parametrize("most", [1, 40, 1 << 20])
def test_tiles_say_what_the_whole_says(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tiles, "CPU_NUMBERS", most)
    asked = []
    draw = Draw(0, 0, torch.arange(7))
    view = View(torch.arange(56.0).view(7, 2, 4), "audio", torch.ones(7, 2, dtype=torch.bool), torch.full((7, 2), 4))

    def look(some: View, rows: slice) -> View:
        asked.append(len(some))
        noise = draw.of(draw.key[rows])("noise", 2, 4)
        return some.with_value(some.value + noise, params={"noise": noise})

    out = by_tiles(look, view)
    noise = draw("noise", 2, 4)
    assert torch.equal(out.value, view.value + noise)
    assert torch.equal(out.params["noise"], noise)
    assert out.length is not None
    assert out.length.shape == (7, 2)
    assert asked == {1: [1] * 7, 40: [5, 2]}.get(most, [7])


def test_no_samples_are_no_error() -> None:
    view = View(
        torch.zeros(0, 2, 4), "audio", torch.zeros(0, 2, dtype=torch.bool), torch.zeros(0, 2, dtype=torch.int64)
    )
    assert by_tiles(lambda some, _: some, view).value.shape == (0, 2, 4)
