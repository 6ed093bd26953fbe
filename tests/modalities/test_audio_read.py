from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from coview.errors import MissingExtra
from coview.modalities.audio import Audio
from coview.modalities.audio.read import Clip, resample
from coview.modalities.base import BadSample

soundfile = pytest.importorskip("soundfile")
pytest.importorskip("soxr")


def tone(rate: int, hz: float = 440.0, seconds: float = 0.25) -> np.ndarray:
    return (0.5 * np.sin(2 * np.pi * hz * np.arange(int(rate * seconds)) / rate)).astype(np.float32)


def loudest_hz(wave: np.ndarray, rate: int) -> float:
    return float(np.abs(np.fft.rfft(wave * np.hanning(len(wave)))).argmax() * rate / len(wave))


@pytest.mark.parametrize(("suffix", "error"), [("wav", 1e-4), ("flac", 1e-4), ("ogg", 0.1)])
@pytest.mark.parametrize("rate", [8_000, 44_100, 96_000])
def test_files_are_read_as_written(tmp_path: Path, suffix: str, error: float, rate: int) -> None:
    file = tmp_path / f"tone.{suffix}"
    soundfile.write(file, tone(rate), rate)
    for raw in (file, str(file), file.read_bytes()):
        clip = Audio.read(raw)
        assert clip.rate == rate
        assert clip.wave.dtype == np.float32
        assert len(clip.wave) == rate // 4
        assert np.abs(clip.wave - tone(rate)).max() < error


def test_channels_are_averaged(tmp_path: Path) -> None:
    stereo = np.stack([tone(8000), np.zeros(2000, np.float32)], 1)
    soundfile.write(tmp_path / "stereo.flac", stereo, 8000)
    for raw in (tmp_path / "stereo.flac", (stereo, 8000), (stereo.T, 8000)):
        assert np.abs(Audio.read(raw).wave - tone(8000) / 2).max() < 1e-4


@pytest.mark.parametrize(("kind", "scale", "middle"), [("int16", 32768, 0), ("int32", 2**31, 0), ("uint8", 128, 128)])
def test_integers_are_scaled_by_their_type(kind: str, scale: int, middle: int) -> None:
    whole = (tone(8000).astype(np.float64) * scale + middle).round().astype(kind)
    assert np.abs(Audio.read((whole, 8000)).wave - tone(8000)).max() <= 1 / min(scale, 2**20)


def test_an_array_alone_has_the_rate_of_the_modality() -> None:
    clip = Audio.read(tone(16_000))
    assert clip.rate is None
    assert clip.seconds == 0.25
    assert len(resample(clip, 4000)) == 4000


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", r"empty \(0 bytes\)"),
        (b"RIFF nothing of the sort", "cannot be decoded as sound"),
        ("no/such/file.wav", "is not there"),
        (np.zeros(0, np.float32), r"empty \(0 samples\)"),
        (np.ones(1, np.float32), "lasts 0.062 ms; at least 10 ms"),
        ((np.ones(79, np.float32), 8000), "at least 10 ms"),
        (np.zeros(8000, np.float32), "is silent"),
        (np.full(8000, 0.3, np.float32), "is silent"),
        (np.where(np.arange(8000) == 77, np.nan, 0.1), "NaN or infinite"),
        (np.where(np.arange(8000) == 77, np.inf, 0.1), "NaN or infinite"),
        ((tone(8000), 0), "has a rate of 0"),
        ((tone(8000), "fast"), "has a rate of 'fast'"),
        (np.zeros((2, 3, 4)), "not a waveform"),
        (np.array(["a", "b"]), "not a waveform"),
        (3.5, "not a waveform"),
        (None, "not a waveform"),
    ],
)
def test_what_is_no_sound_is_named(raw: Any, reason: str) -> None:
    with pytest.raises(BadSample, match=reason):
        Audio.read(raw)


def test_broken_files_are_named(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "good.flac", tone(44_100, seconds=1), 44_100)
    whole = (tmp_path / "good.flac").read_bytes()
    (tmp_path / "zero.wav").touch()
    (tmp_path / "text.wav").write_text("this is not a sound")
    (tmp_path / "head.flac").write_bytes(whole[:40])
    (tmp_path / "dir.wav").mkdir()
    (tmp_path / "dangling.wav").symlink_to(tmp_path / "nowhere.wav")
    soundfile.write(tmp_path / "empty.wav", np.zeros(0), 8000)
    for name in ("zero.wav", "text.wav", "head.flac", "dir.wav", "dangling.wav", "empty.wav"):
        with pytest.raises(BadSample):
            Audio.read(tmp_path / name)


@pytest.mark.parametrize("suffix", ["wav", "au", "aiff"])
def test_a_file_shorter_than_its_header_says_is_truncated(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"cut.{suffix}"
    soundfile.write(file, tone(16_000, seconds=1), 16_000)
    file.write_bytes(file.read_bytes()[:-16_000])
    for raw in (file, file.read_bytes()):
        with pytest.raises(BadSample, match=r"is truncated: of the 1.00 s that its header announces 0.50 s are there"):
            Audio.read(raw)


@pytest.mark.parametrize("length", [0xFFFFFFFF, 0x7FFFFFFF, 16_000 + 44])
def test_a_header_of_a_stream_or_one_that_counts_itself_too_is_believed_to_be_whole(length: int) -> None:
    file = io.BytesIO()
    soundfile.write(file, tone(16_000, seconds=0.5), 16_000, format="WAV")
    head, _, samples = file.getvalue().partition(b"data")
    clip = Audio.read(head + b"data" + struct.pack("<I", length) + samples[4:])
    assert len(clip.wave) == 8_000


@pytest.mark.parametrize("form", [("OGG", "VORBIS"), ("OGG", "OPUS"), ("MP3", "MPEG_LAYER_III")])
def test_half_an_ogg_or_mp3_is_truncated_and_a_whole_one_is_not(form: tuple[str, str]) -> None:
    file = io.BytesIO()
    soundfile.write(file, tone(16_000, seconds=5), 16_000, format=form[0], subtype=form[1])
    whole = file.getvalue()
    assert Audio.read(whole).seconds == pytest.approx(5, abs=0.1)
    with pytest.raises(BadSample, match="is truncated: "):
        Audio.read(whole[: len(whole) * 6 // 10])


def test_half_an_mp3_without_a_count_of_frames_is_read_as_it_is() -> None:
    file = io.BytesIO()
    soundfile.write(file, tone(16_000, seconds=5), 16_000, format="MP3", subtype="MPEG_LAYER_III")
    streamed = file.getvalue().replace(b"Xing", b"\0\0\0\0", 1).replace(b"Info", b"\0\0\0\0", 1)
    assert 0 < Audio.read(streamed[: len(streamed) * 6 // 10]).seconds < 4


@pytest.mark.parametrize("suffix", ["flac", "ogg"])
def test_a_truncated_file_gives_what_is_left_or_is_named(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"cut.{suffix}"
    soundfile.write(file, tone(44_100, seconds=1), 44_100)
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    try:
        clip = Audio.read(file)
    except BadSample:
        return
    assert 0 < len(clip.wave) <= 44_100
    assert np.isfinite(clip.wave).all()


def test_only_two_minutes_are_read(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "long.wav", tone(1000, hz=100, seconds=150), 1000)
    assert Audio.read(tmp_path / "long.wav").seconds == 120
    assert Audio.read((tone(1000, hz=100, seconds=150), 1000)).seconds == 120
    whole = Audio.adapt([Clip(tone(1000, hz=100), 1000)], seconds=120)
    for seconds, noted in ((150, ["cut after 120 s, the most that is read"]), (120, [])):
        soundfile.write(tmp_path / "long.wav", tone(1000, hz=100, seconds=seconds), 1000)
        assert whole.notes(Audio.read(tmp_path / "long.wav")) == noted
        assert whole.notes(Audio.read((tone(1000, hz=100, seconds=seconds), 1000))) == noted


@pytest.mark.parametrize("rate", [8_000, 44_100, 96_000])
def test_resampling_keeps_a_tone(rate: int) -> None:
    wave = resample(Clip(tone(rate, hz=1000, seconds=0.5), rate), 16_000)
    assert wave.dtype == np.float32
    assert len(wave) == 8000
    assert loudest_hz(wave, 16_000) == pytest.approx(1000, abs=2)
    assert np.abs(wave[1000:-1000]).max() == pytest.approx(0.5, abs=0.01)


def test_resampling_lets_nothing_through_above_half_the_rate() -> None:
    wave = resample(Clip(tone(44_100, hz=9000, seconds=0.5), 44_100), 8000)
    assert np.abs(wave[500:-500]).max() < 1e-3


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "soundfile", None)
    monkeypatch.setitem(__import__("sys").modules, "soxr", None)
    with pytest.raises(MissingExtra, match=r"soundfile .* 'coview\[audio\]'"):
        Audio.read(b"RIFF")
    with pytest.raises(MissingExtra, match=r"soxr .* 'coview\[audio\]'"):
        resample(Clip(tone(8000), 8000), 16_000)
    assert Audio.read((tone(8000), 8000)).rate == 8000
