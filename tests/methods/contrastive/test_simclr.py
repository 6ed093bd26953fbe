from __future__ import annotations

import torch

from coview.losses import nt_xent
from tests.methods.joint import features, make, samples


def test_the_loss_is_nt_xent_of_the_two_projections():
    method = make("simclr", temperature=0.3)
    found = method.relate(features(method, samples()))
    a, b = found.seen["projection"].unbind(1)
    torch.testing.assert_close(found.losses["nt_xent"], nt_xent(a, b, 0.3))


def test_absent_samples_are_nobodys_negatives():
    method = make("simclr")
    whole = samples(missing=0.5)
    z = features(method, whole)
    there = z["present"]
    assert 2 <= int(there.sum()) < len(whole)
    alone = type(z)({n: v[there] for n, v in z.items()}, z.key[there])
    torch.testing.assert_close(method.relate(z).losses, method.relate(alone).losses)
