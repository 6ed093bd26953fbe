from __future__ import annotations

import torch

from coview.losses import cross_correlation
from tests.methods.joint import features, make, samples


def test_the_loss_is_the_scaled_cross_correlation_of_the_projections():
    method = make("barlow-twins", redundancy_weight=0.1, scale=0.5)
    found = method.relate(features(method, samples()))
    a, b = found.seen["projection"].unbind(1)
    torch.testing.assert_close(found.losses["cross_correlation"], 0.5 * cross_correlation(a, b, redundancy_weight=0.1))


def test_equal_looks_leave_redundancy_alone():
    method = make("barlow-twins", redundancy_weight=0.0)
    z = features(method, samples())
    z.tensors["looks"] = z["looks"][:, [0, 0]]
    assert method.relate(z).losses["cross_correlation"] < 1e-3
