"""Folders: stems are samples, dotted words are views, sub-folders are labels, slots or splits; nothing is lost."""

import os

import pytest

from coview.data.open import open_source
from coview.errors import UserError
from tests.data.made_files import picture, sound, text


def items(source, slot):
    return {name: [p and p.name for p in source.columns[slot].items[i]] for i, name in enumerate(source.names)}


def test_files_of_one_stem_are_one_sample_of_several_slots(tmp_path):
    picture(tmp_path / "cat.png")
    sound(tmp_path / "cat.wav")
    text(tmp_path / "cat.txt")
    picture(tmp_path / "dog.jpg")
    source = open_source(tmp_path)
    assert source.names == ["cat", "dog"]
    assert items(source, "image") == {"cat": ["cat.png"], "dog": ["dog.jpg"]}
    assert items(source, "audio") == {"cat": ["cat.wav"], "dog": [None]}
    assert list(source.columns) == ["image", "audio", "text"]


def test_a_word_before_the_ending_names_a_view(tmp_path):
    for name in ("cat.front.png", "cat.back.png", "dog.front.png"):
        picture(tmp_path / name)
    column = open_source(tmp_path).columns["image"]
    assert column.views == ("back", "front")
    assert [[p and p.name for p in row] for row in column.items] == [
        ["cat.back.png", "cat.front.png"],
        [None, "dog.front.png"],
    ]


@pytest.mark.parametrize(
    "names", [["shot.001.png", "shot.002.png"], ["img_1.png", "img_2.png"], ["a.b.png", "c.d.png"]]
)
def test_numbers_underscores_and_lone_dots_name_samples(tmp_path, names):
    for name in names:
        picture(tmp_path / name)
    source = open_source(tmp_path)
    assert source.names == [n.removesuffix(".png") for n in names]
    assert source.columns["image"].width == 1


def test_one_name_with_two_endings_is_two_views(tmp_path):
    picture(tmp_path / "cat.png")
    picture(tmp_path / "cat.jpg")
    picture(tmp_path / "dog.png")
    source = open_source(tmp_path)
    assert source.columns["image"].views == ("jpg", "png")
    assert items(source, "image")["dog"] == [None, "dog.png"]


def test_sub_folders_are_labels(tmp_path):
    picture(tmp_path / "cats" / "1.png")
    picture(tmp_path / "dogs" / "1.png")
    source = open_source(tmp_path)
    assert source.names == ["cats/1", "dogs/1"]
    assert source.labels["folder"].tolist() == ["cats", "dogs"]
    assert source.columns["image"].width == 1


def test_same_names_in_sub_folders_are_hinted_at(tmp_path):
    for folder in ("front", "back"):
        picture(tmp_path / folder / "1.png")
        picture(tmp_path / folder / "2.png")
    assert any("image=back,front" in line for line in open_source(tmp_path).understood)


def test_named_sub_folders_are_views(tmp_path):
    for folder in ("front", "back"):
        picture(tmp_path / folder / "1.png")
    picture(tmp_path / "back" / "2.png")
    source = open_source(tmp_path, columns=["drawing:image=front,back"])
    assert source.columns["drawing"].views == ("front", "back")
    assert items(source, "drawing") == {"1": ["1.png", "1.png"], "2": [None, "2.png"]}


def test_a_slot_may_be_the_whole_folder(tmp_path):
    picture(tmp_path / "a" / "1.png")
    source = open_source(tmp_path, columns=["drawing:image=."])
    assert items(source, "drawing") == {"a/1": ["1.png"]}


def test_a_named_sub_folder_that_is_not_there_is_refused_with_those_there_are(tmp_path):
    picture(tmp_path / "front" / "1.png")
    with pytest.raises(UserError, match=r"frond.*it has front; did you mean 'front'"):
        open_source(tmp_path, columns={"drawing:image": "frond"})


def test_sub_folders_of_one_modality_each_are_slots(tmp_path):
    for name in ("1", "2"):
        picture(tmp_path / "images" / f"{name}.png")
        text(tmp_path / "captions" / f"{name}.txt")
    source = open_source(tmp_path)
    assert source.names == ["1", "2"]
    assert items(source, "text") == {"1": ["1.txt"], "2": ["2.txt"]}


def test_top_folders_named_as_splits_are_the_split_and_no_label(tmp_path):
    for part in ("train", "val", "test"):
        for kind in ("cats", "dogs"):
            picture(tmp_path / part / kind / "1.png")
    source = open_source(tmp_path)
    assert sorted(set(source.split)) == ["test", "train", "valid"]
    assert set(source.labels["folder"]) == {"cats", "dogs"}


def test_samples_of_one_sub_folder_can_be_kept_together(tmp_path):
    picture(tmp_path / "cats" / "1.png")
    picture(tmp_path / "dogs" / "1.png")
    assert open_source(tmp_path, group="folder").groups == ["cats", "dogs"]


def test_stray_text_and_other_files_are_left_out_by_name(tmp_path):
    picture(tmp_path / "cat.png")
    text(tmp_path / "notes.txt")
    text(tmp_path / "README.txt")
    text(tmp_path / "info.json")
    picture(tmp_path / ".hidden.png")
    source = open_source(tmp_path)
    told = " ".join(source.understood)
    assert list(source.columns) == ["image"]
    assert all(name in told for name in ("notes.txt", "README.txt", "info.json", ".hidden.png"))


def test_dangling_links_and_loops_are_skipped_and_named(tmp_path):
    picture(tmp_path / "cat.png")
    (tmp_path / "gone.png").symlink_to(tmp_path / "nowhere.png")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "self.png").symlink_to(tmp_path / "self.png")
    source = open_source(tmp_path)
    assert source.names == ["cat"]
    assert [name for name, _ in source.skipped] == ["gone.png", "loop", "self.png"]
    assert "nowhere.png, which is not there" in dict(source.skipped)["gone.png"]


def test_a_pipe_is_skipped_and_not_waited_for(tmp_path):
    picture(tmp_path / "cat.png")
    os.mkfifo(tmp_path / "pipe.png")
    assert open_source(tmp_path).skipped == [("pipe.png", "not a plain file")]


def test_linked_folders_are_read(tmp_path):
    picture(tmp_path / "elsewhere" / "cat.png")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "linked").symlink_to(tmp_path / "elsewhere")
    assert open_source(tmp_path / "data").names == ["linked/cat"]


def test_names_that_are_not_utf8_are_printable(tmp_path):
    (tmp_path / os.fsdecode(b"caf\xe9.png")).write_bytes(picture(tmp_path / "b.png").read_bytes())
    source = open_source(tmp_path)
    assert source.names == ["b", "caf\\xe9"]
    assert source.columns["image"].items[1][0].exists()


@pytest.mark.parametrize("files", [[], ["notes.md"], [".hidden.png"]])
def test_a_folder_without_anything_to_read_is_refused_in_one_sentence(tmp_path, files):
    for name in files:
        text(tmp_path / name)
    with pytest.raises(UserError, match="image") as refused:
        open_source(tmp_path)
    assert "\n" not in str(refused.value)


def test_a_folder_of_links_to_nowhere_says_so(tmp_path):
    (tmp_path / "gone.png").symlink_to(tmp_path / "nowhere.png")
    with pytest.raises(UserError, match="which is not there"):
        open_source(tmp_path)


def test_a_sub_folder_that_may_not_be_listed_is_named(tmp_path, monkeypatch):
    picture(tmp_path / "cat.png")
    picture(tmp_path / "locked" / "dog.png")
    scandir = os.scandir

    def guarded(path):
        if str(path).rstrip("/").endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", guarded)
    assert open_source(tmp_path).skipped == [("locked/", "cannot be listed: Permission denied")]


def test_meshes_and_scans_are_slots_and_both_endings_of_a_scan_count(tmp_path):
    for name in ("chair.obj", "chair.png", "lamp.glb", "lamp.nii.gz", "rug.v2.nii"):
        (tmp_path / name).write_bytes(b"x")
    source = open_source(tmp_path)
    assert source.names == ["chair", "lamp", "rug.v2"]
    assert items(source, "points") == {"chair": ["chair.obj"], "lamp": ["lamp.glb"], "rug.v2": [None]}
    assert items(source, "volume") == {"chair": [None], "lamp": ["lamp.nii.gz"], "rug.v2": ["rug.v2.nii"]}


def test_array_files_are_what_the_user_says(tmp_path):
    for name in ("a.npy", "b.npz", "c.ply", "d.png"):
        (tmp_path / name).write_bytes(b"x")
    source = open_source(tmp_path, columns={"shape:points": "."})
    assert items(source, "shape") == {"a": ["a.npy"], "b": ["b.npz"], "c": ["c.ply"]}
    assert list(open_source(tmp_path).columns) == ["image", "points"]


def test_array_files_alone_ask_what_they_are(tmp_path):
    (tmp_path / "a.npy").write_bytes(b"x")
    with pytest.raises(UserError, match="say what its arrays are, as in --columns shape:points="):
        open_source(tmp_path)
    with pytest.raises(UserError, match=r"say what its arrays are, as in --columns thing:series=\."):
        open_source(tmp_path, columns={"thing": "."})
