from __future__ import annotations

import torch

from coview.losses import vicreg
from tests.methods.joint import features, make, samples


def test_the_three_losses_sum_to_vicreg_of_the_expanded_looks():
    method = make("vicreg", invariance_weight=3.0, variance_weight=5.0, covariance_weight=7.0)
    found = method.relate(features(method, samples()))
    a, b = found.seen["projection"].unbind(1)
    want = vicreg(a, b, invariance_weight=3.0, variance_weight=5.0, covariance_weight=7.0)
    torch.testing.assert_close(sum(found.losses.values()), want)


def test_equal_looks_have_no_invariance_to_gain():
    method = make("vicreg")
    z = features(method, samples())
    z.tensors["looks"] = z["looks"][:, [0, 0]]
    assert method.relate(z).losses["invariance"] == 0
