from __future__ import annotations

import torch

from coview.methods.contrastive.cvrl import CVRL
from tests.methods.slots import draws, encoders, samples


def cvrl(**options: object) -> CVRL:
    return CVRL(encoders(film="video")["film"], **options)  # type: ignore[arg-type]


def still():  # type: ignore[no-untyped-def]
    """Clips in which nothing moves."""
    batch = samples(film="video")
    view = batch["film"]
    view.value[:] = view.value[:, :, :1].clone()
    return batch


def test_frames_of_a_clip_are_altered_alike() -> None:
    batch = still()
    looks = cvrl().views(batch, draws(batch))["looks"].value
    torch.testing.assert_close(looks, looks[:, :, :1].expand_as(looks))
    assert not torch.allclose(looks[:, 0], looks[:, 1])


def test_frames_with_draws_of_their_own_differ_within_a_clip() -> None:
    batch = still()
    clips = cvrl(drawn="frame").views(batch, draws(batch))["looks"].value
    assert clips.shape == cvrl().views(batch, draws(batch))["looks"].value.shape
    assert not torch.isclose(clips[:, :, 1:], clips[:, :, :1]).flatten(3).all(-1).any()


def test_stretches_have_one_extent_and_nothing_else_is_drawn_from_where_clips_lie() -> None:
    batch = samples(film="video")
    near, far = (cvrl(share=0.25, power=p).views(batch, draws(batch))["looks"].params for p in (1.0, float("inf")))
    torch.testing.assert_close(near["span"].diff(dim=-1), torch.full((6, 2, 1), 0.25))
    assert bool((near["span"][..., 0].diff().abs() < far["span"][..., 0].diff().abs()).all())
    torch.testing.assert_close(near["box"], far["box"])


def test_both_clips_are_of_one_natural_view() -> None:
    batch = samples(views=2, film="video")
    batch["film"].value.random_(256, generator=torch.Generator().manual_seed(0))
    batch["film"].value[:, 1] = 0
    dark = cvrl().views(batch, draws(batch))["looks"].value.std((-1, -2)).amax((2, 3)) < 0.01
    assert torch.equal(dark[:, 0], dark[:, 1])
    assert 0 < int(dark[:, 0].sum()) < len(batch)
