"""WebDataset shards and saved Hugging Face data sets."""

import io
import json
import tarfile

import pyarrow as pa
import pytest

from coview.data.files.webdataset import open_webdataset
from coview.data.open import open_source
from coview.errors import UserError
from tests.data.made_files import picture_bytes, wave


def shard(path, members):
    with tarfile.open(path, "w") as tar:
        for name, content in members:
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return path


MEMBERS = [
    ("a.png", picture_bytes(0)),
    ("a.txt", b"a red fish"),
    ("a.cls", b"3"),
    ("a.json", b'{"place": "sea", "depth": 1.5}'),
    ("b.jpg", picture_bytes(1, kind="JPEG")),
    ("b.cls", b"4"),
    ("b.json", b'{"place": "sea"}'),
    ("c.png", picture_bytes(2)),
    ("c.cls", b"3"),
    ("c.json", b'{"place": "lake"}'),
    ("d.png", picture_bytes(3)),
    ("d.cls", b"4"),
    ("d.json", b'{"place": "lake"}'),
]


def test_members_of_one_key_are_a_sample(tmp_path):
    source = open_source(shard(tmp_path / "s.tar", MEMBERS))
    assert source.names == ["a", "b", "c", "d"]
    assert source.columns["image"].items[1] == [picture_bytes(1, kind="JPEG")]
    assert [source.columns["text"].items[i] for i in range(2)] == [[b"a red fish"], [None]]
    assert source.labels["cls"].tolist() == ["3", "4", "3", "4"]
    assert source.labels["place"].tolist() == ["sea", "sea", "lake", "lake"]


def test_words_before_the_ending_are_views(tmp_path):
    path = shard(tmp_path / "s.tar", [("a.left.png", picture_bytes(0)), ("a.right.png", picture_bytes(1))])
    assert open_source(path).columns["image"].views == ("left", "right")
    named = open_source(path, columns=["eye:image=right.png"])
    assert named.columns["eye"].items[0] == [picture_bytes(1)]


@pytest.mark.parametrize("how", ["folder", "braces"])
def test_shards_are_read_in_order_and_keys_met_again_are_told_apart(tmp_path, how):
    shard(tmp_path / "s-000.tar", [("a.png", picture_bytes(0))])
    shard(tmp_path / "s-001.tar", [("a.png", picture_bytes(1))])
    source = open_source(tmp_path if how == "folder" else str(tmp_path / "s-{000..001}.tar"))
    assert source.names == ["a", "s-001/a"]
    assert source.columns["image"].items[1] == [picture_bytes(1)]


def test_a_shard_cut_off_gives_what_it_has_and_is_named(tmp_path):
    path = shard(tmp_path / "s.tar", [("a.png", picture_bytes(0)), ("b.png", picture_bytes(1, 40))])
    path.write_bytes(path.read_bytes()[:3000])
    source = open_source(path)
    assert source.names == ["a"]
    assert any("s.tar" in f"{name} {reason}" for name, reason in source.skipped)


def test_missing_compressed_and_broken_shards_are_refused(tmp_path):
    shard(tmp_path / "s-000.tar", MEMBERS[:1])
    with pytest.raises(UserError, match=r"no shard .*s-001\.tar"):
        open_source(str(tmp_path / "s-{000..001}.tar"))
    with tarfile.open(tmp_path / "t.tar.gz", "w:gz"):
        pass
    with pytest.raises(UserError, match="gunzip"):
        open_source(tmp_path / "t.tar.gz")
    (tmp_path / "u.tar").write_bytes(b"not a tar" * 100)
    with pytest.raises(UserError, match="cannot be read as a tar file"):
        open_source(tmp_path / "u.tar")


def test_a_member_met_twice_is_named(tmp_path):
    source = open_source(shard(tmp_path / "s.tar", [MEMBERS[0], ("a.png", picture_bytes(9))]))
    assert source.columns["image"].items[0] == [picture_bytes(0)]
    assert source.skipped == [("s.tar:a.png", "a member of this name was met before")]


def saved(folder, table, features):
    folder.mkdir(parents=True)
    with pa.ipc.new_stream(str(folder / "data-00000-of-00001.arrow"), table.schema) as writer:
        writer.write_table(table)
    (folder / "state.json").write_text(json.dumps({"_data_files": [{"filename": "data-00000-of-00001.arrow"}]}))
    (folder / "dataset_info.json").write_text(json.dumps({"features": features}))


FEATURES = {"image": {"_type": "Image"}, "label": {"names": ["cat", "dog"], "_type": "ClassLabel"}}


def pictures(n, first=0):
    cells = [{"bytes": picture_bytes(first + i), "path": None} for i in range(n)]
    return pa.table({"image": cells, "label": pa.array([i % 2 if i else -1 for i in range(n)])})


def test_a_saved_data_set_has_pictures_and_named_labels(tmp_path):
    saved(tmp_path / "d", pictures(4), FEATURES)
    source = open_source(tmp_path / "d")
    assert source.columns["image"].items[1] == [picture_bytes(1)]
    assert source.labels["label"].tolist() == [None, "dog", "cat", "dog"]


def test_its_splits_are_the_split_and_others_are_left_out_by_name(tmp_path):
    for i, part in enumerate(["train", "validation", "unlabelled"]):
        saved(tmp_path / "d" / part, pictures(2, i * 10), FEATURES)
    (tmp_path / "d" / "dataset_dict.json").write_text('{"splits": ["train", "validation", "unlabelled"]}')
    source = open_source(tmp_path / "d")
    assert source.split == ["train"] * 2 + ["valid"] * 2
    assert any("unlabelled" in line for line in source.understood)


def test_a_saved_data_set_without_its_files_is_refused(tmp_path):
    saved(tmp_path / "d", pictures(2), FEATURES)
    (tmp_path / "d" / "data-00000-of-00001.arrow").unlink()
    with pytest.raises(UserError, match="cannot be read as an Arrow stream"):
        open_source(tmp_path / "d")


def test_what_datasets_itself_saves_is_read(tmp_path):
    datasets = pytest.importorskip("datasets", reason="the reader needs no datasets; this checks against it")
    features = datasets.Features(
        image=datasets.Image(), label=datasets.ClassLabel(names=["cat", "dog"]), text=datasets.Value("string")
    )
    rows = {
        "image": [{"bytes": picture_bytes(i), "path": None} for i in range(4)],
        "label": [0, 1, 0, 1],
        "text": ["a cat sits", "a dog runs", "one cat more", "two dogs more"],
    }
    both = datasets.DatasetDict({part: datasets.Dataset.from_dict(rows, features) for part in ("train", "test")})
    both["train"] = both["train"].select([2, 0])
    both.save_to_disk(str(tmp_path / "d"))
    source = open_source(tmp_path / "d")
    assert source.split == ["train"] * 2 + ["test"] * 4
    assert source.labels["label"].tolist()[:3] == ["cat", "cat", "cat"]
    assert source.columns["image"].items[0] == [picture_bytes(2)]
    assert source.columns["text"].items[0] == ["one cat more"]


def test_sounds_in_shards_are_bytes_of_audio(tmp_path):
    import soundfile

    file = io.BytesIO()
    soundfile.write(file, wave(), 16_000, format="WAV")
    source = open_source(shard(tmp_path / "s.tar", [("a.wav", file.getvalue())]))
    assert source.columns["audio"].items[0] == [file.getvalue()]


def test_a_key_told_apart_by_its_shard_takes_no_other_key_s_place(tmp_path):
    shard(tmp_path / "s0.tar", [("a.txt", b"first"), ("s1/a.txt", b"second")])
    shard(tmp_path / "s1.tar", [("a.txt", b"third"), ("s1/a.txt", b"fourth")])
    source = open_source(tmp_path)
    texts = [source.columns["text"].items[i][0] for i in range(len(source))]
    assert texts == [b"first", b"second", b"third", b"fourth"]
    assert len(set(source.names)) == 4


def test_shards_of_one_name_in_several_folders_lose_nothing(tmp_path):
    for folder in "012":
        (tmp_path / folder).mkdir()
        shard(tmp_path / folder / "s.tar", [("a.txt", folder.encode())])
    source = open_webdataset(str(tmp_path / "{0..2}" / "s.tar"))
    assert source.names == ["a", "s/a", "s/s/a"]


def test_of_a_shard_that_is_no_tar_file_the_first_bytes_are_read(tmp_path, monkeypatch):
    (tmp_path / "t.tar").write_bytes(b"\x1f\x8b" + bytes(100))
    monkeypatch.setattr("pathlib.Path.read_bytes", lambda path: pytest.fail("a shard may be larger than memory"))
    with pytest.raises(UserError, match="gunzip"):
        open_source(tmp_path / "t.tar")
