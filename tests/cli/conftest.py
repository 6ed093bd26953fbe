from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from coview.cli import main

SMALL = ["--encoder-options", "dim=16", "--batch-size", "16", "--threads", "1", "--precision", "32"]


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """60 pictures of 12 x 12 in two sub-folders: bright above or bright below."""
    folder, rng = tmp_path_factory.mktemp("pictures"), np.random.default_rng(0)
    for kind in ("above", "below"):
        (folder / kind).mkdir()
        for i in range(30):
            pixels = rng.integers(0, 90, (12, 12, 3)).astype(np.uint8)
            half = slice(0, 6) if kind == "above" else slice(6, 12)
            pixels[half] += 150
            Image.fromarray(pixels).save(folder / kind / f"{i:02d}.png")
    return folder


@pytest.fixture(scope="session")
def run(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A short run that was scored and reported."""
    folder = tmp_path_factory.mktemp("runs") / "first"
    asked = ["fit", "simclr", "--data", str(pictures), "--steps", "6", "--out", str(folder), "--dim", "8", *SMALL]
    assert main(asked) in (0, 3)
    return folder


@pytest.fixture
def inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A current folder of one's own."""
    monkeypatch.chdir(tmp_path)
    return Path(os.curdir)
