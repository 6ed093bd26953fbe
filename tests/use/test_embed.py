from __future__ import annotations

import numpy as np
import pyarrow.parquet as pq
import pytest
import torch

import coview
from coview.batch import Embedding
from coview.data.source import Data
from coview.errors import UserError
from coview.use.embed import Embedded
from coview.use.tables import label_columns


@pytest.fixture(scope="module")
def run() -> object:
    rng = np.random.default_rng(0)
    words = [f"{a} {b}" for a in ("red", "blue", "green", "dark") for b in ("sun", "hat", "tree", "fish", "moon")]
    pictures = rng.integers(0, 255, (20, 8, 8, 3)).astype(np.uint8)
    data = {"image": pictures, "text": words}
    return coview.fit("clip", data, steps=2, batch_size=8, encoder_options={"dim": 16}, threads=1)


def test_texts_in_memory_are_embedded_alone(run: object) -> None:
    found = coview.embed(run, ["red sun", "blue hat", "red sun"])
    vectors = found.array()
    assert vectors.shape[0] == 3
    assert np.array_equal(vectors[0], vectors[2])
    assert not np.array_equal(vectors[0], vectors[1])


def test_pictures_in_memory_are_embedded_alone(run: object) -> None:
    pictures = np.random.default_rng(1).integers(0, 255, (3, 8, 8, 3)).astype(np.uint8)
    assert coview.embed(run, pictures).array().shape[0] == 3


def test_what_the_run_cannot_read_is_refused_in_one_sentence(run: object) -> None:
    with pytest.raises(UserError, match="the run"):
        coview.embed(run, {"sound:audio": np.zeros((2, 4000), np.float32)})


def test_both_slots_stand_in_one_space(run: object) -> None:
    found = coview.embed(run, {"image": np.zeros((2, 8, 8, 3), np.uint8), "text": ["a", "b"]})
    assert any({"image", "text"} <= set(slots) for slots in found.spaces.values())


def embedded() -> Embedded:
    values = torch.arange(24.0).reshape(3, 2, 4)
    present = torch.tensor([[True, True], [False, True], [False, False]])
    data = Data(
        "d", {}, {}, torch.tensor([5, 6, 7]), ["a", "b", "c"],
        labels={"kind": np.array(["x", "y", "z"]), "name": np.array(["p", "q", "r"])},
        view_names={"s": ("left", "right")},
    )  # fmt: skip
    return Embedded(data, {"s": {"s": Embedding(values, present)}})


def test_the_table_has_a_row_for_each_view_that_is_there(tmp_path: object) -> None:
    table = embedded().table().to_pydict()
    assert table["name"] == ["a", "a", "b"]
    assert table["view"] == ["left", "right", "right"]
    assert table["vector"][2] == [12.0, 13.0, 14.0, 15.0]
    assert table["kind"] == ["x", "x", "y"]
    assert table["label_name"] == ["p", "p", "q"]


def test_an_array_is_the_mean_of_views_and_nan_where_none_is() -> None:
    found = embedded().array()
    assert found[0].tolist() == [2.0, 3.0, 4.0, 5.0]
    assert found[1].tolist() == [12.0, 13.0, 14.0, 15.0]
    assert np.isnan(found[2]).all()


def test_every_ending_keeps_the_vectors(tmp_path) -> None:
    import pyarrow.csv
    import pyarrow.feather

    found = embedded()
    want = found.table()["vector"].to_pylist()
    assert pq.read_table(found.save(tmp_path / "e.parquet"))["vector"].to_pylist() == want
    assert pyarrow.feather.read_table(found.save(tmp_path / "e.arrow"))["vector"].to_pylist() == want
    text = pyarrow.csv.read_csv(found.save(tmp_path / "e.csv"))["vector"].to_pylist()
    assert [[float(x) for x in line.split()] for line in text] == want


@pytest.mark.parametrize("order", [["id", "label_id", "kind"], ["label_id", "id", "kind"]])
def test_labels_called_as_columns_are_keep_all_their_values(order: list[str]) -> None:
    labels = {name: [name] for name in order}
    columns = label_columns(labels, ["id", "name"])
    assert columns == {"label_id": ["label_id"], "label_label_id": ["id"], "kind": ["kind"]}


def test_one_slot_may_be_named_by_a_word_and_batches_have_samples(run: object) -> None:
    assert coview.embed(run, ["red sun"], slots="text").array().shape[0] == 1
    with pytest.raises(UserError, match="batch_size is 1 at least"):
        coview.embed(run, ["red sun"], batch_size=0)
