"""Loading: bad input named and never fatal, fitted to training samples alone, in memory and on demand alike."""

import io
import pickle
import warnings

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from coview.data.arrays import from_arrays
from coview.data.describe import describe
from coview.data.open import open_source
from coview.data.prepared.lazy import LazyColumn
from coview.data.prepared.prepare import load, sample_ids
from coview.data.source import Column, Source
from coview.data.split import split
from coview.errors import UserError
from coview.modalities.registry import modality_class
from tests.data.made_files import picture, picture_bytes, pixels, sound, text, wave

WORDS = ["red fish", "blue fish", "one fish", "two fish", "a cat in a hat", "green eggs", "ham", "a fox in socks"]


def good(n=8):
    return from_arrays(image=[pixels(i) for i in range(n)], text=[WORDS[i % 8] for i in range(n)])


def reasons(data):
    return dict(data.skipped)


def test_samples_become_stored_views_and_ids():
    data = load(good(), options={"image": {"size": 8}})
    batch = data.batch(torch.tensor([3, 1]))
    assert batch["image"].value.shape == (2, 1, 3, 8, 8)
    assert batch["text"].length is not None
    assert batch.ids.tolist() == sample_ids(["3", "1"]).tolist()
    assert data.skipped == []


def test_ids_depend_on_names_alone():
    assert sample_ids(["a", "b"]).tolist() == sample_ids(["b", "a"]).flip(0).tolist()
    assert len(sample_ids([str(i) for i in range(10_000)]).unique()) == 10_000


def bad_pictures(folder):
    whole = picture_bytes(0, 40, "JPEG")
    (folder / "truncated.jpg").write_bytes(whole[: len(whole) // 2])
    (folder / "empty.png").write_bytes(b"")
    (folder / "corrupt.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"\x00" * 50)
    text(folder / "words.png", "these are words")
    (folder / "song.png").write_bytes(sound(folder.parent / "song.wav").read_bytes())
    return ["corrupt", "empty", "song", "truncated", "words"]


def test_bad_pictures_are_skipped_and_named(tmp_path):
    folder = tmp_path / "d"
    good_names = [picture(folder / f"{i}.png", i).stem for i in range(4)]
    (folder / "misnamed.png").write_bytes(picture_bytes(7, kind="JPEG"))
    bad = bad_pictures(folder)
    data = load(open_source(folder))
    assert data.names == [*good_names, "misnamed"]
    assert sorted(reasons(data)) == bad
    assert all(reason.startswith("image: ") for reason in reasons(data).values())


def test_bad_sounds_are_skipped_and_named(tmp_path):
    for i in range(4):
        sound(tmp_path / f"{i}.wav", i)
    (tmp_path / "empty.wav").write_bytes(b"")
    (tmp_path / "broken.flac").write_bytes(b"fLaC\x00\x00")
    (tmp_path / "picture.wav").write_bytes(picture_bytes())
    import soundfile

    soundfile.write(tmp_path / "silent.wav", np.zeros(1600), 16_000)
    soundfile.write(tmp_path / "one.wav", np.zeros(1), 16_000)
    soundfile.write(tmp_path / "stereo.wav", np.stack([wave(1, 9600)] * 2, 1), 96_000)
    data = load(open_source(tmp_path))
    assert data.names == ["0", "1", "2", "3", "stereo"]
    assert sorted(reasons(data)) == ["broken", "empty", "one", "picture", "silent"]


def test_bad_text_is_skipped_and_named(tmp_path):
    for i in range(4):
        text(tmp_path / f"{i}.txt", WORDS[i])
    text(tmp_path / "empty.txt", " \n")
    (tmp_path / "latin.txt").write_bytes(b"caf\xe9 au lait")
    text(tmp_path / "long.txt", "many words " * 100_000)
    data = load(open_source(tmp_path))
    assert data.names == ["0", "1", "2", "3", "long"]
    assert sorted(reasons(data)) == ["empty", "latin"]


def test_a_sample_with_one_bad_slot_keeps_the_others(tmp_path):
    for i in range(4):
        picture(tmp_path / f"{i}.png", i)
        text(tmp_path / f"{i}.txt", WORDS[i])
    (tmp_path / "3.png").write_bytes(b"")
    data = load(open_source(tmp_path))
    assert len(data) == 4
    assert data.slots["image"].present[:, 0].tolist() == [True, True, True, False]
    assert bool(data.slots["text"].present.all())
    assert bool((data.slots["image"].value[3] == 0).all())


def test_nan_and_inf_in_numbers_are_skipped_and_named():
    rows = [wave(i) for i in range(5)]
    rows[2][7] = np.nan
    rows[3][9] = np.inf
    data = load(from_arrays(sound=rows))
    assert data.names == ["0", "1", "4"]
    assert sorted(reasons(data)) == ["2", "3"]


def test_nan_and_inf_in_lists_of_a_table_are_skipped_and_named(tmp_path):
    rows = [wave(i).tolist() for i in range(5)]
    rows[2][7], rows[3][9], rows[4][1] = float("nan"), float("inf"), None
    pq.write_table(pa.table({"sound": rows}), tmp_path / "t.parquet")
    data = load(open_source(tmp_path / "t.parquet"), adapt_rows=[0, 1])
    assert data.names == ["row 0", "row 1"]
    assert sorted(reasons(data)) == ["row 2", "row 3", "row 4"]


def test_a_file_that_is_not_there_is_named(tmp_path):
    names = [picture(tmp_path / f"{i}.png").name for i in range(4)]
    (tmp_path / "t.csv").write_text("\n".join(["file", *names, "gone.png"]))
    data = load(open_source(tmp_path / "t.csv"))
    assert data.names == names
    assert "gone.png" in reasons(data)


def test_rows_that_hold_nothing_are_dropped_by_name():
    data = load(from_arrays(text=["one two", None, "three"], names="abc"))
    assert data.names == ["a", "c"]
    assert reasons(data) == {"b": "nothing of text is there"}


def test_views_that_are_bad_are_named_by_view(tmp_path):
    source = from_arrays(text=(["one", "two"], ["three", " "]))
    data = load(source)
    assert data.slots["text"].present.tolist() == [[True, True], [True, False]]
    assert "text (view 1): " in reasons(data)["1"]


def test_pictures_that_do_not_fit_the_others_are_named():
    odd = np.zeros((12, 12, 5), np.uint8)
    data = load(from_arrays({"p:image": [pixels(0), pixels(1), odd]}), options={"image": {"channels": 3}})
    assert data.names == ["0", "1"]
    assert "5" in reasons(data)["2"]


@pytest.mark.parametrize("bad", ["listing", "fitting", "collating"])
def test_strict_stops_at_the_first(tmp_path, bad):
    names = [f"{i}" for i in range(30)]
    values = [WORDS[i % 8] for i in range(30)]
    source = from_arrays(text=values, names=names)
    parts = split(source)
    if bad == "listing":
        source.skipped.append(("gone", "a link to nowhere"))
        first = "gone"
    else:
        rows = parts["train" if bad == "fitting" else "valid"].tolist()
        values[rows[1]] = ""
        first = names[rows[1]]
    assert load(source).skipped
    with pytest.raises(UserError, match=rf"\b{first}: .*--strict"):
        load(source, strict=True)


def test_nothing_readable_is_refused_with_the_first_reason(tmp_path):
    bad_pictures(tmp_path)
    with pytest.raises(UserError, match=r"of no training sample.*the first is empty: empty file") as refused:
        load(open_source(tmp_path).only(["image"]))
    assert "\n" not in str(refused.value)


def test_a_slot_that_no_training_sample_has_is_refused():
    with pytest.raises(UserError, match="'text' is empty for every training sample"):
        load(from_arrays({"image": [pixels(i) for i in range(4)], "x": ["a"] * 4, "text": [None] * 4}))


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"slots": ["photo"]}, "no slot 'photo'; it has image"),
        ({"options": {"photo": {}}}, "no slot .* and no modality"),
        ({"options": {"text": {"sise": 3}}}, "sise"),
    ],
)
def test_slots_and_options_that_are_not_there_are_named(how, said):
    with pytest.raises(UserError, match=said):
        load(good(), **how)


def test_a_slots_options_go_before_its_modalitys():
    source = from_arrays({"a": [pixels(0)] * 4, "b": [pixels(1)] * 4})
    data = load(source, options={"image": {"size": 8}, "b": {"size": 12}})
    assert (data.modalities["a"].size, data.modalities["b"].size) == (8, 12)


def test_modalities_are_fitted_to_training_samples_alone(monkeypatch):
    seen = []
    text_class = modality_class("text")
    adapt = text_class.adapt.__func__

    def watched(cls, items, **options):
        items = list(items)
        seen.extend(items)
        return adapt(cls, items, **options)

    monkeypatch.setattr(text_class, "adapt", classmethod(watched))
    values = [f"{WORDS[i % 8]} number {i}" for i in range(40)]
    source = from_arrays(text=values)
    data = load(source)
    assert sorted(seen) == sorted(values[i] for i in split(source)["train"].tolist())
    seen.clear()
    load(source, adapt_rows=torch.tensor([5, 3]))
    assert sorted(seen) == [values[5], values[3]]
    assert torch.equal(split(data)["train"], split(source)["train"])


def test_the_split_outlives_samples_that_are_dropped():
    values = [f"words {i}" for i in range(40)]
    source = from_arrays(text=values)
    held = {source.names[i] for i in split(source)["valid"].tolist()}
    gone = next(iter(held))
    values[int(gone)] = ""
    data = load(source)
    assert {data.names[i] for i in split(data)["valid"].tolist()} == held - {gone}


def test_modalities_of_a_run_read_new_data_as_they_were_fitted():
    fitted = load(good(), options={"image": {"size": 8}}).modalities
    new = load(from_arrays(image=[pixels(9, 30)]), modalities=fitted)
    assert new.modalities["image"] is fitted["image"]
    assert new.slots["image"].value.shape == (1, 1, 3, 8, 8)
    with pytest.raises(UserError, match=r"is audio, and the run reads it as text"):
        load(from_arrays({"text:audio": [wave()]}), modalities=fitted)
    with pytest.raises(UserError, match=r"has sound \(audio\), and what is to be read is image"):
        load(from_arrays(sound=[wave()]), modalities=fitted)


def test_some_rows_are_read_and_no_others():
    data = load(good(), rows=torch.tensor([5, 2]))
    assert data.names == ["5", "2"]


@pytest.fixture(scope="module")
def gaps():
    """Samples of three slots, two views each, with bad and absent ones among them."""
    n = 150
    pictures = [[pixels(2 * i + v, 10 + i % 5) if (i + v) % 4 else None for v in range(2)] for i in range(n)]
    texts = [[f"{WORDS[i % 8]} {i}" if (i * v) % 3 else " " for v in range(2)] for i in range(n)]
    sounds = [[wave(i, 1600 + i) if i % 5 else None] for i in range(n)]
    columns = {"image": Column("image", pictures), "text": Column("text", texts), "audio": Column("audio", sounds)}
    return Source("gaps", columns, [f"s{i}" for i in range(n)])


@pytest.fixture(scope="module")
def both(gaps):
    return load(gaps), load(gaps, memory_limit=0)


def assert_same(a, b):
    assert torch.equal(a.present, b.present)
    assert torch.equal(a.value, b.value)
    assert (a.length is None) == (b.length is None)
    if a.length is not None:
        assert torch.equal(a.length, b.length)


def test_without_memory_columns_are_decoded_on_demand(both):
    stored, lazy = both
    assert all(isinstance(column, LazyColumn) for column in lazy.slots.values())
    assert stored.skipped == lazy.skipped
    assert "decoded on demand" in "\n".join(describe(lazy))


@settings(max_examples=25)
@given(rows=st.lists(st.integers(0, 90), max_size=80))
def test_batches_in_memory_and_on_demand_are_identical(both, rows):
    stored, lazy = both
    at = torch.tensor(rows, dtype=torch.int64)
    for slot in stored.slots:
        assert_same(stored.slots[slot][at], lazy.slots[slot][at])


def test_parts_of_data_are_identical_in_memory_and_on_demand(both):
    stored, lazy = (data.rows(torch.arange(10, 40)).batch(slice(3, 9)) for data in both)
    assert isinstance(both[1].rows(torch.arange(10, 40)).slots["image"], LazyColumn)
    for slot in stored:
        assert_same(stored[slot], lazy[slot])


def test_a_file_that_goes_away_later_is_absent_and_said(tmp_path):
    paths = [picture(tmp_path / f"{i}.png", i) for i in range(4)]
    data = load(open_source(tmp_path), memory_limit=0)
    paths[2].unlink()
    with pytest.warns(UserWarning, match="cannot be read any more"):
        batch = data.batch(torch.arange(4))
    assert batch["image"].present[:, 0].tolist() == [True, True, False, True]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        data.batch(torch.arange(4))


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_any_subset_of_anything_missing_is_kept_in_its_place(data):
    """Values, presence, names and labels of what is left are those of the source, whatever is absent or bad."""
    n, width = data.draw(st.integers(1, 12)), data.draw(st.integers(1, 3))
    cell = st.sampled_from(["there", "absent", "bad"])
    state = data.draw(st.lists(st.lists(cell, min_size=width, max_size=width), min_size=n, max_size=n))
    shade = np.arange(n * width, dtype=np.uint8).reshape(n, width)
    value = {"absent": None, "bad": b"no picture"}
    items = [
        [value.get(s, np.full((4, 4), shade[i, v], np.uint8)) for v, s in enumerate(row)] for i, row in enumerate(state)
    ]
    labels = {"row": np.arange(n)}
    source = Source("made", {"image": Column("image", items)}, [f"n{i}" for i in range(n)], labels=labels)
    kept = [i for i, row in enumerate(state) if "there" in row]
    modalities = {"image": modality_class("image")(4, 1)}
    if not kept:
        with pytest.raises(UserError, match="not one of"):
            load(source, modalities=modalities)
        return
    found = load(source, modalities=modalities)
    view = found.slots["image"]
    assert found.names == [f"n{i}" for i in kept]
    assert found.labels["row"].tolist() == kept
    assert view.present.tolist() == [[s == "there" for s in state[i]] for i in kept]
    there = torch.from_numpy(shade[kept])[view.present]
    assert torch.equal(view.value[view.present][:, 0, 0, 0], there)
    bad = [name for name, reason in found.skipped if reason.startswith("image")]
    assert bad == [f"n{i}" for i, row in enumerate(state) for s in row if s == "bad"]


def test_order_of_reading_does_not_depend_on_threads():
    source = from_arrays(image=[pixels(i, 8) for i in range(300)])
    data = load(source, options={"image": {"size": 8}})
    expected = torch.stack([torch.from_numpy(pixels(i, 8)).permute(2, 0, 1) for i in range(300)])
    assert torch.equal(data.slots["image"].value[:, 0], expected)


def test_decoders_that_raise_anything_do_not_end_the_reading(monkeypatch):
    def read(raw):
        if raw == "boom":
            raise KeyError("inside a decoder")
        return raw

    monkeypatch.setattr(modality_class("text"), "read", staticmethod(read))
    data = load(from_arrays(text=["one two", "boom", "three"]))
    assert reasons(data) == {"1": "text: KeyError: 'inside a decoder'"}


def test_a_decompression_bomb_costs_nothing(tmp_path):
    picture(tmp_path / "0.png")
    Image.new("1", (20_000, 20_000)).save(tmp_path / "bomb.png")
    data = load(open_source(tmp_path))
    assert data.names == ["0"]
    assert "20000" in reasons(data)["bomb"] or "pixels" in reasons(data)["bomb"]


@pytest.mark.parametrize("mode", ["CMYK", "P", "I;16", "LA", "1"])
def test_pictures_of_every_mode_are_read(tmp_path, mode):
    Image.fromarray(pixels(0)).convert("L" if mode == "I;16" else mode).save(
        tmp_path / ("a.tif" if mode in ("CMYK", "I;16") else "a.png")
    )
    picture(tmp_path / "b.png")
    assert load(open_source(tmp_path)).names == ["a", "b"]


def test_bytes_are_read_where_paths_are_not():
    file = io.BytesIO()
    Image.fromarray(pixels(3)).save(file, "PNG")
    data = load(from_arrays(image=[file.getvalue(), Image.fromarray(pixels(3))]))
    assert torch.equal(data.slots["image"].value[0], data.slots["image"].value[1])


def test_what_is_decoded_on_demand_can_be_sent_to_another_process(tmp_path):
    for i in range(4):
        picture(tmp_path / f"{i}.png", i)
    (tmp_path / "t.csv").write_text("file,title\n" + "".join(f"{i}.png,{WORDS[i]}\n" for i in range(4)))
    data = load(open_source(tmp_path / "t.csv"), memory_limit=0)
    sent = pickle.loads(pickle.dumps(data))
    assert_same(data.slots["file"][:4], sent.slots["file"][:4])
