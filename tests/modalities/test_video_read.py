"""Videos in any form: what is read of good ones, what is said of bad ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from coview.modalities.base import BadSample
from coview.modalities.video.decode import length
from coview.modalities.video.read import Clip, read_video
from tests.modalities.made_videos import CODECS, brightening, write_sound, write_video


def reds(footage) -> list[int]:
    """The red of every frame's middle."""
    return footage.frames[:, 0, footage.frames.shape[2] // 2, footage.frames.shape[3] // 2].tolist()


@pytest.mark.parametrize("ending", CODECS)
def test_every_format_gives_its_frames_at_their_times(ending, tmp_path):
    footage = read_video(write_video(tmp_path / f"a{ending}", brightening(20)))
    assert footage.frames.shape == (20, 3, 48, 64)
    np.testing.assert_allclose(footage.times, np.arange(20) / 10, atol=2e-3)
    assert footage.seconds == pytest.approx(2.0, abs=0.02)
    coarse = 40 if ending == ".gif" else 10  # a GIF has few colours
    assert np.abs(np.array(reds(footage)) - np.arange(20) * 4).max() <= coarse


@pytest.mark.parametrize("ending", [".mp4", ".avi", ".mkv", ".webm"])
def test_a_clip_begins_where_it_is_asked_to(ending, tmp_path):
    path = write_video(tmp_path / f"a{ending}", brightening(50))
    footage = read_video(Clip(path, 2.0, 1.5))
    assert torch.equal(footage.frames, read_video(path).frames[20:35])
    np.testing.assert_allclose(footage.times, np.arange(15) / 10, atol=2e-3)
    assert footage.seconds == pytest.approx(1.5)


def test_the_last_clip_lasts_as_long_as_the_file(tmp_path):
    path = write_video(tmp_path / "a.mp4", brightening(25))
    assert read_video(Clip(path, 2.0, 2.0)).seconds == pytest.approx(0.5, abs=0.01)


def test_length_is_what_the_header_says(tmp_path):
    assert length(write_video(tmp_path / "a.mkv", brightening(35))) == pytest.approx(3.5, abs=0.01)


def test_a_variable_rate_is_placed_by_its_time_stamps(tmp_path):
    times = [0.0, 0.1, 0.2, 1.0, 1.9, 2.0]
    path = write_video(tmp_path / "a.mkv", brightening(6, step=40), times=times)
    footage = read_video(path)
    np.testing.assert_allclose(footage.times, times, atol=2e-3)
    shown = footage.clip(4, 2.0, 3, 8)[:, 0, 4, 4]  # on screen at 0, 0.5, 1 and 1.5 seconds
    assert torch.allclose(shown.float(), torch.tensor([0.0, 80.0, 120.0, 120.0]), atol=10)


def test_a_still_stretch_of_a_video_is_a_clip(tmp_path):
    path = write_video(tmp_path / "a.mkv", brightening(3, step=40), times=[0.0, 0.1, 9.0])
    footage = read_video(Clip(path, 4.0, 2.0))
    assert len(footage.frames) == 1
    assert footage.seconds == pytest.approx(2.0)
    assert reds(footage)[0] == pytest.approx(40, abs=10)


def test_sixty_frames_a_second_are_thinned_to_thirty(tmp_path):
    footage = read_video(write_video(tmp_path / "a.mp4", brightening(60), rate=60))
    assert len(footage.frames) == 30
    assert np.diff(footage.times).max() < 0.034


def test_odd_sizes_are_read_whole(tmp_path):
    frames = brightening(4, 37, 53)
    path = write_video(tmp_path / "a.gif", frames)
    assert read_video(path).frames.shape == (4, 3, 37, 53)


def test_grey_files_have_one_channel(tmp_path):
    frames = [np.full((32, 32), 10 * i, np.uint8) for i in range(4)]
    path = tmp_path / "a.avi"
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=10)
        stream.width = stream.height = 32
        stream.pix_fmt = "gray"
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="gray")))
        container.mux(stream.encode())
    footage = read_video(path)
    assert footage.frames.shape == (4, 1, 32, 32)
    assert reds(footage) == [0, 10, 20, 30]


def test_what_is_transparent_is_white(tmp_path):
    clear = Image.new("RGBA", (16, 16), (0, 0, 0, 0))
    dots = [clear.copy() for _ in range(3)]
    for i, dot in enumerate(dots):
        dot.paste((255, 0, 0, 255), (0, i, 4, i + 2))
    path = tmp_path / "a.gif"
    dots[0].save(path, save_all=True, append_images=dots[1:], duration=100, disposal=2)
    footage = read_video(path)
    assert footage.frames[0, :, 12, 12].tolist() == [255, 255, 255]
    assert footage.frames[0, :, 0, 0].tolist() == [255, 0, 0]


def test_large_frames_are_kept_small(tmp_path):
    assert read_video(write_video(tmp_path / "a.mp4", brightening(2, 600, 800))).frames.shape[2:] == (256, 341)


def test_bytes_are_read_as_files_are(tmp_path):
    path = write_video(tmp_path / "a.mp4", brightening(5))
    assert torch.equal(read_video(path.read_bytes()).frames, read_video(path).frames)


@pytest.mark.parametrize("shape", [(5, 6, 7, 3), (5, 3, 6, 7), (5, 6, 7), (5, 6, 7, 1)])
def test_arrays_come_in_any_order_of_axes(shape):
    footage = read_video((np.arange(np.prod(shape)).reshape(shape).astype(np.uint8), 25.0))
    assert footage.frames.shape == (5, 3 if 3 in shape[1:] else 1, 6, 7)
    assert footage.seconds == pytest.approx(0.2)


def bad_files(folder: Path) -> dict[str, tuple[Path, str]]:
    """What may lie in a folder of videos and is none, and what is said of it."""
    good = write_video(folder / "good.mp4", brightening(30))
    whole = good.read_bytes()
    named = {
        "zero bytes": ("zero.mp4", b"", "empty file"),
        "text": ("words.mp4", b"these are words " * 100, "cannot be opened as a video, whatever its name says"),
        "cut short": ("short.mp4", whole[: len(whole) // 2], "cannot be opened as a video"),
        "noise": ("noise.mkv", np.random.default_rng(0).bytes(5000), "cannot be opened as a video"),
    }
    found: dict[str, tuple[Path, str]] = {}
    for what, (name, content, said) in named.items():
        (folder / name).write_bytes(content)
        found[what] = folder / name, said
    found["one frame"] = write_video(folder / "one.mp4", brightening(1)), "has 1 frame; a video has at least 2"
    found["a still"] = folder / "still.gif", "has 1 frame; a video has at least 2"
    Image.new("RGB", (20, 20), "red").save(found["a still"][0])
    found["sound alone"] = write_sound(folder / "sound.mp4"), "has no moving pictures and holds sound alone"
    found["not there"] = folder / "nowhere.mp4", "is not there"
    found["a folder"] = folder, "is not a file"
    return found


@pytest.mark.parametrize(
    "what", ["zero bytes", "text", "cut short", "noise", "one frame", "a still", "sound alone", "not there", "a folder"]
)
def test_bad_files_say_what_is_wrong(what, tmp_path):
    path, said = bad_files(tmp_path)[what]
    with pytest.raises(BadSample, match=said):
        read_video(path)


def test_a_wrong_ending_does_not_matter(tmp_path):
    path = write_video(tmp_path / "a.mkv", brightening(5)).rename(tmp_path / "a.mp4")
    assert len(read_video(path).frames) == 5


def test_what_is_left_of_a_broken_stream_is_read(tmp_path):
    path = write_video(tmp_path / "a.mkv", brightening(40))
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    footage = read_video(path)
    assert 5 < len(footage.frames) < 40
    assert footage.seconds < 4


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (np.zeros((1, 8, 8, 3), np.uint8), "has 1 frame"),
        (np.zeros((4, 8, 8, 2), np.uint8), "grey or RGB"),
        (np.zeros((8, 8), np.uint8), "not frames"),
        (np.full((4, 8, 8, 3), np.nan), "NaN"),
        ((np.zeros((4, 8, 8, 3), np.uint8), 0), "frames a second are needed"),
        ("words", "is not there"),
    ],
)
def test_bad_arrays_say_what_is_wrong(raw, said):
    with pytest.raises(BadSample, match=said):
        read_video(raw)


def test_what_of_a_file_is_not_read_is_told(tmp_path):
    path = write_video(tmp_path / "a.mkv", brightening(2, step=40), times=[0.0, 11.0])
    assert read_video(path).more
    assert read_video(path.read_bytes()).more
    assert not read_video(Clip(path, 0.0, 2.0)).more  # the rest is other clips
    assert not read_video(write_video(tmp_path / "b.mkv", brightening(9))).more
