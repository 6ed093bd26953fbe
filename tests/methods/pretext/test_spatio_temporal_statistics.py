from __future__ import annotations

import pytest
import torch

from coview.errors import UserError
from coview.methods.pretext.spatio_temporal_statistics import SpatioTemporalStatistics, even
from coview.views.clip_statistics import appearance_statistics, motion_statistics
from tests.methods.slots import draws, encoders, look, samples


def method(**options: object) -> SpatioTemporalStatistics:
    made = encoders(film="video")
    torch.manual_seed(3)
    return SpatioTemporalStatistics(made["film"], **options).double()  # type: ignore[arg-type]


def test_numbers_evenly_spread_have_mean_0_and_deviation_1() -> None:
    told = even(torch.arange(16)[:, None].expand(16, 1), (16,))
    torch.testing.assert_close(told.mean(), torch.tensor(0.0))
    torch.testing.assert_close(told.square().mean(), torch.tensor(1.0))


def test_losses_are_squared_errors_of_the_looks_own_statistics() -> None:
    built, batch = method(appearance=0.5), samples(film="video")
    views, reps = look(built, batch)
    pixels = built.video.modality.pixels(views["look"])[:, 0]  # type: ignore[attr-defined]
    pooled = built.video(views["look"]).pooled[:, 0]
    for name, weight, (numbers, counts, *_) in (
        ("motion", 1.0, motion_statistics(pixels)),
        ("appearance", 0.5, appearance_statistics(pixels)),
    ):
        wanted = torch.stack(
            [(numbers[:, k] - (n - 1) / 2) / ((n * n - 1) / 12) ** 0.5 for k, n in enumerate(counts)], 1
        )
        error = (built.heads[name](pooled) - wanted).square().mean(1)
        torch.testing.assert_close(reps.losses[name], weight * error, rtol=1e-5, atol=1e-6)


def test_a_still_clip_says_nothing_of_motion() -> None:
    built, batch = method(), samples(film="video")
    batch["film"].value[2] = batch["film"].value[2, :, :1].clone()
    weights = built.views(batch, draws(batch)).weights
    assert weights["motion"][2] == 0
    assert weights["appearance"].tolist() == [1.0] * 6


def test_what_weighs_nothing_is_neither_counted_nor_told() -> None:
    built, batch = method(motion=0.0), samples(film="video")
    assert list(look(built, batch)[1].losses) == ["appearance"]
    with pytest.raises(UserError, match="nothing to tell"):
        method(motion=0.0, appearance=0.0)
