"""Maps of what is found where, over pictures and in the report."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image

from coview.batch import Batch, HeatMap
from coview.data.prepared.prepare import load
from coview.data.source import Column, Data, Source
from coview.data.split import split
from coview.engine.config import FitConfig
from coview.engine.run import Run
from coview.engine.trainer import Trainer
from coview.methods.base import Method
from coview.use.heat_maps import located, over
from coview.use.report import render

N = 20


def bright_corners() -> Source:
    """Grey pictures with one bright corner, and its name."""
    pictures, names = [], []
    for i in range(N):
        picture = np.full((16, 16), 60, np.uint8)
        y, x = divmod(i % 4, 2)
        picture[8 * y : 8 * y + 8, 8 * x : 8 * x + 8] = 240
        pictures.append([picture if i != 3 else None])
        names.append([("top", "bottom")[y] + (" left", " right")[x]])
    columns = {"picture": Column("image", pictures), "corner": Column("text", names)}
    return Source("corners", columns, [str(i) for i in range(N)], {}, split=["train"] * 10 + ["test"] * 10)


class Brightest(Method):
    """Finds what is bright, whatever is said."""

    def maps(self, batch: Batch) -> list[HeatMap]:
        view = batch["picture"]
        light = view.value[:, 0].float().mean(1)
        cells = light.unflatten(2, (4, 4)).unflatten(1, (4, 4)).mean((2, 4))
        text = HeatMap("corner", "picture", torch.zeros(len(batch), 7), view.present[:, 0])
        return [text, HeatMap("picture", "corner", cells, view.present[:, 0])]


@pytest.fixture(scope="module")
def data() -> Data:
    return load(bright_corners())


def test_maps_over_pictures_are_drawn_of_samples_that_have_both(data: Data) -> None:
    found = located(Brightest(), data, torch.arange(5), n=10)
    assert list(found) == [("corner", "picture")]
    many = found["corner", "picture"]
    assert sorted(one.row for one in many) == [0, 1, 2, 4]
    assert {one.row: one.said for one in many}[1] == "top right"


def test_a_method_that_locates_nothing_draws_nothing(data: Data) -> None:
    assert located(Method(), data, torch.arange(5)) == {}


def test_the_least_place_stays_as_it_is_and_the_greatest_is_ringed() -> None:
    values = torch.zeros(4, 4)
    values[3, 0] = 2.0
    plain = Image.new("RGB", (80, 80), "#306090")
    drawn = np.asarray(over(plain, values)).astype(int)
    change = np.abs(drawn - np.asarray(plain)).sum(2)
    assert change[:35, 45:].max() <= 3  # far from the greatest place
    assert change[70, 10] > 100
    white = np.argwhere((drawn == 255).all(2))
    assert np.allclose(white.mean(0), (69.5, 9.5), atol=1.5)


def test_padding_is_the_least_and_a_map_without_a_greatest_place_has_no_ring() -> None:
    plain = Image.new("RGB", (8, 8), "#306090")
    assert np.array_equal(np.asarray(over(plain, torch.full((2, 2), 3.0))), np.asarray(plain))
    held = over(plain, torch.tensor([[float("-inf"), 1.0], [1.0, 1.0]]))
    assert np.array_equal(np.asarray(held), np.asarray(plain))


def test_the_report_shows_where(data: Data) -> None:
    config = FitConfig("denseav", steps=1, batch_size=8, encoder_options={"dim": 32, "depth": 1}, precision="32")
    rows = split(data)
    run: Run = Trainer(config, data, rows["train"], rows["test"]).run()
    page = render(run, data, rows)
    assert "Where corner is found in picture" in page
    assert page.count("with a map") == 6
