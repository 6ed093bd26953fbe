from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from coview.batch import View
from coview.errors import UserError
from coview.modalities.audio import Audio
from coview.modalities.audio.blocks import BLOCK, Blocks
from coview.modalities.audio.read import Clip
from coview.modalities.registry import modality_class, modality_from_config
from coview.nn.encoder import build_encoder
from coview.views.draw import Draw

SMALL = {"conv": {"dim": 16}, "vit": {"dim": 32, "depth": 2}}


def voice(n: int, rate: int = 4000, samples: int | None = None) -> Clip:
    """A chord with a little noise, its own for every n."""
    rng = np.random.default_rng(n)
    time = np.arange(samples or int(rng.integers(1500, 3600))) / rate
    wave = sum(np.sin(2 * np.pi * hz * time) for hz in rng.uniform(100, 1500, 3))
    return Clip((0.2 * wave + 0.01 * rng.normal(size=len(time))).astype(np.float32), rate)


CLIPS = [voice(n) for n in range(10)]


@pytest.fixture(scope="module")
def audio() -> Audio:
    return Audio.adapt(CLIPS, mels=20, hop=20)


@pytest.fixture
def view(audio: Audio) -> View:
    return audio.collate([[a, None, b] for a, b in zip(CLIPS, CLIPS[::-1], strict=True)])


def draw(n: int, step: int = 0) -> Draw:
    return Draw(0, step, torch.arange(n) * 7919)


def same(a: View, b: View) -> None:
    assert torch.equal(a.value, b.value)
    assert torch.equal(a.present, b.present)
    assert a.length is not None
    assert b.length is not None
    assert torch.equal(a.length, b.length)
    assert a.params.keys() == b.params.keys()
    assert all(torch.equal(a.params[name], b.params[name]) for name in a.params)


def test_it_is_found_by_name() -> None:
    assert modality_class("audio") is Audio


def test_config_as_json_gives_the_same_modality(audio: Audio, view: View) -> None:
    again = modality_from_config(json.loads(json.dumps({"modality": "audio", **audio.config()})))
    assert again.config() == audio.config()
    same(again.prepare(view), audio.prepare(view))
    same(again.augment(view, draw(10)), audio.augment(view, draw(10)))


def test_rate_is_the_most_common_up_to_16_khz() -> None:
    slow = [voice(0, 4000), voice(1, 4000), voice(2, 8000)]
    assert Audio.adapt(slow).rate == 4000
    assert Audio.adapt([voice(0, 44_100, 9000), voice(1, 44_100, 9000)]).rate == 16_000
    assert Audio.adapt(slow, rate=2000).rate == 2000


def test_length_is_the_95th_percentile_up_to_4_seconds() -> None:
    short, long = voice(0, 4000, 2000), voice(0, 4000, 32_000)
    step = 64 * 4
    assert Audio.adapt([short] * 96 + [long] * 4, mels=16).samples == -(-2000 // step) * step
    assert Audio.adapt([short] * 3 + [long] * 97, mels=16).samples == -(-16_000 // step) * step
    assert Audio.adapt([short], seconds=1.0, mels=16).samples == -(-4000 // step) * step


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"size": 3}, "has no option 'size'; it has seconds, rate, mels, hop, patch"),
        ({"rate": 10}, "rate is 10; it must lie between 1,000 and 192,000"),
        ({"seconds": 3600}, "seconds is 3600; it must lie between 0.05 and 120"),
        ({"mels": 0}, "mels is 0"),
        ({"hop": 0}, "hop is 0"),
        ({"patch": 0}, "patch is 0"),
    ],
)
def test_wrong_options_are_explained(options: dict[str, Any], reason: str) -> None:
    with pytest.raises(UserError, match=reason):
        Audio.adapt(CLIPS, **options)


def test_no_audio_at_all_is_explained() -> None:
    with pytest.raises(UserError, match="no audio"):
        Audio.adapt([])


def test_prepared_bands_have_mean_0_and_deviation_1(audio: Audio) -> None:
    seen = audio.prepare(audio.collate([[clip] for clip in CLIPS]))
    assert seen.valid is not None
    frames = seen.value[seen.valid]
    assert frames.mean(0).abs().max() < 1e-4
    assert torch.allclose(frames.std(0, correction=0), torch.ones(20), atol=1e-3)


def test_collate_pads_cuts_and_marks_what_is_absent(audio: Audio) -> None:
    long, short = voice(0, 4000, 9000), voice(1, 4000, 50)
    view = audio.collate([[long, None], [short, long]])
    assert view.value.shape == (2, 2, audio.samples)
    assert view.value.dtype == torch.float16
    assert view.length is not None
    assert view.length.tolist() == [[audio.samples, 0], [50, audio.samples]]
    assert view.present.tolist() == [[True, False], [True, True]]
    assert not view.value[1, 0, 50:].any()
    assert np.abs(view.value[0, 0].numpy() - long.wave[: audio.samples]).max() < 5e-4


def test_every_rate_comes_to_the_modality_s(audio: Audio) -> None:
    pytest.importorskip("soxr")
    half = audio.samples / audio.rate / 2

    def tone(rate: int) -> Clip:
        time = np.arange(int(half * rate)) / rate
        return Clip(np.sin(2 * np.pi * 700 * time).astype(np.float32), rate)

    seen = audio.prepare(audio.collate([[tone(4000), tone(8000), tone(44_100), tone(96_000)]]))
    assert seen.length is not None
    assert seen.length.unique().numel() == 1
    inner = seen.value[0, :, 2 : int(seen.length[0, 0]) - 2]
    assert (inner.argmax(-1) == inner[0, 0].argmax()).all()


def test_louder_than_float16_can_hold_is_cut_and_finite(audio: Audio) -> None:
    view = audio.collate([[Clip(CLIPS[0].wave * 1e6, 4000)]])
    assert audio.prepare(view).value.isfinite().all()


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_any_number_of_views_some_absent(audio: Audio, width: int) -> None:
    stored = audio.collate([[c if (i + v) % 3 else None for v in range(width)] for i, c in enumerate(CLIPS)])
    for prepared in (audio.prepare(stored), audio.augment(stored, draw(10))):
        assert prepared.value.shape == (10, width, audio.samples // audio.hop, 20)
        assert prepared.value.isfinite().all()
        assert prepared.valid is not None
        assert not prepared.value[~prepared.valid].any()
        for name in audio.encoders:
            out = build_encoder(audio, "voice", name, **SMALL[name])(prepared)
            assert out.pooled.shape[:2] == (10, width)
            assert out.pooled.isfinite().all()
            assert not out.pooled[~stored.present].any()


def test_augmenting_parts_or_permuted_samples_is_augmenting_all(audio: Audio, view: View) -> None:
    whole, keys = audio.augment(view, draw(10)), draw(10)
    order = torch.randperm(10, generator=torch.Generator().manual_seed(1))
    for rows in (torch.arange(1), torch.arange(1, 10), order):
        same(audio.augment(view[rows], keys.of(keys.key[rows])), whole[rows])


def test_preparing_parts_is_preparing_all(audio: Audio, view: View) -> None:
    whole = audio.prepare(view)
    for rows in (slice(0, 1), slice(1, 10)):
        same(audio.prepare(view[rows]), whole[rows])


def test_looks_differ_between_steps_and_views(audio: Audio) -> None:
    stored = audio.collate([[c, c] for c in CLIPS])
    first, second = audio.augment(stored, draw(10, 0)), audio.augment(stored, draw(10, 1))
    assert not torch.equal(first.value, second.value)
    assert not torch.equal(first.value[:, 0], first.value[:, 1])


def test_params_say_which_bands_and_times_are_hidden(audio: Audio, view: View) -> None:
    out = audio.augment(view, draw(10))
    for b in range(10):
        hidden = torch.zeros_like(out.value[b, 0], dtype=torch.bool)
        for first, end in out.params["bands"][b, 0].tolist():
            hidden[:, first:end] = True
        for first, end in out.params["times"][b, 0].tolist():
            hidden[first:end] = True
        assert out.valid is not None
        assert torch.equal((out.value[b, 0] == 0) & out.valid[b, 0, :, None], hidden & out.valid[b, 0, :, None])


def test_gain_adds_to_the_logarithm(audio: Audio) -> None:
    """Between two steps the span of a whole-clip crop is the same and gain alone moves loud bands."""
    stored = audio.collate([[clip] for clip in CLIPS])
    plain = audio.prepare(stored)
    out = audio.crop(stored, draw(10), scale=(1.0, 1.0))
    shift = (out.value - plain.value) * audio.std
    loud = plain.value * audio.std + audio.mean > -6
    for b in range(10):
        seen = loud[b, 0] & (out.value[b, 0] != 0)
        expected = float(out.params["gain"][b, 0]) * np.log(10) / 10
        assert float(shift[b, 0][seen].median()) == pytest.approx(expected, abs=0.15)


def test_noise_has_the_drawn_ratio(audio: Audio) -> None:
    from coview.modalities.audio.noise import add_noise

    values = torch.rand(160, BLOCK, 20, generator=torch.Generator().manual_seed(0))
    energy = Blocks(values, torch.arange(160) // 2, torch.arange(160) % 2, (80, 2 * BLOCK))
    count = torch.full((40, 2), 2 * BLOCK)
    table = audio._constants(torch.device("cpu"))[2]
    for snr in (0.0, 20.0):
        noisy = add_noise(energy, count, torch.full((40, 2), snr), table, draw(40))
        ratio = energy.sum() / replace(energy, values=noisy - values).sum()
        assert float(10 * ratio.log10().median()) == pytest.approx(snr, abs=0.5)


@pytest.mark.parametrize("share", [0.25, 1.0])
def test_crop_takes_its_share_and_size(audio: Audio, share: float) -> None:
    stored = audio.collate([[clip] for clip in CLIPS])
    out = audio.crop(stored, draw(10), scale=(share, share), size=0.5)
    step = audio.hop * audio.patch
    extent = -(-int(audio.samples * 0.5) // step) * step
    assert out.value.shape[2] == extent // audio.hop
    assert stored.length is not None
    assert out.length is not None
    expected = (share * stored.length).round().clamp_max(extent)
    assert torch.equal(out.length, (expected / audio.hop).ceil().long())
    span = out.params["span"]
    assert torch.allclose((span[..., 1] - span[..., 0]) * stored.length, expected, atol=0.01)


@pytest.mark.parametrize("name", ["conv", "vit"])
def test_padding_does_not_reach_the_embedding(audio: Audio, name: str) -> None:
    torch.manual_seed(0)
    encoder = build_encoder(audio, "voice", name, **SMALL[name]).double().eval()
    seen = audio.prepare(audio.collate([[voice(3, 4000, 1900)]]))  # 24 frames, 6 whole tokens
    assert seen.length is not None
    bare = encoder(seen.with_value(seen.value[:, :, : int(seen.length)]))
    junk = torch.cat([seen.value[:, :, : int(seen.length)], torch.full((1, 1, 40, 20), 3.0)], 2)
    for padded in (seen, seen.with_value(junk)):
        assert torch.allclose(encoder(padded).pooled, bare.pooled, rtol=1e-12)


@pytest.mark.parametrize("name", ["conv", "vit"])
def test_in_eval_mode_samples_are_independent(audio: Audio, view: View, name: str) -> None:
    torch.manual_seed(0)
    encoder = build_encoder(audio, "voice", name, **SMALL[name]).double().eval()
    seen = audio.prepare(view)
    together = encoder(seen).pooled
    alone = torch.cat([encoder(seen[i : i + 1]).pooled for i in range(10)])
    assert torch.allclose(together, alone, rtol=1e-12, atol=1e-14)


def test_what_is_masked_does_not_leak(audio: Audio) -> None:
    torch.manual_seed(0)
    encoder = build_encoder(audio, "voice", "vit", **SMALL["vit"]).eval()
    seen = audio.prepare(audio.collate([[CLIPS[0]], [CLIPS[0]]]))
    seen.value[1, :, 8:16] = 5.0
    masked = torch.zeros(2, 1, audio.grid(seen)[0], dtype=torch.bool)
    assert not torch.equal(*encoder(seen).pooled)
    masked[..., 2:4] = True
    assert torch.equal(*encoder(seen, masked=masked).pooled)


def test_tokens_invert(audio: Audio, view: View) -> None:
    seen = audio.prepare(view)
    cut = audio.tokens(seen)
    assert cut.value.shape == (10, 3, *audio.grid(seen), audio.token_dim)
    assert torch.equal(audio.untokens(cut.value, seen), seen.value)


def test_tokens_of_a_length_that_is_no_multiple_invert(audio: Audio, view: View) -> None:
    seen = audio.prepare(view)
    uneven = seen.with_value(seen.value[:, :, :-3])
    cut = audio.tokens(uneven)
    assert cut.value.shape[2] == audio.grid(uneven)[0] == audio.grid(seen)[0]
    assert torch.equal(audio.untokens(cut.value, uneven), uneven.value)


def test_how_loud_a_token_is_counts(audio: Audio, view: View) -> None:
    tokens = audio.tokens(audio.prepare(view)).value
    assert not audio.token_loss(tokens, tokens).any()
    torch.testing.assert_close(audio.token_loss(tokens + 3, tokens), torch.full(tokens.shape[:-1], 9.0))


def test_a_token_is_valid_where_any_of_its_frames_is(audio: Audio, view: View) -> None:
    seen = audio.prepare(view)
    cut = audio.tokens(seen)
    assert seen.valid is not None
    assert cut.valid is not None
    assert torch.equal(cut.valid, seen.valid.unflatten(2, (-1, audio.patch)).any(3))


def test_raw_row_is_mean_and_deviation_of_every_band(audio: Audio, view: View) -> None:
    raw, seen = audio.raw(view), audio.prepare(view)
    assert raw.shape == (10, 3, 40)
    assert not raw[:, 1].any()
    assert seen.length is not None
    own = seen.value[4, 0, : int(seen.length[4, 0])]
    assert torch.allclose(raw[4, 0], torch.cat([own.mean(0), own.std(0, correction=0)]), atol=1e-5)


def test_show_draws_the_pitch_at_its_height(audio: Audio) -> None:
    time = np.arange(3000) / 4000
    low, high = (Clip(np.sin(2 * np.pi * hz * time).astype(np.float32), 4000) for hz in (150, 1700))
    pictures = audio.show(audio.collate([[low, high, None]]))[0]
    assert pictures[2] is None
    heights = []
    for picture in pictures[:2]:
        assert isinstance(picture, Image.Image)
        assert picture.size == (192, 96)
        heights.append(np.asarray(picture.convert("L"), dtype=float)[32:].mean(1).argmax())
    assert heights[0] > 40 > 24 > heights[1]


@pytest.mark.parametrize(("rate", "samples", "noted"), [(4000, 4000, False), (4000, 4001, True), (8000, 8001, False),
                                                        (8000, 8002, True), (None, 4001, True)])  # fmt: skip
def test_a_clip_is_noted_where_its_end_is_left_out(rate: int | None, samples: int, noted: bool) -> None:
    audio = Audio(rate=4000, samples=4000, hop=80, window=160, mels=20, patch=4)
    clip = Clip(np.ones(samples, np.float32), rate)
    assert audio.notes(clip) == (["cut after 1 s (audio.seconds)"] if noted else [])
