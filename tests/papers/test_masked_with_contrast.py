"""Masked reconstruction beside a contrastive loss of whole samples."""

from __future__ import annotations

import torch
from torch.nn import functional as F

from coview.losses import nt_xent
from coview.methods.masked.point_cmae import PointCMAE
from coview.papers.baselines.masked_with_contrast import MaskedWithContrast
from tests.methods.slots import encoders, joined, look, samples


def test_whole_samples_agree_in_the_place_of_hidden_tokens() -> None:
    torch.manual_seed(0)
    method, batch = (
        MaskedWithContrast(encoders(thing="points")["thing"], contrast=0.5).double(),
        samples(thing="points"),
    )
    plain = PointCMAE(encoders(thing="points")["thing"]).double()
    plain.load_state_dict(method.state_dict(), strict=False)
    views, reps = look(method, batch)
    assert views.weights.keys() == {"reconstruction"}
    rebuilt = look(plain, batch)[1].losses["reconstruction"]
    torch.testing.assert_close(reps.losses["reconstruction"], rebuilt)
    z = joined(reps, batch)
    a, b = method.projector(z["looks"].flatten(0, 1)).unflatten(0, (-1, 2)).unbind(1)
    expected = 0.5 * nt_xent(F.normalize(a, dim=-1), F.normalize(b, dim=-1), 0.2)
    torch.testing.assert_close(method.relate(z).losses["nt_xent"], expected)
