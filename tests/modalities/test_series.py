from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from coview.batch import View
from coview.errors import UserError
from coview.modalities.registry import modality_class, modality_from_config
from coview.modalities.series import Series
from coview.nn.encoder import build_encoder
from coview.views.draw import Draw

SMALL = {"conv": {"dim": 16}, "vit": {"dim": 32, "depth": 2}, "dilated": {"dim": 16, "depth": 2}}
PLAIN = {"jitter": 0.0, "scaling": 0.0, "dropout": 0.0, "gaps": 0.0}
"""Augmentation that crops and does nothing else."""


def wave(n: int, times: int | None = None, channels: int = 3) -> np.ndarray:
    """Sines of three frequencies about different levels, its own for every n."""
    rng = np.random.default_rng(n)
    time = np.arange(times or int(rng.integers(30, 61)))[:, None]
    phase = 2 * np.pi * (rng.uniform(0.01, 0.2, channels) * time + rng.random(channels))
    return np.sin(phase) * 10.0 ** np.arange(channels) + 5 * np.arange(channels) + 0.1 * rng.normal(size=phase.shape)


WAVES = [wave(n) for n in range(10)]


def holed(values: np.ndarray, share: float = 0.3, seed: int = 0) -> np.ndarray:
    """The same with some values missing, but for the first and last time."""
    missing = np.random.default_rng(seed).random(values.shape) < share
    missing[[0, -1]] = False
    return np.where(missing, np.nan, values)


@pytest.fixture(scope="module")
def series() -> Series:
    return Series.adapt(WAVES, patch=4)


@pytest.fixture
def view(series: Series) -> View:
    return series.collate([[a, None, holed(b)] for a, b in zip(WAVES, WAVES[::-1], strict=True)])


def draw(n: int, step: int = 0) -> Draw:
    return Draw(0, step, torch.arange(n) * 7919)


def same(a: View, b: View) -> None:
    assert torch.equal(a.value.nan_to_num(9e9), b.value.nan_to_num(9e9))
    assert torch.equal(a.present, b.present)
    assert a.length is not None
    assert b.length is not None
    assert torch.equal(a.length, b.length)
    assert a.params.keys() == b.params.keys()
    assert all(torch.equal(a.params[name], b.params[name]) for name in a.params)


def test_it_is_found_by_name() -> None:
    assert modality_class("series") is Series


def test_config_as_json_gives_the_same_modality(series: Series, view: View) -> None:
    again = modality_from_config(json.loads(json.dumps({"modality": "series", **series.config()})))
    assert again.config() == series.config()
    same(again.collate([[w] for w in WAVES]), series.collate([[w] for w in WAVES]))
    same(again.augment(view, draw(10)), series.augment(view, draw(10)))


def test_channels_have_mean_0_and_deviation_1_over_the_data(series: Series) -> None:
    stored = series.collate([[w] for w in WAVES])
    assert stored.valid is not None
    values = stored.value[stored.valid].double()
    assert values.mean(0).abs().max() < 1e-5
    assert torch.allclose(values.std(0, correction=0), torch.ones(3, dtype=torch.float64), atol=1e-5)


def test_over_the_sample_no_level_or_unit_is_left() -> None:
    own = Series.adapt(WAVES, standardise="sample")
    a, b = own.collate([[w] for w in WAVES]), own.collate([[1000 * w - 7] for w in WAVES])
    assert torch.allclose(a.value, b.value, atol=1e-4)


def test_statistics_do_not_read_what_is_missing() -> None:
    holes = [holed(w, seed=n) for n, w in enumerate(WAVES)]
    known = np.concatenate(holes)
    found = Series.adapt(holes)
    np.testing.assert_allclose(found.mean, np.nanmean(known, 0))
    np.testing.assert_allclose(found.std, np.nanstd(known, 0))


def test_a_missing_value_is_told_and_never_read_as_a_number(series: Series) -> None:
    values = holed(WAVES[0])
    seen = series.prepare(series.collate([[values]])).value[0, 0, : len(values)]
    numbers, there = seen.chunk(2, -1)
    assert torch.equal(there.bool(), torch.from_numpy(~np.isnan(values)))
    assert not numbers[there == 0].any()
    assert seen.isfinite().all()


def test_what_lies_under_a_missing_value_reaches_nothing(series: Series) -> None:
    """Prepared values are the same whatever a broken sensor would have said."""
    a = holed(WAVES[1])
    stored = series.collate([[a]])
    for look in (series.prepare, lambda v: series.augment(v, draw(1))):
        seen = look(stored).value
        numbers, there = seen.chunk(2, -1)
        assert not numbers[there == 0].any()


def test_a_channel_that_never_moves_is_0_and_not_blown_up() -> None:
    flat = [np.concatenate([w[:, :1], np.full((len(w), 1), 7.3)], 1) for w in WAVES]
    seen = Series.adapt(flat).collate([[w] for w in flat])
    assert seen.value[..., 1].abs().max() < 1e-6


def test_a_channel_without_a_value_is_missing_everywhere() -> None:
    empty = [np.concatenate([w[:, :1], np.full((len(w), 1), np.nan)], 1) for w in WAVES]
    fitted = Series.adapt(empty)
    there = fitted.prepare(fitted.collate([[w] for w in empty])).value.chunk(2, -1)[1]
    assert not there[..., 1].any()
    assert there[..., 0].sum() == sum(len(w) for w in empty)


def test_channels_are_the_most_common_number_and_others_do_not_fit() -> None:
    mixed = Series.adapt([*WAVES, wave(0, channels=2)])
    assert mixed.channels == 3
    assert mixed.unfit(wave(0, channels=2)) == "has 2 channels where the slot has 3"
    with pytest.warns(UserWarning, match="a series has 2 channels where the slot has 3"):
        assert mixed.collate([[wave(0, channels=2)], [WAVES[0]]]).present.tolist() == [[False], [True]]


def test_length_is_the_95th_percentile_in_whole_patches() -> None:
    assert Series.adapt([wave(0, 50)] * 96 + [wave(0, 500)] * 4, patch=4).samples == 52
    assert Series.adapt([wave(0, 3000, 1)]).samples >= 1024
    assert Series.adapt(WAVES, length=33, patch=5).samples == 35


def test_what_is_longer_is_cut_and_what_is_shorter_padded(series: Series) -> None:
    stored = series.collate([[wave(0, 500), wave(0, 20)]])
    assert stored.length is not None
    assert stored.length.tolist() == [[series.samples, 20]]
    assert not stored.value[0, 1, 20:].any()


def test_missing_times_at_the_end_are_padding() -> None:
    padded = np.concatenate([WAVES[0][:25], np.full((10, 3), np.nan)])
    stored = Series.adapt(WAVES).collate([[padded]])
    assert stored.length is not None
    assert int(stored.length) == 25


def test_time_may_be_the_second_axis() -> None:
    turned = Series.adapt([w.T for w in WAVES], layout="channels-time", patch=4)
    straight = Series.adapt(WAVES, patch=4)
    same(turned.collate([[w.T] for w in WAVES]), straight.collate([[w] for w in WAVES]))


def test_a_likely_other_layout_is_asked_about() -> None:
    wide = [np.random.default_rng(n).normal(size=(6, 100)) for n in range(4)]
    with pytest.raises(UserError, match=r"100 channels and 6 times as they are read, time first; say series\.layout="):
        Series.adapt(wide)
    assert Series.adapt(wide, layout="time-channels").channels == 100
    assert Series.adapt(wide, layout="channels-time").channels == 6


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"size": 3}, "has no option 'size'; it has length, patch, layout"),
        ({"length": 1}, "length is 1; it must lie between 2 and"),
        ({"layout": "sideways"}, "layout is 'sideways'; it must be one of time-channels, channels-time"),
        ({"standardise": "no"}, "standardise is 'no'; it must be one of data, sample"),
        ({"gaps": 0.9}, "gaps is 0.9"),
    ],
)
def test_wrong_options_are_explained(options: dict[str, Any], reason: str) -> None:
    with pytest.raises(UserError, match=reason):
        Series.adapt(WAVES, **options)


def test_no_series_at_all_is_explained() -> None:
    with pytest.raises(UserError, match="no series of at least 2 times"):
        Series.adapt([np.zeros((1, 3))])


@pytest.mark.parametrize("width", [1, 2, 3])
def test_any_number_of_views_some_absent(series: Series, width: int) -> None:
    items = [[w if (i + v) % 3 else None for v in range(width)] for i, w in enumerate(WAVES)]
    stored = series.collate(items)
    for prepared in (series.prepare(stored), series.augment(stored, draw(10))):
        for name in series.encoders:
            out = build_encoder(series, "walk", name, **SMALL[name])(prepared)
            assert out.pooled.shape[:2] == (10, width)
            assert out.pooled.isfinite().all()
            assert not out.pooled[~stored.present].any()


@settings(max_examples=25, deadline=None)
@given(st.integers(2, 70), st.integers(1, 5), st.integers(1, 9), st.floats(0.05, 1.0))
def test_any_length_and_number_of_channels(times: int, channels: int, patch: int, share: float) -> None:
    items = [wave(n, times, channels) for n in range(3)]
    made = Series.adapt(items, patch=patch)
    stored = made.collate([[x] for x in items])
    out = made.crop(stored, draw(3), scale=(share, share), size=share)
    assert out.length is not None
    assert 1 <= int(out.length.min()) <= int(out.length.max()) <= out.value.shape[2]
    cut = made.tokens(out)
    assert cut.value.shape[2:] == (made.grid(out)[0], made.token_dim)
    assert cut.length is not None
    assert torch.equal(cut.length, -(-out.length // patch))
    assert torch.equal(made.untokens(cut.value, out), out.value)


def test_augmenting_parts_or_permuted_samples_is_augmenting_all(view: View) -> None:
    all_on = Series.adapt(WAVES, patch=4, segments=4, rotation=40)
    whole, keys = all_on.augment(view, draw(10)), draw(10)
    order = torch.randperm(10, generator=torch.Generator().manual_seed(1))
    for rows in (torch.arange(3), torch.arange(3, 10), order):
        same(all_on.augment(view[rows], keys.of(keys.key[rows])), whole[rows])


def test_looks_differ_between_steps_and_views(series: Series) -> None:
    stored = series.collate([[w, w] for w in WAVES])
    first, second = series.augment(stored, draw(10, 0)), series.augment(stored, draw(10, 1))
    assert not torch.equal(first.value, second.value)
    assert not torch.equal(first.value[:, 0], first.value[:, 1])


def test_a_crop_alone_is_a_stretch_of_the_series() -> None:
    plain = Series.adapt(WAVES, patch=4, **PLAIN)
    stored = plain.collate([[w] for w in WAVES])
    out = plain.augment(stored, draw(10))
    assert out.length is not None
    assert stored.length is not None
    for b in range(10):
        begin, end = (out.params["span"][b, 0] * stored.length[b, 0]).round().long().tolist()
        assert end - begin == int(out.length[b, 0]) >= 0.5 * int(stored.length[b, 0]) - 1
        assert torch.equal(out.value[b, 0, : end - begin, :3], stored.value[b, 0, begin:end])


def test_gain_noise_gaps_and_dropout_are_as_told(series: Series) -> None:
    flat = series.collate([[w] for w in WAVES])
    stored = flat.with_value(torch.ones_like(flat.value))
    made = Series.adapt(WAVES, patch=4, **(PLAIN | {"scaling": 0.2, "crop": 1.0}))
    out = made.augment(stored, draw(10))
    assert torch.allclose(out.value[:, :, 0, :3], out.params["gain"])
    made = Series.adapt(WAVES, patch=4, **(PLAIN | {"gaps": 0.5, "dropout": 0.4, "crop": 1.0}))
    out = made.augment(stored, draw(10))
    assert out.length is not None
    for b in range(10):
        at = torch.arange(int(out.length[b, 0]))
        bands = out.params["gaps"][b, 0]
        hidden = ((at >= bands[:, :1]) & (at < bands[:, 1:])).any(0)[:, None] | out.params["off"][b, 0]
        assert torch.equal(out.value[b, 0, : len(at), 3:] == 0, hidden)


def test_noise_has_the_deviation_asked_for() -> None:
    made = Series.adapt(WAVES, patch=4, **(PLAIN | {"jitter": 0.3, "crop": 1.0}))
    stored = made.collate([[w] for w in WAVES * 20])
    out = made.augment(stored, draw(200))
    apart = (out.value[..., :3] - stored.value)[stored.valid]
    assert abs(float(apart.std()) - 0.3) < 0.01


def test_one_channel_that_has_values_is_always_left_on() -> None:
    made = Series.adapt(WAVES, dropout=0.9)
    one = wave(0)
    one[:, 1:] = np.nan
    stored = made.collate([[one]] * 50)
    out = made.augment(stored, draw(50))
    assert out.value[..., 3].any(2).all()


def test_a_series_of_one_channel_is_never_switched_off() -> None:
    alone = [w[:, :1] for w in WAVES]
    made = Series.adapt(alone, dropout=0.9)
    assert not made.augment(made.collate([[w] for w in alone]), draw(10)).params["off"].any()


def test_shuffled_pieces_are_all_the_values_there_were() -> None:
    made = Series.adapt(WAVES, patch=4, **(PLAIN | {"segments": 5, "crop": 1.0}))
    stored = made.collate([[w] for w in WAVES])
    out = made.augment(stored, draw(10))
    moved = 0
    for b in range(10):
        assert stored.length is not None
        n = int(stored.length[b, 0])
        order = out.params["order"][b, 0, :n]
        assert order.sort().values.tolist() == list(range(n))
        assert torch.equal(out.value[b, 0, :n, :3], stored.value[b, 0][order])
        assert int((order.diff() != 1).sum()) <= 4
        moved += int((order.diff() != 1).any())
    assert moved > 5


def test_a_turn_keeps_lengths_in_the_units_it_came_in() -> None:
    made = Series.adapt(WAVES, patch=4, **(PLAIN | {"rotation": 180, "crop": 1.0}))
    stored = made.collate([[w] for w in WAVES])
    out = made.augment(stored, draw(10))
    mean, std = torch.from_numpy(made.mean), torch.from_numpy(made.std)
    before = (stored.value * std + mean).norm(dim=-1)
    after = (out.value[..., :3] * std + mean).norm(dim=-1)
    assert stored.valid is not None
    assert torch.allclose(before[stored.valid], after[stored.valid], rtol=1e-4)
    assert (out.value[..., :3] - stored.value)[stored.valid].abs().max() > 0.1
    turns = out.params["turns"]
    assert torch.allclose(turns @ turns.mT, torch.eye(3).expand_as(turns), atol=1e-5)
    assert torch.allclose(torch.linalg.det(turns), torch.ones(10, 1, 1), atol=1e-5)


def test_a_turn_with_a_missing_axis_is_missing() -> None:
    made = Series.adapt(WAVES, patch=4, **(PLAIN | {"rotation": 180, "crop": 1.0}))
    one = wave(0, 40)
    one[7, 1] = np.nan
    there = made.augment(made.collate([[one]]), draw(1)).value[0, 0, :40, 3:]
    assert there[7].tolist() == [0, 0, 0]
    assert there.sum() == 3 * 39


@pytest.mark.parametrize("name", ["conv", "vit"])
def test_padding_does_not_reach_the_embedding(series: Series, name: str) -> None:
    torch.manual_seed(0)
    encoder = build_encoder(series, "walk", name, **SMALL[name]).double().eval()
    short = series.prepare(series.collate([[wave(3, 24)]]))
    bare = encoder(short.with_value(short.value[:, :, :24]))
    for rubbish in (0.0, 7.0):
        longer = torch.cat([short.value, torch.full((1, 1, 8, 6), rubbish)], 2)
        assert torch.allclose(encoder(short.with_value(longer)).pooled, bare.pooled, rtol=1e-10)


@pytest.mark.parametrize("name", ["conv", "vit"])
def test_in_eval_mode_samples_are_independent(series: Series, view: View, name: str) -> None:
    torch.manual_seed(0)
    encoder = build_encoder(series, "walk", name, **SMALL[name]).double().eval()
    seen = series.prepare(view)
    together = encoder(seen).pooled
    alone = torch.cat([encoder(seen[i : i + 1]).pooled for i in range(10)])
    assert torch.allclose(together, alone, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("name", ["conv", "vit"])
def test_a_missing_value_is_not_a_mean_value(series: Series, name: str) -> None:
    torch.manual_seed(0)
    encoder = build_encoder(series, "walk", name, **SMALL[name]).eval()
    gone, mean = wave(0, 40), wave(0, 40)
    gone[10:20] = np.nan
    mean[10:20] = series.mean
    one, two = encoder(series.prepare(series.collate([[gone, mean]]))).pooled[0]
    assert not torch.allclose(one, two, atol=1e-3)


def test_token_loss_is_the_mean_square_over_what_is_there(series: Series) -> None:
    cut = series.tokens(series.prepare(series.collate([[holed(w)] for w in WAVES])))
    target, there = cut.value.unflatten(-1, (4, 6)).chunk(2, -1)
    far = torch.where(there > 0, target + 2, target + 1e6).flatten(-2)
    some = there.sum((-2, -1)) > 0
    assert torch.allclose(series.token_loss(far, cut.value), 4 * some.float())
    assert torch.allclose(series.token_distance(far, cut.value), 2 * some.float())
    assert not series.token_loss(target.flatten(-2), cut.value).any()


def test_blended_series_are_as_much_there_as_their_parts(series: Series) -> None:
    seen = series.prepare(series.collate([[holed(w, seed=n)] for n, w in enumerate(WAVES)]))
    out = series.blend(seen, seen[torch.arange(9, -1, -1)], torch.full((10,), 0.25))
    assert torch.allclose(out.value, 0.25 * seen.value + 0.75 * seen.value.flip(0), atol=1e-6)


def test_raw_row_is_the_series_in_averages_and_its_deviation(series: Series) -> None:
    ramp = np.arange(series.samples)[:, None] * np.array([1.0, 10.0, 100.0])
    raw = series.raw(series.collate([[ramp]]))[0, 0]
    assert raw.shape == (33 * 3,)
    of_bin = np.arange(series.samples) * 32 // series.samples
    values = (ramp - series.mean) / series.std
    bins = np.stack([values[of_bin == b].mean(0) for b in range(32)])
    np.testing.assert_allclose(raw[: 32 * 3].view(32, 3).numpy(), bins, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(raw[32 * 3 :].numpy(), values.std(0), rtol=1e-4)


def test_pictures_are_drawn_of_what_is_there(series: Series, view: View) -> None:
    for rows in (series.show(view), series.show_prepared(series.augment(view, draw(10)))):
        assert all(row[1] is None for row in rows)
        assert all(row[0].size == (192, 96) for row in rows)
        assert len({row[0].tobytes() for row in rows}) == 10
