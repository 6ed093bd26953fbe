from __future__ import annotations

import torch
from torch import Tensor, nn

from tests.methods.joint import features, make, samples


class Stop(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        return x.detach()


def test_the_target_has_no_gradient():
    method = make("simsiam")
    method.predictor = Stop()
    assert not method.relate(features(method, samples())).losses["negative_cosine"].requires_grad


def test_the_prediction_has_one():
    method = make("simsiam")
    method.relate(features(method, samples())).losses["negative_cosine"].backward()
    assert method.encoder.net.embed.weight.grad.abs().sum() > 0


def test_either_look_may_be_the_first():
    method = make("simsiam")
    z = features(method, samples())
    swapped = type(z)({**z, "looks": z["looks"][:, [1, 0]]}, z.key)
    loss, other = (method.relate(x).losses["negative_cosine"] for x in (z, swapped))
    torch.testing.assert_close(loss, other)


def test_equal_looks_and_a_perfect_prediction_cost_minus_one():
    method = make("simsiam")
    method.predictor = nn.Identity()
    z = features(method, samples())
    z.tensors["looks"] = z["looks"][:, [0, 0]]
    torch.testing.assert_close(method.relate(z).losses["negative_cosine"], -torch.ones((), dtype=torch.float64))
