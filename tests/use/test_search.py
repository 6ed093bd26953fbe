"""What may be asked of a run: files of arrays, by the slot that reads them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

import coview
from coview.data.arrays import from_arrays
from coview.errors import UserError
from coview.use.search import search

BOXES = np.random.default_rng(0).random((12, 12, 12, 12)).astype(np.float32)
CLOUDS = np.random.default_rng(1).random((12, 40, 3)).astype(np.float32)


def arrays(folder: Path, values: np.ndarray) -> Path:
    folder.mkdir(parents=True)
    for i, value in enumerate(values):
        np.save(folder / f"{i:02}.npy", value)
    return folder


def trained(data: Path, columns: list[str], method: str = "simclr") -> coview.Run:
    return coview.fit(method, str(data), columns=columns, steps=2, batch_size=4, encoder_options={"dim": 16}, threads=1)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> tuple[coview.Run, Path]:
    """A run of volumes beside series, in one space."""
    root = tmp_path_factory.mktemp("both")
    arrays(root / "scans", BOXES)
    arrays(root / "walks", CLOUDS)
    return trained(root, ["scan:volume=scans", "walk:series=walks"], "clip"), root


@pytest.mark.parametrize(("column", "values"), [("scan:volume=.", BOXES), ("shape:points=.", CLOUDS)])
def test_an_array_file_is_a_query_of_the_slot_of_arrays(tmp_path: Path, column: str, values: np.ndarray) -> None:
    folder = arrays(tmp_path / "files", values)
    hit, *_ = search(trained(folder, [column]), str(folder / "03.npy"), k=2)
    assert hit.name == "03"
    assert hit.cosine == pytest.approx(1.0, abs=1e-4)


def test_of_several_slots_the_one_that_can_read_the_array_is_asked(both: tuple[coview.Run, Path]) -> None:
    run, root = both
    assert {hit.slot for hit in search(run, root / "scans" / "03.npy", k=2)} == {"walk"}
    assert {hit.slot for hit in search(run, root / "walks" / "03.npy", k=2)} == {"scan"}


def test_an_array_that_several_slots_read_is_refused_with_the_words_that_name_one(tmp_path: Path) -> None:
    for name in ("left", "right"):
        arrays(tmp_path / name, CLOUDS)
    run = trained(tmp_path, ["left:points=left", "right:points=right"], "clip")
    query = str(tmp_path / "right" / "03.npy")
    with pytest.raises(UserError, match=r"may be left \(points\) or right \(points\); say which, as in left=.*03\.npy"):
        search(run, query)
    assert {hit.slot for hit in search(run, f"right={query}", k=2)} == {"left"}


def test_an_array_that_no_slot_reads_is_refused(both: tuple[coview.Run, Path]) -> None:
    run, root = both
    np.savez(root / "one.npz", CLOUDS[0])
    with pytest.raises(UserError, match=r"one\.npz' cannot be asked of this run, which reads scan \(volume\), walk"):
        search(run, root / "one.npz")


@pytest.mark.parametrize("k", [0, -1])
def test_fewer_than_one_hit_is_no_number_to_ask_for(both: tuple[coview.Run, Path], k: int) -> None:
    run, root = both
    with pytest.raises(UserError, match="1 at least"):
        search(run, root / "scans" / "03.npy", k=k)


def test_samples_of_one_slot_are_compared_in_the_space_made_for_comparing(both: tuple[coview.Run, Path]) -> None:
    run, root = both
    hits = search(run, root / "scans" / "03.npy", slot="scan", k=12)
    joint = [*coview.embed(run).spaces.values()][-1]["scan"].values[:, 0]
    asked = next(hit.row for hit in hits if hit.name == "03")
    cosine = torch.nn.functional.cosine_similarity(joint, joint[asked][None])
    assert [hit.cosine for hit in hits] == pytest.approx(cosine.sort(descending=True).values.tolist(), abs=1e-4)


def test_a_sample_of_a_run_that_reads_text_is_asked_for_by_name() -> None:
    texts = [f"{a} {b}" for a in ("red", "blue", "green", "dark") for b in ("sun", "hat", "tree", "fish", "moon")]
    run = coview.fit("simclr", {"text": texts}, steps=2, batch_size=8, encoder_options={"dim": 16}, threads=1)
    data = from_arrays(text=texts)
    hit, *_ = search(run, f"sample={data.names[3]}", data, k=2)
    assert (hit.name, hit.row) == (data.names[3], 3)
    assert hit.cosine == pytest.approx(1.0, abs=1e-4)
    with pytest.raises(UserError, match="neither a file nor a sample"):
        search(run, "sample=nobody", data)
