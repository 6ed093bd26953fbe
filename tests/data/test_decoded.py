"""Decoded data kept between runs: the same to the bit, never stale, bounded, and bad files named each time."""

import os
import time

import numpy as np
import pytest
import torch

from coview.data.open import open_source
from coview.data.prepared import cached_work
from coview.data.prepared.decoded import Decoded, decoded
from coview.data.prepared.fingerprint import Fingerprint, Unknown, of_column
from coview.data.prepared.lazy import LazyColumn
from coview.data.prepared.prepare import load
from coview.data.source import Column
from coview.errors import UserError
from coview.modalities.image import Image
from tests.data.made_files import picture, sound, text


@pytest.fixture(autouse=True)
def _everything_is_worth_keeping(monkeypatch):
    monkeypatch.setattr(cached_work, "WORTH_SECONDS", 0.0)
    monkeypatch.setattr(cached_work, "SETTLED_SECONDS", -1.0)


@pytest.fixture
def keep(tmp_path):
    return Decoded(tmp_path / "kept", 10**9)


@pytest.fixture
def folder(tmp_path):
    for i in range(6):
        picture(tmp_path / "d" / f"{i}.png", i, 12 + i)
    return tmp_path / "d"


def read(folder, keep, **options):
    """The data, and how many pictures were decoded for it."""
    source, times = open_source(folder), []
    whole = Image.read
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Image, "read", staticmethod(lambda raw: times.append(raw) or whole(raw)))
        data = load(source, keep=keep, options={"image": {"size": 8}}, **options)
    return data, len(times)


def same(a, b):
    return torch.equal(a.value, b.value) and torch.equal(a.present, b.present) and a.params.keys() == b.params.keys()


def test_a_second_start_decodes_nothing_and_gives_the_same(folder, keep):
    first, decoded_first = read(folder, keep)
    second, decoded_second = read(folder, keep)
    plain, _ = read(folder, Decoded(folder, 0))
    assert (decoded_first, decoded_second) == (6, 0)
    for other in (second, plain):
        assert same(first.slots["image"], other.slots["image"])
        assert first.modalities["image"].config() == other.modalities["image"].config()


MADE = {
    "image": lambda folder, i: picture(folder / f"{i}.png", i, 12 + i),
    "audio": lambda folder, i: sound(folder / f"{i}.wav", i, 4000 + 100 * i),
    "points": lambda folder, i: _mesh(folder / f"{i}.ply", i),
    "volume": lambda folder, i: _scan(folder / f"{i}.nii.gz", i),
    "video": lambda folder, i: _film(folder / f"{i}.mp4", i),
}


@pytest.mark.parametrize("modality", MADE)
def test_a_modality_read_from_what_is_kept_is_the_same_to_the_bit(modality, tmp_path, keep):
    (tmp_path / "d").mkdir()
    for i in range(4):
        MADE[modality](tmp_path / "d", i)
    plain = load(open_source(tmp_path / "d"), keep=Decoded(tmp_path, 0))
    load(open_source(tmp_path / "d"), keep=keep)
    told = []
    kept = load(open_source(tmp_path / "d"), keep=keep, progress=told.append)
    assert any("as decoded before" in line for line in told)
    assert kept.modalities[modality].config() == plain.modalities[modality].config()
    every = torch.arange(4)
    a, b = (data.modalities[modality].prepare(data.batch(every)[modality]) for data in (plain, kept))
    assert torch.allclose(a.value, b.value, rtol=0, atol=0, equal_nan=True)


def test_training_from_what_is_kept_gives_the_same_weights(folder, keep, monkeypatch, tmp_path):
    import coview
    from coview.use.train import make_config, prepare

    monkeypatch.setenv("COVIEW_CACHE", str(tmp_path / "cache"))
    told = {"steps": 2, "batch_size": 4, "seed": 3, "modality": {"image": {"size": 8}}}
    prepare(make_config("simclr", str(folder), **told), str(folder))
    weights = []
    for limit in ("0", "1"):
        monkeypatch.setenv("COVIEW_DECODED_GB", limit)
        weights.append(coview.fit("simclr", str(folder), **told).method.state_dict())
    assert len(list((tmp_path / "cache" / "decoded").iterdir())) == 2
    assert all(torch.equal(value, weights[1][name]) for name, value in weights[0].items())


def test_a_changed_file_is_read_again(folder, keep):
    first, _ = read(folder, keep)
    before = os.stat(folder / "3.png")
    picture(folder / "3.png", 99, 15)
    os.utime(folder / "3.png", ns=(before.st_atime_ns, before.st_mtime_ns))  # as who copies with times would
    second, times = read(folder, keep)
    assert times == 6
    assert not torch.equal(first.slots["image"].value[3], second.slots["image"].value[3])


def test_a_file_more_or_less_is_seen(folder, keep):
    read(folder, keep)
    picture(folder / "6.png", 6)
    assert len(read(folder, keep)[0]) == 7
    (folder / "0.png").unlink()
    assert read(folder, keep)[0].names == [str(i) for i in range(1, 7)]


def test_another_option_is_another_entry(folder, keep):
    read(folder, keep)
    source = open_source(folder)
    assert load(source, keep=keep, options={"image": {"size": 12}}).slots["image"].value.shape[-1] == 12
    assert load(source, keep=keep, options={"image": {"size": 8}}).slots["image"].value.shape[-1] == 8


def test_other_code_is_another_entry(folder, keep, monkeypatch):
    read(folder, keep)
    monkeypatch.setattr(cached_work, "of_code", lambda: "another")
    assert read(folder, keep)[1] == 6


def test_a_run_s_modality_finds_what_its_fit_kept(folder, keep):
    data, _ = read(folder, keep)
    assert read(folder, keep, modalities=data.modalities)[1] == 0


def test_bad_files_are_named_on_the_second_start_too(folder, keep):
    (folder / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\x00" * 50)
    first, _ = read(folder, keep)
    second, times = read(folder, keep)
    assert [name for name, _ in second.skipped] == ["broken"]
    assert second.skipped == first.skipped
    assert times == 1  # what was bad is tried again


def test_strict_stops_at_a_bad_file_on_the_second_start_too(folder, keep):
    (folder / "broken.png").write_bytes(b"")
    said = []
    read(folder, keep)
    for store in (keep, Decoded(folder, 0)):
        with pytest.raises(UserError, match="strict") as caught:
            read(folder, store, strict=True)
        said.append(str(caught.value))
    assert said[0] == said[1]


def test_what_could_not_be_read_and_now_can_is_read(folder, keep, monkeypatch):
    whole, calls = Image.read, []

    def failing(raw):
        calls.append(raw)
        if raw.name == "2.png":
            raise OSError("too many open files")
        return whole(raw)

    with monkeypatch.context() as patch:
        patch.setattr(Image, "read", staticmethod(failing))
        assert [name for name, _ in load(open_source(folder), keep=keep).skipped] == ["2"]
    assert load(open_source(folder), keep=keep).skipped == []


def test_a_column_too_large_for_memory_is_not_read_through_again(folder, keep):
    (folder / "broken.png").write_bytes(b"")
    first, times = read(folder, keep, memory_limit=0)
    second, again = read(folder, keep, memory_limit=0)
    assert isinstance(second.slots["image"], LazyColumn)
    assert (times, again) == (7, 1)
    assert second.skipped == first.skipped
    assert same(first.batch(torch.arange(6))["image"], second.batch(torch.arange(6))["image"])


@pytest.mark.parametrize(("first", "then"), [(0, 10**9), (10**9, 0)])
def test_memory_decides_anew_what_is_decoded_on_demand(folder, keep, first, then):
    read(folder, keep, memory_limit=first)
    assert isinstance(read(folder, keep, memory_limit=then)[0].slots["image"], LazyColumn) == (then == 0)


def test_a_file_changed_just_now_is_not_trusted(folder, keep, monkeypatch):
    monkeypatch.setattr(cached_work, "SETTLED_SECONDS", 3600.0)
    read(folder, keep)
    assert read(folder, keep)[1] == 6
    assert keep.size() == 0


def test_a_file_changed_during_reading_is_not_kept(folder, keep, monkeypatch):
    whole = Image.read

    def changing(raw):
        item = whole(raw)
        if raw.name == "5.png":
            picture(raw, 50, 20)
        return item

    with monkeypatch.context() as patch:
        patch.setattr(Image, "read", staticmethod(changing))
        load(open_source(folder), keep=keep)
    assert keep.size() == 0


def test_what_is_decoded_at_once_is_not_kept(folder, keep, monkeypatch):
    monkeypatch.setattr(cached_work, "WORTH_SECONDS", 60.0)
    read(folder, keep)
    assert keep.size() == 0


def test_text_and_arrays_are_not_kept(tmp_path):
    assert of_column(Column("text", [["words"], ["more"]])) is None
    assert of_column(Column("image", [[np.zeros((4, 4, 3), np.uint8)]])) is None
    assert of_column(Column("text", [[text(tmp_path / "a.txt")]])) is not None


def test_members_of_shards_are_told_without_reading(tmp_path, monkeypatch):
    from coview.data.files.tar_index import Member, Members

    shard = tmp_path / "a.tar"
    shard.write_bytes(b"x" * 100)
    monkeypatch.setattr(Member, "read", lambda self: pytest.fail("was read"))
    told = [of_column(Column("image", Members([[Member(shard, at, 10)]]))) for at in (0, 10)]
    assert None not in told
    assert told[0] != told[1]


def test_a_folder_as_a_value_is_not_told(tmp_path):
    with pytest.raises(Unknown):
        Fingerprint().add(tmp_path)


def test_an_entry_comes_back_as_it_was_kept(keep):
    held = {"x": torch.arange(6).view(2, 3), "there": torch.tensor([True, False])}
    assert keep.put("a", {"bad": [[1, 2]]}, held)
    entry = keep.get("a")
    assert entry.told == {"bad": [[1, 2]]}
    assert all(torch.equal(held[name], entry.tensors[name]) for name in held)
    entry.tensors["x"][0] = -1  # a run's own; the file stays
    assert torch.equal(keep.get("a").tensors["x"], held["x"])


def test_what_is_broken_is_not_there(keep):
    keep.put("a", {}, {"x": torch.arange(1000)})
    path = next(keep.folder.iterdir())
    path.write_bytes(path.read_bytes()[:500])
    assert keep.get("a") is None


def test_the_least_recently_used_makes_room(tmp_path):
    keep = Decoded(tmp_path, 25_000)
    for when, key in enumerate("abc"):
        keep.put(key, {}, {"x": torch.zeros(2500)})
        os.utime(tmp_path / f"{key}.safetensors", (when, when))
        if key == "b":
            keep.get("a")  # used again: b is the older one now
            os.utime(tmp_path / "a.safetensors", (10, 10))
    assert keep.get("b") is None
    assert keep.get("a") is not None
    assert keep.get("c") is not None
    assert keep.size() <= 25_000


def test_what_is_larger_than_all_room_is_not_kept(tmp_path):
    assert not Decoded(tmp_path, 100).put("a", {}, {"x": torch.zeros(1000)})


def test_a_folder_that_cannot_be_written_keeps_nothing(tmp_path):
    (tmp_path / "file").write_text("")
    assert not Decoded(tmp_path / "file", 10**9).put("a", {}, {"x": torch.zeros(10)})


def test_what_was_left_half_written_is_swept(tmp_path):
    left, fresh = tmp_path / ".writing-old", tmp_path / ".writing-new"
    left.write_bytes(b"x")
    fresh.write_bytes(b"x")
    os.utime(left, (time.time() - 3 * 24 * 3600,) * 2)
    Decoded(tmp_path, 10**9).put("a", {}, {"x": torch.zeros(10)})
    assert (left.exists(), fresh.exists()) == (False, True)


def test_clearing_says_what_it_freed(keep):
    keep.put("a", {}, {"x": torch.zeros(10)})
    size = keep.size()
    assert size > 40
    assert (keep.clear(), keep.size()) == (size, 0)


def test_the_limit_is_the_user_s(monkeypatch):
    monkeypatch.setenv("COVIEW_DECODED_GB", "0.5")
    assert decoded().limit == 5 * 10**8
    monkeypatch.setenv("COVIEW_DECODED_GB", "lots")
    with pytest.raises(UserError, match="COVIEW_DECODED_GB"):
        decoded()


def _mesh(path, seed):
    import trimesh

    trimesh.creation.icosphere(subdivisions=1, radius=1 + seed).export(path)


def _scan(path, seed):
    import nibabel

    voxels = np.random.default_rng(seed).normal(size=(9, 8, 7)).astype(np.float32)
    nibabel.save(nibabel.Nifti1Image(voxels, np.eye(4)), path)


def _film(path, seed):
    import av

    with av.open(str(path), "w") as film:
        stream = film.add_stream("mpeg4", rate=8)
        stream.width = stream.height = 32
        frames = np.random.default_rng(seed).integers(0, 255, (16, 32, 32, 3), dtype=np.uint8)
        for frame in frames:
            film.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        film.mux(stream.encode())
