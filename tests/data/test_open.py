"""What the user names as data: catalog, path or memory; near misses are suggested."""

import numpy as np
import pytest

from coview.data import catalog
from coview.data.describe import describe
from coview.data.open import open_source
from coview.data.source import Column, Source
from coview.errors import UserError
from tests.data.made_files import picture, pixels, text


def made():
    labels = {"kind": np.array(["x", "x", None], dtype=object), "place": np.array([1, 2, 3])}
    return Source("made", {"text": Column("text", [["a"], ["b"], ["c"]])}, list("abc"), labels=labels)


def test_a_source_is_itself():
    source = made()
    assert open_source(source).columns is source.columns


def test_a_name_that_is_nothing_gets_the_nearest_path_or_data_set(tmp_path):
    (tmp_path / "photos").mkdir()
    with pytest.raises(UserError, match="photos"):
        open_source(tmp_path / "photo")
    if catalog.names():
        with pytest.raises(UserError, match=f"did you mean '{catalog.names()[0]}'"):
            open_source(f"{catalog.names()[0]}x")


def test_a_single_picture_names_its_folder(tmp_path):
    with pytest.raises(UserError, match=f"folder it is in, {tmp_path}"):
        open_source(picture(tmp_path / "cat.png"))


def test_an_unknown_kind_of_file_says_which_are_read(tmp_path):
    with pytest.raises(UserError, match="parquet"):
        open_source(text(tmp_path / "t.docx"))


def test_groups_come_from_a_label_and_the_unknown_are_alone():
    assert open_source(made(), group="kind").groups == ["x", "x", "alone: c"]
    with pytest.raises(UserError, match="no 'who' to group by; it has kind, place"):
        open_source(made(), group="who")


def test_labels_named_are_kept_in_that_order():
    assert list(open_source(made(), label=["place", "kind"]).labels) == ["place", "kind"]
    with pytest.raises(UserError, match="no label 'size'"):
        open_source(made(), label="size")


def test_slots_of_a_ready_source_are_renamed_and_the_others_left_out():
    source = open_source({"image": [pixels()], "text": ["a"]}, columns=["caption=text"])
    assert list(source.columns) == ["caption"]


def test_a_description_says_what_was_understood_and_skipped(tmp_path):
    picture(tmp_path / "cats" / "1.png")
    picture(tmp_path / "dogs" / "1.png")
    (tmp_path / "gone.png").symlink_to(tmp_path / "nowhere")
    told = "\n".join(describe(open_source(tmp_path)))
    assert "2 samples" in told
    assert "slot image: image" in told
    assert "folder (2 kinds)" in told
    assert "1 skipped: gone.png" in told


def test_lengths_that_differ_are_refused():
    source = made()
    source.names.append("d")
    with pytest.raises(UserError, match="slot 'text' has 3 entries for 4 samples"):
        open_source(source)


@pytest.mark.parametrize("name", ["", " ", "a\0b", "x" * 5000, "no/such/place", "~no-such-user/data"])
def test_names_that_can_be_no_path_are_refused(name):
    with pytest.raises(UserError, match=r"no data was named|there is no file or folder"):
        open_source(name)
