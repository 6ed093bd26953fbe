"""Arrays in memory and in files: modalities by values or by name, natural views, nothing unpickled."""

import numpy as np
import pytest
import torch
from PIL import Image

from coview.data.arrays import from_arrays
from coview.data.open import open_source
from coview.errors import UserError
from tests.data.made_files import pixels, wave

PICTURES = np.stack([pixels(i) for i in range(4)])


def rows(source, slot):
    return [list(source.columns[slot].items[i]) for i in range(len(source))]


@pytest.mark.parametrize(
    ("value", "modality"),
    [
        (PICTURES, "image"),
        (torch.from_numpy(PICTURES), "image"),
        (PICTURES[..., 0], "image"),
        ([Image.fromarray(p) for p in PICTURES], "image"),
        ([pixels(0, 8), pixels(1, 12), None, pixels(2, 16)], "image"),
        (["one", "two", None, "four"], "text"),
    ],
)
def test_values_say_their_modality(value, modality):
    source = open_source({"x": value})
    assert source.columns["x"].modality == modality
    assert len(source) == 4


def test_waveforms_are_known_by_their_slots_name_or_word():
    waves = np.stack([wave(i) for i in range(3)])
    assert from_arrays(recording=waves).columns["recording"].modality == "audio"
    assert from_arrays({"x:audio": waves}).columns["x"].modality == "audio"
    with pytest.raises(UserError, match=r"ndarray \(1600,\).*'x:series'"):
        from_arrays(x=waves)


def test_a_tuple_holds_natural_views():
    source = from_arrays(photo=(PICTURES, PICTURES[::-1]))
    assert np.array_equal(rows(source, "photo")[0][1], PICTURES[3])


def test_lists_of_lists_and_a_fifth_axis_hold_natural_views():
    source = from_arrays(caption=[["a", "b"], ["c"], None], photo=np.stack([PICTURES[:3]] * 2, axis=1))
    assert rows(source, "caption") == [["a", "b"], ["c", None], [None, None]]
    assert source.columns["photo"].width == 2


@pytest.mark.parametrize(
    ("modality", "entry"),
    [
        ("audio", (wave(0), 16_000)),
        ("video", (np.zeros((8, 16, 16, 3), np.uint8), 25.0)),
        ("volume", (torch.zeros(8, 8, 8), (1.0, 1.0, 2.0))),
    ],
)
def test_an_array_with_its_rate_or_spacing_is_one_value(modality, entry):
    source = from_arrays({f"it:{modality}": [entry, entry]})
    assert source.columns["it"].width == 1
    assert source.columns["it"].items[1][0] is entry


def test_labels_groups_and_names_are_kept():
    source = from_arrays(image=PICTURES, labels=[0, 1, 0, 1], groups=["x", "x", "y", "y"], names="abcd")
    assert source.labels["label"].tolist() == [0, 1, 0, 1]
    assert (source.groups, source.names) == (["x", "x", "y", "y"], list("abcd"))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "no arrays"),
        ({"image": PICTURES, "text": ["a"]}, "'text' has 1 entries for 4 samples"),
        ({"image": PICTURES, "labels": [1, 2]}, "2 entries for 4"),
        ({"image": PICTURES, "names": "aabc"}, "two samples named 'a'"),
        ({"image": (PICTURES, PICTURES[:2])}, "4, 2 entries"),
        ({"image": "cat.png"}, "is a str"),
        ({"image": []}, "no modality|no samples"),
    ],
)
def test_what_does_not_fit_together_is_explained(given, said):
    with pytest.raises(UserError, match=said):
        from_arrays(**given)


def test_one_list_or_array_is_a_slot_named_as_its_modality():
    assert list(open_source(["one", "two"]).columns) == ["text"]
    assert list(open_source(PICTURES).columns) == ["image"]


def test_npz_holds_slots_and_labels(tmp_path):
    np.savez(tmp_path / "t.npz", photo=PICTURES, kind=np.array([0, 1, 0, 1]), title=np.array(["a", "b", "c", "d"]))
    source = open_source(tmp_path / "t.npz")
    assert {s: c.modality for s, c in source.columns.items()} == {"photo": "image", "title": "text"}
    assert source.labels["kind"].tolist() == [0, 1, 0, 1]


def test_npy_and_safetensors_are_read(tmp_path):
    from safetensors.torch import save_file

    np.save(tmp_path / "images.npy", PICTURES)
    save_file({"photo": torch.from_numpy(PICTURES), "y": torch.arange(4)}, tmp_path / "t.safetensors")
    assert np.array_equal(rows(open_source(tmp_path / "images.npy"), "images")[2][0], PICTURES[2])
    assert open_source(tmp_path / "t.safetensors").labels["y"].tolist() == [0, 1, 2, 3]


def test_named_arrays_are_natural_views(tmp_path):
    np.savez(tmp_path / "t.npz", left=PICTURES, right=PICTURES)
    assert open_source(tmp_path / "t.npz", columns=["eye:image=left,right"]).columns["eye"].width == 2
    with pytest.raises(UserError, match="no array 'up'"):
        open_source(tmp_path / "t.npz", columns=["eye=up"])


def test_pickles_are_refused_unread(tmp_path):
    torch.save({"x": torch.zeros(1)}, tmp_path / "t.pt")
    np.save(tmp_path / "t.npy", np.array([object()]), allow_pickle=True)
    with pytest.raises(UserError, match="safetensors"):
        open_source(tmp_path / "t.pt")
    with pytest.raises(UserError, match="could run code"):
        open_source(tmp_path / "t.npy")


@pytest.mark.parametrize("ending", ["npy", "npz", "safetensors"])
def test_broken_array_files_are_refused_in_one_sentence(tmp_path, ending):
    (tmp_path / f"t.{ending}").write_bytes(b"\x00broken")
    with pytest.raises(UserError, match="cannot be read as arrays") as refused:
        open_source(tmp_path / f"t.{ending}")
    assert "\n" not in str(refused.value)
    assert "pickle" not in str(refused.value)


@pytest.mark.parametrize(
    ("columns", "said"), [(None, "x:series=x"), (["foo=x"], "foo:series=x"), (["foo=x,y"], "foo:series=x,y")]
)
def test_arrays_that_say_no_modality_are_told_the_option_to_write(tmp_path, columns, said):
    np.savez(tmp_path / "t.npz", x=np.zeros((4, 50)), y=np.zeros((4, 50)))
    with pytest.raises(UserError, match=f"say it: --columns {said}, or"):
        open_source(tmp_path / "t.npz", columns=columns)
    assert open_source(tmp_path / "t.npz", columns=[said]).columns[said.partition(":")[0]].modality == "series"


@pytest.mark.parametrize("modality", ["video", "audio", "series", "points", "volume", "spectral"])
def test_a_slot_named_as_a_modality_is_that_whatever_its_shape(modality):
    source = from_arrays({modality: np.zeros((4, 8, 8, 3), np.float32)})
    assert source.columns[modality].modality == modality
