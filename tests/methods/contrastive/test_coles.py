"""CoLES: stretches of one history against those of others."""

from __future__ import annotations

import torch

from coview.losses import margin_contrastive
from tests.methods.joint import features, make, samples


def test_each_sample_is_looked_at_in_stretches_of_its_own() -> None:
    method = make("coles", "events", n_views=3, share=(0.2, 0.6))
    whole = samples("events")
    stretches = method.views(whole, features(method, whole).draw)["stretches"]
    assert stretches.present.shape == (8, 3)
    share = stretches.params["span"].diff(dim=-1)[..., 0]
    begins = stretches.params["span"][..., 0]
    assert bool((share <= 0.75).all())  # a share of a few events is rounded to whole ones
    assert all(len(set(row)) > 1 for row in begins.tolist()[:4])


def test_the_loss_takes_stretches_of_a_sample_for_one_entity() -> None:
    method = make("coles", "series", n_views=3, margin=1.0, negatives=2)
    z = features(method, samples("series"))
    rows = z["stretches"].flatten(0, 1)
    entity = torch.arange(8).repeat_interleave(3)
    want = margin_contrastive(rows, entity, margin=1.0, negatives=2)
    torch.testing.assert_close(method.relate(z).losses["margin"], want)


def test_a_sample_without_a_view_takes_no_part() -> None:
    method = make("coles", "series")
    z = features(method, samples("series", missing=0.6))
    there = z["present"]
    assert 0 < int(there.sum()) < 8
    entity = torch.arange(int(there.sum())).repeat_interleave(5)
    want = margin_contrastive(z["stretches"][there].flatten(0, 1), entity)
    torch.testing.assert_close(method.relate(z).losses["margin"], want)
