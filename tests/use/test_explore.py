"""The table of the map, and how the viewer is started."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import coview
from coview.cli import main
from coview.engine.run import Run
from coview.use import explore as room
from coview.use.explore import explore_table


def pictures() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 255, (12, 8, 8, 3)).astype(np.uint8)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    data = {"drawing:image": pictures(), "name:text": [f"number {i}" for i in range(12)]}
    out = tmp_path_factory.mktemp("runs") / "clip"
    return coview.fit("clip", data, steps=1, batch_size=6, encoder_options={"dim": 16}, threads=1, out=str(out))


def test_a_row_shows_the_sample_and_holds_its_vector(run: Run) -> None:
    some = pictures()[:3]
    table = explore_table(run, {"drawing:image": some, "name:text": ["number 1", None, "number 3"]})
    assert table.column_names == ["name", "part", "picture", "text", "vector"]
    assert table["text"].to_pylist() == ["number 1", None, "number 3"]
    shown = np.asarray(Image.open(io.BytesIO(table["picture"][0].as_py()["bytes"])))
    assert np.array_equal(shown, some[0])
    assert np.allclose(
        table["vector"].to_pylist(), coview.embed(run, {"drawing:image": some}).array("drawing"), atol=1e-5
    )


def test_samples_without_the_slot_have_no_place_on_the_map(run: Run) -> None:
    table = explore_table(
        run, {"drawing:image": pictures()[:3], "name:text": ["number 1", None, "number 3"]}, slot="name"
    )
    assert table["name"].to_pylist() == ["0", "2"]


def test_without_the_viewer_its_extra_is_named(
    run: Run, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(room, "find_spec", lambda name: None)
    assert main(["explore", str(run.folder)]) == 2
    assert "pip install 'coview[explore]'" in capsys.readouterr().err


def test_the_viewer_is_told_what_each_column_is(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[list[str]] = []

    def start(words: list[str], **_: Any) -> subprocess.CompletedProcess[bytes]:
        started.append(words)
        return subprocess.CompletedProcess(words, 0)

    monkeypatch.setattr(room, "find_spec", lambda name: object())
    monkeypatch.setattr(room.subprocess, "run", start)
    room.explore(run, {"drawing:image": pictures(), "name:text": ["a"] * 12}, port=7000)
    file = str(Path(str(run.folder)) / "explore.parquet")
    assert started[0][:3] == [sys.executable, "-m", "embedding_atlas.cli"]
    assert started[0][3:] == [
        file, "--vector", "vector", "--image", "picture", "--text", "text", "--port", "7000", "--auto-port",
    ]  # fmt: skip
    assert Path(file).is_file()


def test_the_table_alone_needs_no_viewer(run: Run, tmp_path: Path) -> None:
    np.save(tmp_path / "drawing.npy", pictures())
    asked = [
        "explore",
        str(run.folder),
        "--data",
        str(tmp_path / "drawing.npy"),
        "--out",
        str(tmp_path / "map.parquet"),
    ]
    assert main([*asked, "--columns", "drawing:image=drawing"]) == 0
    assert (tmp_path / "map.parquet").is_file()
