"""The video modality: clips at even times, looks alike in all their frames, tubelets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from coview.batch import View
from coview.errors import UserError
from coview.modalities.video import Video
from coview.modalities.video.footage import Footage
from coview.nn.encoder import build_encoder
from coview.nn.video_conv import Stage, VideoConv
from coview.views.color import ColorShift, shift_color
from coview.views.draw import Draw
from coview.views.warp import Placing, warp
from tests.contracts.items.video import item


def footage(frames: int = 8, rate: float = 8.0, side: int = 8, seed: int = 0, channels: int = 3) -> Footage:
    pixels = torch.randint(0, 256, (frames, channels, side, side), generator=torch.Generator().manual_seed(seed))
    return Footage(pixels.to(torch.uint8), np.arange(frames) / rate, frames / rate)


def small(**options) -> Video:
    told = {"seconds": 1.0, "size": 8, "frames": 4, "patch": 4, **options}
    return Video.adapt([footage(seed=i) for i in range(4)], **told)


def stored(modality: Video, samples: int = 3, views: int = 2) -> View:
    return modality.collate([[footage(seed=10 * b + v) for v in range(views)] for b in range(samples)])


def draw(samples: int = 3) -> Draw:
    return Draw(0, 1, torch.arange(samples))


def test_extents_come_from_the_data():
    video = Video.adapt([footage(frames=10, rate=10, side=24) for _ in range(3)])
    assert (video.seconds, video.size, video.channels, video.patch) == (1.0, 24, 3, 4)


def test_clips_of_long_videos_last_two_seconds():
    assert Video.adapt([footage(frames=50, rate=10)]).seconds == 2.0


def test_one_coloured_clip_makes_the_slot_coloured_and_grey_ones_are_repeated():
    grey, coloured = footage(channels=1), footage()
    video = Video.adapt([grey, grey, coloured], size=8)
    assert video.channels == 3
    value = video.collate([[grey]]).value[0, 0]
    assert torch.equal(value[:, 0], value[:, 1])
    assert torch.equal(value[:, 0], value[:, 2])


def test_mean_and_deviation_are_the_pixels():
    clips = [footage(frames=4, seed=i) for i in range(5)]
    pixels = torch.stack([c.frames for c in clips]).double() / 255
    video = Video.adapt(clips)
    assert video.mean == pytest.approx(pixels.mean((0, 1, 3, 4)).tolist(), abs=1e-6)
    assert video.std == pytest.approx(pixels.transpose(0, 2).flatten(1).std(1, correction=0).tolist(), abs=1e-6)


def test_a_saved_modality_reads_as_the_fitted_one():
    video = small(time=(0.4, 0.9), flip=False)
    again = Video.from_config(video.config())
    assert again.config() == video.config()
    assert torch.equal(again.augment(stored(video), draw()).value, video.augment(stored(video), draw()).value)


def test_frames_are_those_on_screen_at_even_times():
    marks = torch.arange(4, dtype=torch.uint8)[:, None, None, None].expand(4, 3, 8, 8)
    uneven = Footage(marks, np.array([0.0, 0.1, 0.6, 0.61]), 1.0)
    shown = small().collate([[uneven]]).value[0, 0, :, 0, 0, 0]
    assert shown.tolist() == [0, 1, 1, 1, 1, 3, 3, 3]  # at 0, 1/8, ..., 7/8 of a second


def test_what_ends_early_holds_its_last_frame():
    value = small().collate([[footage(frames=5)]]).value[0, 0]
    assert all(torch.equal(frame, value[4]) for frame in value[5:])
    assert not torch.equal(value[3], value[4])


def test_less_than_half_a_clip_does_not_fit():
    video = small()
    assert video.unfit(footage(frames=4)) is None
    assert "less than half a clip of 1 s" in (video.unfit(footage(frames=3)) or "")
    assert video.collate([[footage(frames=3)], [footage()]]).present.tolist() == [[False], [True]]


def test_prepared_frames_are_spread_over_the_clip_and_normalised():
    video = small()
    view = stored(video)
    mean, std = (torch.tensor(x)[:, None, None] for x in (video.mean, video.std))
    want = (view.value[:, :, [1, 3, 5, 7]].float() / 255 - mean) / std
    torch.testing.assert_close(video.prepare(view).value, want)


def test_a_still_clip_stays_still():
    video = small(degrees=20.0)
    view = stored(video)
    still = view.with_value(view.value[:, :, :1].expand(-1, -1, 8, -1, -1, -1).contiguous())
    looks = video.augment(still, draw()).value
    assert torch.equal(looks, looks[:, :, :1].expand_as(looks))
    assert not torch.equal(looks[0, 0], looks[0, 1])


def test_every_frame_is_seen_from_the_place_and_in_the_light_that_params_tell():
    video = small(degrees=20.0)
    view = stored(video)
    looks = video.augment(view, draw())
    b, v = 1, 1
    span, box = looks.params["span"][b, v], looks.params["box"][b, v]
    at = [int((span[0] + (span[1] - span[0]) * (t + 0.5) / 4) * 8) for t in range(4)]
    place = Placing(*(x.expand(4, *x.shape) for x in (box, looks.params["flip"][b, v], looks.params["angle"][b, v])))
    frames = warp(view.value[b, v, at].float() / 255, place, (8, 8))
    light = ColorShift(*looks.params["color"][b, v][None].unbind(-1))
    together = frames.transpose(0, 1).reshape(1, 3, 32, 8)
    lit = shift_color(together, light)[0].unflatten(1, (4, 8)).transpose(0, 1)
    mean, std = (torch.tensor(x)[:, None, None] for x in (video.mean, video.std))
    torch.testing.assert_close(looks.value[b, v], (lit - mean) / std, atol=2e-5, rtol=1e-5)


def test_a_look_is_a_stretch_of_time_in_order():
    video = small(time=(0.5, 0.5), scale=(1.0, 1.0), flip=False, color=0.0, grey=0.0)
    view = stored(video)
    marks = torch.arange(8, dtype=torch.uint8)[:, None, None, None] * 20
    looks = video.augment(view.with_value(marks.expand_as(view.value).contiguous()), draw()).value
    seen = ((looks[:, :, :, 0, 0, 0] * video.std[0] + video.mean[0]) * 255 / 20).round().long()
    assert (seen.diff(dim=2) == 1).all()  # half a clip in its own speed: one stored frame after another
    assert len(seen[:, :, 0].unique()) > 1


def test_pixels_of_a_prepared_clip_are_its_light():
    video = small()
    view = stored(video)
    torch.testing.assert_close(video.pixels(video.prepare(view)), view.value[:, :, 1::2].float() / 255)


def test_a_look_of_a_given_stretch_is_the_one_that_was_drawn():
    video, view = small(), stored(small())
    drawn = video.augment(view, draw())
    torch.testing.assert_close(video.augment_at(view, draw(), drawn.params["span"]).value, drawn.value)


def test_a_look_at_every_frame_has_every_frame():
    video, view = small(scale=(1.0, 1.0), flip=False, color=0.0, grey=0.0), stored(small())
    whole = torch.tensor([0.0, 1.0]).expand(3, 2, 2)
    seen = video.pixels(video.augment_at(view, draw(), whole, frames=view.value.shape[2]))
    torch.testing.assert_close(seen, view.value.float() / 255, rtol=0, atol=1e-3)


def test_frames_that_are_altered_one_by_one_are_those_of_the_stretch():
    video, view = small(scale=(1.0, 1.0), flip=False, color=0.0, grey=0.0), stored(small())
    span = torch.tensor([0.5, 1.0]).expand(3, 2, 2)
    frames, clip = (look(view, draw(), span).value for look in (video.augment_frames, video.augment_at))
    torch.testing.assert_close(frames, clip)


def test_looks_depend_on_their_own_sample_alone():
    video = small()
    view = stored(video, 4)
    whole = video.augment(view, Draw(0, 1, torch.arange(4)))
    part = video.augment(view[2:], Draw(0, 1, torch.arange(2, 4)))
    assert torch.equal(whole.value[2:], part.value)
    assert all(torch.equal(whole.params[name][2:], part.params[name]) for name in part.params)


def test_many_clips_are_looked_at_in_tiles_as_one_by_one(monkeypatch):
    video = small()
    view = stored(video, 5)
    whole = video.augment(view, draw(5)).value
    monkeypatch.setattr("coview.views.tiles.CPU_NUMBERS", 1)
    assert torch.equal(video.augment(view, draw(5)).value, whole)


def test_small_crops_are_whole_tubelets():
    video = small(size=16)
    local = video.crop(stored(video), draw(), scale=(0.1, 0.3), size=0.5)
    assert local.value.shape == (3, 2, 2, 3, 8, 8)


@settings(max_examples=15, deadline=None)
@given(
    long=st.integers(1, 3), tubelet=st.sampled_from([1, 2, 4]), patch=st.sampled_from([2, 4]), side=st.integers(1, 3)
)
def test_tubelets_turn_back_into_frames(long, tubelet, patch, side):
    video = Video(1.0, 8, 3, [0.5] * 3, [0.2] * 3, patch, {"frames": 4, "tubelet": tubelet})
    value = torch.randn(2, 1, long * tubelet, 3, side * patch, 2 * patch)
    view = View(value, "video", torch.ones(2, 1, dtype=torch.bool))
    tokens = video.tokens(view)
    assert tokens.value.shape == (2, 1, long * side * 2, tubelet * patch * patch * 3)
    assert torch.equal(video.untokens(tokens.value, view), value)


def test_a_token_is_one_place_for_a_few_frames():
    video = small()
    view = video.prepare(stored(video))
    tokens = video.tokens(view).value[0, 0].unflatten(0, video.grid(view))
    cell = view.value[0, 0, 2:4, :, 4:8, 0:4]  # second tubelet, lower row, left column
    assert torch.equal(tokens[1, 1, 0].unflatten(0, (2, 4, 4, 3)), cell.permute(0, 2, 3, 1))


def test_a_stage_is_a_convolution_over_space_and_one_over_time():
    torch.manual_seed(0)
    stage = Stage(3, 5, 2).eval()
    clip = torch.randn(2, 4, 3, 6, 8)
    space = nn.Conv3d(3, 5, (1, 3, 3), (1, 2, 2), (0, 1, 1), bias=False)
    time = nn.Conv3d(5, 5, (3, 1, 1), (2, 1, 1), (1, 0, 0), bias=False)
    space.weight.data = stage.space.weight.data[:, :, None]
    time.weight.data = stage.time.weight.data[..., None]
    scale = (1 + 1e-5) ** -0.5  # of norms that have seen nothing
    want = F.relu(time(F.relu(space(clip.transpose(1, 2)) * scale)) * scale).transpose(1, 2)
    got = stage(clip.flatten(0, 1), 2).unflatten(0, (2, -1))
    torch.testing.assert_close(got, want, atol=1e-5, rtol=1e-5)


def test_the_small_network_tells_the_order_of_frames():
    video = small()
    torch.manual_seed(0)
    net = VideoConv(video, dim=16).eval()
    clip = torch.randn(2, 4, 3, 8, 8)
    assert net(clip).shape == (2, net.dim)
    assert not torch.allclose(net(clip), net(clip.flip(1)), atol=1e-4)


@pytest.mark.parametrize("channels", [1, 3])
def test_torchvisions_networks_read_clips(channels):
    video = Video(1.0, 32, channels, [0.5], [0.2], 8, {"frames": 4})
    encoder = build_encoder(video, "clip", "torchvision:mc3_18").eval()
    clip = torch.randn(1, 1, 4, channels, 32, 32)
    view = View(clip, "video", torch.ones(1, 1, dtype=torch.bool))
    with torch.no_grad():
        pooled = encoder(view).pooled[0, 0]
        want = encoder.net.net(clip[0].transpose(1, 2))[0]  # type: ignore[union-attr,operator]
    assert encoder.dim == 512
    assert torch.equal(pooled, want)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("torchvision:r3d18", "did you mean 'r3d_18'"),
        ("timm:resnet18", "it has conv, vit, torchvision:NAME, transformers:NAME"),
        ("torchvision:mvit_v1_b", "cannot be made for clips of 4 frames of 8 x 8"),
    ],
)
def test_library_networks_that_do_not_fit_are_named(name, said):
    with pytest.raises(UserError, match=said):
        build_encoder(small(), "clip", name)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"fps": 8}, "no option 'fps'"),
        ({"frames": 1}, "between 2 and 256"),
        ({"frames": 5}, "tubelets of 2"),
        ({"size": 30}, "try 32"),
        ({"time": "1,0.5"}, "least and the greatest"),
        ({"seconds": 0}, "must lie between"),
        ({"patch": 5}, "patches of 5"),
    ],
)
def test_options_without_sense_are_refused(options, said):
    with pytest.raises(UserError, match=said):
        Video.adapt([footage()], **{"size": 8, **options})


def test_raw_is_four_small_frames():
    video = small()
    raw = video.raw(stored(video))
    assert raw.shape == (3, 2, 4 * 3 * 8 * 8)
    assert 0 <= raw.min() <= raw.max() <= 1


def test_a_clip_is_shown_as_four_of_its_frames():
    video = small()
    view = stored(video)
    (sheet, *_), *_ = video.show(view)
    assert sheet is not None
    corner = view.value[0, 0, 0, :, 0, 0].tolist()
    assert list(sheet.getpixel((0, 0))) == corner  # type: ignore[arg-type]
    last = view.value[0, 0, -1, :, -1, -1].tolist()
    assert list(sheet.getpixel((sheet.width - 1, sheet.height - 1))) == last  # type: ignore[arg-type]


def test_a_prepared_clip_is_shown_in_its_colours():
    video = small()
    view = stored(video)
    (shown, *_), *_ = video.show_prepared(video.prepare(view))
    assert shown is not None
    assert np.abs(np.array(shown.getpixel((0, 0))) - view.value[0, 0, 1, :, 0, 0].numpy()).max() <= 1


def test_the_samples_of_the_contract_move():
    frames, _ = item(np.random.default_rng(3))
    assert any((frames[0] != frame).any() for frame in frames[1:])


def test_a_video_is_noted_where_frames_come_after_the_clip() -> None:
    clip = small()
    assert clip.notes(footage(8)) == []
    assert clip.notes(footage(9)) == ["cut after 1 s (video.seconds)"]
    still = Footage(footage(2).frames, np.array([0.0, 0.5]), 4.0)
    assert clip.notes(still) == []
    assert clip.notes(replace(still, more=True)) == ["cut after 1 s (video.seconds)"]
    most = ["cut after 4 s, the most that is read of a file that is not cut into clips"]
    assert small(seconds=6.0).notes(replace(still, more=True)) == most
