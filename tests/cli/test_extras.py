"""A plain installation says which command brings what is missing; packages of the extras are hidden from a child."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

HIDDEN = (
    "soundfile", "soxr", "pandas", "resvg_py", "rdata", "ale_py", "av", "rasterio", "embedding_atlas", "torchjd",
    "trimesh", "nibabel", "torch_geometric", "rdkit", "obspy",
)  # fmt: skip
"""Import names of every package that only extras bring."""

CHILD = """
import contextlib, io, json, sys

sys.modules.update(dict.fromkeys({hidden!r}))  # as if not installed, for import and find_spec alike
from coview.cli import main
found = {{}}
for name, words in json.loads(sys.argv[1]).items():
    said = io.StringIO()
    with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
        found[name] = [main(words), said.getvalue()]
print(json.dumps(found))
"""

ASKED = {
    "audio": ["fit", "simclr", "--data", "sounds"],
    "video": ["fit", "simclr", "--data", "videos"],
    "volume": ["fit", "simclr", "--data", "scans"],
    "points": ["fit", "simclr", "--data", "shapes"],
    "spectral": ["fit", "simclr", "--data", "rasters"],
    "graph": ["fit", "simclr", "--data", "molecules.csv"],
    "balance": ["fit", "simclr", "--data", "digits", "--balance", "mgda"],
}
"""Extra -> what asks for it."""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[int, str]]:
    """Exit status and words of every command, in a process that has none of the extras' packages."""
    here = tmp_path_factory.mktemp("own")
    files = {"sounds": "wav", "videos": "mp4", "scans": "nii", "shapes": "stl"}
    for folder, ending in files.items():
        (here / folder).mkdir()
        for i in range(3):
            (here / folder / f"{i}.{ending}").write_bytes(bytes(64))
    (here / "rasters").mkdir()
    for i in range(3):
        _raster(here / "rasters" / f"{i}.tif")
    (here / "molecules.csv").write_text("smiles,label\n" + "".join(f"{'C' * n}O,a\n" for n in range(1, 9)))
    (here / "rows.csv").write_text("a,b,label\n" + "".join(f"{n}.5,{n * 7 % 5}.25,{n % 2}\n" for n in range(40)))
    plain = [
        "fit",
        "simclr",
        "--data",
        "rows.csv",
        "--steps",
        "1",
        "--batch-size",
        "8",
        "--out",
        "run",
        "--no-evaluate",
    ]
    done = subprocess.run(
        [sys.executable, "-c", CHILD.format(hidden=HIDDEN), json.dumps({**ASKED, "plain": plain})],
        capture_output=True, text=True, check=True, cwd=here,
    )  # fmt: skip
    return json.loads(done.stdout.splitlines()[-1])


def _raster(path: Path) -> None:
    """Five bands of 16 x 16 pixels."""
    import rasterio

    shape = {"height": 16, "width": 16, "count": 5, "dtype": "uint16"}
    with rasterio.open(path, "w", driver="GTiff", transform=rasterio.Affine(10, 0, 0, 0, -10, 0), **shape) as file:
        file.write(np.arange(5 * 256, dtype=np.uint16).reshape(5, 16, 16))


@pytest.mark.parametrize("extra", ASKED)
def test_what_needs_an_extra_names_the_command_that_brings_it(told: dict[str, tuple[int, str]], extra: str) -> None:
    status, said = told[extra]
    assert status == 2
    assert said.count("\n") == 1
    assert f"pip install 'coview[{extra}]'" in said


def test_what_needs_no_extra_works_without_any(told: dict[str, tuple[int, str]]) -> None:
    assert told["plain"] == [0, ""]
