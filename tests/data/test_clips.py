"""A user's folder of videos: cut into clips, cameras at the same moments, bad ones named."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from coview.data.files.clips import cut_videos, pieces
from coview.data.files.folder import open_folder
from coview.data.open import open_source
from coview.data.prepared.prepare import load
from coview.data.source import Source
from coview.errors import UserError
from tests.modalities.made_videos import brightening, write_video
from tests.modalities.test_video_read import bad_files


def folder_of(root: Path, lengths: dict[str, float]) -> Path:
    """Videos of so many seconds, ten frames each."""
    for name, seconds in lengths.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_video(path, brightening(round(seconds * 10), 16, 24))
    return root


@pytest.mark.parametrize(
    ("length", "clips"), [(0.0, 1), (1.0, 1), (2.0, 1), (2.9, 1), (3.0, 2), (4.0, 2), (10.0, 5), (11.5, 6)]
)
def test_what_is_left_over_is_a_clip_from_half_a_clip_on(length, clips):
    assert pieces(length, 2.0) == clips


def test_long_files_are_cut_and_short_ones_are_left_whole(tmp_path):
    source = open_source(folder_of(tmp_path, {"long.mp4": 5.0, "short.mp4": 1.5}))
    assert source.names == ["long@0s", "long@2s", "long@4s", "short"]
    assert source.groups == ["long", "long", "long", "short"]
    assert source.labels["moment"].tolist() == [0.0, 2.0, 4.0, 0.0]
    assert any("2 samples in 4 clips" in line for line in source.understood)


def test_clips_are_as_long_as_the_user_says(tmp_path):
    source = open_source(folder_of(tmp_path, {"long.mp4": 4.0}), options={"video": {"seconds": 1.0}})
    assert source.names == ["long@0s", "long@1s", "long@2s", "long@3s"]
    data = load(source, options={"video": {"seconds": 1.0, "size": 8, "patch": 4}})
    reds = data.slots["video"].value[:, 0, 0, 0, 4, 4]  # first frames of the clips
    assert np.abs(reds.numpy().astype(int) - np.array([0, 40, 80, 120])).max() <= 12


def test_cameras_that_ran_together_are_cut_at_the_same_moments(tmp_path):
    source = open_source(folder_of(tmp_path, {"game.left.mp4": 4.0, "game.right.mkv": 4.0}))
    assert source.names == ["game@0s", "game@2s"]
    assert source.columns["video"].views == ("left", "right")
    assert [clip.begin for clip in source.columns["video"].items[1]] == [2.0, 2.0]


def test_captions_go_with_every_clip(tmp_path):
    folder_of(tmp_path, {"a.mp4": 4.0})
    (tmp_path / "a.txt").write_text("a red wall")
    source = open_source(tmp_path)
    assert list(source.columns) == ["video", "text"]
    assert [path.name for (path,) in (source.columns["text"].items[i] for i in range(2))] == ["a.txt", "a.txt"]


def test_sub_folders_are_labels_of_clips(tmp_path):
    source = open_source(folder_of(tmp_path, {"run/1.mp4": 4.0, "walk/2.mp4": 1.0}))
    assert source.labels["folder"].tolist() == ["run", "run", "walk"]


def test_paths_in_a_table_are_cut_too(tmp_path):
    folder_of(tmp_path, {"a.mp4": 4.0, "b.avi": 2.0})
    (tmp_path / "films.csv").write_text("film,kind\na.mp4,x\nb.avi,y\n")
    source = open_source(tmp_path / "films.csv", columns=["clip:video=film"], label="kind")
    assert len(source) == 3
    assert source.labels["kind"].tolist() == ["x", "x", "y"]


def moving_gif(path: Path) -> None:
    write_video(path, brightening(10, 16, 16, step=20))


def test_gifs_that_move_are_videos(tmp_path):
    for i in range(3):
        moving_gif(tmp_path / f"{i}.gif")
    assert list(open_folder(tmp_path).columns) == ["video"]


def test_gifs_that_stand_still_are_pictures(tmp_path):
    for i in range(3):
        Image.new("RGB", (8, 8), (i, i, i)).save(tmp_path / f"{i}.gif")
    assert list(open_folder(tmp_path).columns) == ["image"]


def test_gifs_among_pictures_are_pictures(tmp_path):
    moving_gif(tmp_path / "0.gif")
    Image.new("RGB", (8, 8)).save(tmp_path / "1.png")
    assert list(open_folder(tmp_path).columns) == ["image"]


def test_gifs_beside_videos_are_videos(tmp_path):
    folder_of(tmp_path, {"a.mp4": 1.0})
    moving_gif(tmp_path / "b.gif")
    assert list(open_folder(tmp_path).columns) == ["video"]


def test_bad_files_are_skipped_and_named(tmp_path):
    bad = {path.stem for path, _ in bad_files(tmp_path).values() if path.is_file()} - {"good"}
    for i in range(3):
        write_video(tmp_path / f"more{i}.mp4", brightening(20))
    data = load(open_source(tmp_path))
    assert {name for name, _ in data.skipped} == bad
    assert {name.partition("@")[0] for name in data.names} == {"good", "more0", "more1", "more2"}


def test_arrays_of_frames_are_videos_by_name():
    source = open_source({"video": np.zeros((4, 8, 12, 12, 3), np.uint8)})
    assert source.columns["video"].modality == "video"
    data = load(source, options={"video": {"size": 8, "frames": 4}})
    assert data.slots["video"].value.shape == (4, 1, 8, 3, 8, 8)


def test_sources_without_video_files_are_left_alone():
    source = open_source({"image": np.zeros((4, 8, 8, 3), np.uint8)})
    assert cut_videos(source) is source


def test_a_length_without_sense_is_refused(tmp_path):
    with pytest.raises(UserError, match="how long a clip lasts"):
        open_source(folder_of(tmp_path, {"a.mp4": 1.0}), options={"video": {"seconds": "long"}})


def test_ids_do_not_depend_on_other_files(tmp_path):
    folder_of(tmp_path, {"b.mp4": 4.0})
    alone: Source = open_source(tmp_path)
    folder_of(tmp_path, {"a.mp4": 4.0})
    assert set(alone.names) < set(open_source(tmp_path).names)
